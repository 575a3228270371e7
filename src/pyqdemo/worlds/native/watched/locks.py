"""The locks, conditions, semaphores, events and barriers of ``threading``, watched.

What takes is stamped after it took; what gives is stamped before it gives: so the next
holder's stamp is later than the last one's.
"""

from __future__ import annotations

import sys
import threading
from time import perf_counter_ns
from types import FrameType
from typing import Any

from pyqdemo.worlds.native.lane import Lane, Operation
from pyqdemo.worlds.native.recorder import lane, place_of, raised, resource

__all__ = ["Barrier", "BoundedSemaphore", "Condition", "Event", "Lock", "RLock", "Semaphore"]

_frame = sys._getframe


def taken(mine: Lane, operation: int, number: int, place: int, began: int, got: object) -> None:
    """Notes an operation that took, or tried to."""
    result = b"" if got is True or got is None else str(got).encode()
    mine.event(operation, number, perf_counter_ns(), place, began=began, result=result)


def give(
    real: Any, operation: int, number: int, frame: FrameType, *args: Any, value: bytes = b""
) -> None:
    """Does an operation that gives, and notes it with the moment before it took effect."""
    mine = lane()
    place = place_of(mine, frame)
    now = perf_counter_ns()
    try:
        real(*args)
    except BaseException as error:
        refused(operation, number, frame, error)
        raise
    mine.event(operation, number, now, place, began=now, value=value)


def refused(operation: int, number: int, frame: FrameType, error: BaseException) -> None:
    """Notes an operation that raised."""
    mine = lane()
    now = perf_counter_ns()
    mine.event(operation, number, now, place_of(mine, frame), began=now, result=raised(error))


def asked(operation: int, number: int, frame: FrameType, answer: Any) -> Any:
    """Notes a question and its answer, and passes the answer on."""
    mine = lane()
    now = perf_counter_ns()
    place = place_of(mine, frame)
    mine.event(operation, number, now, place, began=now, result=str(answer).encode())
    return answer


def acquire(
    real: Any, number: int, frame: FrameType, blocking: bool, timeout: float | None
) -> bool:
    """Acquires a real lock or semaphore, saying so before it waits.

    Args:
        real: called as ``real(blocking, timeout)``; -1 or None is no timeout.
    """
    mine = lane()
    place = place_of(mine, frame)
    began = perf_counter_ns()
    got = real(False)
    if not got and blocking:
        bound = None if timeout is None or timeout < 0 else timeout
        mine.event(
            Operation.ACQUIRE,
            number,
            perf_counter_ns(),
            place,
            began=began,
            blocked=True,
            timeout=bound,
        )
        try:
            got = real(True, timeout)
        except BaseException as error:  # Ctrl-C
            refused(Operation.ACQUIRE, number, frame, error)
            raise
    taken(mine, Operation.ACQUIRE, number, place, began, got)
    return bool(got)


class Lock:
    """``threading.Lock``, watched. (The real one is a factory, so this is no subclass.)"""

    kind = "lock"
    _make = staticmethod(threading.Lock)

    def __init__(self) -> None:
        self._lock: Any = self._make()
        self._number = resource(self.kind, _frame(1))

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if timeout != -1 and (timeout < 0 or not blocking):
            return bool(self._lock.acquire(blocking, timeout))  # raises as the real one does
        return acquire(self._lock.acquire, self._number, _frame(1), blocking, timeout)

    def release(self) -> None:
        self._release(_frame(1))

    def locked(self) -> bool:
        return bool(asked(Operation.LOCKED, self._number, _frame(1), self._lock.locked()))

    def __enter__(self) -> bool:
        return acquire(self._lock.acquire, self._number, _frame(1), True, -1)

    def __exit__(self, *_: object) -> None:
        self._release(_frame(1))

    def _release(self, frame: FrameType) -> None:
        give(self._lock.release, Operation.RELEASE, self._number, frame)

    def _at_fork_reinit(self) -> None:
        self._lock._at_fork_reinit()

    # What threading.Condition asks of its lock.
    def _is_owned(self) -> bool:
        return bool(self._lock.locked())

    def _release_save(self) -> Any:
        self._release(_frame(1))

    def _acquire_restore(self, state: Any) -> None:
        began = perf_counter_ns()
        self._restore(state)
        mine = lane()
        taken(mine, Operation.ACQUIRE, self._number, place_of(mine, _frame(1)), began, True)

    def _restore(self, state: Any) -> None:
        self._lock.acquire()

    def __repr__(self) -> str:
        return repr(self._lock)


class RLock(Lock):
    """``threading.RLock``, watched."""

    kind = "rlock"
    _make = staticmethod(threading.RLock)  # type: ignore[assignment]

    def locked(self) -> bool:
        if not hasattr(self._lock, "locked"):  # before Python 3.14
            raise AttributeError("'RLock' object has no attribute 'locked'")
        return super().locked()

    def _is_owned(self) -> bool:
        return bool(self._lock._is_owned())

    def _release_save(self) -> Any:
        mine = lane()
        now = perf_counter_ns()
        state = self._lock._release_save()
        mine.event(Operation.RELEASE, self._number, now, place_of(mine, _frame(1)), began=now)
        return state

    def _restore(self, state: Any) -> None:
        self._lock._acquire_restore(state)


class Condition(threading.Condition):
    """``threading.Condition``, watched: its lock's release and return are events too."""

    def __init__(self, lock: Any = None) -> None:
        lock = RLock() if lock is None else lock
        super().__init__(lock)
        self._number = resource("condition", _frame(1), of=getattr(lock, "_number", 0))

    def wait(self, timeout: float | None = None) -> bool:
        mine = lane()
        place = place_of(mine, _frame(1))
        began = perf_counter_ns()
        # The real wait releases the lock first, so being blocked begins behind that.
        release: Any = self._release_save  # type: ignore[attr-defined]

        def release_then_block() -> Any:
            state = release()
            mine.event(
                Operation.WAIT,
                self._number,
                perf_counter_ns(),
                place,
                began=began,
                blocked=True,
                timeout=timeout,
            )
            return state

        waiting = _Waiting(self, release_then_block)
        try:
            got = waiting.wait(timeout)
        except BaseException as error:
            refused(Operation.WAIT, self._number, _frame(1), error)
            raise
        taken(mine, Operation.WAIT, self._number, place, began, got)
        return got

    def notify(self, n: int = 1) -> None:
        give(super().notify, Operation.NOTIFY, self._number, _frame(1), n, value=b"%d" % n)

    def notify_all(self) -> None:
        everyone = len(self._waiters)  # type: ignore[attr-defined]
        give(super().notify, Operation.NOTIFY, self._number, _frame(1), everyone, value=b"all")


class _Waiting(threading.Condition):
    """The real ``wait`` on another condition's state, with one release of its own."""

    def __init__(self, condition: Any, release: Any) -> None:
        self._lock = condition._lock
        self._waiters = condition._waiters
        self._release_save = release
        self._acquire_restore = condition._acquire_restore
        self._is_owned = condition._is_owned


class Semaphore(threading.Semaphore):
    """``threading.Semaphore``, watched."""

    kind = "semaphore"

    def __init__(self, value: int = 1) -> None:
        super().__init__(value)
        self._number = resource(self.kind, _frame(1), capacity=value)

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        if not blocking and timeout is not None:
            return super().acquire(blocking, timeout)  # raises as the real one does
        return acquire(super().acquire, self._number, _frame(1), blocking, timeout)

    def release(self, n: int = 1) -> None:
        give(super().release, Operation.RELEASE, self._number, _frame(1), n, value=b"%d" % n)

    def __enter__(self) -> bool:  # type: ignore[override]
        return acquire(super().acquire, self._number, _frame(1), True, None)

    def __exit__(self, *_: object) -> None:
        give(super().release, Operation.RELEASE, self._number, _frame(1), value=b"1")


class BoundedSemaphore(Semaphore, threading.BoundedSemaphore):
    """``threading.BoundedSemaphore``, watched."""

    kind = "bounded_semaphore"


class EventCalls:
    """The calls of an Event, of threads or of processes, watched."""

    _number: int

    def is_set(self) -> bool:
        answer = super().is_set()  # type: ignore[misc]
        return bool(asked(Operation.IS_SET, self._number, _frame(1), answer))

    def set(self) -> None:
        give(super().set, Operation.SET, self._number, _frame(1))  # type: ignore[misc]

    def clear(self) -> None:
        give(super().clear, Operation.CLEAR, self._number, _frame(1))  # type: ignore[misc]

    def wait(self, timeout: float | None = None) -> bool:
        mine = lane()
        place = place_of(mine, _frame(1))
        began = perf_counter_ns()
        if not super().is_set():  # type: ignore[misc]
            mine.event(Operation.WAIT, self._number, began, place, blocked=True, timeout=timeout)
        try:
            got = super().wait(timeout)  # type: ignore[misc]
        except BaseException as error:
            refused(Operation.WAIT, self._number, _frame(1), error)
            raise
        taken(mine, Operation.WAIT, self._number, place, began, got)
        return bool(got)


class BarrierCalls:
    """The calls of a Barrier, of threads or of processes, watched."""

    _number: int

    def wait(self, timeout: float | None = None) -> int:
        real: Any = self
        mine = lane()
        place = place_of(mine, _frame(1))
        began = perf_counter_ns()
        bound = real._timeout if timeout is None else timeout
        if real.n_waiting + 1 < real.parties and not real.broken:
            mine.event(Operation.WAIT, self._number, began, place, blocked=True, timeout=bound)
        try:
            index = super().wait(timeout)  # type: ignore[misc]
        except BaseException as error:
            refused(Operation.WAIT, self._number, _frame(1), error)
            raise
        taken(mine, Operation.WAIT, self._number, place, began, index)
        return int(index)

    def abort(self) -> None:
        give(super().abort, Operation.ABORT, self._number, _frame(1))  # type: ignore[misc]

    def reset(self) -> None:
        give(super().reset, Operation.RESET, self._number, _frame(1))  # type: ignore[misc]


class Event(EventCalls, threading.Event):
    """``threading.Event``, watched."""

    def __init__(self) -> None:
        super().__init__()
        self._number = resource("event", _frame(1))


class Barrier(BarrierCalls, threading.Barrier):
    """``threading.Barrier``, watched."""

    def __init__(self, parties: int, action: Any = None, timeout: float | None = None) -> None:
        super().__init__(parties, action, timeout)
        self._number = resource("barrier", _frame(1), capacity=parties)
