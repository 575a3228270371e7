"""Where the processes of a run are: the typed ``--world``, or what suits the program."""

from __future__ import annotations

import ast
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.cli.commands import Given, Option
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.runs import GRANULARITY, WORLD
from pyqdemo.errors import UsageError

if TYPE_CHECKING:
    from pyqdemo.worlds.processes.fork_server import ForkServer

__all__ = ["check_world", "makes_processes", "server_for", "world_of"]

_EXECUTOR = "ProcessPoolExecutor"


def check_world(given: Given, control: Option | None) -> None:
    """Returns if the typed world goes with whether the run is under control.

    Args:
        control: the option that puts it under control; None for a native run.

    Raises:
        UsageError: it does not, or there is no such world.
    """
    world = given.choice(WORLD)
    if world == "native" and control is not None:
        following = corrected(given, without=[WORLD.name])
        raise UsageError("world_native", option=control.flag, next=following)
    if world not in (None, "native") and control is None:
        raise UsageError("world_seed", world=world, next=corrected(given, seed="7"))


def world_of(given: Given, *, processes: bool) -> str:
    """``simulated`` or ``real``, for a run under control.

    Args:
        processes: whether the program makes any: then they are real unless another world
            was typed, or line granularity, under which there are none.

    Raises:
        UsageError: real ones were typed beside line granularity.
    """
    by_line = given.choice(GRANULARITY) == "line"
    world = given.choice(WORLD) or ("real" if processes and not by_line else "simulated")
    if by_line and world == "real":
        following = corrected(given, world="simulated")
        raise UsageError("world_by_line", option="--granularity line", next=following)
    return world


def server_for(world: str) -> AbstractContextManager[ForkServer | None]:
    """Starts the fork server of a run with real processes: it loads the engine on a processor
    of its own while the rest of the command is loaded here."""
    if world != "real":
        return nullcontext()
    from pyqdemo.worlds.processes.fork_server import ForkServer

    return ForkServer()


def makes_processes(program: Path) -> bool:
    """Whether the text imports multiprocessing or speaks of ProcessPoolExecutor.

    A text that cannot be read or is not Python makes none: whoever loads it says what is wrong.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they come when the program is loaded
            tree = ast.parse(program.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if any(_is_library(one.name) for one in names):
                return True
            case ast.ImportFrom(module=str(module), level=0) if _is_library(module):
                return True
            case ast.alias(name=name) | ast.Attribute(attr=name) if name == _EXECUTOR:
                return True
    return False


def _is_library(module: str) -> bool:
    return module.partition(".")[0] == "multiprocessing"
