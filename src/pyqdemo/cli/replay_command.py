"""``pyqdemo replay RUN``: a recorded run under control once more, choice by choice."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.card import Card
from pyqdemo.cli.commands import HELP, LANG, Argument, Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.controlling import check_company
from pyqdemo.cli.retyping import quoted_path, retyped
from pyqdemo.cli.runs import PLAIN, RECORD, SHOW_SCHEDULE, look_of
from pyqdemo.cli.words import text
from pyqdemo.errors import (
    PyqdemoError,
    ScheduleError,
    UnknownLesson,
    UnusableFile,
    UsageError,
)

if TYPE_CHECKING:
    from pyqdemo.executing import Plan
    from pyqdemo.trace import Header, Trace

__all__ = ["REPLAY"]

NAME = "replay"


def _start(given: Given, console: Console) -> int:
    if not given.argument("RUN"):
        raise UsageError("argument_missing", command=NAME, argument="RUN", next="replay run.jsonl")
    file = Path(given.argument("RUN"))
    check_company(SHOW_SCHEDULE, given)
    from pyqdemo.cli.controlled_run import watch_controlled
    from pyqdemo.cli.likeness import likeness
    from pyqdemo.cli.offering import offers_of_replay
    from pyqdemo.codec import read_trace

    trace = read_trace(file)
    try:
        plan = _plan(trace, given, file)
    except (ScheduleError, UnknownLesson, UnusableFile) as mistake:
        raise _told(mistake, trace.header, given) from None
    card = _card(trace.header)
    look = look_of(given)
    try:
        return watch_controlled(
            card,
            plan,
            look,
            console,
            offers_of_replay(given, look.save, plan, card),
            endless=False,
            show_schedule=given.has(SHOW_SCHEDULE.name),
            compared=lambda repeated: likeness(trace, repeated),
        )
    except UsageError as mistake:  # the record's fault: nothing else was typed
        raise UnusableFile(mistake.happened, **mistake.facts) from None


def _plan(trace: Trace, given: Given, file: Path) -> Plan:
    from pyqdemo.executing import replayed

    program = given.argument("FILE")
    return replayed(
        trace,
        Path(program) if program else None,
        force=given.has("force"),
        folders=(file.parent,),
    )


def _card(header: Header) -> Card | None:
    from pyqdemo.lessons import lesson

    with suppress(UnknownLesson):
        return None if header.lesson is None else lesson(header.lesson)
    return None


def _told(mistake: PyqdemoError, header: Header, given: Given) -> UnusableFile:
    """Why the record cannot be replayed; whatever is wrong is wrong with a file."""
    facts = {"file": given.argument("RUN"), **mistake.facts}
    match mistake.happened:
        case "replay_native":
            return UnusableFile("replay_native", next=f"{_seedable(header)} --seed 0", **facts)
        case "replay_program_missing":
            elsewhere = quoted_path(Path("path", "to", str(facts["file"])))
            return UnusableFile(
                "replay_program_missing", next=f"{retyped(given)} {elsewhere}", **facts
            )
        case "unknown_lesson":
            return UnusableFile("replay_lesson_missing", **facts)
    forced = retyped(given) if given.has("force") else f"{retyped(given)} --force"
    return UnusableFile(mistake.happened, next=forced, **facts)


def _seedable(header: Header) -> str:
    """A command that takes a seed: that of the recorded program, if it does."""
    if header.lesson is None and header.program:
        return f"run {quoted_path(header.program[0].name)}"
    card = _card(header)
    return card.name if card is not None and not card.processes else "chefs"


REPLAY = Command(
    name=NAME,
    panel="program",
    summary=text("replay.summary"),
    about=text("replay.about"),
    arguments=(Argument("RUN"), Argument("FILE", optional=True)),
    sections=(
        Section(
            text("panel.options"),
            (Option("--force", text("replay.force")), SHOW_SCHEDULE, PLAIN, LANG, HELP),
        ),
        RECORD,
    ),
    example="run.jsonl",
    start=_start,
)
