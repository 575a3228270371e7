"""Derived intervals, and the tables by which two runs of one program are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyqdemo.analysis.items import Item, ItemTable
from pyqdemo.analysis.now import State, TaskNow
from pyqdemo.analysis.state import RunState
from pyqdemo.trace import Event, Phase, Record, TaskKind, Trace

__all__ = ["ItemRow", "Span", "SpanRow", "Spans", "Tables", "TaskRow", "tables"]


#: Parts of an operation that is one natively → that operation.
_CALLED = {"read_lock": "get", "deliver": "feed"}
#: What an item goes through inside a queue; natively that is seen only where it waits. That it
#: is lost there is told by where it is left.
_INSIDE = frozenset({"feed", "deliver", "drop", "lost"})


@dataclass(frozen=True, slots=True)
class Span:
    """A task was in one state from one event to another.

    Attributes:
        operation, resource: what it waited in; None unless blocked or sleeping.
        from_seq, from_ns: the event that put it into this state, and its time.
        to_seq, to_ns: the event that ended it; None and the last time known for a state
            that lasted to the end of the record.
    """

    task: str
    state: State
    operation: str | None
    resource: str | None
    from_seq: int
    from_ns: int
    to_seq: int | None
    to_ns: int


class Spans:
    """Cuts each task's life into spans, from its first event to its end.

    A task has no span before it has begun and none after it is over; that it is over shows
    in ``state``. One in the same state after another is one span.

    A ``get`` from a multiprocessing queue that waits for the read lock, and then with it for
    an item, is one call and has one span, as it has natively, where the moment in between is
    not seen: its operation is ``get`` throughout. (``RunState`` tells the two apart: they
    wait for different things.) A feeder's wait to deliver is called ``feed`` likewise, and a
    process's wait for its feeder, with which its exit begins, ``exit``.
    """

    def __init__(self, speed: float | None = None) -> None:
        self.state = RunState(speed)
        self._done: list[Span] = []
        self._open: dict[str, Span] = {}

    def add(self, record: Record) -> None:
        """Takes in the next record."""
        self.state.add(record)
        if type(record) is not Event:
            return
        part = record.operation == "read_lock" or _is_leaving(record.operation, record.value)
        if part and record.phase is Phase.DONE and not record.raised and self._waits(record.task):
            return  # its get, or its exit, goes on
        self._look(self.state.tasks[record.task], record)
        if record.operation in ("exit", "die", "join", "is_alive"):  # what may end other tasks
            for now in self.state.tasks.values():
                self._look(now, record)

    def result(self) -> tuple[Span, ...]:
        """All spans so far, task by task, each in order."""
        at = self.state.now_ns
        last = [_ended(span, None, at) for span in self._open.values()]
        place = {task: n for n, task in enumerate(self.state.tasks)}
        return tuple(
            sorted([*self._done, *last], key=lambda span: (place[span.task], span.from_seq))
        )

    def _waits(self, task: str) -> bool:
        span = self._open.get(task)
        return span is not None and span.state is State.BLOCKED

    def _look(self, now: TaskNow, event: Event) -> None:
        span = self._open.get(now.task.id)
        told = (now.state, _CALLED.get(now.operation or "", now.operation), now.resource)
        if _is_leaving(now.operation, now.value):
            told = (now.state, "exit", None)
        if span is not None:
            if (span.state, span.operation, span.resource) == told:
                return
            del self._open[now.task.id]
            self._done.append(_ended(span, event.seq, event.at_ns))
        if now.state in (State.READY, State.BLOCKED, State.SLEEPING):
            seq, at = event.seq, event.at_ns
            self._open[now.task.id] = Span(now.task.id, *told, seq, at, None, at)


def _is_leaving(operation: str | None, value: str | None) -> bool:
    return operation == "join_thread" and value == "feeder"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task without what differs from run to run; all feeders are called the same."""

    id: str
    kind: str
    name: str
    role: str | None
    parent: str | None
    process: str
    daemon: bool
    how: State


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item: who did what with it, and where it was left.

    Attributes:
        moves: (task, operation, resource) from the put on, without its way inside a queue.
        left: a resource's or task's id; ``lost`` or ``drop`` for an item that is lost.
    """

    id: str
    value: str | None
    maker: str
    moves: tuple[tuple[str, str, str | None], ...]
    users: tuple[str, ...]
    left: str | None


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A span without its times; its place among those of its task is the row's place."""

    task: str
    state: State
    operation: str | None
    resource: str | None


@dataclass(frozen=True, slots=True)
class Tables:
    """A run without times and without the order of unrelated events.

    Two runs of a program whose tasks do the same in the same order have equal tables,
    whoever carried them and whatever the clock; each table is sorted by id.
    """

    tasks: tuple[TaskRow, ...]
    items: tuple[ItemRow, ...]
    spans: tuple[SpanRow, ...]


def tables(trace: Trace) -> Tables:
    """The three tables of a trace."""
    spans, items = Spans(trace.header.speed), ItemTable()
    records: list[Record] = [*trace.tasks, *trace.resources, *trace.events]
    for record in records:
        spans.add(record)
        items.add(record)
    found = spans.result()
    state = spans.state
    if trace.outcome is not None:
        state.finish(trace.outcome)
    return Tables(
        tasks=tuple(_task_row(state.tasks[id]) for id in sorted(state.tasks, key=_order)),
        items=tuple(_item_row(items.items[id]) for id in sorted(items.items, key=_order)),
        spans=tuple(
            SpanRow(span.task, span.state, span.operation, span.resource)
            for span in sorted(found, key=lambda span: (_order(span.task), span.from_seq))
        ),
    )


def _order(id: str) -> tuple[list[int], str]:
    """Ids in the order they were given: ``0.2`` before ``0.10``."""
    return [int(number) for number in re.findall(r"\d+", id)], id


def _ended(span: Span, seq: int | None, at_ns: int) -> Span:
    where = (span.task, span.state, span.operation, span.resource)
    return Span(*where, span.from_seq, span.from_ns, seq, max(at_ns, span.from_ns))


def _task_row(now: TaskNow) -> TaskRow:
    task = now.task
    return TaskRow(
        id=task.id,
        kind=str(task.kind),
        name=task.name if task.kind is not TaskKind.FEEDER else str(task.kind),
        role=task.role,
        parent=task.parent,
        process=task.process,
        daemon=task.daemon,
        how=now.state,
    )


def _item_row(item: Item) -> ItemRow:
    return ItemRow(
        id=item.id,
        value=item.value,
        maker=item.maker,
        moves=tuple(
            (move.task, move.operation, move.resource)
            for move in item.moves
            if move.operation not in _INSIDE
        ),
        users=tuple(item.users),
        left=item.lost or item.place or item.hand,
    )
