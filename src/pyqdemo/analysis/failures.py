"""Where the tasks of a run failed: file, line and source, as their tracebacks have it.

No event of its own says at which line an exception was raised; what Python writes of it to
stderr does, and a run's record has that.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyqdemo.trace import Event, Phase, Trace

__all__ = ["Failure", "failures", "source_at"]

#: A traceback's line on a frame: ``  File "p.py", line 3, in f``.
_FRAME = re.compile(r'^\s*(?:\|\s*)*File "(?P<name>[^"\n]+)", line (?P<number>\d+)', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that was ended by an exception.

    Attributes:
        seq: of its end.
        location: ``file.py:31``, where the innermost statement of the program begins; None if
            it is not known.
        source: that statement on one line; empty if unknown.
        by_operation: its last operation raised the same.
    """

    seq: int
    task: str
    location: str | None
    source: str
    by_operation: bool


def failures(trace: Trace) -> tuple[Failure, ...]:
    """Whoever was ended by an exception, in the order in which that happened.

    Where no traceback of it was written, the place of the task's last operation counts if that
    raised the same.
    """
    texts = {file.name: file.text for file in trace.header.program}
    return tuple(_failures(trace, texts))


def source_at(lines: Mapping[str, list[str]], location: str | None) -> str:
    """The program's line at ``file.py:31``, without blanks around it; empty if unknown."""
    name, _, number = (location or "").rpartition(":")
    known = lines.get(name, [])
    place = int(number) if number.isdecimal() else 0
    return known[place - 1].strip() if 0 < place <= len(known) else ""


def _failures(trace: Trace, texts: Mapping[str, str]) -> Iterator[Failure]:
    last: dict[str, Event] = {}
    written: dict[str, str] = {}  # what Python itself wrote in the name of each task
    for event in trace.events:
        if event.phase is not Phase.DONE:
            continue
        if event.operation == "write" and event.location is None:
            written[event.task] = written.get(event.task, "") + (event.value or "")
            continue
        if event.operation == "end" and event.raised:
            location = _innermost(written.get(event.task, ""), texts)
            before = last.get(event.task)
            same = before is not None and before.result == event.result
            if location is None and before is not None and same:
                location = before.location
            place, source = _statement(texts, location)
            yield Failure(event.seq, event.task, place, source, same)
        last[event.task] = event


def _statement(texts: Mapping[str, str], location: str | None) -> tuple[str | None, str]:
    """Where the statement at that line begins, and the statement on one line.

    Of one with a body, as ``with``, only the line counts.
    """
    name, _, number = (location or "").rpartition(":")
    text = texts.get(name, "")
    lines = text.splitlines()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the program's text is like
            nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        nodes = []
    for node in nodes:
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            first, last = node.lineno, node.end_lineno or node.lineno
            if first < int(number or 0) <= last:
                whole = " ".join(
                    line.strip().removesuffix("\\") for line in lines[first - 1 : last]
                )
                return f"{name}:{first}", " ".join(whole.split())
    return location, source_at({name: lines}, location)


def _innermost(traceback: str, texts: Mapping[str, str]) -> str | None:
    """The last frame in a file of the program."""
    found = None
    for frame in _FRAME.finditer(traceback):
        name = next((one for one in texts if _is(frame["name"], one)), None)
        if name is not None:
            found = f"{name}:{frame['number']}"
    return found


def _is(path: str, name: str) -> bool:
    """Whether a traceback's path is that file; natively it is the whole path."""
    return path == name or path.replace("\\", "/").endswith(f"/{name}")
