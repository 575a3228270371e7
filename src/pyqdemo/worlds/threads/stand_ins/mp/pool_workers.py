"""What the workers of a ``multiprocessing.Pool`` are sent, and what they do.

**Source**: CPython, ``multiprocessing/pool.py``, 3.11 to 3.13.
"""

from __future__ import annotations

import multiprocessing.pool as real
import sys
from collections.abc import Callable, Iterable
from typing import Any

from pyqdemo.worlds.threads.pickling import dumps, loads
from pyqdemo.worlds.threads.stand_ins.mp.connections import Connection
from pyqdemo.worlds.threads.stand_ins.mp.crews import (
    WithTraceback,
    receive,
    simple_put,
    told_call,
)
from pyqdemo.worlds.threads.stand_ins.mp.locks import Handle
from pyqdemo.worlds.threads.world import here

__all__ = ["Call", "Calls", "raise_it", "worker"]

_library: Any = real


class Call:
    """A call on its way to a worker.

    Args:
        job: number of the result that it belongs to.
        place: in that.
        fn, args, kwargs: the call.
    """

    __slots__ = ("args", "fn", "job", "kwargs", "place")

    def __init__(self, job: int, place: int, fn: Any, args: Any, kwargs: Any) -> None:
        self.job = job
        self.place = place
        self.fn = fn
        self.args = args
        self.kwargs = kwargs

    def __reduce__(self) -> Any:
        return Call, (self.job, self.place, self.fn, self.args, self.kwargs)

    def __repr__(self) -> str:
        try:
            return told_call(self.fn, self.args, self.kwargs)
        except Exception:
            return "a call"  # its arguments are none: its worker will say so


class Calls:
    """Calls to be sent one by one.

    Args:
        calls: as they come from the program's iterable, or the error that this raised.
        set_length: told how many there were.
        told: how the record calls them.
    """

    def __init__(
        self,
        calls: Iterable[Call],
        set_length: Callable[[int], object] | None = None,
        told: str | None = None,
    ) -> None:
        self.calls = calls
        self.set_length = set_length
        self._told = told

    def __repr__(self) -> str:
        return self._told or ", ".join(map(repr, self.calls))


def raise_it(error: Exception) -> None:
    """Stands for a call whose arguments could not be had: the error reaches the caller as it is."""
    raise error


def worker(
    calls: Connection,
    sender: Connection,
    read_lock: Handle,
    results: str,
    initializer: Callable[..., object] | None,
    initargs: Iterable[Any],
    most: int | None,
) -> None:
    """A worker's life: it takes calls until it is told that there are no more.

    Args:
        calls, sender: the ends of the pipe of calls; it gives its handle of the second away, so
            that it notices when nobody is left who could send.
        read_lock: around each reading.
        results: where what the calls give goes.
        most: calls that it takes.
    """
    here().world.aside("pipe.close", (sender._shared_id,))
    sender._handle = None
    if initializer is not None:
        initializer(*initargs)
    done = 0
    while most is None or done < most:
        call = _next_call(calls, read_lock)
        if call is None:
            return
        try:
            outcome: tuple[bool, Any] = (True, call.fn(*call.args, **call.kwargs))
        except Exception as error:
            told = error if call.fn is raise_it else WithTraceback(error, _library.rebuild_exc)
            outcome = (False, told)
        _answer(call, outcome, results)
        del call, outcome
        done += 1


def _next_call(calls: Connection, read_lock: Handle) -> Call | None:
    frame = sys._getframe()
    try:
        read_lock.acquire(True, None, frame, scoped=True)
        try:
            data = receive(calls)
        finally:
            read_lock.release(frame)
    except (EOFError, OSError):
        return None
    call: Call | None = loads(data)
    return call


def _answer(call: Call, outcome: tuple[bool, Any], results: str) -> None:
    try:
        data = dumps((call.job, call.place, outcome))
    except Exception as error:
        outcome = (False, _library.MaybeEncodingError(error, outcome[1]))
        data = dumps((call.job, call.place, outcome))
    simple_put(results, data, outcome[1])
