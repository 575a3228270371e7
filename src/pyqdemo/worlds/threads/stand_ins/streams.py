"""The program's stdout and stderr, and ``print``: what is written becomes operations.

Usually one ``print`` is one step, whatever it writes: nobody comes in between. Where prints
part, it is as many steps as CPython makes writes to the stream: each value, each separator
and the end are one of their own, but for empty texts. There is no lock around them. Four
threads that print without pause show all of these partings on CPython 3.11 to 3.13, on a
terminal and into a pipe, buffered or not (``python -u``): ``aaaabbbb`` and an empty line
behind it, ``aaaa bbbb 3``, ``aaaa  7``.

What they write goes into one buffer of their process, and with the end of a line, whoever
writes that, all that is in it goes out as one. So another *process* never comes between a
text and its newline, as it would not natively, but with ``python -u``.
"""

from __future__ import annotations

import builtins
import io
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any

from pyqdemo.kernel.noting import Notes
from pyqdemo.kernel.printing import Buffer, EndLine, Flush, Write
from pyqdemo.worlds.threads.lives import Home, local
from pyqdemo.worlds.threads.world import here

__all__ = [
    "STREAMS",
    "Stream",
    "announce_streams",
    "flush_streams",
    "program_print",
    "standard_error",
]

_frame = sys._getframe
#: Both belong to the run, whoever writes.
STREAMS = {name: f"0/stream/{name}" for name in ("stdout", "stderr")}


def announce_streams(log: Notes | None) -> None:
    """Puts both streams into the record, before anybody writes."""
    if log is not None:
        for name, id in STREAMS.items():
            log.resource(id, "stream", name)


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a program under control: no terminal, UTF-8.

    Args:
        name: ``stdout`` or ``stderr``.
    """

    errors = "backslashreplace"
    line_buffering = True
    mode = "w"
    newlines = None

    def __init__(self, name: str) -> None:
        self._id = STREAMS[name]
        self.name = f"<{name}>"
        self.buffer = _Bytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.send((text,), _frame(1))
        return len(text)

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        if here().world.parted:
            for line in lines:
                self.send((line,), _frame(1))
        else:
            self.send(tuple(lines), _frame(1))

    def reconfigure(self, **_: object) -> None:
        """It is always UTF-8 and never buffered."""

    def fileno(self) -> int:
        raise io.UnsupportedOperation("a run under control has no files behind its streams")

    def send(self, parts: tuple[str, ...], frame: FrameType) -> None:
        """Writes parts that follow each other: without anybody in between, unless prints part.

        A task that is being unwound writes nothing: what a ``finally`` prints then is no
        part of the run.
        """
        life = here()
        if not parts or life.unwinding:
            return
        block = life.world.buffers and self.name == "<stdout>"
        if block or life.world.parted:
            last = life.home.surroundings.at_last
            if flush_streams not in last:
                last.append(flush_streams)
        if life.world.parted:
            for part in filter(None, parts):
                ends = not block and ("\n" in part or "\r" in part)
                life.world.perform((EndLine if ends else Buffer)(self._id, (part,)), frame)
        else:
            life.world.perform((Buffer if block else Write)(self._id, parts), frame)

    def flush(self) -> None:
        if hasattr(local, "life"):  # Python's own end flushes it too, when no run goes on
            flush_streams(_frame(1), self._id)


class _Bytes(io.BufferedIOBase):
    """``sys.stdout.buffer``."""

    def __init__(self, text: Stream) -> None:
        self._text = text

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        raw = bytes(data)
        self._text.send((raw.decode("utf-8", "backslashreplace"),), _frame(1))
        return len(raw)


def program_print(
    *values: object,
    sep: str | None = None,
    end: str | None = None,
    file: Any = None,
    flush: bool = False,
) -> None:
    """``print``: as many writes as CPython's makes; see above for who comes in between."""
    if file is None:
        file = standard_stream(here().home, "stdout")
        if file is None:
            return  # as print does without a stdout
    if type(file) is not Stream:
        builtins.print(*values, sep=sep, end=end, file=file, flush=flush)
        return
    for name, given in (("sep", sep), ("end", end)):
        if given is not None and not isinstance(given, str):
            raise TypeError(f"{name} must be None or a string, not {type(given).__name__}")
    between, last = " " if sep is None else sep, "\n" if end is None else end
    if here().world.parted:
        # A value's text is made when its turn comes: its __str__ may attempt something itself.
        for number, value in enumerate(values):
            if number:
                file.send((between,), _frame(1))
            file.send((str(value),), _frame(1))
        file.send((last,), _frame(1))
    else:
        parts = [str(value) for value in values]
        if between:
            parts = [part for value in parts for part in (between, value)][1:]
        file.send((*parts, last), _frame(1))
    if flush:
        flush_streams(_frame(1), file._id)


def standard_stream(home: Home, name: str) -> Any:
    """What the program has as ``sys.stdout`` or ``sys.stderr`` at the moment."""
    modules: dict[str, Any] = home.scratch.get("modules", {})
    if "sys" in modules:
        return getattr(modules["sys"], name)
    found: dict[str, Stream] = home.scratch.setdefault("streams", {})
    if name not in found:
        found[name] = Stream(name)
    return found[name]


def flush_streams(frame: FrameType | None = None, only: str | None = None) -> None:
    """What the buffers of the calling task's process hold is written out.

    Args:
        only: id of one of its streams; None for both.
    """
    life = here()
    for stream in STREAMS.values():
        held = life.task.process.state.unwritten
        if stream in held and only in (None, stream) and not life.unwinding:
            life.world.perform(Flush(stream), frame)


def standard_error() -> Any:
    """The calling task's ``sys.stderr``."""
    return standard_stream(here().home, "stderr")
