"""What an execution tells while it goes on, to whoever keeps a record of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.operations import Operation
    from pyqdemo.kernel.tasks import Task

__all__ = ["AS_WRITTEN", "Notes", "label_of"]

#: Operations whose value is a text of the program's, which is told as it is.
AS_WRITTEN = ("write", "buffer")


class Notes(Protocol):
    """Is told of tasks, resources and events, in their one order."""

    def task(self, task: Task, role: str | None, maker: str | None) -> None:
        """A task has been made."""

    def resource(
        self,
        id: str,
        kind: str,
        name: str,
        capacity: int | None = None,
        of: str | None = None,
        location: str | None = None,
    ) -> None:
        """A resource has been made."""

    def done(self, execution: Execution, task: Task, operation: Operation) -> None:
        """An operation took effect, or raised."""

    def blocked(self, execution: Execution, task: Task, operation: Operation) -> None:
        """An operation has to wait."""


def label_of(resource: str) -> tuple[str, str] | None:
    """Kind and name of a resource that nobody has announced; None if the id is a task's."""
    if "/" not in resource:
        return None
    kind, _, number = resource.partition("/")[2].replace("~", "/").partition("/")
    return kind, f"{kind}-{number}"
