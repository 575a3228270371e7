"""The queues of ``multiprocessing``, watched on both sides of their pipe.

``put`` hands the item to a buffer; the feeder thread, a task of its own, moves it into
the pipe (operation ``feed``); ``get`` takes it out on the other side. The item's id goes
the same way: through the buffer beside the item, through the pipe behind its pickle.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing import queues
from multiprocessing.synchronize import SEM_VALUE_MAX  # type: ignore[attr-defined]
from time import perf_counter_ns
from types import FrameType
from typing import Any

from pyqdemo.worlds.native.lane import NO_DEPTH, Lane, Operation
from pyqdemo.worlds.native.recorder import lane, local, place_of, raised, resource, short
from pyqdemo.worlds.native.watched.signals import Signal
from pyqdemo.worlds.native.watched.wires import (
    MAGIC,
    TRAILER,
    Wire,
    pack_tag,
    room,
    tag,
    take_over,
    unpack_tag,
    waiting_bytes,
)

__all__ = ["JoinableQueue", "Queue", "SimpleQueue"]

_frame = sys._getframe
_append = deque.append
_SENTINEL = queues._sentinel  # type: ignore[attr-defined]
_real_get = queues.Queue.get
_CAN_COUNT = sys.platform != "darwin"
_PUT, _GET, _FEED = Operation.PUT, Operation.GET, Operation.FEED


class _Notempty(Signal):
    """The condition under which a ``put`` hands its item over; only the feeder waits on it."""

    wait = threading.Condition.wait


class _Buffer(deque):  # type: ignore[type-arg]
    """A queue's per-process buffer, with the ids of its items in step.

    ``put`` appends under the queue's ``_notempty``; the feeder takes the ids off as it sends.
    """

    def __init__(self, putting: Signal, places: int, free: Callable[[], int]) -> None:
        super().__init__()
        self.ids: deque[int] = deque()
        self._putting = putting
        self._places = places
        self._free = free

    def append(self, item: Any, /) -> None:
        if item is _SENTINEL:  # what close() tells the feeder is no operation
            _append(self, item)
            return
        try:
            mine = local.lane
        except AttributeError:
            mine = lane()
        mine.items = number = mine.items + 1
        self.ids.append(number)
        _append(self, item)
        depth = self._places - self._free()
        self._putting.pending = (mine, number, perf_counter_ns(), depth, item)


class _Feed:
    """The feeder's ``send_bytes``: under the write lock, in the feeder's own lane.

    Only what has to wait for room is noted: noting every item would cost as much again as
    the put did. It does not hold the queue, which is closed when the program lets go of it.
    """

    def __init__(self, writer: Any, ids: deque[int], number: int) -> None:
        # send_bytes() behind its checks and slices: that pays for most of what is added here
        self._send = writer._send_bytes
        self._writer = writer
        self._ids = ids
        self._number = number
        self._room = 0
        self._sending = 0  # the item whose bytes are on their way
        self._begun = False
        self.waited = False  # for the write lock, and it has been noted

    def __call__(self, data: Any) -> None:
        self._sending = item = self._ids.popleft()
        size = len(data) + TRAILER + 4
        if size > self._room:
            self._send_with_care(item, data, size)
            return
        self._room -= size
        self._send(b"".join((data, pack_tag(item, MAGIC))))
        self._sending = 0

    def _send_with_care(self, item: int, data: Any, size: int) -> None:
        """Says that the pipe may have no room, before waiting for it.

        Also the feeder's first item, from which on it is a task of its own, and what it
        sends after it waited for its turn.
        """
        feeder = lane()
        began = perf_counter_ns()
        if not self._begun:
            self._begun = True
            feeder.event(Operation.BEGIN, 0, began)
        self._room = room(self._writer)
        waits = size > self._room
        if waits:
            feeder.event(_FEED, self._number, began, 0, item, began, blocked=True)
        self._send(tag(data, item))
        self._room -= size
        self._sending = 0
        if waits or self.waited:
            self.waited = False
            feeder.event(_FEED, self._number, perf_counter_ns(), 0, item, began)

    def wait_for_turn(self) -> None:
        """The next item's way is noted: another feeder wrote meanwhile."""
        self.waited, self._room = True, 0

    def failed(self, error: Exception, value: object) -> None:
        """The queue's ``_on_queue_feeder_error``: the item could not be pickled or sent."""
        feeder = lane()
        item, self._sending = self._sending or self._ids.popleft(), 0
        text, cut = short(value)
        now = perf_counter_ns()
        told = raised(error)
        feeder.event(_FEED, self._number, now, 0, item, now, value=text, result=told, cut=cut)
        queues.Queue._on_queue_feeder_error(error, value)  # type: ignore[attr-defined]


class _Turn:
    """The ``acquire`` of a queue's write lock: says so when another process's feeder has it."""

    def __init__(self, semlock: Any, feed: _Feed, number: int) -> None:
        self._acquire = semlock.acquire
        self._feed = feed
        self._number = number

    def __call__(self) -> bool:
        if not self._acquire(False):
            self._feed.wait_for_turn()
            lane().event(_FEED, self._number, perf_counter_ns(), blocked=True)
            self._acquire()
        return True


class _Slot:
    """The ``acquire`` of a queue's free places: says so when a put has to wait for one.

    It does not hold the queue either.
    """

    def __init__(self, semlock: Any, number: int) -> None:
        self._acquire = semlock.acquire
        self._number = number

    def __call__(self, block: bool = True, timeout: float | None = None) -> bool:
        if self._acquire(False):
            return True
        mine = lane()
        mine.began = now = perf_counter_ns()
        place = place_of(mine, _frame(2))
        if block:
            mine.waiting = True
            mine.waits(_PUT, self._number, place, now, timeout)
            if self._acquire(True, timeout):
                return True
            mine.waiting = False
        now = perf_counter_ns()
        mine.event(_PUT, self._number, now, place, began=mine.began, result=b"raised Full")
        return False


class _Watched(queues.Queue):  # type: ignore[type-arg]
    kind = "mp_queue"
    _number = 0

    def __init__(self, maxsize: int = 0, *, ctx: Any) -> None:
        self._number = resource(self.kind, _frame(1), capacity=max(0, maxsize))
        super().__init__(maxsize, ctx=ctx)

    def __getstate__(self) -> Any:
        return (self._number, super().__getstate__())

    def __setstate__(self, state: Any) -> None:
        self._number, real = state
        super().__setstate__(real)

    def _reset(self, after_fork: bool = False) -> None:
        super()._reset(after_fork)  # type: ignore[misc]
        real: Any = self
        free = real._sem._semlock._get_value if _CAN_COUNT else _uncounted
        places = real._maxsize if _CAN_COUNT else NO_DEPTH
        putting = real._notempty = _Notempty(threading.Lock(), self._number, _PUT)
        putting.only_operations = False  # close() comes through here too
        buffer = real._buffer = _Buffer(putting, places, free)
        feed = _Feed(real._writer, buffer.ids, self._number)
        real._send_bytes, real._on_queue_feeder_error = feed, feed.failed
        if real._maxsize < SEM_VALUE_MAX:  # else there is always a place
            real._sem.acquire = _Slot(real._sem._semlock, self._number)
        if real._wlock is not None:  # there is none on Windows
            real._wlock.acquire = _Turn(real._wlock._semlock, feed, self._number)
        real._recv_bytes = self._take_bytes
        self._read = real._reader.recv_bytes
        self._descriptor = real._reader.fileno()
        self._locked = real._rlock._semlock._is_zero
        self._free, self._places = free, places

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        try:
            mine = local.lane
        except AttributeError:
            mine = lane()
        frame = _frame(1)
        if frame.f_code is mine.last_code and frame.f_lasti == mine.last_lasti:
            place = mine.last_place
        else:
            place = place_of(mine, frame)
        mine.place_now, mine.item = place, 0
        mine.began = began = perf_counter_ns()
        if block and not self._closed:  # type: ignore[attr-defined]
            if self._locked():
                self._note_wait(mine, timeout, b"read lock")
            elif timeout is not None and not waiting_bytes(self._descriptor):
                self._note_wait(mine, timeout, b"")
        try:
            obj = _real_get(self, block, timeout)
        except BaseException as error:
            _failed(mine, _GET, self._number, place, began, error)
            raise
        item, depth = mine.item, mine.depth
        if type(obj) is int:
            mine.moved(_GET, self._number, place, item, began, mine.stamp, depth, obj)
        else:
            self._moved(mine, _GET, place, item, began, depth, obj)
        return obj

    def _moved(
        self,
        mine: Lane,
        operation: int,
        place: int,
        item: int,
        began: int,
        depth: int,
        obj: object,
    ) -> None:
        stamp = mine.stamp
        text, cut = short(obj)
        mine.event(operation, self._number, stamp, place, item, began, depth, value=text, cut=cut)

    def qsize(self) -> int:
        return int(self._asked(Operation.QSIZE, _frame(1), super().qsize()))

    def empty(self) -> bool:
        return bool(self._asked(Operation.EMPTY, _frame(1), super().empty()))

    def full(self) -> bool:
        return bool(self._asked(Operation.FULL, _frame(1), super().full()))

    def close(self) -> None:
        mine = lane()
        now = perf_counter_ns()
        mine.event(Operation.CLOSE, self._number, now, place_of(mine, _frame(1)), began=now)
        mine.item = 0
        super().close()

    def _asked(self, operation: int, frame: FrameType, answer: Any) -> Any:
        mine = lane()
        now = perf_counter_ns()
        place = place_of(mine, frame)
        result = str(answer).encode()
        mine.event(operation, self._number, now, place, began=now, result=result)
        return answer

    def _note_wait(self, mine: Lane, timeout: float | None, value: bytes) -> None:
        """Says that a get is about to wait: for the read lock, or for an item."""
        mine.event(
            _GET,
            self._number,
            perf_counter_ns(),
            mine.place_now,
            began=mine.began,
            blocked=True,
            timeout=timeout,
            value=value,
        )

    def _take_bytes(self) -> bytes:
        """The reader's ``recv_bytes``: under the read lock, before the semaphore is given."""
        mine = local.lane
        if not waiting_bytes(self._descriptor):
            self._note_wait(mine, None, b"")  # surely: nobody else reads meanwhile
        data: bytes = self._read()
        mine.stamp = perf_counter_ns()
        mine.depth = self._places - self._free() - 1  # its place is not given back yet
        size = len(data)
        if size >= TRAILER:
            item, magic = unpack_tag(data, size - TRAILER)
            if magic == MAGIC:  # the pickle knows where it ends
                mine.item = item
        return data


class Queue(_Watched):
    """``multiprocessing.Queue``, watched."""


class JoinableQueue(_Watched, queues.JoinableQueue):  # type: ignore[type-arg]
    """``multiprocessing.JoinableQueue``, watched."""

    kind = "mp_joinable"

    def task_done(self) -> None:
        mine = lane()
        now = perf_counter_ns()
        place = place_of(mine, _frame(1))
        result = b""
        try:
            super().task_done()
        except ValueError as error:
            result = raised(error)
            raise
        finally:
            mine.event(Operation.TASK_DONE, self._number, now, place, began=now, result=result)

    def join(self) -> None:
        mine = lane()
        place = place_of(mine, _frame(1))
        began = perf_counter_ns()
        if not self._unfinished_tasks._semlock._is_zero():  # type: ignore[attr-defined]
            mine.event(
                Operation.JOIN, self._number, perf_counter_ns(), place, began=began, blocked=True
            )
        super().join()
        mine.event(Operation.JOIN, self._number, perf_counter_ns(), place, began=began)


class SimpleQueue(queues.SimpleQueue):  # type: ignore[type-arg]
    """``multiprocessing.SimpleQueue``, watched: a pipe with a lock at each end, no feeder."""

    _number = 0

    def __init__(self, *, ctx: Any) -> None:
        super().__init__(ctx=ctx)
        self._number = resource("mp_simple", _frame(1), capacity=0)
        self._reader = take_over(Wire, self._reader)  # type: ignore[has-type]
        self._writer = take_over(Wire, self._writer)  # type: ignore[has-type]
        self._reader._number = self._writer._number = self._number
        self._poll = self._reader.poll

    def __getstate__(self) -> Any:
        return (self._number, super().__getstate__())

    def __setstate__(self, state: Any) -> None:
        self._number, real = state
        super().__setstate__(real)

    def put(self, obj: Any) -> None:
        mine = lane()
        place = place_of(mine, _frame(1))
        text, cut = short(obj)
        mine.place_now, mine.value = place, obj
        mine.items = mine.item = number = mine.items + 1
        mine.began = began = perf_counter_ns()
        try:
            super().put(obj)
        except BaseException as error:
            _failed(mine, _PUT, self._number, place, began, error, text)
            raise
        finally:
            mine.value = None
        now = perf_counter_ns()
        mine.event(_PUT, self._number, now, place, number, began, value=text, cut=cut)

    def get(self) -> Any:
        mine = lane()
        place = place_of(mine, _frame(1))
        mine.place_now, mine.item = place, 0
        mine.began = began = perf_counter_ns()
        if self._rlock._semlock._is_zero():  # type: ignore[attr-defined]
            value = b"read lock"
            mine.event(_GET, self._number, began, place, began=began, blocked=True, value=value)
        try:
            obj = super().get()
        except BaseException as error:
            _failed(mine, _GET, self._number, place, began, error)
            raise
        text, cut = short(obj)
        now = perf_counter_ns()
        mine.event(_GET, self._number, now, place, mine.item, began, value=text, cut=cut)
        return obj

    def close(self) -> None:
        mine = lane()
        now = perf_counter_ns()
        mine.event(Operation.CLOSE, self._number, now, place_of(mine, _frame(1)), began=now)
        super().close()

    def empty(self) -> bool:
        answer = super().empty()
        mine = lane()
        now = perf_counter_ns()
        result = str(answer).encode()
        place = place_of(mine, _frame(1))
        mine.event(Operation.EMPTY, self._number, now, place, began=now, result=result)
        return answer


def _uncounted() -> int:
    """On macOS a semaphore does not tell its value."""
    return 0


def _failed(
    mine: Lane,
    operation: int,
    number: int,
    place: int,
    began: int,
    error: BaseException,
    value: bytes = b"",
) -> None:
    now = perf_counter_ns()
    mine.event(operation, number, now, place, began=began, value=value, result=raised(error))
