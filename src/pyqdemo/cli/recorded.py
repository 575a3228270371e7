"""The options and the command with which a run like a recorded one is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from pyqdemo.card import Card, Parameter
from pyqdemo.cli.commands import Given
from pyqdemo.cli.controlling import USUAL_STEPS
from pyqdemo.cli.runs import ELSEWHERE_S, ON_A_TERMINAL_S
from pyqdemo.trace import Header

__all__ = ["command_of", "options_of"]


class Settings(Protocol):
    """What a header says of a run, and a schedule too."""

    @property
    def parameters(self) -> Mapping[str, object]: ...
    @property
    def sleeps(self) -> str | None: ...
    @property
    def bounds(self) -> Mapping[str, float | int]: ...
    @property
    def start_method(self) -> str | None: ...
    @property
    def stdout(self) -> str | None: ...
    @property
    def granularity(self) -> str | None: ...


def options_of(
    settings: Settings, parameters: Sequence[Parameter], *, endless: bool
) -> tuple[frozenset[str], dict[str, str]]:
    """The options that ask for those settings: flags, and values by name.

    What nobody has to type here is left out: defaults, and the seed.

    Args:
        parameters: of the lesson, as its card has them.
        endless: the program is stopped after a while where nobody says when.
    """
    flags, values = set(), {}
    for parameter in parameters:
        value = settings.parameters.get(parameter.name)
        if value is None or value == parameter.default:
            continue
        name = parameter.option.removeprefix("--")
        if parameter.kind == "flag":
            flags.add(name)
        else:
            values[name] = str(value)
    if settings.sleeps == "loose":
        values["sleeps"] = "loose"
    if settings.start_method is not None and settings.start_method != _usual_start():
        values["start-method"] = settings.start_method
    if settings.granularity == "line":
        values["granularity"] = "line"
    if settings.stdout == "pipe":
        values["stdout"] = "pipe"
    for bound, value in settings.bounds.items():
        usual = bound == "max_steps" and value == USUAL_STEPS
        ours = bound == "for_s" and value in (ON_A_TERMINAL_S, ELSEWHERE_S) and endless
        if not (usual or ours):
            name = bound.removesuffix("_s").replace("_", "-")
            values[name] = repr(value).removesuffix(".0")
    return frozenset(flags), values


def _usual_start() -> str:
    from pyqdemo.worlds.start_methods import start_methods

    return start_methods()[0]


def command_of(header: Header, program: Path, card: Card | None, lang: str | None) -> Given | None:
    """The command of a like run, without its seed; None where no command makes one.

    Args:
        program: where it lies; means nothing for a lesson.
        card: of the lesson, None for a program of the user's own.
        lang: that shall be typed; None for none.
    """
    values = {} if lang is None else {"lang": lang}
    strategy, _, depth = (header.strategy or "").partition(" ")
    if strategy in ("pct", "round-robin"):
        values["strategy"] = strategy
        if depth:
            values["depth"] = depth
    published = card is not None and header.variant == "published"
    parameters = card.parameters_of(published) if card is not None else ()
    endless = card is not None and published and card.endless
    flags, told = options_of(header, parameters, endless=endless)
    values |= told
    if card is not None:
        if published:
            flags |= {"as-published"}
        return Given(card.name, lang or "", flags, values)
    if header.function is not None or header.parameters:
        return None
    arguments = {"FILE": (str(program),), "ARGS": header.arguments}
    return Given("run", lang or "", flags, values, arguments)
