"""Whether operations commute where their access sets say so, tried out."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from plain import Chosen

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import Task
from pyqdemo.kernel.texts import raised
from pyqdemo.point import Access, Pending, Point, Step
from pyqdemo.trace import TaskKind

__all__ = ["Case", "Commuting", "First", "Wandering", "commuting", "independent"]


class Case(NamedTuple):
    """One state of a program, made anew at each use.

    Attributes:
        operations: what could be attempted in it, by name; each is made for a task.
        shown: everything of the state that a later operation could see.
    """

    operations: dict[str, Callable[[Task], Operation]]
    shown: Callable[[], object]


class Commuting(NamedTuple):
    """What ``commuting`` found.

    Attributes:
        independent: pairs of names that are called independent somewhere.
        wrong: such pairs, whose order matters after all.
    """

    independent: set[tuple[str, str]]
    wrong: set[tuple[str, str]]


class Wandering:
    """Chooses at random and keeps, for each point, what every task attempted there."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self.choices: list[str] = []
        self.looks: list[tuple[Pending, ...]] = []

    def begin(self) -> None:
        """One execution only."""

    def choose(self, point: Point) -> str:
        self.looks.append(point.look())
        self.choices.append(point.enabled[int(self._draw.random() * len(point.enabled))])
        return self.choices[-1]


class First:
    """Goes on with whoever comes first; keeps what it saw at its first point."""

    def __init__(self) -> None:
        self.look: tuple[Pending, ...] | None = None

    def begin(self) -> None:
        """One execution only."""

    def choose(self, point: Point) -> str:
        if self.look is None:
            self.look = point.look()
        return point.enabled[0]


def independent(one: Pending | Step, other: Pending | Step) -> bool:
    """By the rule of ``point.Access``: no part of which at least one access is no mere
    reading, or no mere adding, beside the other's."""
    return _apart(one.accesses, other.accesses)


def _apart(some: Iterable[Access], others: Collection[Access]) -> bool:
    return not any(
        mine.part == its.part and not (mine.mode == its.mode and mine.mode in "ra")
        for mine in some
        for its in others
    )


def commuting(cases: Sequence[Callable[[Execution, Task], Case]]) -> Commuting:
    """Tries each pair of operations in both orders, in each state, by two tasks.

    Two are independent if they touch no part in common but by reading both, or by adding
    both. Then, wherever both can take effect, each must still be able to after the other,
    with the same answer or exception, and the state must be the same in the end.
    """
    found = Commuting(set(), set())
    for make in cases:
        names = list(_fresh(make)[1].operations)
        for pair in [*combinations(names, 2), *((name, name) for name in names)]:
            _, case, tasks = _fresh(make)
            one, two = (case.operations[name](task) for name, task in zip(pair, tasks, strict=True))
            if not _apart(one.accesses(), two.accesses()) or not (_can(one) and _can(two)):
                continue
            found.independent.add(pair)
            if _in_order(make, pair, (0, 1)) != _in_order(make, pair, (1, 0)):
                found.wrong.add(pair)
    return found


def _attempt(operation: Operation, execution: Execution, task: Task) -> str:
    """What an operation answers, or how it raises."""
    try:
        answer = operation.apply(execution, task)
    except Exception as error:
        return raised(error)
    if isinstance(answer, list):  # of models, as a rule: they are told by their ids
        return repr([getattr(each, "id", each) for each in answer])
    return repr(answer)


def _fresh(
    make: Callable[[Execution, Task], Case],
) -> tuple[Execution, Case, tuple[Task, Task]]:
    execution = Execution(Chosen(), Limits())
    main = execution.main
    case = make(execution, main)
    one, two = (Task(f"0.{9 + n}", "", TaskKind.THREAD, main, False) for n in (0, 1))
    return execution, case, (one, two)


def _can(operation: Operation) -> bool:
    """It is ready, or its bound may be reached."""
    return operation.ready() or operation.timeout_s is not None


def _in_order(
    make: Callable[[Execution, Task], Case], pair: tuple[str, str], order: tuple[int, int]
) -> object:
    execution, case, tasks = _fresh(make)
    operations = [case.operations[name](task) for name, task in zip(pair, tasks, strict=True)]
    told: dict[int, Any] = {}
    for number in order:
        operation = operations[number]
        able = _can(operation)
        told[number] = (able, _attempt(operation, execution, tasks[number]) if able else None)
        told[number] += (operation.item,)
    return sorted(told.items()), case.shown()
