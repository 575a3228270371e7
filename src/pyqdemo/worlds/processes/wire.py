"""A stream socket between two processes, as messages of plain data with raw bytes beside them.

A frame is two lengths of four bytes each, a JSON text in UTF-8, and the raw bytes. Nothing is
ever unpickled here: the bytes pass through as they are.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

__all__ = ["MOST", "ChannelLost", "Wire", "close_inherited", "raised"]

_LENGTHS = struct.Struct("<II")
_NO_PAYLOAD = 0xFFFF_FFFF
_AT_ONCE = 65_536  # bytes that one system call carries; more than most frames have
_FROM = 800  # a descriptor's least number: beyond what programs open, or close one by one
_NO_SIGNAL: int = getattr(socket, "MSG_NOSIGNAL", 0)
MOST = 1 << 31  # bytes of a frame

# A lone surrogate travels as itself: written as escapes, two of them would come back as one.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode

_open: WeakSet[Wire] = WeakSet()


class ChannelLost(OSError):
    """Our descriptor is closed, or is something else by now: the program has done that."""


class Wire:
    """One end of a channel. One thread uses it at a time.

    Its descriptor has a high number, so that a program which closes or opens descriptors by
    their numbers rarely meets it. In a forked child it is closed: it is the parent's, and an
    open copy would hide the parent's end from the other side. A signal handler that raises
    while a frame is on its way would leave half of it behind: in a process with a wire
    handlers may only take notes.

    Args:
        end: a connected stream socket, or its descriptor; the wire owns it from now on.
        most: bytes of the largest frame that is received; a larger one is a ValueError. An
            attribute too: who is known to be of ours may say more.
        guarded: a program runs in this process: each time the descriptor is looked at first.
    """

    __slots__ = (
        "__weakref__",
        "_first",
        "_guarded",
        "_held",
        "_identity",
        "_over",
        "_poll",
        "_socket",
        "most",
    )

    def __init__(self, end: socket.socket | int, most: int = MOST, *, guarded: bool = True) -> None:
        descriptor = raised(end if isinstance(end, int) else end.detach())
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(True)  # whatever socket.setdefaulttimeout says
        self._identity = _identity(descriptor)
        self._guarded = guarded
        self._held = bytearray()  # received, and not yet given out
        # Of the first frame held, if it is whole: where its text ends, and its payload, if any.
        self._first: tuple[int, int | None] | None = None
        self._over = False  # the other side is gone, behind what is held
        self.most = most
        self._poll: Any = None
        _open.add(self)

    def fileno(self) -> int:
        """The descriptor, -1 when closed. What is held already does not make it readable.

        Who waits for it among others therefore asks ``poll(0)`` first.
        """
        return self._socket.fileno()

    def check(self) -> bool:
        """Whether the descriptor is still the one that we were given."""
        return _identity(self._socket.fileno()) == self._identity

    def send(self, message: object, payload: bytes | None = None) -> None:
        """Sends one frame; returns when the system has taken all of it.

        Args:
            message: None, bool, int, float, str, and lists, tuples and dicts of those. It
                arrives equal, but for tuples, which become lists. Keys of dicts are text.
            payload: raw bytes, fewer than 4 GiB.

        Raises:
            EOFError: the other side is gone.
            ChannelLost: the descriptor is not ours any more; nothing was sent.
        """
        text = _encoded(message)
        if payload is None:
            frame = _LENGTHS.pack(len(text), _NO_PAYLOAD) + text
        else:
            frame = _LENGTHS.pack(len(text), len(payload)) + text
        self._be_ours()
        try:
            if payload is not None and len(payload) < _AT_ONCE:
                frame += payload
                payload = None
            self._socket.sendall(frame, _NO_SIGNAL)
            if payload is not None:
                self._socket.sendall(payload, _NO_SIGNAL)
        except (BrokenPipeError, ConnectionResetError):
            raise EOFError("the other side is gone") from None

    def receive(self) -> tuple[Any, bytes | None]:
        """Waits for a frame; gives its message and its payload.

        Raises:
            EOFError: the other side is gone, and all that it sent has been received.
            ChannelLost: the descriptor is not ours any more.
            ValueError: what came is no frame.
        """
        while self._first is None:
            if self._over:
                raise EOFError("the other side is gone")
            self._fill()
        held, (behind, end) = self._held, self._first
        message = _decoded(held[8:behind])
        payload = None if end is None else bytes(held[behind:end])
        length = behind if end is None else end
        self._first = None
        if len(held) == length:
            held.clear()
        else:
            del held[:length]
            self._find_first()
        return message, payload

    def poll(self, timeout_s: float | None = 0.0) -> bool:
        """Whether ``receive`` will not wait: a whole frame or the end is there.

        Args:
            timeout_s: how long to wait for that; None for ever.

        Raises:
            ChannelLost: the descriptor is not ours any more.
            ValueError: what came is no frame.
        """
        if self._over or self._first is not None:
            return True
        ready = self._readable(timeout_s)
        while ready:
            self._fill()
            if self._over or self._first is not None:
                return True
            # A frame that has begun to come: the rest is on its way, or its sender is dead.
            ready = self._readable(timeout_s)
        return False

    def close(self) -> None:
        """Closes the descriptor, if it is ours still. Closing again does nothing."""
        if self._socket.fileno() >= 0 and not self.check():
            self._socket.detach()
        self._socket.close()
        _open.discard(self)

    def _find_first(self) -> None:
        """Looks whether there is all of the first frame held."""
        if len(self._held) < 8:
            return
        text, payload = _LENGTHS.unpack_from(self._held)
        behind = 8 + text
        end = None if payload == _NO_PAYLOAD else behind + payload
        length = behind if end is None else end
        if length > self.most:
            raise ValueError(f"a frame of {length} bytes, of at most {self.most}")
        if len(self._held) >= length:
            self._first = behind, end

    def _fill(self) -> None:
        """Waits for more of a frame, or for the end."""
        self._be_ours()
        try:
            data = self._socket.recv(_AT_ONCE)
        except ConnectionResetError:
            data = b""
        self._held += data
        self._over = not data
        self._find_first()

    def _be_ours(self) -> None:
        if self._socket.fileno() < 0 or (self._guarded and not self.check()):
            raise ChannelLost("our descriptor is closed, or the program has replaced it")

    def _readable(self, timeout_s: float | None) -> bool:
        if not hasattr(select, "poll"):
            return bool(select.select([self._socket], [], [], timeout_s)[0])
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._socket.fileno(), select.POLLIN)
        seen = self._poll.poll(None if timeout_s is None else timeout_s * 1000)
        if seen and seen[0][1] & select.POLLNVAL:
            self._be_ours()
        return bool(seen)


def close_inherited() -> None:
    """Closes every wire of this process; after a fork that Python knows of it has been done."""
    for wire in list(_open):
        wire.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=close_inherited)


def _encoded(message: object) -> bytes:
    try:
        text = _encode(message)
    except ValueError:
        with _any_number_of_digits():
            text = _encode(message)
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytearray) -> Any:
    text = data.decode("utf-8", "surrogatepass")
    try:
        message, end = _decode(text)
    except ValueError:
        with _any_number_of_digits():
            message, end = _decode(text)
    if end != len(text):
        raise ValueError("a frame's text goes on behind its message")
    return message


@contextlib.contextmanager
def _any_number_of_digits() -> Iterator[None]:
    """Lifts Python's limit on writing and reading whole numbers for a moment."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


def _identity(descriptor: int) -> tuple[int, int] | None:
    """What tells an open file from all others; None when the descriptor is closed."""
    try:
        seen = os.fstat(descriptor)
    except OSError:
        return None
    return seen.st_dev, seen.st_ino


def raised(descriptor: int) -> int:
    """The same open file under a high number, where the system can do that."""
    try:
        from fcntl import F_DUPFD_CLOEXEC, fcntl
        from resource import RLIMIT_NOFILE, getrlimit
    except ImportError:
        return descriptor
    # Not as high as can be: a fork copies a table as long as the highest number.
    limit = getrlimit(RLIMIT_NOFILE)[0]
    lowest = _FROM if limit < 0 else min(_FROM, limit * 3 // 4)
    try:
        high: int = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest)
    except OSError:
        return descriptor
    os.close(descriptor)
    return high
