"""Which steps of an execution happened before which: those whose order could not be changed.

A step comes after another of its own task, after the one that made its task, after each one
before it that it depends on, and after the one that let it go on where it was blocked. The
order is their transitive closure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pyqdemo.point import Access

AWAITS, FOLLOWS = "let:", "once:"
"""How parts are called in which operations say that there is no choice: what touches one in mode
``r`` could not have come right before what touches it in mode ``a``; nor, where that is called
``once:``, anywhere before it in any execution."""

__all__ = ["AWAITS", "FOLLOWS", "Clock", "Order", "Taken", "join", "modes_of"]

Clock = dict[str, int]
"""Of each task the last of its steps that happened before, by its number from 0."""

Modes = dict[str, str]
"""How a step touches each part; ``w`` also where it does so in more than one way."""


class Taken(NamedTuple):
    """A step.

    Attributes:
        after: the step before it of the same task, or the one that made the task; -1 for none.
        clock: what happened before it, and itself.
    """

    task: str
    modes: Modes
    after: int
    clock: Clock


class _Touch(NamedTuple):
    """A step that touched a part.

    Attributes:
        run: where the run of touches begins that came one after another in the same mode.
        clock: what happened before any step of the run, up to this one.
    """

    step: int
    mode: str
    run: int
    clock: Clock


def modes_of(accesses: Iterable[Access]) -> Modes:
    """Of two steps one depends on the other (``point.depend``) if and only if they touch a part
    in different modes, or both in mode ``w``."""
    modes: Modes = {}
    for part, mode in accesses:
        modes[part] = mode if modes.setdefault(part, mode) == mode else "w"
    return modes


def join(clock: Clock, other: Clock) -> None:
    """Makes of a clock the later of both."""
    for task, step in other.items():
        if clock.get(task, -1) < step:
            clock[task] = step


class Order:
    """The steps of one execution, as far as they have been taken.

    Attributes:
        steps: in the order in which they were taken.
        of_task: numbers of each task's steps, rising.
    """

    def __init__(self) -> None:
        self.steps: list[Taken] = []
        self.of_task: dict[str, list[int]] = {}
        self._touches: dict[str, list[_Touch]] = {}

    def happened_before(self, one: int, other: int) -> bool:
        """Whether a step comes before another one, or is that itself."""
        steps = self.steps
        return steps[other].clock.get(steps[one].task, -1) >= one

    def next_of(self, task: str, step: int) -> int | None:
        """The first step of a task behind a step."""
        numbers = self.of_task[task]
        place = bisect_right(numbers, step)
        return numbers[place] if place < len(numbers) else None

    def clock_of(self, modes: Modes, after: int, let_on: int) -> Clock:
        """What would happen before a step that came next.

        Args:
            modes: how it touches what.
            after: as of ``Taken``.
            let_on: the step that enabled it, -1 for none.
        """
        clock = dict(self.steps[after].clock) if after >= 0 else {}
        if let_on >= 0:
            join(clock, self.steps[let_on].clock)
        for part, mode in modes.items():
            touches = self._touches.get(part)
            if not touches:
                continue
            last = touches[-1]
            if last.mode == mode != "w":  # these commute with it; those before them do not
                if not last.run:
                    continue
                last = touches[last.run - 1]
            join(clock, last.clock)
        return clock

    def add(self, task: str, modes: Modes, after: int, clock: Clock) -> None:
        """One more step has been taken; ``clock`` as of ``clock_of``."""
        number = len(self.steps)
        clock[task] = number
        self.steps.append(Taken(task, modes, after, clock))
        self.of_task.setdefault(task, []).append(number)
        for part, mode in modes.items():
            touches = self._touches.setdefault(part, [])
            run, joined = len(touches), clock
            if mode != "w" and touches and touches[-1].mode == mode:
                run, joined = touches[-1].run, dict(clock)
                join(joined, touches[-1].clock)
            touches.append(_Touch(number, mode, run, joined))

    def cut(self, length: int) -> None:
        """Takes back all steps but the first so many."""
        while len(self.steps) > length:
            taken = self.steps.pop()
            self.of_task[taken.task].pop()
            for part in taken.modes:
                self._touches[part].pop()

    def forced(self, modes: Modes, after: int) -> Clock:
        """What comes before the next step of a task in any case: what came before its last one,
        and before what it had to follow.

        Args:
            modes, after: of the next step.
        """
        clock = dict(self.steps[after].clock) if after >= 0 else {}
        for part, mode in modes.items():
            if mode == "r" and part.startswith(FOLLOWS):
                for touch in self._touches.get(part, ()):
                    if touch.mode == "a":
                        join(clock, touch.clock)
        return clock

    def opened(self, step: int, modes: Modes) -> bool:
        """Whether a step opened what the next step, which touches parts in those modes, awaits."""
        given = self.steps[step].modes
        return any(
            mode == "r" and part.startswith(AWAITS) and given.get(part) == "a"
            for part, mode in modes.items()
        )

    def conflicts(self, task: str, modes: Modes, known: Clock) -> Sequence[int]:
        """Steps on which the next step of a task depends, the last one first.

        Args:
            modes: of the next step.
            known: what is left out: steps that come before it in any case.
        """
        found: set[int] = set()
        for part, mode in modes.items():
            touches = self._touches.get(part, ())
            place = len(touches) - 1
            while place >= 0:
                touch = touches[place]
                if touch.mode == mode != "w":
                    place = touch.run - 1
                    continue
                other = self.steps[touch.step].task
                if other != task and known.get(other, -1) < touch.step:
                    found.add(touch.step)
                elif touch.mode == "w":
                    break  # all before it came before it
                place -= 1
        return sorted(found, reverse=True)
