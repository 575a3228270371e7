"""Single keys from a terminal, whose manners are put back on every way out."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from types import TracebackType
from typing import Any, TextIO

__all__ = ["Keys"]


class Keys:
    """Keys as they are pressed, without Enter and without being shown.

    A context manager. Nothing is read, and nothing changed, where the stream is not a
    terminal, or where the terminal belongs to another job (we run in the background).
    Ctrl-C keeps its meaning; Ctrl-Z has none, as it would leave a picture behind that nobody
    draws any more, and a terminal without a cursor.

    Args:
        stream: usually ``sys.stdin``; None reads nothing.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._descriptor: int | None = None
        self._before: list[Any] | None = None

    @property
    def reading(self) -> bool:
        return self._descriptor is not None

    def __enter__(self) -> Keys:
        descriptor = _terminal(self._stream)
        if descriptor is None:
            return self
        if sys.platform != "win32":
            import termios

            try:
                self._before = termios.tcgetattr(descriptor)
                _hush(descriptor, self._before)
            except termios.error:
                return self
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if sys.platform != "win32" and descriptor is not None and self._before is not None:
            import termios

            # A terminal that has gone away needs nothing put back.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(descriptor, termios.TCSANOW, self._before)

    def waited(self) -> str:
        """The next keys pressed, however long that takes; empty once the terminal has gone."""
        if self._descriptor is None:
            return ""
        if sys.platform == "win32":
            import msvcrt

            return msvcrt.getwch()
        select.select([self._descriptor], [], [])
        return self.pressed()

    def pressed(self) -> str:
        """The keys pressed since the last call, without waiting; empty if none."""
        if self._descriptor is None:
            return ""
        if sys.platform == "win32":
            return _pressed_on_windows()
        try:
            if not select.select([self._descriptor], [], [], 0)[0]:
                return ""
            told = os.read(self._descriptor, 1024)
        except OSError:
            told = b""
        if not told:  # the terminal has gone away
            self._descriptor = None
        return told.decode("utf-8", "replace")


def _terminal(stream: TextIO | None) -> int | None:
    """The stream's descriptor if it is a terminal that listens to us."""
    try:
        if stream is None or not stream.isatty():
            return None
        descriptor = stream.fileno()
        if sys.platform != "win32" and os.tcgetpgrp(descriptor) != os.getpgrp():
            return None
    except (OSError, ValueError):
        return None
    return descriptor


def _hush(descriptor: int, before: list[Any]) -> None:
    """No echo, no waiting for Enter, no stopping; Ctrl-C stays."""
    if sys.platform == "win32":
        return
    import termios

    quiet = [*before[:6], list(before[6])]
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
    quiet[6][termios.VSUSP] = os.fpathconf(descriptor, "PC_VDISABLE")
    termios.tcsetattr(descriptor, termios.TCSANOW, quiet)


def _pressed_on_windows() -> str:
    keys = ""
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            keys += msvcrt.getwch()
    return keys
