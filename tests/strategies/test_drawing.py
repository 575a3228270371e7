"""The strategies that draw: the same seed gives the same choices, on every Python."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from hashlib import sha512
from itertools import groupby, pairwise, permutations
from pathlib import Path

import pytest
from made_up import execution, point

from pyqdemo.errors import UsageError
from pyqdemo.point import Strategy
from pyqdemo.strategies import Pct, Random

FOUR = {"0": 4, "0.1": 4, "0.2": 4, "0.10": 4}

#: What seed 7 chose by random, seed 8 by pct of depth 5, on CPython 3.11, 3.12 and 3.13.
BY_RANDOM = "1023201122333100"
BY_PCT = "2333300011222011"


def test_a_seed_chooses_the_same_on_every_python() -> None:
    """Each digit is a task's place in ``FOUR``. Written down once; this suite runs on all."""
    assert places(Random(7)) == BY_RANDOM
    assert places(Pct(8, depth=5, length=16)) == BY_PCT


def places(strategy: Strategy) -> str:
    return "".join(str(list(FOUR).index(task)) for task in execution(strategy, FOUR))


@pytest.mark.parametrize("hash_seed", ["0", "1", "4294967295"])
def test_the_order_of_sets_has_no_part_in_it(hash_seed: str) -> None:
    told = "from test_drawing import *; print(places(Random(7)), places(Pct(8, 5, 16)))"
    done = subprocess.run(
        [sys.executable, "-c", told],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    assert done.stderr == ""
    assert done.stdout.split() == [BY_RANDOM, BY_PCT]


def test_random_takes_its_draws_from_a_stream_named_by_the_seed() -> None:
    """A text becomes a state by its UTF-8 and the SHA-512 of that, read as one number.

    Five tasks that never end: the n-th choice is the n-th draw times five, cut off.
    """
    name = b"7/schedule"
    stream = random.Random(int.from_bytes(name + sha512(name).digest(), "big"))
    tasks = ["0", "0.1", "0.2", "0.3", "0.4"]
    drawn = [tasks[int(stream.random() * 5)] for _ in range(50)]
    strategy = Random(7)
    strategy.begin()
    assert [strategy.choose(point(tasks, step=n)) for n in range(1, 51)] == drawn


@pytest.mark.parametrize("strategy", [Random(7), Pct(8, 5, 16)], ids=["random", "pct"])
def test_every_execution_draws_anew_from_the_beginning(strategy: Strategy) -> None:
    assert execution(strategy, FOUR) == execution(strategy, FOUR)


def test_random_meets_every_schedule_of_two_tasks() -> None:
    """Two tasks of two steps: 4! / (2! 2!) = 6 schedules, the rarest of them 1 in 8.

    Not one of them is met by none of 200 seeds: (7/8) ** 200 is less than 1 in 10 ** 11.
    """
    met = {tuple(execution(Random(seed), {"a": 2, "b": 2})) for seed in range(200)}
    assert met == set(permutations(("a", "a", "b", "b")))


# ---------------------------------------------------------------- pct


def stretches(choices: list[str]) -> list[str]:
    """The tasks, each once for as long as it went on."""
    return [task for task, _ in groupby(choices)]


def switches(choices: list[str]) -> list[int]:
    """The steps behind which another task went on."""
    return [step for step, (one, other) in enumerate(pairwise(choices), 1) if one != other]


def test_pct_of_depth_1_lets_the_highest_priority_run_to_its_end() -> None:
    """No step is drawn: every task goes on until it ends, in any of the 3! orders."""
    met = {
        tuple(stretches(execution(Pct(seed, 1, 9), {"0.1": 3, "0.2": 3, "0.3": 3})))
        for seed in range(100)
    }
    assert met == set(permutations(("0.1", "0.2", "0.3")))


def test_pct_of_depth_1_comes_back_to_the_highest_as_soon_as_it_is_enabled() -> None:
    """It is blocked at the second of three points; the other steps in for that one only."""
    strategy = Pct(7, 1, 3)
    strategy.begin()
    first = strategy.choose(point(["0.1", "0.2"], step=1))
    (other,) = {"0.1", "0.2"} - {first}
    assert strategy.choose(point([other], running=first, step=2)) == other
    assert strategy.choose(point(["0.1", "0.2"], running=other, step=3)) == first


def test_a_task_seen_later_draws_its_priority_then() -> None:
    """It goes before a task that is already running for about half of the seeds, not for all."""
    goes = []
    for seed in range(100):
        strategy = Pct(seed, 1, 2)
        strategy.begin()
        strategy.choose(point(["0"], step=1))
        goes.append(strategy.choose(point(["0", "0.1"], step=2)))
    assert set(goes) == {"0", "0.1"}


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 8])
def test_pct_changes_at_exactly_depth_minus_1_steps(depth: int) -> None:
    """As many tasks as the depth, never blocked: whoever is lowered gives way to one who
    was not, until one is left; so there are as many switches as steps drawn, and none is
    behind the last step that could be drawn."""
    length = 20
    tasks = {f"0.{number}": 2 * length for number in range(1, depth + 1)}
    for seed in range(50):
        choices = execution(Pct(seed, depth, length), tasks)[: 2 * length]
        assert len(switches(choices)) == depth - 1, f"seed {seed}"
        assert all(step <= length for step in switches(choices)), f"seed {seed}"
        assert len(set(stretches(choices))) == depth, f"seed {seed}"


def test_pct_draws_every_set_of_steps() -> None:
    """Two of three steps: 3 sets."""
    tasks = {"0.1": 9, "0.2": 9, "0.3": 9}
    met = {tuple(switches(execution(Pct(seed, 3, 3), tasks)[:6])) for seed in range(100)}
    assert met == {(1, 2), (1, 3), (2, 3)}


def test_pct_lowers_at_every_step_where_it_cannot_draw_so_many() -> None:
    """Depth 100 of a run of 5 steps, 6 tasks: a switch behind each of the 5."""
    tasks = {f"0.{number}": 10 for number in range(1, 7)}
    assert switches(execution(Pct(7, 100, 5), tasks)[:10]) == [1, 2, 3, 4, 5]


def test_the_order_of_those_that_were_lowered_is_drawn_too() -> None:
    """Two tasks, a step drawn for each of two points: afterwards either may be the higher."""
    tasks = {"0.1": 5, "0.2": 5}
    met = {tuple(stretches(execution(Pct(seed, 3, 2), tasks)[:6])) for seed in range(100)}
    assert met == {("0.1", "0.2"), ("0.1", "0.2", "0.1"), ("0.2", "0.1"), ("0.2", "0.1", "0.2")}


@pytest.mark.parametrize(
    ("depth", "length", "happened"),
    [(0, 1, "strategy_depth"), (101, 1, "strategy_depth"), (1, 0, "strategy_length")],
)
def test_pct_refuses_a_depth_or_length_that_means_nothing(
    depth: int, length: int, happened: str
) -> None:
    with pytest.raises(UsageError) as caught:
        Pct(7, depth, length)
    assert caught.value.happened == happened
