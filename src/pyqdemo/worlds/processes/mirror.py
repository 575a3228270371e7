"""What the coordinator knows of an operation that is a process's own affair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import Task
from pyqdemo.point import Access

__all__ = ["Own"]


class Own(Operation):
    """An operation within one process. It happens there; here it has no effect and no event.

    Args:
        execution: in which the tasks are found by their ids.
        form: as ``branch`` sends it.

    Attributes:
        can: whether it could take effect now without a timeout; told with every step of its
            process, and nobody else can change it.
    """

    quiet = True

    def __init__(self, execution: Execution, form: Sequence[Any]) -> None:
        (
            self.kind,
            self.target,
            self.value,
            self.timeout_s,
            self.deadline_ns,
            self.location,
            self._holders,
            self._needs,
        ) = form
        self.execution = execution
        self.can = False

    def ready(self) -> bool:
        return self.can

    def apply(self, execution: Execution, task: Task) -> None:
        return None

    def accesses(self) -> tuple[Access, ...]:
        return (Access("mem", "w"),)  # nobody has told

    def holders(self) -> tuple[Task, ...]:
        return tuple(self.execution.task(id) for id in self._holders)

    def needs(self) -> tuple[Task, ...]:
        return tuple(self.execution.task(id) for id in self._needs)
