"""What the library does in a Condition, an Event and a Barrier, semaphore by semaphore.

Each call on one of the library's semaphores is a step of its own here, which is far too fine for
use; but what comes out of every schedule of these must be what comes out of the models.

**Source**: CPython, ``Lib/multiprocessing/synchronize.py``; of the Barrier ``Lib/threading.py``.
"""

from __future__ import annotations

from threading import BrokenBarrierError

from several import Code

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.mp.locks import SemLockModel
from pyqdemo.kernel.tasks import Task

__all__ = ["BookBarrier", "BookCondition", "BookEvent"]


class BookCondition:
    """A condition made of semaphores.

    Args:
        lock: kind of its lock.
    """

    def __init__(self, execution: Execution, maker: Task, lock: str = "mp_rlock") -> None:
        self.execution = execution
        self.lock = execution.share(maker, lock, ())
        self.sleeping, self.woken, self.permits = (
            execution.share(maker, "mp_semaphore", (0,)) for _ in range(3)
        )

    def enter(self) -> Code:
        yield ("mp.acquire", self.lock)

    def exit(self) -> Code:
        yield ("mp.release", self.lock)

    def held(self) -> Task | None:
        """Who has the lock."""
        lock = self.execution.shared[self.lock]
        assert isinstance(lock, SemLockModel)
        return next(iter(lock.held), None)

    def wait(self, timeout_s: float | None = None) -> Code:
        yield ("mp.release", self.sleeping)
        yield ("mp.release", self.lock)
        notified = yield ("mp.acquire", self.permits, True, timeout_s)
        yield ("mp.release", self.woken)
        yield ("mp.acquire", self.lock)
        return notified

    def notify(self, count: float | None = 1) -> Code:
        assert not (yield ("mp.acquire", self.permits, False))
        while (yield ("mp.acquire", self.woken, False)):
            assert (yield ("mp.acquire", self.sleeping, False))
        sleepers = 0
        while (count is None or sleepers < count) and (yield ("mp.acquire", self.sleeping, False)):
            yield ("mp.release", self.permits)
            sleepers += 1
        for _ in range(sleepers):
            yield ("mp.acquire", self.woken)
        while sleepers and (yield ("mp.acquire", self.permits, False)):
            pass


class BookEvent:
    """An event made of such a condition and a flag."""

    def __init__(self, execution: Execution, maker: Task) -> None:
        self.condition = BookCondition(execution, maker, "mp_lock")
        self.flag = execution.share(maker, "mp_semaphore", (0,))

    def held(self) -> Task | None:
        """Who has the lock inside."""
        return self.condition.held()

    def _up(self) -> Code:
        up = yield ("mp.acquire", self.flag, False)
        if up:
            yield ("mp.release", self.flag)
        return up

    def is_set(self) -> Code:
        yield from self.condition.enter()
        up = yield from self._up()
        yield from self.condition.exit()
        return up

    def set(self) -> Code:
        yield from self.condition.enter()
        yield ("mp.acquire", self.flag, False)
        yield ("mp.release", self.flag)
        yield from self.condition.notify(None)
        yield from self.condition.exit()

    def clear(self) -> Code:
        yield from self.condition.enter()
        yield ("mp.acquire", self.flag, False)
        yield from self.condition.exit()

    def wait(self, timeout_s: float | None = None) -> Code:
        yield from self.condition.enter()
        if not (yield from self._up()):
            yield from self.condition.wait(timeout_s)
        up = yield from self._up()
        yield from self.condition.exit()
        return up


_FILLING, _DRAINING, _RESETTING, _BROKEN = 0, 1, -1, -2


class BookBarrier:
    """A barrier made of such a condition and two numbers."""

    def __init__(self, execution: Execution, maker: Task, parties: int, acts: bool) -> None:
        self.condition = BookCondition(execution, maker)
        self.pause = execution.share(maker, "mp_semaphore", (99,))
        self.parties = parties
        self.acts = acts
        self.state = _FILLING
        self.count = 0

    def held(self) -> Task | None:
        """Who has the lock inside."""
        return self.condition.held()

    def _turn(self, state: int) -> Code:
        self.state = state
        yield from self.condition.notify(None)

    def wait(self, timeout_s: float | None = None) -> Code:
        yield from self.condition.enter()
        while self.state in (_DRAINING, _RESETTING):
            yield from self.condition.wait()
        if self.state == _BROKEN:
            yield from self.condition.exit()
            raise BrokenBarrierError
        index = self.count
        self.count += 1
        passes = True
        if index + 1 == self.parties:
            if self.acts:
                yield ("mp.acquire", self.pause)
            yield from self._turn(_DRAINING)
        else:
            passes = yield from self._pass(timeout_s)
        self.count -= 1
        if self.count == 0 and self.state in (_DRAINING, _RESETTING):
            yield from self._turn(_FILLING)
        yield from self.condition.exit()
        if not passes:
            raise BrokenBarrierError
        return index

    def _pass(self, timeout_s: float | None) -> Code:
        """Whether it passes."""
        while self.state == _FILLING:
            notified = yield from self.condition.wait(timeout_s)
            if not notified and self.state == _FILLING:
                yield from self._turn(_BROKEN)
                return False
        return self.state == _DRAINING

    def abort(self) -> Code:
        yield from self.condition.enter()
        yield from self._turn(_BROKEN)
        yield from self.condition.exit()

    def reset(self) -> Code:
        yield from self.condition.enter()
        state = self.state
        if not self.count:
            state = _FILLING
        elif state in (_FILLING, _BROKEN):
            state = _RESETTING
        yield from self._turn(state)
        yield from self.condition.exit()
