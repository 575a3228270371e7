"""Executions until everything is covered or a bound is reached, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Protocol

from pyqdemo.exploring.asked import Bounds
from pyqdemo.exploring.bench import Bench, Done
from pyqdemo.exploring.judging import Judged
from pyqdemo.exploring.racing import Racing
from pyqdemo.exploring.watching import Watched
from pyqdemo.point import Point
from pyqdemo.report import Reason, ReasonKind
from pyqdemo.trace import OutcomeKind

__all__ = ["Covered", "Covering", "Seen", "Told", "cost_of", "cover"]


class Covering(Protocol):
    """A strategy that lives through many executions, to cover them all.

    Attributes:
        more: another execution is worth beginning.
        pruned: the one that is over was stopped early: what could follow has been seen.
        nondeterminism: what differed when choices were repeated; None while nothing did.
    """

    pruned: bool

    @property
    def more(self) -> bool: ...

    @property
    def nondeterminism(self) -> str | None: ...

    def begin(self) -> None: ...

    def choose(self, point: Point) -> str: ...


#: Endings that are none of the program's own.
_CUT_SHORT: Mapping[str, ReasonKind] = {
    OutcomeKind.STEP_BOUND: "step_bound",
    OutcomeKind.TIME_BOUND: "time_bound",
    OutcomeKind.ABORTED: "aborted",
}

Told = Callable[["Covered"], bool]
"""Told of the progress after each execution; answers whether to stop."""

Cost = tuple[int, int, int]


@dataclass(slots=True)
class Seen:
    """One ending, met at least once.

    Attributes:
        count: executions that ended so.
        cost: of the cheapest of them; see ``cost_of``.
        done: that one.
    """

    judged: Judged
    count: int
    cost: Cost
    done: Done

    def put(self, done: Done, cost: Cost) -> None:
        """A simpler execution with this ending takes the place of the one before."""
        self.judged, self.done, self.cost = done.judged, done, cost


@dataclass(slots=True)
class Covered:
    """What has been covered so far.

    Attributes:
        executions: that were begun; ``pruned`` of them stopped early.
        decisions: points at which more than one task could have been chosen.
        seen: the endings by key, in the order in which they were met.
        reasons: why it is not everything; empty when it is.
        began_s: on the real monotonic clock; ``failed_s`` when the first failure was met.
        longest: steps of the longest execution.
        restarts: how often it began again, with something learned.
        racing: whose plain data was touched unordered, where executions were watched for that.
    """

    executions: int = 0
    pruned: int = 0
    decisions: int = 0
    seen: dict[str, Seen] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    began_s: float = field(default_factory=monotonic)
    failed_s: float | None = None
    longest: int = 0
    restarts: int = 0
    racing: Racing = field(default_factory=Racing)

    @property
    def fails(self) -> bool:
        """Whether an ending must not be."""
        return any(seen.judged.failed for seen in self.seen.values())

    def another(self) -> Covered:
        """For a search behind this one, with the same bounds for both together."""
        return Covered(self.executions, self.pruned, self.decisions, began_s=self.began_s)

    def take_counts(self, further: Covered) -> None:
        """Counts what another search, that began with these counts, has executed."""
        self.executions, self.pruned = further.executions, further.pruned
        self.decisions = further.decisions

    def take_failing(self, other: Covered, count: int | None = None) -> None:
        """Adds what failed in another search, and did not in this one.

        Args:
            count: of each, in place of the number of executions.
        """
        for key, seen in other.seen.items():
            if seen.judged.failed and key not in self.seen:
                self.seen[key] = seen if count is None else replace(seen, count=count)

    def begin_again(self) -> None:
        """Something was learned: what has been seen may be too little."""
        self.seen.clear()
        self.reasons.clear()
        self.failed_s = None
        self.racing = Racing()
        self.restarts += 1


def cover(
    bench: Bench,
    strategy: Covering,
    bounds: Bounds,
    covered: Covered,
    told: Told,
    *,
    until: Callable[[Done], bool] = lambda done: False,
    watches: int = 0,
    **how: Any,
) -> bool:
    """Executes until the strategy has nothing more, a bound is reached, or ``until`` says so.

    Args:
        covered: to which everything is added.
        watches: in so many executions, the first ones, races are looked for; plain data is
            observed in these.
        how: as of ``Bench.once``.

    Returns:
        Whether something was learned, so that another strategy has to begin again.
    """
    observes = how.get("data", False)
    watched = Watched(strategy) if watches else None
    while strategy.more:
        reason = _at_a_bound(bounds, covered)
        if reason is None and told(covered):
            reason = Reason("interrupted")
        if reason is not None and covered.executions:  # one there has to be, to tell of
            covered.reasons.append(reason)
            return False
        known = len(bench.learned)
        if covered.executions >= watches:
            watched = None
        how["data"] = observes or watched is not None
        done = bench.once(watched or strategy, **how)
        covered.executions += 1
        if len(bench.learned) > known:
            return True
        if strategy.nondeterminism is not None:
            covered.reasons.append(Reason("nondeterministic", strategy.nondeterminism))
            return False
        if watched is not None:
            covered.racing.add(watched, done)
        _add(covered, done, strategy)
        if done.judged.kind == OutcomeKind.INTERRUPTED or until(done):
            return False
    return False


def _add(covered: Covered, done: Done, strategy: Covering) -> None:
    execution = done.execution
    covered.decisions += execution.decisions
    covered.longest = max(covered.longest, execution.steps)
    judged = done.judged
    ended = getattr(strategy, "ended", None)
    if strategy.pruned:
        covered.pruned += 1
        return
    if ended is not None:
        ended(judged.key)
    if judged.kind == OutcomeKind.INTERRUPTED:
        covered.reasons.append(Reason("interrupted"))
        return
    if judged.kind in _CUT_SHORT:
        _once(covered, Reason(_CUT_SHORT[judged.kind], judged.detail.en))
    if judged.failed and covered.failed_s is None:
        covered.failed_s = monotonic()
    cost = cost_of(done)
    seen = covered.seen.get(judged.key)
    if seen is None:
        covered.seen[judged.key] = Seen(judged, 1, cost, done)
        return
    seen.count += 1
    if cost < seen.cost:
        seen.put(done, cost)


def cost_of(done: Done) -> Cost:
    """What makes an execution hard to read: overruns, preemptions, and its length."""
    execution = done.execution
    return execution.overruns, execution.preemptions, execution.steps


def _once(covered: Covered, reason: Reason) -> None:
    if all(known.kind != reason.kind for known in covered.reasons):
        covered.reasons.append(reason)


def _at_a_bound(bounds: Bounds, covered: Covered) -> Reason | None:
    now = monotonic()
    if bounds.max_executions is not None and covered.executions >= bounds.max_executions:
        return Reason("max_executions", str(bounds.max_executions))
    if bounds.time_s is not None and now - covered.began_s >= bounds.time_s:
        return Reason("time", f"{bounds.time_s:g}")
    if covered.failed_s is not None and now - covered.failed_s >= bounds.after_failure_s:
        return Reason("after_failure", f"{bounds.after_failure_s:g}")
    return None
