"""Tracebacks as the program would print them: its own frames and its libraries', none of ours."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import TracebackException

from pyqdemo.worlds.owning import ours

__all__ = ["lines"]


def lines(error: BaseException) -> list[str]:
    """What Python prints of an exception that nobody caught, without the frames of ours.

    Args:
        error: with its traceback, causes and contexts; groups too.

    Returns:
        texts that end with a newline; some have several lines.
    """
    told = TracebackException(type(error), error, error.__traceback__, compact=True)
    for part in _parts(told):
        part.stack[:] = [frame for frame in part.stack if not ours(frame.filename)]
    return list(told.format())


def _parts(told: TracebackException) -> Iterator[TracebackException]:
    """An exception with those that it came from and those that it is a group of."""
    waiting: list[TracebackException | None] = [told]
    while waiting:
        part = waiting.pop()
        if part is not None:
            yield part
            waiting += [part.__cause__, part.__context__, *(part.exceptions or ())]
