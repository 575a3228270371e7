"""What each process of a run has for itself: its life, its pipe ends, what went with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pyqdemo.analysis.now import failure_of
from pyqdemo.trace import Event, Phase, Record, Resource, Task

__all__ = ["SURVIVES", "Gained", "Gone", "ProcessNow", "Processes"]

#: What a process did with a SIGTERM that did not end it.
SURVIVES = ("ignored", "handled")
Gained = Literal["made", "fork", "sent", "used", "adopted"]
"""How a process came by a pipe's end: it made the pipe, is a copy of one that had it, was sent it
when it was started (natively that shows when it first uses it), or took it out of a message."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What a process lost with its end, or keeps for ever.

    Attributes:
        item: id of a lost item.
        value: short text: of the item, of what was printed, or what is kept (``read lock``).
    """

    seq: int
    resource: str
    item: str | None
    value: str | None


@dataclass(slots=True)
class ProcessNow:
    """One process, now.

    Attributes:
        task: its main task's id.
        method: its start method; None for the first process, or if its start was not seen.
        alive: it has begun to be, and has not been seen to end.
        exit_code: once that is known; below 0 the signal that ended it.
        started_seq, started_step: the event that started it, and its step under control.
        ended_seq, ended_step: the event that ended it, and its step under control.
        ended_by: the task that called ``terminate`` or ``kill``; itself for what a process
            does to itself at once, as ``os._exit``; None if it left as it should.
        how: that operation (``terminate``, ``kill``, ``exit``, ``die``), None likewise.
        ends: pipe ends of which it has a handle → how many, and how it came by the first.
        closed: ends of which it gave up the last handle.
        lost, kept: see ``Gone``.
    """

    task: str
    method: str | None = None
    alive: bool = True
    exit_code: int | None = None
    started_seq: int | None = None
    started_step: int | None = None
    ended_seq: int | None = None
    ended_step: int | None = None
    ended_by: str | None = None
    how: str | None = None
    ends: dict[str, tuple[int, Gained]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    lost: list[Gone] = field(default_factory=list)
    kept: list[Gone] = field(default_factory=list)


class Processes:
    """All processes of a run.

    Under control the events ``open`` and ``inherit`` tell who gets an end. Natively, under fork a
    process begins with every end its parent has; what of those its parent made later, is told
    by the lines of the program, since making a pipe is no event there. Under the other start
    methods a native record does not tell what was sent to a process; an end counts as its own
    from the first time it uses it.

    Attributes:
        now: by the id of the main task, in the order they were announced.
        partner: a pipe's end → its other end.
    """

    def __init__(self) -> None:
        self.now: dict[str, ProcessNow] = {}
        self.partner: dict[str, str] = {}
        self._process_of: dict[str, str] = {}
        self._ends: dict[str, Resource] = {}
        self._signalled: dict[str, tuple[str, str]] = {}  # process → who called what on it
        self._failures: dict[str, int] = {}  # process → the exit code its end will give it

    def add(self, record: Record) -> None:
        """Takes in the next record."""
        if type(record) is Event:
            if record.phase is Phase.DONE:
                self._event(record)
        elif type(record) is Task:
            self._process_of[record.id] = record.process
            if record.process == record.id:
                self.now.setdefault(record.id, ProcessNow(record.id))
        elif type(record) is Resource and record.kind == "pipe_end":
            self._end_made(record)

    def of(self, task: str) -> str:
        """The process of a task; the task itself where it is not known."""
        return self._process_of.get(task, task)

    def holders(self, end: str) -> tuple[str, ...]:
        """The processes that have a handle of that pipe's end, in the order they came to be."""
        return tuple(id for id, now in self.now.items() if now.alive and end in now.ends)

    def _end_made(self, resource: Resource) -> None:
        self._ends[resource.id] = resource
        if resource.of is not None:
            self.partner[resource.id] = resource.of
            self.partner[resource.of] = resource.id
        maker = self.now.get(self.of(resource.id.partition("/")[0].partition("~")[0]))
        if maker is not None:
            maker.ends.setdefault(resource.id, (1, "made"))

    def _event(self, event: Event) -> None:
        if event.resource in self._ends and event.operation not in ("adopt", "lost", "inherit"):
            self._used(event.task, event.resource or "")
        effect = _EFFECTS.get(event.operation)
        if effect is not None:
            effect(self, event)

    def _used(self, task: str, end: str) -> None:
        now = self.now.get(self.of(task))
        if now is not None and end not in now.ends and end not in now.closed:
            now.ends[end] = (1, "used")

    def _started(self, event: Event) -> None:
        new, parent = self.now.get(event.resource or ""), self.now.get(self.of(event.task))
        if new is None or event.raised:
            return
        new.method, new.started_seq, new.started_step = event.value, event.seq, event.step
        if event.step is None and event.value == "fork" and parent is not None:
            for end, (many, _) in parent.ends.items():
                if not self._made_after(end, event):
                    new.ends[end] = (many, "fork")

    def _inherit(self, event: Event) -> None:
        now = self.now.get(self.of(event.task))
        if now is not None and event.resource is not None:
            gained: Gained = "fork" if now.method == "fork" else "sent"
            now.ends[event.resource] = (_number(event.value or "1") or 1, gained)

    def _made_after(self, end: str, start: Event) -> bool:
        """Whether the task that starts a process makes that pipe at a later line."""
        made, line = self._ends[end], _line(start.location)
        mine = made.id.startswith(f"{start.task}/")
        later = _line(made.location)
        return mine and later[0] == line[0] and later[1] > line[1]

    def _close(self, event: Event) -> None:
        self._count(self.of(event.task), event.resource or "", -1)

    def _lend(self, event: Event) -> None:
        self._count(self.of(event.task), event.resource or "", 1)

    def _adopt(self, event: Event) -> None:
        if not event.raised:
            self._count(self.of(event.task), event.resource or "", 1)
            self._count(self.of(event.value or ""), event.resource or "", -1)

    def _count(self, process: str, end: str, more: int) -> None:
        now = self.now.get(process)
        if now is None or end not in self._ends:
            return
        many, gained = now.ends.get(end, (0, "adopted"))
        if many + more > 0:
            now.ends[end] = (many + more, gained)
            now.closed.discard(end)
        else:
            now.ends.pop(end, None)
            now.closed.add(end)

    def _doom(self, event: Event) -> None:
        target = event.resource or ""
        if target in self.now and not event.raised and event.result not in SURVIVES:
            self._signalled[target] = (event.task, event.operation)

    def _end(self, event: Event) -> None:
        failure = failure_of(event) or ""
        code = failure.removeprefix("exit code ")
        if failure:
            self._failures[event.task] = int(code) if code.isdecimal() else 1

    def _exit(self, event: Event) -> None:
        now = self.now.get(self.of(event.task))
        if now is None:
            return
        told = event.result or ""
        if told.startswith("exit code "):
            code = _number(told.removeprefix("exit code "))
        elif event.value is not None:  # os._exit
            code = _number(event.value)
            now.ended_by, now.how = event.task, "exit"
        else:
            code = self._failures.get(now.task, 0)
        self._over(now, event, code)

    def _die(self, event: Event) -> None:
        now = self.now.get(self.of(event.task))
        if now is not None:
            now.ended_by, now.how = self._signalled.get(now.task, (event.task, "die"))
            self._over(now, event, _number(event.value or ""))

    def _joined(self, event: Event) -> None:
        """A process that is killed natively does not tell of its end; whoever joins it does."""
        now = self.now.get(event.resource or "")
        if now is None or not now.alive or event.raised or event.result == "still running":
            return
        now.ended_by, now.how = self._signalled.get(now.task, (None, None))
        self._over(now, event, _number((event.result or "").removeprefix("exit code ") or "0"))

    def _over(self, now: ProcessNow, event: Event, code: int | None) -> None:
        now.alive, now.exit_code = False, code
        now.ended_seq, now.ended_step = event.seq, event.step
        now.ends.clear()

    def _gone(self, event: Event) -> None:
        now = self.now.get(self.of(event.task))
        if now is not None:
            where = now.lost if event.operation == "lost" else now.kept
            where.append(Gone(event.seq, event.resource or "", event.item, event.value))


def _line(location: str | None) -> tuple[str, int]:
    file, _, line = (location or "").rpartition(":")
    return file, int(line) if line.isdecimal() else 0


def _number(code: str) -> int | None:
    return int(code) if code.lstrip("-").isdecimal() else None


_EFFECTS: dict[str, Callable[[Processes, Event], None]] = {
    "start": Processes._started,
    "inherit": Processes._inherit,
    "close": Processes._close,
    "lend": Processes._lend,
    "adopt": Processes._adopt,
    "terminate": Processes._doom,
    "kill": Processes._doom,
    "end": Processes._end,
    "exit": Processes._exit,
    "die": Processes._die,
    "join": Processes._joined,
    "lost": Processes._gone,
    "kept": Processes._gone,
}
