"""The locks, conditions, semaphores, events and barriers of ``multiprocessing``, watched."""

from __future__ import annotations

import sys
from multiprocessing import synchronize
from time import perf_counter_ns
from types import FrameType
from typing import Any

from pyqdemo.worlds.native.lane import Operation
from pyqdemo.worlds.native.recorder import lane, place_of, resource
from pyqdemo.worlds.native.watched.locks import (
    BarrierCalls,
    EventCalls,
    acquire,
    give,
    refused,
    taken,
)

__all__ = ["Barrier", "BoundedSemaphore", "Condition", "Event", "Lock", "RLock", "Semaphore"]

_frame = sys._getframe


class _Shared:
    """The number goes where the object goes: into spawned children too."""

    _number = 0

    def __getstate__(self) -> Any:
        return (self._number, super().__getstate__())

    def __setstate__(self, state: Any) -> None:
        self._number, real = state
        super().__setstate__(real)  # type: ignore[misc]


class _SemLock(_Shared, synchronize.SemLock):
    """A lock or semaphore."""

    _semlock: Any

    def _make_methods(self) -> None:
        """Not the real one, which would hide these methods behind attributes of the object."""

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        return acquire(self._semlock.acquire, self._number, _frame(1), block, timeout)

    def release(self) -> None:
        self._release(_frame(1))

    def _release(self, frame: FrameType) -> None:
        give(self._semlock.release, Operation.RELEASE, self._number, frame)
        mine = lane()
        if mine.on_release is not None and not self._semlock._is_mine():
            note, mine.on_release = mine.on_release, None
            note()

    def __enter__(self) -> bool:
        return acquire(self._semlock.acquire, self._number, _frame(1), True, None)

    def __exit__(self, *_: object) -> None:
        self._release(_frame(1))


class Lock(_SemLock, synchronize.Lock):
    """``multiprocessing.Lock``, watched."""

    def __init__(self, *, ctx: Any) -> None:
        super().__init__(ctx=ctx)
        self._number = resource("mp_lock", _frame(1))


class RLock(_SemLock, synchronize.RLock):
    """``multiprocessing.RLock``, watched."""

    def __init__(self, *, ctx: Any) -> None:
        super().__init__(ctx=ctx)
        self._number = resource("mp_rlock", _frame(1))


class Semaphore(_SemLock, synchronize.Semaphore):
    """``multiprocessing.Semaphore``, watched."""

    def __init__(self, value: int = 1, *, ctx: Any) -> None:
        super().__init__(value, ctx=ctx)
        self._number = resource("mp_semaphore", _frame(1), capacity=value)


class BoundedSemaphore(_SemLock, synchronize.BoundedSemaphore):
    """``multiprocessing.BoundedSemaphore``, watched."""

    def __init__(self, value: int = 1, *, ctx: Any) -> None:
        super().__init__(value, ctx=ctx)
        self._number = resource("mp_bounded_semaphore", _frame(1), capacity=value)


class Condition(_Shared, synchronize.Condition):
    """``multiprocessing.Condition``, watched."""

    def __init__(self, lock: Any = None, *, ctx: Any) -> None:
        lock = RLock(ctx=ctx) if lock is None else lock
        super().__init__(lock, ctx=ctx)
        self._number = resource("mp_condition", _frame(1), of=getattr(lock, "_number", 0))

    def wait(self, timeout: float | None = None) -> bool:
        mine = lane()
        place = place_of(mine, _frame(1))
        began = perf_counter_ns()

        def note() -> None:  # the real wait releases the lock first
            now = perf_counter_ns()
            mine.event(
                Operation.WAIT,
                self._number,
                now,
                place,
                began=began,
                blocked=True,
                timeout=timeout,
            )

        mine.on_release = note
        try:
            got = super().wait(timeout)
        except BaseException as error:
            refused(Operation.WAIT, self._number, _frame(1), error)
            raise
        finally:
            mine.on_release = None
        taken(mine, Operation.WAIT, self._number, place, began, got)
        return got

    def notify(self, n: int = 1) -> None:
        give(super().notify, Operation.NOTIFY, self._number, _frame(1), n, value=b"%d" % n)

    def notify_all(self) -> None:
        everyone = sys.maxsize
        give(super().notify, Operation.NOTIFY, self._number, _frame(1), everyone, value=b"all")


class Event(_Shared, EventCalls, synchronize.Event):
    """``multiprocessing.Event``, watched."""

    def __init__(self, *, ctx: Any) -> None:
        super().__init__(ctx=ctx)
        self._number = resource("mp_event", _frame(1))

    def __getstate__(self) -> Any:
        return (self._number, self.__dict__)

    def __setstate__(self, state: Any) -> None:
        self.__dict__.update(state[1])


class Barrier(_Shared, BarrierCalls, synchronize.Barrier):
    """``multiprocessing.Barrier``, watched."""

    def __init__(
        self, parties: int, action: Any = None, timeout: float | None = None, *, ctx: Any
    ) -> None:
        super().__init__(parties, action, timeout, ctx=ctx)
        self._number = resource("mp_barrier", _frame(1), capacity=parties)

    def __setstate__(self, state: Any) -> None:
        # The real constructor calls this too, before there is a number.
        super().__setstate__(state if len(state) == 2 else (0, state))
