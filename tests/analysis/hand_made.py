"""Records made by hand, with as little writing as a test can do with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pyqdemo.card import Made, Promises, Used, Words
from pyqdemo.languages import Text
from pyqdemo.trace import (
    Control,
    Event,
    Header,
    Outcome,
    OutcomeKind,
    Phase,
    ProgramFile,
    Record,
    Resource,
    Task,
    TaskKind,
    Trace,
)

FIXTURES = Path(__file__).parent.parent / "fixtures"
QUEUE = "0/queue/1"
OUT = "0/stream/stdout"
COMPLETED = Outcome(OutcomeKind.COMPLETED, exit_code=0)
ALL = ("nothing_lost", "nothing_twice", "producer_order", "clean_end")
COOKS = Promises(ALL, Made("put", ("Cook",)), Used("get", ("Eater",)))
WORDS = Words(
    parameters=Text("The kitchen", "厨房"),
    made=Text("made", "做了"),
    used=Text("eaten", "吃了"),
    roles={"Cook": Text("cook", "厨师"), "Eater": Text("eater", "吃货")},
    groups={},
)


class Takes(Protocol):
    """Whatever is fed with records."""

    def add(self, record: Record) -> object: ...


T = TypeVar("T", bound=Takes)


class Story:
    """A run told event by event; the n-th event happens after n milliseconds.

    Args:
        roles: name → role of a thread each; ``T1`` is task ``0.1``, and so on in order.
        queue: capacity of the queue ``0/queue/1``; None for no queue.
        controlled: times are virtual.
    """

    def __init__(
        self, *roles: str, queue: int | None = 0, controlled: bool = False, kind: str = "queue"
    ) -> None:
        self.controlled = controlled
        self.records: list[Record] = [Task("0", TaskKind.MAIN, "MainThread", "0")]
        self.seq = 0
        self._items: dict[str, int] = {}
        self.records.append(Resource(OUT, "stream", "stdout"))
        if queue is not None:
            self.records.append(Resource(QUEUE, kind, "queue", capacity=queue))
        for n, role in enumerate(roles, 1):
            thread = Task(f"0.{n}", TaskKind.THREAD, f"T{n}", "0", role=role, parent="0")
            self.records.append(thread)

    def task(self, id: str, kind: TaskKind, name: str, **fields: Any) -> Story:
        fields.setdefault("process", id if kind is TaskKind.PROCESS else "0")
        self.records.append(Task(id, kind, name, **fields))
        return self

    def resource(self, id: str, kind: str, name: str, **fields: Any) -> Story:
        self.records.append(Resource(id, kind, name, **fields))
        return self

    def done(self, task: str, operation: str, resource: str | None = None, **fields: Any) -> Story:
        return self._event(task, Phase.DONE, operation, resource, fields)

    def blocked(
        self, task: str, operation: str, resource: str | None = None, **fields: Any
    ) -> Story:
        return self._event(task, Phase.BLOCKED, operation, resource, fields)

    def put(self, task: str, value: str, resource: str = QUEUE, **fields: Any) -> Story:
        """A done put; its item is the task's next."""
        self._items[task] = number = self._items.get(task, 0) + 1
        return self.done(task, "put", resource, item=f"{task}#{number}", value=value, **fields)

    def get(self, task: str, item: str, value: str, resource: str = QUEUE) -> Story:
        return self.done(task, "get", resource, item=item, value=value)

    def prints(self, task: str, line: str) -> Story:
        """``print(line)``: the text and the newline are two writes."""
        return self.done(task, "write", OUT, value=line).done(task, "write", OUT, value="\n")

    def begin(self, *tasks: str) -> Story:
        for task in tasks:
            self.done(task, "begin")
        return self

    def end(self, *tasks: str) -> Story:
        for task in tasks:
            self.done(task, "end")
        return self

    def trace(self, outcome: Outcome | None = COMPLETED) -> Trace:
        control = Control.CONTROLLED if self.controlled else Control.NATIVE
        return Trace(
            header=Header((ProgramFile("p.py", "sha256:0", ""),), control=control),
            tasks=tuple(record for record in self.records if isinstance(record, Task)),
            resources=tuple(record for record in self.records if isinstance(record, Resource)),
            events=tuple(record for record in self.records if isinstance(record, Event)),
            outcome=outcome,
        )

    def _event(
        self,
        task: str,
        phase: Phase,
        operation: str,
        resource: str | None,
        fields: dict[str, Any],
    ) -> Story:
        self.seq += 1
        at = fields.pop("at_ms", self.seq) * 1_000_000
        clock = {"virtual_ns": at} if self.controlled else {"real_ns": at}
        event = Event(self.seq, task, phase, operation, resource=resource, **clock, **fields)
        self.records.append(event)
        return self


def fed(taker: T, records: Iterable[Record]) -> T:
    """The taker, after it was given all records."""
    for record in records:
        taker.add(record)
    return taker
