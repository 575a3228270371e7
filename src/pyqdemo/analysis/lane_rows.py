"""Which events of a run stand together in one row of its lanes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pyqdemo.analysis.operation_words import SILENT
from pyqdemo.trace import Event, OutcomeKind, Phase, Trace

__all__ = ["Group", "groups"]

#: Said together with what the task does next, if that comes at once.
_FORWARD = frozenset({"begin", "feed", "read_lock"})
#: Said together with what it did before.
_BACKWARD = frozenset({"end", "exit", "join_thread"})
#: How a run ends in which somebody may have waited in vain.
_STUCK = frozenset({OutcomeKind.DEADLOCK, OutcomeKind.STUCK, OutcomeKind.EXCEPTION})


@dataclass(slots=True)
class Group:
    """One row to be.

    Attributes:
        task: who acts.
        events: all of them in order, what befalls others in between included.
        own: those of the task that tell what it did; not empty.
        blocked: it begins to wait, and does so for ever.
        before, after: a step of its task beside those of ``own`` of which nothing is told,
            so that no number is missing between two rows; None for none.
    """

    task: str
    events: list[Event] = field(default_factory=list)
    own: list[Event] = field(default_factory=list)
    blocked: bool = False
    before: int | None = None
    after: int | None = None

    @property
    def first(self) -> int | None:
        return self.before or self.own[0].step

    @property
    def last(self) -> int | None:
        return self.after or self.own[-1].step

    @property
    def told(self) -> list[Event]:
        """The events of it that are put into words."""
        some = [event for event in self.own if not _says_nothing(event)]
        raised = [event for event in some if event.raised]
        *_, before, last = [None, None, *raised]
        if before and last and last.operation == "end" and last.result == before.result:
            some.remove(last)  # what it was ended by has just been said
        if any(event.operation == "end" for event in some):
            some = [event for event in some if event.operation != "exit" or event.value]
        return some or self.own[-1:]


def groups(trace: Trace, breaks: frozenset[int]) -> Iterator[Group]:
    """The rows to be, in order.

    Args:
        breaks: steps with which a row begins.
    """
    waits = _for_ever(trace)
    open_: Group | None = None
    late: list[Event] = []  # waits that never end, told behind the step in which they began
    untold: Event | None = None  # what Python itself did since the last row
    for event in trace.events:
        if event.seq in waits:
            late.append(event)
            if open_ is not None:
                open_.events.append(event)
            continue
        shown = _is_shown(event)
        if open_ is not None and (not shown or _goes_on(open_, event, breaks)):
            open_.events.append(event)
            if shown and event.task == open_.task:
                open_.own.append(event)
                untold = None
            elif not shown and event.phase is Phase.DONE:
                untold = event
            continue
        before = _step_of(untold, event.task) if event.step not in breaks else None
        if open_ is not None:
            open_.after = None if before else _step_of(untold, open_.task)
            yield open_
            yield from _waiting(late)
        open_, untold = Group(event.task, [event], [event], before=before), None
    if open_ is not None:
        open_.after = _step_of(untold, open_.task)
        yield open_
    yield from _waiting(late)


def _step_of(event: Event | None, task: str) -> int | None:
    """The step of that event if it is one of that task."""
    return event.step if event is not None and event.task == task else None


def _waiting(late: list[Event]) -> Iterator[Group]:
    for event in late:
        yield Group(event.task, [], [event], blocked=True)
    late.clear()


def _for_ever(trace: Trace) -> frozenset[int]:
    """Events by which a wait begins that can never end; in a run that was stopped none is known."""
    outcome = trace.outcome
    if outcome is None or outcome.kind not in _STUCK:
        return frozenset()
    waiting = {wait.task for wait in outcome.waits}
    last: dict[str, Event] = {event.task: event for event in trace.events}
    return frozenset(
        event.seq
        for event in last.values()
        if event.phase is Phase.BLOCKED and event.operation != "sleep" and event.task in waiting
    )


def _is_shown(event: Event) -> bool:
    """Whether it tells what a task did: it took effect, or a sleep began."""
    if event.phase is Phase.BLOCKED:
        return event.operation == "sleep"
    # A traceback is written by Python itself; that the task failed is told anyhow.
    return not (event.operation == "write" and event.location is None)


def _goes_on(group: Group, event: Event, breaks: frozenset[int]) -> bool:
    """Whether the event belongs to the row that is open."""
    last = group.own[-1]
    if event.step is not None and event.step == last.step:
        return True  # what befalls others in that step belongs to it too
    if event.task != group.task or event.step in breaks:
        return False
    if event.operation == "sleep" or last.operation == "sleep":
        return False
    if event.operation == last.operation == "write":
        return event.step is None and last.value != "\n"
    if last.operation == "buffer":  # the next part of one print, or its end
        return event.operation in ("buffer", "write") and event.location == last.location
    if event.operation == "end" and event.raised:
        return last.result == event.result  # that it fails is loud enough to stand alone
    ending = event.operation in _BACKWARD or _is_leaving(event)
    return last.operation in _FORWARD or ending


def _says_nothing(event: Event) -> bool:
    return _is_leaving(event) or (event.operation in SILENT and not event.raised)


def _is_leaving(event: Event) -> bool:
    """Whether it is the main thread's wait for the others, at its end."""
    return event.operation == "join" and event.value == "threads"
