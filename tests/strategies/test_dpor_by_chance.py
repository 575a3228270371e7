"""Programs made by chance: what is left out is nothing but the order of independent steps."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable

import pytest
from chance import FAMILIES, program_by_chance
from chance_processes import PROCESS_FAMILIES, processes_by_chance
from exhaustive import Explored, Program, TooMany, explore

from pyqdemo.strategies import Dfs, Dpor

#: Executions at most: of those without reduction there are too many to compare them all.
MOST, MOST_ASLEEP, MOST_PLAIN = 60, 1_000, 300


def forms(explored: Explored) -> set[Hashable]:
    """Forms with their endings; of a deadlock that daemons could have outlived, that it is one."""
    return {
        ending if ending == ("deadlock",) else (form, ending)
        for form, ending in explored.forms  # type: ignore[misc]
    }


def compare(program: Program) -> tuple[bool, bool]:
    """Whether there was something to compare with sleep sets, and with plain search."""
    try:
        reduced = explore(program, Dpor(), MOST)
        asleep = explore(program, Dfs(sleep=True), MOST_ASLEEP)
    except TooMany:
        return False, False
    assert forms(reduced) == forms(asleep)
    try:
        everything = explore(program, Dfs(), MOST_PLAIN)
    except TooMany:
        return True, False
    assert forms(reduced) == forms(everything)
    return True, True


@pytest.mark.parametrize("tasks", [2, 3])
@pytest.mark.parametrize("family", FAMILIES)
def test_threads_end_in_the_same_ways(
    family: str, tasks: int, how_many: Callable[..., int]
) -> None:
    compared = 0
    for seed in range(how_many(7 - 2 * (tasks - 2), soak=120)):
        print(f"{family}/{tasks}/{seed}")
        draw = random.Random(f"{family}/{tasks}/{seed}")
        compared += compare(program_by_chance(draw, family, tasks, 5 - tasks))[0]
    assert compared


@pytest.mark.parametrize("family", PROCESS_FAMILIES)
def test_processes_end_in_the_same_ways(family: str, how_many: Callable[..., int]) -> None:
    compared = 0
    for seed in range(how_many(6, soak=150)):
        print(f"{family}/{seed}")
        draw = random.Random(f"{family}/{seed}")
        compared += compare(processes_by_chance(draw, family))[0]
    assert compared


def test_some_are_small_enough_for_plain_search(how_many: Callable[..., int]) -> None:
    """Without this, sleep sets and races could be wrong in the same way."""
    compared = 0
    for seed in range(how_many(16, soak=400)):
        print(f"tiny/{seed}")
        compared += compare(program_by_chance(random.Random(f"tiny/{seed}"), "all", 2, 1))[1]
    assert compared >= 8
