"""Connections, watched: an item's id travels behind its pickle, on the wire.

A pickle says itself where it ends, so sixteen bytes behind it change nothing for who
reads it; what reads here takes them off again. The value is never touched.
"""

from __future__ import annotations

import select
import struct
import sys
from array import array
from io import BytesIO
from multiprocessing import connection, reduction
from time import perf_counter_ns
from types import FrameType
from typing import Any

from pyqdemo.worlds.native.lane import NO_DEPTH, Lane, Operation
from pyqdemo.worlds.native.recorder import lane, local, place_of, raised, resource, short

try:
    from fcntl import ioctl
    from termios import FIONREAD
except ImportError:  # Windows
    ioctl = None  # type: ignore[assignment]
    FIONREAD = 0  # type: ignore[misc]

__all__ = [
    "MAGIC",
    "TRAILER",
    "Connection",
    "Pipe",
    "Wire",
    "pack_tag",
    "room",
    "tag",
    "take_over",
    "unpack_tag",
    "untag",
    "waiting_bytes",
]

_frame = sys._getframe
_TAG = struct.Struct("<QQ")
pack_tag, unpack_tag = _TAG.pack, _TAG.unpack_from
MAGIC = 0x6F6D656471797071  # "pqyqdemo", little-endian
TRAILER = _TAG.size
PAGE = 4096  # what a pipe that takes anything at all takes without waiting
_LENGTH = 4  # bytes before each message that tell its length
_module: Any = connection  # whose names differ between systems
_Base: Any = connection.Connection if sys.platform != "win32" else _module.PipeConnection
_real_recv = _Base.recv
_dumps = reduction.ForkingPickler.dumps
_real_send_bytes, _real_recv_bytes = _Base._send_bytes, _Base._recv_bytes
_SEND, _RECV = Operation.SEND, Operation.RECV
_counted = array("i", [0])


def tag(data: Any, item: int) -> bytes:
    """The bytes with an item's id behind them."""
    return b"".join((data, pack_tag(item, MAGIC)))


def untag(data: bytes) -> tuple[bytes, int]:
    """The bytes without the id, and the id; 0 where the sender was not watched."""
    if len(data) >= TRAILER:
        item, magic = unpack_tag(data, len(data) - TRAILER)
        if magic == MAGIC:
            return data[:-TRAILER], item
    return data, 0


def waiting_bytes(descriptor: int) -> int:
    """At least how many bytes a read would get at once; 1 at the end, 0 if it would wait."""
    if ioctl is not None:
        ioctl(descriptor, FIONREAD, _counted)
        if _counted[0]:
            return _counted[0]
    return 1 if connection.wait([descriptor], 0) else 0


def room(writer: Any) -> int:
    """At least how many bytes a write takes at once; 0 if it may have to wait."""
    if not hasattr(select, "poll"):
        return PAGE
    poll = select.poll()
    poll.register(writer, select.POLLOUT)
    return PAGE if poll.poll(0) else 0


class Wire(_Base):  # type: ignore[misc]
    """The inner end of a queue: carries ids, and is no resource of its own.

    Each call stands under the queue's lock for that end, so nobody is quicker between the
    look and the wait.

    Attributes:
        _number: the queue's.
    """

    _number = 0

    def send_bytes(self, buf: Any, offset: int = 0, size: int | None = None) -> None:
        mine = lane()
        if len(buf) + TRAILER + _LENGTH > room(self):
            self._note_wait(mine, Operation.PUT)
        super().send_bytes(tag(buf, mine.item))

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        mine = lane()
        if not waiting_bytes(self.fileno()):
            self._note_wait(mine, Operation.GET)
        data, mine.item = untag(super().recv_bytes())
        return data

    def _note_wait(self, mine: Lane, operation: int) -> None:
        mine.event(
            operation,
            self._number,
            perf_counter_ns(),
            mine.place_now,
            began=mine.began,
            blocked=True,
            value=short(mine.value)[0] if operation == Operation.PUT else b"",
        )


class Connection(_Base):  # type: ignore[misc]
    """``multiprocessing.connection.Connection``, watched.

    Attributes:
        _room: bytes that may be written before it is looked again whether there is room.
        _there: bytes known to lie there, for the one who reads.
        _raw: the program asked for bytes, so it gets them without the item's id.
    """

    _number = 0
    _room = 0
    _there = 0
    _raw = False

    def send(self, obj: Any) -> None:
        try:
            mine = local.lane
        except AttributeError:
            mine = lane()
        frame = _frame(1)
        if frame.f_code is not mine.last_code or frame.f_lasti != mine.last_lasti:
            place_of(mine, frame)
        mine.place_now, mine.value = mine.last_place, obj
        mine.items = mine.item = number = mine.items + 1
        mine.began = began = perf_counter_ns()
        try:
            # The real send, with its call of _send_bytes spelled out: it runs a million times.
            self._check_closed()
            self._check_writable()
            data = _dumps(obj)
            size = len(data) + TRAILER + _LENGTH
            if size > self._room:
                self._make_room(mine, size)
            self._room -= size
            _real_send_bytes(self, b"".join((data, pack_tag(number, MAGIC))))
        except BaseException as error:
            self._failed(mine, _SEND, error, short(obj)[0])
            raise
        if type(obj) is int and not mine.waiting:  # stamped before it went: nothing waited
            place, resource = mine.last_place, self._number
            mine.moved(_SEND, resource, place, number, began, began, NO_DEPTH, obj)
        else:
            self._moved(mine, _SEND, number, obj)

    def recv(self) -> Any:
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
        if self._there <= 0:
            self._look(mine)
        try:
            obj = _real_recv(self)
        except BaseException as error:
            self._failed(mine, _RECV, error)
            raise
        if type(obj) is int:
            now = perf_counter_ns()
            mine.moved(_RECV, self._number, place, mine.item, began, now, NO_DEPTH, obj)
        else:
            self._moved(mine, _RECV, mine.item, obj)
        return obj

    def send_bytes(self, buf: Any, offset: int = 0, size: int | None = None) -> None:
        mine = self._begin(_frame(1))
        mine.value = buf
        mine.items = mine.item = number = mine.items + 1
        try:
            super().send_bytes(buf, offset, size)
        except BaseException as error:
            self._failed(mine, _SEND, error, short(buf)[0])
            raise
        sent = bytes(memoryview(buf).cast("B")[offset:][:size])
        self._moved(mine, _SEND, number, sent)

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        return bytes(self._received(_frame(1), super().recv_bytes, maxlength))

    def recv_bytes_into(self, buf: Any, offset: int = 0) -> int:
        return int(self._received(_frame(1), super().recv_bytes_into, buf, offset))

    def _received(self, frame: FrameType, receive: Any, *args: Any) -> Any:
        mine = self._begin(frame)
        self._look(mine)
        self._raw = True
        try:
            value = receive(*args)
        except BaseException as error:
            self._failed(mine, _RECV, error)
            raise
        finally:
            self._raw = False
        self._moved(mine, _RECV, mine.item, value)
        return value

    def _begin(self, frame: FrameType) -> Lane:
        mine = lane()
        mine.place_now, mine.item = place_of(mine, frame), 0
        mine.began = perf_counter_ns()
        return mine

    def _moved(self, mine: Lane, operation: int, item: int, value: object) -> None:
        text, cut = short(value)
        now = perf_counter_ns() if mine.waiting or operation == _RECV else mine.began
        mine.waiting = False
        mine.event(
            operation, self._number, now, mine.place_now, item, mine.began, value=text, cut=cut
        )

    def _failed(self, mine: Lane, operation: int, error: BaseException, value: bytes = b"") -> None:
        mine.waiting = False
        mine.event(
            operation,
            self._number,
            perf_counter_ns(),
            mine.place_now,
            began=mine.began,
            value=value,
            result=raised(error),
        )

    def _look(self, mine: Lane) -> None:
        """Notes that a receive is about to wait, unless something lies there."""
        if self.closed or not self.readable:
            return
        self._there = waiting_bytes(self.fileno())
        if not self._there:
            mine.event(
                _RECV, self._number, mine.began, mine.place_now, began=mine.began, blocked=True
            )

    def poll(self, timeout: float | None = 0.0) -> bool:
        mine = lane()
        place = place_of(mine, _frame(1))
        began = perf_counter_ns()
        if timeout is None or timeout > 0:
            mine.event(Operation.POLL, self._number, began, place, blocked=True, timeout=timeout)
        result = b""
        try:
            answer = bool(super().poll(timeout))
            result = str(answer).encode()
        except BaseException as error:
            result = raised(error)
            raise
        finally:
            now = perf_counter_ns()
            mine.event(Operation.POLL, self._number, now, place, began=began, result=result)
        return answer

    def close(self) -> None:
        mine = lane()
        now = perf_counter_ns()
        mine.event(Operation.CLOSE, self._number, now, place_of(mine, _frame(1)), began=now)
        super().close()

    def __exit__(self, *_: object) -> None:
        self.close()

    # Everything that is sent or received comes through these two.
    def _send_bytes(self, buf: Any) -> None:
        size = len(buf) + TRAILER + _LENGTH
        mine = local.lane
        if size > self._room:
            self._make_room(mine, size)
        self._room -= size
        _real_send_bytes(self, b"".join((buf, pack_tag(mine.item, MAGIC))))

    def _recv_bytes(self, maxsize: int | None = None) -> Any:
        limit = None if maxsize is None else maxsize + TRAILER
        buffer = _real_recv_bytes(self, limit)
        if buffer is None:
            return None
        data = buffer.getvalue()
        size = len(data)
        self._there -= size + _LENGTH
        if size >= TRAILER:
            item, magic = unpack_tag(data, size - TRAILER)
            if magic == MAGIC:
                local.lane.item = item
                if self._raw:  # else it is a pickle, which knows where it ends
                    buffer = BytesIO(data[:-TRAILER])
                    buffer.seek(size - TRAILER)  # where the real one leaves it
        return buffer

    def _make_room(self, mine: Lane, size: int) -> None:
        """Notes that a send is about to wait, unless there is room."""
        self._room = room(self)
        if size > self._room:
            mine.waiting = True
            mine.event(
                _SEND,
                self._number,
                perf_counter_ns(),
                mine.place_now,
                began=mine.began,
                blocked=True,
                value=short(mine.value)[0],
            )


def take_over(kind: Any, real: Any) -> Any:
    """A connection of our kind over a real one's handle; the real one lets go of it."""
    handle, real._handle = real._handle, None
    return kind(handle, readable=real.readable, writable=real.writable)


def Pipe(duplex: bool = True) -> tuple[Any, Any]:
    """``multiprocessing.Pipe``, watched."""
    ends = tuple(take_over(Connection, end) for end in connection.Pipe(duplex))
    frame = _frame(1)
    ends[0]._number = first = resource("pipe_end", frame)
    ends[1]._number = resource("pipe_end", frame, of=first)
    return ends[0], ends[1]


def _rebuild(kind: Any, number: int, build: Any, args: Any) -> Any:
    end = take_over(kind, build(*args))
    end._number = number
    return end


def _reduce(end: Any) -> Any:
    # The pickler knows how to pass the handle of the class below to another process.
    build, args = _reduce_real(end)
    return _rebuild, (type(end), getattr(end, "_number", 0), build, args)


_reduce_real: Any = (
    _module.reduce_connection if sys.platform != "win32" else _module.reduce_pipe_connection
)
reduction.register(Connection, _reduce)
reduction.register(Wire, _reduce)
