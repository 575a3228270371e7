"""How an exploration is watched: a line of progress, and its report."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from pyqdemo.cli.console import Console
from pyqdemo.cli.words import say
from pyqdemo.languages import Text

if TYPE_CHECKING:
    from pyqdemo.exploring import Bounds, Covered
    from pyqdemo.report import Report
    from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["Progress", "report_text"]

REWRITTEN_S = 0.2  # at most five times a second
TOLD_S = 10.0  # where no line can be rewritten
FIRST_S = 0.5  # nobody wants to read of what is over by then
NARROWEST = 40  # cells in which a report can still be laid out
CLEAR = "\r\x1b[K"


class Progress:
    """Told after each execution; a single line that is rewritten, or one now and then.

    Args:
        bounds: by which the rest is estimated.
        signals: that end the search.
        silent: nothing is shown.
    """

    def __init__(
        self, console: Console, lang: str, bounds: Bounds, signals: StopSignals, *, silent: bool
    ) -> None:
        self._err = console.err
        self._lang, self._bounds, self._signals = lang, bounds, signals
        self._rewrites = console.err.isatty() and console.environ.get("TERM") != "dumb"
        self._silent = silent
        self._began = self._last = monotonic()
        self._drawn = False

    def __call__(self, covered: Covered) -> bool:
        """Takes in how far it is; answers whether to stop."""
        now = monotonic()
        elapsed = now - self._began
        every = REWRITTEN_S if self._rewrites else TOLD_S
        late = elapsed >= (FIRST_S if self._rewrites else TOLD_S)
        if not self._silent and late and now - self._last >= every:
            self._last = now
            self._tell(covered, elapsed)
        return bool(self._signals.asked)

    def close(self) -> None:
        """Takes the line away."""
        if self._drawn and self._rewrites:
            self._err.write(CLEAR)
            self._err.flush()

    def _tell(self, covered: Covered, elapsed: float) -> None:
        rate = covered.executions / elapsed
        left = self._left(covered, rate)
        told = say(
            "explore.progress" if left is None else "explore.progress_left",
            self._lang,
            executions=f"{covered.executions:,}",
            rate=f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}",
            elapsed=f"{elapsed:.0f}",
            left=left,
        )
        self._err.write(f"{CLEAR}{told}" if self._rewrites else f"{told}\n")
        self._err.flush()
        self._drawn = True

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


def report_text(
    report: Report,
    lang: str,
    console: Console,
    commands: Sequence[tuple[Text, str]],
    *,
    plain: bool,
) -> str:
    """The report as it is shown where the console writes."""
    from pyqdemo.views.dress import Dress, dress_for
    from pyqdemo.views.foot import size_of
    from pyqdemo.views.lines import encodable
    from pyqdemo.views.report import report_lines

    dress = dress_for(console.out, console.environ)
    if plain:
        dress = Dress(dress.glyphs)
    width, _ = size_of(console.out, console.environ)
    lines = report_lines(report, lang, dress.glyphs, max(width, NARROWEST), commands)
    told = "".join(f"{dress.paint(line)}\n" for line in lines)
    return encodable(told, console.out.encoding)
