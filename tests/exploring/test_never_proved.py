"""Where something is missing nothing is proved, though nothing failed, and the report says what."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import TEXTBOOK, ended, missing, report_of

from pyqdemo.executing import Plan
from pyqdemo.exploring import Asked, Bounds, Covered, explored
from pyqdemo.kernel.limits import Limits
from pyqdemo.report import Report, Verdict

FINE = TEXTBOOK / "one_sentinel.py"  # is covered by 4 executions, none of which fails


def _not_exhausted(report: Report) -> set[str]:
    """The reasons; the verdict is the one in the middle."""
    assert report.verdict is Verdict.NOT_EXHAUSTED
    return missing(report)


@pytest.mark.parametrize(
    ("strategy", "bounds", "reason"),
    [
        ("dpor", Bounds(max_executions=3), "max_executions"),
        ("states", Bounds(max_executions=3), "max_executions"),
        ("dpor", Bounds(time_s=1e-6), "time"),
        ("dfs", Bounds(preemptions=0), "preemptions"),
        ("auto", Bounds(preemptions=1), "preemptions"),
        ("random", Bounds(max_executions=50), "sampled"),
        ("pct", Bounds(max_executions=50), "sampled"),
    ],
)
def test_a_bound_or_chance_proves_nothing(strategy: str, bounds: Bounds, reason: str) -> None:
    """Three executions of four; no time but for the first; only some schedules, or drawn ones."""
    assert reason in _not_exhausted(report_of(FINE, strategy, bounds=bounds))


def test_as_many_executions_as_there_are_prove_it() -> None:
    """A bound that is not reached is none: four are allowed, and four are all."""
    report = report_of(FINE, bounds=Bounds(max_executions=4))
    assert (report.verdict, report.executions) == (Verdict.PROVED, 4)
    assert report.bounds["max_executions"] == 4


def test_who_is_stopped_from_outside_has_proved_nothing() -> None:
    """Stopped when two executions are over."""

    def told(covered: Covered) -> bool:
        return covered.executions == 2

    report = explored(Asked(Plan(FINE, limits=Limits(1_000, loose=True)), "dpor"), told)
    assert _not_exhausted(report) == {"interrupted"}
    assert report.executions == 2


def test_a_program_of_one_task_proves_nothing(tmp_path: Path) -> None:
    report = report_of("print('hello')", folder=tmp_path)
    assert _not_exhausted(report) == {"no_task"}
    assert report.executions == 1


def test_tasks_between_which_there_was_nothing_to_choose_are_told() -> None:
    """Each task begins when all others wait."""
    report = report_of(TEXTBOOK / "own_pool_broken.py")
    assert report.verdict is Verdict.FAILED
    assert missing(report) == {"no_decision"}


def test_executions_that_come_to_no_end_prove_nothing(tmp_path: Path) -> None:
    """Both tasks go on and on, and so does each execution until it is stopped."""
    report = report_of(
        """
        import time
        from threading import Thread
        def go():
            while True:
                time.sleep(1)
        for _ in range(2):
            Thread(target=go).start()
        """,
        folder=tmp_path,
        max_steps=50,
        bounds=Bounds(max_executions=5),
    )
    assert _not_exhausted(report) >= {"none_finished", "step_bound"}
    assert set(ended(report)) == {"step_bound"}


def test_a_failure_counts_whatever_is_missing() -> None:
    """The first execution in which both look first is enough; there are three more."""
    report = report_of(
        TEXTBOOK / "opposite_locks_broken.py", "random", bounds=Bounds(max_executions=200)
    )
    assert report.verdict is Verdict.FAILED
    assert missing(report) >= {"sampled"}
