"""``pyqdemo explain PROGRAM TRANSCRIPT``: how a program can have printed these lines."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from pyqdemo.card import Card
from pyqdemo.cli import runs
from pyqdemo.cli.commands import HELP, HELP_ALL, LANG, Argument, Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.controlling import seed_of
from pyqdemo.cli.exploring_checks import check_lesson, check_own, explored_lesson
from pyqdemo.cli.finding import lesson_names
from pyqdemo.cli.mistakes import reason
from pyqdemo.cli.parameters import values_of, with_parameters
from pyqdemo.cli.retyping import corrected, new_record, quoted_path
from pyqdemo.cli.words import say, text
from pyqdemo.errors import Exit, UnusableFile, UsageError
from pyqdemo.languages import Text

if TYPE_CHECKING:
    from pyqdemo.executing import Plan
    from pyqdemo.explaining import Explanation

__all__ = ["EXPLAIN", "explain_command"]

NAME = "explain"
USUAL_TIME_S = 60.0
MOST_BYTES = 4_000_000
TOLD_S = 0.2
CLEAR = "\r\x1b[K"
LONGEST_SCHEDULE = 400  # a longer one nobody copies: the run is to be kept instead

_SUMMARY = Text("how can it have printed these lines?", "它怎么会打印出这几行？")
_ABOUT = Text(
    "Finds a schedule, random draws and sleeps under which a program prints exactly the lines of"
    " a transcript, all of its output or a beginning, or how far it can get. TRANSCRIPT is a"
    " file, or - for what is typed or piped in.",
    "为记录里的那几行（全部输出或开头一段）找出一种调度、随机数和睡眠长短，使程序恰好打印它们；"
    "找不到时说出最多能走到哪里。TRANSCRIPT 是文件，- 表示从标准输入读取。",
)
_PUBLISHED = Option("--as-published", Text("the tutorial's program", "教程原来的程序"))
_TIME = Option("--time", Text("give up after so many seconds", "这么多秒后放弃"), "SECONDS", "60")
_SEED = Option(
    "--seed",
    Text(
        "of draws that are not chosen: floats, large ranges", "供不作选择的随机数使用：小数、大范围"
    ),
    "N",
    "0",
)
_KEEP = Text("keep the run that was found", "保存找到的运行")
_MATCHED = Text(
    "{executions} executions, {matched} lines", "执行 {executions} 次，对上 {matched} 行"
)
_REPEAT = Text("the same run again:", "再来一遍：")
_KEEP_IT = Text("keep it, to replay it:", "保存下来以便重放：")


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
    plan = _plan(word, card, given)
    from pyqdemo.explaining import explained
    from pyqdemo.explaining.transcript import transcript_of
    from pyqdemo.worlds.stop_signals import StopSignals

    transcript = transcript_of(_read(given.argument("TRANSCRIPT"), console))
    with StopSignals() as signals:
        progress = _Progress(console, given.lang, signals)
        try:
            told = explained(plan, transcript, time_s, progress, signals)
        finally:
            progress.close()
    if signal.SIGTERM in signals.asked and console.signal is None:
        console.signal = signal.SIGTERM
    _conclude(told, look, given, console, card)
    if told.found is not None:
        return Exit.FINE
    return Exit.FAILED if told.impossible else Exit.NOT_EXHAUSTED


def _plan(word: str, card: Card | None, given: Given) -> Plan:
    from pyqdemo.executing import Plan

    plan = Plan(
        program=Path(word),
        arguments=given.arguments.get("ARGS", ()),
        seed=seed_of(given),
        start_method=given.choice(runs.START_METHOD),
        stdout=given.choice(runs.STDOUT) or "terminal",
    )
    if card is None:
        return plan
    published = given.has("as-published")
    return replace(
        plan,
        program=card.program_of(published),
        parameters=values_of(card, given, published),
        lesson=card.name,
        variant="published" if published else "repaired",
    )


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
    """Keeps the run that was found, and shows the answer."""
    from pyqdemo.views.dress import Dress, dress_for
    from pyqdemo.views.explained import Told, explained_lines
    from pyqdemo.views.foot import size_of
    from pyqdemo.views.lines import encodable

    run = told.found or told.best
    if look.save is not None and told.found is not None and told.found.outcome is not None:
        from pyqdemo.codec.writing import write_trace
        from pyqdemo.trace import Record

        trace = told.found
        records = chain[Record](trace.tasks, trace.resources, trace.events)
        write_trace(look.save, trace.header, records, trace.outcome)
    elif look.save is not None:
        console.complain(say("explore.nothing_kept", look.lang, file=str(look.save)))
    shown = Told(
        run,
        told.found is not None,
        told.whole,
        told.impossible,
        told.lines,
        told.matched,
        told.next,
        told.reasons,
        told.left_out,
        told.executions,
        told.seconds,
    )
    dress = dress_for(console.out, console.environ)
    if look.plain:
        dress = Dress(dress.glyphs)
    width, _ = size_of(console.out, console.environ)
    commands = _offered(told, look, given, card)
    lines = explained_lines(shown, look.lang, dress.glyphs, max(width, 60), commands)
    written = "".join(f"{dress.paint(line)}\n" for line in lines)
    console.write(encodable(written, console.out.encoding))


def _offered(
    told: Explanation, look: runs.Look, given: Given, card: Card | None
) -> list[tuple[Text, str]]:
    """The run that was found, once more: from its record, or by its choices."""
    import shlex

    from pyqdemo.errors import ScheduleError
    from pyqdemo.schedule import schedule_of, to_text

    if told.found is None:
        return []
    if look.save is not None:
        words = ["replay", quoted_path(look.save)]
        if card is None and Path(given.argument("PROGRAM")).parent != Path():
            words.append(quoted_path(given.argument("PROGRAM")))
        return [(_REPEAT, " ".join(words))]
    try:
        schedule = to_text(schedule_of(told.found))
    except ScheduleError:
        schedule = ""
    if not schedule or len(schedule) > LONGEST_SCHEDULE or given.argument("TRANSCRIPT") == "-":
        return [(_KEEP_IT, corrected(given, save=new_record()))]
    words = [card.name] if card is not None else ["run", quoted_path(given.argument("PROGRAM"))]
    if given.has("as-published"):
        words.append("--as-published")
    return [(_REPEAT, " ".join([*words, "--schedule", shlex.quote(schedule)]))]


class _Progress:
    """Told after each execution; a line that is rewritten on a terminal."""

    def __init__(self, console: Console, lang: str, signals: Any) -> None:
        self._err, self._lang, self._signals = console.err, lang, signals
        self._rewrites = console.err.isatty() and console.environ.get("TERM") != "dumb"
        self._last = monotonic()
        self._drawn = False

    def __call__(self, executions: int, matched: int) -> bool:
        """Takes in how far it is; answers whether to stop."""
        now = monotonic()
        if self._rewrites and now - self._last >= TOLD_S:
            self._last, self._drawn = now, True
            told = _MATCHED[self._lang].format(executions=f"{executions:,}", matched=matched)
            self._err.write(f"{CLEAR}{told}")
            self._err.flush()
        return bool(self._signals.asked)

    def close(self) -> None:
        """Takes the line away."""
        if self._drawn:
            self._err.write(CLEAR)
            self._err.flush()


EXPLAIN = Command(
    name=NAME,
    panel="program",
    summary=_SUMMARY,
    about=_ABOUT,
    arguments=(
        Argument("PROGRAM", choices=lesson_names),
        Argument("TRANSCRIPT"),
        Argument("ARGS", many=True),
    ),
    sections=(
        Section(text("panel.search"), (_PUBLISHED, _TIME)),
        Section(
            text("panel.report"), (replace(runs.SAVE, help=_KEEP), runs.PLAIN, LANG, HELP_ALL, HELP)
        ),
    ),
    rest=(Section(text("panel.claim"), (_SEED, runs.START_METHOD, runs.STDOUT)),),
    example="chefs output.txt --as-published",
    start=_start,
)
