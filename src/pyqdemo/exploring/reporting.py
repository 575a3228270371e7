"""An exploration from what was asked for to its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic

from pyqdemo.executing.carrying import Signals
from pyqdemo.exploring.asked import Asked, check_asked
from pyqdemo.exploring.bench import Bench
from pyqdemo.exploring.choosing import Way
from pyqdemo.exploring.claiming import reasons, verdict
from pyqdemo.exploring.covering import Covered, Seen, Told
from pyqdemo.exploring.finding import Found, find, recheck
from pyqdemo.exploring.searching import search
from pyqdemo.report import Ending, Reason, Report, Verdict

__all__ = ["explored", "report_of"]


def _go_on(covered: Covered) -> bool:
    return False


def explored(asked: Asked, told: Told = _go_on, signals: Signals | None = None) -> Report:
    """Explores a program, and reports what may be claimed.

    Args:
        told: told of the progress after each execution; answers whether to stop.
        signals: looked at while an execution goes on; one that came ends the exploration
            with what is known so far.

    Raises:
        PyqdemoError: it cannot be loaded or controlled, or is not to be explored so.
        KeyboardInterrupt: a second signal came before the report was made.
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


def _at_one_size(asked: Asked, told: Told, signals: Signals | None) -> Report:
    with Bench(asked, signals) as bench:
        way, strategy, covered = search(bench, told)
        bench.end_search()
        found = find(bench, strategy, covered)
        missing = reasons(bench, covered, way, strategy)
        if not missing and not covered.fails:
            missing = recheck(bench, covered)
        return report_of(bench, way, covered, found, missing)


def report_of(
    bench: Bench, way: Way, covered: Covered, found: Found, missing: Sequence[Reason]
) -> Report:
    """The report; executes nothing any more.

    Args:
        missing: why the claim is not stronger.
    """
    plan, header = bench.plan, bench.header
    assert header is not None, "something has been executed"
    return Report(
        program=bench.program.file.name,
        verdict=verdict(covered, missing),
        strategy=way.name,
        why=way.why,
        executions=covered.executions,
        pruned=covered.pruned,
        traces=sum(seen.count for seen in covered.seen.values()) if way.name == "dpor" else None,
        states=found.states,
        granularity=plan.granularity,
        seconds=0.0,
        lesson=plan.lesson,
        variant=plan.variant,
        parameters=dict(plan.parameters or {}),
        arguments=plan.arguments,
        sleeps="loose" if plan.limits.loose else "strict",
        start_method=header.start_method,
        processes=str(header.processes),
        bounds=_bounds(bench, missing),
        seed=plan.seed if bench.drew else None,
        draws=bench.draws if bench.asked.draws else None,
        clock=bench.read_clock,
        reasons=tuple(missing),
        races=found.races,
        capacity=bench.capacity,
        endings=tuple(_ending(bench, seen) for seen in covered.seen.values()),
        counterexample=found.example,
    )


def _bounds(bench: Bench, missing: Sequence[Reason]) -> Mapping[str, float | int]:
    """Those that were given; that of the search behind a failure only where it was reached."""
    bounds = {**bench.plan.limits.bounds, **bench.asked.bounds.given}
    if any(reason.kind == "after_failure" for reason in missing):
        bounds["after_failure_s"] = bench.asked.bounds.after_failure_s
    return bounds


def _ending(bench: Bench, seen: Seen) -> Ending:
    """With the schedule of its simplest execution."""
    judged, done = seen.judged, seen.done
    schedule = bench.schedule(done)
    return Ending(judged.kind, seen.count, judged.detail, judged.failed, schedule, done.output)
