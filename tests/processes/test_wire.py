"""Frames arrive equal and in order; who or what is gone is said, never hidden."""

from __future__ import annotations

import math
import os
import random
import resource
import socket
import struct
import sys
import threading
from collections.abc import Iterator

import pytest

from pyqdemo.worlds.processes.wire import ChannelLost, Wire


@pytest.fixture
def ends() -> Iterator[tuple[Wire, Wire]]:
    one, other = map(Wire, socket.socketpair())
    yield one, other
    one.close()
    other.close()


@pytest.fixture
def raw() -> Iterator[tuple[socket.socket, Wire]]:
    """What a stranger holds, who may send anything, and our end."""
    one, other = socket.socketpair()
    wire = Wire(other)
    yield one, wire
    one.close()
    wire.close()


PLAIN = [
    None,
    True,
    False,
    0,
    -1,
    2**63,
    -(2**64),
    10**4300,
    -(10**20_000) - 7,
    0.0,
    1e308,
    5e-324,
    0.1,
    math.inf,
    -math.inf,
    "",
    "put 'x'",
    '\x00\x1f\x7f\u2028"\\',
    "队列 🐍",
    "\ud800",
    "\ud83d\ude00",  # two lone ones, which escapes would make one character of
    [],
    {},
    [[[]], {"": {"a": [None]}}],
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: repr(type(value)))
def test_plain_data_arrives_equal_and_of_the_same_kind(
    ends: tuple[Wire, Wire], value: object
) -> None:
    ends[0].send([value, {"in": value}])
    message, payload = ends[1].receive()
    assert message == [value, {"in": value}]
    assert [type(part) for part in message] == [type(value), dict]
    assert payload is None


def test_a_negative_zero_and_no_number_arrive_as_what_they_are(ends: tuple[Wire, Wire]) -> None:
    ends[0].send([-0.0, math.nan])
    zero, nan = ends[1].receive()[0]
    assert (math.copysign(1, zero), math.isnan(nan)) == (-1.0, True)


def test_a_long_number_leaves_the_limit_on_digits_as_it_was(ends: tuple[Wire, Wire]) -> None:
    limit = sys.get_int_max_str_digits()
    ends[0].send(10**9999)
    assert ends[1].receive()[0] == 10**9999
    assert sys.get_int_max_str_digits() == limit


def test_tuples_become_lists(ends: tuple[Wire, Wire]) -> None:
    ends[0].send(("mp.put", (1, ())))
    assert ends[1].receive() == (["mp.put", [1, []]], None)


@pytest.mark.parametrize("payload", [None, b"", b"\x00", bytes(range(256)), b"x" * 65_535])
def test_a_payload_passes_as_it_is_and_none_differs_from_empty(
    ends: tuple[Wire, Wire], payload: bytes | None
) -> None:
    ends[0].send("a", payload)
    assert ends[1].receive() == ("a", payload)


def test_what_is_no_plain_data_is_refused_and_nothing_is_sent(ends: tuple[Wire, Wire]) -> None:
    for odd in (b"raw", object(), {1, 2}, 1j):
        with pytest.raises(TypeError):
            ends[0].send([odd])
    ends[0].send("next")
    assert ends[1].receive() == ("next", None)


def test_random_frames_arrive_in_order_however_they_are_cut(
    raw: tuple[socket.socket, Wire],
) -> None:
    """A hundred frames as one stream of bytes, sent in pieces of 1 to 40 bytes."""
    seed = random.randrange(2**32)
    print("seed", seed)
    draw = random.Random(seed)
    frames = []
    for number in range(100):
        size = draw.choice((None, 0, 1, draw.randrange(200)))
        payload = None if size is None else draw.randbytes(size)
        frames.append(([number, "é" * draw.randrange(30)], payload))
    collector, source = socket.socketpair()
    with collector, source:
        wire = Wire(source.dup())
        stream = b""
        for message, payload in frames:
            wire.send(message, payload)
            stream += collector.recv(1 << 20)
        wire.close()
    arrived = []
    while stream:
        size = draw.randrange(1, 41)
        raw[0].sendall(stream[:size])
        stream = stream[size:]
        while raw[1].poll(0):
            arrived.append(raw[1].receive())
    assert arrived == frames


def test_a_payload_larger_than_any_buffer_arrives_whole(ends: tuple[Wire, Wire]) -> None:
    payload = random.Random(7).randbytes(5_000_000)
    sender = threading.Thread(target=ends[0].send, args=(["big"], payload))
    sender.start()
    assert ends[1].receive() == (["big"], payload)
    sender.join()


def test_what_was_sent_before_the_end_is_received_before_it(ends: tuple[Wire, Wire]) -> None:
    ends[0].send(1)
    ends[0].send(2)
    ends[0].close()
    assert [ends[1].poll(), ends[1].receive()[0], ends[1].receive()[0]] == [True, 1, 2]
    assert ends[1].poll()
    for _ in range(2):
        with pytest.raises(EOFError):
            ends[1].receive()


def test_sending_to_who_is_gone_is_the_end_too(ends: tuple[Wire, Wire]) -> None:
    ends[1].close()
    with pytest.raises(EOFError):
        ends[0].send("hello?")


def test_a_reset_is_the_end(ends: tuple[Wire, Wire]) -> None:
    """A Unix socket closed over what it had not read resets its other side."""
    ends[1].send("never read")
    ends[0].close()
    with pytest.raises(EOFError):
        ends[1].receive()


def test_half_a_frame_and_then_the_end_is_the_end(raw: tuple[socket.socket, Wire]) -> None:
    raw[0].sendall(struct.pack("<II", 100, 0xFFFFFFFF) + b"[1,")
    assert not raw[1].poll(0)
    raw[0].close()
    assert raw[1].poll(0)
    with pytest.raises(EOFError):
        raw[1].receive()


def test_polling_says_no_until_all_of_a_frame_is_there(raw: tuple[socket.socket, Wire]) -> None:
    frame = struct.pack("<II", 3, 2) + b"[1]" + b"ab"
    for end in range(1, len(frame)):
        raw[0].sendall(frame[end - 1 : end])
        assert not raw[1].poll(0)
    raw[0].sendall(frame[-1:])
    assert raw[1].poll(0)
    assert raw[1].receive() == ([1], b"ab")


@pytest.mark.parametrize(
    "bytes_", [b"GET / HTTP/1.1\r\n\r\n", struct.pack("<II", 4, 0) + b"\xff{]}"]
)
def test_what_is_no_frame_is_said_to_be_none(
    bytes_: bytes, raw: tuple[socket.socket, Wire]
) -> None:
    raw[1].most = 1000
    raw[0].sendall(bytes_)
    with pytest.raises(ValueError):
        raw[1].receive()


def test_the_descriptor_is_high_and_is_not_inherited_by_other_programs(
    ends: tuple[Wire, Wire],
) -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    for end in ends:
        assert end.fileno() >= min(800, limit * 3 // 4)
        assert not os.get_inheritable(end.fileno())


def test_a_program_that_closes_the_low_descriptors_leaves_the_wire_alone() -> None:
    """In a child, since the tests have descriptors of their own down there."""
    one, other = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        wire = Wire(one)
        os.closerange(3, 256)
        wire.send(["still here", wire.check()])
        os._exit(0)
    one.close()
    wire = Wire(other)
    assert wire.receive()[0] == ["still here", True]
    wire.close()
    assert os.waitpid(pid, 0)[1] == 0


def test_a_closed_descriptor_is_a_lost_channel(ends: tuple[Wire, Wire]) -> None:
    assert ends[0].check()
    os.close(ends[0].fileno())
    assert not ends[0].check()
    for use in (lambda: ends[0].send(1), ends[0].receive, ends[0].poll):
        with pytest.raises(ChannelLost):
            use()


def test_nothing_is_written_into_or_read_from_what_took_the_descriptors_place(
    ends: tuple[Wire, Wire],
) -> None:
    """The other file is a socket of the program's, on which sending would work."""
    mine, others = socket.socketpair()
    with mine, others:
        os.dup2(mine.fileno(), ends[0].fileno(), inheritable=False)
        assert not ends[0].check()
        others.sendall(b"for the program")
        for use in (lambda: ends[0].send("lost"), ends[0].receive):
            with pytest.raises(ChannelLost):
                use()
        number = ends[0].fileno()
        ends[0].close()
        os.fstat(number)  # it is the program's: we have not closed it
        os.close(number)
        assert mine.recv(100) == b"for the program"
        mine.close()
        assert others.recv(100) == b""


def test_a_forked_child_has_none_of_the_wires_of_its_parent(ends: tuple[Wire, Wire]) -> None:
    """The end is seen as soon as the parent closes its own, though the child lives."""
    hold, release = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(release)
        os.read(hold, 1)
        os._exit(sum(end.fileno() for end in ends) + 2)
    os.close(hold)
    ends[0].send("before")
    assert ends[1].receive()[0] == "before"
    ends[0].close()
    with pytest.raises(EOFError):
        ends[1].receive()
    os.close(release)
    assert os.waitpid(pid, 0)[1] == 0
