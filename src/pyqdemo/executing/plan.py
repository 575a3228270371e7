"""What to run under control, and how, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from pyqdemo.errors import UsageError
from pyqdemo.kernel.limits import Limits
from pyqdemo.schedule import Schedule
from pyqdemo.strategies.pct import DEEPEST
from pyqdemo.trace import Outcome
from pyqdemo.worlds.start_methods import check_start_method

__all__ = [
    "DEEPEST",
    "GRANULARITIES",
    "HIGHEST_SEED",
    "PRINTS",
    "STDOUTS",
    "STRATEGIES",
    "WORLDS",
    "Plan",
    "check_plan",
    "limits_of",
    "program_place",
]

STRATEGIES = ("random", "pct", "round-robin")
WORLDS = ("simulated", "real")
STDOUTS = ("terminal", "pipe")
PRINTS = ("whole", "parted")
GRANULARITIES = ("operation", "line")
HIGHEST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run under control, and how: enough for the same run anywhere.

    Attributes:
        program: the file, or a function at the top level of one.
        function: name of one in the file ``program``, to be called with the parameters.
        called: the name that the file has in the record, None for its own.
        parameters: keyword arguments of ``main`` (a lesson); None runs the file as a script
            with ``arguments`` as its ``sys.argv[1:]``.
        seed: of the choices and of the program's draws; 0 to 2**63 - 1.
        strategy: ``random``, ``pct`` or ``round-robin``; means nothing with ``choices``.
        depth: of ``pct``: it finds what takes so many orderings, at least 1.
        limits: when to stop, and how sleeps end.
        choices: task ids to choose, step by step, in place of a strategy.
        until: how a recorded run was stopped from outside when the choices are used up.
        world: where its processes are: ``simulated``, tasks in this process, each with modules
            of its own; or ``real``, processes of the operating system. The same choices give
            the same run in both.
        start_method: of its processes where the program names none: ``fork``, ``spawn`` or
            ``forkserver``; None for the running Python's default.
        stdout: what the program writes to. ``terminal``: a process's buffer goes out at every
            line. ``pipe``: by the block, and what is left in it is lost when the process is
            terminated.
        prints: whether somebody can come between the parts of one ``print``. ``whole``: nobody.
            ``parted``: between any two of them, as between CPython's writes to a stream.
        draws: the options of the program's random draws from small ranges, in order, where
            there are ``choices``; None: all draws follow the seed.
        granularity: between which steps others may go. ``operation``: at what is attempted on
            queues, locks and the like. ``line``: at every line of the program's own files too;
            not where processes are real.
    """

    program: Path | Callable[..., object]
    function: str | None = None
    called: str | None = None
    parameters: Mapping[str, object] | None = None
    arguments: tuple[str, ...] = ()
    lesson: str | None = None
    variant: str | None = None
    seed: int = 0
    strategy: str = "random"
    depth: int = 3
    limits: Limits = field(default_factory=Limits)
    choices: tuple[str, ...] | None = None
    until: Outcome | None = None
    world: str = "simulated"
    start_method: str | None = None
    stdout: str = "terminal"
    prints: str = "whole"
    draws: tuple[int, ...] | None = None
    granularity: str = "operation"


def program_place(
    program: str | PathLike[str] | Callable[..., object],
) -> Path | Callable[..., object]:
    """The program as a plan has it. Raises UsageError for what is none."""
    if callable(program):
        return program
    if isinstance(program, str | PathLike):
        return Path(program)
    raise UsageError(
        "plan_type", name="program", value=repr(program), expected="a file or a function"
    )


def limits_of(schedule: Schedule) -> Limits:
    """The bounds and the kind of sleeps that a schedule was made with."""
    bounds = dict(schedule.bounds)
    return Limits(loose=schedule.sleeps == "loose", **bounds)  # type: ignore[arg-type]


def check_plan(plan: Plan) -> None:
    """Raises UsageError for what no plan may ask for."""
    limits = plan.limits
    _check_types(plan)
    if plan.choices is None and plan.strategy not in STRATEGIES:
        raise UsageError("strategy_unknown", name=plan.strategy, known=", ".join(STRATEGIES))
    if type(plan.seed) is not int or not 0 <= plan.seed <= HIGHEST_SEED:
        raise UsageError("plan_seed", value=plan.seed, high=HIGHEST_SEED)
    for name, bound in limits.bounds.items():
        if not bound > 0:
            raise UsageError("plan_bound", name=name, value=bound)
    if not 1 <= plan.depth <= DEEPEST:
        raise UsageError("strategy_depth", value=plan.depth, low=1, high=DEEPEST)
    if plan.world not in WORLDS:
        raise UsageError("plan_world", value=repr(plan.world))
    if plan.stdout not in STDOUTS:
        raise UsageError("plan_stdout", value=repr(plan.stdout))
    if plan.prints not in PRINTS:
        raise UsageError("plan_prints", value=repr(plan.prints))
    if plan.granularity not in GRANULARITIES:
        raise UsageError("plan_granularity", value=repr(plan.granularity))
    if plan.granularity == "line" and plan.world == "real":
        raise UsageError("plan_line_real")
    check_start_method(plan.start_method)


def _check_types(plan: Plan) -> None:
    """What Python's own errors would tell too late, or not at all."""
    limits = plan.limits
    whole = ("max_steps", limits.max_steps), ("stop_after", limits.stop_after)
    for name, bound in whole:
        if bound is not None and type(bound) is not int:
            raise UsageError("plan_type", name=name, value=repr(bound), expected="a whole number")
    if limits.for_s is not None and type(limits.for_s) not in (int, float):
        raise UsageError("plan_type", name="for_s", value=repr(limits.for_s), expected="seconds")
    if not all(type(argument) is str for argument in plan.arguments):
        told = repr(list(plan.arguments))
        raise UsageError("plan_type", name="arguments", value=told, expected="a list of texts")
    if plan.draws is not None and plan.choices is None:
        told = repr(plan.draws)
        raise UsageError("plan_type", name="draws", value=told, expected="None without choices")
    if plan.parameters is not None and not isinstance(plan.parameters, Mapping):
        told = repr(plan.parameters)
        raise UsageError("plan_type", name="parameters", value=told, expected="a dict")
