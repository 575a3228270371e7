"""``threading.Lock`` and ``RLock``, and what all that waits has in common."""

from __future__ import annotations

import _thread
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from pyqdemo.kernel.locks import Acquire, Locked, LockModel, Release, RLockModel
from pyqdemo.worlds.threads.stand_ins.deprecations import deprecated
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["Lock", "RLock"]

_frame = sys._getframe


class Shared:
    """What tasks share. Like the real ones, which have a lock inside, it cannot be pickled."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.lock' object")

    def __forked__(self, copy: Copying) -> Any:
        return copy.alike(self)

    def _called(self) -> str:
        """The class's name as the real one has it in its repr."""
        kind = type(self)
        module = "threading" if kind.__module__.startswith("pyqdemo.") else kind.__module__
        return f"{module}.{kind.__qualname__}"


def awaited(id: str) -> bool:
    """Whether another task is waiting at a resource. In a forked process it would be gone, and
    still be counted by the real one."""
    life = here()
    for task in life.world.execution.alive:
        pending = None if task is life.task else task.pending
        if pending is not None and pending.target == id and not pending.ready():
            return True
    return False


def bound_of(timeout: float | None) -> float | None:
    """The bound of a wait in seconds, None for none; one below 0 is reached at once.

    Raises:
        OverflowError: it is more than a lock can wait; in the text of this Python.
    """
    if timeout is None:
        return None
    if timeout > 0:
        _thread.allocate_lock().acquire(True, timeout)
        return float(timeout)
    return 0.0


class Holdable(Shared):
    """What Lock and RLock have in common."""

    __slots__ = ("__weakref__", "_model")

    _model: LockModel

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if timeout != -1 or type(blocking) is not bool:
            # A real one, which is free, refuses what this Python's refuses.
            _thread.allocate_lock().acquire(blocking, timeout)
        bound = None if timeout == -1 else float(timeout)
        return self._acquire(bool(blocking), bound, _frame(1))

    def release(self) -> None:
        here().world.at_once(Release(self._model), _frame(1))

    def __enter__(self) -> bool:
        return self._acquire(True, None, _frame(1), scoped=True)

    def __exit__(self, *_: object) -> None:
        here().world.at_once(Release(self._model), _frame(1))

    def _acquire(
        self, block: bool, timeout_s: float | None, frame: FrameType, scoped: bool = False
    ) -> bool:
        life = here()
        operation = Acquire(self._model, life.task, block, timeout_s, scoped)
        got: bool = life.world.perform(operation, frame)
        return got

    def _locked(self, frame: FrameType) -> bool:
        answer: bool = here().world.perform(Locked(self._model), frame)
        return answer

    def _state(self) -> str:
        return "unlocked" if self._model.owner is None else "locked"


class Lock(Holdable):
    """``threading.Lock``. (The real one is no class before Python 3.13.)"""

    __slots__ = ()

    def __init__(self) -> None:
        self._model = made(LockModel(), _frame(1))

    def locked(self) -> bool:
        return self._locked(_frame(1))

    def __repr__(self) -> str:
        return f"<{self._state()} _thread.lock object at {self._model.id}>"


class RLock(Holdable):
    """``threading.RLock``."""

    __slots__ = ()

    def __init__(self, *args: object, **kwargs: object) -> None:
        if sys.version_info >= (3, 13) and (args or kwargs):
            deprecated("Passing arguments to RLock is deprecated and will be removed in 3.15")
        self._model = made(RLockModel(), _frame(1))

    if sys.version_info >= (3, 14):

        def locked(self) -> bool:
            return self._locked(_frame(1))

    # Only the task itself changes whether it is the owner, so nobody could notice these.

    def _is_owned(self) -> bool:
        return self._model.owner is here().task

    def _recursion_count(self) -> int:
        return self._model.times if self._is_owned() else 0

    # What a condition of the program's own, or of a library, asks of its lock.

    def _release_save(self) -> Any:
        times = self._recursion_count()
        if not times:
            raise RuntimeError("cannot release un-acquired lock")
        for _ in range(times):
            here().world.at_once(Release(self._model), _frame(1))
        return times

    def _acquire_restore(self, times: Any) -> None:
        for _ in range(times):
            self._acquire(True, None, _frame(1))

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.RLock' object")

    def __repr__(self) -> str:
        model = self._model
        owner = None if model.owner is None else model.owner.name
        told = f"owner={owner!r} count={model.times}"
        return f"<{self._state()} _thread.RLock object {told} at {model.id}>"
