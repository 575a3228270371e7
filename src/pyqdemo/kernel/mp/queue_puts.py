"""From ``put`` into the pipe: the operations of those who put, and of their feeders."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.locked_pipes import Message
from pyqdemo.kernel.mp.queue_models import CLOSED, Entry, OnQueue
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Deliver", "Drop", "Feed", "Leave", "Put", "SimplePut"]


class Put(OnQueue):
    """Takes a permit and leaves an item in the process's buffer; raises Full or ValueError.

    The answer is the id of the feeder if it is the process's first put, else None; False
    where it has the permit and gets no further (see ``joinable``).

    Args:
        handle: by which the process will find the object.
        text, cut: of the value.
        block: wait for a permit.
        timeout_s: bound of that.
    """

    kind = "put"
    untold = OnQueue.untold | {"handle", "value"}  # the object is told with the process

    def __init__(
        self,
        execution: Execution,
        task: Task,
        id: str,
        handle: str,
        text: str | None,
        cut: int,
        block: bool = True,
        timeout_s: float | None = None,
    ) -> None:
        super().__init__(execution, task, id)
        self.handle = handle
        self.value = text
        self.cut = cut
        self.block = block
        self.refused = self.side.closed
        self._sees("closed")
        if block and not self.refused:
            self.timeout_s = timeout_s

    def ready(self) -> bool:
        model = self.model
        return not self.block or model.held < model.limit or self.refused

    def apply(self, execution: Execution, task: Task) -> str | bool | None:
        model, side = self.model, self.side
        if self.refused:
            raise ValueError(f"Queue {model.told()} is closed")
        if model.held >= model.limit:
            raise queue.Full
        model.held += 1
        self.depth = model.held
        if not model.count_put():
            self.kind = "enter"
            return False
        self.item = execution.new_item(task)
        side.buffer.append(Entry(self.handle, self.item, self.value, self.cut))
        if side.feeder is not None:
            return None
        side.feeder = execution.spawn_feeder(task.process)
        return side.feeder.id

    def accesses(self) -> tuple[Access, ...]:
        model = self.model
        parts = [self._own("tail", "w"), model.taking(), *model.adding()]
        if self.timeout_s is not None or not self.block:
            parts.append(model.giving("r"))
        if self.side.feeder is None:  # feeders of several queues are counted
            parts.append(Access(f"feeders:{self.task.process.id}", "w"))
        return tuple(parts)


class Leave(OnQueue):
    """The return from a put of an object that can change: what its process does to it from
    here on may come before its feeder pickles it, or too late.

    Args:
        handle: of the object.
    """

    kind = "leave"
    untold = OnQueue.untold | {"handle"}

    def __init__(self, execution: Execution, task: Task, id: str, handle: str) -> None:
        super().__init__(execution, task, id)
        self.handle = handle

    def apply(self, execution: Execution, task: Task) -> None:
        return None

    def accesses(self) -> tuple[Access, ...]:
        return (self._own(f"object-{self.handle}", "w"),)


class Feed(OnQueue):
    """The feeder takes the next item out of the buffer; the answer is its handle, or None
    where there is no more. It pickles the object in the same step."""

    kind = "feed"
    idle = True

    def ready(self) -> bool:
        return bool(self.side.buffer)

    def apply(self, execution: Execution, task: Task) -> str | None:
        side = self.side
        entry = side.buffer.popleft()
        if entry is None:
            side.ends_closed = True
            self.result = "closed"
            return None
        side.in_hand = entry
        self.item = entry.item
        return entry.handle

    def accesses(self) -> tuple[Access, ...]:
        buffer = self.side.buffer
        entry = buffer[0] if buffer else None
        if entry is not None:
            return (self._own("head", "w"), self._own(f"object-{entry.handle}", "r"))
        return (self._own("head", "w"), self._own("ends", "w"))


class Drop(OnQueue):
    """The feeder could not pickle what it has taken: the item is lost, its permit given back.

    The answer is whether it may go on. While its process exits it may not, and keeps the
    permit, as the library's does.

    Args:
        told: ``raised NAME: text``.
    """

    kind = "drop"

    def __init__(self, execution: Execution, task: Task, id: str, told: str) -> None:
        super().__init__(execution, task, id)
        self.result = told

    def apply(self, execution: Execution, task: Task) -> bool:
        side, entry = self.side, self.side.in_hand
        assert entry is not None, "taken before"
        side.in_hand = None
        self.item, self.value, self.cut = entry.item, entry.text, entry.cut
        if side.leaving:
            return False
        self.model.give_permit()
        return True

    def accesses(self) -> tuple[Access, ...]:
        # Of two that let a put go on one comes before the other: gets do, by the read lock.
        return (self.model.giving("w"), self._own("leaving", "r"))


class _Write(OnQueue):
    """Writes a message under the write lock; the answer is whether it is all in the pipe.

    It takes the lock as soon as it can, and writes at once as much as goes in. If that is
    nothing, its event is ``write_lock``; if it is not all, the event of a part.

    Args:
        payload: the pickle; None to go on with the message that was begun.
        text, cut: of the value.
    """

    part = ""
    untold = OnQueue.untold | {"value", "_text"}

    def __init__(
        self,
        execution: Execution,
        task: Task,
        id: str,
        payload: bytes | None,
        text: str | None = None,
        cut: int = 0,
    ) -> None:
        super().__init__(execution, task, id)
        begun = self.model.pipe.writing
        self.message = Message(payload, "", text, cut) if payload is not None else begun
        self.value = self._text = text

    def ready(self) -> bool:
        pipe = self.model.pipe
        self.value = self._text
        if pipe.writer is None:
            return True
        if pipe.writer is not self.task:
            self.value = "write lock"  # so it is told that it waits for that
            return False
        assert self.message is not None, "given or begun"
        return pipe.has_room(self.message)

    def apply(self, execution: Execution, task: Task) -> bool:
        pipe, message = self.model.pipe, self.message
        assert message is not None, "given or begun"
        if pipe.writer is None:
            if self._gone():
                raise OSError(CLOSED)
            pipe.writer, pipe.writing = task, message
            self._begins(execution, message)
        before = message.written
        whole = pipe.write(message)
        self.item, self.value, self.cut = message.item, message.text, message.cut
        if whole:
            pipe.writer = pipe.writing = None
            self._written()
        else:
            self.kind = self.part if message.written > before else "write_lock"
        return whole

    def _gone(self) -> bool:
        """Whether the process has closed its end before it came to write."""
        return False

    def _begins(self, execution: Execution, message: Message) -> None:
        """The message has got the write lock."""

    def _written(self) -> None:
        """The message is all in the pipe."""

    def accesses(self) -> tuple[Access, ...]:
        # With a read it does not commute: whether the pipe was empty in between decides how
        # its pages are used.
        return (Access(f"{self.target}.pipe", "w"),)

    def holders(self) -> tuple[Task, ...]:
        writer = self.model.pipe.writer
        return () if writer is None or writer is self.task else (writer,)

    def needs(self) -> tuple[Task, ...]:
        return self.holders()


class Deliver(_Write):
    """The feeder writes what it has pickled into the pipe."""

    kind = "deliver"
    part = "deliver_part"

    def _gone(self) -> bool:
        return self.side.ends_closed  # before its process was forked

    def _begins(self, execution: Execution, message: Message) -> None:
        entry = self.side.in_hand
        assert entry is not None, "taken before"
        message.item, self.side.in_hand = entry.item, None


class SimplePut(_Write):
    """``SimpleQueue.put``: its caller pickles and writes; raises OSError."""

    kind = "put"
    part = "put_part"

    def _gone(self) -> bool:
        return self.side.ends_closed

    def _begins(self, execution: Execution, message: Message) -> None:
        message.item = execution.new_item(self.task)

    def _written(self) -> None:
        self.depth = self.model.depth()

    def accesses(self) -> tuple[Access, ...]:
        return (*super().accesses(), self._own("ends", "r"))
