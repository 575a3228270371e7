"""How what carries a run is told: its tasks, what they attempt, and what the models hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from pyqdemo.kernel.mp.bytes_in_pipes import PagedBytes
from pyqdemo.kernel.mp.queue_models import Side
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.queues import QueueModel
from pyqdemo.kernel.tasks import Task
from pyqdemo.worlds.threads.encoded_objects import way_of_objects
from pyqdemo.worlds.threads.encoding import Encoding, Way
from pyqdemo.worlds.threads.lives import Home, Life
from pyqdemo.worlds.threads.modules import Builtin
from pyqdemo.worlds.threads.stand_ins.streams import Stream

__all__ = ["Facts", "label_of", "tell_process", "tell_task", "way_of"]


#: Modules of ours whose objects say nothing about a state.
_NOTHING_TO_IT = (
    *("pyqdemo.observing", "pyqdemo.loading", "pyqdemo.worlds.threads.programs"),
    *("pyqdemo.worlds.threads.inside", "pyqdemo.worlds.threads.sources"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a state is told with.

    Attributes:
        now_ns: the virtual time.
        times: whether moments that lie ahead count; they are told as seen from now.
        counting: whether the program can see by how much the counter behind ``task_done`` is
            above 0; if not, only that it is.
        showing: whether the program can see variables that their function reads no more.
        crowded: processes, by their main tasks, in which several tasks are alive.
        pages: where bytes lie in the pages of a pipe counts; see ``PagedBytes.crowded``.
    """

    now_ns: int
    times: bool
    counting: bool
    showing: bool
    crowded: frozenset[Task]
    pages: bool


def way_of(kind: type) -> Way:
    """How objects of a type are told that is in no table."""
    if kind in _RUN:
        return _RUN[kind]
    if issubclass(kind, Stream):
        return _stream
    if kind.__module__.startswith("pyqdemo."):
        if issubclass(kind, QueueModel):
            return _queue
        if issubclass(kind, Operation):
            return _operation
        if hasattr(kind, "matters"):
            return _model
        if hasattr(kind, "untold"):
            return _part
        if kind.__module__.startswith(_NOTHING_TO_IT):
            return _constant
    return way_of_objects(kind)


def label_of(value: Any) -> str | None:
    """By what a task, or what the program has of one, comes before others in a set."""
    if type(value) is Task:
        return value.id
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None
    if isinstance(task := held.get("_task"), Task):
        return task.id
    model = held.get("_future_model")
    return None if model is None else str(model.id)


def _task(encoding: Encoding, task: Task) -> None:
    encoding.put(b"TA", task.id, task.alive)


def _life(encoding: Encoding, life: Life) -> None:
    encoding.put(b"LI", life.task.id, life.carrier is None)


def _home(encoding: Encoding, home: Home) -> None:
    encoding.put(b"HO", home.main.id)


def _stream(encoding: Encoding, stream: Any) -> None:
    encoding.put(b"ST", stream.name)


def _builtin(encoding: Encoding, value: Builtin) -> None:
    encoding.put(b"BU", encoding.ref(value.__func__))


def _constant(encoding: Encoding, value: Any) -> None:
    """What is nothing to the program, but for its being there."""
    encoding.put(b"CT", type(value).__qualname__)


def _operation(encoding: Encoding, operation: Operation) -> None:
    """Its deadline is told with the task that attempts it."""
    _named(encoding, operation, operation.matters())


def _model(encoding: Encoding, model: Any) -> None:
    _named(encoding, model, model.matters())


def _part(encoding: Encoding, part: Any) -> None:
    held = vars(part)
    _named(encoding, part, {name: held[name] for name in held if name not in part.untold})


def _queue(encoding: Encoding, queue: Any) -> None:
    held = dict(queue.matters())
    if not encoding.facts.counting:
        held["unfinished"] = queue.unfinished > 0
    _named(encoding, queue, held)


def _named(encoding: Encoding, value: Any, held: Mapping[str, Any]) -> None:
    told = [_tasks(each) if type(each) is set else encoding.ref(each) for each in held.values()]
    encoding.put(b"MO", type(value).__qualname__, list(held), told)


def _tasks(tasks: set[Task]) -> list[str]:
    """The sets of the models are of tasks, and in no order."""
    return sorted(task.id for task in tasks)


#: What is exactly of one of our types.
def _paged(encoding: Encoding, room: PagedBytes) -> None:
    """The bytes themselves are told with the messages."""
    encoding.put(b"PB", room.available(), room.lie() if encoding.facts.pages else None)


_RUN: dict[type, Way] = {
    PagedBytes: _paged,
    Task: _task,
    Life: _life,
    Home: _home,
    Builtin: _builtin,
    FrameType: _constant,
}


def tell_task(encoding: Encoding, task: Task, facts: Facts) -> None:
    """A task that is alive: what it attempts, and what it has for itself besides its stack."""
    operation = task.pending
    due = None if operation is None else operation.deadline_ns
    encoding.put(
        b"t",
        task.id,
        str(task.kind),
        task.daemon,
        task.alive,
        None if operation is None else operation.kind,
        encoding.ref(operation),
        None if due is None or not facts.times else max(0, due - facts.now_ns),
        due is None,
        operation is not None and _remembers(task, operation, facts),
        list(task.signals),
        None if task.saw_ns is None else (task.saw_ns == facts.now_ns and task.looks),
        task.children,
        sorted((kind, count) for kind, count in task.made.items() if _has_names(kind)),
    )


def _remembers(task: Task, operation: Operation, facts: Facts) -> bool:
    """Whether it counts that an operation has been waiting: for another task of its process may
    close the end of a pipe on which it is attempted."""
    remembers = getattr(operation, "remembers", False) and task.process in facts.crowded
    return remembers and operation.told


def _has_names(kind: str) -> bool:
    """Whether the ids of such resources are something that the program goes by."""
    return kind.lstrip("~").startswith(("mp_", "pipe_end", "future", "feeder"))


def tell_process(encoding: Encoding, main: Task, home: Home | None) -> None:
    """What a process has, beside its modules."""
    state = main.state
    sides = [
        (id, side, _objects(home, id))
        for id, side in sorted(state.buffers.items())
        if type(side) is Side
    ]
    encoding.put(
        b"p",
        main.id,
        [state.number, state.alive, state.reaped, state.exit_code, state.on_sigterm],
        None if state.parent is None else state.parent.id,
        list(state.ends.items()),
        [(stream, sum(map(len, texts))) for stream, texts in state.unwritten.items() if texts],
    )
    for id, side, objects in sides:
        flags = (side.closed, side.ends_closed, side.hung_up, side.leaving, side.unwaited)
        held = [None if each is None else objects.get(each.handle) for each in side.buffer]
        hand = None if side.in_hand is None else objects.get(side.in_hand.handle)
        marks = [each is None for each in side.buffer]
        refs = [*encoding.refs(held), side.in_hand is None, encoding.ref(hand)]
        encoding.put(b"s", id, flags, marks, refs, encoding.ref(side.feeder))


def _objects(home: Home | None, id: str) -> Mapping[str, Any]:
    """The objects that a process has put into a queue, by their handles."""
    feeding = None if home is None else home.scratch.get("feedings", {}).get(id)
    return {} if feeding is None else feeding._objects
