"""Textbook bugs are found, each in its own kind, and their repaired twins are proved.

The programs are in ``textbook/``; what is wrong with each stands at its head.
"""

from __future__ import annotations

import ast

import pytest
from asking import TEXTBOOK, ended, failing, missing, report_of

from pyqdemo.report import Verdict

#: By name: the kind of failure, and how many executions end in each kind of way, of the broken
#: one and of its twin. See ``test_..._counts`` for where the numbers come from; None where they
#: are too many to be told by hand.
BUGS: dict[str, tuple[str, dict[str, int] | None, int | None]] = {
    "check_then_get": ("deadlock", {"completed": 2, "deadlock": 2}, 2),
    "opposite_locks": ("deadlock", {"completed": 2, "deadlock": 1}, 2),
    "notify_before_wait": ("deadlock", {"completed": 1, "deadlock": 1}, 2),
    "if_for_while": ("exception", None, None),
    "semaphore_in_mutex": ("deadlock", {"completed": 1, "deadlock": 1}, 1),
    "barrier_reuse": ("exception", None, 4),
    "join_without_task_done": ("deadlock", {"deadlock": 1}, 2),
    "one_sentinel": ("deadlock", {"deadlock": 4}, 4),
    "own_pool": ("deadlock", {"deadlock": 1}, None),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_is_found_in_its_kind_and_counts(name: str) -> None:
    """Executions that differ in more than the order of independent steps:

    - check_then_get: one of the two looks and takes before the other looks: 2 orders, both end.
      Or both look first: then one takes, and the other waits for ever: 2 orders.
    - opposite_locks: who gets both locks first: 2. Or each gets one: 1.
    - notify_before_wait: the lock goes to one or the other first: 2.
    - semaphore_in_mutex: the lock goes first to who makes, which ends, or to who takes.
    - join_without_task_done: a put and a get are at two ends of the queue, and the second put
      needs nothing of the first get: 1.
    - one_sentinel: who gets the apple: 2; who of the two gets the one sentinel: 2.
    - own_pool: each task waits for what another one does: 1.
    """
    kind, counts, _ = BUGS[name]
    report = report_of(TEXTBOOK / f"{name}_broken.py")
    assert report.verdict is Verdict.FAILED
    assert failing(report) == {kind}
    assert "after_failure" not in missing(report)  # all was covered
    if counts is not None:
        assert ended(report) == counts


@pytest.mark.parametrize("name", BUGS)
def test_a_repaired_twin_is_proved_and_counts(name: str) -> None:
    """All end; the number of ways:

    - check_then_get, opposite_locks, notify_before_wait: who is first at the one thing that both
      want: 2.
    - semaphore_in_mutex: who takes comes after who makes: 1.
    - barrier_reuse: who comes first, in each of two rounds: 4.
    - join_without_task_done: the first job is done before or behind the second put: 2; both
      change the number of unfinished jobs.
    - one_sentinel: who gets the apple: 2; who of both gets the next thing, which is a sentinel,
      and leaves the other sentinel to the other one: 2.
    """
    _, _, ways = BUGS[name]
    report = report_of(TEXTBOOK / f"{name}.py")
    assert (report.verdict, report.reasons) == (Verdict.PROVED, ())
    assert set(ended(report)) == {"completed"}
    if ways is not None:
        assert report.traces == ways


@pytest.mark.parametrize("count", [3, 4])
def test_philosophers_who_take_the_left_fork_first_can_starve(count: int) -> None:
    """Each fork lies between two, one of whom has it first: 2 ** n ways. In one of them each has
    his left fork first, and all wait. In another each would have his right one first, for which
    he needs the left one, which nobody had first: that cannot be."""
    report = report_of(TEXTBOOK / "philosophers_broken.py", arguments=(str(count),))
    assert report.verdict is Verdict.FAILED
    assert ended(report) == {"completed": 2**count - 2, "deadlock": 1}
    assert report.executions <= 40


@pytest.mark.parametrize("count", [3, 4])
def test_philosophers_who_take_the_lower_fork_first_all_eat(count: int) -> None:
    """The ways as above, without the two that go in a circle."""
    report = report_of(TEXTBOOK / "philosophers.py", arguments=(str(count),))
    assert (report.verdict, report.reasons) == (Verdict.PROVED, ())
    assert ended(report) == {"completed": 2**count - 2}
    assert report.executions <= 40


def test_a_writer_can_be_kept_out_for_ever_by_readers_who_take_turns() -> None:
    """The two readers go round, each in while the other one is, and the writer is never enabled
    in that circle: no fairness lets it in. A deadlock there is none."""
    report = report_of(TEXTBOOK / "readers_writers_broken.py", "auto")
    assert report.verdict is Verdict.FAILED
    assert failing(report) == {"livelock"}
    assert (report.strategy, report.why) == ("states", "circles")
    assert report.counterexample is not None
    assert report.counterexample.cycle is not None


def test_a_writer_in_the_door_comes_in() -> None:
    """Readers go round here as well, but not past a door for ever that the writer takes turns
    for: where it is enabled again and again it goes through, and then the readers leave."""
    report = report_of(TEXTBOOK / "readers_writers.py", "states")
    assert (report.verdict, report.reasons) == (Verdict.PROVED, ())
    assert set(ended(report)) == {"completed"}


def test_a_flag_that_is_set_too_early_is_seen_between_lines() -> None:
    """One of two is first: 2. The other one looks before the flag is set, and has to wait for the
    lock; or behind it, and then at the value before it is there, which fails, or behind it: 3.
    Between operations the two lines are one step, and nothing fails."""
    file = TEXTBOOK / "double_checked_broken.py"
    report = report_of(file, granularity="line")
    assert report.verdict is Verdict.FAILED
    assert ended(report) == {"completed": 4, "exception": 2}
    assert {ending.detail.en for ending in report.endings if ending.failed} == {
        "Thread-1 (ask): AssertionError",
        "Thread-2 (ask): AssertionError",
    }
    assert failing(report_of(file)) == set()


def test_a_flag_that_is_set_last_is_right_between_lines_too() -> None:
    """One of two is first: 2. The other one looks before the flag is set or behind it: 2."""
    report = report_of(TEXTBOOK / "double_checked.py", granularity="line")
    assert (report.verdict, report.reasons) == (Verdict.PROVED, ())
    assert ended(report) == {"completed": 4}


def test_every_program_has_a_twin_and_says_what_is_wrong() -> None:
    names = {path.stem for path in TEXTBOOK.glob("*.py")}
    broken = {name for name in names if name.endswith("_broken")}
    assert names - broken == {name.removesuffix("_broken") for name in broken}
    for name in names:
        text = ast.get_docstring(ast.parse((TEXTBOOK / f"{name}.py").read_text("utf-8")))
        assert text is not None
        assert ("Wrong:" in text) == (name in broken)
