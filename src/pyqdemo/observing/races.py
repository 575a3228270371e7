"""Races: plain data that two tasks touch without anything that orders them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pyqdemo.observing.notes import Key
from pyqdemo.observing.places import Touch
from pyqdemo.point import Access, Step

__all__ = ["Clock", "Clocks", "Unordered", "races"]

Clock = dict[str, int]
"""Of each task, how much of it is known to have happened."""

#: Nothing is synchronised by these.
_NO_ORDER = ("clock", "data:", "lives", "names:")


class Unordered(NamedTuple):
    """As ``report.Race``."""

    name: str
    places: tuple[str, str]
    tasks: tuple[str, str]


class _Before(NamedTuple):
    """The last time that a task touched a part in one way."""

    time: int
    touch: Touch


class Clocks:
    """The vector clocks of one execution, over operations: sleeping orders nothing.

    An operation is ordered behind all those before it that it depends on. A queue counts as one
    part here, as it has one lock around it.

    **Source**: Mattern, "Virtual Time and Global States of Distributed Systems", 1989; what
    makes an order, as in Flanagan, Freund, "FastTrack", PLDI 2009.
    """

    def __init__(self) -> None:
        self._clocks: dict[str, Clock] = {}
        self._published: dict[tuple[str, str], Clock] = {}

    def step(self, step: Step) -> Clock:
        """The clock of a task's code behind the operation of its step.

        What that code does is published by the task's next operation, not by this one.
        """
        accesses = [
            Access(_part(access.part), access.mode)
            for access in step.accesses
            if not access.part.startswith(_NO_ORDER)
        ]
        clock = self._clocks.get(step.task)
        if clock is None:
            clock = self._clocks[step.task] = {step.task: 1}
            self._learn(clock, Access(f"life:{step.task}", "r"))  # from whoever started it
        for access in accesses:
            self._learn(clock, access)
        for access in accesses:
            _join(self._published.setdefault(access, {}), clock)
        clock[step.task] += 1
        return clock

    def _learn(self, clock: Clock, access: Access) -> None:
        for mode in "rwa":
            known = self._published.get((access.part, mode))
            if known is not None and (mode != access.mode or mode == "w"):
                _join(clock, known)


def races(steps: Sequence[Step], touches: Sequence[Sequence[Touch]]) -> list[Unordered]:
    """Each pair of places that touch the same plain data unordered, at least one writing.

    Args:
        steps: of one execution, as a strategy that observes was told them.
        touches: of the same steps; see ``PlacedNotes``.
    """
    clocks = Clocks()
    before: dict[Key, dict[tuple[str, str, str], _Before]] = {}
    names: dict[object, str] = {}
    found: dict[tuple[Key, Touch, Touch], tuple[str, str]] = {}
    for step, touched in zip(steps, touches, strict=True):
        clock = clocks.step(step)
        for touch in touched:
            if touch.name is not None:
                names.setdefault(touch.key, touch.name)
            known = before.setdefault(touch.key, {})
            for (task, mode, _), last in known.items():
                writes = mode == "w" or mode != touch.mode
                if task != step.task and writes and last.time > clock.get(task, 0):
                    found.setdefault((touch.key, last.touch, touch), (task, step.task))
            known[step.task, touch.mode, touch.place] = _Before(clock[step.task], touch)
    return _told(found.items(), names)


def _told(
    found: Iterable[tuple[tuple[Key, Touch, Touch], tuple[str, str]]], names: dict[object, str]
) -> list[Unordered]:
    """Each once, with one name for each place and object."""
    told: dict[tuple[object, tuple[str, str]], Unordered] = {}
    for (key, one, other), tasks in found:
        name = one.name or other.name or names.get(key) or str(key[1]).lstrip(".")
        if _line(other.place) < _line(one.place):
            one, other, tasks = other, one, (tasks[1], tasks[0])
        places = (one.place, other.place)
        # An item, and the whole that it is part of, are told as one: by the shorter name.
        place = (key[0] if key[1] != "|" else key, places)
        before = told.get(place)
        if before is None or len(name) < len(before.name):
            told[place] = Unordered(name, places, tasks)
    return list(dict.fromkeys(told.values()))


def _line(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line)


def _part(part: str) -> str:
    """Both ends of a queue are behind one lock."""
    for end in (".head", ".tail"):
        part = part.removesuffix(end)
    return part


def _join(clock: Clock, other: Clock) -> None:
    for task, time in other.items():
        if clock.get(task, 0) < time:
            clock[task] = time
