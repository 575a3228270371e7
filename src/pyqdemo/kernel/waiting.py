"""Who waits for what, and when it is certain that it never ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyqdemo.kernel.tasks import Task

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.trace import Wait

__all__ = ["Circles", "waits"]


def waits(execution: Execution) -> tuple[Wait, ...]:
    """A row for each task that attempts something and cannot, in the order of ids."""
    from pyqdemo.trace import Wait  # asked for once in a run, in the end

    rows = []
    for task in execution.alive:
        operation = task.pending
        if operation is None or operation.idle or operation.ready():
            continue
        rows.append(
            Wait(
                task=task.id,
                operation=operation.kind,
                resource=execution.seen_as(task, operation.target),
                holders=tuple(holder.id for holder in operation.holders()),
                since_ns=operation.since_ns,
                location=operation.location,
                timeout_s=operation.timeout_s,
            )
        )
    return tuple(rows)


class Circles:
    """Tasks of which each surely cannot go on before the next does, the last not before the first.

    Attributes:
        changed: there may be one more, or one that now holds everybody.
    """

    def __init__(self) -> None:
        self.changed = False
        self._suspects: dict[Task, None] = {}
        self._found: list[tuple[Task, ...]] = []

    def suspect(self, task: Task) -> None:
        """A task has to wait for somebody who alone can help."""
        self._suspects[task] = None
        self.changed = True

    def ended(self) -> None:
        """A task is over: whoever is left may all be held, or wait for what it has kept."""
        self.changed |= bool(self._found or self._suspects)

    def hold(self, alive: Sequence[Task]) -> bool:
        """Whether everybody who keeps the program alive waits, in the end, for a circle."""
        self._find()
        return any(_ends_all(circle, alive) for circle in self._found)

    def keep_from_ending(self) -> bool:
        """Whether there is one that lets the program never end, whoever else is busy."""
        self._find()
        return any(not all(task.daemon for task in circle) for circle in self._found)

    def _find(self) -> None:
        self.changed = False
        # A bound, or a lock in the hands of a third, may have opened one.
        self._found = [circle for circle in self._found if _circle_through(circle[0])]
        self._suspects = {task: None for task in self._suspects if _needs(task)}
        for task in self._suspects:
            circle = _circle_through(task)
            if circle and not any(task in known for known in self._found):
                self._found.append(circle)


def _circle_through(start: Task) -> tuple[Task, ...]:
    """Tasks from this one on of which each surely cannot go on before the next does.

    Returns:
        the circle; empty if none goes through ``start``.
    """
    way = [start]
    while True:
        after = _needs(way[-1])
        if len(after) != 1:
            return ()
        if after[0].pending is None and not after[0].alive:
            # It is over, and has kept what only it could give back.
            return (start,) if len(way) == 1 else ()
        if after[0] is start:
            return tuple(way)
        if after[0] in way:
            return ()
        way.append(after[0])


def _ends_all(circle: Sequence[Task], alive: Sequence[Task]) -> bool:
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


def _needs(task: Task) -> tuple[Task, ...]:
    """Those without whom a task surely cannot go on."""
    operation = task.pending
    if operation is None or operation.timeout_s is not None or operation.ready():
        return ()
    return operation.needs()
