"""What the workers of a ``ProcessPoolExecutor`` are sent, and what they do.

**Source**: CPython, ``concurrent/futures/process.py``, 3.11 to 3.13.
"""

from __future__ import annotations

import concurrent.futures.process as real
import sys
from collections.abc import Callable, Iterable
from typing import Any

from pyqdemo.worlds.threads.pickling import dumps
from pyqdemo.worlds.threads.stand_ins.futures import tell
from pyqdemo.worlds.threads.stand_ins.mp.connections import Connection
from pyqdemo.worlds.threads.stand_ins.mp.crews import WithTraceback, send, told_call
from pyqdemo.worlds.threads.stand_ins.mp.locks import Handle
from pyqdemo.worlds.threads.stand_ins.mp.queues import Queue
from pyqdemo.worlds.threads.world import Unwind, here

__all__ = ["CallItem", "worker"]

_frame = sys._getframe
_library: Any = real


class CallItem:
    """A call on its way to a worker.

    Args:
        number: of the submit.
    """

    __slots__ = ("args", "fn", "kwargs", "number")

    def __init__(self, number: int, fn: Any, args: Any, kwargs: Any) -> None:
        self.number = number
        self.fn = fn
        self.args = args
        self.kwargs = kwargs

    def __reduce__(self) -> Any:
        return CallItem, (self.number, self.fn, self.args, self.kwargs)

    def __repr__(self) -> str:
        return told_call(self.fn, self.args, self.kwargs)


def worker(
    calls: Queue,
    results: Connection,
    write_lock: Handle,
    initializer: Callable[..., object] | None,
    initargs: Iterable[Any],
    most: int | None,
) -> None:
    """A worker's life: it takes calls until it is told that there are no more.

    Args:
        results: where what the calls give goes, under the lock.
        most: calls that it takes.
    """
    if initializer is not None:
        try:
            initializer(*initargs)
        except Unwind:
            raise
        except BaseException as error:
            tell("Exception in initializer:", error)
            return  # the manager notices that it is over
    done = 0
    while (item := calls.get()) is not None:
        done += 1
        is_last = done == most
        value: Any = None
        failed: WithTraceback | None = None
        try:
            value = item.fn(*item.args, **item.kwargs)
        except Unwind:
            raise
        except BaseException as error:
            failed = WithTraceback(error, _library._rebuild_exc)
        _answer(item.number, value, failed, is_last, results, write_lock)
        del item, value, failed
        if is_last:
            return


def _answer(
    number: int,
    value: Any,
    failed: WithTraceback | None,
    is_last: bool,
    results: Connection,
    write_lock: Handle,
) -> None:
    leaver = here().home.main.state.number if is_last else None
    try:
        data = dumps((number, value, failed, leaver))
    except Unwind:
        raise
    except BaseException as cannot:
        failed = WithTraceback(cannot, _library._rebuild_exc)
        data = dumps((number, None, failed, leaver))
    frame = _frame()
    write_lock.acquire(True, None, frame, scoped=True)
    try:
        send(results, data, value if failed is None else failed)
    finally:
        write_lock.release(frame)
