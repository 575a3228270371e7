"""Carrying a plan out: one execution, or as many of one program as are wanted."""

from __future__ import annotations

import platform
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Protocol, Union

from pyqdemo.errors import ReplayMismatch
from pyqdemo.executing.plan import Plan, check_plan
from pyqdemo.kernel.execution import MODEL, Execution
from pyqdemo.kernel.log import Log
from pyqdemo.loading import Program, bind, facts_of, load, program_of
from pyqdemo.point import Strategy
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
    Processes,
    Resource,
    Task,
    Trace,
)
from pyqdemo.worlds.start_methods import start_methods
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.lines import LineCarriers, line_carriers
from pyqdemo.worlds.threads.lives import local
from pyqdemo.worlds.threads.sights import Sight
from pyqdemo.worlds.threads.stand_ins.streams import announce_streams
from pyqdemo.worlds.threads.surroundings import refuse
from pyqdemo.worlds.threads.world import World

if TYPE_CHECKING:
    from pyqdemo.worlds.processes.fork_server import ForkServer
    from pyqdemo.worlds.processes.grounds import Grounds

__all__ = [
    "Controlled",
    "Signals",
    "Watcher",
    "carry",
    "execute",
    "ground_of",
    "program_for",
    "trace_of",
]


Ground = Union[Carriers, "Grounds"]


class Watcher(Protocol):
    """Who looks on while a program runs. It cannot alter the run.

    If it raises, it is told nothing more; what it raised comes when the run is over.
    """

    def printed(self, stream: str, text: str) -> None:
        """The program's text; ``stream`` is ``stdout`` or ``stderr``."""

    def tick(self, elapsed_ns: int) -> None:
        """Called some 20 times a real second."""


class Signals(Protocol):
    """What asks for the end from outside; ``worlds.stop_signals.StopSignals`` is one."""

    @property
    def asked(self) -> Sequence[int]:
        """Numbers of the signals that came, in order."""


@dataclass(frozen=True, slots=True)
class Controlled:
    """A run under control that is over.

    Attributes:
        took_ns: real time it took.
    """

    trace: Trace
    took_ns: int


def execute(
    plan: Plan,
    watcher: Watcher | None = None,
    signals: Signals | None = None,
    server: ForkServer | None = None,
) -> Controlled:
    """Carries a plan out.

    Args:
        watcher: told what is printed while the run goes on.
        signals: looked at while the run goes on: one that came ends it, with outcome
            ``interrupted``. Without it Ctrl-C is raised as KeyboardInterrupt, when every
            task has been ended.
        server: that was started before, for a plan whose world is real; it is ended here.

    Raises:
        PyqdemoError: as ``run`` and ``replay``.
    """
    check_plan(plan)
    program = program_for(plan)
    _check_nesting(program)
    began, log = perf_counter_ns(), Log()
    with ground_of(plan, server) as ground:
        strategy = _strategy(program, plan, ground, signals)
        execution = carry(program, plan, strategy, ground, log, watcher, signals)
    trace = trace_of(program, plan, execution, log)
    return Controlled(trace, perf_counter_ns() - began)


def trace_of(program: Program, plan: Plan, execution: Execution, log: Log) -> Trace:
    """The trace of an execution that is over.

    Args:
        log: that took its records.
    """
    records = log.records
    return Trace(
        header=_header(program, plan, execution),
        tasks=tuple(record for record in records if type(record) is Task),
        resources=tuple(record for record in records if type(record) is Resource),
        events=tuple(record for record in records if type(record) is Event),
        outcome=_outcome(execution, plan),
    )


def _check_nesting(program: Program) -> None:
    """Ends the run around this one if it loads the same file, which would go on for ever."""
    around = getattr(local, "life", None)
    if around is not None and around.home.scratch.get("loading") == program.path:
        refuse("runs_itself", "pyqdemo.run")


def program_for(plan: Plan) -> Program:
    """The program of a plan, loaded. Raises UnusableFile, UsageError."""
    if isinstance(plan.program, Path):
        return load(plan.program, function=plan.function, called=plan.called)
    return program_of(plan.program)


def ground_of(plan: Plan, server: ForkServer | None = None) -> Ground:
    """Where the runs of a plan take place, as a context manager."""
    if plan.world == "real":
        from pyqdemo.worlds.processes.grounds import Grounds

        return Grounds(server=server)
    return line_carriers() if plan.granularity == "line" else Carriers(pinned=True)


def carry(
    program: Program,
    plan: Plan,
    strategy: Strategy,
    ground: Ground,
    log: Log | None = None,
    watcher: Watcher | None = None,
    signals: Signals | None = None,
    sight: Sight | None = None,
) -> Execution:
    """One execution of a program that was loaded before; may be called again and again.

    Args:
        ground: where it takes place: threads of this process, or ``Grounds`` for a plan whose
            world is real.
        log: takes the records; None records nothing but the choices and the output.
        watcher, signals: see ``execute``.
        sight: what the strategy is let see besides, where processes are not real.
    """
    limits = plan.limits
    if plan.until is not None and plan.choices is not None:
        limits = limits._replace(max_steps=len(plan.choices))
    if isinstance(ground, Carriers):
        execution = Execution(strategy, limits, log)
    else:
        execution = ground.execution(strategy, limits, log)
    told = _Telling(execution, watcher)
    asked = (lambda: _first(signals)) if signals is not None else None
    announce_streams(log)
    try:
        if isinstance(ground, Carriers):
            _in_threads(program, plan, execution, ground, told.tick, asked, sight)
        else:
            facts = {**_facts(program, plan), "draws": execution.chooses_draws}
            names = ground.run(execution, facts, told.tick, asked)
            program.sources.note(names)
    except ReplayMismatch as mismatch:
        mismatch.name(log.names if log is not None else {})
        raise
    finally:
        told.rest()
    if told.error is not None:
        raise told.error
    return execution


def _in_threads(
    program: Program,
    plan: Plan,
    execution: Execution,
    carriers: Carriers,
    tick: Callable[[], None],
    asked_to_stop: Callable[[], str | None] | None,
    sight: Sight | None,
) -> None:
    world = World(execution, program.places, carriers, tick=tick, asked_to_stop=asked_to_stop)
    world.seed = plan.seed
    world.start_method = plan.start_method
    world.buffers = plan.stdout == "pipe"
    world.parted = plan.prints == "parted"
    if isinstance(carriers, LineCarriers):
        world.lines = carriers
    if sight is not None:
        sight.open(world)
    if world.parted:
        execution.stream_matters = True
    with bind(program, world, arguments=plan.arguments, parameters=plan.parameters) as bound:
        world.run(bound.body, bound.at_exit)


def _facts(program: Program, plan: Plan) -> dict[str, Any]:
    """What a process of the program has to know of the plan."""
    parameters = plan.parameters
    return {
        "program": facts_of(program),
        "seed": plan.seed,
        "start_method": plan.start_method,
        "buffers": plan.stdout == "pipe",
        "parted": plan.prints == "parted",
        "arguments": list(plan.arguments),
        "parameters": None if parameters is None else dict(parameters),
    }


class _Telling:
    """Passes on what was printed since the last time.

    A watcher that raises is told nothing more, and the run goes on: it must not depend on
    who looks on.
    """

    def __init__(self, execution: Execution, watcher: Watcher | None) -> None:
        self._execution = execution
        self._watcher = watcher
        self._told = 0
        self._began = perf_counter_ns()
        self.error: Exception | None = None

    def tick(self) -> None:
        self.rest()
        self._tell("tick", perf_counter_ns() - self._began)

    def rest(self) -> None:
        output = self._execution.output
        while self._watcher is not None and self._told < len(output):
            written = output[self._told]
            self._told += 1
            self._tell("printed", written.stream, written.text)

    def _tell(self, what: str, *facts: object) -> None:
        try:
            if self._watcher is not None:
                getattr(self._watcher, what)(*facts)
        except Exception as error:
            self.error, self._watcher = error, None


def _first(signals: Signals) -> str | None:
    return signal.Signals(signals.asked[0]).name if signals.asked else None


def _strategy(program: Program, plan: Plan, ground: Ground, signals: Signals | None) -> Strategy:
    if plan.choices is not None:
        return Replay(plan.choices, draws=plan.draws)
    match plan.strategy:
        case "pct":
            # How long a run is, its own first run tells.
            first = carry(program, plan, Pct(plan.seed, 1, 1), ground, signals=signals)
            return Pct(plan.seed, plan.depth, max(1, first.steps))
        case "round-robin":
            return RoundRobin()
        case _:
            return Random(plan.seed)


def _header(program: Program, plan: Plan, execution: Execution) -> Header:
    further = len(execution.processes) > 1
    kind = Processes.REAL if plan.world == "real" else Processes.SIMULATED
    return Header(
        program=program.files,
        control=Control.CONTROLLED,
        processes=kind if further else Processes.NONE,
        start_method=(plan.start_method or start_methods()[0]) if further else None,
        stdout="pipe" if plan.stdout == "pipe" else None,
        prints="parted" if plan.prints == "parted" else None,
        draws="chosen" if execution.chooses_draws else None,
        lesson=plan.lesson,
        variant=plan.variant,
        function=program.function,
        parameters=dict(plan.parameters or {}),
        arguments=plan.arguments,
        clock="virtual",
        python=platform.python_version(),
        platform=sys.platform,
        seed=plan.seed,
        strategy=_strategy_name(plan),
        sleeps="loose" if plan.limits.loose else "strict",
        granularity=plan.granularity,
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
