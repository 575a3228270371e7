"""Follows a run record by record, and turns its present moment into a scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from pyqdemo.analysis.labels import label
from pyqdemo.analysis.now import QueueNow, TaskNow
from pyqdemo.analysis.now import State as Doing
from pyqdemo.analysis.state import RunState
from pyqdemo.card import Card
from pyqdemo.languages import Text
from pyqdemo.trace import Event, Phase, Record
from pyqdemo.views import words
from pyqdemo.views.cast import Cast
from pyqdemo.views.counting import Counting
from pyqdemo.views.layout import Rows, rows_for
from pyqdemo.views.scene import Flow, Group, Mark, Scene, ShownQueue, ShownTask, State
from pyqdemo.views.timelines import BUCKETS, Series, Strip, bucket_for

__all__ = ["Director"]

ENDS = 24  # items drawn from each end of a long queue
RATE_S = 2
_STATES = {
    Doing.NEW: State.NEW,
    Doing.READY: State.RUNNING,
    Doing.BLOCKED: State.BLOCKED,
    Doing.SLEEPING: State.SLEEPING,
    Doing.ENDED: State.ENDED,
    Doing.FAILED: State.FAILED,
}
_MARKS = {
    Doing.NEW: Mark.NONE,
    Doing.READY: Mark.RUNNING,
    Doing.BLOCKED: Mark.BLOCKED,
    Doing.SLEEPING: Mark.SLEEPING,
    Doing.ENDED: Mark.NONE,
    Doing.FAILED: Mark.NONE,
}
# Its first and last act are no operation on anything, nor is coming to a line.
_UNSEEN = frozenset({"begin", "end", "exit", "line", "sleep"})


class Director:
    """Folds events in as they come; a scene costs the same however many there were.

    Args:
        title: over the picture: the lesson's title, or the program's file name.
    """

    def __init__(self, card: Card | None, title: str, lang: str, speed: float) -> None:
        self.state = RunState(speed)
        self.elapsed_ns = 0
        self._title = title
        self._lang = lang
        self._cast = Cast(card)
        self._bucket_ns = bucket_for(speed)
        self._counting = Counting(card, self.state, lang, self._bucket_ns)
        self._strips: dict[str, Strip] = {}
        self._depths: dict[str, Series] = {}
        self._users: dict[str, tuple[dict[str, Text], dict[str, Text]]] = {}
        self._active: dict[str, int] = {}  # channel → time of its last operation
        self._feeds: dict[str, str] = {}  # feeder → the queue it feeds

    def recorded(self, records: Sequence[Record]) -> None:
        state = self.state
        for record in records:
            state.add(record)
            self._counting.recorded(record)
            if type(record) is Event:
                self._event(record, state.tasks[record.task])

    def tick(self, elapsed_ns: int) -> None:
        """Samples what is drawn over time."""
        self.elapsed_ns = max(self.elapsed_ns, elapsed_ns)
        for id, queue in self.state.queues.items():
            if id not in self._depths:
                self._depths[id] = Series(self._bucket_ns)
            self._depths[id].add(self.elapsed_ns, queue.depth)
        self._counting.tick(self.elapsed_ns)

    def _event(self, event: Event, now: TaskNow) -> None:
        strip = self._strips.get(event.task)
        if strip is None:
            strip = self._strips[event.task] = Strip(event.at_ns, self._bucket_ns)
        if event.operation == "feed" and event.resource:
            self._feeds[event.task] = event.resource
        done = event.phase is Phase.DONE
        mark = Mark.BLOCKED if self._idle(now) else _MARKS[now.state]
        strip.move(event.at_ns, mark, done and event.operation not in _UNSEEN)
        if event.task == "0":
            self._cast.note(event, len(self.state.tasks))
        if done and not event.raised and event.operation in ("put", "send", "get", "recv"):
            self._used(event, now)

    def _used(self, event: Event, now: TaskNow) -> None:
        """Remembers who stands at which end of a queue, and when it was last used."""
        resource = event.resource or ""
        self._active[resource] = event.at_ns
        users = self._users.get(resource)
        if users is None:
            users = self._users[resource] = ({}, {})
        side = users[0 if event.operation in ("put", "send") else 1]
        named = self._cast.named(now)
        if named is not None:
            side.setdefault(named.en, named)

    def rows(self, rows: int) -> Rows:
        """The rows that a picture of this moment gets in a terminal that high."""
        return rows_for(
            rows,
            tasks=len(self._cast.on_stage(self.state.tasks)),
            queues=len(self._channels()),
            flow=bool(self._counting.flows),
        )

    def scene(self, rows: Rows, *, held: bool, keys: bool) -> Scene:
        """This moment, with no more tasks and queues than there are rows for."""
        alone, groups = self._cast.parted(self._cast.on_stage(self.state.tasks), rows.tasks)
        channels = self._channels()
        chosen = self._busiest(channels, rows.queues)
        return Scene(
            title=self._title,
            about=self._about(channels),
            elapsed_ns=self.elapsed_ns,
            bucket_ns=self._bucket_ns,
            tasks=[self._task(now) for now in alone],
            groups=[
                Group(noun[self._lang], [(_STATES[doing], n) for doing, n in states.items()])
                for noun, states in groups
            ],
            queues=[self._queue(id, queue) for id, queue in chosen],
            flows=self._flows(),
            held=held,
            keys=keys,
        )

    def _about(self, channels: Sequence[tuple[str, QueueNow]]) -> str:
        told = self._cast.counted(self.state.tasks)
        if len(channels) == 1:
            capacity = channels[0][1].resource.capacity
            told += [words.places(capacity)] if capacity else []
        elif channels:
            told.append(words.queues(len(channels)))
        return words.listed(told)[self._lang]

    def _task(self, now: TaskNow) -> ShownTask:
        strip = self._strips.get(now.task.id) or Strip(self.elapsed_ns, self._bucket_ns)
        strip.advance(self.elapsed_ns)
        waits = now.state is Doing.BLOCKED
        return ShownTask(
            name=now.task.name,
            role=self._role(now),
            state=State.BLOCKED if self._idle(now) else _STATES[now.state],
            words=self._words(now),
            strip=strip.last(BUCKETS),
            waiting_ns=max(0, self.elapsed_ns - now.since_ns) if waits else 0,
            waited_ns=now.waited_by(self.elapsed_ns),
        )

    def _idle(self, now: TaskNow) -> bool:
        """Whether it is a feeder that waits for its buffer: nobody sees it wait."""
        queue = self.state.queues.get(self._feeds.get(now.task.id, ""))
        busy = queue is not None and (queue.carried or queue.buffered)
        return queue is not None and now.state is Doing.READY and not busy

    def _role(self, now: TaskNow) -> str:
        """What it is called; a feeder after the queue it feeds."""
        if now.task.id in self._feeds:
            return label(self.state, self._feeds[now.task.id])[self._lang]
        return self._cast.role(now)[self._lang]

    def _words(self, now: TaskNow) -> str:
        if self._idle(now):
            return words.BLOCKED[self._lang].format(reason=words.BUFFER_EMPTY[self._lang])
        match now.state:
            case Doing.BLOCKED:
                reason = self.state.reason(now.operation or "", now.resource, now.value)
                told = reason.now(label(self.state, now.resource))[self._lang]
                return words.BLOCKED[self._lang].format(reason=told)
            case Doing.FAILED:
                return self._failure(now)
            case doing:
                return _WORDS[doing][self._lang]

    def _failure(self, now: TaskNow) -> str:
        told = now.failure or ""
        if told.startswith("raised "):
            return told.removeprefix("raised ").partition(":")[0]
        return words.KILLED[self._lang]

    def _channels(self) -> list[tuple[str, QueueNow]]:
        """The queues, and of a pipe's ends those that anything was sent from."""
        return [
            (id, queue)
            for id, queue in self.state.queues.items()
            if queue.resource.kind != "pipe_end" or queue.put
        ]

    def _busiest(
        self, channels: Sequence[tuple[str, QueueNow]], places: int
    ) -> list[tuple[str, QueueNow]]:
        """Those used last, in the order they were made."""
        if len(channels) <= places:
            return list(channels)
        latest = sorted(channels, key=lambda pair: -self._active.get(pair[0], -1))[:places]
        return [pair for pair in channels if pair in latest]

    def _queue(self, id: str, queue: QueueNow) -> ShownQueue:
        items, hidden = _ends(queue)
        into, out_of = self._users.get(id, ({}, {}))
        depths = self._depths.get(id)
        return ShownQueue(
            label=label(self.state, id)[self._lang],
            capacity=queue.resource.capacity,
            depth=queue.depth,
            depths=depths.last(2 * BUCKETS) if depths else (),
            items=items,
            hidden=hidden,
            into=self._named(into),
            out_of=self._named(out_of or self._receivers(queue)),
        )

    def _receivers(self, queue: QueueNow) -> dict[str, Text]:
        """Who receives from a pipe: whoever uses its other end."""
        for id, other in self.state.queues.items():
            if other is not queue and _pipe(other) == _pipe(queue) and id in self._users:
                return self._users[id][1]
        return {}

    def _named(self, users: dict[str, Text]) -> str:
        names = {text[self._lang]: None for text in users.values() if text[self._lang]}
        return "/".join(names)

    def _flows(self) -> list[Flow]:
        return [
            Flow(name, total, [n or 0 for n in series.last(2 * BUCKETS)], series.rate(RATE_S))
            for name, total, series in self._counting.flows
        ]


def _pipe(queue: QueueNow) -> str:
    """The first end of its pipe, to which the second belongs."""
    return queue.resource.of or queue.resource.id


def _ends(queue: QueueNow) -> tuple[list[str], int]:
    """The values in it, the next to leave last; of many only those at both ends.

    What comes last into a LIFO queue leaves it first, so there it stands last.
    """
    many = 2 * ENDS
    inside = chain(queue.items.values(), queue.carried.values(), queue.buffered.values())
    oldest = list(islice(inside, many))
    if queue.depth <= many:
        values, hidden = oldest, 0
    else:
        newest = list(islice(_backwards(queue), ENDS))
        values, hidden = oldest[:ENDS] + newest[::-1], queue.depth - many
    if queue.resource.kind != "lifo":
        values.reverse()
    return [value or "?" for value in values], hidden


def _backwards(queue: QueueNow) -> Iterator[str | None]:
    places = (queue.buffered, queue.carried, queue.items)
    return chain.from_iterable(reversed(place.values()) for place in places)


_WORDS = {
    Doing.NEW: words.NOT_STARTED,
    Doing.READY: words.RUNNING,
    Doing.SLEEPING: words.SLEEPING,
    Doing.ENDED: words.ENDED,
}
