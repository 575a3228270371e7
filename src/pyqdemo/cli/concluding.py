"""What follows every run, native or under control: summed up, kept, and put into an exit code."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TextIO

from pyqdemo.analysis.promises import Standing
from pyqdemo.analysis.summary import Summary, Summing
from pyqdemo.card import Card
from pyqdemo.cli.console import Console, unread
from pyqdemo.cli.runs import Look
from pyqdemo.codec.writing import write_trace
from pyqdemo.errors import Exit
from pyqdemo.trace import Header, Outcome, OutcomeKind, Record
from pyqdemo.views.stage import Stage
from pyqdemo.views.under_control import UnderControl

__all__ = ["Guard", "Over", "conclude"]


class Over(Protocol):
    """A run that is over; its records can be read any number of times."""

    @property
    def header(self) -> Header: ...
    @property
    def outcome(self) -> Outcome: ...
    def records(self) -> Iterator[Record]: ...


class Guard:
    """Passes on to the stage; a closed pipe ends the run as Ctrl-C does, record and all.

    Attributes:
        closed: nobody reads any more.
    """

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


def conclude(
    card: Card | None,
    run: Over,
    look: Look,
    console: Console,
    stage: Stage,
    guard: Guard,
    *,
    endless: bool = False,
    control: UnderControl | None = None,
    last: Callable[[int], str] = lambda code: "",
) -> int:
    """Sums a run up, shows the end of it, and keeps its record where that was asked for.

    Args:
        card: None for a program of the user's own.
        guard: who watched it.
        endless: the program is known never to end by itself.
        control: of a run under control.
        last: given the exit code, what stands below the summary.

    Returns:
        The exit code.
    """
    summing = _summing(card, run, look)
    summary = summing.result(run.outcome)
    if guard.closed:
        return unread(console, look.lang)
    code = _exit_code(run.outcome, summary, console)
    if control is not None and control.differs:
        code = Exit.UNUSABLE
    stage.show_end(
        summary, run.outcome, summing.state, endless=endless, control=control, saved=look.save
    )
    if not look.quiet:
        stage.write(_words(look, console), last(code))
    if look.json:
        # Bytes, since JSON is UTF-8 whatever the terminal shows.
        write_trace(console.out.buffer, run.header, run.records(), run.outcome)
    return code


def _words(look: Look, console: Console) -> TextIO:
    return console.err if look.json else console.out


def _summing(card: Card | None, run: Over, look: Look) -> Summing:
    """Reads the record once, however long it is, and saves it on the way if that was asked."""
    speed = run.header.speed
    summing = Summing(card.promises, card.words, speed) if card else Summing(speed=speed)

    def records() -> Iterator[Record]:
        for record in run.records():
            summing.add(record)
            yield record

    if look.save is not None:
        write_trace(look.save, run.header, records(), run.outcome)
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
