"""One recorded run in the place of an exploration."""

from __future__ import annotations

from pyqdemo.executing import Plan
from pyqdemo.exploring.asked import Asked
from pyqdemo.exploring.bench import Bench
from pyqdemo.exploring.choosing import Way
from pyqdemo.exploring.covering import Covered, Seen, cost_of
from pyqdemo.exploring.finding import Found, example_of
from pyqdemo.exploring.reporting import report_of
from pyqdemo.report import Reason, Report

__all__ = ["repeated"]


def repeated(plan: Plan, file: str) -> Report:
    """The report of that one run: ``failed``, or else nothing is known.

    Args:
        plan: that repeats a record; see ``executing.replayed``.
        file: from which it was read.
    """
    with Bench(Asked(plan)) as bench:
        again = bench.repeat(plan.choices or (), plan.draws, loose=plan.limits.loose)
        done = again.done
        judged = done.judged
        covered = Covered(executions=1)
        covered.seen[judged.key] = Seen(judged, 1, cost_of(done), done)
        found = Found(example=example_of(bench, covered, judged.key, again))
        missing = (Reason("replayed", file),)
        return report_of(bench, Way("replay", "asked"), covered, found, missing)
