"""Every queue of ``multiprocessing``, and every operation on one, by name."""

from __future__ import annotations

from collections.abc import Callable

from pyqdemo.kernel.mp.joinable import Hang, Join, JoinableModel, Joined, TaskDone
from pyqdemo.kernel.mp.queue_ends import (
    CancelJoin,
    Close,
    Finish,
    Forget,
    HangUp,
    JoinThread,
    Unlock,
)
from pyqdemo.kernel.mp.queue_gets import Ask, Get, ReadLock
from pyqdemo.kernel.mp.queue_models import QueueModel, SimpleQueueModel
from pyqdemo.kernel.mp.queue_puts import Deliver, Drop, Feed, Leave, Put, SimplePut
from pyqdemo.kernel.operations import Model, Operation

__all__ = ["MODELS", "OPERATIONS"]

#: Made of (maxsize, name of the class), a simple one of nothing.
MODELS: dict[str, Callable[..., Model]] = {
    "mp_queue": QueueModel,
    "mp_joinable": JoinableModel,
    "mp_simple": SimpleQueueModel,
}

OPERATIONS: dict[str, Callable[..., Operation]] = {
    "mp.put": Put,
    "mp.leave": Leave,
    "mp.feed": Feed,
    "mp.drop": Drop,
    "mp.deliver": Deliver,
    "mp.simple_put": SimplePut,
    "mp.read_lock": ReadLock,
    "mp.get": Get,
    "mp.unlock": Unlock,
    "mp.ask": Ask,
    "mp.close": Close,
    "mp.forget": Forget,
    "mp.hang_up": HangUp,
    "mp.join_thread": JoinThread,
    "mp.finish": Finish,
    "mp.cancel_join": CancelJoin,
    "mp.task_done": TaskDone,
    "mp.join": Join,
    "mp.joined": Joined,
    "mp.hang": Hang,
}
