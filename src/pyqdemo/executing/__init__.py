"""Runs under control, from a program to its trace; and the same run once more.

``run`` and ``replay`` are what ``pyqdemo.run`` and ``pyqdemo.replay`` are. ``execute`` carries
out a ``Plan`` while somebody looks on, ``replayed`` makes the plan that repeats a record, and
``carry`` is one execution of a program that was loaded before, as often as one likes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TypedDict

from pyqdemo.codec import read_trace
from pyqdemo.errors import UsageError
from pyqdemo.executing.carrying import Controlled, Watcher, carry, execute
from pyqdemo.executing.plan import STRATEGIES, Plan, limits_of, program_place
from pyqdemo.executing.repeating import replayed
from pyqdemo.kernel.limits import Limits
from pyqdemo.schedule import MAX_STEPS
from pyqdemo.trace import Trace

__all__ = [
    "STRATEGIES",
    "Controlled",
    "Plan",
    "Running",
    "Watcher",
    "carry",
    "execute",
    "limits_of",
    "replay",
    "replayed",
    "run",
]


class Running(TypedDict, total=False):
    """The options of ``run``."""

    seed: int
    strategy: str
    depth: int
    sleeps: str
    max_steps: int
    for_s: float | None
    stop_after: int | None
    arguments: Sequence[str]
    parameters: Mapping[str, object] | None
    world: str
    start_method: str | None
    stdout: str
    granularity: str


def run(
    program: str | PathLike[str] | Callable[..., object],
    *,
    seed: int = 0,
    strategy: str = "random",
    depth: int = 3,
    sleeps: str = "strict",
    max_steps: int = MAX_STEPS,
    for_s: float | None = None,
    stop_after: int | None = None,
    arguments: Sequence[str] = (),
    parameters: Mapping[str, object] | None = None,
    world: str = "simulated",
    start_method: str | None = None,
    stdout: str = "terminal",
    granularity: str = "operation",
) -> Trace:
    """Runs a program under control and returns what happened; the same seed, the same run.

    No real time passes in its sleeps. What it prints goes into the trace and nowhere else.

    Args:
        program: a file, or a function at the top level of one: its module is loaded afresh,
            and the function is called with ``parameters``.
        seed: of the choices and of the program's random draws; 0 to 2**63 - 1.
        strategy: ``random``, ``pct`` (with ``depth``) or ``round-robin``.
        sleeps: ``strict``: they end in the order of their ends. ``loose``: they may overrun.
        max_steps: the run is stopped there (outcome ``step_bound``); at least 1.
        for_s: virtual seconds until it is stopped (``time_bound``); more than 0.
        stop_after: items taken until it is stopped (``step_bound``); at least 1.
        arguments: the program's ``sys.argv[1:]``.
        parameters: calls the file's ``main`` with these, in place of running it as a script.
        world: where its processes are: ``simulated``, all in this one, or ``real``. The same
            seed gives the same run in both.
        start_method: of its processes: ``fork``, ``spawn`` or ``forkserver``; by default that
            of the running Python.
        stdout: what the program believes to write to. ``terminal``: a process's lines go out
            one by one. ``pipe``: by the block, and a terminated process takes along what it
            had not written out yet.
        granularity: ``operation``: others may go at each operation. ``line``: at every line of
            the program's own files too; the same seed is then the same run under the same
            Python only, and the world is ``simulated``.

    Raises:
        UnusableFile: the program cannot be read or compiled.
        UsageError: an argument is outside its range.
        RunError: the program does what cannot be controlled.
    """
    if sleeps not in ("strict", "loose"):
        raise UsageError("plan_sleeps", value=repr(sleeps))
    if isinstance(arguments, str):
        raise UsageError(
            "plan_type", name="arguments", value=repr(arguments), expected="a list of texts"
        )
    plan = Plan(
        program=program_place(program),
        parameters=parameters,
        arguments=tuple(arguments),
        seed=seed,
        strategy=strategy,
        depth=depth,
        limits=Limits(max_steps, for_s, stop_after, sleeps == "loose"),
        world=world,
        start_method=start_method,
        stdout=stdout,
        granularity=granularity,
    )
    return execute(plan).trace


def replay(
    trace: Trace | str | PathLike[str],
    program: str | PathLike[str] | Callable[..., object] | None = None,
    *,
    force: bool = False,
    world: str | None = None,
) -> Trace:
    """Repeats a recorded run choice by choice; an equal trace comes back.

    Args:
        trace: the run, or the file in which it was saved.
        program: where the program lies; by default a lesson's own file, else the file of
            that name in the current folder.
        force: go on though the program's text is another; the run then stops at the first
            choice that cannot be made.
        world: where the program's processes are this time, ``simulated`` or ``real``; by
            default as recorded. In the other world every event is the same, and only the
            header says which one it was.

    Raises:
        UnusableFile: the trace is of a native run, or the program is not the same.
        ScheduleError: it was made with another version of the models.
        ReplayMismatch: a choice cannot be made.
    """
    folders: tuple[Path, ...] = ()
    if isinstance(trace, str | PathLike):
        folders = (Path(trace).parent,)
        trace = read_trace(Path(trace))
    if not isinstance(trace, Trace):
        raise UsageError(
            "plan_type", name="trace", value=repr(trace), expected="a trace or its file"
        )
    where = None if program is None else program_place(program)
    return execute(replayed(trace, where, force=force, folders=folders, world=world)).trace
