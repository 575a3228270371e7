"""When nothing in this process can run any more, it ends all the same."""

from __future__ import annotations

import faulthandler
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import TextIO

__all__ = ["LastResort"]

AFTER_S = 30.0
EACH_S = 1.0


class LastResort:
    """Ends the process if it is not told in time that there is still life in it.

    A step of the program inside C that keeps the interpreter's lock (``sum(range(10**10))``, a
    regular expression that never comes to an end) lets no other thread run: not the one that
    would break into it, and not the one that Ctrl-C is told to. What is left is a thread
    without Python in it. It writes where every thread stood, and ends the process with exit
    code 1; the record is lost. Where code in C crashes, it writes at which line of the program.

    Args:
        err: where it writes; without a file behind it, nothing is armed.
        after_s: seconds without ``alive``.
    """

    def __init__(self, err: TextIO, after_s: float = AFTER_S) -> None:
        self._err = err
        self._after_s = after_s
        self._armed_at: float | None = None
        self._enabled = False

    def alive(self) -> None:
        """There is: the time begins anew."""
        now = monotonic()
        if self._armed_at is not None and now - self._armed_at > min(EACH_S, self._after_s / 4):
            self._arm(now)

    def _arm(self, now: float) -> None:
        # A stream of a test's, or of a person without a terminal, has no file behind it.
        with suppress(OSError, ValueError, AttributeError):
            faulthandler.dump_traceback_later(self._after_s, exit=True, file=self._err)
            self._armed_at = now
            if not self._enabled and not faulthandler.is_enabled():
                faulthandler.enable(self._err, all_threads=False)
                self._enabled = True

    def __enter__(self) -> LastResort:
        self._arm(monotonic())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._armed_at is not None:
            faulthandler.cancel_dump_traceback_later()
        if self._enabled:
            faulthandler.disable()
