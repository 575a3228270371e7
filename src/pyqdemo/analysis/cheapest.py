"""The way to a node of the graph of states that is easiest to follow."""

from __future__ import annotations

from array import array
from collections.abc import Container
from heapq import heappop, heappush
from typing import NamedTuple

from pyqdemo.analysis.state_graph import StateGraph

__all__ = ["Cost", "cheapest", "cost_of"]


class Cost(NamedTuple):
    """What makes a run hard to read, the worst first.

    Attributes:
        overruns: steps that a sleep's or a bound's end takes while somebody else can go on.
        preemptions: choices of another task while the running one could have gone on.
        steps: how many there are.
    """

    overruns: int
    preemptions: int
    steps: int


def cheapest(
    graph: StateGraph, goals: Container[int], start: int = 0, running: str = "0"
) -> tuple[int, ...] | None:
    """Edges along which a goal is reached at the least cost; None if none can be.

    Args:
        goals: nodes.
        start: where it begins.
        running: who took the step before.

    **Source**: Dijkstra, "A note on two problems in connexion with graphs", Numerische
    Mathematik 1 (1959). What a choice costs depends on who took the last step, so places
    are pairs of a node and a task.
    """
    names = _names(graph, running)
    number = {name: place for place, name in enumerate(names)}
    count = len(names)
    begin = start * count + number[running]
    best = array("q", [-1]) * (len(graph) * count)  # -1: not met
    came_by = array("i", [-1]) * len(best)
    came_from = array("q", [-1]) * len(best)
    todo = [begin]  # cost and place in one number, which takes a third of the room
    best[begin] = 0
    while todo:
        cost, place = divmod(heappop(todo), len(best))
        if cost != best[place]:
            continue
        node, last = divmod(place, count)
        if node in goals:
            return _back(place, came_by, came_from)
        for edge in graph.edges(node):
            target = graph.target[edge]
            if target < 0:
                continue
            task = graph.chosen(edge)
            onward = target * count + (last if task is None else number[task])
            total = cost + _packed(_cost(graph, edge, names[last]))
            if best[onward] < 0 or total < best[onward]:
                best[onward], came_by[onward], came_from[onward] = total, edge, place
                heappush(todo, total * len(best) + onward)
    return None


def cost_of(graph: StateGraph, way: tuple[int, ...], running: str = "0") -> Cost:
    """What a way costs, behind a step of ``running``."""
    total = Cost(0, 0, 0)
    for edge in way:
        more = _cost(graph, edge, running)
        total = Cost(*(sum(pair) for pair in zip(total, more, strict=True)))
        running = graph.chosen(edge) or running
    return total


def _cost(graph: StateGraph, edge: int, running: str) -> Cost:
    node = graph.source[edge]
    standing = graph.standing(node)
    if standing is None:
        return Cost(0, 0, 0)  # a value that is drawn
    place = edge - graph.first[node]
    preempts = standing.enabled[place] != running and running in standing.enabled
    return Cost(int(standing.late[place]), int(preempts), 1)


def _packed(cost: Cost) -> int:
    """One number that is ordered as the cost is: no way has a million steps twice."""
    return (cost.overruns << 42) + (cost.preemptions << 21) + cost.steps


def _names(graph: StateGraph, running: str) -> list[str]:
    """All tasks that take steps."""
    names = {running: None}
    for standing in graph.standings:
        if standing is not None:
            names.update(dict.fromkeys(standing.enabled))
    return list(names)


def _back(place: int, came_by: array[int], came_from: array[int]) -> tuple[int, ...]:
    edges = []
    while came_by[place] >= 0:
        edges.append(came_by[place])
        place = came_from[place]
    return tuple(reversed(edges))
