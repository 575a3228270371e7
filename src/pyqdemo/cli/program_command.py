"""``pyqdemo run FILE``: any program of the user's own, watched as a lesson is."""

from __future__ import annotations

import difflib
import os
from dataclasses import replace
from pathlib import Path

from pyqdemo.cli.commands import Argument, Command, Given
from pyqdemo.cli.console import Console
from pyqdemo.cli.controlling import asked, check_company, scheduled, steered
from pyqdemo.cli.retyping import retyped
from pyqdemo.cli.runs import SEED, START_METHOD, look_of, picture, rest, speed_of
from pyqdemo.cli.words import text
from pyqdemo.errors import UnusableFile, UsageError

__all__ = ["RUN"]

NAME = "run"


def _start(given: Given, console: Console) -> int:
    file = given.argument("FILE")
    if not file:
        raise UsageError("argument_missing", command=NAME, argument="FILE", next="run program.py")
    _look_for(Path(file))
    base = f"{NAME} {file}"
    control = asked(given)
    if control is not None:
        check_company(control, given)
        return _control(Path(file), given, base, console)
    from pyqdemo.cli.watching import bounds_of, watch
    from pyqdemo.worlds.native.running import Request

    request = Request(
        program=Path(file),
        arguments=given.arguments.get("ARGS", ()),
        start_method=given.choice(START_METHOD, base=base),
        speed=speed_of(given, base, 1.0),
    )
    return watch(None, request, bounds_of(given, base), look_of(given), console)


def _control(file: Path, given: Given, base: str, console: Console) -> int:
    """Runs the program under control and shows it."""
    schedule = scheduled(given)
    from pyqdemo.cli.controlled_run import watch_controlled
    from pyqdemo.cli.offering import offers
    from pyqdemo.executing import Plan

    plan = Plan(program=file, arguments=given.arguments.get("ARGS", ()))
    settled = given
    if schedule is not None:
        if plan.arguments not in ((), schedule.arguments):
            raise UsageError(
                "schedule_arguments", next=retyped(replace(given, arguments={"FILE": (str(file),)}))
            )
        parameters = dict(schedule.parameters) or None
        plan = replace(plan, arguments=schedule.arguments, parameters=parameters)
        settled = replace(given, arguments={**given.arguments, "ARGS": schedule.arguments})
    plan = steered(plan, given, base, schedule, endless=False)
    look = look_of(given)
    return watch_controlled(
        None,
        plan,
        look,
        console,
        offers(given, settled, look.save, plan),
        show_schedule=given.has("show-schedule"),
    )


def _look_for(file: Path) -> None:
    """Tells the nearest program beside it where the file does not exist.

    Raises:
        UnusableFile: there is no such file, but one of nearly that name.
    """
    if os.path.lexists(file) or not file.parent.is_dir():
        return
    beside = {path.name: path for path in sorted(file.parent.glob("*.py"))}
    near = difflib.get_close_matches(file.name, beside, 1)
    if near:
        raise UnusableFile("program_missing", file=str(file), nearest=str(beside[near[0]]))


RUN = Command(
    name=NAME,
    panel="program",
    summary=text("run.summary"),
    about=text("run.about"),
    arguments=(Argument("FILE"), Argument("ARGS", many=True)),
    sections=(picture(SEED),),
    rest=rest(1.0, processes=True),
    example="program.py",
    start=_start,
)
