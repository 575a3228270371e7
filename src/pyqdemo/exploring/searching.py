"""The search that was asked for; where ``auto`` was, in a second way too if one is not enough."""

from __future__ import annotations

import sys
from typing import NamedTuple

from pyqdemo.exploring.bench import Bench, Done
from pyqdemo.exploring.choosing import LONG, Way, strategy_of, way_of
from pyqdemo.exploring.covering import Covered, Covering, Told, cover
from pyqdemo.report import Reason, Why

__all__ = ["Searched", "search"]

MOST_RESTARTS = 20
SAMPLED = 100  # schedules drawn at random that are looked at for races
#: Who was stopped so begins nothing else.
_STOPPED = frozenset({"max_executions", "time", "interrupted", "nondeterministic", "restarts"})


class Searched(NamedTuple):
    """A search that is over.

    Attributes:
        strategy: that covered what was covered, in that way.
    """

    way: Way
    strategy: Covering
    covered: Covered


def search(bench: Bench, told: Told) -> Searched:
    """Covers the program, beginning again whenever something is learned.

    ``auto`` goes on with states where ``dpor`` is not enough: where executions go round, for
    there are few states and no end of schedules; where it found a failure and not the end; and
    where a process ends another one, for there it can miss endings. The bounds count for both
    together, and what one of them found to fail is in the report whichever is told.
    """
    asked, covered = bench.asked, Covered()
    way = way_of(asked)
    automatic = asked.strategy == "auto" and way.name == "dpor"
    first = Searched(way, _search(way, bench, covered, told, looks_on=automatic), covered)
    why = _why_go_on(bench, covered) if automatic else None
    if why is None:
        return first
    other, further = Way("states", why), covered.another()
    second = Searched(other, _search(other, bench, further, told), further)
    if further.executions == covered.executions:  # at a bound before it began
        covered.reasons += further.reasons
        return first
    if covered.longest >= LONG or not further.reasons:
        further.take_failing(covered, count=1)
        return second
    covered.take_counts(further)
    covered.take_failing(further)
    return first


def _why_go_on(bench: Bench, covered: Covered) -> Why | None:
    """Why states are to be tried too; None if they are not."""
    kinds = {reason.kind for reason in covered.reasons}
    if kinds & _STOPPED:
        return None
    if covered.longest >= LONG or "after_failure" in kinds:
        return "circles"
    return "kills" if bench.kills else None


def _search(
    way: Way, bench: Bench, covered: Covered, told: Told, *, looks_on: bool = False
) -> Covering:
    """Covers the program in one way.

    Args:
        looks_on: it is over with the first execution that goes on and on.
    """
    asked = bench.asked
    limits = bench.plan.limits
    if looks_on:
        limits = limits._replace(max_steps=min(limits.max_steps, LONG))
    while True:
        strategy = strategy_of(way, asked)
        learned = cover(
            bench,
            strategy,
            asked.bounds,
            covered,
            told,
            until=_too_long if looks_on else lambda done: False,
            watches=_watches(bench, way),
            data=way.name in ("dpor", "states"),
            states=way.name == "states",
            limits=limits,
        )
        if not learned:
            return strategy
        covered.begin_again()
        if covered.restarts > MOST_RESTARTS:
            covered.reasons.append(Reason("restarts", str(covered.restarts)))
            return strategy


def _watches(bench: Bench, way: Way) -> int:
    """How many executions are looked at for races: all of which something is to be proved.
    Where every line is a step none is left out; a graph of states is looked at as a whole."""
    if bench.plan.granularity == "line" or way.name == "states":
        return 0
    return SAMPLED if way.name in ("random", "pct") else sys.maxsize


def _too_long(done: Done) -> bool:
    return done.execution.steps >= LONG
