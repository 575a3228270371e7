"""A lane: one task's own record, in a memory-mapped file that survives its death.

Each task of a watched program appends to a file of its own, so recording takes no
lock. Every record begins with the same 52 bytes, whose last byte (what kind of record
it is) is written last: a process killed at any byte leaves a prefix that can be read.
The file is private to one run and is removed after it.

Layout (little-endian): 8 bytes magic, 8 bytes count of records lost; then records.
The file grows by windows (``window_size``); a record never crosses a window's end.

Numbers: a lane is (process << 18 | lane in its process), 32 bits; an item or a resource
is (lane or process << 32 | counter), 64 bits; 0 is none.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = [
    "DISMISSAL",
    "LANE_BITS",
    "NO_DEPTH",
    "NO_TIMEOUT",
    "OPERATIONS",
    "Lane",
    "LaneReader",
    "Noted",
    "Operation",
    "Stated",
    "allow_many_files",
    "lane_file",
]

# By this signal a watched process is told to flush what it has printed and to leave.
DISMISSAL: int = getattr(signal, "SIGUSR2", 0)
MAGIC = b"pyqlane2"
START = 16
LANE_BITS = 18
NO_DEPTH = -1
NO_TIMEOUT = -1.0
TEXT_BYTES = 16_000  # of a value; longer ones are cut, and the record says by how much
RESULT_BYTES = 2_000

FREE, WHOLE, WAITS, FULL, FACT, HOP = range(6)
"""A record's last header byte: nothing yet; an event whose value is a whole number in the
header; one that only says that an operation waits; one with everything; a statement as
JSON; go on in the next window."""

# resource, item, began, stamp, whole number, location, depth, bytes that follow, operation, kind
HEAD = struct.Struct("<QQQQqIiHBB")
# timeout, characters cut, bytes of value, blocked
_MORE = struct.Struct("<dIHBx")
_LOST = struct.Struct("<Q")
_ENDING = struct.Struct("<HBB")  # the last fields of HEAD
_ENDING_PLACE = HEAD.size - _ENDING.size
_PLAIN = struct.Struct("<QQQQqIiI")  # the same, the last three fields as one
pack_head = HEAD.pack_into
pack_plain = _PLAIN.pack_into
HEAD_SIZE = HEAD.size

OPERATIONS = (
    *("create", "start", "begin", "end", "exit", "join", "terminate", "kill", "is_alive"),
    *("put", "get", "task_done", "empty", "full", "qsize", "shutdown", "close"),
    *("send", "recv", "poll", "feed"),
    *("acquire", "release", "locked", "wait", "notify", "set", "clear", "is_set"),
    *("abort", "reset", "sleep", "write", "flush"),
)


class Operation:
    """The number of each operation in a lane."""

    CREATE, START, BEGIN, END, EXIT, JOIN, TERMINATE, KILL, IS_ALIVE = range(9)
    PUT, GET, TASK_DONE, EMPTY, FULL, QSIZE, SHUTDOWN, CLOSE = range(9, 17)
    SEND, RECV, POLL, FEED = range(17, 21)
    ACQUIRE, RELEASE, LOCKED, WAIT, NOTIFY, SET, CLEAR, IS_SET = range(21, 29)
    ABORT, RESET, SLEEP, WRITE, FLUSH = range(29, 34)


_TAKING = frozenset((Operation.GET, Operation.RECV))


def ending(operation: int, kind: int) -> int:
    """The last three fields of a head that nothing follows, for ``pack_plain``."""
    return operation << 16 | kind << 24


def window_size(number: int) -> int:
    """Bytes of the window of that number, from 0: 64 KiB twice, then doubling to 1 MiB."""
    return 1 << min(16 + max(0, number - 1), 20)


def lane_file(folder: str, number: int) -> str:
    """The path of the lane of that number."""
    return os.path.join(folder, f"{number:08x}.lane")


def allow_many_files() -> None:
    """Raises this process's limit: each lane that is written or read keeps a file open."""
    try:
        from resource import RLIMIT_NOFILE, getrlimit, setrlimit

        hard = getrlimit(RLIMIT_NOFILE)[1]
        setrlimit(RLIMIT_NOFILE, (hard, hard))
    except (ImportError, OSError, ValueError):
        pass  # no such limit, or one that may not be raised


class Lane:
    """The writing side. One task writes; nobody else does.

    A record may be begun while another is being written (a signal handler, a
    ``__del__``): the place is reserved first, so they do not overlap.

    The fields from ``began`` on are what the operation under way has found out so far, for
    the record that follows it.

    Raises:
        FileExistsError: a lane of that number exists already.
        OSError: the first window cannot be made.
    """

    __slots__ = (
        "_covered",
        "_descriptor",
        "_offset",
        "_window",
        "began",
        "children",
        "counters",
        "depth",
        "disarmed",
        "end",
        "item",
        "items",
        "last_code",
        "last_lasti",
        "last_place",
        "lost",
        "map",
        "muted",
        "number",
        "on_release",
        "place",
        "place_now",
        "places",
        "stamp",
        "starting",
        "task",
        "value",
        "waiting",
    )

    def __init__(self, folder: str, number: int, task: str) -> None:
        self.number = number
        self.task = task
        self.items = number << 32  # the id of the item this task put last
        self.children = 0
        self.counters: dict[str, int] = {}  # resources made, by kind
        self.places: dict[tuple[int, int], tuple[int, object]] = {}
        self.last_code: object = None
        self.last_lasti = self.last_place = -1
        self.lost = 0
        self.muted = self.disarmed = False
        self.starting: dict[str, Any] | None = None  # the task about to be forked
        self.began = self.stamp = self.item = self.place_now = 0
        self.depth = NO_DEPTH
        self.value: object = None
        self.waiting = False  # the operation under way has been noted as blocked
        self.on_release: Callable[[], None] | None = None
        path = lane_file(folder, number)
        self._descriptor = -1
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        self._offset = 0
        self._window = -1
        self.map: Any = bytearray()
        self.place = self.end = 0
        self._open_window()
        self.map[:8] = MAGIC
        self.place = START

    def moved(
        self,
        operation: int,
        resource: int,
        location: int,
        item: int,
        began: int,
        stamp: int,
        depth: int,
        value: int,
    ) -> None:
        """Appends a done event about an item that is a whole number: ``event``, but quick."""
        place = self.place
        self.place = place + HEAD_SIZE
        last = operation << 16 | WHOLE << 24
        try:
            pack_plain(self.map, place, resource, item, began, stamp, value, location, depth, last)
        except struct.error:  # no room in this window, or more than 64 bits
            self.place = place
            text = b"%d" % value
            self.event(operation, resource, stamp, location, item, began, depth, value=text)

    def waits(
        self, operation: int, resource: int, location: int, now: int, timeout: float | None
    ) -> None:
        """Notes that an operation is about to wait: ``event`` at its plainest, for speed."""
        place = self.place
        end = place + HEAD_SIZE
        if timeout is not None or self.muted or end > self.end:
            self.event(operation, resource, now, location, began=now, blocked=True, timeout=timeout)
            return
        self.place = end
        last = operation << 16 | WAITS << 24
        pack_plain(self.map, place, resource, 0, now, now, 0, location, NO_DEPTH, last)

    def event(
        self,
        operation: int,
        resource: int,
        stamp: int,
        location: int = 0,
        item: int = 0,
        began: int = 0,
        depth: int = NO_DEPTH,
        *,
        blocked: bool = False,
        timeout: float | None = None,
        value: bytes = b"",
        result: bytes = b"",
        cut: int = 0,
    ) -> None:
        """Appends one event.

        Args:
            stamp: when it took effect, or began to wait; ns of ``perf_counter``.
            began: when it was attempted, likewise.
            timeout: bound of its wait in seconds.
            cut: characters already left out of ``value``.
        """
        if self.muted:
            return
        if len(value) > TEXT_BYTES:
            value, more = _cut(value, TEXT_BYTES)
            cut += more
        if len(result) > RESULT_BYTES:
            result, more = _cut(result, RESULT_BYTES)
            cut += more
        tail = (
            _MORE.pack(NO_TIMEOUT if timeout is None else timeout, cut, len(value), blocked)
            + value
            + result
        )
        place = self._reserve(len(tail))
        if place < 0:
            return
        self.map[place + HEAD_SIZE : place + HEAD_SIZE + len(tail)] = tail
        pack_head(
            self.map,
            place,
            resource,
            item,
            began,
            stamp,
            0,
            location,
            depth,
            len(tail),
            operation,
            FULL,
        )

    def disarm(self) -> None:
        """Writes nothing any more, neither events nor facts: the file is another process's."""
        self.mute()
        self.disarmed = True

    def mute(self) -> bool:
        """Records no events until ``unmute``, which takes back what this returns.

        For our own calls of the program's code (a repr): what it does is no operation. The
        quick ways find no room in the empty map, and come to ``event``, which looks.
        """
        was = self.muted
        if not was:
            self._covered, self.map, self.muted = self.map, bytearray(), True
        return was

    def unmute(self, was: bool) -> None:
        if not was:
            self.map, self.muted = self._covered, False

    def fact(self, stamp: int, fact: dict[str, Any]) -> None:
        """Appends a statement about the run: a task, a resource, a place in the program."""
        text = json.dumps(fact).encode("ascii")
        if self.disarmed:
            return
        muted = self.muted
        if muted:
            self.unmute(False)  # later events will refer to it
        place = self._reserve(len(text))
        if place >= 0:
            self.map[place + HEAD_SIZE : place + HEAD_SIZE + len(text)] = text
            pack_head(self.map, place, 0, 0, 0, stamp, 0, 0, 0, len(text), 0, FACT)
        if muted:
            self.mute()

    def close(self) -> None:
        """Lets go of the file; what was written stays."""
        if isinstance(self.map, mmap.mmap):
            self.map.close()
        os.close(self._descriptor)
        self._descriptor = -1

    def __del__(self) -> None:
        if self._descriptor >= 0:  # the map closes by itself
            os.close(self._descriptor)

    def _reserve(self, size: int) -> int:
        """The place of a record with ``size`` bytes after its head; -1 if there is no room."""
        size += HEAD_SIZE
        while (place := self.place) + size > self.end:
            if self.lost:
                return self._lose()
            try:
                self._open_window()
            except OSError:
                return self._lose()
        self.place = place + size
        return place

    def _open_window(self) -> None:
        number, offset = self._window + 1, self._offset
        size = window_size(number)
        # Real blocks, not a hole: a full disk must be an error here, not a SIGBUS later.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(self._descriptor, offset, size)
        else:
            os.ftruncate(self._descriptor, offset + size)
        new = mmap.mmap(self._descriptor, size, offset=offset)
        if self._window != number - 1:
            return  # a signal's handler came in between, and has opened it already
        old, place, end = self.map, self.place, self.end
        self._window, self._offset = number, offset + size
        self.map, self.place, self.end = new, 0, size
        if place + HEAD_SIZE <= end:
            pack_head(old, place, 0, 0, 0, 0, 0, 0, 0, 0, 0, HOP)

    def _lose(self) -> int:
        """The disk is full: counts what is lost, where the reader looks for it."""
        self.lost += 1
        os.lseek(self._descriptor, 8, os.SEEK_SET)
        os.write(self._descriptor, _LOST.pack(self.lost))
        return -1


def _cut(text: bytes, room: int) -> tuple[bytes, int]:
    """Text of at most ``room`` bytes, and how many characters were left out."""
    kept = text[:room].decode("utf-8", "ignore").encode("utf-8")
    return kept, len(text[len(kept) :].decode("utf-8", "replace"))


_BINARY = getattr(os, "O_BINARY", 0)


@dataclass(slots=True)
class Noted:
    """One event as it stands in a lane; numbers not yet turned into ids."""

    lane: int
    stamp: int
    operation: int
    blocked: bool
    location: int
    resource: int
    item: int
    began: int
    depth: int
    timeout: float
    cut: int
    value: bytes
    result: bytes


@dataclass(slots=True)
class Stated:
    """One statement as it stands in a lane."""

    lane: int
    stamp: int
    fact: dict[str, Any]


class LaneReader:
    """The reading side; may follow a lane that is still being written.

    Args:
        path: the lane's file, named by ``lane_file``.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.number = int(os.path.basename(path).removesuffix(".lane"), 16)
        self.taken = 0  # completed get and recv so far
        self.seen = 0  # records so far
        self.behind = False  # the last read stopped before the end of what was there
        self._window = 0
        self._offset = 0  # of the window in the file
        self._place = START
        self._map: mmap.mmap | None = None
        self._last: tuple[int, bytes] | None = None  # kind and bytes of the last event seen

    def lost(self) -> int:
        """How many records found no room on the disk."""
        with open(self.path, "rb") as file:
            head = file.read(START)
        return int(_LOST.unpack_from(head, 8)[0]) if head[:8] == MAGIC else 0

    def read(
        self, operations: frozenset[int] | None = None, in_part: bool = False
    ) -> Iterator[Noted | Stated]:
        """Yields what was committed since the last call, in order.

        Args:
            operations: only these are yielded, and all statements; the rest is skipped,
                at a small part of the cost. None yields everything.
            in_part: stop at the end of a window, with ``behind`` set: a lane may be
                written faster than it is read.
        """
        self.behind = False
        last_place, last_kind, target = -1, FREE, None
        while (target := self._mapped()) is not None:
            limit = len(target) - HEAD_SIZE
            last_place = -1
            while (place := self._place) <= limit:
                size, operation, kind = _ENDING.unpack_from(target, place + _ENDING_PLACE)
                if kind == FREE:
                    self._keep_last(target, last_place, last_kind)
                    return
                if kind == HOP:
                    break
                self._place = place + HEAD_SIZE + size
                self.seen += 1
                if kind != FACT:
                    last_place, last_kind = place, kind
                    if operation in _TAKING and _took(target, place, size, kind):
                        self.taken += 1
                    if operations is not None and operation not in operations:
                        continue
                yield self._record(target, place, kind)
            self._keep_last(target, last_place, last_kind)
            self.close()
            self._offset += window_size(self._window)
            self._window += 1
            self._place = 0
            if in_part:
                self.behind = True
                return

    def last(self) -> Noted | None:
        """The last event that ``read`` came by, whether or not it was yielded."""
        if self._last is None:
            return None
        kind, data = self._last
        record = self._record(data, 0, kind)
        return record if isinstance(record, Noted) else None

    def _keep_last(self, target: mmap.mmap, place: int, kind: int) -> None:
        if place >= 0:
            size = _ENDING.unpack_from(target, place + _ENDING_PLACE)[0]
            self._last = (kind, target[place : place + HEAD_SIZE + size])

    def close(self) -> None:
        if self._map is not None:
            self._map.close()
            self._map = None

    def _mapped(self) -> mmap.mmap | None:
        """The window being read, once it exists whole."""
        if self._map is None:
            size = window_size(self._window)
            with open(self.path, "rb") as file:
                if os.fstat(file.fileno()).st_size < self._offset + size:
                    return None
                self._map = mmap.mmap(
                    file.fileno(), size, offset=self._offset, access=mmap.ACCESS_READ
                )
        if self._window == 0 and self._map[:8] != MAGIC:
            return None
        return self._map

    def _record(self, target: mmap.mmap | bytes, place: int, kind: int) -> Noted | Stated:
        resource, item, began, stamp, whole, location, depth, size, operation, _ = HEAD.unpack_from(
            target, place
        )
        start = place + HEAD_SIZE
        tail = target[start : start + size]
        if kind == FACT:
            return Stated(self.number, stamp, json.loads(tail))
        timeout, cut, blocked, result = NO_TIMEOUT, 0, kind == WAITS, b""
        if kind == FULL:
            timeout, cut, values, blocked = _MORE.unpack_from(tail)
            value = tail[_MORE.size : _MORE.size + values]
            result = tail[_MORE.size + values :]
        else:
            value = b"%d" % whole if kind == WHOLE else b""
        return Noted(
            self.number,
            stamp,
            operation,
            bool(blocked),
            location,
            resource,
            item,
            began,
            depth,
            timeout,
            cut,
            value,
            result,
        )


def _took(target: mmap.mmap, place: int, size: int, kind: int) -> bool:
    """Whether a get or recv came back with an item: it neither waits nor raised."""
    if kind != FULL:
        return kind == WHOLE
    _, _, values, blocked = _MORE.unpack_from(target, place + HEAD_SIZE)
    return not blocked and size == _MORE.size + values
