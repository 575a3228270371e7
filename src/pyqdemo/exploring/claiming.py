"""What may be claimed of what was covered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyqdemo.exploring.bench import Bench
from pyqdemo.exploring.choosing import Way
from pyqdemo.exploring.covering import Covered
from pyqdemo.report import Reason, Verdict
from pyqdemo.trace import OutcomeKind

__all__ = ["FINISHED", "reasons", "verdict"]

#: Endings by which an execution came to its own end.
FINISHED = frozenset(
    {OutcomeKind.COMPLETED, OutcomeKind.EXCEPTION, OutcomeKind.DEADLOCK, "promise", "output"}
)


def verdict(covered: Covered, missing: Sequence[Reason]) -> Verdict:
    """``proved`` only if nothing is missing and nothing failed."""
    if any(seen.judged.failed for seen in covered.seen.values()):
        return Verdict.FAILED
    return Verdict.NOT_EXHAUSTED if missing else Verdict.PROVED


def reasons(bench: Bench, covered: Covered, way: Way) -> tuple[Reason, ...]:
    """Why it may not be claimed of all executions; empty if it may."""
    return (*covered.reasons, *_missing(bench, covered, way))


def _missing(bench: Bench, covered: Covered, way: Way) -> Iterator[Reason]:
    if way.name in ("random", "pct"):
        yield Reason("sampled", way.name)
    if way.name == "dfs" and bench.asked.bounds.preemptions is not None:
        yield Reason("preemptions", str(bench.asked.bounds.preemptions))
    if not bench.controlled:
        yield Reason("no_task")
    elif not covered.decisions:
        yield Reason("no_decision")
    if not any(seen.judged.kind in FINISHED for seen in covered.seen.values()):
        yield Reason("none_finished")
    for what in bench.uncontrolled:
        yield Reason("uncontrolled", what)
    for what in bench.lost:
        yield Reason("lost", what)
    for what in bench.opaque:
        yield Reason("opaque", what)
    if bench.kills:
        yield Reason("kills")
