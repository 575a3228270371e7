"""Where a run is shown: a live picture at the foot of a terminal, else the lines alone.

The program's own text goes out as it came. Our words never stand among it: a picture
below a rule, a summary after a blank line at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, TextIO

from rich.console import detect_legacy_windows

from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.summary import Summary
from pyqdemo.card import Card
from pyqdemo.trace import Outcome, Record
from pyqdemo.views import words
from pyqdemo.views.dress import Dress, dress_for, speakable
from pyqdemo.views.ending import summary_lines
from pyqdemo.views.foot import size_of
from pyqdemo.views.lines import encodable
from pyqdemo.views.under_control import UnderControl
from pyqdemo.views.under_control import never_ends as never_ends_under_control

__all__ = ["Asked", "Setting", "Stage", "open_stage"]


class Asked(Protocol):
    """What the stage needs to know of a request; ``worlds.native.Request`` fits."""

    @property
    def program(self) -> Path: ...
    @property
    def speed(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Setting:
    """What every stage is made of; see ``open_stage``.

    Attributes:
        title: the lesson's title, or the name of the program's file.
    """

    card: Card | None
    title: str
    speed: float
    lang: str
    quiet: bool
    dress: Dress
    out: TextIO
    err: TextIO
    environ: Mapping[str, str]
    keys: TextIO | None


class Stage:
    """A watcher of one run that also speaks before it and after it: here the lines alone.

    Use it as a context manager around ``run(request, bounds, stage)`` and ``show_end``; the
    terminal is restored on every way out.

    Attributes:
        follows: whether ``recorded`` shall be told anything; reading the record while it is
            being written costs the run some of its time.
    """

    follows = False

    def __init__(self, setting: Setting) -> None:
        self._set = setting
        self._line_open = False  # the program's last line on ``out`` has no newline yet

    @property
    def terminal(self) -> tuple[int, int] | None:
        """(columns, rows) for ``Request.terminal``; None where the program gets a pipe."""
        return size_of(self._set.out, self._set.environ) if self._set.out.isatty() else None

    def announce(
        self, stop_after_s: float | None, surely: bool = True, virtual: bool = False
    ) -> None:
        """Says before the run that the program never ends, and when it will be stopped.

        Args:
            stop_after_s: seconds; None where nothing will stop it.
            surely: False where it ends in some runs.
            virtual: those seconds are of a run under control.
        """
        if not self._set.quiet:
            told = words.never_ends(stop_after_s, surely)
            if virtual:
                told = never_ends_under_control(stop_after_s)
            self.write(self._set.err, f"{told[self._set.lang]}\n")

    def printed(self, stream: str, text: str) -> None:
        """The program's text, passed on unaltered."""
        if stream == "stdout":
            self._line_open = not text.endswith("\n") if text else self._line_open
        self.write(self._set.out if stream == "stdout" else self._set.err, text)

    def recorded(self, records: Sequence[Record]) -> None:
        """Nothing is drawn, so nothing is followed."""

    def tick(self, elapsed_ns: int) -> None:
        """Nothing moves."""

    def show_end(
        self,
        summary: Summary,
        outcome: Outcome,
        state: RunState | None = None,
        *,
        endless: bool = False,
        control: UnderControl | None = None,
        saved: Path | None = None,
    ) -> None:
        """Takes the picture away and prints the summary; nothing under ``quiet``.

        Args:
            summary: of the whole record.
            state: after its last event (``Summing.state``): it has the names for the table
                of who waits for what. None takes what this stage has followed itself, which
                is nothing where it draws no picture.
            endless: whether the program is known never to end by itself.
            control: what a run under control has besides; None for a native one.
            saved: file that has the record, None if none has.
        """
        self.close_picture()
        if self._set.quiet:
            return
        lines = summary_lines(
            summary,
            state or self.followed,
            outcome,
            card=self._set.card,
            speed=self._set.speed,
            endless=endless,
            control=control,
            saved=saved,
            lang=self._set.lang,
            glyphs=self._set.dress.glyphs,
        )
        told = "".join(f"{self._set.dress.paint(line)}\n" for line in lines)
        self.write(self._set.out, f"\n{told}")

    @property
    def followed(self) -> RunState:
        """What this stage itself knows of the run: nothing, as it only passes lines on."""
        return RunState()

    def close_picture(self) -> None:
        """Leaves the cursor at the beginning of a line below the program's last one."""
        if self._line_open and not self._set.quiet:
            self._line_open = False
            self.write(self._set.out, "\n")

    def write(self, out: TextIO, text: str) -> None:
        """Writes at once, so that lines come when they come; never raises for a character."""
        out.write(encodable(text, out.encoding))
        out.flush()

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


def open_stage(
    card: Card | None,
    request: Asked,
    *,
    lang: str,
    plain: bool,
    quiet: bool,
    out: TextIO,
    err: TextIO,
    environ: Mapping[str, str],
    keys: TextIO | None,
) -> Stage:
    """The live picture when ``out`` is a terminal that can move its cursor, else lines alone.

    Args:
        card: the lesson's card, None for a program of the user's own.
        lang: ``en`` or ``zh``, of everything but the program's own lines; English where the
            stream cannot show Chinese.
        plain: no picture, whatever ``out`` is.
        quiet: nothing of ours: no picture, no announcement, no summary.
        out: where the program's stdout goes, and our words after it (``sys.stderr`` under
            ``--json``, where records own stdout).
        err: where the program's stderr and our announcement go.
        environ: TERM, COLORTERM, COLORFGBG, NO_COLOR, FORCE_COLOR, COLUMNS and LINES count.
        keys: what space is read from (``sys.stdin``); None, or anything that is not a
            terminal, reads no keys.
    """
    lang = lang if speakable("队列，：（）", out) else "en"
    setting = Setting(
        card=card,
        title=card.title[lang] if card else request.program.name,
        speed=request.speed,
        lang=lang,
        quiet=quiet,
        dress=dress_for(out, environ),
        out=out,
        err=err,
        environ=environ,
        keys=keys,
    )
    if plain or quiet or not _can_move(out, environ):
        return Stage(setting)
    from pyqdemo.views.live import LiveStage

    return LiveStage(setting)


def _can_move(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether a cursor can be moved there; FORCE_COLOR makes no terminal of a pipe."""
    return (
        out.isatty()
        and environ.get("TERM", "").lower() not in ("dumb", "unknown")
        and not detect_legacy_windows()
    )
