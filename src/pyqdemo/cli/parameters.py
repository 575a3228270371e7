"""A lesson's own parameters on a command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pyqdemo.card import Card, Parameter
from pyqdemo.cli.commands import Command, Given, Option

__all__ = ["value_of", "values_of", "with_parameters"]


def value_of(parameter: Parameter, given: Given) -> int | bool:
    """What was typed, or the default. Raises UsageError."""
    name = parameter.option[2:]
    if parameter.kind == "flag":
        return name in given.flags
    low, high, default = parameter.minimum, parameter.maximum, parameter.default
    assert low is not None and high is not None  # the card's reader holds that for numbers
    return given.whole(name, low=low, high=high, default=int(default))


def values_of(card: Card, given: Given, published: bool) -> dict[str, int | bool]:
    """All that the repaired or the published ``main`` takes. Raises UsageError."""
    return {one.name: value_of(one, given) for one in card.parameters_of(published)}


def with_parameters(command: Command, cards: Sequence[Card]) -> Command:
    """A command for any lesson, with the options of all; which of them a lesson takes is told
    later."""
    taken = {option.flag for option in command.options}
    own: dict[str, Option] = {}
    for parameter in (one for card in cards for one in card.parameters):
        if parameter.option not in taken:
            metavar = "" if parameter.kind == "flag" else "N"
            option = Option(parameter.option, parameter.help, metavar, example="1")
            own.setdefault(parameter.option, option)
    return replace(command, unoffered=tuple(own.values()))
