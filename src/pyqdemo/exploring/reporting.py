"""An exploration from what was asked for to its report."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic

from pyqdemo.errors import ReplayMismatch
from pyqdemo.exploring.again import differs
from pyqdemo.exploring.asked import Asked, check_asked
from pyqdemo.exploring.bench import Bench, Done
from pyqdemo.exploring.choosing import LONG, Way, strategy_of, way_of
from pyqdemo.exploring.circles import Circles
from pyqdemo.exploring.claiming import FINISHED, reasons, verdict
from pyqdemo.exploring.confirming import confirmed
from pyqdemo.exploring.covering import Covered, Covering, Seen, Told, cost_of, cover
from pyqdemo.exploring.forks import fork_of
from pyqdemo.exploring.racing import Racing, races_in, untold
from pyqdemo.exploring.simplest import simplest
from pyqdemo.report import Counterexample, Ending, Fork, Race, Reason, Report, Verdict
from pyqdemo.schedule import Schedule, schedule_of
from pyqdemo.strategies import States
from pyqdemo.trace import Trace
from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["explored"]

TOLD_WHOLE = 40  # endings that are repeated for the report
SAMPLED = 100  # schedules drawn at random that are looked at for races
RECHECKED = 8  # schedules that a second process repeats before anything is proved
MOST_RESTARTS = 20


def _go_on(covered: Covered) -> bool:
    return False


def explored(asked: Asked, told: Told = _go_on, signals: StopSignals | None = None) -> Report:
    """Explores a program, and reports what may be claimed.

    Args:
        told: told of the progress after each execution; answers whether to stop.
        signals: looked at while an execution goes on; one that came ends the exploration
            with what is known so far.

    Raises:
        PyqdemoError: it cannot be loaded or controlled, or is not to be explored so.
    """
    check_asked(asked)
    began = monotonic()
    sizes = asked.sizes or (asked.plan.parameters,)
    smaller: list[Mapping[str, object]] = []
    for number, size in enumerate(sizes, 1):
        at_size = asked if size is None else asked.at(size)
        report = _at_one_size(at_size, told, signals)
        if report.verdict is not Verdict.PROVED or number == len(sizes):
            return replace(report, seconds=monotonic() - began, smaller=tuple(smaller))
        smaller.append(report.parameters)
    raise AssertionError("there is at least one size")


def _at_one_size(asked: Asked, told: Told, signals: StopSignals | None) -> Report:
    covered = Covered()
    with Bench(asked, signals) as bench:
        way, strategy, covered = _cover(bench, covered, told)
        circles = None
        if isinstance(strategy, States):
            circles = Circles(bench, strategy)
            circles.add_to(covered)
        missing = reasons(bench, covered, way)
        if verdict(covered, missing) is Verdict.PROVED:
            missing = (*missing, *_recheck(bench, covered))
        racing = covered.racing
        if isinstance(strategy, States) and asked.plan.granularity != "line":
            racing = races_in(strategy, draws=asked.draws)
        report = _report(bench, covered, way, missing, circles, racing)
        return report if bench.differed is None else _weaker(report, bench.differed)


def _weaker(report: Report, differed: str) -> Report:
    """Something went otherwise when it was repeated for the report."""
    missing = report.reasons
    if all(reason.kind != "nondeterministic" for reason in missing):
        missing = (*missing, Reason("nondeterministic", differed))
    proved = report.verdict is Verdict.PROVED
    return replace(
        report, reasons=missing, verdict=Verdict.NOT_EXHAUSTED if proved else report.verdict
    )


def _cover(bench: Bench, covered: Covered, told: Told) -> tuple[Way, Covering, Covered]:
    """Covers the program, beginning again whenever something is learned.

    Where ``auto`` has found a failure and not the end, the states are tried too: a program that
    goes round has few of them and no end of schedules.
    """
    way = way_of(bench.asked)
    automatic = bench.asked.strategy == "auto" and way.name == "dpor"
    strategy, goes_round = _cover_by(way, bench, covered, told, looks_on=automatic)
    if not automatic:
        return way, strategy, covered
    stopped = any(reason.kind == "after_failure" for reason in covered.reasons)
    if goes_round or stopped:
        other, second = Way("states", "circles"), Covered(began_s=covered.began_s)
        found, _ = _cover_by(other, bench, second, told)
        if goes_round or not second.reasons:
            return other, found, second
    return way, strategy, covered


def _cover_by(
    way: Way, bench: Bench, covered: Covered, told: Told, *, looks_on: bool = False
) -> tuple[Covering, bool]:
    """Covers the program in one way; also whether it goes round, where that is looked for."""
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
            return strategy, looks_on and covered.longest >= LONG
        covered.begin_again()
        if covered.restarts > MOST_RESTARTS:
            covered.reasons.append(Reason("restarts", str(covered.restarts)))
            return strategy, False


def _watches(bench: Bench, way: Way) -> int:
    """How many executions are looked at for races: all of which something is to be proved.
    Where every line is a step none is left out; a graph of states is looked at as a whole."""
    if bench.plan.granularity == "line" or way.name == "states":
        return 0
    return SAMPLED if way.name in ("random", "pct") else sys.maxsize


def _too_long(done: Done) -> bool:
    return done.execution.steps >= LONG


def _recheck(bench: Bench, covered: Covered) -> list[Reason]:
    some = list(covered.seen.values())[:RECHECKED]
    schedules = [bench.once_more(seen.done).schedule for seen in some]
    different = differs(bench.program, bench.plan, schedules)
    return [] if different is None else [Reason("nondeterministic", different)]


def _report(
    bench: Bench,
    covered: Covered,
    way: Way,
    missing: tuple[Reason, ...],
    circles: Circles | None,
    racing: Racing,
) -> Report:
    asked, plan = bench.asked, bench.plan
    worst = _simplest_failing(covered)
    counterexample = None
    if worst is not None and circles is not None and circles.knows(worst):
        counterexample = _in_the_graph(bench, covered, worst, circles)
    elif worst is not None:
        try:
            counterexample = _searched(bench, covered, worst)
        except ReplayMismatch as mismatch:
            bench.differed = str(mismatch)
    header = bench.header
    assert header is not None, "something has been executed"
    return Report(
        program=bench.program.file.name,
        verdict=verdict(covered, missing),
        strategy=way.name,
        why=way.why,
        executions=covered.executions,
        pruned=covered.pruned,
        traces=sum(seen.count for seen in covered.seen.values()) if way.name == "dpor" else None,
        states=None if circles is None else circles.states,
        granularity=plan.granularity,
        seconds=0.0,
        lesson=plan.lesson,
        variant=plan.variant,
        parameters=dict(plan.parameters or {}),
        arguments=plan.arguments,
        sleeps="loose" if plan.limits.loose else "strict",
        start_method=header.start_method,
        processes=str(header.processes),
        bounds={**plan.limits.bounds, **asked.bounds.given},
        seed=plan.seed if bench.drew else None,
        draws=bench.draws if asked.draws else None,
        clock=bench.read_clock,
        reasons=missing,
        races=_races(bench, racing),
        capacity=bench.capacity,
        endings=_endings(bench, covered),
        counterexample=counterexample,
    )


def _simplest_failing(covered: Covered) -> str | None:
    """The key of the failing ending with the cheapest execution."""
    failing = {key: seen for key, seen in covered.seen.items() if seen.judged.failed}
    return min(failing, key=lambda key: failing[key].cost) if failing else None


def _searched(bench: Bench, covered: Covered, key: str) -> Counterexample:
    seen = covered.seen[key]
    repeated = bench.once_more(simplest(bench, key, seen))
    done = seen.done = repeated.done
    seen.judged, seen.cost = done.judged, cost_of(done)
    fork = fork_of(bench, repeated.schedule, repeated.trace)
    return _example(bench, covered, key, repeated.trace, fork, None)


def _in_the_graph(bench: Bench, covered: Covered, key: str, circles: Circles) -> Counterexample:
    trace = circles.trace(key)
    fork = circles.fork(covered, key, trace)
    return _example(bench, covered, key, trace, fork, circles.cycle(key))


def _example(
    bench: Bench,
    covered: Covered,
    key: str,
    trace: Trace,
    fork: Fork | None,
    cycle: tuple[int, int] | None,
) -> Counterexample:
    overruns, preemptions, _ = covered.seen[key].cost
    return Counterexample(
        ending=list(covered.seen).index(key),
        trace=trace,
        preemptions=preemptions,
        overruns=overruns,
        fork=fork,
        cycle=cycle,
        confirmed=confirmed(bench.plan, schedule_of(trace), trace),
    )


def _races(bench: Bench, racing: Racing) -> tuple[Race, ...]:
    try:
        return racing.told(bench)
    except ReplayMismatch as mismatch:
        bench.differed = str(mismatch)
        return tuple(untold(bench, racing.found))


def _endings(bench: Bench, covered: Covered) -> tuple[Ending, ...]:
    """Each with the schedule of its simplest execution; the first ones told whole."""
    return tuple(
        _told_whole(bench, seen)
        if number < TOLD_WHOLE
        else _ending(seen, bench.schedule(seen.done))
        for number, seen in enumerate(covered.seen.values())
    )


def _told_whole(bench: Bench, seen: Seen) -> Ending:
    """With what only the record of an execution tells."""
    repeated = bench.once_more(seen.done)
    again, met = repeated.done.judged, seen.judged
    if again.key == met.key:
        seen.judged = again
    elif met.kind in FINISHED:
        bench.differed = f"{met.kind} {met.detail.en}; {again.kind} {again.detail.en}"
    return _ending(seen, repeated.schedule)


def _ending(seen: Seen, schedule: Schedule) -> Ending:
    judged = seen.judged
    return Ending(judged.kind, seen.count, judged.detail, judged.failed, schedule, seen.done.output)
