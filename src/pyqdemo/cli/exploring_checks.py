"""Whether what was typed after ``explore`` or ``explain`` goes together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pyqdemo.card import Card
from pyqdemo.cli import runs
from pyqdemo.cli.commands import Given, Option
from pyqdemo.cli.finding import nearest
from pyqdemo.cli.retyping import corrected
from pyqdemo.errors import UnknownLesson, UsageError
from pyqdemo.lessons import catalogue

__all__ = ["check_lesson", "check_own", "explored_lesson"]


def explored_lesson(word: str, given: Given) -> Card | None:
    """The lesson of that name; None for a file of the user's own.

    Raises:
        UnknownLesson: it is neither.
    """
    path = Path(word)
    if path.suffix or path.name != word:
        return None
    cards = {card.name: card for card in catalogue()}
    if word in cards:
        return cards[word]
    if path.exists():
        return None
    near = nearest(word, cards)
    if near is None:
        raise UnknownLesson("unknown_lesson_far", name=word)
    following = corrected(replace(given, arguments={**given.arguments, "PROGRAM": (near,)}))
    raise UnknownLesson("unknown_lesson", name=word, nearest=following)


def check_own(word: str, given: Given, options: Sequence[Option]) -> None:
    """Raises UsageError where an option of a lesson was typed for a program."""
    known = {option.name for option in options} - {"as-published"}
    for name in (*sorted(given.flags), *sorted(given.values)):
        if name not in known:
            following = corrected(given, without=[name])
            facts = {"option": f"--{name}", "program": word, "next": following}
            raise UsageError("explore_of_lesson", **facts)


def check_lesson(card: Card, given: Given, options: Sequence[Option]) -> None:
    """Raises UsageError for what this lesson does not take."""
    args = given.arguments.get("ARGS", ())
    if args:
        bare = replace(given, arguments={**given.arguments, "ARGS": ()})
        raise UsageError("argument_extra", command=card.name, value=args[0], next=corrected(bare))
    published = given.has("as-published")
    if published and card.published is None:
        following = corrected(given, without=["as-published"])
        raise UsageError("one_version", lesson=card.name, next=following)
    own = {option.name for option in options}
    taken = {one.option[2:] for one in card.parameters_of(published)}
    for name in (*sorted(given.flags), *sorted(given.values)):
        if name not in own | taken:
            facts = {"lesson": card.name, "option": f"--{name}"}
            facts["next"] = corrected(given, without=[name])
            both = name in {one.option[2:] for one in card.parameters}
            raise UsageError("published_takes_no" if both else "explore_parameter", **facts)
    for option in () if card.processes else (runs.START_METHOD, runs.STDOUT):
        if given.has(option.name):
            following = corrected(given, without=[option.name])
            facts = {"lesson": card.name, "option": option.flag, "next": following}
            raise UsageError("no_processes", **facts)
