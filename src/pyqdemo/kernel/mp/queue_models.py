"""The queues of ``multiprocessing``: an item's way from ``put`` to ``get``.

``put`` takes a permit of the queue's semaphore and leaves the item in the buffer of its own
process. The feeder, a task of its own for each process and queue, takes it from there,
pickles it and delivers it into the pipe. ``get`` takes the read lock, then the message out of
the pipe, and gives the permit back. So a put has happened long before its item can be got,
``empty`` (which looks at the pipe) and ``qsize`` (which looks at the semaphore) disagree in
between, and a process that ends in between takes its part of all this with it.

What of the library is one step here: ``put``, since its own condition and its feeder's start
make nobody wait; the taking of the write lock with what can be written at once, since a task
that waits for room does so in a step of its own, with the lock; a message's last byte with
the permit and the read lock given back, since what the next reader or writer sees is the same
wherever the reader is in between, and it does not wait there.

**Source**: CPython, ``multiprocessing/queues.py``, 3.11 to 3.13.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from pyqdemo.kernel.mp.agreed import SEM_VALUE_MAX
from pyqdemo.kernel.mp.locked_pipes import LockedPipe
from pyqdemo.kernel.mp.shared import Lost, SharedOperation, model_of
from pyqdemo.kernel.operations import Model
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["CLOSED", "Entry", "OnQueue", "QueueModel", "Side", "SimpleQueueModel", "forked"]

CLOSED = "handle is closed"


class Entry(NamedTuple):
    """An item in a buffer.

    Attributes:
        handle: by which its process finds the object.
        item: its id.
        text, cut: as of ``trace.Event``'s value.
    """

    handle: str
    item: str
    text: str | None
    cut: int


class Side:
    """What a process has of a queue for itself; a copy by fork begins with a new one,
    in which the ends are closed that were.

    Attributes:
        buffer: what the feeder has not taken yet; None tells it that there is no more.
        feeder: None before the first put.
        in_hand: what the feeder has taken and not yet begun to deliver.
        closed: by ``close``: it puts and gets no more.
        ends_closed: its two ends of the pipe are closed, which the feeder does as it leaves.
        hung_up: the feeder has been told that there is no more.
        leaving: the process is about to exit.
        unwaited: ``cancel_join_thread`` was called.
    """

    def __init__(self) -> None:
        self.buffer: deque[Entry | None] = deque()
        self.feeder: Task | None = None
        self.in_hand: Entry | None = None
        self.closed = False
        self.ends_closed = False
        self.hung_up = False
        self.leaving = False
        self.unwaited = False

    def hang_up(self) -> None:
        """Tells the feeder, if there is one, that there is no more."""
        if self.feeder is not None and not self.hung_up:
            self.hung_up = True
            self.buffer.append(None)


def forked(sides: dict[str, Side]) -> dict[str, Side]:
    """The sides that a copy by fork has from its beginning: what is closed there is closed."""
    copies = {id: Side() for id, side in sides.items() if side.ends_closed}
    for side in copies.values():
        side.ends_closed = True
    return copies


class SimpleQueueModel(Model):
    """A pipe with two locks: ``multiprocessing.SimpleQueue``."""

    kind = "mp_simple"

    def __init__(self) -> None:
        super().__init__()
        self.pipe = LockedPipe()

    def is_crowded(self) -> bool:
        return self.pipe.crowded

    def depth(self) -> int:
        """Items in it."""
        return len(self.pipe.messages)

    def give_permit(self) -> None:
        """An item has left it; it has no semaphore."""

    def process_over(self, process: Task, killed: bool) -> Iterator[Lost]:
        """What the process has lost, and what it holds for ever; see ``Lost``."""
        return self.pipe.process_over(process, self.id)


class QueueModel(SimpleQueueModel):
    """A queue with a semaphore and feeders: ``multiprocessing.Queue``.

    Args:
        maxsize: items it can hold, 0 or less for no limit but that of a semaphore.
        called: name of its class, for what it raises.

    Attributes:
        limit: permits there are.
        held: permits that are taken.
    """

    kind = "mp_queue"

    def __init__(self, maxsize: int, called: str = "multiprocessing.queues.Queue") -> None:
        super().__init__()
        self.limit = maxsize if maxsize > 0 else SEM_VALUE_MAX
        self.held = 0
        self.called = called

    def told(self) -> str:
        """The queue as the program's texts have it."""
        return f"<{self.called} object at {self.id}>"

    def depth(self) -> int:
        return self.held

    def give_permit(self) -> None:
        """An item has left it: there is room for one more."""
        self.held -= 1

    def count_put(self) -> bool:
        """An item comes into a buffer; False where whoever brings it has to wait for ever."""
        return True

    def adding(self) -> tuple[Access, ...]:
        """What that touches beside the buffer and the semaphore."""
        return ()

    def taking(self) -> Access:
        """What a ``put`` does to the semaphore: where there is a limit, one more may be the
        one that has to wait; without, they just add up."""
        return Access(f"{self.id}.taken", "a" if self.limit == SEM_VALUE_MAX else "w")

    def giving(self, mode: str = "a") -> Access:
        """What giving a permit back does to the semaphore, or with ``r`` seeing that."""
        return Access(f"{self.id}.given", mode)

    def process_over(self, process: Task, killed: bool) -> Iterator[Lost]:
        side: Side | None = process.state.buffers.get(self.id)
        # The oldest first: in the pipe in part, in the feeder's hand, in the buffer.
        yield from self.pipe.process_over(process, self.id)
        for entry in () if side is None else (side.in_hand, *side.buffer):
            if entry is not None:
                yield Lost("lost", self.id, entry.item, entry.text, entry.cut)


class OnQueue(SharedOperation):
    """An operation on a queue, named by its id."""

    def __init__(self, execution: Execution, task: Task, id: str) -> None:
        super().__init__(execution, task)
        self.target = id
        model = model_of(execution, id, SimpleQueueModel)
        # Of a SimpleQueue nobody asks more than such a one has.
        self.model: QueueModel = model  # type: ignore[assignment]
        sides = task.process.state.buffers
        side: Side | None = sides.get(id)
        if side is None:
            side = sides[id] = Side()
        self.side = side

    def _own(self, part: str, mode: str) -> Access:
        """An access to what the process has for itself."""
        return Access(f"{self.target}.{part}:{self.task.process.id}", mode)

    def _sees(self, part: str) -> None:
        """What the library looks up as plain data where it is called, and no later: that is
        part of the step that leads here."""
        self.execution.touch(self._own(part, "r"))
