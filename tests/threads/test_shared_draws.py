"""A module's generator whose state the program has set is shared by all tasks of its process."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from loading_runs import written

import pyqdemo
from pyqdemo.report import Report

STRATEGIES = ("dpor", "states", "dfs")
HEAD = """
from threading import Thread
import random

def both(*targets):
    threads = [Thread(target=each) for each in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

drawn = []
"""


def explored(program: Path, strategy: str) -> tuple[Report, set[str]]:
    """The report, and with what the executions ended."""
    report = pyqdemo.explore(program, strategy=strategy)
    return report, {ending.detail.en for ending in report.endings}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_seed_set_by_one_thread_may_come_before_anothers_draw(
    tmp_path: Path, strategy: str
) -> None:
    """Either the draw is the first after the seed, or it comes before it: two endings."""
    text = """
def seeds(): random.seed(1)
def draws(): drawn.append(random.random())
both(seeds, draws)
assert drawn[0] != random.Random(1).random()
"""
    report, endings = explored(written(tmp_path, main=HEAD + text), strategy)
    assert (report.verdict, endings) == ("failed", {"", "MainThread: AssertionError"})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_threads_draw_from_the_generator_that_was_seeded_before_them(
    tmp_path: Path, strategy: str
) -> None:
    """Two draws from one generator, in either order: each thread gets the first or the second,
    as natively."""
    text = """
random.seed(3)
found = {}
def one(): found["one"] = random.randrange(1000)
def other(): found["other"] = random.randrange(1000)
both(one, other)
raise ValueError(f"{found['one']} {found['other']}")
"""
    program = written(tmp_path, main=HEAD + text)
    real = random.Random(3)
    first, second = real.randrange(1000), real.randrange(1000)
    _, endings = explored(program, strategy)
    assert endings == {
        f"MainThread: ValueError: {first} {second}",
        f"MainThread: ValueError: {second} {first}",
    }


def test_draws_of_an_unseeded_generator_do_not_multiply_the_schedules(tmp_path: Path) -> None:
    """No draw hangs on another's: two threads that only draw have one schedule."""
    text = """
def draws():
    for _ in range(3): random.random()
both(draws, draws)
"""
    report, _ = explored(written(tmp_path, main=HEAD + text), "dpor")
    assert (report.verdict, report.executions) == ("proved", 1)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_state_that_is_put_back_by_one_thread_is_put_back_for_all(
    tmp_path: Path, strategy: str
) -> None:
    """The other thread draws before, between, or after: between, what it drew is drawn again."""
    text = """
random.seed(5)
state = random.getstate()
def back(): random.setstate(state)
def draws(): drawn.append(random.random()); drawn.append(random.random())
both(back, draws)
assert drawn[0] != drawn[1]
"""
    report, endings = explored(written(tmp_path, main=HEAD + text), strategy)
    # Both draws are one step at operation granularity: nobody comes between.
    assert (report.verdict, endings) == ("proved", {""})
    parted = text.replace("; drawn.append", "\n    print(end='.')\n    drawn.append").replace(
        "def draws(): ", "def draws():\n    "
    )
    report, endings = explored(written(tmp_path, main=HEAD + parted), strategy)
    assert (report.verdict, endings) == ("failed", {"", "MainThread: AssertionError"})
