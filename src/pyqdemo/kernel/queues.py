"""The queues of ``queue``: what lies in them, who can put and get, and what still waits.

A FIFO queue has two ends. A put touches its tail and a get its head, so that they commute
whenever both can take effect: each leaves the other ready and what it gives unchanged. One
that gives up (a bound, or ``block=False``) sees how full the queue is and so reads the other
end as well; observers read both. Of every other queue the items are one part.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.locks import LockModel
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.stores import HookedStore, Store
from pyqdemo.kernel.turnless import awaits, opens
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = [
    "AskQueue",
    "Describe",
    "Get",
    "JoinQueue",
    "Put",
    "QueueModel",
    "ShutDownQueue",
    "TaskDone",
]

Describe = Callable[[object], tuple[str, int]]
"""A short repr of a program's value, and how many characters of it were left out."""

#: From Python 3.13; before it nothing can shut a queue down.
_ShutDown: type[Exception] = getattr(queue, "ShutDown", RuntimeError)


class QueueModel(Model):
    """A queue.

    Args:
        kind: ``queue``, ``lifo``, ``priority`` or ``simple``.
        store: keeps the items.
        maxsize: items it can hold, 0 or less for no limit.
        describe: for values in the record.

    Attributes:
        unfinished: puts whose ``task_done`` has not come.
        is_shutdown: puts raise, and gets once it is empty.
        mutex: the lock around every operation, once the program has asked for it.
    """

    def __init__(self, kind: str, store: Store, maxsize: int, describe: Describe) -> None:
        super().__init__()
        self.kind = kind
        self.store = store
        self.maxsize = maxsize
        self.describe = describe
        self.unfinished = 0
        self.is_shutdown = False
        self.mutex: LockModel | None = None

    untold = Model.untold | {"describe"}

    def is_full(self) -> bool:
        return 0 < self.maxsize <= self.store.size()

    def look(self, name: str) -> Any:
        """What the program finds in an attribute."""
        match name:
            case "queue":
                return self.store.items
            case "unfinished_tasks":
                return self.unfinished
        return getattr(self, name)

    def assign(self, name: str, given: Any) -> None:
        """Sets what the program finds in ``queue``, ``unfinished_tasks`` or ``maxsize``."""
        match name:
            case "queue":
                self.store.items = given
            case "unfinished_tasks":
                self.unfinished = given
            case _:
                self.maxsize = given

    def touch(self, **modes: str) -> tuple[Access, ...]:
        """Accesses to parts by their names: ``head``, ``tail`` and ``unfinished``.

        Every operation waits while the mutex is held, so it reads that too.
        """
        if not self.store.split:
            mode = max(modes.pop("head", ""), modes.pop("tail", ""))  # w covers r
            modes |= {"items": mode} if mode else {}
        touched = tuple(Access(f"{self.id}.{part}", mode) for part, mode in modes.items())
        return touched if self.mutex is None else (*touched, Access(self.mutex.id, "r"))


class _OnQueue(Operation):
    """An operation under the queue's mutex."""

    def __init__(self, model: QueueModel) -> None:
        self.model = model
        self.target = model.id

    def ready(self) -> bool:
        mutex = self.model.mutex
        return mutex is None or mutex.owner is None

    def holders(self) -> tuple[Task, ...]:
        mutex = self.model.mutex
        return () if mutex is None or mutex.owner is None else (mutex.owner,)


class _Move(_OnQueue):
    """A put or a get: most of what a program does, so the plain ones are made in few steps.

    Args:
        block: wait until it is possible, else raise at once.
        timeout_s: bound of that wait. One below 0 is refused, as late as the real queue
            does it: a queue that is shut down says that first.
    """

    _waits = True
    _refused = False

    def __init__(
        self, model: QueueModel, block: bool = True, timeout_s: float | None = None
    ) -> None:
        self.model = model
        self.target = model.id
        if not block or timeout_s is not None:
            self._limit(block, timeout_s)

    def _limit(self, block: bool, timeout_s: float | None) -> None:
        self._refused = block and timeout_s is not None and timeout_s < 0
        self._waits = block and not self._refused
        self.timeout_s = timeout_s if self._waits else None

    def ready(self) -> bool:
        model = self.model
        if model.mutex is not None and model.mutex.owner is not None:
            return False
        if not self._waits or model.is_shutdown:
            return True
        try:
            return self._possible()
        except Exception:
            return True  # the program's own ``_qsize`` raises: so shall the operation

    def _possible(self) -> bool:
        raise NotImplementedError

    def _check(self) -> None:
        if self._refused:
            raise ValueError("'timeout' must be a non-negative number")

    def _kept_out(self) -> bool:
        """Its bound was reached while somebody held the mutex."""
        return self.model.mutex is not None and self.model.mutex.owner is not None

    def _gives_up(self) -> bool:
        return not self._waits or self.timeout_s is not None


class Put(_Move):
    """Puts an item; raises Full or ShutDown where it cannot."""

    kind = "put"

    def __init__(
        self, model: QueueModel, given: Any, block: bool = True, timeout_s: float | None = None
    ) -> None:
        self.model = model
        self.target = model.id
        self.given = given
        if not block or timeout_s is not None:
            self._limit(block, timeout_s)

    def ready(self) -> bool:
        model = self.model
        plain = model.store.plain and model.mutex is None and not model.is_shutdown
        if plain and self._waits and type(model.maxsize) is int:
            return model.maxsize <= 0 or len(model.store.items) < model.maxsize
        return super().ready()

    def _possible(self) -> bool:
        model = self.model
        return model.maxsize <= 0 or model.store.size() < model.maxsize

    def apply(self, execution: Execution, task: Task) -> None:
        model, store = self.model, self.model.store
        execution.describe(self, model.describe, self.given)
        if model.is_shutdown:
            raise _ShutDown
        if model.maxsize > 0:
            self._check()
            if store.size() >= model.maxsize or self._kept_out():
                raise queue.Full
        self.item = store.put(self.given, execution, task)
        model.unfinished += 1
        if execution.log is not None or not store.plain:
            self.depth = store.size()
        if isinstance(store, HookedStore):
            execution.describe(self, model.describe, store.stored)

    def accesses(self) -> tuple[Access, ...]:
        model = self.model
        if model.kind == "simple":
            return model.touch(tail="w")
        if model.maxsize > 0 and self._gives_up():
            return model.touch(tail="w", head="r", unfinished="a")
        return model.touch(tail="w", unfinished="a")


class Get(_Move):
    """Takes an item; raises Empty or ShutDown where it cannot."""

    kind = "get"

    def ready(self) -> bool:
        model = self.model
        if model.store.plain and model.mutex is None and not model.is_shutdown and self._waits:
            return len(model.store.items) > 0
        return super().ready()

    def _possible(self) -> bool:
        return self.model.store.size() > 0

    def apply(self, execution: Execution, task: Task) -> Any:
        model, store = self.model, self.model.store
        empty = not store.size()
        if empty and model.is_shutdown:
            raise _ShutDown
        self._check()
        if empty or self._kept_out():
            raise queue.Empty
        value, self.item = store.get()
        execution.took()
        if execution.log is not None or not store.plain:
            self.depth = store.size()
        execution.describe(self, model.describe, value)
        return value

    def accesses(self) -> tuple[Access, ...]:
        if self._gives_up():
            return self.model.touch(head="w", tail="r")
        return self.model.touch(head="w")


class AskQueue(_OnQueue):
    """``qsize``, ``empty`` or ``full``."""

    def __init__(self, model: QueueModel, kind: str) -> None:
        super().__init__(model)
        self.kind = kind

    def apply(self, execution: Execution, task: Task) -> int | bool:
        model = self.model
        answer: int | bool
        match self.kind:
            case "qsize":
                answer = model.store.size()
            case "empty":
                answer = not model.store.size()
            case _:
                answer = model.is_full()
        self.result = str(answer)
        return answer

    def accesses(self) -> tuple[Access, ...]:
        return self.model.touch(tail="r", head="r")


class TaskDone(_OnQueue):
    """One item of those put is dealt with."""

    kind = "task_done"

    def apply(self, execution: Execution, task: Task) -> None:
        if self.model.unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self.model.unfinished -= 1

    def accesses(self) -> tuple[Access, ...]:
        model = self.model
        touched = model.touch(unfinished="w")
        return (*touched, opens(f"{model.id}.unfinished")) if model.unfinished > 0 else touched


class JoinQueue(_OnQueue):
    """Waits until every item put is dealt with."""

    kind = "join"

    def ready(self) -> bool:
        return not self.model.unfinished and super().ready()

    def apply(self, execution: Execution, task: Task) -> None:
        return None

    def accesses(self) -> tuple[Access, ...]:
        return (*self.model.touch(unfinished="r"), awaits(f"{self.model.id}.unfinished"))


class ShutDownQueue(_OnQueue):
    """No more puts, and no more gets than there are items; ``immediate``: none at all."""

    kind = "shutdown"

    def __init__(self, model: QueueModel, immediate: bool) -> None:
        super().__init__(model)
        self.immediate = immediate
        self.value = "immediate" if immediate else None

    def apply(self, execution: Execution, task: Task) -> None:
        model = self.model
        model.is_shutdown = True
        while self.immediate and model.store.size():
            model.store.get()
            if model.unfinished > 0:
                model.unfinished -= 1

    def accesses(self) -> tuple[Access, ...]:
        touched = {"tail": "w", "head": "w"}
        return self.model.touch(**touched, **({"unfinished": "w"} if self.immediate else {}))
