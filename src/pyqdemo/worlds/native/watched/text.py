"""The program's stdout and stderr, watched twice: as written, and as it left the process."""

from __future__ import annotations

import io
import os
import sys
from time import perf_counter_ns
from types import FrameType
from typing import Any

from pyqdemo.worlds.native.lane import Operation
from pyqdemo.worlds.native.recorder import lane, place_of, raised

__all__ = ["watch_streams"]

_frame = sys._getframe
_numbers: dict[int, int] = {}  # a stream's file descriptor to its resource's number


def _caller() -> FrameType | None:
    """Who called ``write``; nobody where Python itself prints an uncaught exception."""
    try:
        return _frame(2)
    except ValueError:
        return None


class Text(io.TextIOWrapper):
    """A text stream that notes each ``write`` as the program made it."""

    def write(self, text: str, /) -> int:
        mine = lane()
        place = place_of(mine, _caller())
        began = perf_counter_ns()
        number = _numbers[self.fileno_kept]
        if type(text) is str:
            # Before it is done, for a whole line may leave the process within it.
            value = text.encode("utf-8", "surrogatepass")
            mine.event(Operation.WRITE, number, began, place, began=began, value=value)
        try:
            return super().write(text)
        except BaseException as error:
            now = perf_counter_ns()
            mine.event(Operation.WRITE, number, now, place, began=began, result=raised(error))
            raise

    fileno_kept = 1


class Raw(io.FileIO):
    """The file below a stream: what comes here has left the process's buffer."""

    kept = 1

    def write(self, data: Any, /) -> int | None:  # type: ignore[override]
        sent = super().write(data)
        mine = lane()
        now = perf_counter_ns()
        mine.event(Operation.FLUSH, _numbers[self.kept], now, began=now, value=b"%d" % (sent or 0))
        return sent


def watch_streams(resource_of: dict[str, int]) -> None:
    """Puts watched streams in the place of ``sys.stdout`` and ``sys.stderr``.

    They buffer as CPython's own would on the same descriptor: by line on a terminal, by
    block on a pipe (stderr always by line), not at all under ``PYTHONUNBUFFERED``. Both
    speak UTF-8, whatever the locale.

    Args:
        resource_of: ``stdout`` and ``stderr`` to their resources' numbers.
    """
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        _numbers[descriptor] = resource_of[name]
        try:
            os.fstat(descriptor)
        except OSError:
            continue  # the program was started with that stream closed
        old = getattr(sys, name)
        if old is not None:
            old.flush()
        unbuffered = old is not None and old.write_through
        raw = Raw(descriptor, "wb", closefd=False)
        raw.kept = descriptor
        raw.name = f"<{name}>"
        by_line = name == "stderr" or os.isatty(descriptor)
        stream = Text(
            raw if unbuffered else io.BufferedWriter(raw),
            encoding="utf-8",
            errors="backslashreplace" if old is None else old.errors,
            line_buffering=by_line and not unbuffered,
            write_through=unbuffered,
        )
        stream.fileno_kept = descriptor
        stream.mode = "w"  # type: ignore[misc]
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
