"""How many bytes fit into what the operating system has between two ends."""

from __future__ import annotations

from collections import deque
from typing import Protocol

__all__ = ["BUFFER", "PAGE", "PAGES", "PagedBytes", "Room", "SocketBytes"]

#: Bytes of a page, and pages of a pipe, that are assumed whatever machine it runs on.
PAGE = 4096
PAGES = 16

#: Bytes that a socket may keep on the way: ``net.core.wmem_default`` as Linux has it.
BUFFER = 212_992


class Room(Protocol):
    """How many bytes are on their way in one direction, and for how many more there is room.

    Attributes:
        crowded: how much fits has hung on where the bytes lie.
    """

    crowded: bool

    def accepts(self, n: int) -> int:
        """How many bytes a write of ``n`` bytes could write now, without waiting."""

    def write(self, n: int) -> int:
        """Takes what a write of ``n`` bytes could write now; says how many those are."""

    def available(self) -> int:
        """How many bytes there are to read."""

    def read(self, n: int) -> None:
        """Takes out the oldest ``n`` bytes, of at least so many."""


class PagedBytes:
    """The bytes on their way through an OS pipe: not one long row, but a ring of 16 pages.

    What a write of ``n`` bytes has behind its last whole page goes behind the bytes in the
    last page in use, if it fits there whole; all the rest takes pages of its own, the last of
    them perhaps in part. A page is free again when its last byte is read. So 16 messages of
    3,004 bytes fill a pipe, though 65,536 bytes would be there for them.

    A write of at most a page goes in whole or not at all. A longer one goes in as pages get
    free: as a write of those that are left, which gives the same pages so long as nobody else
    writes in between.

    **Source**: Linux, ``fs/pipe.c``, ``pipe_write`` and ``pipe_read``: 5.5 and later, with 16
    pages (``PIPE_DEF_BUFFERS``). Linux gives one page or two to a user who has thousands of pipes
    open (``/proc/sys/fs/pipe-user-pages-soft``); that is left out here.

    Attributes:
        crowded: it has been asked whether more fits than certainly does, wherever in their pages
            the bytes lie. Until then it makes no difference where they do.
    """

    __slots__ = ("_bytes", "_ends", "_first", "_unread", "crowded")

    def __init__(self) -> None:
        #: Of each page in use, the oldest first: where its bytes end.
        self._ends: deque[int] = deque()
        #: Where those of the oldest begin; the others' begin at 0.
        self._first = 0
        self._bytes = 0
        #: Of each write that is not read whole: how many bytes are left of it, and its pages
        #: at most.
        self._unread: deque[tuple[int, int]] = deque()
        self.crowded = False

    def accepts(self, n: int) -> int:
        """How many bytes a write of ``n`` bytes could write now, without waiting."""
        if not self.crowded and sum(pages for _, pages in self._unread) + _pages(n) > PAGES:
            self.crowded = True
        rest = n % PAGE
        merged = rest if rest and self._merges(rest) else 0
        return min(n, merged + (PAGES - len(self._ends)) * PAGE)

    def write(self, n: int) -> int:
        """Takes what a write of ``n`` bytes could write now; says how many those are."""
        self.accepts(n)  # which says whether it is crowded
        ends = self._ends
        left, rest = n, n % PAGE
        if rest and self._merges(rest):
            ends[-1] += rest
            left -= rest
        while left and len(ends) < PAGES:
            ends.append(min(left, PAGE))
            left -= ends[-1]
        self._bytes += n - left
        self._unread.append((n - left, _pages(n - left)))
        return n - left

    def available(self) -> int:
        """How many bytes there are to read."""
        return self._bytes

    def lie(self) -> tuple[int, ...]:
        """Where the bytes lie: where those of the oldest page begin, and each page's end."""
        return (self._first, *self._ends)

    def read(self, n: int) -> None:
        """Takes out the oldest ``n`` bytes, of at least so many."""
        assert 0 <= n <= self._bytes, "asked by the callers"
        self._bytes -= n
        unread, left = self._unread, n
        while left:
            size, pages = unread.popleft()
            if size > left:
                unread.appendleft((size - left, pages))
            left -= min(left, size)
        ends = self._ends
        first = self._first + n
        while ends and first >= ends[0]:
            first -= ends.popleft()
        self._first = first

    def _merges(self, rest: int) -> bool:
        return bool(self._ends) and self._ends[-1] + rest <= PAGE


def _pages(n: int) -> int:
    """In how many pages a write of that many bytes lies at most."""
    return -(-n // PAGE)


#: What one packet holds at most in its head (a page, less what Linux writes behind it), and
#: behind that in pages of its own; and what Linux keeps of each packet beside the bytes.
_TAIL = 320
_HEAD = PAGE - _TAIL
_PACKET = _HEAD + 8 * PAGE
_RECORD = 256


class SocketBytes:
    """The bytes on their way in one direction of a socket pair, as packets of memory.

    A write takes a packet for each 36,544 bytes and one for the rest. As long as the packets
    on the way take less than 212,992 bytes of memory, a further one may be added, however long
    it is. A packet's memory is free again when its last byte is read. A small packet takes 768
    bytes, so that 278 messages of one byte fill the socket.

    A writer that Linux has put to sleep goes on only when three quarters of the memory are
    free again. Here it may go on as soon as there is any, as one can that comes just then.

    **Source**: Linux, ``net/unix/af_unix.c``, ``unix_stream_sendmsg``; ``net/core/sock.c``,
    ``sock_alloc_send_pskb``; ``net/core/skbuff.c``, ``__alloc_skb``; on 64-bit machines.
    """

    __slots__ = ("_bytes", "_first", "_memory", "_packets")

    #: Where bytes lie makes no difference that their sizes do not make.
    crowded = False

    def __init__(self) -> None:
        #: Of each packet, the oldest first: its bytes, and the memory it takes.
        self._packets: deque[tuple[int, int]] = deque()
        #: How many bytes of the oldest have been read.
        self._first = 0
        self._bytes = 0
        self._memory = 0

    def accepts(self, n: int) -> int:
        """How many bytes a write of ``n`` bytes could write now, without waiting."""
        left, memory = n, self._memory
        while left and memory < BUFFER:
            size = min(left, _PACKET)
            memory += memory_of(size)
            left -= size
        return n - left

    def write(self, n: int) -> int:
        """Takes what a write of ``n`` bytes could write now; says how many those are."""
        left = n
        while left and self._memory < BUFFER:
            size = min(left, _PACKET)
            memory = memory_of(size)
            self._packets.append((size, memory))
            self._memory += memory
            left -= size
        self._bytes += n - left
        return n - left

    def available(self) -> int:
        """How many bytes there are to read."""
        return self._bytes

    def read(self, n: int) -> None:
        """Takes out the oldest ``n`` bytes, of at least so many."""
        assert 0 <= n <= self._bytes, "asked by the callers"
        self._bytes -= n
        packets = self._packets
        first = self._first + n
        while packets and first >= packets[0][0]:
            size, memory = packets.popleft()
            first -= size
            self._memory -= memory
        self._first = first


def memory_of(size: int) -> int:
    """The memory that a packet of so many bytes takes: whole pages, and in front of those a head
    whose memory comes in powers of two."""
    pages = -(-max(0, size - _HEAD) // PAGE) * PAGE
    head = max(0, size - pages)
    return _RECORD + (1 << (head + _TAIL - 1).bit_length()) + pages
