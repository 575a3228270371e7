"""How what happens in a process is written into messages, and read from them again."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from pyqdemo.trace import Event, Phase, Resource, Task, TaskKind

__all__ = ["error_of", "form_of_error", "hidden", "read_record", "record", "shown"]

_EVENT = ("task", "operation", "resource", "item", "value", "result", "location", "virtual_ns")
_REST = ("depth", "timeout_s", "cut")
_RESOURCE = tuple(each.name for each in fields(Resource))
_TASK = ("id", "name", "process", "role", "parent", "daemon")

#: What an operation may raise, by name.
_ERRORS: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        *(queue.Empty, queue.Full, threading.BrokenBarrierError),
        *(ValueError, OSError, EOFError, AssertionError, RuntimeError, TypeError),
        *(BrokenPipeError, ConnectionResetError, ProcessLookupError, PermissionError),
        *(ConnectionRefusedError, FileNotFoundError, TimeoutError, OverflowError),
    )
}
_BYTES = "\0bytes"  # stands where the bytes were


def record(made: Task | Resource | Event) -> list[Any]:
    """A record as plain data, without what only the coordinator knows."""
    if type(made) is Event:
        return ["event", *(getattr(made, name) for name in (*_EVENT, *_REST))]
    if type(made) is Resource:
        return ["resource", *(getattr(made, name) for name in _RESOURCE)]
    return ["task", *(getattr(made, name) for name in _TASK)]


def read_record(kind: str, given: Sequence[Any]) -> Task | Resource | Event:
    """The record of such a form; an event without its place in the order and its step."""
    match kind:
        case "event":
            names = dict(zip((*_EVENT, *_REST), given, strict=True))
            return Event(seq=0, phase=Phase.DONE, **names)
        case "resource":
            return Resource(**dict(zip(_RESOURCE, given, strict=True)))
    return Task(kind=TaskKind.THREAD, **dict(zip(_TASK, given, strict=True)))


def hidden(args: Sequence[Any]) -> tuple[list[Any], bytes | None]:
    """Arguments for a message, with the one that is bytes beside them."""
    payload = None
    plain = []
    for each in args:
        if isinstance(each, bytes):
            assert payload is None, "one at most"
            payload, each = each, _BYTES
        plain.append(each)
    return plain, payload


def shown(args: Sequence[Any], payload: bytes | None) -> list[Any]:
    """The arguments that ``hidden`` was given."""
    return [payload if each == _BYTES else each for each in args]


def form_of_error(error: Exception) -> list[Any]:
    """An operation's exception as plain data."""
    kind = next(known for known in type(error).__mro__ if known.__name__ in _ERRORS)
    return [kind.__name__, list(error.args)]


def error_of(form: Sequence[Any]) -> Exception:
    """The exception of such a form."""
    name, args = form
    return _ERRORS[name](*args)
