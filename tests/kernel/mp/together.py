"""Small programs on one thing that processes share, by the book or as it is modelled: what
comes of every schedule."""

from __future__ import annotations

from collections.abc import Callable
from threading import BrokenBarrierError
from typing import Any

from by_the_book import BookCondition
from depth_first import ByPlaces
from several import Body, Code, drive, every, process

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.tasks import Task

__all__ = ["Part", "doing", "killer", "outcomes", "told_of"]

Part = Callable[[Any, dict[str, object]], Body]
"""A process's code on a condition or an event; it tells what it got by its own id."""


def outcomes(kind: Any, *parts: Part, loose: bool = False) -> set[tuple[object, ...]]:
    """What each of the processes got, in every schedule: ``stuck`` where it never got anywhere,
    ``killed`` where that came first.

    A schedule in which one is killed with the lock inside an event or a barrier in its hands is
    left out: the models do not show that.
    """
    found = set()
    got: dict[str, object] = {}
    shared: Any = None

    def main(execution: Execution, task: Task) -> Code:
        nonlocal shared
        got.clear()
        shared = kind(execution, task)
        for part in parts:
            yield process(part(shared, got))

    for run in every(main, loose=loose):
        assert run.failures == []
        holder = shared.held()
        if not isinstance(shared, BookCondition) and holder and not holder.process.state.alive:
            continue
        killed = {each.id for each in run.processes if each.state.exit_code == -9}
        ids = [f"0.{number + 1}" for number in range(len(parts))]
        found.add(tuple("killed" if id in killed else got.get(id, "stuck") for id in ids))
    return found


def killer(victim: str = "0.1") -> Part:
    """Kills a process, at any moment."""

    def part(shared: Any, got: dict[str, object]) -> Body:
        def body(execution: Execution, task: Task) -> Code:
            yield ("process.kill", victim)
            got[task.id] = "through"

        return body

    return part


def doing(*acts: tuple[Any, ...]) -> Part:
    """Does these, and got their answers so far."""

    def part(shared: Any, got: dict[str, object]) -> Body:
        def body(execution: Execution, task: Task) -> Code:
            answers: list[object] = []
            for name, *args in acts:
                got[task.id] = (*answers, "stuck")
                answers.append((yield from _tried(getattr(shared, name)(*args))))
            got[task.id] = tuple(answers)

        return body

    return part


def told_of(kind: Any, *parts: Part, places: list[int]) -> Execution:
    """One execution; its choices are places among the enabled, then the first."""

    def main(execution: Execution, task: Task) -> Code:
        shared = kind(execution, task)
        for part in parts:
            yield process(part(shared, {}))

    return drive(main, ByPlaces(places))


def _tried(call: Code) -> Code:
    try:
        return (yield from call)
    except BrokenBarrierError:
        return "broken"
