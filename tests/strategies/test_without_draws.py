"""Round robin and replay, and what every strategy keeps."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import execution, point

from pyqdemo.errors import Exit, ReplayMismatch
from pyqdemo.point import Exhausted, Strategy
from pyqdemo.strategies import Pct, Random, Replay, RoundRobin

# ---------------------------------------------------------------- round robin


def test_round_robin_gives_everybody_a_turn() -> None:
    """The main task is taken to have gone last, so its child begins."""
    choices = execution(RoundRobin(), {"0": 2, "0.1": 1, "0.2": 3})
    assert choices == ["0.1", "0.2", "0", "0.2", "0", "0.2"]


@pytest.mark.parametrize(
    ("running", "enabled", "chosen"),
    [
        ("0.9", ["0.2", "0.10"], "0.10"),
        ("0.10", ["0.2", "0.9"], "0.2"),
        ("0.1", ["0", "0.1.1", "0.2"], "0.1.1"),
        ("0.1.7", ["0", "0.1", "0.2"], "0.2"),
        ("0.1.1", ["0", "0.1~1", "0.2"], "0.1~1"),
        ("0.1~1", ["0", "0.1.1", "0.1.2"], "0"),
        ("0~2", ["0", "0.1"], "0"),
        ("0.1", ["0.1"], "0.1"),
    ],
)
def test_round_robin_goes_on_behind_a_task_that_cannot_go(
    running: str, enabled: list[str], chosen: str
) -> None:
    """Ids compare by their numbers; behind the last one comes the first."""
    assert RoundRobin().choose(point(enabled, running=running)) == chosen


# ---------------------------------------------------------------- replay


def test_replay_repeats_what_was_chosen() -> None:
    steps = {"0": 3, "0.1": 2, "0.2": 4}
    choices = execution(Random(7), steps)
    assert execution(Replay(choices), steps) == choices


def test_replay_tells_the_step_whom_it_wants_and_who_can_go() -> None:
    """The third choice is of a task that has ended after its one step."""
    with pytest.raises(ReplayMismatch) as caught:
        execution(Replay(["0", "0.1", "0.1"]), {"0": 2, "0.1": 1, "0.2": 1})
    assert caught.value.happened == "replay_mismatch"
    assert caught.value.facts == {"step": 3, "wanted": "0.1", "enabled": "0, 0.2"}
    assert caught.value.exit_code is Exit.UNUSABLE


def test_replay_stops_where_its_choices_end() -> None:
    with pytest.raises(Exhausted, match=re.escape("the schedule ends after 2 steps")):
        execution(Replay(["0", "0"]), {"0": 3})


def test_behind_its_choices_replay_lets_another_go_on() -> None:
    """Two choices, then everybody in turn, beginning behind the last of the two."""
    choices = execution(Replay(["0", "0"], after=RoundRobin()), {"0": 4, "0.1": 2})
    assert choices == ["0", "0", "0.1", "0", "0.1", "0"]


def test_the_strategy_that_goes_on_begins_anew_with_each_execution() -> None:
    replay = Replay(["0"], after=Random(7))
    steps = {"0": 5, "0.1": 5, "0.2": 5}
    assert execution(replay, steps) == execution(replay, steps)


# ---------------------------------------------------------------- all of them

ids = st.from_regex(r"0([.~][1-9]){0,3}", fullmatch=True)


@given(enabled=st.sets(ids, min_size=1), running=ids, step=st.integers(1, 10))
def test_a_strategy_chooses_one_of_the_enabled(enabled: set[str], running: str, step: int) -> None:
    after: Strategy = RoundRobin()
    strategies: list[Strategy] = [Random(7), Pct(7, 3, 5), RoundRobin(), Replay([], after)]
    for strategy in strategies:
        strategy.begin()
        assert strategy.choose(point(sorted(enabled), running=running, step=step)) in enabled
