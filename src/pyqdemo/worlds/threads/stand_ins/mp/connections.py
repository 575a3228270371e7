"""``multiprocessing.Pipe`` and ``multiprocessing.connection``."""

from __future__ import annotations

import io
import select
import sys
from collections.abc import Callable, Iterable
from itertools import count
from math import ceil
from multiprocessing.context import BufferTooShort
from types import FrameType
from typing import Any, NoReturn

from pyqdemo.point import Access
from pyqdemo.worlds.threads.lives import local
from pyqdemo.worlds.threads.pickling import REDUCERS, dumps, loads
from pyqdemo.worlds.threads.stand_ins.calls import refused, refused_class
from pyqdemo.worlds.threads.stand_ins.mp.sending import handles_sent
from pyqdemo.worlds.threads.stand_ins.values import short
from pyqdemo.worlds.threads.surroundings import refuse
from pyqdemo.worlds.threads.world import here

__all__ = ["MADE", "NAMES", "Connection", "Pipe", "connection_at", "wait"]

_frame = sys._getframe
_MODULE = "multiprocessing.connection"

#: Handles are numbered from here, each process's a thousand further on. No file that is
#: really open has such a number: what the program does with it below us fails.
_FIRST_HANDLE = 1_000_000_000
_MOST_MS = 2**31 - 1


class Connection:
    """``multiprocessing.connection.Connection``: one handle of a pipe's end."""

    _handle: int | None = None
    _readable: bool
    _writable: bool
    _shared_id: str  # the end's

    # One over a file of the program's own would reach out of the run.
    __init__ = refused("refused_listener", f"{_MODULE}.Connection")

    def __del__(self) -> None:
        life = getattr(local, "life", None)
        if self._handle is not None and life is not None:
            life.world.aside("pipe.close", (self._shared_id,))

    def __repr__(self) -> str:
        return f"<{_MODULE}.{type(self).__qualname__} object at {id(self):#x}>"

    @property
    def closed(self) -> bool:
        return self._handle is None

    @property
    def readable(self) -> bool:
        return self._readable

    @property
    def writable(self) -> bool:
        return self._writable

    def fileno(self) -> int:
        handle = self._check_open()
        here().world.execution.note_uncontrolled("Connection.fileno")
        return handle

    def close(self) -> None:
        self._close(_frame(1))

    def send(self, obj: Any) -> None:
        self._check_writable()
        self._send(dumps(obj), obj, _frame(1))

    def send_bytes(self, buf: Any, offset: int = 0, size: int | None = None) -> None:
        self._check_writable()
        view = memoryview(buf)
        if view.itemsize > 1:
            view = view.cast("B")
        length = view.nbytes
        if offset < 0:
            raise ValueError("offset is negative")
        if length < offset:
            raise ValueError("buffer length < offset")
        if size is None:
            size = length - offset
        elif size < 0:
            raise ValueError("size is negative")
        elif offset + size > length:
            raise ValueError("buffer length < offset + size")
        data = bytes(view[offset : offset + size])
        self._send(data, data, _frame(1))

    def recv(self) -> Any:
        self._check_readable()
        return loads(self._receive(None, _frame(1)))

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        self._check_readable()
        if maxlength is not None and maxlength < 0:
            raise ValueError("negative maxlength")
        return self._receive(maxlength, _frame(1))

    def recv_bytes_into(self, buf: Any, offset: int = 0) -> int:
        self._check_readable()
        with memoryview(buf) as view:
            item = view.itemsize
            room = item * len(view)
            if offset < 0:
                raise ValueError("negative offset")
            if offset > room:
                raise ValueError("offset too large")
            data = self._receive(None, _frame(1))
            size = len(data)
            if room < offset + size:
                raise BufferTooShort(data)
            io.BytesIO(data).readinto(view[offset // item : (offset + size) // item])
            return size

    def poll(self, timeout: float | None = 0.0) -> bool:
        self._check_readable()
        block, bound = _patience(timeout)
        args = (self._shared_id, block, bound)
        answer: bool = here().world.request("pipe.poll", args, _frame(1))
        return answer

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._close(_frame(1))

    # What the real one checks it checks before it calls the system, in this order. That its
    # own handle is open another thread of the process may change.

    def _check_open(self) -> int:
        life = here()
        part = f"{self._shared_id}.at:{life.task.process.id}"
        life.world.execution.touch(Access(part, "r"))
        if self._handle is None:
            raise OSError("handle is closed")
        return self._handle

    def _check_readable(self) -> None:
        self._check_open()
        if not self._readable:
            raise OSError("connection is write-only")

    def _check_writable(self) -> None:
        self._check_open()
        if not self._writable:
            raise OSError("connection is read-only")

    def _send(self, data: bytes, value: object, frame: FrameType) -> None:
        world = here().world
        text, cut = short(value) if world.execution.log is not None else (None, 0)
        whole = world.request("pipe.send", (self._shared_id, data, text, cut), frame)
        while not whole:
            whole = world.request("pipe.send_on", (self._shared_id,), frame)

    def _receive(self, longest: int | None, frame: FrameType) -> bytes:
        world = here().world
        data = world.request("pipe.recv", (self._shared_id, longest), frame)
        while data is None:
            data = world.request("pipe.recv_on", (self._shared_id,), frame)
        if data is False:
            self._refuse_length(frame)
        return bytes(data)

    def _refuse_length(self, frame: FrameType) -> NoReturn:
        """The message's bytes lie there, and nobody knows any more where the next one begins."""
        if self._writable:
            self._readable = False
        else:
            self._close(frame)
        raise OSError("bad message length")

    def _close(self, frame: FrameType) -> None:
        if self._handle is not None:
            try:
                here().world.request_at_once("pipe.close", (self._shared_id,), frame)
            finally:
                self._handle = None


def _patience(timeout: float | None) -> tuple[bool, float | None]:
    """Whether a wait waits at all, and for how many seconds at most, None for any number."""
    if timeout is None:
        return True, None
    bound = 0.0 + timeout  # as it is added to a moment
    if bound > _MOST_MS / 1000:
        select.poll().poll(ceil(bound * 1000))  # raises, in the text of this Python
    return bound > 0, bound if bound > 0 else None


def Pipe(duplex: bool = True) -> tuple[Connection, Connection]:
    return _pipe(duplex, _frame(1))


def _pipe(duplex: bool, frame: FrameType) -> tuple[Connection, Connection]:
    world, both = here().world, bool(duplex)
    first = world.share("pipe_end", (both,), frame, second=False)
    second = world.share("pipe_end", (both,), frame, of=first, second=True)
    world.aside("pipe.open", (first, second))
    return connection_at(first, True, both), connection_at(second, both, True)


def connection_at(end: str, readable: bool, writable: bool) -> Connection:
    """An object over a handle that its process already holds."""
    life = here()
    numbers = life.home.scratch.get("handles")
    if numbers is None:
        first = _FIRST_HANDLE + 1_000 * life.task.process.state.number
        numbers = life.home.scratch["handles"] = count(first)
    made: Connection = Connection.__new__(Connection)
    made._shared_id, made._readable, made._writable = end, readable, writable
    made._handle = next(numbers)
    return made


def wait(object_list: Iterable[Any], timeout: float | None = None) -> list[Any]:
    """Those of some connections and sentinels that are ready, as soon as any is."""
    ends: list[tuple[Any, str]] = []
    processes: list[tuple[Any, str]] = []
    order: list[Any] = []
    for each in object_list:
        if any(each is other for other in order):
            raise KeyError(f"{each!r} (FD {each._handle}) is already registered")
        if isinstance(each, Connection):
            each._check_open()
            ends.append((each, each._shared_id))
        elif (id := getattr(each, "_process_id", None)) is not None:
            processes.append((each, id))
        else:
            _refuse_to_wait(each)
        order.append(each)
    block, bound = _patience(timeout)
    args = ([id for _, id in ends], [id for _, id in processes], block, bound)
    places = here().world.request("pipe.wait", args, _frame(1))
    both = [each for each, _ in (*ends, *processes)]
    ready = [both[place] for place in places]
    return [each for each in order if any(each is other for other in ready)]


def _refuse_to_wait(given: Any) -> NoReturn:
    """What is no file is refused as by the library; what is one lies outside of the run."""
    if isinstance(given, int):
        if given < 0:
            raise ValueError(f"Invalid file descriptor: {given}")
    elif not callable(getattr(given, "fileno", None)):
        raise ValueError(f"Invalid file object: {given!r}")
    refuse("refused_listener", f"{_MODULE}.wait({type(given).__name__})")


# A connection in a pickle. One that goes to a process that starts is counted there; into a
# message goes the promise of one more handle, which whoever takes the message out collects.


def _reduce(connection: Connection) -> tuple[Any, ...]:
    connection._check_open()
    life = here()
    end, ways = connection._shared_id, (connection._readable, connection._writable)
    sent = handles_sent()
    if sent is not None:
        sent.append(end)
        return connection_at, (end, *ways)
    life.world.aside("pipe.lend", (end,))
    return _adopt, (end, life.task.process.id, *ways)


def _adopt(end: str, lender: str, readable: bool, writable: bool) -> Connection:
    here().world.request("pipe.adopt", (end, lender), _frame(1))
    return connection_at(end, readable, writable)


REDUCERS[Connection] = _reduce

#: What the program finds in ``multiprocessing.connection``.
NAMES: dict[str, Any] = {
    "Connection": Connection,
    "Pipe": Pipe,
    "wait": wait,
    **{
        name: refused_class("refused_listener", f"{_MODULE}.{name}")
        for name in ("Listener", "SocketListener", "XmlListener")
    },
    **{
        name: refused("refused_listener", f"{_MODULE}.{name}")
        for name in ("Client", "SocketClient", "XmlClient")
    },
}

#: What a context makes, called with that first.
MADE: dict[str, Callable[..., Any]] = {
    "Pipe": lambda context, duplex=True: _pipe(duplex, _frame(1)),
}
