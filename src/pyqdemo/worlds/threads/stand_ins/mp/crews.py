"""What pools of worker processes have in common: calls, their way, and what comes back.

A crew is a number of processes that take calls from one pipe and send results into another;
in the process that made it, threads serve both. Everything is built on the stand-ins for
``multiprocessing``, ``threading`` and ``queue``, so that both worlds carry it. The pipes and
locks are the library's own affair: no resources of the program, though what is done with them
leaves its events.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType
from typing import Any

from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import Join
from pyqdemo.point import Access
from pyqdemo.worlds.threads.lives import local
from pyqdemo.worlds.threads.stand_ins.mp.connections import Connection, connection_at
from pyqdemo.worlds.threads.stand_ins.mp.feeder import text_of
from pyqdemo.worlds.threads.stand_ins.mp.finishing import finish_first
from pyqdemo.worlds.threads.stand_ins.mp.locks import Handle
from pyqdemo.worlds.threads.stand_ins.threads import Thread
from pyqdemo.worlds.threads.stand_ins.values import SHORT, short
from pyqdemo.worlds.threads.tracebacks import lines
from pyqdemo.worlds.threads.world import here

__all__ = [
    "USUAL_PROCESSES",
    "Chunk",
    "WithTraceback",
    "at_exit",
    "at_hand",
    "await_thread",
    "call_chunk",
    "is_here",
    "lock",
    "pipe",
    "quietly",
    "receive",
    "send",
    "simple",
    "simple_get",
    "simple_put",
    "told_call",
    "touch",
    "traceback_of",
]

_frame = sys._getframe
#: The real ones look at the machine: this is what they find where there are four processors.
USUAL_PROCESSES = 4


# What the crew talks over.


def pipe() -> tuple[Connection, Connection]:
    """A pipe with one direction: the end to read from, the end to write to."""
    life = here()
    share, task = life.world.execution.share, life.task
    first = share(task, "pipe_end", (False,), quiet=True)
    second = share(task, "pipe_end", (False,), of=first, quiet=True)
    life.world.aside("pipe.open", (first, second))
    return connection_at(first, True, False), connection_at(second, False, True)


def send(writer: Connection, data: bytes, value: object) -> None:
    """Sends a pickle; ``value`` is what the record tells of it. Raises OSError."""
    writer._check_writable()
    request, end = here().world.request, writer._shared_id
    whole = request("pipe.send", (end, data, *text_of(value)), _frame())
    while not whole:
        whole = request("pipe.send_on", (end,), _frame())


def receive(reader: Connection) -> bytes:
    """A message. Raises EOFError or OSError."""
    return reader._receive(None, _frame())


def lock() -> Handle:
    """A lock that processes share."""
    life = here()
    return Handle(life.world.execution.share(life.task, "mp_lock", (), quiet=True), 1, 1)


def simple() -> str:
    """A simple queue that processes share; gives its id."""
    life = here()
    return life.world.execution.share(life.task, "mp_simple", (), capacity=0, quiet=True)


def simple_put(queue: str, data: bytes, value: object) -> None:
    """Puts a pickle into a simple queue; ``value`` is what the record tells of it."""
    request = here().world.request
    whole = request("mp.simple_put", (queue, data, *text_of(value)), _frame())
    while not whole:
        whole = request("mp.simple_put", (queue, None), _frame())


def simple_get(queue: str) -> bytes:
    """A message out of a simple queue of which the caller is the only reader: as the library
    reads it, without the read lock."""
    request = here().world.request
    data: bytes | None = None
    while data is None:
        data = request("mp.get", (queue,), _frame())
    return data


# Calls, and what they bring about.


class Chunk:
    """Calls of one function that go to a worker together; called, it gives their results.

    Args:
        function: to be called.
        calls: arguments of each call.
    """

    __slots__ = ("calls", "function")

    def __init__(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> None:
        self.function = function
        self.calls = calls

    def __reduce__(self) -> Any:
        return Chunk, (self.function, self.calls)

    def __call__(self) -> list[Any]:
        return [self.function(*args) for args in self.calls]

    def __repr__(self) -> str:
        return ", ".join(_called(self.function, args, {}) for args in self.calls[:SHORT])


def call_chunk(chunk: Chunk) -> list[Any]:
    """The results of a chunk."""
    return chunk()


def told_call(fn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """``square(3)``, or the several calls of a chunk."""
    if fn is call_chunk:
        return repr(args[0])
    return repr(fn) if type(fn) is Chunk else _called(fn, args, kwargs)


def _called(fn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    given = [short(each)[0] for each in args]
    given += [f"{name}={short(each)[0]}" for name, each in kwargs.items()]
    name = getattr(fn, "__name__", None) or short(fn)[0]
    return f"{name}({', '.join(given)})"


class WithTraceback:
    """An exception on its way to another process, with its traceback as a text.

    Args:
        error: was raised by a call.
        rebuild: the library's own function that puts the two together again.
    """

    def __init__(self, error: BaseException, rebuild: Callable[..., Any]) -> None:
        self.error = error
        self.text = f'\n"""\n{traceback_of(error)}"""'
        self.rebuild = rebuild

    def __reduce__(self) -> Any:
        return self.rebuild, (self.error, self.text)

    def __repr__(self) -> str:
        return repr(self.error)


def traceback_of(error: BaseException) -> str:
    """What Python would print of an exception, without the frames of ours."""
    return "".join(lines(error, here().world.places.folder))


# Threads and ends.


def at_hand(operation: Operation) -> Any:
    """An operation within the running step, without a choice: it must not have to wait."""
    life = here()
    before, life.inside = life.inside, True
    try:
        return life.world.execution.perform(life.task, operation)
    finally:
        life.inside = before


def touch(part: str) -> None:
    """What the threads of a crew share is about to be read or changed."""
    here().world.execution.touch(Access(part, "w"))


def await_thread(thread: Thread, frame: FrameType | None) -> None:
    """Waits until one of the crew's threads is over; not for the one that calls."""
    life = here()
    assert thread._task is not None, "it was started"
    if thread._task is not life.task:
        life.world.at_once(Join(thread._task), frame)


def is_here(owner: str) -> bool:
    """Whether the calling task belongs to the process with that main task."""
    life = getattr(local, "life", None)
    return life is not None and life.task.process.id == owner


class _AtExit:
    """A call in the line of what a process finishes; see ``finishing``."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._is_called = False

    def finish(self) -> None:
        self._is_called = True
        self._call()

    def await_end(self) -> None:
        if not self._is_called:
            self.finish()  # which waits itself


def at_exit(finish: Callable[[], object]) -> None:
    """Has something done before the calling task's process ends its daemons and leaves.

    Args:
        finish: may be called twice, and in a copy of the process by fork.
    """
    life = here()
    if life.home.is_first:
        life.home.surroundings.at_last.insert(0, finish)
    finish_first(life.home, _AtExit(finish))


def quietly(what: Callable[..., None], *args: Any) -> Callable[[], None]:
    """For ``at_exit``: the call, unless the run is over."""
    return partial(_unless_over, what, args)


def _unless_over(what: Callable[..., None], args: tuple[Any, ...]) -> None:
    if not here().unwinding:
        what(*args)
