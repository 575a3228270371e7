"""Where something is missing nothing is proved, though nothing failed, and the report says what."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import TEXTBOOK, ended, missing, report_of

from pyqdemo.cli import explore_command as command
from pyqdemo.errors import ReplayMismatch, UsageError
from pyqdemo.executing import Plan, Running, run
from pyqdemo.exploring import (
    USUAL_TIME_S,
    Asked,
    Bounds,
    Covered,
    Exploring,
    circles,
    explore,
    explored,
    forks,
    watching,
)
from pyqdemo.kernel.limits import Limits
from pyqdemo.report import Report, Verdict
from pyqdemo.strategies import Replay

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


@pytest.mark.parametrize("strategy", ["states", "dpor"])
@pytest.mark.parametrize("otherwise", ["threading.Event().wait()", "return"])
def test_what_goes_otherwise_only_when_it_is_looked_at_again_is_told(
    tmp_path: Path, strategy: str, otherwise: str
) -> None:
    """A file counts how often the program has been loaded. As often as it takes to cover it, two
    tasks can wait for each other for ever; from then on each waits alone, and what was chosen
    cannot be; or they end at once, and what was chosen does not lead where it did."""
    text = """
        import threading
        with open({file!r}, "a") as file:
            file.write("x")
            late = file.tell() > {most}
        del file
        red, blue = threading.Lock(), threading.Lock()
        def paint(first, second):
            if late:
                {otherwise}
            with first:
                with second:
                    pass
        for pair in ((red, blue), (blue, red)):
            threading.Thread(target=paint, args=pair).start()
        """
    file, most = str(tmp_path / "counted"), 10**6
    whole = text.format(file=file, most=most, otherwise=otherwise)
    file, most = str(tmp_path / "loaded"), report_of(whole, strategy, folder=tmp_path).executions
    short = text.format(file=file, most=most, otherwise=otherwise)
    report = report_of(short, strategy, folder=tmp_path)
    assert report.verdict is Verdict.FAILED
    assert "nondeterministic" in missing(report)
    assert report.counterexample is None
    assert "deadlock" in ended(report)


@pytest.mark.parametrize(
    ("looks", "program", "strategy"),
    [
        (circles._Rounds, "readers_writers_broken", "auto"),
        (forks._Watching, "opposite_locks_broken", "dpor"),
        (watching.Watched, "double_checked_broken", "states"),
    ],
)
def test_what_cannot_be_repeated_for_the_report_is_no_error(
    monkeypatch: pytest.MonkeyPatch, looks: type[Replay], program: str, strategy: str
) -> None:
    """A choice cannot be made when a circle is gone again, or the way to a failure, or any."""

    def choose(*_: object) -> str:
        raise ReplayMismatch("replay_mismatch", 3, "0.1", "0")

    monkeypatch.setattr(looks, "choose", choose)
    report = report_of(TEXTBOOK / f"{program}.py", strategy)
    assert "nondeterministic" in missing(report)
    assert report.verdict is not Verdict.PROVED


def test_a_bound_on_preemptions_that_leaves_nothing_out_proves_as_much_as_none() -> None:
    """Three tasks; each of them is preempted less than twenty times."""
    free, bound = (
        report_of(FINE, "dfs", bounds=Bounds(preemptions=most, time_s=60.0)) for most in (None, 20)
    )
    assert (bound.verdict, bound.reasons) == (Verdict.PROVED, ())
    assert bound.executions == free.executions
    assert bound.bounds["preemptions"] == 20


def test_a_search_that_ends_behind_a_failure_says_how_long_it_went_on() -> None:
    """No time at all: nothing is begun behind the failure; with a bound that is not reached
    nothing is said of it."""
    broken = TEXTBOOK / "opposite_locks_broken.py"
    for wait_s, told in ((0, {"after_failure_s": 0}), (600.0, {})):
        report = explore(broken, strategy="dpor", time_s=None, after_failure_s=wait_s)
        assert report.verdict is Verdict.FAILED
        assert report.bounds == {"max_steps": 10_000, **told}
        assert (missing(report) == {"after_failure"}) == bool(told)


@pytest.mark.parametrize("wait_s", [-1, "5", float("inf")])
def test_what_is_no_time_behind_a_failure_is_refused(wait_s: object) -> None:
    with pytest.raises(UsageError, match="after_failure_s"):
        explore(FINE, after_failure_s=wait_s)  # type: ignore[arg-type]


def test_an_exploration_in_python_has_a_minute_unless_it_is_told_otherwise() -> None:
    """As the command has."""
    assert explore(FINE).bounds["time_s"] == USUAL_TIME_S == command.USUAL_TIME_S == 60.0
    assert "time_s" not in explore(FINE, time_s=None).bounds


@pytest.mark.parametrize("strategy", ["random", "pct"])
def test_schedules_are_not_drawn_without_end(strategy: str) -> None:
    with pytest.raises(UsageError, match=f"the strategy {strategy} never ends by itself"):
        explore(FINE, strategy=strategy, time_s=None)
    assert explore(FINE, strategy=strategy, time_s=None, max_executions=2).executions == 2


def test_the_options_that_checkers_know_are_those_that_there_are() -> None:
    for function, options in ((explore, Exploring), (run, Running)):
        taken = dict(function.__annotations__)
        del taken["program"], taken["return"]
        assert options.__annotations__.keys() == taken.keys()
        told = {name: each.__forward_arg__ for name, each in options.__annotations__.items()}
        assert told == taken
