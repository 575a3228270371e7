"""Which events of a run stand together in one row of its lanes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pyqdemo.trace import Event, OutcomeKind, Phase, Trace

__all__ = ["Group", "groups"]

#: Said together with what the task does next, if that comes at once.
_FORWARD = frozenset({"begin", "feed", "read_lock"})
#: Said together with what it did before.
_BACKWARD = frozenset({"end", "exit", "join_thread"})
#: How a run ends in which somebody may have waited in vain.
_STUCK = frozenset({OutcomeKind.DEADLOCK, OutcomeKind.STUCK, OutcomeKind.EXCEPTION})
#: Not worth words where something else is said.
_SILENT = frozenset({"feed", "read_lock", "join_thread", "active_children"})


@dataclass(slots=True)
class Group:
    """One row to be.

    Attributes:
        task: who acts.
        events: all of them in order, what befalls others in between included.
        own: those of the task that tell what it did; not empty.
        blocked: it begins to wait, and does so for ever.
    """

    task: str
    events: list[Event] = field(default_factory=list)
    own: list[Event] = field(default_factory=list)
    blocked: bool = False

    @property
    def first(self) -> int | None:
        return self.own[0].step

    @property
    def last(self) -> int | None:
        return self.own[-1].step

    @property
    def told(self) -> list[Event]:
        """The events of it that are put into words."""
        some = [event for event in self.own if not _says_nothing(event)]
        raised = [event for event in some if event.raised]
        if len(raised) > 1 and raised[-1].operation == "end":
            some.remove(raised[-1])  # what it was ended by has just been said
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
            continue
        if open_ is not None:
            yield open_
            yield from _waiting(late)
        open_ = Group(event.task, [event], [event])
    if open_ is not None:
        yield open_
    yield from _waiting(late)


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
    if event.operation == "end" and event.raised:
        return last.raised  # that it fails is loud enough to stand alone
    ending = event.operation in _BACKWARD or _is_leaving(event)
    return last.operation in _FORWARD or ending


def _says_nothing(event: Event) -> bool:
    return _is_leaving(event) or (event.operation in _SILENT and not event.raised)


def _is_leaving(event: Event) -> bool:
    """Whether it is the main thread's wait for the others, at its end."""
    return event.operation == "join" and event.value == "threads"
