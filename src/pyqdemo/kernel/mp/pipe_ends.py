"""The ends of pipes, and who holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.mp.bytes_in_pipes import PagedBytes, SocketBytes
from pyqdemo.kernel.mp.shared import Lost, SharedOperation, model_of
from pyqdemo.kernel.mp.ways import Sent, Way
from pyqdemo.kernel.operations import Model
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["OnEnd", "PipeEnd", "bytes_of", "needed", "seen_of"]


class PipeEnd(Model):
    """One end of a pipe. It is open as long as any process holds a handle of it.

    How many each process holds stands in ``ProcessState.ends``.

    Args:
        duplex: both ends can be read and written: a pair of sockets. If not, the first is
            read and the second written: a pipe.

    Attributes:
        other: the pipe's other end.
        incoming, outgoing: what can be read from and written to this one; None for what
            cannot.
        killed: processes that ended without leaving.
        left: processes that held a handle of it when they ended.
    """

    kind = "pipe_end"
    untold = Model.untold | {"left"}
    other: PipeEnd

    def __init__(self, duplex: bool) -> None:
        super().__init__()
        self.duplex = duplex
        self.incoming: Way | None = None
        self.outgoing: Way | None = None
        self.killed: set[Task] = set()
        self.left: list[Task] = []
        self._processes: list[Task] = []

    def tie(self, second: PipeEnd, processes: list[Task]) -> None:
        """Makes a pipe of two ends, of which this is the first.

        Args:
            processes: main tasks of all processes, now and later.
        """
        self.other, second.other = second, self
        self._processes = second._processes = processes
        if self.duplex:
            self.incoming = second.outgoing = Way(SocketBytes())
            self.outgoing = second.incoming = Way(SocketBytes())
        else:
            self.incoming = second.outgoing = Way(PagedBytes())

    def is_crowded(self) -> bool:
        ways = (self.incoming, self.outgoing)
        return any(way is not None and way.room.crowded for way in ways)

    def held_by(self) -> Iterator[Task]:
        """Main tasks of the processes that hold a handle of it."""
        for process in self._processes:
            if process.state.alive and self.id in process.state.ends:
                yield process

    def holders(self) -> tuple[str, ...]:
        """Ids of the processes that hold a handle of it."""
        return tuple(process.id for process in self.held_by())

    def is_held(self) -> bool:
        """Whether anybody holds a handle of it."""
        for process in self._processes:
            state = process.state
            if self.id in state.ends and state.alive:
                return True
        return False

    def readable(self) -> bool:
        """Whether a read would not wait: something is there, or nothing will ever be."""
        return (self.incoming is not None and self.incoming.room.available() > 0) or (
            not self.other.is_held()
        )

    def count(self, process: Task, more: int) -> None:
        """A process has so many handles more of it, or fewer."""
        ends = process.state.ends
        ends[self.id] = ends.get(self.id, 0) + more
        if not ends[self.id]:
            del ends[self.id]

    def close(self, process: Task) -> list[Sent]:
        """A process gives up a handle; gives the messages that nobody can read any more."""
        self.count(process, -1)
        return [] if self.is_held() else self._closed()

    def _closed(self) -> list[Sent]:
        way = self.incoming
        if way is None:
            return []
        if self.duplex and way.room.available() and self.other.incoming is not None:
            self.other.incoming.reset = True
        return way.drop()

    def process_over(self, process: Task, killed: bool) -> Iterator[Lost]:
        """Its handles close. What it had half sent or half received is lost; and what nobody
        is left to read is, if it was killed."""
        if killed:
            self.killed.add(process)
        if self.outgoing is not None:
            for sent in self.outgoing.forget_sending(process):
                yield _lost(self, sent)
        if self.incoming is not None:
            for sent in self.incoming.forget_receiving(process):
                yield _lost(self, sent)
        if not process.state.ends.pop(self.id, 0):
            return
        self.left.append(process)
        if not self.is_held():
            for sent in self._closed():
                if killed:
                    yield _lost(self, sent)


def _lost(end: PipeEnd, sent: Sent) -> Lost:
    return Lost("lost", end.id, sent.item, sent.value, sent.cut)


class OnEnd(SharedOperation):
    """An operation on a pipe's end, named by its id.

    Where another task of the process has closed it in the meantime, that is found before it
    begins. One that waits already is in the system's hands, and goes on waiting.
    """

    #: Whether it has been waiting decides what becomes of it when the end is closed.
    remembers = True

    def __init__(self, execution: Execution, task: Task, end: str) -> None:
        super().__init__(execution, task)
        self.end = model_of(execution, end, PipeEnd)
        self.target = end

    def _is_closed(self) -> bool:
        return not self.told and self.end.id not in self.task.process.state.ends

    def _check_closed(self) -> None:
        if self._is_closed():
            raise OSError("handle is closed")

    def beside(self, kind: type[OnEnd]) -> Iterator[OnEnd]:
        """What other tasks are about to do on the same end. Nothing in a run may depend on it,
        only what is said of it."""
        for task in self.execution.alive:
            pending = task.pending
            if isinstance(pending, kind) and pending.end is self.end and task is not self.task:
                yield pending

    def has_beside(self, kind: type[OnEnd]) -> bool:
        """Whether others are about to do such a thing there."""
        return any(True for _ in self.beside(kind))

    def accesses(self) -> tuple[Access, ...]:
        return (*seen_of(self.end, self.task), *clock_of(self))

    def holders(self) -> tuple[Task, ...]:
        return tuple(self.end.other.held_by())

    def needs(self) -> tuple[Task, ...]:
        return needed(self.execution, self.holders())


def seen_of(end: PipeEnd, task: Task) -> tuple[Access, ...]:
    """What every operation of a task on an end depends on: that its own process has it, and
    whether anybody has the other one, or would if he had not ended."""
    holders = (*end.other.holders(), *(process.id for process in end.other.left))
    return (
        Access(f"{end.id}.at:{task.process.id}", "r"),
        Access(f"{end.other.id}.holders", "r"),
        *(Access(f"alive:{holder}", "r") for holder in holders),
    )


def bytes_of(end: PipeEnd, mode: str) -> Access:
    """Bytes on their way to an end. What room there is depends on the order in which they were
    written and read, so that a send and a receive never commute."""
    return Access(f"{end.id}.bytes", mode)


def needed(execution: Execution, processes: tuple[Task, ...]) -> tuple[Task, ...]:
    """The one task that alone could act for any of some processes, if it is only one."""
    tasks = [task for task in execution.alive if task.process in processes]
    return (tasks[0],) if len(tasks) == 1 else ()
