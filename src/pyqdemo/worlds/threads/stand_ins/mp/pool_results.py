"""What the calls of a ``multiprocessing.Pool`` give: AsyncResult, MapResult, iterators."""

from __future__ import annotations

import multiprocessing
import queue
import sys
import types
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from pyqdemo.kernel.futures import AskFuture, Finish, FutureModel, Result
from pyqdemo.kernel.queues import Get, Put, QueueModel
from pyqdemo.kernel.stores import FifoStore
from pyqdemo.worlds.threads.stand_ins.futures import bound
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.stand_ins.mp.crews import at_hand
from pyqdemo.worlds.threads.stand_ins.values import short
from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.stand_ins.mp.pool_work import PoolCrew

__all__ = ["ApplyResult", "IMapIterator", "IMapUnorderedIterator", "MapResult"]

_frame = sys._getframe
Callback = Callable[[Any], object]


class ApplyResult:
    """``multiprocessing.pool.AsyncResult``: of one call.

    Args:
        pool: kept alive until the result is there.
    """

    def __init__(
        self,
        pool: Any,
        callback: Callback | None,
        error_callback: Callback | None,
        frame: FrameType | None = None,
    ) -> None:
        self._pool = pool
        self._callback = callback
        self._error_callback = error_callback
        self._crew: PoolCrew = pool._crew
        model = FutureModel(type(self).__name__)
        self._model: FutureModel = made(model, frame or _frame(1), of=self._crew.id)
        self._job = self._crew.enter(self)

    def ready(self) -> bool:
        return bool(here().world.perform(AskFuture(self._model, "done"), _frame(1)))

    def successful(self) -> bool:
        if not here().world.perform(AskFuture(self._model, "done"), _frame(1)):
            raise ValueError(f"{self!r} not ready")
        return self._model.error is None

    def wait(self, timeout: float | None = None) -> None:
        self._wait(timeout, _frame(1))

    def _wait(self, timeout: float | None, frame: FrameType) -> bool:
        try:
            here().world.perform(Result(self._model, bound(timeout)), frame)
        except TimeoutError:
            return False
        return True

    def get(self, timeout: float | None = None) -> Any:
        return self._get(timeout, _frame(1))

    def _get(self, timeout: float | None, frame: FrameType) -> Any:
        if not self._wait(timeout, frame):
            raise multiprocessing.TimeoutError
        if self._model.error is None:
            return self._model.value
        try:
            raise self._model.error
        finally:
            del self  # the error's traceback shall not keep what keeps the error

    def _set(self, i: int, outcome: tuple[bool, Any]) -> None:
        """What has come back; called by one of the pool's threads."""
        success, value = outcome
        self._end(success, value)

    def _end(self, success: bool, value: Any) -> None:
        callback = self._callback if success else self._error_callback
        if callback is not None:
            callback(value)
        self._finish(success, value)
        self._crew.leave(self._job)
        self._pool = None

    def _finish(self, success: bool, value: Any) -> None:
        good, error = (value, None) if success else (None, value)
        at_hand(Finish(self._model, good, error, short))

    def __getstate__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.lock' object")

    __class_getitem__: Any = classmethod(types.GenericAlias)


class MapResult(ApplyResult):
    """``multiprocessing.pool.MapResult``: of the calls of one ``map``, which go in chunks."""

    def __init__(
        self,
        pool: Any,
        chunksize: int,
        length: int,
        callback: Callback | None,
        error_callback: Callback | None,
        frame: FrameType | None = None,
    ) -> None:
        super().__init__(pool, callback, error_callback, frame or _frame(1))
        self._success = True
        self._value: Any = [None] * length
        self._chunksize = chunksize
        self._left = 0 if chunksize <= 0 else -(-length // chunksize)
        if chunksize <= 0:
            self._finish(True, self._value)
            self._crew.leave(self._job)

    def _set(self, i: int, outcome: tuple[bool, Any]) -> None:
        success, value = outcome
        self._left -= 1
        if self._success and success:
            self._value[i * self._chunksize : (i + 1) * self._chunksize] = value
        elif self._success:
            self._success, self._value = False, value  # the first exception is the one told
        if not self._left:
            self._end(self._success, self._value)


class _End:
    """Stands in an iterator's line behind the last result."""

    def __repr__(self) -> str:
        return "end"


_END = _End()


def _told(outcome: Any) -> tuple[str, int]:
    return short(outcome[1])


class IMapIterator:
    """``multiprocessing.pool.IMapIterator``: the results in the order of the calls."""

    def __init__(self, pool: Any, frame: FrameType | None = None) -> None:
        self._pool = pool
        self._crew: PoolCrew = pool._crew
        model = QueueModel("simple", FifoStore(), 0, _told)
        self._line: QueueModel = made(model, frame or _frame(1), capacity=0, of=self._crew.id)
        self._job = self._crew.enter(self)
        self._early: dict[int, Any] = {}
        self._count = 0
        self._length: int | None = None
        self._is_over = False

    def __iter__(self) -> IMapIterator:
        return self

    def next(self, timeout: float | None = None) -> Any:
        return self._next(timeout, _frame(1))

    def __next__(self) -> Any:
        return self._next(None, _frame(1))

    def _next(self, timeout: float | None, frame: FrameType) -> Any:
        if self._is_over:
            raise StopIteration
        try:
            taken = here().world.perform(Get(self._line, True, bound(timeout)), frame)
        except queue.Empty:
            raise multiprocessing.TimeoutError from None
        success, value = taken
        if value is _END:
            self._is_over = True
            again = Put(self._line, taken)  # for whoever else waits
            again.quiet = True
            at_hand(again)
            raise StopIteration
        if success:
            return value
        raise value

    def _set(self, i: int, outcome: tuple[bool, Any]) -> None:
        """What has come back; called by one of the pool's threads."""
        self._early[i] = outcome
        while self._count in self._early:
            self._arrive(self._early.pop(self._count))
        self._end_if_over()

    def _arrive(self, outcome: Any) -> None:
        at_hand(Put(self._line, outcome))
        self._count += 1

    def _set_length(self, length: int) -> None:
        """How many there will be; called when the last call has been sent."""
        self._length = length
        self._end_if_over()

    def _end_if_over(self) -> None:
        if self._count == self._length:
            at_hand(Put(self._line, (True, _END)))
            self._crew.leave(self._job)
            self._pool = None

    def __getstate__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.lock' object")


class IMapUnorderedIterator(IMapIterator):
    """The results in the order in which they come."""

    def _set(self, i: int, outcome: tuple[bool, Any]) -> None:
        self._arrive(outcome)
        self._end_if_over()


for _class in (ApplyResult, MapResult, IMapIterator, IMapUnorderedIterator):
    _class.__module__ = "multiprocessing.pool"
