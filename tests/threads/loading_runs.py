"""Runs programs made of files under control, through ``pyqdemo.loading``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.loading import Program, bind, load
from pyqdemo.point import Strategy
from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.places import Places
from pyqdemo.worlds.threads.stand_ins.streams import announce_streams
from pyqdemo.worlds.threads.world import World


def written(folder: Path, **files: str) -> Path:
    """Writes a program's files and returns ``main``; a name may be ``pack/mod``."""
    for name, text in files.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder / "main.py"


def carry(
    program: Program | Path,
    *,
    strategy: Strategy | None = None,
    arguments: Sequence[str] = (),
    parameters: Mapping[str, object] | None = None,
    carriers: Carriers | None = None,
    max_steps: int = 10_000,
) -> Execution:
    """One execution of a program."""
    if isinstance(program, Path):
        program = load(program)
    if carriers is None:
        with Carriers() as pool:
            return carry(
                program,
                strategy=strategy,
                arguments=arguments,
                parameters=parameters,
                carriers=pool,
                max_steps=max_steps,
            )
    execution = Execution(strategy or Random(0), Limits(max_steps), Log())
    world = World(execution, Places(str(program.folder)), carriers)
    announce_streams(world.execution.log)
    with bind(program, world, arguments=arguments, parameters=parameters) as run:
        world.run(run.body, run.at_exit)
    return execution


def printed(execution: Execution, stream: str | None = None) -> str:
    """What a run wrote, to one stream or both."""
    return "".join(each.text for each in execution.output if stream in (None, each.stream))


def natively(program: Path, *arguments: str) -> tuple[str, str, int]:
    """What Python itself makes of a program: its stdout, its stderr, its exit code."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", program, *arguments],
        input="",
        capture_output=True,
        text=True,
        timeout=60,
    )
    folder = program.parent
    return portable(done.stdout, folder), portable(done.stderr, folder), done.returncode


def portable(text: str, folder: Path) -> str:
    """What a run under control prints in its place: tracebacks that name files from the
    program's folder on, without marks below their lines."""
    kept = [line for line in text.splitlines(keepends=True) if not re.fullmatch(MARKS, line)]
    return "".join(kept).replace(f'File "{folder.resolve()}{os.sep}', 'File "')


MARKS = r"[ |]*[~^]+[ ~^]*\n"


def controlled(program: Path, *arguments: str) -> tuple[str, str, int]:
    """The same of a run under control."""
    done = carry(program, arguments=arguments)
    assert done.over is not None
    assert done.over.kind is OutcomeKind.COMPLETED, done.over
    folder = program.parent  # what the program prints itself names its files in full
    out, err = printed(done, "stdout"), printed(done, "stderr")
    return portable(out, folder), portable(err, folder), done.exit_code
