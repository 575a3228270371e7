"""What a task or resource is called in a sentence."""

from __future__ import annotations

from pyqdemo.analysis.names import is_inner
from pyqdemo.analysis.sentences import same
from pyqdemo.analysis.state import RunState
from pyqdemo.languages import Text

__all__ = ["is_inner", "label", "the_label"]

_QUEUE = Text("queue", "队列")
_PIPE = Text("pipe", "管道")
_POOL = Text("pool", "工作池")
_KINDS = {
    "queue": _QUEUE,
    "lifo": Text("LIFO queue", "后进先出队列"),
    "priority": Text("priority queue", "优先级队列"),
    "simple": _QUEUE,
    "joinable": _QUEUE,
    "pipe_end": Text("pipe end", "管道端"),
    "lock": Text("lock", "锁"),
    "rlock": Text("rlock", "可重入锁"),
    "condition": Text("condition", "条件变量"),
    "semaphore": Text("semaphore", "信号量"),
    "bounded_semaphore": Text("bounded semaphore", "有界信号量"),
    "event": Text("event", "事件"),
    "barrier": Text("barrier", "栅栏"),
    "executor": _POOL,
    "future": Text("future", "future"),
    "value": Text("value", "共享值"),
    "array": Text("array", "共享数组"),
}


def label(state: RunState, id: str | None) -> Text:
    """Its own name; the only queue or the only pipe of a run is just that, in each language.

    So is the only pool, if no variable names it.
    """
    queue = state.queues.get(id or "")
    if queue is None:
        return _name(state, id)
    if queue.resource.kind == "pipe_end":
        pipes = {other.resource.of or other.resource.id for other in state.queues.values()}
        return _PIPE if len(pipes) == 1 else _name(state, queue.resource.of or id)
    return _QUEUE if len(state.queues) == 1 else _name(state, id)


def _name(state: RunState, id: str | None) -> Text:
    """The program's own name for it; for want of one its kind and number, in words."""
    name = state.name(id)
    resource = state.resources.get(id or "")
    if resource is None:
        return same(name)
    kind, _, number = name.rpartition("-")
    words = _KINDS.get(kind.removeprefix("mp_"))
    if kind != resource.kind or words is None or not number.isdecimal():
        return same(name)
    if words is _POOL and state.is_only(id):
        return _POOL
    return Text(f"{words.en} {number}", f"{words.zh} {number}")


def the_label(state: RunState, id: str | None) -> Text:
    """The same inside an English sentence: ``the queue``, but ``orders``."""
    found = label(state, id)
    return Text(f"the {found.en}", found.zh) if found in (_QUEUE, _PIPE, _POOL) else found
