"""How far an exploration is, in words."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from pyqdemo.cli.console import Console
from pyqdemo.cli.progress import ProgressLine
from pyqdemo.cli.words import say

if TYPE_CHECKING:
    from pyqdemo.exploring import Bounds, Covered
    from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["Progress"]


class Progress:
    """Told after each execution.

    Args:
        bounds: by which the rest is estimated.
        signals: that end the search.
        silent: nothing is shown.
    """

    def __init__(
        self, console: Console, lang: str, bounds: Bounds, signals: StopSignals, *, silent: bool
    ) -> None:
        self._line = ProgressLine(console, silent=silent)
        self._lang, self._bounds, self._signals = lang, bounds, signals

    def __call__(self, covered: Covered) -> bool:
        """Takes in how far it is; answers whether to stop."""
        self._line.tell(lambda elapsed: self._told(covered, elapsed))
        return bool(self._signals.asked)

    def close(self) -> None:
        """Takes the line away."""
        self._line.close()

    def _told(self, covered: Covered, elapsed: float) -> str:
        from pyqdemo.analysis.coverage_words import executions_told

        rate = covered.executions / elapsed
        left = self._left(covered, rate)
        return say(
            "explore.progress" if left is None else "explore.progress_left",
            self._lang,
            executions=executions_told(covered.executions)[self._lang],
            rate=f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}",
            elapsed=f"{elapsed:.0f}",
            left=left,
        )

    def _left(self, covered: Covered, rate: float) -> str | None:
        """How long it can take at most, by its bounds; how long it will, nobody knows."""
        ends = []
        bounds = self._bounds
        spent = monotonic() - covered.began_s
        if bounds.time_s is not None:
            ends.append(bounds.time_s - spent)
        if bounds.max_executions is not None and rate > 0:
            ends.append((bounds.max_executions - covered.executions) / rate)
        if covered.failed_s is not None:
            ends.append(bounds.after_failure_s - (monotonic() - covered.failed_s))
        return f"{max(0.0, min(ends)):.0f}" if ends else None
