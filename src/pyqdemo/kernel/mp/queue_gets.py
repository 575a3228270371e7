"""Out of the pipe: the operations of those who get, and of those who look."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.queue_models import CLOSED, OnQueue
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Ask", "Get", "ReadLock"]


class ReadLock(OnQueue):
    """A reader takes the read lock; raises Empty, ValueError or OSError.

    The answer is when the bound is reached, in nanoseconds of the run's clock; None for none.
    """

    kind = "read_lock"

    def __init__(
        self,
        execution: Execution,
        task: Task,
        id: str,
        block: bool = True,
        timeout_s: float | None = None,
    ) -> None:
        super().__init__(execution, task, id)
        self.block = block
        self.refused = self.side.closed
        self._sees("closed")
        if block and not self.refused:
            self.timeout_s = timeout_s

    def ready(self) -> bool:
        return not self.block or self.model.pipe.reader is None or self.refused

    def apply(self, execution: Execution, task: Task) -> int | None:
        pipe = self.model.pipe
        if self.refused:
            raise ValueError(f"Queue {self.model.told()} is closed")
        if pipe.reader is not None:
            raise queue.Empty
        if self.side.ends_closed:
            raise OSError(CLOSED)
        pipe.reader = task
        return self.deadline_ns

    def accesses(self) -> tuple[Access, ...]:
        return (Access(f"{self.target}.reader", "w"), self._own("ends", "r"))

    def holders(self) -> tuple[Task, ...]:
        reader = self.model.pipe.reader
        return () if reader is None else (reader,)

    def needs(self) -> tuple[Task, ...]:
        return self.holders()


class Get(OnQueue):
    """The reader, with the read lock, takes the oldest message; raises Empty.

    The answer is the pickle; None where not all of it was in the pipe yet, and the rest is to
    be got without a bound. With the whole of it, and with Empty, the read lock is given back.

    Args:
        block: wait for a message.
        deadline_ns: when that ends, as ``ReadLock`` has answered.
    """

    kind = "get"
    untold = OnQueue.untold | {"timeout_s"}  # its deadline says it

    def __init__(
        self,
        execution: Execution,
        task: Task,
        id: str,
        block: bool = True,
        deadline_ns: int | None = None,
    ) -> None:
        super().__init__(execution, task, id)
        self.block = block
        if block and deadline_ns is not None:
            self.deadline_ns = deadline_ns
            self.timeout_s = max(0, deadline_ns - execution.now_ns) / 1e9

    def ready(self) -> bool:
        return not self.block or self.model.pipe.readable() > 0

    def apply(self, execution: Execution, task: Task) -> bytes | None:
        model, pipe = self.model, self.model.pipe
        if not pipe.readable():
            pipe.reader = None
            raise queue.Empty
        message, whole = pipe.read()
        self.item = message.item
        if not whole:
            self.kind = "get_part"
            return None
        pipe.reader = None
        model.give_permit()
        execution.took()
        self.depth = model.depth()
        self.value, self.cut = message.text, message.cut
        return message.payload

    def accesses(self) -> tuple[Access, ...]:
        parts = (Access(f"{self.target}.reader", "w"), Access(f"{self.target}.pipe", "w"))
        return parts if self.model.kind == "mp_simple" else (*parts, self.model.giving())

    def holders(self) -> tuple[Task, ...]:
        """Who is in the middle of the message, else the feeders that have something."""
        pipe, id = self.model.pipe, self.model.id
        if pipe.in_the_middle() and pipe.writer is not None:
            return (pipe.writer,)
        sides = (process.state.buffers.get(id) for process in self.execution.processes)
        return tuple(
            side.feeder
            for side in sides
            if side is not None and side.feeder is not None and side.feeder.alive
            if side.buffer or side.in_hand
        )

    def needs(self) -> tuple[Task, ...]:
        """Who is in the middle of the message: nobody else could go on with it."""
        pipe = self.model.pipe
        in_the_middle = pipe.in_the_middle() and pipe.writer is not None
        return self.holders() if in_the_middle else ()


class Ask(OnQueue):
    """``qsize`` and ``full`` look at the semaphore, ``empty`` at the pipe (OSError if the
    process's end of that is closed)."""

    def __init__(self, execution: Execution, task: Task, id: str, what: str) -> None:
        super().__init__(execution, task, id)
        self.kind = what

    def apply(self, execution: Execution, task: Task) -> int | bool:
        model = self.model
        answer: int | bool
        match self.kind:
            case "qsize":
                answer = model.held
            case "full":
                answer = model.held >= model.limit
            case _:
                if self.side.ends_closed:
                    raise OSError(CLOSED)
                answer = not model.pipe.readable()
        self.result = str(answer)
        return answer

    def accesses(self) -> tuple[Access, ...]:
        if self.kind == "empty":
            return (Access(f"{self.target}.pipe", "r"), self._own("ends", "r"))
        return (Access(self.model.taking().part, "r"), self.model.giving("r"))
