"""How a process stops using a queue: it closes it, and waits until its feeder has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.queue_models import OnQueue, Side
from pyqdemo.kernel.turnless import follows
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["CancelJoin", "Close", "Finish", "Forget", "HangUp", "JoinThread", "Unlock"]


class Close(OnQueue):
    """The process puts and gets no more; its feeder ends when it has delivered the rest.

    Of a SimpleQueue it closes the ends of the pipe.
    """

    kind = "close"

    def apply(self, execution: Execution, task: Task) -> None:
        if self.model.kind == "mp_simple":
            self.side.ends_closed = True
        else:
            self.side.closed = True
            self.side.hang_up()

    def accesses(self) -> tuple[Access, ...]:
        if self.model.kind == "mp_simple":
            return (self._own("ends", "w"),)
        return (self._own("tail", "w"), self._own("closed", "w"))


class Forget(OnQueue):
    """The process's queue object is gone: its feeder ends when it has delivered the rest."""

    kind = "close"
    quiet = True

    def apply(self, execution: Execution, task: Task) -> None:
        self.side.hang_up()

    def accesses(self) -> tuple[Access, ...]:
        return (self._own("tail", "w"),)


class HangUp(Forget):
    """The process leaves: its feeder ends when it has delivered the rest."""

    def apply(self, execution: Execution, task: Task) -> None:
        self.side.leaving = True
        self.side.hang_up()

    def accesses(self) -> tuple[Access, ...]:
        return (self._own("tail", "w"), self._own("leaving", "w"))


class JoinThread(OnQueue):
    """Waits until the process's feeder has ended, unless ``cancel_join_thread`` was called;
    raises AssertionError where the queue is not closed."""

    kind = "join_thread"

    def __init__(self, execution: Execution, task: Task, id: str) -> None:
        super().__init__(execution, task, id)
        side = self.side
        self._refused = not self._may(side)
        self._feeder = None if side.unwaited else side.feeder
        for part in ("closed", "joining", "tail"):
            self._sees(part)

    def _may(self, side: Side) -> bool:
        return side.closed

    def ready(self) -> bool:
        return self._refused or self._feeder is None or not self._feeder.alive

    def apply(self, execution: Execution, task: Task) -> None:
        if self._refused:
            raise AssertionError(f"Queue {self.model.told()} not closed")

    def accesses(self) -> tuple[Access, ...]:
        lives = [f"life:{feeder.id}" for feeder in self.holders()]
        waits = () if self._refused else map(follows, lives)
        return (*(Access(life, "r") for life in lives), *waits)

    def holders(self) -> tuple[Task, ...]:
        return () if self._feeder is None else (self._feeder,)

    def needs(self) -> tuple[Task, ...]:
        return self.holders()


class Finish(JoinThread):
    """A process that leaves waits until its feeder has delivered all."""

    value = "feeder"

    def _may(self, side: Side) -> bool:
        return True


class Unlock(OnQueue):
    """A get or put is broken off by what a signal's handler raises: its lock is given back.

    Whoever comes next then finds the middle of a message, which is not controlled.
    """

    kind = "unlock"

    def apply(self, execution: Execution, task: Task) -> None:
        pipe = self.model.pipe
        half = False
        if pipe.reader is task:
            pipe.reader = None
            half = bool(pipe.messages and pipe.messages[0].read)
        if pipe.writer is task:
            half = half or bool(pipe.writing and pipe.writing.written)
            pipe.writer = pipe.writing = None
        if half:
            execution.note_uncontrolled("a message of a queue that was broken off in the middle")

    def accesses(self) -> tuple[Access, ...]:
        return (Access(f"{self.target}.reader", "w"), Access(f"{self.target}.pipe", "w"))


class CancelJoin(OnQueue):
    """``cancel_join_thread``: the process will not wait for its feeder."""

    kind = "cancel_join"

    def apply(self, execution: Execution, task: Task) -> None:
        self.side.unwaited = True

    def accesses(self) -> tuple[Access, ...]:
        return (self._own("joining", "w"),)
