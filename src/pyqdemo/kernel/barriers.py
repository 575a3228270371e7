"""Barrier: tasks that go on together, again and again.

A wait is ``Arrive`` and then, but for the last to come, ``Pass``. The last one's action is
the program's own code: until ``OpenUp`` nobody else can arrive, pass, abort or reset.

**Source**: ``Barrier`` in CPython's ``Lib/threading.py``, of which these are the states. A
bound that is reached while the action runs does not count there either: when the waiter
gets to look, the barrier is open.
"""

from __future__ import annotations

from enum import Enum
from threading import BrokenBarrierError
from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Abort", "Arrive", "BarrierModel", "CountWaiting", "IsBroken", "OpenUp", "Pass", "Reset"]


class _State(Enum):
    FILLING = "filling"
    DRAINING = "draining"  # open; nobody arrives until all have passed
    RESETTING = "resetting"  # the same, but those who were in it break off
    BROKEN = "broken"


class BarrierModel(Model):
    """A barrier.

    Args:
        parties: how many go on together.

    Attributes:
        inside: how many have arrived and not left.
        waiting: what those of them attempt who wait.
        acting: one of them is running the action.
    """

    kind = "barrier"
    untold = Model.untold | {"waiting"}  # seen by what the tasks attempt

    def __init__(self, parties: int) -> None:
        super().__init__()
        self.parties = parties
        self.state = _State.FILLING
        self.inside = 0
        self.waiting: list[Pass] = []
        self.acting = False

    @property
    def closing(self) -> bool:
        """Whether those who arrive now have to wait for others to leave."""
        return self.state in (_State.DRAINING, _State.RESETTING)

    @property
    def broken(self) -> bool:
        return self.state is _State.BROKEN

    @property
    def n_waiting(self) -> int:
        return self.inside if self.state is _State.FILLING else 0

    def leave(self) -> None:
        """One of those inside is through, by whichever way."""
        self.inside -= 1
        if self.inside == 0 and self.closing:
            self.state = _State.FILLING

    def open(self) -> None:
        self.state = _State.DRAINING

    def spoil(self) -> None:
        self.state = _State.BROKEN

    def reset(self) -> None:
        if self.inside == 0:
            self.state = _State.FILLING
        elif self.state is not _State.DRAINING:
            self.state = _State.RESETTING


class _OnBarrier(Operation):
    """What waits until no action is running."""

    def __init__(self, barrier: BarrierModel) -> None:
        self.barrier = barrier
        self.target = barrier.id

    def ready(self) -> bool:
        return not self.barrier.acting

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.barrier.id, "w"),)


class Arrive(_OnBarrier):
    """Comes to the barrier; its answer is the task's index, or what to do next.

    It is recorded as ``wait`` where the wait is over with it, else as ``enter``.

    Args:
        action: whether the last to come has something to run.
        timeout_s: bound of the wait behind it.
    """

    kind = "wait"

    def __init__(self, barrier: BarrierModel, action: bool, timeout_s: float | None) -> None:
        super().__init__(barrier)
        self._action = action
        self._bound_s = timeout_s

    def ready(self) -> bool:
        return not self.barrier.acting and not self.barrier.closing

    def apply(self, execution: Execution, task: Task) -> int | Pass | OpenUp:
        barrier = self.barrier
        if barrier.broken:
            raise BrokenBarrierError
        index = barrier.inside
        barrier.inside += 1
        if barrier.inside != barrier.parties:
            self.kind = "enter"
            onward = Pass(barrier, index, self._bound_s)
            barrier.waiting.append(onward)
            return onward
        if self._action:
            self.kind = "enter"
            barrier.acting = True
            for other in barrier.waiting:
                other.timeout_s = other.deadline_ns = None
            return OpenUp(barrier, index)
        barrier.open()
        barrier.leave()
        self.result = str(index)
        return index


class Pass(_OnBarrier):
    """Waits for the last one to come; its answer is the task's index."""

    kind = "wait"

    def __init__(self, barrier: BarrierModel, index: int, timeout_s: float | None) -> None:
        super().__init__(barrier)
        self.index = index
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return not self.barrier.acting and self.barrier.state is not _State.FILLING

    def apply(self, execution: Execution, task: Task) -> int:
        barrier = self.barrier
        barrier.waiting.remove(self)
        if barrier.state is _State.FILLING:
            barrier.spoil()  # its bound was reached
        passed = barrier.state is _State.DRAINING
        barrier.leave()
        if not passed:
            raise BrokenBarrierError
        self.result = str(self.index)
        return self.index

    def accesses(self) -> tuple[Access, ...]:
        # Of those who pass it does not matter who is the first; one with a bound may spoil it.
        mode = "a" if self.timeout_s is None else "w"
        return (Access(self.barrier.id, mode), *clock_of(self))


class OpenUp(_OnBarrier):
    """The action is over: opens the barrier, or spoils it; its answer is the task's index.

    Attributes:
        failure: ``raised NAME: text`` if the action did.
    """

    kind = "wait"

    def __init__(self, barrier: BarrierModel, index: int) -> None:
        super().__init__(barrier)
        self.index = index
        self.failure: str | None = None

    def ready(self) -> bool:
        return True

    def apply(self, execution: Execution, task: Task) -> int:
        barrier = self.barrier
        barrier.acting = False
        if self.failure is None:
            barrier.open()
        else:
            barrier.spoil()
        barrier.leave()
        self.result = str(self.index) if self.failure is None else self.failure
        return self.index


class Abort(_OnBarrier):
    """Breaks the barrier: whoever waits, or comes, gets a BrokenBarrierError."""

    kind = "abort"

    def apply(self, execution: Execution, task: Task) -> None:
        self.barrier.spoil()


class Reset(_OnBarrier):
    """Makes the barrier new: whoever waits gets a BrokenBarrierError, whoever comes does not."""

    kind = "reset"

    def apply(self, execution: Execution, task: Task) -> None:
        self.barrier.reset()


class CountWaiting(_OnBarrier):
    """Asks how many wait."""

    kind = "n_waiting"

    def ready(self) -> bool:
        return True

    def apply(self, execution: Execution, task: Task) -> int:
        self.result = str(self.barrier.n_waiting)
        return self.barrier.n_waiting

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.barrier.id, "r"),)


class IsBroken(_OnBarrier):
    """Asks whether the barrier is broken."""

    kind = "broken"

    def ready(self) -> bool:
        return True

    def apply(self, execution: Execution, task: Task) -> bool:
        self.result = str(self.barrier.broken)
        return self.barrier.broken

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.barrier.id, "r"),)
