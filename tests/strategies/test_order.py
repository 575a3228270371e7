"""What happened before what, told by clocks, is the closure of what is told pair by pair."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from pyqdemo.point import Access, depend
from pyqdemo.strategies.order import Order, modes_of

TASKS = "123"


def accesses(draw: random.Random) -> tuple[Access, ...]:
    return tuple(Access(draw.choice("xyz"), draw.choice("rwa")) for _ in range(draw.randint(0, 3)))


def filled(steps: Sequence[tuple[str, tuple[Access, ...]]]) -> Order:
    order = Order()
    for task, touched in steps:
        own = order.of_task.get(task)
        modes, after = modes_of(touched), own[-1] if own else -1
        order.add(task, modes, after, order.clock_of(modes, after, -1))
    return order


def before(steps: Sequence[tuple[str, tuple[Access, ...]]]) -> list[set[int]]:
    """Of each step those that happened before it, and itself."""
    found: list[set[int]] = []
    for number, (task, touched) in enumerate(steps):
        found.append({number})
        for other in range(number):
            if steps[other][0] == task or depend(steps[other][1], touched):
                found[number] |= found[other]
    return found


def random_steps(seed: int) -> list[tuple[str, tuple[Access, ...]]]:
    draw = random.Random(seed)
    return [(draw.choice(TASKS), accesses(draw)) for _ in range(draw.randint(1, 25))]


def test_two_steps_depend_if_their_modes_of_a_part_do_not_commute() -> None:
    draw = random.Random(1)
    for _ in range(2_000):
        one, other = accesses(draw), accesses(draw)
        mine, its = modes_of(one), modes_of(other)
        parts = mine.keys() & its.keys()
        assert depend(one, other) is any(mine[p] != its[p] or mine[p] == "w" for p in parts)


def test_clocks_tell_the_closure_of_dependence(how_many: Callable[..., int]) -> None:
    for seed in range(how_many(40, soak=3_000)):
        print(seed)
        steps = random_steps(seed)
        order, expected = filled(steps), before(steps)
        for number, known in enumerate(expected):
            told = {one for one in range(number + 1) if order.happened_before(one, number)}
            assert told == known


def test_what_conflicts_with_a_next_step_is_what_it_depends_on_and_does_not_know(
    how_many: Callable[..., int],
) -> None:
    for seed in range(how_many(40, soak=3_000)):
        print(seed)
        *steps, (task, touched) = [*random_steps(seed), ("1", accesses(random.Random(-seed)))]
        order, known = filled(steps), before(steps)
        own = order.of_task.get(task)
        forced = order.forced(modes_of(touched), own[-1] if own else -1)
        expected = [
            number
            for number in reversed(range(len(steps)))
            if steps[number][0] != task
            and depend(steps[number][1], touched)
            and not (own and number in known[own[-1]])
        ]
        assert order.conflicts(task, modes_of(touched), forced) == expected


def test_steps_can_be_taken_back(how_many: Callable[..., int]) -> None:
    for seed in range(how_many(20, soak=1_000)):
        print(seed)
        steps = random_steps(seed)
        kept = len(steps) // 2
        order = filled(steps)
        order.cut(kept)
        again = filled(steps[:kept])
        for task, touched in steps[kept:]:
            modes = modes_of(touched)
            assert order.clock_of(modes, -1, -1) == again.clock_of(modes, -1, -1)
            assert order.conflicts(task, modes, {}) == again.conflicts(task, modes, {})


def test_what_a_step_has_to_follow_comes_before_it_with_all_that_came_before_that() -> None:
    """The first task writes ``box`` and ends, which the second follows: nothing conflicts."""
    order = filled(
        [("1", (Access("box", "w"),)), ("1", (Access("life:1", "w"), Access("once:life:1", "a")))]
    )
    joins = (Access("life:1", "r"), Access("once:life:1", "r"), Access("box", "r"))
    assert order.forced(modes_of(joins), -1) == {"1": 1}
    assert order.conflicts("2", modes_of(joins), order.forced(modes_of(joins), -1)) == []


def test_what_a_step_awaits_was_opened_by_the_one_behind_which_it_came() -> None:
    order = filled([("1", (Access("lock", "w"),)), ("1", (Access("lock", "w"), OPENS))])
    takes = modes_of((Access("lock", "w"), Access("let:lock", "r")))
    assert [order.opened(step, takes) for step in (0, 1)] == [False, True]


OPENS = Access("let:lock", "a")
