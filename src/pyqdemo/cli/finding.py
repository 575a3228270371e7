"""Finding a lesson by the name a person typed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pyqdemo.card import Card
from pyqdemo.cli.commands import Given
from pyqdemo.errors import UnknownLesson, UsageError
from pyqdemo.lessons import catalogue

__all__ = ["lesson_names", "named_lesson", "nearest"]


def lesson_names() -> tuple[str, ...]:
    """Every lesson's name, in the order of the course."""
    return tuple(card.name for card in catalogue())


def named_lesson(given: Given, command: str) -> Card:
    """The lesson in the argument LESSON of a command.

    Raises:
        UsageError: it is missing.
        UnknownLesson: there is none of that name; the command is offered with the nearest.
    """
    cards = catalogue()
    name = given.argument("LESSON")
    if not name:
        example = f"{command} {cards[0].name}" if cards else "list"
        raise UsageError("argument_missing", command=command, argument="LESSON", next=example)
    for card in cards:
        if card.name == name:
            return card
    near = nearest(name, [card.name for card in cards])
    if near is None:
        raise UnknownLesson("unknown_lesson_far", name=name)
    raise UnknownLesson("unknown_lesson", name=name, nearest=f"{command} {near}")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant, None if none is like it."""
    told = name.lower().replace("_", "-")
    near = difflib.get_close_matches(told, list(names), 1, 0.5)
    return near[0] if near else None
