"""Files into traces."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from pyqdemo.codec import shapes
from pyqdemo.codec.limits import FILE_BYTES, LINE_BYTES
from pyqdemo.codec.shapes import Wrong, shown
from pyqdemo.errors import TraceError, UnusableFile
from pyqdemo.languages import Text
from pyqdemo.trace import (
    FORMAT,
    Control,
    Event,
    Header,
    Loss,
    Outcome,
    OutcomeKind,
    Phase,
    Processes,
    ProgramFile,
    Record,
    Resource,
    Task,
    TaskKind,
    Trace,
    Wait,
)

__all__ = ["read_records", "read_trace"]

_PHASES = {str(phase): phase for phase in Phase}
_RECORD = Text(
    "one of the tables task, resource, event, outcome", "task、resource、event、outcome 四种表之一"
)


def read_trace(path: str | os.PathLike[str], *, any_size: bool = False) -> Trace:
    """The whole trace in memory.

    A file that breaks off is read as far as it goes, with ``outcome`` None; if it breaks
    off inside its last line, ``losses`` says so.

    Raises:
        TraceError, UnusableFile: as ``read_records``.
    """
    header: Header | None = None
    outcome: Outcome | None = None
    tasks, resources, events, losses = [], [], [], []
    for record in read_records(path, any_size=any_size):
        match record:
            case Event():
                events.append(record)
            case Task():
                tasks.append(record)
            case Resource():
                resources.append(record)
            case Header():
                header = record
            case Outcome():
                outcome = record
            case Loss():
                losses.append(record)
    assert header is not None, "read_records yields it first or raises"
    return Trace(header, tuple(tasks), tuple(resources), tuple(events), outcome, tuple(losses))


def read_records(
    path: str | os.PathLike[str], *, any_size: bool = False
) -> Iterator[Header | Record | Outcome | Loss]:
    """What stands in the file, in order, in memory bounded by its ids and longest line.

    Args:
        any_size: read files of more than 2 GiB too.

    Yields:
        the Header; then Task, Resource and Event; then the Outcome, unless the file breaks
        off before; then a Loss, if its last line is cut.

    Raises:
        TraceError: at the first line that is not what it must be. ``happened`` is
            ``trace_damaged`` (facts: file, line, expected, seen), ``trace_foreign`` (no
            trace of ours: file, line, seen), ``trace_newer`` (file, line, expected, seen),
            ``trace_line_too_long`` (file, line, most) or ``trace_too_big`` (file, seen, most).
        UnusableFile: ``cannot_read`` (file, reason).
    """
    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > FILE_BYTES and not any_size:
                raise TraceError("trace_too_big", file=str(path), seen=size, most=FILE_BYTES)
            yield from _Reader(str(path), file).records()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnusableFile("cannot_read", file=str(path), reason=reason) from error


class _Reader:
    """Reads one file, and holds its lines to one another."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name = name
        self.file = file
        self.line = 0
        self.cut = False  # the line at hand has no newline
        self.seq = 0
        self.tasks: set[str] = set()
        self.resources: set[str] = set()
        self.clock = "real_ns"
        self.over = False

    def records(self) -> Iterator[Header | Record | Outcome | Loss]:
        yield self._header()
        while text := self._next():
            try:
                table = _parsed(text)
            except Wrong as wrong:
                if self.cut:
                    reason = f"the file breaks off inside line {self.line}, which is left out"
                    yield Loss(reason, events=None)
                    return
                self._damaged(wrong)
            try:
                yield self._record(table)
            except Wrong as wrong:
                self._damaged(wrong)

    def _next(self) -> bytes:
        """The next line; empty at the end of the file."""
        text = self.file.readline(LINE_BYTES + 1)
        self.line += bool(text)
        if len(text) > LINE_BYTES:
            if self.line == 1:
                self._foreign(Text("a very long line", "很长的一行"))
            raise TraceError("trace_line_too_long", file=self.name, line=self.line, most=LINE_BYTES)
        self.cut = not text.endswith(b"\n")
        return text

    def _header(self) -> Header:
        text = self._next()
        self.line = 1
        if not text:
            self._foreign(Text("an empty file", "空文件"))
        try:
            table = _parsed(text)
        except Wrong as wrong:
            if text.startswith(b'{"format": "pyqdemo.trace/'):
                self._damaged(wrong)
            self._foreign(wrong.seen)
        told = table.get("format") if isinstance(table, dict) else None
        version = re.fullmatch(r"pyqdemo\.trace/(\d{1,9})", told) if type(told) is str else None
        if version is None:
            self._foreign(shown(table if told is None else told))
        if told != FORMAT:
            raise TraceError(
                "trace_newer", file=self.name, line=1, expected=FORMAT, seen=version[0]
            )
        try:
            header = _header(table)
        except Wrong as wrong:
            self._damaged(wrong)
        self.clock = "real_ns" if header.control is Control.NATIVE else "virtual_ns"
        return header

    def _record(self, table: object) -> Record | Outcome:
        if type(table) is not dict or len(table) != 1:
            raise Wrong(_RECORD, shown(table))
        if self.over:
            raise Wrong(Text("nothing after the outcome", "outcome 之后不再有内容"), shown(table))
        ((tag, fields),) = table.items()
        match tag:
            case "event":
                return self._event(shapes.EVENT.check(fields))
            case "task":
                return self._task(shapes.TASK.check(fields))
            case "resource":
                return self._resource(shapes.RESOURCE.check(fields))
            case "outcome":
                self.over = True
                return _outcome(shapes.OUTCOME.check(fields))
            case _:
                raise Wrong(_RECORD, shown(tag))

    def _event(self, fields: dict[str, Any]) -> Event:
        self.seq += 1
        if fields["seq"] != self.seq:
            place = f"event.seq: {self.seq}"
            raise Wrong(Text(place, place), shown(fields["seq"]))
        if fields["task"] not in self.tasks:
            told = Text("event.task: a task told of before", "event.task：前面出现过的任务")
            raise Wrong(told, shown(fields["task"]))
        resource = fields.get("resource")
        if resource is not None and resource not in self.resources and resource not in self.tasks:
            told = Text(
                "event.resource: a resource or task told of before",
                "event.resource：前面出现过的资源或任务",
            )
            raise Wrong(told, shown(resource))
        if self.clock not in fields or ("real_ns" in fields) == ("virtual_ns" in fields):
            other = "virtual_ns" if self.clock == "real_ns" else "real_ns"
            told = Text(
                f"event: {self.clock} and no {other}", f"event：有 {self.clock}，没有 {other}"
            )
            times = ", ".join(name for name in ("real_ns", "virtual_ns") if name in fields)
            raise Wrong(told, times or Text("neither", "两者都没有"))
        fields["phase"] = _PHASES[fields["phase"]]
        return Event(**fields)

    def _task(self, fields: dict[str, Any]) -> Task:
        self._once(self.tasks, "task", fields["id"])
        fields["kind"] = TaskKind(fields["kind"])
        return Task(**fields)

    def _resource(self, fields: dict[str, Any]) -> Resource:
        self._once(self.resources, "resource", fields["id"])
        return Resource(**fields)

    def _once(self, known: set[str], what: str, id: str) -> None:
        if id in known:
            told = Text(f"{what}.id: one that is new", f"{what}.id：没有出现过的")
            raise Wrong(told, shown(id))
        known.add(id)

    def _damaged(self, wrong: Wrong) -> NoReturn:
        facts = {"expected": wrong.expected, "seen": wrong.seen}
        raise TraceError("trace_damaged", file=self.name, line=self.line, **facts) from None

    def _foreign(self, seen: Text | str) -> NoReturn:
        raise TraceError("trace_foreign", file=self.name, line=1, seen=seen) from None


def _parsed(line: bytes) -> object:
    """The JSON value of a line. Raises Wrong."""
    expected = Text("a line of JSON in UTF-8", "一行 UTF-8 编码的 JSON")
    try:
        return _decode(line.decode().removesuffix("\n"))
    except UnicodeDecodeError:
        raise Wrong(expected, shown(line[:40])) from None
    except RecursionError:
        raise Wrong(expected, Text("tables within tables without end", "嵌套过深的表")) from None
    except JSONDecodeError as error:
        raise Wrong(expected, f"{error.msg}: column {error.colno}") from None
    except ValueError as error:
        raise Wrong(expected, str(error)) from None


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


_decode = JSONDecoder(parse_constant=_no_number).decode


def _header(table: object) -> Header:
    fields: dict[str, Any] = shapes.HEADER.check(table)
    del fields["format"]
    files = [shapes.PROGRAM_FILE.check(file) for file in fields["program"]]
    fields["program"] = tuple(ProgramFile(**file) for file in files)  # type: ignore[arg-type]
    fields["control"] = Control(fields["control"])
    fields["processes"] = Processes(fields["processes"])
    fields["arguments"] = tuple(fields.get("arguments", ()))
    return Header(**fields)


def _outcome(fields: dict[str, Any]) -> Outcome:
    waits: list[dict[str, Any]] = [shapes.WAIT.check(row) for row in fields.get("waits", ())]
    losses: list[dict[str, Any]] = [shapes.LOSS.check(row) for row in fields.get("losses", ())]
    for row in waits:
        row["holders"] = tuple(row.get("holders", ()))
    fields["waits"] = tuple(Wait(**row) for row in waits)
    fields["losses"] = tuple(Loss(**row) for row in losses)
    fields["kind"] = OutcomeKind(fields["kind"])
    fields["uncontrolled"] = tuple(fields.get("uncontrolled", ()))
    return Outcome(**fields)
