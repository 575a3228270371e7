"""What ``States`` covers, on tables of states whose graphs can be counted by hand."""

from __future__ import annotations

import tracemalloc

import pytest
from made_up import point
from systems import Move, System, cover, endings, graph_of, grid, walk

from pyqdemo.point import Pending
from pyqdemo.strategies import states
from pyqdemo.strategies.state_table import UNTRIED, Stand, StateTable, stands_of
from pyqdemo.strategies.states import States


def test_a_grid_is_covered_state_by_state_and_edge_by_edge() -> None:
    """Tasks of 3 and 4 steps: (3+1)(4+1) places, one of which is the end; from each column
    but the last one step of the first task, 3 * 5, and likewise 4 * 4 of the second."""
    strategy = States()
    cover(grid(3, 4), strategy)
    graph = graph_of(strategy)
    assert strategy.states == 4 * 5 - 1
    assert len(graph) == 4 * 5
    assert len(graph.target) == 3 * 5 + 4 * 4
    assert UNTRIED not in graph.target
    assert endings(strategy) == {"(3, 4)"}
    assert strategy.nondeterminism is None


def test_each_execution_goes_along_something_new() -> None:
    """But for the steps that repeat the way, so there are no more executions than edges."""
    strategy = States()
    walked = cover(grid(3, 3, 2), strategy)
    assert strategy.states == 4 * 4 * 3 - 1
    assert len(walked) <= len(graph_of(strategy).target)


def test_a_program_that_goes_round_is_covered_though_no_execution_ends() -> None:
    """Two tasks turn a wheel of 5 places each: 25 states, 2 edges out of each."""

    def moves(state: tuple[int, int]) -> dict[str, Move]:
        one, two = state
        return {"1": Move(((one + 1) % 5, two)), "2": Move((one, (two + 1) % 5))}

    strategy = States()
    walked = cover(System((0, 0), moves), strategy)
    assert strategy.states == 25
    assert len(graph_of(strategy).target) == 50
    assert all(each.end is None for each in walked)
    assert strategy.pruned and not strategy.more


def test_every_value_that_can_be_drawn_is_drawn() -> None:
    """One task draws one of 3 and then one of 2, or of 4 if it was 2: 2 + 2 + 4 ends."""

    def moves(state: tuple[int, ...]) -> dict[str, Move]:
        match state:
            case ():
                return {"1": Move(lambda value: (value,), options=3)}
            case (first,):
                more = 4 if first == 2 else 2
                return {"1": Move(lambda value: (first, value), options=more)}
        return {}

    strategy = States(draws=True)
    walked = cover(System((), moves), strategy)
    assert endings(strategy) == {
        repr((first, second)) for first in range(3) for second in range(4 if first == 2 else 2)
    }
    assert len(walked) == 8
    assert strategy.states == 1 + 3


def test_a_draw_that_leads_to_a_known_state_is_not_followed_again() -> None:
    """A coin is thrown until it shows 1, and what came before is forgotten: one state, one
    draw of two values, one end."""

    def moves(state: str) -> dict[str, Move]:
        then = {0: "throw", 1: "over"}.__getitem__
        return {"1": Move(then, options=2)} if state == "throw" else {}

    strategy = States(draws=True)
    cover(System("throw", moves), strategy)
    assert strategy.states == 1
    assert len(graph_of(strategy)) == 3
    assert endings(strategy) == {"'over'"}


def test_a_long_program_is_covered_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an execution may take 20 steps on its own, a row of 100 steps is cut at 21; the next
    goes twice as far as it repeats, and the way to the end is found all the same."""
    monkeypatch.setattr(states, "LONGEST", 20)
    strategy = States()
    walked = cover(grid(100), strategy)
    assert strategy.states == 100
    assert endings(strategy) == {"(100,)"}
    assert [len(each.choices) for each in walked] == [20, 40, 80, 100]


def test_the_way_to_a_state_gets_shorter_when_a_shorter_one_is_found() -> None:
    """Found first by four steps of one task, then by one of another."""
    table = StateTable()
    stands = stands_of((Pending("1", True, False, "go", None, (), None),))
    both = (*stands, Stand("2", "go", True, False))
    nodes = [table.add_state(bytes([at]), both if at == 0 else stands) for at in range(5)]
    edges = [table.first[node] for node in nodes]
    for at in range(4):
        table.lead(edges[at], nodes[at + 1])
    assert table.way(4) == edges[:4]
    table.lead(edges[0] + 1, 4)
    assert table.way(4) == [edges[0] + 1]
    table.lead(edges[4], 0)
    assert table.way(0) == []


def test_a_state_with_three_choices_takes_less_than_300_bytes() -> None:
    """So a million of them stay under 500 MB together with what is computed of them."""
    table = StateTable()
    stands = tuple(Stand(task, "go", True, False) for task in "123")
    tracemalloc.start()
    for number in range(20_000):
        node = table.add_state(number.to_bytes(16, "big"), stands)
        if node:
            table.lead(3 * node - 3, node)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 20_000 < 300


def test_an_end_that_was_not_told_is_an_error() -> None:
    strategy = States()
    walk(grid(2), strategy)
    with pytest.raises(RuntimeError, match="ended"):
        strategy.begin()


def test_without_states_to_be_told_it_cannot_work() -> None:
    strategy = States()
    strategy.begin()
    with pytest.raises(ValueError, match="states"):
        strategy.choose(point(["0"]))


def test_the_same_program_is_covered_in_the_same_order_each_time() -> None:
    runs = []
    for _ in range(2):
        strategy = States()
        runs.append([each.choices for each in cover(grid(3, 2, 2), strategy)])
    assert runs[0] == runs[1]
