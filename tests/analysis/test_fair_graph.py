"""Going round for ever, and never having a turn, in graphs of states written down by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations

from hand_made_graphs import drawn, made

from pyqdemo.analysis.fairness import FairSet, Starved, fair_sets, round_in, starved
from pyqdemo.analysis.state_graph import StateGraph, Way, way_of


def test_two_tasks_that_step_aside_for_each_other_for_ever_are_a_livelock() -> None:
    """Both look, both step aside, both come back; if one looks after the other has stepped
    aside it gets through. The circle through all four has both tasks in it."""
    graph = made(
        {
            "both in": {"1": "1 out", "2": "2 out"},
            "1 out": {"1": "both in", "2": "both out"},
            "2 out": {"1": "both out", "2": "both in"},
            "both out": {"1": "2 out", "2": "1 out"},
        }
    )
    assert fair_sets(graph) == [FairSet(False, (0, 1, 2, 3), ("1", "2"))]


def test_one_who_spins_while_another_could_go_on_is_no_livelock() -> None:
    """Under a lock: 1 asks again and again whether 2 is done, and 2 could always go on."""
    graph = made({"ask": {"1": "ask", "2": "done"}, "done": {"1": "good"}})
    assert fair_sets(graph) == []


def test_a_lock_that_is_open_now_and_then_is_no_livelock_for_who_waits_at_it() -> None:
    """Weakly fair, not strongly: 1 takes the lock, lets it go and takes it again, and 2 can
    go on only while it is open; never to let it is not fair."""
    graph = made(
        {"open": {"1": "held", "2": "end"}, "held": {"1": "open"}, "end": {"1": "good"}},
        waiting={"held": ["2"]},
    )
    assert fair_sets(graph) == []


def test_two_who_spin_and_nobody_else_are_a_livelock() -> None:
    graph = made({"spin": {"1": "spin", "2": "spin"}})
    assert fair_sets(graph) == [FairSet(False, (0,), ("1", "2"))]


def test_who_prints_for_ever_runs_for_ever() -> None:
    graph = made({"make": {"1": "tell"}, "tell": {"1 write": "make"}})
    assert fair_sets(graph) == [FairSet(True, (0, 1), ("1",))]


def test_a_silent_circle_within_one_that_prints_is_a_livelock_of_its_own() -> None:
    """1 takes an item that is 2's and puts it back, again and again, and 2 likewise; each could
    take its own and print. Going round silently both have their turns."""
    graph = made(
        {
            "free": {"1": "1 has", "2": "2 has", "3": "1 gets"},
            "1 has": {"1": "free"},
            "2 has": {"2": "free"},
            "1 gets": {"1 write": "free", "3": "free"},
        }
    )
    silent = FairSet(False, (0, 1, 2, 3), ("1", "2", "3"))
    loud = FairSet(True, (0, 1, 2, 3), ("1", "2", "3"))
    assert fair_sets(graph) == [silent, loud]


def test_where_a_task_that_does_not_run_could_is_left_out_and_the_rest_looked_at_anew() -> None:
    """The component is 0 to 3. 2 could go on in 1 and 3 and never runs inside; without those
    two nothing is left but the loop of 1 at 0."""
    graph = made(
        {
            "0": {"1": "0", "3": "1"},
            "1": {"3": "2", "2": "out"},
            "2": {"3": "3"},
            "3": {"3": "0", "2": "out"},
            "out": {"1": "good"},
        }
    )
    assert fair_sets(graph) == []
    alone = made({"0": {"1": "0"}, "1": {"1": "0", "2": "0"}})
    assert fair_sets(alone) == [FairSet(False, (0,), ("1",))]


def test_a_coin_is_taken_to_show_every_side_some_day() -> None:
    """Who tries until it throws a 1 does not run for ever; who stays whatever it throws does."""
    leaves = made({"throw": {"1": "coin"}, "coin": ["throw", "good"]})
    stays = made({"throw": {"1": "coin"}, "coin": ["throw", "throw"]})
    assert fair_sets(leaves) == []
    assert fair_sets(stays) == [FairSet(False, (0, 1), ("1",))]


def test_fair_sets_are_those_of_trying_every_set_of_nodes(how_many: Callable[..., int]) -> None:
    """In graphs drawn at random: the largest sets that hang together and in which whoever is
    enabled also runs; every value of a draw stays inside."""
    met = 0
    for seed in range(how_many(150, soak=3_000)):
        graph = drawn(random.Random(f"fair/{seed}"))
        tried = [
            set(nodes)
            for size in range(1, len(graph) + 1)
            for nodes in combinations(range(len(graph)), size)
            if is_fair(graph, set(nodes))
        ]
        largest = {
            tuple(sorted(nodes)) for nodes in tried if not any(nodes < other for other in tried)
        }
        assert {each.nodes for each in fair_sets(graph)} == largest, seed
        met += bool(largest)
    assert met > 20, met


def is_fair(graph: StateGraph, nodes: set[int]) -> bool:
    inner = [edge for node in nodes for edge in graph.edges(node) if graph.target[edge] in nodes]
    if not inner or any(not nodes <= around(graph, node, inner) for node in nodes):
        return False
    runs = {graph.chosen(edge) for edge in inner}
    for node in nodes:
        standing = graph.standing(node)
        if standing is None:
            if not set(graph.edges(node)) <= set(inner):
                return False
        elif not set(standing.enabled) <= runs:
            return False
    return bool(runs - {None})


def around(graph: StateGraph, start: int, edges: list[int]) -> set[int]:
    """What is reached along these edges; the start only by a circle, or if it is alone."""
    seen: set[int] = set()
    todo = [start]
    while todo:
        node = todo.pop()
        for edge in edges:
            if graph.source[edge] == node and graph.target[edge] not in seen:
                seen.add(graph.target[edge])
                todo.append(graph.target[edge])
    return seen


def test_a_round_gives_every_task_its_turn_and_comes_back() -> None:
    """1 goes round 0 → 1 → 0 and 2 round 0 → 2 → 0: first the nearest step of each, 1's at 0
    and 2's behind the way back, then home."""
    graph = made(
        {"0": {"1": "1", "2": "2"}, "1": {"1": "0"}, "2": {"2": "0"}},
    )
    (fair,) = fair_sets(graph)
    assert way_of(graph, round_in(graph, fair, 0)) == Way(("1", "1", "2", "2"), ())


def test_a_round_of_one_that_prints_prints() -> None:
    graph = made({"0": {"1": "0", "2": "1"}, "1": {"1 write": "0", "2": "1"}})
    (fair,) = [each for each in fair_sets(graph) if each.writes]
    around = round_in(graph, fair, 0)
    assert any(graph.writes(edge) for edge in around)
    assert {graph.chosen(edge) for edge in around} == {"1", "2"}


def test_a_silent_round_does_not_print() -> None:
    graph = made({"0": {"1": "1", "2": "0"}, "1": {"1 write": "0", "2": "0"}})
    silent, loud = fair_sets(graph)
    assert (silent.writes, loud.writes) == (False, True)
    assert not any(graph.writes(edge) for edge in round_in(graph, silent, 0))


def test_a_round_tells_what_was_drawn() -> None:
    graph = made({"throw": {"1": "coin"}, "coin": ["throw", "throw"]})
    (fair,) = fair_sets(graph)
    assert way_of(graph, round_in(graph, fair, 0)) == Way(("1",), (0,))


def test_who_waits_for_ever_while_another_is_busy_is_starved() -> None:
    """1 goes round and round; 2 waits in both states, 3 in one of them only, 4 is a daemon."""
    graph = made(
        {"0": {"1": "1"}, "1": {"1": "0", "3": "0"}},
        waiting={"0": ["2", "3", "4"], "1": ["2", "4"]},
    )
    assert starved(graph, aside={"4"}) == [Starved((0, 1), ("2",))]


def test_who_waits_where_one_can_still_get_away_is_not_starved() -> None:
    graph = made({"0": {"1": "0", "3": "good"}}, waiting={"0": ["2"]})
    assert starved(graph) == []


def test_who_waits_where_not_everything_was_tried_is_not_starved() -> None:
    """But what was left out since it commutes is nothing that was not tried."""
    open_yet = made({"0": {"1": "0", "3": "?"}}, waiting={"0": ["2"]})
    reduced = made({"0": {"1": "1", "3": "-"}, "1": {"3": "0"}}, waiting={"0": "2", "1": "2"})
    assert starved(open_yet) == []
    assert starved(reduced) == [Starved((0, 1), ("2",))]
