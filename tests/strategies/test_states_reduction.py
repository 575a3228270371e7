"""Steps that touch nothing are tried in one order only, and nothing is lost by that."""

from __future__ import annotations

import random
from collections.abc import Callable

from systems import Move, System, cover, endings, graph_of, grid

from pyqdemo.analysis.fairness import fair_sets, starved
from pyqdemo.point import Access
from pyqdemo.strategies.state_table import LEFT_OUT
from pyqdemo.strategies.states import States


def test_steps_that_touch_nothing_are_tried_in_one_order_only() -> None:
    """Three tasks of 4 steps each, the first 3 of which are of interest to nobody: these 9 in a
    row, then the last ones in any order, 2 * 2 * 2 places but the end. Without the reduction
    they are a grid of 5 * 5 * 5 places."""
    reduced, whole = States(), States(reduce=False)
    cover(grid(4, 4, 4, local=True), reduced)
    cover(grid(4, 4, 4, local=True), whole)
    assert (reduced.states, whole.states) == (9 + 7, 124)
    assert endings(reduced) == endings(whole) == {"(4, 4, 4)"}
    assert set(graph_of(whole).target) == set(range(1, 125))
    assert LEFT_OUT in graph_of(reduced).target


def test_a_step_that_touches_more_than_it_said_is_no_reason_to_leave_out_others() -> None:
    """Each of two tasks writes its name into a place, in code behind an operation that touches
    nothing. Who came last can be either."""

    def moves(state: tuple[str, ...]) -> dict[str, Move]:
        return {task: Move((*state, task), hidden=True) for task in ("1", "2") if task not in state}

    strategy = States()
    cover(System((), moves, place=lambda _, task: task), strategy)
    assert endings(strategy) == {"('1', '2')", "('2', '1')"}


def test_nobody_is_put_off_for_ever_by_a_circle_of_steps_that_touch_nothing() -> None:
    """Task 1 sleeps again and again; task 2 waits for its turn to end the program. Were the
    sleep the only step tried in each of its 3 states, the end would never be found."""

    def moves(state: int | str) -> dict[str, Move]:
        if state == "end":
            return {}
        return {"1": Move((int(state) + 1) % 3, local=True), "2": Move("end")}

    strategy = States()
    cover(System(0, moves, place=lambda state, task: (task, state)), strategy)
    assert endings(strategy) == {"'end'"}


def test_what_turns_out_to_be_shared_late_is_tried_in_both_orders() -> None:
    """Task 1 writes a number; so does task 2, but only after steps on another one. By then the
    first task's write has been taken for its own, which costs no ending."""
    first, second = (Access("first", "w"),), (Access("second", "w"),)

    def moves(state: tuple[int, int, str]) -> dict[str, Move]:
        one, two, last = state
        found = {}
        if one < 2:
            found["1"] = Move((one + 1, two, "1" if one == 0 else last), touches=first)
        if two < 4:
            touches = first if two == 3 else second
            found["2"] = Move((one, two + 1, "2" if two == 3 else last), touches=touches)
        return found

    def place(state: tuple[int, int, str], task: str) -> tuple[str, int]:
        return task, state[int(task) - 1]

    system, strategy = System((0, 0, ""), moves, place=place), States()
    cover(system, strategy)
    assert endings(strategy) == ends(system) == {"(2, 4, '1')", "(2, 4, '2')"}


def test_what_a_blocked_task_is_about_to_touch_counts_as_touched() -> None:
    """Task 1 takes a lock for ever. Task 2, which begins later, waits for it then; in another
    order it has it first."""
    lock = (Access("lock", "w"),)

    def moves(state: tuple[int, int, str]) -> dict[str, Move]:
        one, two, owner = state
        found = {}
        if one < 2:
            taken = Move((1, two, "1"), touches=lock, blocked=owner != "")
            found["1"] = taken if one == 0 else Move((2, two, owner), local=True)
        if two == 0:
            found["2"] = Move((one, 1, owner), local=True)
        elif two == 1:
            found["2"] = Move((one, 2, "2"), touches=lock, blocked=owner != "")
        return found

    def place(state: tuple[int, int, str], task: str) -> tuple[str, int]:
        return task, state[int(task) - 1]

    system, strategy = System((0, 0, ""), moves, place=place), States()
    cover(system, strategy)
    assert endings(strategy) == ends(system) == {"(2, 1, '1')", "(0, 2, '2')"}


def test_a_state_that_is_reached_with_different_pasts_tells_nothing_about_order() -> None:
    """Task 2 chooses whether to wait for the end of task 1, and then writes what task 1 wrote.
    Where it has waited that cannot come first; where it has not, it can."""
    number = (Access("number", "w"),)
    joined = (Access("life:1", "r"), Access("once:life:1", "r"))
    ending = (Access("life:1", "w"), Access("once:life:1", "a"))

    def moves(state: tuple[int, str, str]) -> dict[str, Move]:
        one, two, last = state
        found = {}
        if one == 0:
            found["1"] = Move((1, two, "1"), touches=number)
        elif one == 1:
            found["1"] = Move((2, two, last), touches=ending)
        match two:
            case "choose":
                found["2"] = Move(lambda value: (one, ("wait", "write")[value], last), options=2)
            case "wait":
                found["2"] = Move((one, "write", last), touches=joined, blocked=one < 2)
            case "write":
                found["2"] = Move((one, "over", "2"), touches=number)
        return found

    def place(state: tuple[int, str, str], task: str) -> tuple[object, ...]:
        return task, state[int(task) - 1]

    system, strategy = System((0, "choose", ""), moves, place=place), States(draws=True)
    cover(system, strategy)
    assert endings(strategy) == ends(system) == {"(2, 'over', '1')", "(2, 'over', '2')"}


def test_all_values_of_a_step_that_may_be_local_decide_whether_it_is() -> None:
    """Task 1 draws; with the value 1 its step goes back to where it was. So task 2 is tried
    there too."""

    def moves(state: str) -> dict[str, Move]:
        draw = Move({0: "drawn", 1: "start"}.__getitem__, local=True, options=2)
        match state:
            case "start":
                return {"1": draw, "2": Move("end")}
            case "drawn":
                return {"2": Move("other end")}
        return {}

    strategy = States(draws=True)
    cover(System("start", moves, place=lambda state, task: (task, state)), strategy)
    assert endings(strategy) == {"'end'", "'other end'"}


KINDS = ("local", "local", "say", "add", "wait", "keep", "draw", "poll", "again")


def made_at_random(draw: random.Random) -> System:
    """A few tasks, each a row of steps on two shared numbers, some of which touch nothing.

    A step that touches something adds to a number, waits until one is big enough, remembers
    one, or goes back until it is big enough. One that touches nothing just goes on, or draws
    whether to go back, or always goes back.
    """
    rows = [
        [(draw.choice(KINDS), draw.randrange(2)) for _ in range(draw.randint(1, 5))]
        for _ in range(draw.randint(2, 3))
    ]
    rows[0].insert(0, ("local", 0))  # every program has a first step

    def move(state: tuple[tuple[int, ...], ...], place: int) -> Move:
        numbers, kept, at = state
        what, which = rows[place][at[place]]
        further = numbers, kept, _put(at, place, at[place] + 1)
        back = numbers, kept, _put(at, place, max(0, at[place] - 1 - which))
        number, own = f"number {which}", Access(f"kept {place}", "w")
        reads, writes = (Access(number, "r"),), (Access(number, "w"),)
        match what:
            case "local":
                return Move(further, "sleep", local=True)
            case "say":
                return Move(further, "write", local=True)
            case "again":
                return Move(back, "sleep", local=True)
            case "draw":
                return Move((further, back).__getitem__, "sleep", local=True, options=2)
            case "add":
                added = _put(numbers, which, min(3, numbers[which] + 1))
                return Move((added, *further[1:]), "add", touches=writes)
            case "wait":
                return Move(further, "wait", touches=reads, blocked=numbers[which] < 2)
            case "poll":
                return Move(further if numbers[which] else back, "poll", touches=reads)
        remembered = _put(kept, place, numbers[which])
        return Move((numbers, remembered, further[2]), "keep", touches=(*reads, own))

    def moves(state: tuple[tuple[int, ...], ...]) -> dict[str, Move]:
        at = state[2]
        return {
            str(place + 1): move(state, place)
            for place, row in enumerate(rows)
            if at[place] < len(row)
        }

    def place(state: tuple[tuple[int, ...], ...], task: str) -> tuple[object, ...]:
        return task, state[1][int(task) - 1], state[2][int(task) - 1]

    return System(((0, 0), (0,) * len(rows), (0,) * len(rows)), moves, place=place)


def _put(numbers: tuple[int, ...], place: int, number: int) -> tuple[int, ...]:
    return (*numbers[:place], number, *numbers[place + 1 :])


def test_the_reduction_loses_nothing_of_programs_made_at_random(
    how_many: Callable[..., int],
) -> None:
    """Endings are compared with those of a walk over all states that knows nothing of
    strategies; who goes round for ever, and who is stuck then, without and with it."""
    count = how_many(150, soak=5_000)
    met = {"left out": 0, "livelock": 0, "runs for ever": 0, "starved": 0}
    for seed in range(count):
        system = made_at_random(random.Random(f"states/{seed}"))
        found = []
        for reduce in (False, True):
            strategy = States(draws=True, reduce=reduce)
            cover(system, strategy)
            assert strategy.nondeterminism is None, seed
            graph = graph_of(strategy)
            sets = {(each.writes, each.tasks) for each in fair_sets(graph)}
            found.append((endings(strategy), sets, {each.tasks for each in starved(graph)}))
        assert found[0] == found[1], seed
        assert found[0][0] == ends(system), seed
        met["left out"] += LEFT_OUT in graph.target
        met["livelock"] += any(not writes for writes, _ in sets)
        met["runs for ever"] += any(writes for writes, _ in sets)
        met["starved"] += bool(found[0][2])
    assert min(met.values()) > count // 25, met


def ends(system: System) -> set[str]:
    """Every state without a move, by a plain search."""
    seen, todo, found = {system.start}, [system.start], set()
    while todo:
        state = todo.pop()
        moves = [move for move in system.moves(state).values() if not move.blocked]
        if not moves:
            found.add(repr(state))
        for move in moves:
            values = range(move.options)
            for then in [move.then(value) for value in values] if values else [move.then]:
                if then not in seen:
                    seen.add(then)
                    todo.append(then)
    return found
