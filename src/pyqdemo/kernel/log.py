"""The records of one execution, as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pyqdemo.kernel.noting import AS_WRITTEN, label_of
from pyqdemo.kernel.texts import Addresses
from pyqdemo.trace import Event, Phase, Record, Resource
from pyqdemo.trace import Task as TaskRecord

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.operations import Operation
    from pyqdemo.kernel.tasks import Task

__all__ = ["Log"]


class Log:
    """Takes tasks, resources and events in their one order, and makes the records of a trace.

    Attributes:
        records: in order; a task or resource stands before the first event that names it.
    """

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._seq = 0
        self._known: dict[str, Resource] = {}
        # Numbers of their own, so that what is printed does not hang on who records; of each
        # process its own, since two may have different things at one address.
        self._tidy: dict[str, Callable[[str], str]] = {}

    @property
    def names(self) -> dict[str, str]:
        """The name of each task so far, by its id."""
        return {record.id: record.name for record in self.records if type(record) is TaskRecord}

    def task(self, task: Task, role: str | None, maker: str | None) -> None:
        """Announces a task."""
        self.records.append(
            TaskRecord(
                id=task.id,
                kind=task.kind,
                name=task.name,
                process=task.process.id,
                role=role,
                parent=maker,
                daemon=task.daemon,
            )
        )

    def knows(self, id: str) -> bool:
        """Whether a resource has been announced."""
        return id in self._known

    def resource(
        self,
        id: str,
        kind: str,
        name: str,
        capacity: int | None = None,
        of: str | None = None,
        location: str | None = None,
    ) -> None:
        """Announces a resource."""
        self._announce(Resource(id, kind, name, capacity, of, location))

    def take(
        self,
        execution: Execution,
        task: Task,
        operation: str,
        resource: str | None,
        item: str | None,
        value: str | None,
        result: str | None,
        location: str | None,
        virtual_ns: int,
        depth: int | None,
        cut: int,
        option: int | None,
    ) -> None:
        """An operation took effect in another process, which has told it as it was there."""
        tidy = self._tidy_of(task)
        resource, item = self._told(execution, task, resource, item)
        self._seq += 1
        self.records.append(
            Event(
                seq=self._seq,
                task=task.id,
                phase=Phase.DONE,
                operation=operation,
                resource=resource,
                item=item,
                value=value if value is None or operation in AS_WRITTEN else tidy(value),
                result=None if result is None else tidy(result),
                location=location,
                virtual_ns=virtual_ns,
                depth=depth,
                cut=cut,
                option=option,
                step=execution.steps,
            )
        )

    def done(self, execution: Execution, task: Task, operation: Operation) -> None:
        """An operation took effect, or raised."""
        self._event(execution, task, operation, Phase.DONE)

    def blocked(self, execution: Execution, task: Task, operation: Operation) -> None:
        """An operation has to wait."""
        self._event(execution, task, operation, Phase.BLOCKED)

    def _told(
        self, execution: Execution, task: Task, resource: str | None, item: str | None
    ) -> tuple[str | None, str | None]:
        """A resource and an item as they are told: copies under names of their own."""
        seen = execution.seen_as(task, resource)
        if seen is resource or seen is None:
            return resource, item
        if seen not in self._known and resource in self._known:
            self._announce(replace(self._known[resource], id=seen))
        if item is not None and execution.task(item.partition("#")[0]).process is not task.process:
            item = f"{item}@{task.process.id}"
        return seen, item

    def _announce(self, record: Resource) -> None:
        self._known[record.id] = record
        self.records.append(record)

    def _tidy_of(self, task: Task) -> Callable[[str], str]:
        tidy = self._tidy.get(task.process.id)
        if tidy is None:
            tidy = self._tidy[task.process.id] = Addresses().tidy
        return tidy

    def _event(self, execution: Execution, task: Task, operation: Operation, phase: Phase) -> None:
        done = phase is Phase.DONE
        target, item = self._told(execution, task, operation.target, operation.item)
        # The execution has tidied what was printed.
        as_written = operation.kind in AS_WRITTEN
        if target is not None and target not in self._known:
            label = label_of(target)
            if label is not None:
                self.resource(target, *label)
        value, result = operation.value, operation.result if done else None
        tidy = self._tidy_of(task)
        self.records.append(
            Event(
                seq=self._seq + 1,
                task=task.id,
                phase=phase,
                operation=operation.kind,
                resource=target,
                item=item if done else None,
                value=value if value is None or as_written else tidy(value),
                result=None if result is None else tidy(result),
                location=operation.location,
                virtual_ns=execution.now_ns,
                depth=operation.depth if done else None,
                timeout_s=None if done else operation.timeout_s,
                cut=operation.cut,
                option=operation.option,
                step=execution.steps,
            )
        )
        self._seq += 1  # last: what fails above is done again
