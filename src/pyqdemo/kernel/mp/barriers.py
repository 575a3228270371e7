"""Barrier between processes: tasks that go on together, again and again.

A wait is ``Arrive`` and then, but for the last to come, ``Pass``; who comes while others are
still leaving sleeps at the door first, and its ``Arrive`` comes in two. The last one's action
is the program's own code: until ``OpenUp`` the barrier's lock is held. Of one that was killed
asleep the next to wake all waits for an acknowledgement, for ever; one that was killed after
it was woken stays among those inside, so that nobody gets in again.

**Source**: ``Barrier`` in CPython's ``Lib/threading.py``, of which these are the states, over
the condition of ``Lib/multiprocessing/synchronize.py``. See ``monitors`` for what is one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from threading import BrokenBarrierError
from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.mp.agreed import STUCK
from pyqdemo.kernel.mp.monitors import MonitorModel, OnMonitor
from pyqdemo.kernel.mp.shared import Lost
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["MODELS", "OPERATIONS", "BarrierModel"]


class _State(Enum):
    FILLING = "filling"
    DRAINING = "draining"  # open; nobody gets in until all have left
    RESETTING = "resetting"  # the same, but those who were in it break off
    BROKEN = "broken"


class BarrierModel(MonitorModel):
    """A barrier.

    Args:
        parties: how many go on together; below 1 nobody ever does.

    Attributes:
        inside: who has arrived and not left, also if it is dead.
    """

    kind = "mp_barrier"

    def __init__(self, parties: int) -> None:
        super().__init__()
        self.parties = parties
        self.state = _State.FILLING
        self.inside: list[Task] = []

    @property
    def closing(self) -> bool:
        """Whether those who come now have to wait for others to leave."""
        return self.state in (_State.DRAINING, _State.RESETTING)

    @property
    def n_waiting(self) -> int:
        return len(self.inside) if self.state is _State.FILLING else 0

    def turn(self, state: _State, task: Task) -> bool:
        """Enters a state and wakes all; whether that never ends."""
        self.state = state
        return self.wake_all(task)

    def process_over(self, process: Task, killed: bool) -> Iterator[Lost]:
        """Besides, who is inside never leaves."""
        asleep = set(self.asleep)
        yield from super().process_over(process, killed)
        for task in self.inside:
            if task.process is process and task not in asleep:
                yield Lost("kept", self.id, value="place inside")

    def leave(self, task: Task) -> bool:
        """One of those inside leaves; the last opens the door. Whether that never ends."""
        self.inside.remove(task)
        return self.closing and not self.inside and self.turn(_State.FILLING, task)


class _OnBarrier(OnMonitor):
    def __init__(self, execution: Execution, task: Task, barrier: str) -> None:
        super().__init__(execution, task, barrier)
        assert isinstance(self.monitor, BarrierModel), barrier
        self.barrier = self.monitor

    def _leave(self, task: Task, state: _State | None, index: int) -> int | str:
        """Goes through, after it has entered a state where one is given."""
        barrier = self.barrier
        if (state is not None and barrier.turn(state, task)) or barrier.leave(task):
            self.kind = "wake"
            return STUCK
        self.result = str(index)
        return index


class Arrive(_OnBarrier):
    """Comes to the barrier. The answer is the task's index where the wait is over with it;
    else ``["door"]``, if it is to arrive once more when others have left, ``["pass", index]``,
    ``["act", index]`` or ``STUCK``.

    It is recorded as ``wait`` where the wait is over with it, else as ``enter``.

    Args:
        action: whether the last to come has something to run.
    """

    kind = "wait"

    def __init__(self, execution: Execution, task: Task, barrier: str, action: bool) -> None:
        super().__init__(execution, task, barrier)
        self._action = action

    def ready(self) -> bool:
        return super().ready() and self.task not in self.barrier.asleep

    def apply(self, execution: Execution, task: Task) -> int | str | list[object]:
        barrier = self.barrier
        barrier.rise(task)
        if barrier.closing:
            self.kind = "enter"
            barrier.sleep(task)
            return ["door"]
        if barrier.state is _State.BROKEN:
            raise BrokenBarrierError
        index = len(barrier.inside)
        barrier.inside.append(task)
        if index + 1 != barrier.parties:
            self.kind = "enter"
            barrier.sleep(task)
            return ["pass", index]
        if self._action:
            self.kind = "enter"
            barrier.hold(task)
            return ["act", index]
        return self._leave(task, _State.DRAINING, index)

    def holders(self) -> tuple[Task, ...]:
        return super().holders() or tuple(self.barrier.inside)

    def needs(self) -> tuple[Task, ...]:
        return super().holders()


class Pass(_OnBarrier):
    """Waits for the last one to come; the answer is the task's index, or ``STUCK``."""

    kind = "wait"

    def __init__(
        self, execution: Execution, task: Task, barrier: str, index: int, timeout_s: float | None
    ) -> None:
        super().__init__(execution, task, barrier)
        self._index = index
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return super().ready() and self.barrier.state is not _State.FILLING

    def apply(self, execution: Execution, task: Task) -> int | str:
        barrier = self.barrier
        barrier.rise(task)
        # While it fills, it is the bound that was reached.
        late = _State.BROKEN if barrier.state is _State.FILLING else None
        passes = barrier.state is _State.DRAINING
        answer = self._leave(task, late, self._index)
        if not passes and answer != STUCK:
            raise BrokenBarrierError
        return answer

    def accesses(self) -> tuple[Access, ...]:
        # Of those who pass it does not matter who is the first, but that one with a bound may
        # spoil it, and that the last opens the door, at which one may have been killed.
        adds = self.timeout_s is None and not self.barrier.dead
        mode = "a" if adds else "w"
        return (Access(self.barrier.id, mode), *self.barrier.lives(), *clock_of(self))


class OpenUp(_OnBarrier):
    """The action is over: opens the barrier, or spoils it; the answer is as of ``Pass``.

    Args:
        failure: ``raised NAME: text`` if the action did.
    """

    kind = "wait"

    def __init__(
        self, execution: Execution, task: Task, barrier: str, index: int, failure: str | None
    ) -> None:
        super().__init__(execution, task, barrier)
        self._index = index
        self._failure = failure

    def ready(self) -> bool:
        return True

    def apply(self, execution: Execution, task: Task) -> int | str:
        self.barrier.held = None
        state = _State.DRAINING if self._failure is None else _State.BROKEN
        answer = self._leave(task, state, self._index)
        self.result = self._failure or self.result
        return answer


class Abort(_OnBarrier):
    """Breaks the barrier: whoever waits, or comes, gets a BrokenBarrierError. The answer is
    whether waking them never ends."""

    kind = "abort"

    def apply(self, execution: Execution, task: Task) -> bool:
        return self.barrier.turn(_State.BROKEN, task)


class Reset(_OnBarrier):
    """Makes the barrier new: whoever waits gets a BrokenBarrierError, whoever comes does not.
    The answer is as of ``Abort``."""

    kind = "reset"

    def apply(self, execution: Execution, task: Task) -> bool:
        barrier, state = self.barrier, self.barrier.state
        if not barrier.inside:
            state = _State.FILLING
        elif state is not _State.DRAINING:
            state = _State.RESETTING
        return barrier.turn(state, task)


class CountWaiting(_OnBarrier):
    """Asks how many wait, without the lock."""

    kind = "n_waiting"

    def ready(self) -> bool:
        return True

    def apply(self, execution: Execution, task: Task) -> int:
        self.result = str(self.barrier.n_waiting)
        return self.barrier.n_waiting

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.barrier.id, "r"),)


class IsBroken(CountWaiting):
    """Asks whether the barrier is broken, without the lock."""

    kind = "broken"

    def apply(self, execution: Execution, task: Task) -> bool:
        broken = self.barrier.state is _State.BROKEN
        self.result = str(broken)
        return broken


MODELS: dict[str, Callable[..., Model]] = {BarrierModel.kind: BarrierModel}

OPERATIONS: dict[str, Callable[..., Operation]] = {
    "mp.arrive": Arrive,
    "mp.pass": Pass,
    "mp.open_up": OpenUp,
    "mp.abort": Abort,
    "mp.reset": Reset,
    "mp.n_waiting": CountWaiting,
    "mp.broken": IsBroken,
}
