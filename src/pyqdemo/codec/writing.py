"""Traces into text and into files."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from json import JSONEncoder
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

from pyqdemo.codec.limits import LINE_BYTES
from pyqdemo.errors import UnusableFile
from pyqdemo.trace import FORMAT, Event, Header, Loss, Outcome, Record, Resource, Task

__all__ = ["encode_record", "ensure_writable", "write_trace"]

ROWS = 2_000  # of an outcome's waits, and of its losses, that are written
TEXTS = (200_000, 20_000, 1_000, 50)  # lengths to which texts are cut, until a line fits
SURROGATE = re.compile("[\ud800-\udfff]")

_quote = JSONEncoder(ensure_ascii=False).encode
_encode = JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def encode_record(record: Header | Record | Outcome) -> str:
    """The record's line without its newline: one JSON object, at most 1 MiB as UTF-8.

    A text that would make the line longer is cut; an event says by how much. A lone
    surrogate is written as its escape, so the line is always valid Unicode.

    Raises:
        ValueError, TypeError: a header's parameter is nothing that JSON has.
    """
    line = _event(record) if isinstance(record, Event) else _encode(_table(record))
    if len(line) >= LINE_BYTES // 4 and not _fits(line):
        line = _shorter(record)
    return line if line.isascii() else _sound(line)


def write_trace(
    file: str | os.PathLike[str] | BinaryIO,
    header: Header,
    records: Iterable[Record],
    outcome: Outcome | None,
) -> None:
    """Writes a whole trace, in memory bounded by its longest line.

    An existing file stays as it is until the new one is whole: the text goes into a
    sibling that then takes its place. What is no regular file (``/dev/stdout``, a FIFO,
    an open file) is written straight on, and is a readable prefix at any moment.

    Args:
        file: a path, or a binary file open for writing, which stays open.
        records: in order; an exception of the iterator leaves an existing file as it was.
        outcome: None where the record breaks off.

    Raises:
        UnusableFile: the path cannot be written. Errors of an open file, and a pipe that
            was closed by its reader (BrokenPipeError), come as they are.
    """
    if isinstance(file, (str, os.PathLike)):
        with _opened(_target(file)) as target:
            _write(target, header, records, outcome)
    else:
        _write(file, header, records, outcome)


def ensure_writable(file: str | os.PathLike[str]) -> None:
    """Returns if ``write_trace`` could write there now; leaves nothing behind.

    Raises:
        UnusableFile: as ``write_trace``.
    """
    path = _target(file)
    with _refusals(path):
        if _replaceable(path):
            sibling = _sibling(path)
            sibling.touch(exist_ok=False)
            sibling.unlink()
        elif path.is_dir() or not os.access(path, os.W_OK):
            path.open("r+b").close()


def _write(
    target: BinaryIO, header: Header, records: Iterable[Record], outcome: Outcome | None
) -> None:
    target.write(encode_record(header).encode() + b"\n")
    for record in records:
        target.write(encode_record(record).encode() + b"\n")
    if outcome is not None:
        target.write(encode_record(outcome).encode() + b"\n")
    target.flush()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file to write into that takes its place only when all went well."""
    with _refusals(path):
        if not _replaceable(path):
            with path.open("wb") as target:
                yield target
            return
        sibling = _sibling(path)
        try:
            with sibling.open("xb") as target:
                yield target
            if path.exists():
                sibling.chmod(path.stat().st_mode & 0o7777)
            sibling.replace(path)
        except BaseException:
            with suppress(OSError):
                sibling.unlink()
            raise


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turns the system's refusals into one of ours."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnusableFile("cannot_write", file=str(path), reason=reason) from error


def _target(file: str | os.PathLike[str]) -> Path:
    """The path to write: of a symbolic link the file it leads to, so that it stays a link."""
    path = Path(file).absolute()
    return path if _of_the_system(path) else Path(os.path.realpath(path))


def _of_the_system(path: Path) -> bool:
    """Whether it lies where open streams have names: ``/dev/stdout``, ``/proc/self/fd/3``."""
    return path.parts[1:2] in (("dev",), ("proc",))


def _replaceable(path: Path) -> bool:
    """Whether it is a regular file that we may write, or nothing yet; no open stream.

    Raises:
        PermissionError: it is a regular file that is write-protected.
    """
    if path.is_file() and not os.access(path, os.W_OK):
        path.open("r+b").close()
    if _of_the_system(path):
        return False  # it may lead to a regular file, which somebody holds open
    return path.is_file() or not os.path.lexists(path)


def _sibling(path: Path) -> Path:
    return path.with_name(f".pyqdemo-{secrets.token_hex(8)}.part")


def _event(event: Event) -> str:
    """By hand: there may be a million of them, and this takes a third of the time."""
    line = (
        f'{{"event": {{"seq": {event.seq}, "task": {_quote(event.task)}, '
        f'"phase": "{event.phase.value}", "operation": {_quote(event.operation)}'
    )
    if event.resource is not None:
        line += f', "resource": {_quote(event.resource)}'
    if event.item is not None:
        line += f', "item": {_quote(event.item)}'
    if event.value is not None:
        line += f', "value": {_quote(event.value)}'
    if event.result is not None:
        line += f', "result": {_quote(event.result)}'
    if event.location is not None:
        line += f', "location": {_quote(event.location)}'
    if event.real_ns is not None:
        line += f', "real_ns": {event.real_ns}'
    if event.virtual_ns is not None:
        line += f', "virtual_ns": {event.virtual_ns}'
    if event.began_ns is not None:
        line += f', "began_ns": {event.began_ns}'
    if event.depth is not None:
        line += f', "depth": {event.depth}'
    if event.timeout_s is not None and isfinite(event.timeout_s):
        line += f', "timeout_s": {float(event.timeout_s)!r}'
    if event.cut:
        line += f', "cut": {event.cut}'
    if event.option is not None:
        line += f', "option": {event.option}'
    if event.step is not None:
        line += f', "step": {event.step}'
    return line + "}}"


def _table(record: Header | Task | Resource | Outcome) -> dict[str, object]:
    match record:
        case Header():
            program = [_fields(file) for file in record.program]
            return {"format": FORMAT, **_fields(record), "program": program}
        case Task():
            return {"task": _fields(record)}
        case Resource():
            return {"resource": _fields(record)}
        case Outcome():
            return {"outcome": _outcome(record)}


def _outcome(outcome: Outcome) -> dict[str, object]:
    waits, losses = outcome.waits[:ROWS], outcome.losses[:ROWS]
    left = len(outcome.waits) - len(waits)
    if left:
        losses += (Loss(f"{left} rows of who waited for what were too many to be written"),)
    left = len(outcome.losses[ROWS:])
    if left:
        losses += (Loss(f"{left} statements about losses were too many to be written"),)
    table = _fields(outcome)
    for name, rows in (("waits", waits), ("losses", losses)):
        if rows:
            table[name] = [_fields(row) for row in rows]
    return table


def _fields(record: Any) -> dict[str, object]:
    """The fields that are not at their defaults; empty ones and None are left out."""
    table: dict[str, object] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if value is None or (value == field.default and field.name not in _ALWAYS):
            continue
        if isinstance(value, float) and not isfinite(value):
            continue
        if value not in ((), {}):
            table[field.name] = value
    return table


_ALWAYS = frozenset({"control", "processes", "clock"})


def _shorter(record: Header | Record | Outcome) -> str:
    """The line with its texts cut so far that it fits."""
    line = ""
    for most in TEXTS:
        if isinstance(record, Event):
            value, result = record.value or "", record.result
            cut = record.cut + max(0, len(value) - most)
            result = result and result[:most]
            kept = None if record.value is None else value[:most]
            line = _event(replace(record, value=kept, result=result, cut=cut))
        else:
            line = _encode(_cut(_table(record), most))
        if _fits(line):
            break
    return line


def _fits(line: str) -> bool:
    return len(_sound(line).encode()) < LINE_BYTES


def _cut(value: object, most: int) -> object:
    """A JSON value with every text in it cut."""
    match value:
        case str():
            return value[:most]
        case dict():
            return {name: _cut(part, most) for name, part in value.items()}
        case list() | tuple():
            return [_cut(part, most) for part in value]
        case _:
            return value


def _sound(line: str) -> str:
    """Lone surrogates as escapes; they stand inside JSON texts only."""
    return SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
