"""``threading``: its classes, gathered, and the functions beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyqdemo.worlds.threads.lives import here
from pyqdemo.worlds.threads.stand_ins.barriers import Barrier
from pyqdemo.worlds.threads.stand_ins.calls import left_out, refused
from pyqdemo.worlds.threads.stand_ins.conditions import Condition
from pyqdemo.worlds.threads.stand_ins.deprecations import deprecated
from pyqdemo.worlds.threads.stand_ins.failing import excepthook
from pyqdemo.worlds.threads.stand_ins.flags import Event
from pyqdemo.worlds.threads.stand_ins.locals import local
from pyqdemo.worlds.threads.stand_ins.locks import Lock, RLock
from pyqdemo.worlds.threads.stand_ins.semaphores import BoundedSemaphore, Semaphore
from pyqdemo.worlds.threads.stand_ins.threads import (
    Thread,
    Timer,
    active_count,
    current_thread,
    enumerate,
    get_ident,
    main_thread,
)
from pyqdemo.worlds.threads.surroundings import surroundings

__all__ = ["NAMES"]


def currentThread() -> Thread:
    """``threading.currentThread``."""
    deprecated("currentThread() is deprecated, use current_thread() instead")
    return current_thread()


def activeCount() -> int:
    """``threading.activeCount``."""
    deprecated("activeCount() is deprecated, use active_count() instead")
    return active_count()


def stack_size(size: int = 0, /) -> int:
    """``threading.stack_size``: kept, and means nothing here, where threads are used again."""
    if size < 0:
        raise ValueError("size must be 0 or a positive value")
    if 0 < size < 32_768:
        raise ValueError(f"size not valid: {size} bytes")
    scratch = here().home.scratch
    before: int = scratch.get("stack size", 0)
    scratch["stack size"] = size
    return before


def _register_atexit(func: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    surroundings().before_join.append(lambda: func(*args, **kwargs))


#: What the program finds in its module ``threading``.
NAMES: dict[str, Any] = {
    "Barrier": Barrier,
    "BoundedSemaphore": BoundedSemaphore,
    "Condition": Condition,
    "Event": Event,
    "Lock": Lock,
    "RLock": RLock,
    "Semaphore": Semaphore,
    "Thread": Thread,
    "Timer": Timer,
    "local": local,
    "activeCount": activeCount,
    "active_count": active_count,
    "currentThread": currentThread,
    "current_thread": current_thread,
    "enumerate": enumerate,
    "excepthook": excepthook,
    "__excepthook__": excepthook,
    "get_ident": get_ident,
    "get_native_id": get_ident,
    "main_thread": main_thread,
    "stack_size": stack_size,
    "settrace": left_out("threading.settrace"),
    "settrace_all_threads": left_out("threading.settrace_all_threads"),
    "setprofile": left_out("threading.setprofile"),
    "setprofile_all_threads": left_out("threading.setprofile_all_threads"),
    "_register_atexit": _register_atexit,
    "_start_new_thread": refused("refused_threads", "threading._start_new_thread"),
    "_allocate_lock": refused("refused_threads", "threading._allocate_lock"),
}
