"""What may be claimed of what was covered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyqdemo.exploring.bench import Bench
from pyqdemo.exploring.choosing import Way
from pyqdemo.exploring.covering import Covered, Covering
from pyqdemo.report import Reason, Verdict
from pyqdemo.strategies import Dfs
from pyqdemo.trace import OutcomeKind

__all__ = ["FINISHED", "reasons", "verdict"]

#: Endings by which an execution came to its own end.
FINISHED = frozenset(
    {OutcomeKind.COMPLETED, OutcomeKind.EXCEPTION, OutcomeKind.DEADLOCK, "promise", "output"}
)


def verdict(covered: Covered, missing: Sequence[Reason]) -> Verdict:
    """``proved`` only if nothing is missing and nothing failed."""
    if covered.fails:
        return Verdict.FAILED
    return Verdict.NOT_EXHAUSTED if missing else Verdict.PROVED


def reasons(bench: Bench, covered: Covered, way: Way, strategy: Covering) -> tuple[Reason, ...]:
    """Why it may not be claimed of all executions; empty if it may."""
    return (*covered.reasons, *_missing(bench, covered, way, strategy))


def _missing(bench: Bench, covered: Covered, way: Way, strategy: Covering) -> Iterator[Reason]:
    if way.name in ("random", "pct"):
        yield Reason("sampled", way.name)
    if isinstance(strategy, Dfs) and strategy.limited:
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
    known = any(reason.kind == "nondeterministic" for reason in covered.reasons)
    if bench.differed is not None and not known:
        yield Reason("nondeterministic", bench.differed)
