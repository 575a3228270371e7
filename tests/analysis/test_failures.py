"""Where a task failed: read off what Python writes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import QUEUE, Story

import pyqdemo
from pyqdemo.analysis.failures import failures
from pyqdemo.trace import ProgramFile, Trace

CHAIN = """\
import threading
def low():
    raise KeyError("low")
def high():
    try:
        low()
    except KeyError as low_down:
        raise ValueError("high") from low_down
t = threading.Thread(target=high)
t.start()
t.join()
assert not t.daemon \\
    and t.name == "x", t.name
"""
LIBRARY = """\
import json
json.loads("{")
"""


def _failed(folder: Path, text: str) -> list[tuple[str, str | None, str]]:
    file = folder / "p.py"
    file.write_text(text, encoding="utf-8")
    found = failures(pyqdemo.run(file, seed=0))
    return [(one.task, one.location, one.source) for one in found]


def test_each_has_the_line_that_raised_what_ended_it_and_an_assert_its_own(tmp_path: Path) -> None:
    """Of a chain the last exception counts. The assert has two lines and is shown as one, at
    its first: which of them Python names differs with its version."""
    assert _failed(tmp_path, CHAIN) == [
        ("0.1", "p.py:8", 'raise ValueError("high") from low_down'),
        ("0", "p.py:12", 'assert not t.daemon and t.name == "x", t.name'),
    ]


def test_what_a_library_raises_is_at_the_programs_last_line(tmp_path: Path) -> None:
    assert _failed(tmp_path, LIBRARY) == [("0", "p.py:2", 'json.loads("{")')]


def _story() -> Trace:
    story = Story("A", controlled=True)
    story.done("0.1", "get", QUEUE, result="raised Empty", location="p.py:2", step=1)
    story.done("0.1", "end", result="raised Empty", step=2)
    trace = story.trace()
    program = (ProgramFile("p.py", "sha256:0", "import queue\n  q.get()\n"),)
    return replace(trace, header=replace(trace.header, program=program))


def test_without_a_traceback_it_is_the_operation_that_raised_the_same() -> None:
    [failure] = failures(_story())
    assert (failure.location, failure.source, failure.by_operation) == ("p.py:2", "q.get()", True)


@pytest.mark.parametrize("path", ["p.py", "/home/me/p.py", "C:\\me\\p.py"])
def test_a_traceback_may_name_the_file_by_its_whole_path(path: str) -> None:
    trace = _story()
    get, end = trace.events
    text = f'Traceback (most recent call last):\n  File "{path}", line 1, in f\n'
    written = replace(get, operation="write", value=text, result=None, location=None)
    [failure] = failures(replace(trace, events=(written, end)))
    assert (failure.location, failure.source) == ("p.py:1", "import queue")
