"""Real programs, carried on threads, come to the same ends with every strategy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import carried_programs
import pytest

from pyqdemo.executing.carrying import carry, ground_of, program_for
from pyqdemo.executing.plan import Plan
from pyqdemo.kernel.limits import Limits
from pyqdemo.strategies import Dfs, Dpor
from pyqdemo.worlds.threads.sights import Sight

FILE = Path(carried_programs.__file__)
MOST = 2_000

Ending = tuple[str, str]


def endings(function: Callable[[], None], strategy: Dfs | Dpor) -> tuple[int, set[Ending]]:
    """How many executions were begun, and how they ended: the kind and what was printed."""
    limits = Limits(loose=True, max_steps=1_000)
    plan = Plan(FILE, function=function.__name__, parameters={}, limits=limits)
    program, found, begun = program_for(plan), set(), 0
    with ground_of(plan) as ground:
        while strategy.more and begun < MOST:
            execution = carry(program, plan, strategy, ground, sight=Sight(clock=False, data=True))
            begun += 1
            if not strategy.pruned:
                printed = (each.text for each in execution.output if each.stream == "stdout")
                found.add((str(execution.outcome().kind), " ".join("".join(printed).split())))
    assert strategy.nondeterminism is None, strategy.nondeterminism
    assert not strategy.more, f"more than {MOST} executions"
    return begun, found


@pytest.mark.parametrize(
    ("function", "expected", "most"),
    [
        # The box is filled before it is used, or behind that.
        (carried_programs.box, {("completed", ""), ("exception", "")}, 2),
        # One looks and takes before the other looks (2), or both look before one takes (2).
        (carried_programs.check_then_get, {("completed", ""), ("deadlock", "")}, 10),
        (carried_programs.two_locks, {("completed", ""), ("deadlock", "")}, 3),
        # The waiter looks, and is not waiting yet when it is woken.
        (carried_programs.lost_wake_up, {("completed", ""), ("deadlock", "")}, 10),
        (carried_programs.results, {("completed", "[0, 1]"), ("completed", "[1, 0]")}, 500),
        # It is at any of its prints when the program ends.
        (
            carried_programs.heartbeat,
            {("completed", ""), ("completed", "0"), ("completed", "0 1")},
            20,
        ),
        (carried_programs.two_processes, {("completed", "ab"), ("completed", "ba")}, 500),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_ending_is_found(
    function: Callable[[], None], expected: set[Ending], most: int
) -> None:
    begun, found = endings(function, Dpor())
    assert found == expected
    assert begun <= most


@pytest.mark.parametrize(
    "function", [carried_programs.box, carried_programs.check_then_get, carried_programs.two_locks]
)
def test_sleep_sets_find_the_same_endings(function: Callable[[], None]) -> None:
    assert endings(function, Dfs(sleep=True))[1] == endings(function, Dpor())[1]
