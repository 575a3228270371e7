"""``multiprocessing.queues``: Queue, JoinableQueue and SimpleQueue."""

from __future__ import annotations

import operator
import queue as between_threads
import sys
import types
from collections.abc import Callable
from types import FrameType
from typing import Any

from pyqdemo.kernel.mp.agreed import SEM_VALUE_MAX
from pyqdemo.worlds.threads.lives import local
from pyqdemo.worlds.threads.pickling import dumps, loads
from pyqdemo.worlds.threads.stand_ins.failing import show
from pyqdemo.worlds.threads.stand_ins.mp.feeder import feeding, text_of
from pyqdemo.worlds.threads.stand_ins.mp.locks import check_inherited, seconds_of
from pyqdemo.worlds.threads.world import Unwind, here

__all__ = ["MADE", "NAMES", "JoinableQueue", "Queue", "SimpleQueue"]

_frame = sys._getframe
_MODULE = "multiprocessing.queues"


class _Sent:
    """What goes from process to process by its id, and by messages."""

    _queue_id: str
    _is_fork_ctx: bool

    def _make(
        self, kind: str, args: tuple[Any, ...], ctx: Any, frame: FrameType, capacity: int
    ) -> None:
        self._is_fork_ctx = ctx.get_start_method() == "fork"
        self._queue_id = here().world.share(kind, args, frame, capacity=capacity)

    def _called(self) -> str:
        """The class's name as the real one has it in its repr."""
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}"

    def _take(self, block: bool, timeout_s: float | None, frame: FrameType) -> Any:
        """The oldest message: under the read lock, but unpickled when that is given back."""
        world, id = here().world, self._queue_id
        deadline_ns = world.request("mp.read_lock", (id, block, timeout_s), frame)
        try:
            payload = world.request("mp.get", (id, block, deadline_ns), frame)
            while payload is None:
                payload = world.request("mp.get", (id,), frame)
        except (Unwind, between_threads.Empty):
            raise
        except BaseException:  # by a signal's handler
            world.request_at_once("mp.unlock", (id,), frame)
            raise
        return loads(payload)

    def _state(self) -> tuple[Any, ...]:
        check_inherited(self, self._is_fork_ctx)  # its locks say so
        return (self._queue_id,)

    def __repr__(self) -> str:
        return f"<{self._called()} object at {self._queue_id}>"

    def empty(self) -> bool:
        answer: bool = here().world.request("mp.ask", (self._queue_id, "empty"), _frame(1))
        return answer

    def close(self) -> None:
        here().world.request("mp.close", (self._queue_id,), _frame(1))


class Queue(_Sent):
    """``multiprocessing.queues.Queue``: a buffer and a feeder in each process that puts."""

    #: Id of the process that has put something by this object; a copy's by fork is not so.
    _fed_by: str | None = None

    def __init__(self, maxsize: int = 0, *, ctx: Any) -> None:
        self._make_queue("mp_queue", maxsize, ctx, _frame(1))

    def _make_queue(self, kind: str, maxsize: int, ctx: Any, frame: FrameType) -> None:
        limit = SEM_VALUE_MAX if maxsize <= 0 else operator.index(maxsize)
        if limit > SEM_VALUE_MAX:
            raise OverflowError("Python int too large to convert to C int")
        self._maxsize = limit
        capacity = 0 if maxsize <= 0 else limit
        self._make(kind, (capacity, self._called()), ctx, frame, capacity)

    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        bound = seconds_of(timeout)
        blocks = bool(block if sys.version_info >= (3, 12) else operator.index(block))
        self._fed_by = here().task.process.id
        feeder = feeding(self._queue_id)
        feeder.put(obj, blocks, bound, _frame(1), self._on_queue_feeder_error)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if timeout is not None and block:
            0.0 + timeout  # as where the library computes when it ends
        return self._take(bool(block), seconds_of(timeout), _frame(1))

    def qsize(self) -> int:
        size: int = here().world.request("mp.ask", (self._queue_id, "qsize"), _frame(1))
        return size

    def full(self) -> bool:
        answer: bool = here().world.request("mp.ask", (self._queue_id, "full"), _frame(1))
        return answer

    def get_nowait(self) -> Any:
        return self.get(False)

    def put_nowait(self, obj: Any) -> None:
        return self.put(obj, False)

    def join_thread(self) -> None:
        here().world.request("mp.join_thread", (self._queue_id,), _frame(1))

    def cancel_join_thread(self) -> None:
        here().world.request("mp.cancel_join", (self._queue_id,), _frame(1))

    @staticmethod
    def _on_queue_feeder_error(e: Exception, obj: Any) -> None:
        """What the feeder does with what cannot be pickled; a class may have another."""
        show(e)

    def __getstate__(self) -> tuple[Any, ...]:
        return (*self._state(), self._maxsize)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._queue_id, self._maxsize = state
        self._is_fork_ctx = False

    def __del__(self) -> None:
        life = getattr(local, "life", None)
        if life is not None and self._fed_by == life.task.process.id:
            feeding(self._queue_id, life.home).forget()

    if sys.version_info >= (3, 12):
        __class_getitem__: Any = classmethod(types.GenericAlias)


class JoinableQueue(Queue):
    """``multiprocessing.queues.JoinableQueue``."""

    def __init__(self, maxsize: int = 0, *, ctx: Any) -> None:
        self._make_queue("mp_joinable", maxsize, ctx, _frame(1))

    def task_done(self) -> None:
        world, id, frame = here().world, self._queue_id, _frame(1)
        if world.request_at_once("mp.task_done", (id,), frame) is False:
            world.request("mp.hang", (id, "task_done"), frame)

    def join(self) -> None:
        world, id, frame = here().world, self._queue_id, _frame(1)
        match world.request("mp.join", (id,), frame):
            case "wait":
                world.request("mp.joined", (id,), frame)
            case "stuck":
                world.request("mp.hang", (id, "join"), frame)


class SimpleQueue(_Sent):
    """``multiprocessing.queues.SimpleQueue``: who puts writes into the pipe itself."""

    _is_closed = False

    def __init__(self, *, ctx: Any) -> None:
        self._make("mp_simple", (), ctx, _frame(1), 0)

    def put(self, obj: Any) -> None:
        world, id, frame = here().world, self._queue_id, _frame(1)
        facts = (id, dumps(obj), *text_of(obj))
        whole = world.request("mp.simple_put", facts, frame)
        try:
            while not whole:
                whole = world.request("mp.simple_put", (id, None), frame)
        except Unwind:
            raise
        except BaseException:  # by a signal's handler
            world.request_at_once("mp.unlock", (id,), frame)
            raise

    def get(self) -> Any:
        return self._take(True, None, _frame(1))

    def close(self) -> None:
        here().world.request("mp.close", (self._queue_id,), _frame(1))
        self._is_closed = True

    def __getstate__(self) -> tuple[Any, ...]:
        state = self._state()
        if self._is_closed:
            raise OSError("handle is closed")
        return state

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        (self._queue_id,) = state
        self._is_fork_ctx = False

    __class_getitem__: Any = classmethod(types.GenericAlias)


def _joinable(ctx: Any, maxsize: int = 0) -> JoinableQueue:
    return JoinableQueue(maxsize, ctx=ctx.get_context())


def _queue(ctx: Any, maxsize: int = 0) -> Queue:
    return Queue(maxsize, ctx=ctx.get_context())


def _simple(ctx: Any) -> SimpleQueue:
    return SimpleQueue(ctx=ctx.get_context())


for _make in (_queue, _joinable, _simple):
    _make.__qualname__ = f"BaseContext.{_make.__annotations__['return']}"  # as errors have it

#: What a context makes, called with that first.
MADE: dict[str, Callable[..., Any]] = {
    "Queue": _queue,
    "JoinableQueue": _joinable,
    "SimpleQueue": _simple,
}

#: Of ``multiprocessing.queues``; the errors are the real ones.
NAMES: dict[str, Any] = {
    "Queue": Queue,
    "JoinableQueue": JoinableQueue,
    "SimpleQueue": SimpleQueue,
    "Empty": between_threads.Empty,
    "Full": between_threads.Full,
}

for _class in (Queue, JoinableQueue, SimpleQueue):
    _class.__module__ = _MODULE
