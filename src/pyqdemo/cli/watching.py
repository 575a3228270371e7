"""The one place where a program is run natively, shown, summed up and kept."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from pyqdemo.analysis.promises import Standing
from pyqdemo.analysis.summary import Summary, Summing
from pyqdemo.card import Card
from pyqdemo.cli.commands import Given
from pyqdemo.cli.console import Console, unread
from pyqdemo.cli.helping import padded
from pyqdemo.cli.mistakes import one_line
from pyqdemo.cli.runs import LONGEST_S, MOST_ITEMS, Look
from pyqdemo.cli.words import say
from pyqdemo.codec.writing import write_trace
from pyqdemo.errors import Exit
from pyqdemo.trace import Outcome, OutcomeKind, Record
from pyqdemo.views.stage import Stage, open_stage
from pyqdemo.worlds.native.running import Bounds, Recording, Request, check_program, run

__all__ = ["bounds_of", "watch"]

#: After how long a program that never ends is stopped where nobody said when.
ON_A_TERMINAL_S, ELSEWHERE_S = 20.0, 5.0
#: Where the summary's figures stand.
SUMMARY_COLUMN = 15


def bounds_of(given: Given, base: str) -> Bounds:
    """The bounds asked for. Raises UsageError."""
    stop_after = given.whole("stop-after", low=1, high=MOST_ITEMS, default=0, example=20, base=base)
    for_s = given.number("for", low=0.1, high=LONGEST_S, example=10, base=base)
    return Bounds(for_s, stop_after or None)


def watch(
    card: Card | None,
    request: Request,
    bounds: Bounds,
    look: Look,
    console: Console,
    *,
    endless: bool = False,
    may_hang: bool = False,
) -> int:
    """Runs a program, shows it, sums it up and keeps the record where that was asked for.

    Args:
        card: None for a program of the user's own.
        endless: the program never ends: that is said first, and without any bound it is
            stopped after a while.
        may_hang: the same of a program that ends in some runs.

    Returns:
        The exit code.

    Raises:
        UnusableFile, UsageError, RunError: it could not be run at all.
    """
    check_program(request.program)  # before a picture covers the screen
    out = console.err if look.json else console.out
    unsure = endless or may_hang
    if unsure and bounds.for_s is None and bounds.stop_after is None:
        bounds = replace(bounds, for_s=ON_A_TERMINAL_S if out.isatty() else ELSEWHERE_S)
    with ExitStack() as stack:
        stage = stack.enter_context(_stage(card, request, look, console, out))
        if unsure:
            stage.announce(bounds.for_s, surely=endless)
        watcher = _Guard(stage)
        keyboard = card is None and _is_ours_to_lend(look, console)
        request = replace(request, terminal=stage.terminal, keyboard=keyboard)
        recording = stack.enter_context(run(request, bounds, watcher))
        summing = _summing(card, recording, look)
        summary = summing.result(recording.outcome)
        if watcher.closed:
            return unread(console, look.lang)
        stage.show_end(summary, recording.outcome, summing.state, endless=endless)
        if look.save is not None and not look.quiet:
            stage.write(out, _saved(look.save, look.lang))
        if look.json:
            # Bytes, since JSON is UTF-8 whatever the terminal shows.
            lines = console.out.buffer
            write_trace(lines, recording.header, recording.records(), recording.outcome)
    return _exit_code(recording.outcome, summary, console)


def _stage(card: Card | None, request: Request, look: Look, console: Console, out: TextIO) -> Stage:
    return open_stage(
        card,
        request,
        lang=look.lang,
        plain=look.plain,
        quiet=look.quiet,
        out=out,
        err=console.err,
        environ=console.environ,
        keys=console.keys,
    )


def _saved(file: Path, lang: str) -> str:
    """The last row of the summary, in its columns."""
    return f"{padded(say('run.saved', lang), SUMMARY_COLUMN)}{one_line(str(file))}\n"


class _Guard:
    """Passes on to the stage; a closed pipe ends the run as Ctrl-C does, record and all."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.follows = stage.follows
        self.closed = False

    def printed(self, stream: str, text: str) -> None:
        if not self.closed:
            try:
                self._stage.printed(stream, text)
            except BrokenPipeError:
                self.closed = True
                signal.raise_signal(signal.SIGINT)  # the run has its own handler for it

    def recorded(self, records: Sequence[Record]) -> None:
        if not self.closed:
            self._stage.recorded(records)

    def tick(self, elapsed_ns: int) -> None:
        if not self.closed:
            self._stage.tick(elapsed_ns)


def _is_ours_to_lend(look: Look, console: Console) -> bool:
    """Whether the program may read what is typed: not while the picture reads its keys."""
    pictured = console.out.isatty() and not (look.plain or look.quiet or look.json)
    return not (pictured and console.keys.isatty())


def _summing(card: Card | None, recording: Recording, look: Look) -> Summing:
    """Reads the record once, however long it is, and saves it on the way if that was asked."""
    speed = recording.header.speed
    summing = Summing(card.promises, card.words, speed) if card else Summing(speed=speed)

    def records() -> Iterator[Record]:
        for record in recording.records():
            summing.add(record)
            yield record

    if look.save is not None:
        write_trace(look.save, recording.header, records(), recording.outcome)
    else:
        deque(records(), maxlen=0)
    return summing


def _exit_code(outcome: Outcome, summary: Summary, console: Console) -> int:
    match outcome.kind:
        case OutcomeKind.INTERRUPTED:
            if outcome.detail == "SIGTERM" and console.signal is None:
                console.signal = signal.SIGTERM
            return Exit.INTERRUPTED
        case OutcomeKind.DEADLOCK | OutcomeKind.LIVELOCK | OutcomeKind.STUCK:
            return Exit.STUCK
        case OutcomeKind.EXCEPTION | OutcomeKind.ABORTED:
            return Exit.FAILED
    if any(promise.standing is Standing.BROKEN for promise in summary.promises):
        return Exit.FAILED
    # The program's own exit code stands in the record; here it only says well or not.
    return Exit.FAILED if outcome.exit_code else Exit.FINE
