"""The queues of ``queue``, watched from inside their own mutex."""

from __future__ import annotations

import queue
import sys
from collections import deque
from time import perf_counter_ns
from typing import Any

from pyqdemo.worlds.native.lane import Lane, Operation
from pyqdemo.worlds.native.recorder import lane, local, place_of, raised, resource, short
from pyqdemo.worlds.native.watched.locks import asked
from pyqdemo.worlds.native.watched.signals import Signal

__all__ = ["LifoQueue", "PriorityQueue", "Queue", "SimpleQueue"]

_frame = sys._getframe
_PUT, _GET = Operation.PUT, Operation.GET


class _Watched(queue.Queue):  # type: ignore[type-arg]
    """Notes each operation where the real class lets its subclasses in.

    ``_put`` and ``_get`` are called under the mutex, when the operation takes effect: there
    the item's id is minted and the moment taken. ``put`` and ``get`` are the real ones.
    """

    kind = "queue"

    def __init__(self, maxsize: int = 0) -> None:
        self._ids: Any = self._new_ids()
        super().__init__(maxsize)
        self._number = number = resource(self.kind, _frame(1), capacity=max(0, maxsize))
        self.not_empty = self._getting = Signal(self.mutex, number, _GET)
        self.not_full = self._putting = Signal(self.mutex, number, _PUT)
        self.all_tasks_done = Signal(self.mutex, number, Operation.JOIN)

    def task_done(self) -> None:
        mine = lane()
        now = perf_counter_ns()
        try:
            super().task_done()
        except ValueError as error:
            _failed(mine, Operation.TASK_DONE, self._number, _here(mine), now, error)
            raise
        mine.event(Operation.TASK_DONE, self._number, now, location=_here(mine), began=now)

    def join(self) -> None:
        mine = lane()
        location = place_of(mine, _frame(1))
        began = perf_counter_ns()
        super().join()
        mine.waiting = False
        now = perf_counter_ns()
        mine.event(Operation.JOIN, self._number, now, location=location, began=began)

    def qsize(self) -> int:
        return int(asked(Operation.QSIZE, self._number, _frame(1), super().qsize()))

    def empty(self) -> bool:
        return bool(asked(Operation.EMPTY, self._number, _frame(1), super().empty()))

    def full(self) -> bool:
        return bool(asked(Operation.FULL, self._number, _frame(1), super().full()))

    if sys.version_info >= (3, 13):

        def shutdown(self, immediate: bool = False) -> None:
            mine = lane()
            now = perf_counter_ns()
            super().shutdown(immediate)
            mine.event(
                Operation.SHUTDOWN,
                self._number,
                now,
                location=_here(mine),
                began=now,
                value=b"immediate" if immediate else b"",
            )

    def _new_ids(self) -> Any:
        """What keeps the items' ids in step; made here, as a subclass may have its own _init."""
        raise NotImplementedError

    def _note_put(self, value: Any) -> int:
        """Mints the item's id; called under the mutex by the putter."""
        try:
            mine = local.lane
        except AttributeError:
            mine = lane()
        item: int = mine.items + 1
        mine.items = item
        self._putting.pending = (mine, item, perf_counter_ns(), self._qsize(), value)
        return item

    def _note_get(self, item: int, value: Any) -> None:
        """Called under the mutex by the getter."""
        try:
            mine = local.lane
        except AttributeError:
            mine = lane()
        self._getting.pending = (mine, item, perf_counter_ns(), self._qsize(), value)


class Queue(_Watched):
    """``queue.Queue``, watched."""

    def _new_ids(self) -> deque[int]:
        return deque()

    def _put(self, item: Any) -> None:
        self.queue.append(item)
        try:
            mine = local.lane
        except AttributeError:
            mine = lane()
        mine.items = number = mine.items + 1
        self._ids.append(number)
        self._putting.pending = (mine, number, perf_counter_ns(), len(self.queue), item)

    def _get(self) -> Any:
        item = self.queue.popleft()
        try:
            mine = local.lane
        except AttributeError:
            mine = lane()
        # Unknown where the program has had its own hands in self.queue.
        number = self._ids.popleft() if len(self._ids) == len(self.queue) + 1 else 0
        self._getting.pending = (mine, number, perf_counter_ns(), len(self.queue), item)
        return item


class LifoQueue(_Watched, queue.LifoQueue):  # type: ignore[type-arg]
    """``queue.LifoQueue``, watched."""

    kind = "lifo"

    def _new_ids(self) -> list[int]:
        return []

    def _put(self, item: Any) -> None:
        super()._put(item)
        self._ids.append(self._note_put(item))

    def _get(self) -> Any:
        item = super()._get()
        self._note_get(self._ids.pop() if self._ids else 0, item)
        return item


class PriorityQueue(_Watched, queue.PriorityQueue):  # type: ignore[type-arg]
    """``queue.PriorityQueue``, watched; equal objects leave in the order they came."""

    kind = "priority"

    def _new_ids(self) -> dict[int, deque[int]]:
        return {}

    def _put(self, item: Any) -> None:
        super()._put(item)
        # The heap keeps the object alive, so its id() is nobody else's meanwhile.
        self._ids.setdefault(id(item), deque()).append(self._note_put(item))

    def _get(self) -> Any:
        item = super()._get()
        waiting = self._ids.get(id(item))
        self._note_get(waiting.popleft() if waiting else 0, item)
        if not waiting:
            self._ids.pop(id(item), None)
        return item


class SimpleQueue(queue.SimpleQueue):  # type: ignore[type-arg]
    """``queue.SimpleQueue``, watched.

    The real one is written in C and may be re-entered from a ``__del__``, so there is no
    mutex to stand under: the item's id travels with it inside the queue, where the program
    cannot look.
    """

    def __init__(self) -> None:
        super().__init__()
        self._number = resource("simple", _frame(1), capacity=0)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        mine = lane()
        value, cut = short(item)
        mine.items = number = mine.items + 1
        now = perf_counter_ns()
        super().put((number, item), block, timeout)
        place = place_of(mine, _frame(1))
        mine.event(_PUT, self._number, now, place, number, now, value=value, cut=cut)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        mine = lane()
        location = place_of(mine, _frame(1))
        began = perf_counter_ns()
        try:
            try:
                came = super().get(False)
            except queue.Empty:
                if not block:
                    raise
                mine.event(
                    _GET,
                    self._number,
                    perf_counter_ns(),
                    location,
                    began=began,
                    blocked=True,
                    timeout=timeout,
                )
                came = super().get(True, timeout)
        except BaseException as error:
            _failed(mine, _GET, self._number, location, began, error)
            raise
        number, item = came
        value, cut = short(item)
        now = perf_counter_ns()
        mine.event(_GET, self._number, now, location, number, began, value=value, cut=cut)
        return item

    def put_nowait(self, item: Any) -> None:
        self.put(item, False)

    def get_nowait(self) -> Any:
        return self.get(False)

    def qsize(self) -> int:
        return int(asked(Operation.QSIZE, self._number, _frame(1), super().qsize()))

    def empty(self) -> bool:
        return bool(asked(Operation.EMPTY, self._number, _frame(1), super().empty()))


def _here(mine: Lane) -> int:
    return place_of(mine, _frame(2))


def _failed(
    mine: Lane, operation: int, number: int, location: int, began: int, error: BaseException
) -> None:
    """An operation that raises is still an operation."""
    now = perf_counter_ns()
    mine.event(operation, number, now, location, began=began, result=raised(error))
