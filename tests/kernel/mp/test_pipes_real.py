"""The model of a pipe and the system's own take and give the same, and wait at the same places."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest
from piping import Run
from test_capacity import linux_pipes, linux_sockets

from pyqdemo.kernel.mp.framing import sizes_of, writes_of
from pyqdemo.kernel.mp.ways import ATOMIC

OPERATIONS = 150
WAITS = "waits"


class Both:
    """A pipe of the library's, whose operations never wait, and one of the model's."""

    def __init__(self, duplex: bool) -> None:
        self.real = multiprocessing.Pipe(duplex)
        for end in self.real:
            os.set_blocking(end.fileno(), False)
        run = Run(lambda run: iter(()))  # its main task has ended; here it acts once more
        self.execution, self.task = run.execution, run.execution.main
        self.task.process.state.alive = True
        self.model = run.pipe(duplex)

    def close(self) -> None:
        for end in self.real:
            end.close()

    def modelled(self, name: str, which: int, *args: Any) -> object:
        operation = self.execution.operation(self.task, name, (self.model[which], *args))
        if not operation.ready():
            return WAITS
        return tried(lambda: self.execution.perform(self.task, operation))


def tried(call: Callable[[], object]) -> object:
    try:
        return call()
    except BlockingIOError:
        return WAITS
    except Exception as error:
        return type(error).__name__, str(error)


def step(
    both: Both, draw: random.Random, sizes: tuple[int, int], eager: int
) -> tuple[object, object]:
    """The same random operation on both: what came of it there and here.

    Args:
        eager: how many sends there are for ten receives.
    """
    which = draw.randrange(2)
    real = both.real[which]
    match draw.choices(("send", "recv", "poll", "close"), (eager, 10, 3, 0.2))[0]:
        case "send" if real.writable and not real.closed:
            data = draw.randbytes(draw.randint(*sizes))
            sent = both.modelled("pipe.send", which, data)
            return tried(lambda: real.send_bytes(data)), None if sent is True else sent
        case "recv" if real.readable and not real.closed:
            return tried(real.recv_bytes), both.modelled("pipe.recv", which)
        case "poll" if real.readable and not real.closed:
            return tried(real.poll), both.modelled("pipe.poll", which)
        case "close" if not real.closed:
            return real.close(), both.modelled("pipe.close", which)
    return None, None


@pytest.mark.parametrize(
    "duplex", [pytest.param(False, marks=linux_pipes), pytest.param(True, marks=linux_sockets)]
)
@pytest.mark.parametrize("first", range(0, 60, 20))
def test_what_is_sent_and_received_and_when_it_would_wait(duplex: bool, first: int) -> None:
    """Twenty random programs of one task, of messages that are written whole or not at all."""
    for seed in range(first, first + 20):
        draw = random.Random(seed)
        sizes = draw.choice([(0, 10), (0, ATOMIC - 4), (2_990, 3_010), (ATOMIC - 8, ATOMIC - 4)])
        eager = draw.choice((10, 40))
        both = Both(duplex)
        try:
            for number in range(OPERATIONS):
                there, here = step(both, draw, sizes, eager)
                assert there == here, f"seed {seed}, operation {number}"
        finally:
            both.close()


def test_a_message_goes_over_the_wire_as_the_library_writes_it() -> None:
    """What a reader of our bytes would find is what the library writes, and the other way."""
    for size in (0, 1, 16_384, 16_385, 60_000):
        data = random.Random(size).randbytes(size)
        writes = library_writes(data)
        assert list(writes_of(data)) == writes, size
        assert sizes_of(size) == [len(each) for each in writes], size


def test_the_size_of_a_very_long_message_goes_before_it_in_two_writes() -> None:
    """4 bytes can tell up to 2**31 - 1; above that they tell -1, and 8 bytes the size."""
    assert sizes_of(2**31 - 1) == [4, 2**31 - 1]
    assert sizes_of(2**31) == [4, 8, 2**31]


def library_writes(data: bytes) -> list[bytes]:
    written: list[bytes] = []

    class Writing(Connection):
        def _send(self, buf: Any, write: Any = None) -> None:
            written.append(bytes(buf))

        def _close(self, _close: Any = None) -> None:
            pass

    Writing(sys.maxsize, readable=False).send_bytes(data)
    return written
