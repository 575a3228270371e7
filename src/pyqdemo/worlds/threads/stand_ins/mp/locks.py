"""``multiprocessing.Lock``, ``RLock``, ``Semaphore`` and ``BoundedSemaphore``."""

from __future__ import annotations

import errno
import math
import operator
import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from pyqdemo.kernel.mp.agreed import SEM_VALUE_MAX
from pyqdemo.worlds.threads.stand_ins.mp.sending import handles_sent
from pyqdemo.worlds.threads.world import here

__all__ = [
    "MADE",
    "NAMES",
    "BoundedSemaphore",
    "Lock",
    "RLock",
    "SemLock",
    "Semaphore",
    "check_inherited",
    "check_spawning",
    "seconds_of",
]

_frame = sys._getframe

#: Who waits longer than that waits for ever.
_LONGEST_S = 1e9


def check_spawning(shared: object, name: str | None = None) -> None:
    """What processes share goes to another one only while that is being started.

    Args:
        name: of the class, as the library tells it.

    Raises:
        RuntimeError: none is.
    """
    if handles_sent() is None:
        name = name or type(shared).__name__
        told = f"{name} objects should only be shared between processes through inheritance"
        raise RuntimeError(told)


def check_inherited(shared: object, is_fork_ctx: bool, name: str | None = None) -> None:
    """What ``check_spawning`` checks, and that it was not made for processes that are forked.

    Raises:
        RuntimeError: it must not be pickled.
    """
    check_spawning(shared, name)
    if is_fork_ctx:
        raise RuntimeError(
            "A SemLock created in a fork context is being "
            "shared with a process in a spawn context. This is "
            "not supported. Please use the same context to create "
            "multiprocessing objects and Process."
        )


def seconds_of(timeout: float | None) -> float | None:
    """The bound of a wait; one below 0 is reached at once. Raises TypeError."""
    if timeout is None:
        return None
    seconds = max(0.0, math.fsum((timeout,)))
    return None if seconds > _LONGEST_S else seconds


class Handle:
    """What a lock has inside, in the place of ``_multiprocessing.SemLock``.

    Args:
        id: of the resource.
        kind: 0 if it is recursive, else 1.
    """

    __slots__ = ("id", "kind", "maxvalue")

    def __init__(self, id: str, kind: int, maxvalue: int) -> None:
        self.id = id
        self.kind = kind
        self.maxvalue = maxvalue

    def acquire(
        self, block: Any, timeout: float | None, frame: FrameType | None, scoped: bool = False
    ) -> bool:
        blocks = bool(block if sys.version_info >= (3, 12) else operator.index(block))
        args = (self.id, blocks, seconds_of(timeout) if blocks else None, scoped)
        got: bool = here().world.request("mp.acquire", args, frame)
        return got

    def release(self, frame: FrameType) -> None:
        here().world.request_at_once("mp.release", (self.id,), frame)

    def look(self, frame: FrameType) -> tuple[int, int, bool]:
        """How many permits are free, how often the own process has taken it, and whether it
        is the calling task's."""
        value, taken, mine = here().world.request("mp.sem_look", (self.id,), frame)
        return value, taken, bool(mine)

    def _is_mine(self) -> bool:
        return self.look(_frame(1))[2]

    def _count(self) -> int:
        return self.look(_frame(1))[1]

    def _get_value(self) -> int:
        value: int = here().world.request("mp.sem_value", (self.id,), _frame(1))
        return value

    def _is_zero(self) -> bool:
        zero: bool = here().world.request("mp.locked", (self.id,), _frame(1))
        return zero


class SemLock:
    """What all four have in common."""

    _semlock: Handle
    _is_fork_ctx: bool

    def _make(
        self, kind: str, ctx: Any, frame: FrameType, value: int = 1, most: int | None = None
    ) -> None:
        self._is_fork_ctx = ctx.get_start_method() == "fork"
        counts = kind in ("mp_semaphore", "mp_bounded_semaphore")
        args, capacity = ((value,), value) if counts else ((), None)
        id = here().world.share(kind, args, frame, capacity=capacity)
        self._semlock = Handle(id, int(kind != "mp_rlock"), value if most is None else most)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        return self._semlock.acquire(block, timeout, _frame(1))

    def release(self) -> None:
        self._semlock.release(_frame(1))

    if sys.version_info >= (3, 14):

        def locked(self) -> bool:
            return self._semlock._is_zero()

    def __enter__(self) -> bool:
        return self._semlock.acquire(True, None, _frame(1), scoped=True)

    def __exit__(self, *_: object) -> None:
        self._semlock.release(_frame(1))

    def __getstate__(self) -> Any:
        check_inherited(self, self._is_fork_ctx)
        handle = self._semlock
        return (handle.id, handle.kind, handle.maxvalue)

    def __setstate__(self, state: Any) -> None:
        self._semlock = Handle(*state)
        self._is_fork_ctx = False

    def _owned(self, frame: FrameType) -> tuple[str, int | str]:
        """Who has a lock, and how often, as its repr tells it."""
        value, taken, mine = self._semlock.look(frame)
        if mine:
            task = here().task
            main = task.process
            name = "MainProcess" if here().home.is_first else main.name
            return (name if task is main else f"{name}|{task.name}"), taken
        if value == 1:
            return "None", 0
        return ("SomeOtherThread" if taken > 0 else "SomeOtherProcess"), "nonzero"


class Semaphore(SemLock):
    """``multiprocessing.Semaphore``."""

    def __init__(self, value: int = 1, *, ctx: Any) -> None:
        self._make("mp_semaphore", ctx, _frame(1), _number(value), SEM_VALUE_MAX)

    def get_value(self) -> int:
        return self._semlock._get_value()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}(value={self._semlock.look(_frame(1))[0]})>"


class BoundedSemaphore(Semaphore):
    """``multiprocessing.BoundedSemaphore``."""

    def __init__(self, value: int = 1, *, ctx: Any) -> None:
        self._make("mp_bounded_semaphore", ctx, _frame(1), _number(value))

    def __repr__(self) -> str:
        value = self._semlock.look(_frame(1))[0]
        return f"<{type(self).__name__}(value={value}, maxvalue={self._semlock.maxvalue})>"


class Lock(SemLock):
    """``multiprocessing.Lock``."""

    def __init__(self, *, ctx: Any) -> None:
        self._make("mp_lock", ctx, _frame(1))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}(owner={self._owned(_frame(1))[0]})>"


class RLock(SemLock):
    """``multiprocessing.RLock``."""

    def __init__(self, *, ctx: Any) -> None:
        self._make("mp_rlock", ctx, _frame(1))

    def __repr__(self) -> str:
        name, count = self._owned(_frame(1))
        return f"<{type(self).__name__}({name}, {count})>"


def _number(value: Any) -> int:
    """The value of a new semaphore, or the error of the real one."""
    number = operator.index(value)
    if abs(number) > SEM_VALUE_MAX:
        raise OverflowError("Python int too large to convert to C int")
    if number < 0:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return number


def _lock(ctx: Any) -> Lock:
    return Lock(ctx=ctx.get_context())


def _rlock(ctx: Any) -> RLock:
    return RLock(ctx=ctx.get_context())


def _semaphore(ctx: Any, value: int = 1) -> Semaphore:
    return Semaphore(value, ctx=ctx.get_context())


def _bounded_semaphore(ctx: Any, value: int = 1) -> BoundedSemaphore:
    return BoundedSemaphore(value, ctx=ctx.get_context())


for _made in (_lock, _rlock, _semaphore, _bounded_semaphore):
    _made.__qualname__ = f"BaseContext.{_made.__annotations__['return']}"  # as errors have it

#: What a context makes, by name.
MADE: dict[str, Callable[..., Any]] = {
    "Lock": _lock,
    "RLock": _rlock,
    "Semaphore": _semaphore,
    "BoundedSemaphore": _bounded_semaphore,
}

#: Of ``multiprocessing.synchronize``.
NAMES: dict[str, Any] = {
    "SemLock": SemLock,
    "Lock": Lock,
    "RLock": RLock,
    "Semaphore": Semaphore,
    "BoundedSemaphore": BoundedSemaphore,
}
