"""What an exploration of many executions may claim, as plain data.

A ``Report`` says ``proved``, ``failed`` or ``not_exhausted``, always with its grain and bounds.
What ended how is a list of ``Ending``s; the simplest one that must not be is its
``Counterexample``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pyqdemo.languages import Text
from pyqdemo.schedule import Schedule
from pyqdemo.trace import OutcomeKind, Trace

__all__ = [
    "Counterexample",
    "Ending",
    "EndingKind",
    "Fork",
    "NoFork",
    "Race",
    "Reason",
    "ReasonKind",
    "Report",
    "SearchKind",
    "Side",
    "StrategyName",
    "Verdict",
    "Why",
]

StrategyName = Literal["dpor", "states", "dfs", "random", "pct", "replay"]
"""That was used; ``replay`` repeated one recorded run."""

Why = Literal["asked", "ends", "circles", "preemptions", "strict", "kills"]
"""Why it was that strategy. ``asked``: it was named. ``auto`` chose it since every execution
``ends``, or some go round in ``circles``; ``preemptions`` are bounded; sleeps are ``strict``; or a
process ``kills`` another one."""

EndingKind = OutcomeKind | Literal["promise", "output"]
"""How executions ended. ``promise``: a broken one. ``output``: a further one where all were to be
the same."""

ReasonKind = Literal[
    "max_executions",
    "time",
    "after_failure",
    "preemptions",
    "step_bound",
    "time_bound",
    "aborted",
    "interrupted",
    "no_task",
    "no_decision",
    "none_finished",
    "uncontrolled",
    "lost",
    "opaque",
    "nondeterministic",
    "kills",
    "sampled",
    "restarts",
    "not_confirmed",
    "replayed",
]
"""Why an exploration claims no more. ``sampled``: schedules were drawn. ``restarts``: it began
again too often. ``not_confirmed``: a circle went otherwise when it was repeated. ``replayed``:
one recorded run took the place of all."""

SearchKind = Literal["seeded", "clock", "states", "race", "no_further", "cursor", "stderr"]
"""What only ``explain`` gives as a reason, besides those. ``no_further``: a search that had come
so far has not come further for long. ``cursor``, ``stderr``: what was printed shows in no lines,
or in others."""

NoFork = Literal["always", "never", "drawn", "not_found"]
"""Why a run that fails has no fork. ``always``: it could have ended well from each of its steps.
``never``: no run ends well. ``drawn``: no choice, a random value took the last way out.
``not_found``: a few ways on from each step were tried, and none was fine."""


class Verdict(StrEnum):
    """What may be claimed of all executions."""

    PROVED = "proved"
    FAILED = "failed"
    NOT_EXHAUSTED = "not_exhausted"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a claim is not stronger.

    Attributes:
        kind: ``analysis.coverage_words`` has a sentence for each.
        detail: what was used, what differed; the bound's value.
    """

    kind: ReasonKind | SearchKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Race:
    """Plain data that two tasks touch without an order between them, at least one writing.

    Attributes:
        name: the variable, attribute or container, as the program calls it.
        places: ``file.py:6`` of both accesses.
        tasks: ids of both.
    """

    name: str
    places: tuple[str, str]
    tasks: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ending:
    """One way in which executions ended.

    Attributes:
        count: executions, or states of the graph, that ended so.
        detail: the exception, who waits for whom, what broke which promise; may be empty.
        failed: it is one that must not be.
        schedule: of the first execution that ended so; of the simplest one found, once it was
            looked for.
        output: what the program wrote in it.
    """

    kind: EndingKind
    count: int
    detail: Text
    failed: bool
    schedule: Schedule
    output: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two ways on from a fork.

    Attributes:
        task: who went next.
        trace: the whole run that went there.
    """

    task: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Fork:
    """The last choice of a failing run from which another run was fine.

    Attributes:
        step: number of the step that was chosen there, from 1; the same in both traces.
        failing, passing: the two ways on.
        certain: every way on from behind it was tried, and none was fine; else none was found.
    """

    step: int
    failing: Side
    passing: Side
    certain: bool


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The simplest run that was found to fail.

    Attributes:
        ending: its place in ``Report.endings``.
        trace: the run.
        preemptions: choices of another task while the running one could have gone on.
        overruns: sleeps and bounds that ended later than another that was due before them.
        fork: None where ``no_fork`` says why, or nobody looked for one.
        cycle: first and last step of a round that can go on for ever, for a livelock.
        confirmed: whether the same choices led to the same events with real processes; None
            where the run has no process but its own, or ``not_started`` says why.
        not_started: why it could not be carried out with real processes; empty where it could.
    """

    ending: int
    trace: Trace
    preemptions: int
    overruns: int
    fork: Fork | None = None
    no_fork: NoFork | None = None
    cycle: tuple[int, int] | None = None
    confirmed: bool | None = None
    not_started: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was tried, and what may be claimed.

    Attributes:
        program: its file's name; ``lesson`` and ``variant`` where it is one.
        strategy: that was used, and ``why`` it was.
        executions: that were begun; ``pruned`` of them stopped early, since what could follow
            had been seen.
        traces: executions that ended and differ in more than the order of steps that commute;
            None where that is not counted.
        states: that were told apart; None where none were.
        granularity: ``operation`` or ``line``.
        bounds: those that were given, by name; ``max_steps`` always; ``after_failure_s`` where
            it ended the search.
        seconds: real time.
        seed: that the program's draws followed, where it drew; None if it did not, or if all
            values were tried.
        draws: values that were chosen in place of being drawn, in the execution with most of
            them; None where draws were no choices.
        clock: the program read the time. It moves only in sleeps and timeouts: the claim is one
            for such a clock.
        reasons: why the claim is not stronger, empty where nothing is missing.
        races: plain data touched unordered, where a step is an operation: what happens between
            and inside these lines is not covered.
        capacity: pages that a pipe is taken to hold, where the program has one.
        smaller: parameters that were tried before, smallest first, at which nothing failed.
    """

    program: str
    verdict: Verdict
    strategy: StrategyName
    why: Why
    executions: int
    pruned: int
    traces: int | None
    states: int | None
    granularity: str
    seconds: float
    lesson: str | None = None
    variant: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    sleeps: str = "loose"
    start_method: str | None = None
    processes: str = "none"
    bounds: Mapping[str, float | int] = field(default_factory=dict)
    seed: int | None = None
    draws: int | None = None
    clock: bool = False
    reasons: tuple[Reason, ...] = ()
    races: tuple[Race, ...] = ()
    capacity: int | None = None
    smaller: tuple[Mapping[str, object], ...] = ()
    endings: tuple[Ending, ...] = ()
    counterexample: Counterexample | None = None
