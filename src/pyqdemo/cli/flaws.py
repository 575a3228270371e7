"""``--flaw ID``: a flaw of a published program, shown by the run that its card names."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pyqdemo.card import Card, Flaw
from pyqdemo.cli.commands import Given, Option, Section
from pyqdemo.cli.helping import wrapped
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.words import say, text
from pyqdemo.errors import CardError, UsageError

__all__ = [
    "FLAW",
    "check_shows",
    "explained",
    "flaw_option",
    "flaw_section",
    "shown_flaws",
    "stood_for",
]

FLAW = Option("--flaw", text("option.flaw"), "ID")
#: What the run of a flaw is made of: typed beside it, they would make another run.
_DECIDING = ("seed", "schedule", "strategy", "depth", "sleeps", "granularity")
_PUBLISHED = "as-published"


def shown_flaws(card: Card) -> tuple[Flaw, ...]:
    """The flaws for which the card names a run."""
    return tuple(flaw for flaw in card.flaws if flaw.show is not None)


def flaw_option(card: Card) -> Option:
    """The option as this lesson has it."""
    ids = tuple(flaw.id for flaw in shown_flaws(card))
    return replace(FLAW, choices=ids, example=f"{ids[0]} --{_PUBLISHED}")


def flaw_section(card: Card) -> Section:
    """What the help tells of the flaws that can be shown."""
    rows = tuple((flaw.id, flaw.text) for flaw in shown_flaws(card))
    return Section(text("panel.flaws"), (), rows)


def stood_for(
    given: Given, card: Card, options: Sequence[Option], flaw_id: str
) -> tuple[Given, Flaw]:
    """What was typed, with the options that show the flaw in the place of ``--flaw``.

    Args:
        options: that the lesson's command takes.

    Raises:
        UsageError: there is no such flaw to show, it is the published program's only, or
            another option does not go with it.
    """
    flaw = _found(given, card, flaw_id)
    assert flaw.show is not None, "only those are found"
    if not given.has(_PUBLISHED):
        following = _asked_for(given, card, flaw)
        raise UsageError("flaw_of_published", lesson=card.name, next=following)
    flags, values = _read(flaw.show.options, options)
    for name in (*_DECIDING, *flags, *values):
        if given.has(name):
            facts = {"option": f"--{name}", "other": f"--{FLAW.name}"}
            facts["next"] = _asked_for(given, card, flaw)
            raise UsageError("options_clash", **facts)
    typed = {name: value for name, value in given.values.items() if name != FLAW.name}
    return replace(given, flags=given.flags | flags, values={**values, **typed}), flaw


def explained(flaw: Flaw, lang: str) -> Iterator[str]:
    """What the run showed, in plain words, and how it is asked for without ``--flaw``."""
    told = say("flaw.told", lang, id=flaw.id, text=flaw.text[lang])
    yield from wrapped(told)
    if flaw.show is not None:
        yield say("flaw.stands_for", lang, id=flaw.id, options=flaw.show.options)


def check_shows(card: Card, options: Sequence[Option]) -> None:
    """Raises CardError for a flaw whose options the published program does not take."""
    others = {one.option for one in card.parameters if not one.published}
    taken = [option for option in options if option.flag not in others]
    for flaw in shown_flaws(card):
        assert flaw.show is not None
        try:
            _read(flaw.show.options, taken)
        except ValueError as wrong:
            file = str(card.program.with_suffix(".toml"))
            reason = f"published: flaws: {flaw.id}: show: {wrong}"
            raise CardError("card_wrong", file=file, reason=reason) from None


def _found(given: Given, card: Card, flaw_id: str) -> Flaw:
    """The flaw of that id. Raises UsageError with those there are."""
    flaws = {flaw.id: flaw for flaw in shown_flaws(card)}
    if flaw_id in flaws:
        return flaws[flaw_id]
    if not flaws:
        raise UsageError("flaw_none", lesson=card.name, next=corrected(given, without=[FLAW.name]))
    near = [*difflib.get_close_matches(flaw_id.replace("-", "_"), flaws, 1), *flaws][0]
    raise UsageError(
        "flaw_unknown",
        lesson=card.name,
        id=flaw_id if len(flaw_id) <= 40 else f"{flaw_id[:37]}...",
        known=", ".join(flaws),
        next=_asked_for(given, card, flaws[near]),
    )


def _asked_for(given: Given, card: Card, flaw: Flaw) -> str:
    """What was typed, without what does not go with the flaw."""
    assert flaw.show is not None, "only those are found"
    flags = (word for word in shlex.split(flaw.show.options) if word.startswith("--"))
    names = [flag[2:].partition("=")[0] for flag in flags]
    repaired = (one.option[2:] for one in card.parameters if not one.published)
    others = [*_DECIDING, *names, *repaired]
    return corrected(given, without=others, flags=[_PUBLISHED], flaw=flaw.id)


def _read(typed: str, options: Sequence[Option]) -> tuple[frozenset[str], Mapping[str, str]]:
    """The flags and the values in a text of options. Raises ValueError for what is neither."""
    known = {option.flag: option for option in options}
    flags, values = set(), {}
    words = iter(shlex.split(typed))
    for word in words:
        flag, equals, value = word.partition("=")
        option = known.get(flag)
        if option is None or option.name in (FLAW.name, _PUBLISHED):
            raise ValueError(f"{word!r} is no option that may stand here")
        if not option.metavar:
            flags.add(option.name)
            continue
        follows = value if equals else next(words, None)
        if follows is None:
            raise ValueError(f"{word} has no value")
        values[option.name] = follows
    return frozenset(flags), values
