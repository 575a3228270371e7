"""``queue``: Queue, LifoQueue, PriorityQueue and SimpleQueue."""

from __future__ import annotations

import queue as real
import sys
import types
from collections import deque
from threading import TIMEOUT_MAX
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.queue_attributes import AssignQueue, LookQueue
from pyqdemo.kernel.queues import (
    AskQueue,
    Get,
    JoinQueue,
    Put,
    QueueModel,
    ShutDownQueue,
    TaskDone,
)
from pyqdemo.kernel.stores import FifoStore, HeapStore, HookedStore, LifoStore, OwnStore
from pyqdemo.worlds.threads.stand_ins.locks import Lock, awaited, bound_of
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.stand_ins.queue_parts import OwnHooks, QueueCondition
from pyqdemo.worlds.threads.stand_ins.values import short
from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["NAMES", "LifoQueue", "PriorityQueue", "Queue", "SimpleQueue"]

_frame = sys._getframe


class _Seen:
    """An attribute of a queue. Using it is an operation, but for the queue's own hooks."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, queue: Any, owner: type | None = None) -> Any:
        if queue is None:
            return self
        model = queue._queue_model
        if _hook_runs(model):
            return model.look(self._name)
        return here().world.perform(LookQueue(model, self._name), _frame(1))

    def __set__(self, queue: Any, given: Any) -> None:
        model = queue._queue_model
        if _hook_runs(model):
            model.assign(self._name, given)
        else:
            here().world.perform(AssignQueue(model, self._name, given), _frame(1))


def _unless_it_waits(
    operation: Operation, missed: type[Exception], timeout: float, frame: FrameType
) -> Any:
    """An operation whose bound is more than a lock can wait: that is refused where it would
    have to wait, in the text of this Python."""
    try:
        return here().world.perform(operation, frame)
    except missed:
        pass
    return bound_of(timeout)  # raises


def _hook_runs(model: QueueModel) -> bool:
    return isinstance(model.store, HookedStore) and model.store.inside


class Queue:
    """``queue.Queue``: first in, first out."""

    _queue_model: QueueModel

    def __init__(self, maxsize: int = 0) -> None:
        kind, new_store = _kind(type(self))
        store = new_store()
        hooked = HookedStore(store, OwnHooks(self)) if _has_own_hooks(type(self)) else None
        model = QueueModel(kind, hooked or store, maxsize, short)
        capacity = max(0, maxsize) if isinstance(maxsize, int) else None
        self._queue_model = made(model, _frame(1), capacity=capacity)
        if hooked is not None:
            hooked.run(self._init, maxsize)

    maxsize = _Seen()
    unfinished_tasks = _Seen()
    queue = _Seen()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        model, frame = self._queue_model, _frame(1)
        # Only a put that may have to wait looks at its bound.
        bound = timeout if timeout is not None and block and model.maxsize > 0 else None
        if bound is not None and bound > TIMEOUT_MAX:
            _unless_it_waits(Put(model, item, False), real.Full, bound, frame)
        else:
            here().world.perform(Put(model, item, bool(block), bound), frame)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        model, frame = self._queue_model, _frame(1)
        if timeout is not None and block and timeout > TIMEOUT_MAX:
            return _unless_it_waits(Get(model, False), real.Empty, timeout, frame)
        bound = timeout if block else None
        return here().world.perform(Get(model, bool(block), bound), frame)

    def put_nowait(self, item: Any) -> None:
        return self.put(item, block=False)

    def get_nowait(self) -> Any:
        return self.get(block=False)

    def qsize(self) -> int:
        size: int = here().world.perform(AskQueue(self._queue_model, "qsize"), _frame(1))
        return size

    def empty(self) -> bool:
        answer: bool = here().world.perform(AskQueue(self._queue_model, "empty"), _frame(1))
        return answer

    def full(self) -> bool:
        answer: bool = here().world.perform(AskQueue(self._queue_model, "full"), _frame(1))
        return answer

    def task_done(self) -> None:
        here().world.at_once(TaskDone(self._queue_model), _frame(1))

    def join(self) -> None:
        here().world.perform(JoinQueue(self._queue_model), _frame(1))

    if sys.version_info >= (3, 13):
        is_shutdown = _Seen()

        def shutdown(self, immediate: bool = False) -> None:
            here().world.at_once(ShutDownQueue(self._queue_model, bool(immediate)), _frame(1))

    @property
    def mutex(self) -> Lock:
        """The lock around every operation. It is made when it is first asked for."""
        model = here().world.perform(LookQueue(self._queue_model, "mutex"), _frame(1))
        lock: Lock | None = self.__dict__.get(_MUTEX)
        if lock is None:
            lock = self.__dict__[_MUTEX] = Lock.__new__(Lock)
            lock._model = model
        return lock

    @property
    def not_empty(self) -> QueueCondition:
        return QueueCondition(self.mutex)

    @property
    def not_full(self) -> QueueCondition:
        return QueueCondition(self.mutex)

    @property
    def all_tasks_done(self) -> QueueCondition:
        return QueueCondition(self.mutex)

    def __getstate__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.lock' object")

    def __forked__(self, copy: Copying) -> Any:
        return _forked(self, copy)

    # What a class of the program's own may have others of. These here are called where such
    # a class calls them, and see to it that the items keep their ids.

    def _init(self, maxsize: int) -> None:
        self.queue = deque()

    def _qsize(self) -> int:
        return len(self.queue)

    def _put(self, item: Any) -> None:
        store = self._queue_model.store
        if isinstance(store, HookedStore) and store.inside:
            store.inner_put(item)
        else:
            _kind(type(self))[1].add(self.queue, item)

    def _get(self) -> Any:
        store = self._queue_model.store
        if isinstance(store, HookedStore) and store.inside:
            return store.inner_get()
        return _kind(type(self))[1].take(self.queue)

    __class_getitem__: Any = classmethod(types.GenericAlias)


class LifoQueue(Queue):
    """``queue.LifoQueue``: last in, first out."""

    def _init(self, maxsize: int) -> None:
        self.queue = []


class PriorityQueue(Queue):
    """``queue.PriorityQueue``: the smallest first."""

    def _init(self, maxsize: int) -> None:
        self.queue = []


class SimpleQueue:
    """``queue.SimpleQueue``: first in, first out, and never full."""

    _queue_model: QueueModel

    # As the real one it needs no __init__: a class of the program's own may have another.
    def __new__(cls, *args: Any, **kwargs: Any) -> SimpleQueue:
        if (args or kwargs) and cls.__init__ is object.__init__:
            kind = "positional" if args else "keyword"
            raise TypeError(f"SimpleQueue() takes no {kind} arguments")
        self = object.__new__(cls)
        model = QueueModel("simple", FifoStore(), 0, short)
        self._queue_model = made(model, _frame(1), capacity=0)
        return self

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        here().world.perform(Put(self._queue_model, item), _frame(1))

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        bound = bound_of(timeout) if block else None
        return here().world.perform(Get(self._queue_model, bool(block), bound), _frame(1))

    def put_nowait(self, item: Any) -> None:
        self.put(item)

    def get_nowait(self) -> Any:
        return self.get(False)

    def qsize(self) -> int:
        size: int = here().world.perform(AskQueue(self._queue_model, "qsize"), _frame(1))
        return size

    def empty(self) -> bool:
        answer: bool = here().world.perform(AskQueue(self._queue_model, "empty"), _frame(1))
        return answer

    def __getstate__(self) -> NoReturn:
        raise TypeError("cannot pickle '_queue.SimpleQueue' object")

    def __forked__(self, copy: Copying) -> Any:
        return _forked(self, copy)

    __class_getitem__: Any = classmethod(types.GenericAlias)


def _forked(queue: Any, copy: Copying) -> Any:
    """The items are copied with their ids."""
    model: QueueModel = queue._queue_model
    if isinstance(model.store, HookedStore) or awaited(model.id):
        copy.refuse(f"queue.{type(queue).__name__}")
    twin = copy.alike(queue)
    store = model.store
    if isinstance(store, HeapStore):
        new = copy(store)
        copy.at_last(lambda: _rekey(store, new, copy))
    return twin


def _rekey(store: Any, new: Any, copy: Copying) -> None:
    """Its items' ids go by the objects, and these are others now."""
    new._ids = {id(copy(value)): deque(store._ids.get(id(value), ())) for value in store.items}
    for key in [key for key, waiting in new._ids.items() if not waiting]:
        del new._ids[key]


_MUTEX = "queue.mutex"  # no name that a class of the program's own could have
_HOOKS = ("_init", "_qsize", "_put", "_get")
_OURS = {getattr(kind, name) for kind in (Queue, LifoQueue, PriorityQueue) for name in _HOOKS}
_KINDS: dict[type, tuple[str, type[OwnStore]]] = {
    Queue: ("queue", FifoStore),
    LifoQueue: ("lifo", LifoStore),
    PriorityQueue: ("priority", HeapStore),
}


def _kind(kind: type) -> tuple[str, type[OwnStore]]:
    """What a queue class is at bottom."""
    return next(_KINDS[base] for base in kind.__mro__ if base in _KINDS)


def _has_own_hooks(kind: type) -> bool:
    """Whether a class of the program's own keeps its items in its own way."""
    return kind not in _KINDS and not all(getattr(kind, name) in _OURS for name in _HOOKS)


#: What the program finds in its module ``queue``; the errors are the real ones.
NAMES: dict[str, Any] = {
    name: getattr(real, name) for name in ("Empty", "Full", "ShutDown") if hasattr(real, name)
} | {kind.__name__: kind for kind in (Queue, LifoQueue, PriorityQueue, SimpleQueue)}

for _class in (Queue, LifoQueue, PriorityQueue):
    _class.__module__ = "queue"
SimpleQueue.__module__ = "_queue"
