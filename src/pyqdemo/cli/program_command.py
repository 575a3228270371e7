"""``pyqdemo run FILE``: any program of the user's own, watched as a lesson is."""

from __future__ import annotations

import difflib
import os
from dataclasses import replace
from pathlib import Path

from pyqdemo.cli.commands import Argument, Command, Given
from pyqdemo.cli.console import Console
from pyqdemo.cli.controlling import asked, check_company, steered
from pyqdemo.cli.following import scheduled, settled
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.runs import SEED, START_METHOD, look_of, picture, rest, speed_of
from pyqdemo.cli.words import text
from pyqdemo.cli.worlds import check_world, makes_processes, server_for, world_of
from pyqdemo.errors import UnusableFile, UsageError

__all__ = ["RUN"]

NAME = "run"


def _start(given: Given, console: Console) -> int:
    file = given.argument("FILE")
    if not file:
        following = corrected(_with_file(given, "program.py"))
        raise UsageError("argument_missing", command=NAME, argument="FILE", next=following)
    _look_for(Path(file), given)
    control = asked(given)
    check_world(given, control)
    if control is not None:
        check_company(control, given)
        return _control(Path(file), given, console)
    from pyqdemo.cli.watching import bounds_of, watch
    from pyqdemo.worlds.native.running import Request

    request = Request(
        program=Path(file),
        arguments=given.arguments.get("ARGS", ()),
        start_method=given.choice(START_METHOD),
        speed=speed_of(given, 1.0),
    )
    return watch(None, request, bounds_of(given), look_of(given), console)


def _control(file: Path, given: Given, console: Console) -> int:
    """Runs the program under control and shows it."""
    schedule = scheduled(given, file)
    alike = settled(given, schedule, None, published=False)
    world = world_of(alike, processes=makes_processes(file))
    with server_for(world) as server:
        from pyqdemo.cli.controlled_run import watch_controlled
        from pyqdemo.cli.offering import offers
        from pyqdemo.executing import Plan

        plan = Plan(program=file, arguments=alike.arguments.get("ARGS", ()), world=world)
        plan = steered(plan, given, schedule, endless=False)
        look = look_of(given)
        return watch_controlled(
            None,
            plan,
            look,
            console,
            offers(given, alike, look.save, plan),
            show_schedule=given.has("show-schedule"),
            server=server,
        )


def _look_for(file: Path, given: Given) -> None:
    """Tells the nearest program beside it where the file does not exist.

    Raises:
        UnusableFile: there is no such file, but one of nearly that name.
    """
    if os.path.lexists(file) or not file.parent.is_dir():
        return
    beside = {path.name: path for path in sorted(file.parent.glob("*.py"))}
    near = difflib.get_close_matches(file.name, beside, 1)
    if near:
        following = corrected(_with_file(given, str(beside[near[0]])))
        raise UnusableFile("program_missing", file=str(file), next=following)


def _with_file(given: Given, file: str) -> Given:
    return replace(given, arguments={**given.arguments, "FILE": (file,)})


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
