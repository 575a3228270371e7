"""Ctrl-C while a report is being made: the first ends what goes on, the second everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asking import TEXTBOOK, missing

from pyqdemo.executing import Plan
from pyqdemo.exploring import Asked, Covered, explored, finding
from pyqdemo.kernel.limits import Limits
from pyqdemo.report import Report, Verdict


class Signals:
    """Those that have come."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def come(self) -> None:
        self.asked.append(2)


@pytest.fixture
def signals() -> Signals:
    return Signals()


@pytest.fixture
def comes_at(monkeypatch: pytest.MonkeyPatch, signals: Signals) -> Callable[[str], None]:
    """Lets a signal come just before that function of ``finding`` is called."""

    def at(name: str) -> None:
        real = getattr(finding, name)

        def called(*arguments: Any) -> object:
            signals.come()
            return real(*arguments)

        monkeypatch.setattr(finding, name, called)

    return at


def explore(name: str, signals: Signals, strategy: str = "dpor", stop_after: int = -1) -> Report:
    """Args: stop_after: executions behind which the first signal comes."""

    def told(covered: Covered) -> bool:
        if covered.executions == stop_after:
            signals.come()
        return bool(signals.asked)

    plan = Plan(TEXTBOOK / f"{name}.py", limits=Limits(1_000, loose=True))
    return explored(Asked(plan, strategy), told, signals)


def test_what_was_found_is_told_though_the_fork_was_not_looked_for(
    signals: Signals, comes_at: Callable[[str], None]
) -> None:
    comes_at("fork_of")
    report = explore("opposite_locks_broken", signals)
    assert (report.verdict, missing(report)) == (Verdict.FAILED, {"interrupted"})
    found = report.counterexample
    assert found is not None and found.trace.events
    assert (found.fork, found.no_fork, found.confirmed) == (None, None, None)


@pytest.mark.parametrize("at", ["differs", "_find_races"])
def test_who_stops_the_last_look_has_proved_nothing(
    signals: Signals, comes_at: Callable[[str], None], at: str
) -> None:
    comes_at(at)
    report = explore("opposite_locks", signals)
    assert (report.verdict, missing(report)) == (Verdict.NOT_EXHAUSTED, {"interrupted"})


@pytest.mark.parametrize("strategy", ["dpor", "states"])
@pytest.mark.parametrize("at", ["_simplest_failing", "_find_races"])
def test_a_second_signal_ends_it_at_once(
    signals: Signals, comes_at: Callable[[str], None], at: str, strategy: str
) -> None:
    """The first one ended the search."""
    comes_at(at)
    with pytest.raises(KeyboardInterrupt):
        explore("opposite_locks_broken", signals, strategy, stop_after=2)


def test_a_signal_that_ended_the_search_does_not_end_what_tells_of_it(signals: Signals) -> None:
    """In the second execution both hold one lock."""
    report = explore("opposite_locks_broken", signals, stop_after=2)
    assert missing(report) == {"interrupted"}
    found = report.counterexample
    assert found is not None and found.fork is not None
    assert all(ending.detail.en for ending in report.endings if ending.failed)
