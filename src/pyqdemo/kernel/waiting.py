"""Who waits for what, and when it is certain that it never ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyqdemo.kernel.tasks import Task
from pyqdemo.trace import Wait

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution

__all__ = ["circle_through", "ends_all", "keeps_from_ending", "waits"]


def waits(execution: Execution) -> tuple[Wait, ...]:
    """A row for each task that attempts something and cannot, in the order of ids."""
    rows = []
    for task in execution.alive:
        operation = task.pending
        if operation is None or operation.ready():
            continue
        rows.append(
            Wait(
                task=task.id,
                operation=operation.kind,
                resource=operation.target,
                holders=tuple(holder.id for holder in operation.holders()),
                since_ns=operation.since_ns,
                location=operation.location,
                timeout_s=operation.timeout_s,
            )
        )
    return tuple(rows)


def circle_through(start: Task) -> tuple[Task, ...]:
    """Tasks from this one on of which each surely cannot go on before the next does.

    Returns:
        the circle; empty if none goes through ``start``.
    """
    way = [start]
    while True:
        after = _needs(way[-1])
        if len(after) != 1:
            return ()
        if after[0] is start:
            return tuple(way)
        if after[0] in way:
            return ()
        way.append(after[0])


def ends_all(circle: Sequence[Task], alive: Sequence[Task]) -> bool:
    """Whether everybody who keeps the program alive waits, in the end, for the circle.

    Daemons may go on for ever and change nothing.
    """
    needs = {task: set(_needs(task)) for task in alive}
    doomed = {task for task in circle if needs.get(task)}
    if len(doomed) < len(circle):
        return False  # somebody got out of it after all
    while more := {task for task in alive if task not in doomed and doomed & needs[task]}:
        doomed |= more
    return all(task in doomed for task in alive if not task.daemon)


def keeps_from_ending(circle: Sequence[Task]) -> bool:
    """Whether the program cannot end while the circle lasts."""
    return not all(task.daemon for task in circle)


def _needs(task: Task) -> tuple[Task, ...]:
    """Those without whom a task surely cannot go on."""
    operation = task.pending
    if operation is None or operation.timeout_s is not None or operation.ready():
        return ()
    return operation.needs()
