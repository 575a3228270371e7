"""Pipes: making them, looking whether something is there, and who has which handle."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.mp.pipe_ends import OnEnd, PipeEnd, bytes_of, needed, seen_of
from pyqdemo.kernel.mp.pipe_messages import Receive, ReceiveOn, Send, SendOn
from pyqdemo.kernel.mp.shared import SharedOperation, model_of
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["MODELS", "OPERATIONS"]


class Open(SharedOperation):
    """A pipe is made of two ends, and the process that makes it holds a handle of each."""

    kind = "open"

    def __init__(self, execution: Execution, task: Task, first: str, second: str) -> None:
        super().__init__(execution, task)
        self.target = first
        self._ends = [model_of(execution, id, PipeEnd) for id in (first, second)]

    def apply(self, execution: Execution, task: Task) -> None:
        first, second = self._ends
        first.tie(second, execution.processes)
        for end in self._ends:
            end.count(self.task.process, 1)


class Close(OnEnd):
    """A process gives up a handle of an end."""

    kind = "close"

    def apply(self, execution: Execution, task: Task) -> None:
        if self.end.id not in self.task.process.state.ends:
            return
        mine = (each for each in self.beside(OnEnd) if each.task.process is self.task.process)
        if any(each.told for each in mine):
            execution.note_uncontrolled("closing a pipe's end at which another thread waits")
        self.end.close(self.task.process)

    def accesses(self) -> tuple[Access, ...]:
        end, process = self.end, self.task.process.id
        mine = (Access(f"{end.id}.holders", "a"), Access(f"{end.id}.at:{process}", "w"))
        if not end.duplex:
            return mine
        # What is left unread at the last one's close is told to the other side.
        return (*mine, bytes_of(end, "r"), bytes_of(end.other, "w"))


class Poll(OnEnd):
    """Asks whether a receive would find something, or the end of all.

    Args:
        block: whether to wait for that.
        timeout_s: for how long; None for no bound.
    """

    kind = "poll"

    def __init__(
        self,
        execution: Execution,
        task: Task,
        end: str,
        block: bool = False,
        timeout_s: float | None = None,
    ) -> None:
        super().__init__(execution, task, end)
        self._block = block
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return not self._block or self._is_closed() or self.end.readable()

    def apply(self, execution: Execution, task: Task) -> bool:
        self._check_closed()
        answer = self.end.readable()
        self.result = str(answer)
        return answer

    def accesses(self) -> tuple[Access, ...]:
        return (*super().accesses(), bytes_of(self.end, "r"))


class WaitForAny(SharedOperation):
    """``connection.wait``: the answer is the places of those that are ready.

    Args:
        ends: ids of ends that would not keep a reader waiting.
        processes: ids of processes' main tasks that are over; their places follow.
        block, timeout_s: as of ``Poll``.
    """

    kind = "wait"
    remembers = True  # as an operation on an end

    def __init__(
        self,
        execution: Execution,
        task: Task,
        ends: list[str],
        processes: list[str],
        block: bool = True,
        timeout_s: float | None = None,
    ) -> None:
        super().__init__(execution, task)
        self._ends = [model_of(execution, id, PipeEnd) for id in ends]
        self._processes = [execution.task(id) for id in processes]
        self._block = block
        self.timeout_s = timeout_s
        named = [*ends, *processes]
        self.target = named[0] if len(named) == 1 else None
        self.value = f"any of {len(named)}"

    def ready(self) -> bool:
        return not self._block or self._is_closed() or any(self._each())

    def apply(self, execution: Execution, task: Task) -> list[int]:
        if self._is_closed():
            raise OSError("handle is closed")
        places = [place for place, ready in enumerate(self._each()) if ready]
        self.result = str(len(places))
        return places

    def _is_closed(self) -> bool:
        handles = self.task.process.state.ends
        return not self.told and any(end.id not in handles for end in self._ends)

    def _each(self) -> list[bool]:
        over = [not process.state.alive for process in self._processes]
        return [*(end.readable() for end in self._ends), *over]

    def accesses(self) -> tuple[Access, ...]:
        found = list(clock_of(self))
        for end in self._ends:
            found += [*seen_of(end, self.task), bytes_of(end, "r")]
        for process in self._processes:
            found += [Access(f"{part}:{process.id}", "r") for part in ("life", "alive")]
        return tuple(dict.fromkeys(found))

    def holders(self) -> tuple[Task, ...]:
        ends = (process for end in self._ends for process in end.other.held_by())
        return tuple(dict.fromkeys((*ends, *self._processes)))

    def needs(self) -> tuple[Task, ...]:
        return needed(self.execution, self.holders())


class Lend(OnEnd):
    """An end is pickled into a message: its process has one handle more of it, for the one who
    takes the message out."""

    kind = "lend"

    def apply(self, execution: Execution, task: Task) -> None:
        self._check_closed()
        self.end.count(self.task.process, 1)

    def accesses(self) -> tuple[Access, ...]:
        process = self.task.process.id
        return (Access(f"{self.target}.at:{process}", "w"), Access(f"{self.target}.holders", "a"))


class Adopt(OnEnd):
    """The one who takes the message out gets that handle, as long as the lender is there.

    Args:
        lender: id of the lender's main task.

    Raises (in apply):
        OSError: the lender is over, or has given it away already.
    """

    kind = "adopt"

    def __init__(self, execution: Execution, task: Task, end: str, lender: str) -> None:
        super().__init__(execution, task, end)
        self._lender = execution.task(lender)
        self.value = lender

    def apply(self, execution: Execution, task: Task) -> None:
        lender, end = self._lender, self.end
        if not lender.state.alive:
            # One that leaves takes away the address at which it could be asked.
            error = errno.ECONNREFUSED if lender in end.killed else errno.ENOENT
            raise OSError(error, os.strerror(error))
        if end.id not in lender.state.ends:
            raise EOFError
        end.count(self.task.process, 1)
        end.count(lender, -1)

    def accesses(self) -> tuple[Access, ...]:
        lender = self._lender.id
        here = (Access(f"{self.target}.at:{id}", "w") for id in (self.task.process.id, lender))
        return (*here, Access(f"{self.target}.holders", "w"), Access(f"alive:{lender}", "r"))

    def holders(self) -> tuple[Task, ...]:
        return ()


MODELS: dict[str, Callable[..., Model]] = {PipeEnd.kind: PipeEnd}

OPERATIONS: dict[str, Callable[..., Operation]] = {
    "pipe.open": Open,
    "pipe.send": Send,
    "pipe.send_on": SendOn,
    "pipe.recv": Receive,
    "pipe.recv_on": ReceiveOn,
    "pipe.poll": Poll,
    "pipe.wait": WaitForAny,
    "pipe.close": Close,
    "pipe.lend": Lend,
    "pipe.adopt": Adopt,
}
