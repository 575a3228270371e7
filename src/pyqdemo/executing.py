"""One run under control, from a program to its trace; and the same run once more."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Protocol

from pyqdemo.errors import ReplayMismatch, UnusableFile, UsageError
from pyqdemo.kernel.execution import MODEL, Execution, Limits
from pyqdemo.kernel.log import Log
from pyqdemo.loading import Program, bind, load, program_of
from pyqdemo.point import Strategy
from pyqdemo.schedule import MAX_STEPS, Schedule, check, schedule_of
from pyqdemo.strategies.pct import Pct
from pyqdemo.strategies.random import Random
from pyqdemo.strategies.replay import Replay
from pyqdemo.strategies.round_robin import RoundRobin
from pyqdemo.trace import (
    Control,
    Event,
    Header,
    Outcome,
    OutcomeKind,
    Resource,
    Task,
    Trace,
)
from pyqdemo.worlds.stop_signals import StopSignals
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.stand_ins.streams import announce_streams
from pyqdemo.worlds.threads.world import World

__all__ = [
    "STRATEGIES",
    "Controlled",
    "Plan",
    "Watcher",
    "carry",
    "execute",
    "replay",
    "replayed",
    "run",
]

STRATEGIES = ("random", "pct", "round-robin")


class Watcher(Protocol):
    """Who looks on while a program runs. It cannot alter the run."""

    def printed(self, stream: str, text: str) -> None:
        """The program's text; ``stream`` is ``stdout`` or ``stderr``."""

    def tick(self, elapsed_ns: int) -> None:
        """Called some 20 times a real second."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run under control, and how: enough for the same run anywhere.

    Attributes:
        program: the file, or a function at the top level of one.
        parameters: keyword arguments of ``main`` (a lesson); None runs the file as a script
            with ``arguments`` as its ``sys.argv[1:]``.
        seed: of the choices and of the program's draws; 0 to 2**63 - 1.
        strategy: ``random``, ``pct`` or ``round-robin``; means nothing with ``choices``.
        depth: of ``pct``: it finds what takes so many orderings, at least 1.
        limits: when to stop, and how sleeps end.
        choices: task ids to choose, step by step, in place of a strategy.
        until: how a recorded run was stopped from outside when the choices are used up.
    """

    program: Path | Callable[..., object]
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


@dataclass(frozen=True, slots=True)
class Controlled:
    """A run under control that is over.

    Attributes:
        took_ns: real time it took.
    """

    trace: Trace
    took_ns: int


def run(
    program: str | Path | Callable[..., object],
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

    Raises:
        UnusableFile: the program cannot be read or compiled.
        UsageError: an argument is outside its range.
        RunError: the program does what cannot be controlled.
    """
    if sleeps not in ("strict", "loose"):
        raise UsageError("plan_sleeps", value=repr(sleeps))
    plan = Plan(
        program=program if callable(program) else Path(program),
        parameters=parameters,
        arguments=tuple(arguments),
        seed=seed,
        strategy=strategy,
        depth=depth,
        limits=Limits(max_steps, for_s, stop_after, sleeps == "loose"),
    )
    return execute(plan).trace


def replay(
    trace: Trace, program: str | Path | Callable[..., object] | None = None, *, force: bool = False
) -> Trace:
    """Repeats a recorded run choice by choice; an equal trace comes back.

    Args:
        program: where the program lies; by default a lesson's own file, else the file of
            that name in the current folder.
        force: go on though the program's text is another; the run then stops at the first
            choice that cannot be made.

    Raises:
        UnusableFile: the trace is of a native run, or the program is not the same.
        ScheduleError: it was made with another version of the models.
        ReplayMismatch: a choice cannot be made.
    """
    where = program if program is None or callable(program) else Path(program)
    return execute(replayed(trace, where, force=force)).trace


def replayed(
    trace: Trace,
    program: Path | Callable[..., object] | None = None,
    *,
    force: bool = False,
    folders: Sequence[Path] = (),
) -> Plan:
    """The plan that repeats a recorded run; see ``replay``.

    Args:
        folders: where a program of the user's own is looked for; the current one first.
    """
    header = trace.header
    if header.control is not Control.CONTROLLED:
        raise UnusableFile("replay_native")
    schedule = schedule_of(trace)
    where = program if program is not None else _find(header, folders)
    if not force:
        _check_texts(header, where)
        check(schedule, header.program[0].digest, MODEL)
    ending = trace.outcome
    return Plan(
        program=where,
        parameters=dict(header.parameters) if header.lesson or header.parameters else None,
        arguments=header.arguments,
        lesson=header.lesson,
        variant=header.variant,
        seed=header.seed or 0,
        strategy=header.strategy or "random",
        limits=limits_of(schedule),
        choices=schedule.choices,
        until=ending if ending and ending.kind is OutcomeKind.INTERRUPTED else None,
    )


def limits_of(schedule: Schedule) -> Limits:
    """The bounds and the kind of sleeps that a schedule was made with."""
    bounds = dict(schedule.bounds)
    return Limits(loose=schedule.sleeps == "loose", **bounds)  # type: ignore[arg-type]


def execute(
    plan: Plan, watcher: Watcher | None = None, signals: StopSignals | None = None
) -> Controlled:
    """Carries a plan out.

    Args:
        watcher: told what is printed while the run goes on.
        signals: looked at while the run goes on: one that came ends it, with outcome
            ``interrupted``. Without it Ctrl-C is raised as KeyboardInterrupt, when every
            task has been ended.

    Raises:
        PyqdemoError: as ``run`` and ``replay``.
    """
    _check(plan)
    program = load(plan.program) if isinstance(plan.program, Path) else program_of(plan.program)
    began, log = perf_counter_ns(), Log()
    with Carriers(pinned=True) as carriers:
        strategy = _strategy(program, plan, carriers, signals)
        execution = carry(program, plan, strategy, carriers, log, watcher, signals)
    records = log.records
    trace = Trace(
        header=_header(program, plan),
        tasks=tuple(record for record in records if type(record) is Task),
        resources=tuple(record for record in records if type(record) is Resource),
        events=tuple(record for record in records if type(record) is Event),
        outcome=_outcome(execution, plan),
    )
    return Controlled(trace, perf_counter_ns() - began)


def carry(
    program: Program,
    plan: Plan,
    strategy: Strategy,
    carriers: Carriers,
    log: Log | None = None,
    watcher: Watcher | None = None,
    signals: StopSignals | None = None,
) -> Execution:
    """One execution of a program that was loaded before; may be called again and again.

    Args:
        log: takes the records; None records nothing but the choices and the output.
        watcher, signals: see ``execute``.
    """
    limits = plan.limits
    if plan.until is not None and plan.choices is not None:
        limits = replace(limits, max_steps=len(plan.choices))
    execution = Execution(strategy, limits, log)
    told = _Telling(execution, watcher)
    world = World(
        execution,
        program.places,
        carriers,
        tick=told.tick,
        asked_to_stop=(lambda: _first(signals)) if signals is not None else None,
    )
    world.scratch["seed"] = plan.seed
    announce_streams(world)
    try:
        with bind(program, world, arguments=plan.arguments, parameters=plan.parameters) as bound:
            world.run(bound.body, bound.at_exit)
    except ReplayMismatch as mismatch:
        mismatch.name(log.names if log is not None else {})
        raise
    finally:
        told.rest()
    return execution


class _Telling:
    """Passes on what was printed since the last time."""

    def __init__(self, execution: Execution, watcher: Watcher | None) -> None:
        self._execution = execution
        self._watcher = watcher
        self._told = 0
        self._began = perf_counter_ns()

    def tick(self) -> None:
        if self._watcher is not None:
            self.rest()
            self._watcher.tick(perf_counter_ns() - self._began)

    def rest(self) -> None:
        output = self._execution.output
        if self._watcher is None:
            return
        for written in output[self._told : len(output)]:
            self._told += 1
            self._watcher.printed(written.stream, written.text)


def _first(signals: StopSignals) -> str | None:
    import signal

    return signal.Signals(signals.asked[0]).name if signals.asked else None


def _strategy(
    program: Program, plan: Plan, carriers: Carriers, signals: StopSignals | None
) -> Strategy:
    if plan.choices is not None:
        return Replay(plan.choices)
    match plan.strategy:
        case "pct":
            # How long a run is, its own first run tells.
            first = carry(program, plan, Pct(plan.seed, 1, 1), carriers, signals=signals)
            return Pct(plan.seed, plan.depth, max(1, first.steps))
        case "round-robin":
            return RoundRobin()
        case _:
            return Random(plan.seed)


def _check(plan: Plan) -> None:
    """Raises UsageError for what no plan may ask for."""
    limits = plan.limits
    if plan.choices is None and plan.strategy not in STRATEGIES:
        raise UsageError("strategy_unknown", name=plan.strategy, known=", ".join(STRATEGIES))
    if type(plan.seed) is not int or not 0 <= plan.seed < 2**63:
        raise UsageError("plan_seed", value=plan.seed, high=2**63 - 1)
    for name, bound in limits.bounds.items():
        if not bound > 0:
            raise UsageError("plan_bound", name=name, value=bound)
    if plan.depth < 1:
        raise UsageError("strategy_depth", value=plan.depth, low=1, high=100)


def _header(program: Program, plan: Plan) -> Header:
    return Header(
        program=program.files,
        control=Control.CONTROLLED,
        lesson=plan.lesson,
        variant=plan.variant,
        parameters=dict(plan.parameters or {}),
        arguments=plan.arguments,
        clock="virtual",
        python=platform.python_version(),
        platform=sys.platform,
        seed=plan.seed,
        strategy=_strategy_name(plan),
        sleeps="loose" if plan.limits.loose else "strict",
        granularity="operation",
        model=MODEL,
        bounds=dict(plan.limits.bounds),
    )


def _strategy_name(plan: Plan) -> str:
    return f"pct {plan.depth}" if plan.strategy == "pct" else plan.strategy


def _outcome(execution: Execution, plan: Plan) -> Outcome:
    outcome = execution.outcome()
    if plan.until is not None and outcome.kind is OutcomeKind.STEP_BOUND:
        # Here the recorded run was stopped from outside.
        return replace(outcome, kind=plan.until.kind, detail=plan.until.detail)
    return outcome


def _find(header: Header, folders: Sequence[Path]) -> Path:
    """Where the recorded program lies. Raises UnusableFile."""
    if header.lesson is not None:
        from pyqdemo.lessons import lesson

        card = lesson(header.lesson)
        published = header.variant == "published" and card.published is not None
        return card.published if published and card.published else card.program
    name = header.program[0].name
    for folder in (Path(), *folders):
        if (folder / name).is_file():
            return folder / name
    raise UnusableFile("replay_program_missing", file=name)


def _check_texts(header: Header, program: Path | Callable[..., object]) -> None:
    """Raises UnusableFile for the first file whose text is not the recorded one's."""
    loaded = load(program) if isinstance(program, Path) else program_of(program)
    known: dict[str, Any] = {file.name: file for file in loaded.files_named(header.program)}
    for recorded in header.program:
        found = known.get(recorded.name)
        if found is None or found.digest != recorded.digest:
            raise UnusableFile("replay_other_text", file=recorded.name)
