"""The moment of no return: the last choice of a failing run from which another was fine."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from pyqdemo.exploring.bench import Bench, Done
from pyqdemo.kernel.limits import Limits
from pyqdemo.point import Draw, Point, Strategy
from pyqdemo.report import Fork, NoFork, Side
from pyqdemo.schedule import Schedule
from pyqdemo.strategies import Random, Replay, RoundRobin
from pyqdemo.trace import OutcomeKind, Trace

__all__ = ["fork_of"]

SEARCH_S = 2.0
RANDOM = 8  # random ways on that are tried from each place


def fork_of(bench: Bench, schedule: Schedule, failing: Trace) -> Fork | NoFork:
    """Goes back from a run's end until another choice leads to a run that is fine.

    Args:
        schedule: of the failing run.
        failing: its trace.

    Returns:
        ``not_found`` if no way on that was tried is fine, from wherever one leaves the run.
        What was tried is a few ways on from each place, so the fork is the last one *known*.
    """
    points = _points(bench, schedule)
    until = monotonic() + SEARCH_S
    for step in range(len(points), 0, -1):
        enabled = points[step - 1]
        chosen = schedule.choices[step - 1]
        for other in enabled:
            if other == chosen:
                continue
            for onward in _ways_on(bench):
                if monotonic() > until:
                    return "not_found"
                done = _leave(bench, schedule, step, other, onward)
                if _fine(done):
                    sides = Side(chosen, failing), Side(other, bench.once_more(done).trace)
                    return Fork(step, *sides, certain=False)
    return "not_found"


class _Onward:
    """The running task goes on while it can, then whoever comes first; draws give 0."""

    draws = True

    def begin(self) -> None:
        """Nothing is kept."""

    def choose(self, point: Point) -> str:
        return point.running if point.running in point.enabled else point.enabled[0]

    def draw(self, draw: Draw) -> int:
        return 0


class _Watching(Replay):
    """Repeats a run and keeps who could have been chosen at each step."""

    def begin(self) -> None:
        super().begin()
        self.enabled: list[tuple[str, ...]] = []

    def choose(self, point: Point) -> str:
        chosen = super().choose(point)
        self.enabled.append(point.enabled)
        return chosen


def _points(bench: Bench, schedule: Schedule) -> list[tuple[str, ...]]:
    watching = _Watching(schedule.choices, draws=schedule.draws)
    bench.once(watching, limits=_limits(bench, schedule))
    return watching.enabled


def _ways_on(bench: Bench) -> Iterator[Strategy]:
    yield _Onward()
    if bench.asked.draws:
        return  # the others cannot draw
    yield RoundRobin()
    for seed in range(RANDOM):
        yield Random(bench.plan.seed + seed)


def _leave(bench: Bench, schedule: Schedule, step: int, other: str, onward: Strategy) -> Done:
    """The run up to before that step, then the other task, then onward."""
    choices = (*schedule.choices[: step - 1], other)
    limits = _limits(bench, schedule)
    # A way on that goes round and round is no way that is fine.
    limits = limits._replace(max_steps=min(limits.max_steps, 4 * len(schedule.choices) + 200))
    return bench.once(Replay(choices, onward, draws=schedule.draws), limits=limits)


def _limits(bench: Bench, schedule: Schedule) -> Limits:
    return bench.plan.limits._replace(loose=schedule.sleeps == "loose")


def _fine(done: Done) -> bool:
    return not done.judged.failed and done.judged.kind == OutcomeKind.COMPLETED
