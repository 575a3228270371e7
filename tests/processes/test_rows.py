"""What a process tells in rows becomes the records that a log makes of the same at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.noting import Notes
from pyqdemo.kernel.operations import Note, Operation
from pyqdemo.kernel.printing import Write
from pyqdemo.kernel.tasks import End
from pyqdemo.strategies.round_robin import RoundRobin
from pyqdemo.worlds.processes.hearing import Hearing
from pyqdemo.worlds.processes.rows import Rows

Story = Callable[[Execution, Notes], None]


def execution(log: Log | None = None) -> Execution:
    made = Execution(RoundRobin(), Limits(), log)
    made.now_ns = 7
    return made


def told(story: Story) -> list[Any]:
    """The records of a story that the coordinator is told in rows."""
    rows, log = Rows(), Log()
    theirs, ours = execution(), execution(log)
    story(theirs, rows)
    message = [rows.rows, [], [], theirs.now_ns, [ours.main.id, 0], []]
    Hearing(ours, log, lambda task, pid: None).report(ours.main, message, None)
    return log.records


def written(story: Story) -> list[Any]:
    """The records of a story that happens where the log is."""
    log = Log()
    story(execution(log), log)
    return log.records


def _of(operation: Operation, **facts: Any) -> Operation:
    for name, fact in facts.items():
        setattr(operation, name, fact)
    return operation


def a_thread(execution: Execution, notes: Notes) -> None:
    execution.log = notes
    execution.spawn("0.1", "Thread-1", "work", True, execution.main)


def a_resource(execution: Execution, notes: Notes) -> None:
    notes.resource("0/queue/1", "queue", "line", 3, None, "a.py:3")


def an_event(execution: Execution, notes: Notes) -> None:
    """All that an event can have; the addresses of its texts become numbers."""
    note = Note("put", "0/queue/1", "0#1", "<x at 0x7f31>", 2)
    facts = {"result": "raised Full: <x at 0x7f31>", "location": "a.py:4", "depth": 1, "option": 2}
    notes.resource("0/queue/1", "queue", "line")
    notes.done(execution, execution.main, _of(note, **facts))


def a_text(execution: Execution, notes: Notes) -> None:
    """A stream is announced by its first event; what was written has its addresses still."""
    operation = Write("0/stream/stdout", ("<x at 0x7f31>\n",))
    notes.done(execution, execution.main, _of(operation, value="<x at 0x7f31>\n"))


def an_end(execution: Execution, notes: Notes) -> None:
    notes.done(execution, execution.main, End(execution.main, None))


@pytest.mark.parametrize("story", [a_thread, a_resource, an_event, a_text, an_end])
def test_rows_become_the_records_that_a_log_would_have_made(story: Story) -> None:
    assert told(story) == written(story)


def test_a_resource_that_two_processes_announce_has_one_record() -> None:
    def twice(execution: Execution, notes: Notes) -> None:
        a_resource(execution, notes)
        a_resource(execution, notes)

    assert told(twice) == written(a_resource)
