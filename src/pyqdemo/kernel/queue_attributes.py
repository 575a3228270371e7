"""A queue's attributes, as a program uses them: ``q.queue``, ``q.mutex``, ``q.maxsize``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.locks import LockModel
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.queues import QueueModel
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["AssignQueue", "LookQueue"]


class LookQueue(Operation):
    """Reads an attribute of the queue: no mutex is taken for that.

    What a program does with ``queue.queue`` or ``queue.mutex`` we cannot see, so these count
    as a write of everything.
    """

    kind = "look"

    def __init__(self, model: QueueModel, name: str) -> None:
        self.model = model
        self.target = model.id
        self.value = self._name = name

    def apply(self, execution: Execution, task: Task) -> Any:
        model = self.model
        if self._name == "mutex" and model.mutex is None:
            model.mutex = LockModel()
            kind, sign, number = re.split("([/~])", model.id.partition("/")[2])
            execution.register(
                model.mutex,
                task,
                location=self.location,
                name=f"{kind}-{number}.mutex",
                quiet=sign == "~",
            )
        return model.look(self._name)

    def accesses(self) -> tuple[Access, ...]:
        match self._name:
            case "unfinished_tasks":
                return self.model.touch(unfinished="r")
            case "maxsize" | "is_shutdown":
                return self.model.touch(tail="r", head="r")
        return self.model.touch(tail="w", head="w", unfinished="w")


class AssignQueue(Operation):
    """Sets an attribute of the queue, without the mutex."""

    kind = "assign"

    def __init__(self, model: QueueModel, name: str, given: Any) -> None:
        self.model = model
        self.target = model.id
        self._name = name
        self.given = given

    def apply(self, execution: Execution, task: Task) -> None:
        execution.describe(self, self.model.describe, self.given)
        self.value = f"{self._name} = {self.value}"
        self.model.assign(self._name, self.given)

    def accesses(self) -> tuple[Access, ...]:
        if self._name == "unfinished_tasks":
            return self.model.touch(unfinished="w")
        return self.model.touch(tail="w", head="w")
