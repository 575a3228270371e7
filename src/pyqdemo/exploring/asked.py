"""What an exploration is asked for, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pyqdemo.card import Card
from pyqdemo.errors import UsageError
from pyqdemo.executing import Plan
from pyqdemo.executing.plan import check_plan

__all__ = [
    "AFTER_FAILURE_S",
    "MAX_STEPS",
    "STRATEGIES",
    "USUAL_TIME_S",
    "Asked",
    "Bounds",
    "check_asked",
]

STRATEGIES = ("auto", "dpor", "states", "dfs", "random", "pct")
MAX_STEPS = 10_000  # of one execution
USUAL_TIME_S = 60.0  # of an exploration for which nobody names a bound
AFTER_FAILURE_S = 5.0
MOST = 10**9


@dataclass(frozen=True, slots=True)
class Bounds:
    """When an exploration is stopped before it has covered everything.

    Attributes:
        max_executions: executions begun; None for no bound.
        time_s: real seconds; None for no bound.
        preemptions: of one execution, for ``dfs``: those with more are left out.
        after_failure_s: real seconds that it goes on behind the first failure, to find the
            other endings too; a report tells it only where it ended the search.
    """

    max_executions: int | None = None
    time_s: float | None = None
    preemptions: int | None = None
    after_failure_s: float = AFTER_FAILURE_S

    @property
    def given(self) -> Mapping[str, float | int]:
        """Those that were given, as a report has them in any case."""
        told = {
            "max_executions": self.max_executions,
            "time_s": self.time_s,
            "preemptions": self.preemptions,
        }
        return {name: bound for name, bound in told.items() if bound is not None}


@dataclass(frozen=True, slots=True)
class Asked:
    """What to explore, and how.

    Attributes:
        plan: the program with its settings. Its ``seed`` is that of draws which are no
            choices; its ``limits`` say how time passes and where one execution is stopped.
        strategy: one of ``STRATEGIES``.
        same_output: an output that differs from the first one is a failure.
        draws: values of random draws with a small range are choices too.
        card: of a lesson, whose promises are to be kept.
        sizes: parameters to be tried one after the other, smallest first, until something
            fails; empty for those of the plan alone.
    """

    plan: Plan
    strategy: str = "auto"
    bounds: Bounds = field(default_factory=Bounds)
    same_output: bool = False
    draws: bool = False
    card: Card | None = None
    sizes: tuple[Mapping[str, object], ...] = ()

    def at(self, size: Mapping[str, object]) -> Asked:
        """The same with other parameters."""
        return replace(self, plan=replace(self.plan, parameters=dict(size)), sizes=())


def check_asked(asked: Asked) -> None:
    """Raises UsageError for what no exploration may be asked for."""
    check_plan(replace(asked.plan, strategy="random"))
    if asked.strategy not in STRATEGIES:
        known = ", ".join(STRATEGIES)
        raise UsageError("strategy_unknown", name=asked.strategy, known=known)
    bounds = asked.bounds
    most = bounds.max_executions
    if most is not None and (type(most) is not int or not 1 <= most <= MOST):
        raise UsageError("explore_bound", name="max_executions", value=repr(most), low=1)
    if bounds.preemptions is not None:
        if type(bounds.preemptions) is not int or bounds.preemptions < 0:
            value = repr(bounds.preemptions)
            raise UsageError("explore_bound", name="preemptions", value=value, low=0)
        if asked.strategy not in ("auto", "dfs"):
            raise UsageError("explore_preemptions", strategy=asked.strategy)
    if bounds.time_s is not None and not (
        type(bounds.time_s) in (int, float) and 0 < bounds.time_s < MOST
    ):
        raise UsageError("explore_time", value=repr(bounds.time_s))
    if not (type(bounds.after_failure_s) in (int, float) and 0 <= bounds.after_failure_s < MOST):
        value = repr(bounds.after_failure_s)
        raise UsageError("explore_bound", name="after_failure_s", value=value, low=0)
    if asked.strategy in ("random", "pct") and most is None and bounds.time_s is None:
        raise UsageError("explore_endless", strategy=asked.strategy)
    if asked.strategy == "dpor" and not asked.plan.limits.loose:
        raise UsageError("explore_strict_dpor")
    if asked.plan.world != "simulated":
        raise UsageError("explore_world", value=repr(asked.plan.world))
