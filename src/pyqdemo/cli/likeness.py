"""Whether a replayed run is the recorded one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from pyqdemo.codec import encode_record
from pyqdemo.trace import Event, Outcome, Resource, Task, Trace
from pyqdemo.views.under_control import Replayed

__all__ = ["likeness"]

_Recorded = Event | Task | Resource | Outcome


def likeness(recorded: Trace, repeated: Trace) -> Replayed:
    """How the repeated run is like the recorded one: its tables, its events, its end.

    Of a record that breaks off only what it has is compared. The headers may differ, since
    the same run is promised on every machine and Python.
    """
    whole = recorded.outcome is not None
    for old, new in zip_longest(recorded.events, repeated.events):
        if old is None and not whole:
            break
        if old is None or new is None or not _same(old, new):
            return _at(new or old, repeated if new else recorded, whole)
    tables: list[tuple[Sequence[Task | Resource], Sequence[Task | Resource]]]
    tables = [(recorded.tasks, repeated.tasks), (recorded.resources, repeated.resources)]
    for olds, news in tables:
        if whole and len(olds) != len(news):
            return Replayed("name", whole)
        if not all(map(_same, olds, news)):
            return Replayed("name", whole)
    if recorded.outcome is None or repeated.outcome is None:
        return Replayed(whole=whole)
    return Replayed(None if _same(recorded.outcome, repeated.outcome) else "end")


def _at(event: Event | None, trace: Trace, whole: bool) -> Replayed:
    """What tells a person where two runs part: the step, and who took it."""
    assert event is not None, "one of two is there"
    names = {task.id: task.name for task in trace.tasks}
    task = names.get(event.task, event.task)
    return Replayed("event", whole, event.step or 0, task, event.location)


def _same(old: _Recorded, new: _Recorded) -> bool:
    """Equal, or equal as a file has them: there a very long text is cut."""
    return old == new or encode_record(old) == encode_record(new)
