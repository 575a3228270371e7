"""How what happens in a process is written into messages, and read from them again."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from typing import Any

__all__ = [
    "error_of",
    "form_of_error",
    "hidden",
    "put_together",
    "shown",
    "taken_apart",
]

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
_BYTES = "\0bytes"  # stands where bytes were, with their number among the parts


def hidden(args: Sequence[Any], parts: list[bytes]) -> list[Any]:
    """Arguments for a message, their bytes put among the parts that travel beside it."""
    plain = []
    for each in args:
        if isinstance(each, bytes):
            parts.append(each)
            each = {_BYTES: len(parts) - 1}
        plain.append(each)
    return plain


def shown(args: Sequence[Any], parts: Sequence[bytes]) -> list[Any]:
    """The arguments that ``hidden`` was given."""
    return [
        parts[each[_BYTES]] if isinstance(each, dict) and _BYTES in each else each for each in args
    ]


def put_together(parts: Sequence[bytes]) -> bytes | None:
    """One payload of all parts; None for none."""
    return parts[0] if len(parts) == 1 else b"".join(parts) if parts else None


def taken_apart(payload: bytes | None, lengths: Sequence[int]) -> list[bytes]:
    """The parts, of those lengths, that ``put_together`` was given."""
    if payload is None or len(lengths) == 1:
        return [] if payload is None else [payload]
    parts, at = [], 0
    for length in lengths:
        parts.append(payload[at : at + length])
        at += length
    return parts


def form_of_error(error: Exception) -> list[Any]:
    """An operation's exception as plain data; raises it where it is none of an operation's."""
    for kind in type(error).__mro__:
        if _ERRORS.get(kind.__name__) is kind:
            return [kind.__name__, list(error.args)]
    raise error


def error_of(form: Sequence[Any]) -> Exception:
    """The exception of such a form."""
    name, args = form
    return _ERRORS[name](*args)
