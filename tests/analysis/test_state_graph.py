"""Components, ways and what can still end well, in graphs of states written down by hand."""

from __future__ import annotations

import random
from collections.abc import Callable

from hand_made_graphs import drawn, made

from pyqdemo.analysis.cheapest import Cost, cheapest, cost_of
from pyqdemo.analysis.components import components, open_edges
from pyqdemo.analysis.no_return import can_end_well, no_return, unknown
from pyqdemo.analysis.state_graph import StateGraph, Way, way_of

DIAMOND = {
    "top": {"1": "left", "2": "right"},
    "left": {"2": "bottom"},
    "right": {"1": "bottom"},
    "bottom": {"1": "good"},
}


def parts(graph: StateGraph) -> list[list[int]]:
    return list(components(graph, range(len(graph)), open_edges(graph)))


def test_without_circles_every_node_is_a_component_behind_all_that_follow() -> None:
    found = parts(made(DIAMOND))
    assert sorted(found) == [[0], [1], [2], [3], [4]]
    assert found.index([4]) < found.index([3]) < found.index([1]) < found.index([0])


def test_two_circles_that_share_a_node_are_one_component() -> None:
    """0 → 1 → 0 and 1 → 2 → 1; from 2 on to 3 → 4 → 3, from where nothing leads back."""
    graph = made(
        {
            "0": {"a": "1"},
            "1": {"a": "0", "b": "2"},
            "2": {"a": "1", "b": "3"},
            "3": {"a": "4"},
            "4": {"a": "3"},
        }
    )
    assert parts(graph) == [[3, 4], [0, 1, 2]]


def test_a_long_way_round_needs_no_recursion() -> None:
    count = 20_000
    nodes = {str(place): {"1": str((place + 1) % count)} for place in range(count)}
    assert [len(part) for part in parts(made(nodes))] == [count]


def test_components_are_those_of_a_search_from_every_node(how_many: Callable[..., int]) -> None:
    """In graphs drawn at random: two nodes are in one exactly if each reaches the other."""
    for seed in range(how_many(60, soak=5_000)):
        draw = random.Random(f"components/{seed}")
        count = draw.randint(1, 12)
        graph = made(
            {
                str(node): {
                    str(task): str(draw.randrange(count)) for task in range(draw.randint(1, 3))
                }
                for node in range(count)
            }
        )
        reach = {node: reached(graph, node) for node in range(count)}
        wanted = {
            frozenset(other for other in reach[node] if node in reach[other])
            for node in range(count)
        }
        found = parts(graph)
        assert {frozenset(part) for part in found} == wanted, seed
        for place, part in enumerate(found):
            later = {node for behind in found[place + 1 :] for node in behind}
            assert not later & reach[part[0]], seed


def reached(graph: StateGraph, start: int) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        for edge in graph.edges(todo.pop()):
            if graph.target[edge] >= 0 and graph.target[edge] not in seen:
                seen.add(graph.target[edge])
                todo.append(graph.target[edge])
    return seen


def test_whether_it_can_end_well_goes_backward_from_good_endings() -> None:
    graph = made(
        {
            "0": {"1": "1", "2": "2"},
            "1": {"1": "good", "2": "3"},
            "2": {"1": "2", "2": "3"},
            "3": {"1": "bad"},
        }
    )
    well = can_end_well(graph, {"good"})
    assert [bool(each) for each in well] == [True, True, False, False, True, False]


def test_no_return_is_the_last_choice_from_which_another_was_fine() -> None:
    """0 → 1 → 3 → bad: from 1 one could still have gone to the good end."""
    graph = made({"0": {"1": "1"}, "1": {"1": "good", "2": "3"}, "3": {"1": "bad"}})
    well = can_end_well(graph, {"good"})
    way = cheapest(graph, {graph.kinds.index("bad")})
    assert way is not None
    assert way_of(graph, way) == Way(("1", "2", "1"), ())
    assert no_return(graph, way, well) == 1
    assert no_return(graph, way[:1], well) is None
    assert no_return(graph, way, bytearray(len(graph))) is None


def test_a_draw_can_be_the_moment_of_no_return() -> None:
    graph = made({"0": {"1": "coin"}, "coin": ["good", "bad"]})
    way = cheapest(graph, {graph.kinds.index("bad")})
    assert way is not None
    assert way_of(graph, way) == Way(("1",), (1,))
    assert no_return(graph, way, can_end_well(graph, {"good"})) == 1


def test_what_leads_to_an_untried_edge_is_unknown() -> None:
    graph = made({"0": {"1": "1", "2": "2"}, "1": {"1": "?"}, "2": {"1": "good", "2": "-"}})
    assert [bool(each) for each in unknown(graph)] == [True, True, False, False]


def test_the_cheapest_way_has_no_overrun_whatever_else_it_costs() -> None:
    """One step of 2, late while 1 could go on; or three of 1 without that. And among those
    without an overrun one more step is better than a preemption."""
    graph = made(
        {
            "0": {"1": "a", "2 late": "bad"},
            "a": {"1": "b", "2": "c"},
            "b": {"1": "c"},
            "c": {"1": "bad", "2": "good"},
        }
    )
    way = cheapest(graph, {graph.kinds.index("bad")}, running="1")
    assert way is not None
    assert way_of(graph, way).choices == ("1", "1", "1", "1")
    assert cost_of(graph, way, "1") == Cost(0, 0, 4)


def test_a_late_end_costs_nothing_where_nobody_else_can_go_on() -> None:
    graph = made({"0": {"1 late": "1", "2 late": "1"}, "1": {"1": "bad"}})
    way = cheapest(graph, {graph.kinds.index("bad")})
    assert way is not None
    assert cost_of(graph, way) == Cost(0, 0, 2)


def test_what_a_choice_costs_depends_on_who_ran() -> None:
    """At 3 task 2 has to step. Coming by 1, whose step was 1's, that preempts it; by 2 it
    does not, though that way is longer."""
    graph = made(
        {
            "0": {"1": "3", "2": "2"},
            "2": {"2": "3"},
            "3": {"1": "good", "2": "bad"},
        }
    )
    way = cheapest(graph, {graph.kinds.index("bad")})
    assert way is not None
    assert way_of(graph, way).choices == ("2", "2", "2")
    assert cost_of(graph, way) == Cost(0, 0, 3)
    assert cheapest(graph, {99}) is None


def test_the_cheapest_way_is_that_of_trying_all(how_many: Callable[..., int]) -> None:
    """In graphs drawn at random, ways of at most 9 steps; none cheaper is longer."""
    met = 0
    for seed in range(how_many(60, soak=2_000)):
        graph = drawn(random.Random(f"cheapest/{seed}"))
        goal = len(graph) - 1
        found = cheapest(graph, {goal})
        costs = [cost_of(graph, way) for way in ways(graph, 0, goal, 7)]
        if costs:
            assert found is not None
            assert cost_of(graph, found) <= min(costs), seed
            met += 1
        if found is not None and len(found) <= 7:
            assert cost_of(graph, found) == min(costs), seed
    assert met > 20


def ways(graph: StateGraph, start: int, goal: int, most: int) -> list[tuple[int, ...]]:
    found, todo = [], [((), start)]
    while todo:
        way, node = todo.pop()
        if node == goal:
            found.append(way)
        elif len(way) < most:
            todo += [((*way, edge), graph.target[edge]) for edge in graph.edges(node)]
    return found
