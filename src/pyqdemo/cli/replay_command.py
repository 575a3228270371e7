"""``pyqdemo replay RUN``: a recorded run under control once more, choice by choice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.card import Card
from pyqdemo.cli import runs
from pyqdemo.cli.commands import HELP, LANG, Argument, Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.controlling import check_company
from pyqdemo.cli.recorded import command_of
from pyqdemo.cli.retyping import corrected, new_record, retyped
from pyqdemo.cli.runs import PLAIN, RECORD, SHOW_SCHEDULE, look_of
from pyqdemo.cli.words import text
from pyqdemo.errors import (
    PyqdemoError,
    ScheduleError,
    TraceError,
    UnknownLesson,
    UnusableFile,
    UsageError,
)

if TYPE_CHECKING:
    from pyqdemo.executing import Plan
    from pyqdemo.trace import Header, Trace

__all__ = ["REPLAY"]

#: A native run could not follow the choices.
WORLD = replace(runs.WORLD, help=text("replay.world"), choices=runs.WORLD.choices[1:])

NAME = "replay"


def _start(given: Given, console: Console) -> int:
    if not given.argument("RUN"):
        following = corrected(replace(given, arguments={"RUN": ("run.jsonl",)}))
        raise UsageError("argument_missing", command=NAME, argument="RUN", next=following)
    file = Path(given.argument("RUN"))
    given.choice(WORLD)  # told before the record is read
    check_company(SHOW_SCHEDULE, given)
    from pyqdemo.cli.controlled_run import watch_controlled
    from pyqdemo.cli.likeness import likeness
    from pyqdemo.cli.offering import offers_of_replay
    from pyqdemo.codec import read_trace

    try:
        trace = read_trace(file)
    except TraceError as mistake:
        mistake.facts["next"] = _another_record()
        raise
    try:
        plan = _plan(trace, given, file)
    except (ScheduleError, UnknownLesson, UnusableFile) as mistake:
        raise _told(mistake, trace.header, given, file) from None
    card = _card(trace.header)
    look = look_of(given)
    try:
        return watch_controlled(
            card,
            plan,
            look,
            console,
            offers_of_replay(given, look.save, plan, card, trace.header),
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
        world=given.choice(WORLD),
    )


def _card(header: Header) -> Card | None:
    from pyqdemo.lessons import lesson

    with suppress(UnknownLesson):
        return None if header.lesson is None else lesson(header.lesson)
    return None


def _told(mistake: PyqdemoError, header: Header, given: Given, file: Path) -> UnusableFile:
    """Why the record cannot be replayed; whatever is wrong is wrong with a file."""
    facts = {"file": given.argument("RUN"), **mistake.facts}
    if isinstance(mistake, TraceError):
        return TraceError(mistake.happened, next=_another_record(), **facts)
    program = given.argument("FILE")
    match mistake.happened:
        case "replay_native":
            return UnusableFile("replay_native", next=_seeded(header, given, file), **facts)
        case "replay_program_missing":
            elsewhere = str(Path("path", "to", str(facts["file"])))
            return UnusableFile(
                "replay_program_missing", next=corrected(_with(given, elsewhere)), **facts
            )
        case "unknown_lesson":
            return UnusableFile("replay_lesson_missing", **facts)
        case "replay_other_text" if program and Path(program).name != header.program[0].name:
            if facts["file"] == Path(program).name:
                facts = {"file": program, "name": header.program[0].name}
                following = corrected(_with(given, None))
                return UnusableFile("replay_other_program", next=following, **facts)
    return UnusableFile(mistake.happened, next=corrected(given, flags=["force"]), **facts)


def _another_record() -> str:
    """A command that makes a record that can be replayed."""
    return f"chefs --seed 7 --save {new_record()}"


def _with(given: Given, program: str | None) -> Given:
    """The command line with another FILE, or with none."""
    arguments = {"RUN": given.arguments["RUN"]}
    if program is not None:
        arguments["FILE"] = (program,)
    return replace(given, arguments=arguments)


def _seeded(header: Header, given: Given, file: Path) -> str:
    """A command with a seed: that of the recorded program, if it takes one."""
    card, lang = _card(header), given.values.get("lang")
    program = Path(given.argument("FILE") or _found(header, file))
    command = command_of(header, program, card, lang)
    if command is None or (card is None and header.lesson is not None):
        command = Given("chefs", given.lang, values={} if lang is None else {"lang": lang})
    return retyped(command, seed=0)


def _found(header: Header, file: Path) -> Path:
    """Where the recorded program lies, here or beside the record; else somewhere."""
    from pyqdemo.worlds.program import digest_of

    if not header.program:
        return Path("path", "to", "program.py")
    recorded = header.program[0]
    files = [folder / recorded.name for folder in (Path(), file.parent)]
    found = [path for path in files if path.is_file()]
    same = (path for path in found if digest_of(path.read_bytes()) == recorded.digest)
    return next(same, next(iter(found), Path("path", "to", recorded.name)))


REPLAY = Command(
    name=NAME,
    panel="program",
    summary=text("replay.summary"),
    about=text("replay.about"),
    arguments=(Argument("RUN"), Argument("FILE", optional=True)),
    sections=(
        Section(
            text("panel.options"),
            (Option("--force", text("replay.force")), WORLD, SHOW_SCHEDULE, PLAIN, LANG, HELP),
        ),
        RECORD,
    ),
    example="run.jsonl",
    start=_start,
)
