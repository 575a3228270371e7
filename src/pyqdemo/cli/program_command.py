"""``pyqdemo run FILE``: any program of the user's own, watched as a lesson is."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from pyqdemo.cli.commands import Argument, Command, Given
from pyqdemo.cli.console import Console
from pyqdemo.cli.runs import START_METHOD, look_of, picture, rest, speed_of
from pyqdemo.cli.words import text
from pyqdemo.errors import UnusableFile, UsageError

__all__ = ["RUN"]

NAME = "run"


def _start(given: Given, console: Console) -> int:
    from pyqdemo.cli.watching import bounds_of, watch
    from pyqdemo.worlds.native.running import Request

    file = given.argument("FILE")
    if not file:
        raise UsageError("argument_missing", command=NAME, argument="FILE", next="run program.py")
    _look_for(Path(file))
    base = f"{NAME} {file}"
    request = Request(
        program=Path(file),
        arguments=given.arguments.get("ARGS", ()),
        start_method=given.choice(START_METHOD, base=base),
        speed=speed_of(given, base, 1.0),
    )
    return watch(None, request, bounds_of(given, base), look_of(given), console)


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
    sections=(picture(),),
    rest=rest(1.0, processes=True),
    example="program.py",
    start=_start,
)
