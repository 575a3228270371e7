"""How far a search is: a single line that is rewritten, or one now and then."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from pyqdemo.cli.console import Console

__all__ = ["ProgressLine"]

REWRITTEN_S = 0.2  # at most five times a second
TOLD_S = 10.0  # where no line can be rewritten
FIRST_S = 0.5  # nobody wants to read of what is over by then
CLEAR = "\r\x1b[K"


class ProgressLine:
    """A line on stderr.

    Args:
        silent: nothing is shown.
    """

    def __init__(self, console: Console, *, silent: bool) -> None:
        self._err = console.err
        self._rewrites = console.err.isatty() and console.environ.get("TERM") != "dumb"
        self._silent = silent
        self._began = self._last = monotonic()
        self._drawn = False

    def tell(self, told: Callable[[float], str]) -> None:
        """Shows how far it is, if it is time to.

        Args:
            told: the words, from the seconds that it has gone on.
        """
        now = monotonic()
        elapsed = now - self._began
        every, first = (REWRITTEN_S, FIRST_S) if self._rewrites else (TOLD_S, TOLD_S)
        if self._silent or elapsed < first or now - self._last < every:
            return
        self._last, self._drawn = now, True
        self._err.write(f"{CLEAR}{told(elapsed)}" if self._rewrites else f"{told(elapsed)}\n")
        self._err.flush()

    def close(self) -> None:
        """Takes the line away."""
        if self._drawn and self._rewrites:
            self._err.write(CLEAR)
            self._err.flush()
