"""Many executions of a program, and what may be claimed of all of them.

``explore`` is what ``pyqdemo.explore`` is; ``explored`` carries out what an ``Asked`` says
while somebody looks on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TypedDict

from pyqdemo.errors import UsageError
from pyqdemo.executing import Plan
from pyqdemo.executing.plan import program_place
from pyqdemo.exploring.asked import (
    AFTER_FAILURE_S,
    MAX_STEPS,
    STRATEGIES,
    USUAL_TIME_S,
    Asked,
    Bounds,
)
from pyqdemo.exploring.covering import Covered, Told
from pyqdemo.exploring.reporting import explored
from pyqdemo.kernel.limits import Limits
from pyqdemo.report import Report

__all__ = [
    "MAX_STEPS",
    "STRATEGIES",
    "USUAL_TIME_S",
    "Asked",
    "Bounds",
    "Covered",
    "Exploring",
    "Told",
    "explore",
    "explored",
]


class Exploring(TypedDict, total=False):
    """The options of ``explore``."""

    strategy: str
    max_executions: int | None
    time_s: float | None
    preemptions: int | None
    after_failure_s: float
    max_steps: int
    sleeps: str
    seed: int
    depth: int
    explore_random: bool
    expect_same_output: bool
    granularity: str
    arguments: Sequence[str]
    parameters: Mapping[str, object] | None
    start_method: str | None
    stdout: str


def explore(
    program: str | PathLike[str] | Callable[..., object],
    *,
    strategy: str = "auto",
    max_executions: int | None = None,
    time_s: float | None = USUAL_TIME_S,
    preemptions: int | None = None,
    after_failure_s: float = AFTER_FAILURE_S,
    max_steps: int = MAX_STEPS,
    sleeps: str = "loose",
    seed: int = 0,
    depth: int = 3,
    explore_random: bool = False,
    expect_same_output: bool = False,
    granularity: str = "operation",
    arguments: Sequence[str] = (),
    parameters: Mapping[str, object] | None = None,
    start_method: str | None = None,
    stdout: str = "terminal",
) -> Report:
    """Tries every interleaving of a program, and says what may be claimed of all.

    Args:
        program: a file, or a function at the top level of one; see ``pyqdemo.run``.
        strategy: ``dpor``: one execution for each way in which steps depend on each other;
            ``states``: every state once, for programs that go round; ``dfs``: every schedule;
            ``random`` and ``pct`` draw schedules and prove nothing. ``auto`` begins with
            ``dpor``, or ``dfs`` where ``preemptions`` are bounded, or ``states`` where sleeps
            are strict; and goes on with ``states`` where executions go round.
        max_executions, time_s: stop there, and say so; real seconds, 60 by default. None for
            no bound; ``random`` and ``pct`` need one.
        preemptions: with ``dfs`` and ``auto`` only: leaves out executions with more, and proves
            nothing where there are any.
        after_failure_s: real seconds that it goes on behind the first failure, to find what
            else can happen.
        max_steps: of one execution.
        sleeps: ``loose``: they may overrun. ``strict``: they end in the order of their ends.
        seed: of the program's random draws, and of ``random`` and ``pct``.
        depth: of ``pct``: it finds what takes so many orderings, at least 1.
        explore_random: values of draws from small ranges are choices too.
        expect_same_output: that the output depends on the schedule is a failure.
        granularity: ``operation`` or ``line``.
        arguments, parameters, start_method, stdout: as of ``pyqdemo.run``.

    Raises:
        UnusableFile: the program cannot be read or compiled.
        UsageError: an argument is outside its range.
        RunError: the program does what cannot be controlled.
    """
    if sleeps not in ("strict", "loose"):
        raise UsageError("plan_sleeps", value=repr(sleeps))
    plan = Plan(
        program=program_place(program),
        parameters=parameters,
        arguments=tuple(arguments),
        seed=seed,
        depth=depth,
        limits=Limits(max_steps, loose=sleeps == "loose"),
        granularity=granularity,
        start_method=start_method,
        stdout=stdout,
    )
    bounds = Bounds(max_executions, time_s, preemptions, after_failure_s)
    return explored(
        Asked(plan, strategy, bounds, same_output=expect_same_output, draws=explore_random)
    )
