"""What happens in a process, as rows of plain data that the coordinator makes records of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.noting import label_of

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.operations import Operation
    from pyqdemo.kernel.tasks import Task

__all__ = ["Rows"]


class Rows:
    """``kernel.noting.Notes`` in a process of the program; ``Hearing`` takes its rows.

    Texts are told as they are, with their addresses; the coordinator tidies them.

    Attributes:
        rows: in order, each with its kind before it. Whoever sends them takes them out.
    """

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self._known: set[str] = set()

    def task(self, task: Task, role: str | None, maker: str | None) -> None:
        self.rows.append(["task", task.id, task.name, role, task.daemon, maker or task.process.id])

    def resource(
        self,
        id: str,
        kind: str,
        name: str,
        capacity: int | None = None,
        of: str | None = None,
        location: str | None = None,
    ) -> None:
        self._known.add(id)
        self.rows.append(["resource", id, kind, name, capacity, of, location])

    def done(self, execution: Execution, task: Task, operation: Operation) -> None:
        target = operation.target
        if target is not None and target not in self._known:
            label = label_of(target)
            if label is not None:
                self.resource(target, *label)
        self.rows.append(
            [
                *("event", task.id, operation.kind, target, operation.item, operation.value),
                *(operation.result, operation.location, execution.now_ns),
                *(operation.depth, operation.cut, operation.option),
            ]
        )

    def blocked(self, execution: Execution, task: Task, operation: Operation) -> None:
        pass  # who has to wait, the coordinator sees by itself
