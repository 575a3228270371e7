"""What is said to fit into a pipe and into a pair of sockets, against this machine's own."""

from __future__ import annotations

import os
import random
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pyqdemo.kernel.mp.bytes_in_pipes import BUFFER, PAGE, PAGES, PagedBytes, Room, SocketBytes

SIZES = [
    (1, 10),
    (1, 200),
    (1, 5_000),
    (3_000, 3_010),
    (4_090, 4_100),
    (1, 70_000),
    (36_500, 36_600),
    (1, 300_000),
]
OPERATIONS = 200

_WMEM = Path("/proc/sys/net/core/wmem_default")
linux_pipes = pytest.mark.skipif(
    sys.platform != "linux" or os.sysconf("SC_PAGESIZE") != PAGE,
    reason="pipes have other pages here than the model assumes, which the docs say",
)
linux_sockets = pytest.mark.skipif(
    not _WMEM.exists() or int(_WMEM.read_text()) != BUFFER or sys.maxsize < 2**32,
    reason="sockets have another buffer here than the model assumes, which the docs say",
)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture
def sockets() -> Iterator[tuple[int, int]]:
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)
    yield ends[0].fileno(), ends[1].fileno()
    for end in ends:
        end.close()


def written(end: int, n: int) -> int:
    """How many of ``n`` bytes the system takes now."""
    try:
        return os.write(end, b"x" * n)
    except BlockingIOError:
        return 0


def drain(end: int, n: int) -> int:
    """How many of ``n`` bytes the system gives now."""
    try:
        return len(os.read(end, n))
    except BlockingIOError:
        return 0


def compare(room: Room, ends: tuple[int, int], seed: int) -> None:
    """The same random reads and writes of both: each byte that one takes the other takes."""
    draw = random.Random(seed)
    reader, writer = ends
    sizes, eager = draw.choice(SIZES), draw.choice((0.3, 0.5, 0.7, 0.9))
    for number in range(OPERATIONS):
        told = f"seed {seed}, operation {number}"
        n = draw.randint(*sizes)
        if draw.random() < eager:
            can = room.accepts(n)
            real = written(writer, n)
            assert (can, room.write(n)) == (real, real), told
        else:
            taken = min(n, room.available())
            room.read(taken)
            assert taken == drain(reader, n), told
    while (taken := drain(reader, 100_000)) > 0:
        room.read(taken)
    assert room.available() == 0


@linux_pipes
@pytest.mark.parametrize("first", range(0, 60, 10))
def test_a_pipe_takes_what_the_systems_own_takes(first: int, pipe: tuple[int, int]) -> None:
    """Ten random mixtures of reads and writes, one after another through the same pipe."""
    for seed in range(first, first + 10):
        compare(PagedBytes(), pipe, seed)


@linux_sockets
@pytest.mark.parametrize("first", range(0, 60, 10))
def test_a_socket_takes_what_the_systems_own_takes(first: int, sockets: tuple[int, int]) -> None:
    """Ten random mixtures of reads and writes, one after another through the same sockets."""
    for seed in range(first, first + 10):
        compare(SocketBytes(), sockets, seed)


@linux_pipes
@pytest.mark.parametrize("size", [1, 3_004, 4_095, 4_096, 4_097, 5_000, 65_535, 65_536, 65_537])
def test_a_pipe_is_full_of_messages_of_one_size_when_the_systems_is(
    size: int, pipe: tuple[int, int]
) -> None:
    assert filled(PagedBytes().write, size) == filled(lambda n: written(pipe[1], n), size)


@linux_sockets
@pytest.mark.parametrize("size", [1, 192, 193, 3_776, 3_777, 16_388, 36_544, 36_545, 400_000])
def test_a_socket_is_full_of_messages_of_one_size_when_the_systems_is(
    size: int, sockets: tuple[int, int]
) -> None:
    assert filled(SocketBytes().write, size) == filled(lambda n: written(sockets[1], n), size)


def filled(write: Callable[[int], int], size: int) -> tuple[int, int]:
    """How many whole messages go in, and how many bytes of the next."""
    whole = 0
    while (taken := write(size)) == size:
        whole += 1
    return whole, taken


def test_sixteen_messages_fill_a_pipe_that_cannot_share_pages() -> None:
    """Two messages of 3,004 bytes do not share a page of 4,096, so each takes one of 16."""
    assert filled(PagedBytes().write, 3_004) == (16, 0)


def test_small_messages_share_pages() -> None:
    """Of 5 bytes, 819 go into a page: 16 pages hold 13,104."""
    assert filled(PagedBytes().write, 5) == (13_104, 0)


def test_the_tail_of_a_long_write_goes_behind_what_is_there() -> None:
    """Behind 100 bytes: of 8,292 the 100 above two pages join the first page, the others take
    two pages. Of 8,092 the tail is 3,996: it just fits. Of 8,191 it is 4,095, and does not:
    nothing joins."""
    for n, pages in ((8_292, 3), (8_092, 2), (8_191, 3)):
        room = PagedBytes()
        room.write(100)
        room.write(n)
        # Each write of a whole page takes a page of its own: what is left of the 16.
        assert filled(room.write, PAGE) == (PAGES - pages, 0)


def test_only_a_tail_may_go_into_a_pipe_without_a_free_page() -> None:
    """15 pages and one byte: of 4,100 bytes the 4 behind the whole page find room."""
    room = PagedBytes()
    room.write(15 * PAGE)
    room.write(1)
    assert room.accepts(4_100) == room.write(4_100) == 4


def test_a_page_is_free_only_when_its_last_byte_is_read() -> None:
    room = PagedBytes()
    room.write(16 * PAGE)
    room.read(PAGE - 1)
    assert room.accepts(1) == 0
    room.read(1)
    assert room.accepts(PAGE + 1) == PAGE


def test_278_tiny_packets_fill_a_socket() -> None:
    """Each takes 512 bytes for its head and 256 beside it: 277 take 212,736 of 212,992, so that
    one more is begun."""
    assert filled(SocketBytes().write, 1) == (278, 0)


def test_a_packet_goes_into_a_socket_whole() -> None:
    """One of 30,000 bytes takes seven pages, 2,048 bytes for its head and 256 beside it. Six
    take 185,856 of 212,992, so that there is room for some of a seventh: it goes in whole."""
    assert filled(SocketBytes().write, 30_000) == (7, 0)
