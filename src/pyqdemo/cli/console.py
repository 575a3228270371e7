"""The console: three streams that never raise for a character, and the signals that end us."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import TextIO

from pyqdemo.cli.words import say

__all__ = ["PIPE_CLOSED", "Console", "console", "ended_by_signals", "let_go", "unread"]

#: Whoever read our output stopped reading: 128 + SIGPIPE, as a shell reports it for any
#: program of a pipeline. Not 0, since lines were lost.
PIPE_CLOSED = 141

#: End us as Ctrl-C does, but with 128 + their number. SIGHUP is a terminal that was closed.
_ENDING = ("SIGTERM", "SIGHUP")


@dataclass(slots=True)
class Console:
    """Where a person reads and types.

    Attributes:
        out, err: ready for any text; what they cannot show, they show as an escape.
        keys: what is typed.
        environ: the environment's variables.
        signal: number of the signal that told us to end, None as long as none did.
    """

    out: TextIO
    err: TextIO
    keys: TextIO
    environ: Mapping[str, str]
    signal: int | None = None

    @property
    def terminal(self) -> bool:
        """Whether there is a person to ask: both what we write and what we read is a terminal."""
        return self.out.isatty() and self.keys.isatty()

    def shows(self, characters: str) -> bool:
        """Whether these characters can be written as they are."""
        try:
            characters.encode(self.out.encoding or "utf-8")
        except (UnicodeError, LookupError):
            return False
        return True

    def write(self, text: str) -> None:
        """Writes at once, so that a closed pipe is met here and not at exit."""
        self.out.write(text)
        self.out.flush()

    def complain(self, line: str) -> None:
        try:
            self.out.flush()
        except OSError:  # what could not be written must not keep us from saying so
            let_go(self.out)
        self.err.write(line + "\n")
        self.err.flush()


def console() -> Console:
    """The process's own console; a stream that was closed for us leads nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return Console(sys.stdout, sys.stderr, sys.stdin, os.environ)


@contextmanager
def ended_by_signals(told: Console) -> Iterator[None]:
    """SIGTERM and SIGHUP leave by SystemExit within the block, so that every finally runs.

    A native run takes SIGTERM itself as long as it lasts; SIGHUP, which it does not know,
    is handed to it as SIGTERM.
    """

    def end(number: int, frame: FrameType | None) -> None:
        first, told.signal = told.signal is None, told.signal or number
        if number != signal.SIGTERM:
            signal.raise_signal(signal.SIGTERM)
        elif first or told.signal != number:
            raise SystemExit(128 + number)

    before = {}
    for name in _ENDING:
        number = getattr(signal, name, None)
        # Whoever starts us with a signal ignored (nohup) wishes that.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def unread(person: Console, lang: str) -> int:
    """Says that nobody reads our output any more; the exit code of such an end."""
    let_go(person.out)
    try:
        person.complain(say("run.unread", lang))
    except OSError:
        let_go(person.err)
    return PIPE_CLOSED


def let_go(stream: TextIO) -> None:
    """Leads a stream whose reader has gone to nowhere: what is left in it must not raise."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
