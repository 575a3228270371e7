"""A run as lanes: a column for each task and each place where items lie, a row for each step.

Plain data for whoever draws it. Native and controlled runs alike: what happens in a row is
told by its events, how every other task stands by the state of the run after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, groupby

from pyqdemo.analysis.channels import BUFFERED, CHANNELS
from pyqdemo.analysis.doings import tell_doing, tell_printed
from pyqdemo.analysis.failures import failures, source_at
from pyqdemo.analysis.labels import is_inner, label
from pyqdemo.analysis.lane_rows import Group, groups
from pyqdemo.analysis.now import State
from pyqdemo.analysis.sentences import joined
from pyqdemo.analysis.state import RunState
from pyqdemo.languages import Text
from pyqdemo.trace import Event, Phase, Record, Task, TaskKind, Trace

__all__ = ["Column", "Lane", "Lanes", "Mark", "Move", "Part", "Row", "Store", "lanes"]


class Mark(StrEnum):
    """How a task stands in a row."""

    NONE = "none"  # not there yet, or no longer
    STEPS = "steps"  # this row is its own
    COULD_GO = "could_go"
    BLOCKED = "blocked"
    SLEEPING = "sleeping"
    ENDS = "ends"  # this row is its own, and its last
    FAILS = "fails"  # likewise, by an exception or from outside


class Part(StrEnum):
    """Which part of a queue a store is."""

    QUEUE = "queue"
    BUFFER = "buffer"
    PIPE = "pipe"


@dataclass(frozen=True, slots=True)
class Lane:
    """The column of a task."""

    task: Task


@dataclass(frozen=True, slots=True)
class Store:
    """The column of a place where items lie.

    Attributes:
        resource: id of the queue, or of the pipe's end from which they were sent.
        name: of the queue; empty where it is the only one.
    """

    resource: str
    part: Part
    name: Text


Column = Lane | Store


@dataclass(frozen=True, slots=True)
class Move:
    """An item went from one column to another.

    Attributes:
        start, end: places of both among the columns.
    """

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """What one task did at once.

    Attributes:
        first, last: steps that it stands for; None natively.
        seq: of its first event.
        at_ns: time of its last event, on the run's own clock.
        task: who did it.
        marks: how each task stands after it; ``NONE`` for a store.
        lying: for each store the values that lie in it after it, in their order; empty for
            a task.
        moves: items that changed columns.
        told: in a few words, without who did it.
        in_short: the same where the line stands beside it; empty if it only came to that.
        location: ``file.py:31``.
        source: that line of the program, without blanks around it; empty if unknown.
        blocked: it is only told that the task waits from here on, for ever.
    """

    first: int | None
    last: int | None
    seq: int
    at_ns: int
    task: str
    marks: tuple[Mark, ...]
    lying: tuple[tuple[str, ...], ...]
    moves: tuple[Move, ...]
    told: Text
    in_short: Text
    location: str | None = None
    source: str = ""
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Lanes:
    """A run, laid out.

    Attributes:
        columns: from the left: whoever puts, where items lie, the others.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def lanes(trace: Trace, *, breaks: Collection[int] = ()) -> Lanes:
    """Lays a run out.

    Args:
        breaks: steps with which a row of their own begins.
    """
    columns = tuple(_columns(trace))
    laying = _Laying(trace, columns)
    rows = tuple(laying.row(group) for group in groups(trace, frozenset(breaks)))
    return Lanes(columns, rows)


def _columns(trace: Trace) -> Iterator[Column]:
    """Main, then whoever puts first of all, then the stores with their feeders, then the rest."""
    names = RunState()
    for record in chain[Record](trace.tasks, trace.resources):
        names.add(record)
    used = _used(trace)
    stores = [one for one in trace.resources if one.id in used]
    first: dict[str, str] = {}
    for event in trace.events:
        if event.operation in ("put", "send", "get", "recv") and event.resource in used:
            first.setdefault(event.task, event.operation)
    feeders = [task for task in trace.tasks if task.kind is TaskKind.FEEDER]
    others = [task for task in trace.tasks if task.kind is not TaskKind.FEEDER]
    givers = [task for task in others if first.get(task.id) in ("put", "send")]
    left = [task for task in others if task.kind is TaskKind.MAIN and task not in givers]
    yield from map(Lane, (*left, *givers))
    several = len(stores) > 1
    for store in stores:
        name = label(names, store.id) if several else Text("", "")
        if store.kind in BUFFERED:
            mine = [task for task in feeders if _feeds(trace, task, store.id)]
            yield Store(store.id, Part.BUFFER, name)
            yield from map(Lane, mine)
            yield Store(store.id, Part.PIPE, name)
            feeders = [task for task in feeders if task not in mine]
        else:
            pipe = store.kind in ("pipe_end", "mp_simple")
            yield Store(store.id, Part.PIPE if pipe else Part.QUEUE, name)
    yield from map(Lane, feeders)
    yield from (Lane(task) for task in others if task not in left and task not in givers)


def _used(trace: Trace) -> frozenset[str]:
    """Queues, and ends of pipes, into which something was put."""
    kinds = {one.id for one in trace.resources if one.kind in CHANNELS and not is_inner(one.id)}
    return frozenset(
        event.resource
        for event in trace.events
        if event.operation in ("put", "send")
        and event.phase is Phase.DONE
        and event.resource in kinds
        and not event.raised
    )


def _feeds(trace: Trace, task: Task, resource: str) -> bool:
    return any(event.task == task.id and event.resource == resource for event in trace.events)


class _Laying:
    """Follows the run and makes its rows."""

    def __init__(self, trace: Trace, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._state = RunState(trace.header.speed)
        for record in chain[Record](trace.tasks, trace.resources):
            self._state.add(record)
        self._lines = {file.name: file.text.splitlines() for file in trace.header.program}
        self._lane = {
            one.task.id: place for place, one in enumerate(columns) if isinstance(one, Lane)
        }
        self._store = {
            (one.resource, one.part): place
            for place, one in enumerate(columns)
            if isinstance(one, Store)
        }
        self._feeds: dict[str, set[str | None]] = {}
        for event in trace.events:
            if event.operation == "feed":
                self._feeds.setdefault(event.task, set()).add(event.resource)
        self._alive = {task.id for task in trace.tasks if task.kind is TaskKind.MAIN}
        self._failed_at = {one.seq: one.location for one in failures(trace)}

    def row(self, group: Group) -> Row:
        moves: list[Move] = []
        for event in group.events:
            before = self._places(event.item)
            self._state.add(event)
            self._note_life(event)
            if event in group.own:
                moves += self._moved(event, before, self._places(event.item))
        first, last = group.own[0], group.own[-1]
        told = tuple(self._told(group))
        places = (one.location or self._failed_at.get(one.seq) for one in group.own)
        location = next(filter(None, places), None)
        return Row(
            first=group.first,
            last=group.last,
            seq=first.seq,
            at_ns=last.at_ns,
            task=first.task,
            marks=tuple(self._mark(one, group) for one in self._columns),
            lying=tuple(self._lying(one) for one in self._columns),
            moves=tuple(_joined(moves)),
            told=_listed([text for _, text in told]),
            in_short=_listed([text for event, text in told if event.operation != "line"]),
            location=location,
            source=source_at(self._lines, location),
            blocked=group.blocked,
        )

    def _note_life(self, event: Event) -> None:
        if event.operation == "start" and event.phase is Phase.DONE and not event.raised:
            self._alive.add(event.resource or "")
        self._alive.add(event.task)
        if event.operation == "put" and (event.resource, Part.BUFFER) in self._store:
            # Who feeds it is there from then on, though nothing tells of its start.
            process = self._state.tasks[event.task].task.process
            self._alive |= {
                one.task.id
                for one in self._columns
                if isinstance(one, Lane)
                and one.task.kind is TaskKind.FEEDER
                and one.task.process == process
                and event.resource in self._feeds.get(one.task.id, ())
            }

    def _mark(self, column: Column, group: Group) -> Mark:
        if isinstance(column, Store):
            return Mark.NONE
        id = column.task.id
        now = self._state.tasks[id]
        if id == group.task and group.blocked:
            return Mark.BLOCKED
        if now.over is not None or id not in self._alive:
            if id != group.task and not any(one.task == id for one in group.events):
                return Mark.NONE
            return Mark.FAILS if now.over is State.FAILED else Mark.ENDS
        if id == group.task:
            return Mark.STEPS
        match now.state:
            case State.BLOCKED:
                return Mark.BLOCKED
            case State.SLEEPING:
                return Mark.SLEEPING
        return Mark.COULD_GO

    def _lying(self, column: Column) -> tuple[str, ...]:
        if isinstance(column, Lane):
            return ()
        queue = self._state.queues[column.resource]
        items = queue.buffered if column.part is Part.BUFFER else queue.items
        unnamed = queue.unnamed if column.part is not Part.BUFFER else 0
        return (*(value or "?" for value in items.values()), *["?"] * unnamed)

    def _places(self, item: str | None) -> int | None:
        """The column in which an item lies, a feeder that carries it included."""
        if item is None:
            return None
        for id, queue in self._state.queues.items():
            if item in queue.items:
                part = Part.PIPE if (id, Part.PIPE) in self._store else Part.QUEUE
                return self._store.get((id, part))
            if item in queue.buffered:
                return self._store.get((id, Part.BUFFER))
        return None

    def _moved(self, event: Event, before: int | None, after: int | None) -> Iterator[Move]:
        lane = self._lane.get(event.task)
        if event.phase is not Phase.DONE or event.raised or event.item is None:
            return
        if before == after or lane is None:
            return
        start, end = (lane if before is None else before), (lane if after is None else after)
        if event.operation in ("put", "send", "get", "recv", "feed", "deliver"):
            yield Move(event.value or "", start, end)

    def _told(self, group: Group) -> Iterator[tuple[Event, Text]]:
        """What is said of a row, and of which event each part."""
        parts = [(how, list(several)) for how, several in groupby(group.told, key=_is_printed)]
        for place, (buffered, events) in enumerate(parts):
            if buffered is None:
                yield from ((event, self._doing(event)) for event in events)
            elif not buffered or place + 1 == len(parts) or parts[place + 1][0] is None:
                # Else what was buffered is seen at once, and is told of that.
                texts = [event.value or "" for event in events]
                yield events[0], tell_printed(texts, buffered=buffered)

    def _doing(self, event: Event) -> Text:
        return tell_doing(self._state, event, source_at(self._lines, event.location))


def _is_printed(event: Event) -> bool | None:
    """Whether what it wrote waits in a buffer; None if it wrote nothing."""
    return {"write": False, "buffer": True}.get(event.operation)


def _listed(parts: Sequence[Text]) -> Text:
    return joined(parts, ", ", "，")


def _joined(moves: Sequence[Move]) -> Iterator[Move]:
    """A feeder that takes an item and brings it on at once moves it once."""
    left = list(moves)
    while left:
        move = left.pop(0)
        if left and left[0].start == move.end:
            onward = left.pop(0)
            move = Move(onward.value or move.value, move.start, onward.end)
        if move.start != move.end:
            yield move
