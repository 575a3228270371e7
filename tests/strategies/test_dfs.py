"""Plain depth-first search begins every execution there is, once, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import comb

import pytest
from exhaustive import Self, beside, explore
from made_up import execution
from plain import Code

from pyqdemo.kernel.locks import Acquire, LockModel
from pyqdemo.point import Draw, Exhausted, Pending, Point
from pyqdemo.strategies import Dfs


def all_of(strategy: Dfs, steps: Mapping[str, int]) -> list[str]:
    """Every execution of tasks that are enabled until they have taken their steps."""
    found = []
    while strategy.more:
        found.append("".join(execution(strategy, steps)))
    return found


def preemptions(schedule: str) -> int:
    """Choices of another task while the last one had steps left."""
    return sum(
        one != other and one in schedule[place:]
        for place, (one, other) in enumerate(pairwise(schedule), 1)
    )


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_two_tasks_have_as_many_schedules_as_there_are_ways_to_merge_them(steps: int) -> None:
    """(2n)! / (n!)², each once."""
    found = all_of(Dfs(), {"1": steps, "2": steps})
    assert len(found) == len(set(found)) == comb(2 * steps, steps)


@pytest.mark.parametrize(("bound", "count"), [(0, 2), (1, 6), (2, 14), (3, 18), (4, 20)])
def test_a_bound_on_preemptions_leaves_out_the_schedules_with_more(bound: int, count: int) -> None:
    """Two tasks of three steps. Without a preemption, one goes first: 2. With one, the first is
    left after 1 or 2 steps: 2 x 2. With two, so is the second: 2 x 2 x 2. With three, the first
    takes its steps one by one: 2 x 2; with four both do: 2. Together they are 6! / (3!)² = 20."""
    strategy = Dfs(preemptions=bound)
    found = all_of(strategy, {"1": 3, "2": 3})
    assert len(found) == len(set(found)) == count
    assert max(map(preemptions, found)) == bound
    assert strategy.limited is (bound < 4)


def test_the_running_task_goes_on_first() -> None:
    found = all_of(Dfs(), {"1": 2, "2": 2})
    assert found == ["1122", "1221", "1212", "2211", "2112", "2121"]


def test_every_value_of_every_draw_is_tried() -> None:
    """Two draws of 2 and 3 values, the second only behind the first's 1: 1 + 3."""

    def code(self: Self) -> Code:
        first = self.draw(2)
        self.told.append((first, self.draw(3) if first else None))
        yield Acquire(LockModel(), self.task)

    explored = explore(beside(list, code), Dfs(preemptions=0))
    told = [ending[1] for ending in explored.endings]
    assert told == [(("0.1", (f"({pair})",)),) for pair in ("0, None", "1, 0", "1, 1", "1, 2")]
    assert explored.begun == 4


def test_draws_are_left_to_the_seed_where_they_are_no_choices() -> None:
    assert not Dfs(draws=False).draws


def test_an_execution_may_end_anywhere() -> None:
    """Cut behind its second step, two tasks have the 4 beginnings 11, 12, 21 and 22."""
    strategy, found = Dfs(), []
    while strategy.more:
        strategy.begin()
        found.append(strategy.choose(point(1, "0", "1", "2")))
        found[-1] += strategy.choose(point(2, found[-1], "1", "2"))
    assert found == ["11", "12", "22", "21"]


def test_only_the_present_way_is_kept() -> None:
    """Ten steps at most lie on it, however many of the 252 executions there have been."""
    strategy, longest = Dfs(), 0
    while strategy.more:
        execution(strategy, {"1": 5, "2": 5})
        longest = max(longest, len(strategy._tree.way))
    assert (longest, strategy._tree.way) == (10, [])


def point(step: int, running: str, *enabled: str, operations: Sequence[str] = ()) -> Point:
    """A point at which these tasks are enabled, and attempt those operations."""
    pending = tuple(
        Pending(task, True, False, operation, "0/lock/1", (), None)
        for task, operation in zip(enabled, operations, strict=False)
    )
    return Point(step, running, enabled, None, lambda: pending)


def begun(*enabled: str) -> Dfs:
    """A strategy that has seen one execution of two steps by two tasks."""
    strategy = Dfs()
    strategy.begin()
    strategy.choose(point(1, "0", *enabled, operations=("get", "put")))
    strategy.choose(point(2, enabled[0], *enabled, operations=("get", "put")))
    assert strategy.more
    strategy.begin()
    return strategy


def test_it_is_told_when_other_tasks_are_enabled_than_before() -> None:
    strategy = begun("1", "2")
    with pytest.raises(Exhausted):
        strategy.choose(point(1, "0", "1", "3"))
    assert strategy.nondeterminism == "step 1: enabled 1 3; before, 1 2"
    assert not strategy.more


def test_it_is_told_when_a_task_attempts_something_else_where_a_new_choice_is_made() -> None:
    strategy = begun("1", "2")
    strategy.choose(point(1, "0", "1", "2", operations=("get", "put")))
    with pytest.raises(Exhausted):
        strategy.choose(point(2, "1", "1", "2", operations=("get", "get")))
    expected = "step 2: attempted 2 get 0/lock/1; before, 2 put 0/lock/1"
    assert strategy.nondeterminism == expected
    assert not strategy.more


def test_it_is_told_when_an_execution_ends_before_it_went_on_before() -> None:
    strategy = begun("1", "2")
    strategy.choose(point(1, "0", "1", "2", operations=("get", "put")))
    assert not strategy.more
    assert strategy.nondeterminism == "step 2: came the end, after 1 steps; before, 2"


@pytest.mark.parametrize(
    ("told", "options", "expected"),
    [
        ("randrange(4)", 4, "step 1: drew randrange(4) of 4; before, randrange(3) of 3"),
        ("choice", 3, "step 1: drew choice of 3; before, randrange(3) of 3"),
    ],
)
def test_it_is_told_when_something_else_is_drawn(told: str, options: int, expected: str) -> None:
    strategy = Dfs()
    strategy.begin()
    strategy.choose(point(1, "0", "1"))
    assert strategy.draw(Draw("1", 3, "randrange(3)")) == 0
    strategy.begin()
    strategy.choose(point(1, "0", "1"))
    with pytest.raises(Exhausted):
        strategy.draw(Draw("1", options, told))
    assert strategy.nondeterminism == expected


def test_it_is_told_when_a_step_draws_less_often_than_before() -> None:
    strategy = Dfs()
    strategy.begin()
    strategy.choose(point(1, "0", "1"))
    strategy.draw(Draw("1", 3, "randrange(3)"))
    strategy.choose(point(2, "1", "1", "2"))
    strategy.begin()
    strategy.choose(point(1, "0", "1"))
    with pytest.raises(Exhausted):
        strategy.choose(point(2, "1", "1", "2"))
    assert strategy.nondeterminism == "step 1: drew 0 times; before, 1 times"
