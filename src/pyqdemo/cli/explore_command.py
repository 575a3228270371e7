"""``pyqdemo explore PROGRAM``: every interleaving of a lesson or of a program."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from pyqdemo.card import Card
from pyqdemo.cli import runs
from pyqdemo.cli.commands import HELP, HELP_ALL, LANG, Argument, Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.controlling import MOST_STEPS
from pyqdemo.cli.exploring_checks import check_lesson, check_own, explored_lesson
from pyqdemo.cli.exploring_look import Progress
from pyqdemo.cli.exploring_offers import offered
from pyqdemo.cli.finding import lesson_names
from pyqdemo.cli.parameters import with_parameters
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.searching import hushed, keep, note_lines, plan_of, write_json, write_lines
from pyqdemo.cli.words import say, text
from pyqdemo.errors import Exit, PyqdemoError, RunError, UnusableFile, UsageError

if TYPE_CHECKING:
    from pyqdemo.exploring import Asked
    from pyqdemo.report import Report

__all__ = ["EXPLORE", "STRATEGIES", "explore_command"]

NAME = "explore"
#: As ``exploring.STRATEGIES``, which is not loaded for a help.
STRATEGIES = ("auto", "dpor", "states", "dfs", "random", "pct")
USUAL_TIME_S = 60.0
USUAL_STEPS = 10_000
MOST = 10**9
_NOT_IMPORTED = re.compile(r"\b(?:ModuleNotFoundError|ImportError): (?P<reason>.+)")

PUBLISHED = Option("--as-published", text("explore.published"))
STRATEGY = Option(
    "--strategy", text("explore.strategy"), "S", "auto", choices=STRATEGIES, example="states"
)
TIME = Option("--time", text("explore.time"), "SECONDS", f"{USUAL_TIME_S:g}")
SLEEPS = replace(runs.SLEEPS, help=text("explore.sleeps"), shown="loose", example="strict")
_SEARCH = (
    STRATEGY,
    Option("--max-executions", text("explore.max_executions"), "N", example="1000"),
    TIME,
)
_MORE = (
    Option("--preemptions", text("explore.preemptions"), "N", example="2"),
    Option("--max-steps", text("explore.max_steps"), "N", str(USUAL_STEPS)),
    Option("--depth", text("explore.depth"), "N", "3"),
)
_CLAIM = (
    runs.GRANULARITY,
    SLEEPS,
    Option("--explore-random", text("explore.random")),
    Option("--expect-same-output", text("explore.same_output")),
    Option("--seed", text("explore.seed"), "N", "0"),
    runs.START_METHOD,
    replace(runs.STDOUT, help=text("explore.stdout")),
)
_REPORT = (
    replace(runs.SAVE, help=text("explore.save")),
    replace(runs.JSON, help=text("explore.json")),
)


def explore_command(cards: Sequence[Card]) -> Command:
    """The command, with the options of all lessons; which of them a lesson takes is told later."""
    return with_parameters(EXPLORE, cards)


def _start(given: Given, console: Console) -> int:
    word = given.argument("PROGRAM")
    if not word:
        following = corrected(replace(given, arguments={"PROGRAM": ("odd-even",)}))
        raise UsageError("argument_missing", command=NAME, argument="PROGRAM", next=following)
    card = explored_lesson(word, given)
    if card is None:
        check_own(word, given, EXPLORE.options)
    else:
        check_lesson(card, given, EXPLORE.options)
    look = runs.look_of(given)
    from pyqdemo.exploring import explored
    from pyqdemo.worlds.stop_signals import StopSignals

    try:
        asked = _asked(word, card, given)
        with StopSignals() as signals:
            silent = given.has("plain")
            progress = Progress(console, given.lang, asked.bounds, signals, silent=silent)
            try:
                with hushed(console):
                    report = explored(asked, progress, signals)
            finally:
                progress.close()
        _check_loaded(report, word)
    except PyqdemoError as mistake:
        _offer_instead(mistake, given, card)
        raise
    if signal.SIGTERM in signals.asked and console.signal is None:
        console.signal = signal.SIGTERM
    _conclude(report, asked, look, given, console, card)
    return _exit_code(report)


def _check_loaded(report: Report, word: str) -> None:
    """Raises UnusableFile where there is nothing to explore: an import fails before all else."""
    alone = any(reason.kind == "no_task" for reason in report.reasons)
    for ending in report.endings if alone and len(report.endings) == 1 else ():
        found = _NOT_IMPORTED.search(ending.detail.en)
        if ending.kind == "exception" and found is not None:
            raise UnusableFile("cannot_import", file=word, reason=found["reason"])


def _exit_code(report: Report) -> int:
    from pyqdemo.report import Verdict

    match report.verdict:
        case Verdict.PROVED:
            return Exit.FINE
        case Verdict.FAILED:
            return Exit.FAILED
        case _:
            return Exit.NOT_EXHAUSTED


def _conclude(
    report: Report,
    asked: Asked,
    look: runs.Look,
    given: Given,
    console: Console,
    card: Card | None,
) -> None:
    """Keeps the run that fails, and shows or prints the report."""
    from pyqdemo.codec.reports import encode_report
    from pyqdemo.views.report import report_lines

    found = report.counterexample
    if look.save is not None and found is not None:
        keep(found.trace, look.save)
    elif look.save is not None:
        console.complain(say("explore.nothing_kept", look.lang, file=str(look.save)))
    if look.json:
        write_json(encode_report(report), console)
        return
    commands = offered(report, asked, given, card, look.save)
    unseen = None if card is None or not given.has("as-published") else card.explored.unseen
    write_lines(
        lambda glyphs, width: chain(
            report_lines(report, look.lang, glyphs, width, commands),
            () if unseen is None else note_lines(unseen, look.lang, width),
        ),
        console,
        plain=look.plain,
    )


def _asked(word: str, card: Card | None, given: Given) -> Asked:
    """What was typed. Raises UsageError."""
    from pyqdemo.executing.plan import DEEPEST
    from pyqdemo.exploring import Asked, Bounds
    from pyqdemo.kernel.limits import Limits

    steps = given.whole("max-steps", low=1, high=MOST_STEPS, default=USUAL_STEPS)
    time_s = given.number("time", low=0.1, high=86_400, example=USUAL_TIME_S)
    bounds = Bounds(
        _count(given, "max-executions", 1, 1000),
        time_s or _usual_time_s(card, given),
        _count(given, "preemptions", 0, 2),
    )
    if time_s:  # who gives it that long wants all endings
        bounds = replace(bounds, after_failure_s=time_s)
    usual = "operation" if card is None else card.explored.granularity
    plan = plan_of(
        word,
        card,
        given,
        depth=given.whole("depth", low=1, high=DEEPEST, default=3),
        limits=Limits(steps, loose=given.choice(SLEEPS) != "strict"),
        granularity=given.choice(runs.GRANULARITY) or usual,
    )
    sizes: tuple[Mapping[str, object], ...] = ()
    if card is not None:
        published = given.has("as-published")
        typed = any(given.has(one.option[2:]) for one in card.parameters_of(published))
        sizes = (plan.parameters or {},) if typed else card.sizes_of(published)
        plan = replace(plan, parameters=sizes[0])
    return Asked(
        plan,
        given.choice(STRATEGY) or "auto",
        bounds,
        same_output=given.has("expect-same-output"),
        draws=given.has("explore-random"),
        card=card,
        sizes=sizes,
    )


def _usual_time_s(card: Card | None, given: Given) -> float:
    known = card is not None and given.has("as-published") and card.explored.published_s
    return known or USUAL_TIME_S


def _count(given: Given, name: str, low: int, example: int) -> int | None:
    if not given.has(name):
        return None
    return given.whole(name, low=low, high=MOST, default=example, example=example)


def _offer_instead(mistake: PyqdemoError, given: Given, card: Card | None) -> None:
    """The command with which it can be done that could not be done like this."""
    if "next" in mistake.facts:
        return
    match mistake.happened:
        case "explore_preemptions":
            mistake.facts["next"] = corrected(given, strategy="dfs")
        case "explore_strict_dpor":
            mistake.facts["next"] = corrected(given, strategy="states")
        case "fork_not_copied":
            mistake.facts["next"] = corrected(given, start_method="spawn")
        case _ if isinstance(mistake, RunError):
            word = given.argument("PROGRAM")
            args = {"FILE": (word,), "ARGS": given.arguments.get("ARGS", ())}
            native = Given("run", given.lang, arguments=args)
            if card is not None:
                flags = given.flags & {"as-published"}
                native = Given(card.name, given.lang, flags)
            mistake.facts["next"] = corrected(native)


EXPLORE = Command(
    name=NAME,
    panel="program",
    summary=text("explore.summary"),
    about=text("explore.about"),
    arguments=(Argument("PROGRAM", choices=lesson_names), Argument("ARGS", many=True)),
    sections=(
        Section(text("panel.search"), (PUBLISHED, *_SEARCH)),
        Section(
            text("panel.report"),
            (
                *_REPORT,
                replace(runs.PLAIN, help=text("explore.plain")),
                LANG,
                replace(HELP_ALL, help=text("explore.help_all")),
                HELP,
            ),
        ),
    ),
    rest=(
        Section(text("panel.limits"), _MORE),
        Section(text("panel.claim"), _CLAIM),
    ),
    example="odd-even --as-published",
    start=_start,
)
