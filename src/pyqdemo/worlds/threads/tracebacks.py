"""Tracebacks as the program would print them: its own frames and its libraries', none of ours.

They are the same wherever the program lies and whichever Python runs it: files are named from
the program's folder on, and no marks stand below a line, since those differ.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from traceback import FrameSummary, TracebackException

from pyqdemo.worlds.owning import ours

__all__ = ["lines"]


def lines(error: BaseException, folder: str) -> list[str]:
    """What Python prints of an exception that nobody caught, without the frames of ours.

    Args:
        error: with its traceback, causes and contexts; groups too.
        folder: the program's, with a separator at its end.

    Returns:
        texts that end with a newline; some have several lines.
    """
    told = TracebackException(type(error), error, error.__traceback__, compact=True)
    for part in _parts(told):
        part.stack[:] = [_told(frame, folder) for frame in part.stack if not ours(frame.filename)]
    return list(told.format())


def _told(frame: FrameSummary, folder: str) -> FrameSummary:
    """The frame with its line, and a name that does not depend on where the program lies."""
    named = frame.filename.removeprefix(folder).replace(os.sep, "/")
    return FrameSummary(
        named, frame.lineno, frame.name, lookup_line=False, locals=frame.locals, line=frame.line
    )


def _parts(told: TracebackException) -> Iterator[TracebackException]:
    """An exception with those that it came from and those that it is a group of."""
    waiting: list[TracebackException | None] = [told]
    while waiting:
        part = waiting.pop()
        if part is not None:
            yield part
            waiting += [part.__cause__, part.__context__, *(part.exceptions or ())]
