"""``threading.Condition``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pyqdemo.kernel.conditions import ConditionModel, Enter, Leave, LetGo, Notify, TakeBack
from pyqdemo.kernel.locks import LockModel
from pyqdemo.kernel.operations import seconds_ns
from pyqdemo.point import Access
from pyqdemo.worlds.threads.stand_ins.deprecations import deprecated
from pyqdemo.worlds.threads.stand_ins.locks import Holdable, RLock, Shared, bound_of
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["Condition"]

_frame = sys._getframe
_T = TypeVar("_T")


class Condition(Shared):
    """``threading.Condition``, over a Lock, an RLock, or an object that behaves like one."""

    def __init__(self, lock: Any = None) -> None:
        if lock is None:
            lock = RLock()
        self._lock = lock
        self.acquire = lock.acquire
        self.release = lock.release
        # What an object of the program's own has of these counts for more than ours.
        for name in ("_release_save", "_acquire_restore", "_is_owned"):
            if hasattr(lock, name):
                setattr(self, name, getattr(lock, name))
        held: LockModel | None = lock._model if isinstance(lock, Holdable) else None
        of = None if held is None else held.id
        self._model: ConditionModel = made(ConditionModel(held), _frame(1), of=of)

    def __enter__(self) -> bool:
        entered: bool = self._lock.__enter__()
        return entered

    def __exit__(self, *error: object) -> Any:
        return self._lock.__exit__(*error)

    def wait(self, timeout: float | None = None) -> bool:
        frame, bound = _frame(1), bound_of(timeout)
        if self._model.lock is None:
            return self._wait_beside(bound, frame)
        life = here()
        perform = life.world.perform
        waiter = perform(LetGo(self._model, self._model.lock, life.task, bound), frame)
        notified: bool = perform(waiter, frame)
        if not notified:
            perform(TakeBack(waiter), frame)
        return notified

    def _wait_beside(self, timeout_s: float | None, frame: FrameType) -> bool:
        """A wait whose lock is taken and given back by operations of its own, or by none."""
        if not self._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        perform = here().world.perform
        waiter = perform(Enter(self._model, timeout_s), frame)
        state = self._release_save()
        notified: bool = perform(waiter, frame)
        self._acquire_restore(state)
        if not notified:
            perform(Leave(waiter), frame)
        return notified

    def wait_for(self, predicate: Callable[[], _T], timeout: float | None = None) -> _T:
        execution = here().world.execution
        end_ns: int | None = None
        left = timeout
        result = predicate()
        while not result:
            if left is not None:
                execution.clock_was_read = True
                execution.touch(Access("clock", "r"))
                # In whole nanoseconds, as the clock counts: what is left of a third of a
                # second would never become nothing.
                if end_ns is None:
                    end_ns = execution.now_ns + seconds_ns(left)
                elif execution.now_ns >= end_ns:
                    break
                else:
                    left = (end_ns - execution.now_ns) / 1e9
            self.wait(left)
            result = predicate()
        return result

    def notify(self, n: int = 1) -> None:
        self._notify(n, _frame(1))

    def notify_all(self) -> None:
        self._notify(None, _frame(1))

    def notifyAll(self) -> None:
        deprecated("notifyAll() is deprecated, use notify_all() instead")
        self.notify_all()

    def _notify(self, count: int | None, frame: FrameType) -> None:
        if self._model.lock is None and not self._is_owned():
            raise RuntimeError("cannot notify on un-acquired lock")
        here().world.perform(Notify(self._model, count), frame)

    def _release_save(self) -> Any:
        self._lock.release()

    def _acquire_restore(self, state: Any) -> None:
        self._lock.acquire()

    def _is_owned(self) -> bool:
        if self._lock.acquire(False):
            self._lock.release()
            return False
        return True

    def __reduce__(self) -> NoReturn:
        if isinstance(self._lock, RLock):
            self._lock.__reduce__()
        super().__reduce__()

    def __forked__(self, copy: Copying) -> Any:
        if self._model.waiters:  # they are gone there, but still swallow what notifies them
            copy.refuse("threading.Condition")
        return copy.alike(self)

    def __repr__(self) -> str:
        return f"<Condition({self._lock}, {len(self._model.waiters)})>"
