"""``pyqdemo explain PROGRAM TRANSCRIPT``: how a program can have printed these lines."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.card import Card
from pyqdemo.cli import runs
from pyqdemo.cli.commands import HELP, HELP_ALL, LANG, Argument, Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.exploring_checks import check_lesson, check_own, explored_lesson
from pyqdemo.cli.finding import lesson_names
from pyqdemo.cli.mistakes import reason
from pyqdemo.cli.parameters import with_parameters
from pyqdemo.cli.progress import ProgressLine
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.searching import again, hushed, keep, plan_of, write_json, write_lines
from pyqdemo.cli.words import say, text
from pyqdemo.errors import Exit, UnusableFile, UsageError

if TYPE_CHECKING:
    from pyqdemo.explaining import Far
    from pyqdemo.explanation import Explanation
    from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["EXPLAIN", "explain_command"]

NAME = "explain"
USUAL_TIME_S = 60.0
MOST_BYTES = 4_000_000
WIDEST_LINE = 30  # cells of a line in the progress

_PUBLISHED = Option("--as-published", text("explore.published"))
_TIME = Option("--time", text("explore.time"), "SECONDS", f"{USUAL_TIME_S:g}")
_SEED = Option("--seed", text("explain.seed"), "N", "0")
_REPORT = (
    replace(runs.SAVE, help=text("explain.save")),
    replace(runs.JSON, help=text("explain.json")),
    replace(runs.PLAIN, help=text("explore.plain")),
    LANG,
    replace(HELP_ALL, help=text("explain.help_all")),
    HELP,
)


def explain_command(cards: Sequence[Card]) -> Command:
    """The command, with the options of all lessons; which of them a lesson takes is told later."""
    return with_parameters(EXPLAIN, cards)


def _start(given: Given, console: Console) -> int:
    for name, example in (("PROGRAM", "chefs"), ("TRANSCRIPT", "output.txt")):
        if not given.argument(name):
            arguments = {"PROGRAM": ("chefs",), **given.arguments, name: (example,)}
            following = corrected(replace(given, arguments=arguments))
            raise UsageError("argument_missing", command=NAME, argument=name, next=following)
    word = given.argument("PROGRAM")
    card = explored_lesson(word, given)
    if card is None:
        check_own(word, given, EXPLAIN.options)
    else:
        check_lesson(card, given, EXPLAIN.options)
    look = runs.look_of(given)
    time_s = given.number("time", low=0.1, high=86_400, example=USUAL_TIME_S) or USUAL_TIME_S
    usual = "operation" if card is None else card.explored.granularity
    granularity = given.choice(runs.GRANULARITY) or usual
    plan = plan_of(word, card, given, granularity=granularity)
    from pyqdemo.explaining import explained
    from pyqdemo.explaining.transcript import readings_of
    from pyqdemo.worlds.stop_signals import StopSignals

    readings = readings_of(_read(given.argument("TRANSCRIPT"), console))
    with StopSignals() as signals:
        progress = _Progress(console, given.lang, signals, silent=look.plain)
        try:
            with hushed(console):
                told = explained(plan, readings, time_s, progress, signals)
        finally:
            progress.close()
    if signal.SIGTERM in signals.asked and console.signal is None:
        console.signal = signal.SIGTERM
    _conclude(told, look, given, console, card)
    if told.found is not None:
        return Exit.FINE
    return Exit.FAILED if told.impossible else Exit.NOT_EXHAUSTED


def _read(name: str, console: Console) -> str:
    """The transcript's text. Raises UnusableFile, UsageError."""
    from pyqdemo.explaining.transcript import MOST_LINES

    try:
        if name == "-":
            raw = getattr(console.keys, "buffer", console.keys).read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as opened:
                raw = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why: object = reason(error) if isinstance(error, OSError) else str(error)
        raise UnusableFile("transcript_unreadable", file=name, reason=why) from None
    if len(raw) > MOST_BYTES:
        raise UsageError("transcript_long", most=f"{MOST_LINES:,}")
    try:
        return raw if isinstance(raw, str) else raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("transcript_binary") from None


def _conclude(
    told: Explanation, look: runs.Look, given: Given, console: Console, card: Card | None
) -> None:
    """Keeps the run that was found, and shows or prints the answer."""
    from pyqdemo.codec.explanations import encode_explanation
    from pyqdemo.views.explained import explained_lines

    if look.save is not None and told.found is not None:
        keep(told.found, look.save)
    elif look.save is not None:
        console.complain(say("explain.nothing_kept", look.lang, file=str(look.save)))
    if look.json:
        write_json(encode_explanation(told), console)
        return
    commands = [] if told.found is None else [again(told.found, given, card, look.save)]
    if any(reason.kind == "race" for reason in told.reasons):
        commands.append((text("explore.lines"), corrected(given, granularity="line")))
    write_lines(
        lambda glyphs, width: explained_lines(told, look.lang, glyphs, width, commands),
        console,
        plain=look.plain,
    )


class _Progress:
    """Told after each execution."""

    def __init__(self, console: Console, lang: str, signals: StopSignals, *, silent: bool) -> None:
        self._line = ProgressLine(console, silent=silent)
        self._lang, self._signals = lang, signals

    def __call__(self, far: Far) -> bool:
        """Takes in how far it is; answers whether to stop."""
        self._line.tell(lambda elapsed: self._told(far))
        return bool(self._signals.asked)

    def close(self) -> None:
        """Takes the line away."""
        self._line.close()

    def _told(self, far: Far) -> str:
        from pyqdemo.analysis.coverage_words import executions_told
        from pyqdemo.views.cells import shown

        told = executions_told(far.executions)[self._lang]
        key = "explain.progress_one" if far.matched == 1 else "explain.progress"
        said = say(key, self._lang, executions=told, matched=f"{far.matched:,}")
        if far.line is None:
            return said
        return said + say("explain.progress_next", self._lang, line=shown(far.line, WIDEST_LINE))


EXPLAIN = Command(
    name=NAME,
    panel="program",
    summary=text("explain.summary"),
    about=text("explain.about"),
    arguments=(
        Argument("PROGRAM", choices=lesson_names),
        Argument("TRANSCRIPT", example="output.txt"),
        Argument("ARGS", many=True),
    ),
    sections=(
        Section(text("panel.search"), (_PUBLISHED, _TIME)),
        Section(text("panel.report"), _REPORT),
    ),
    rest=(Section(text("panel.claim"), (runs.GRANULARITY, _SEED, runs.START_METHOD, runs.STDOUT)),),
    example="chefs output.txt --as-published",
    start=_start,
)
