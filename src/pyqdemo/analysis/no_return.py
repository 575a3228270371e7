"""From which states a good ending can still be reached, and where on a way that was lost."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence

from pyqdemo.analysis.state_graph import UNKNOWN, StateGraph

__all__ = ["can_end_well", "no_return", "unknown"]


def can_end_well(graph: StateGraph, good: Collection[str]) -> bytearray:
    """1 for each node from which an ending with one of these keys can be reached."""
    goals = [node for node in range(len(graph)) if graph.ending(node) in good]
    return _reaching(graph, goals)


def unknown(graph: StateGraph) -> bytearray:
    """1 for each node from which one gets to an edge that nobody has gone along yet.

    Of all others what can follow is known completely.
    """
    goals = {graph.source[edge] for edge, target in enumerate(graph.target) if target == UNKNOWN}
    return _reaching(graph, sorted(goals))


def no_return(graph: StateGraph, way: Sequence[int], well: bytearray) -> int | None:
    """The place of the edge on a way by which the last node is left that can end well.

    Args:
        way: edges, each from where the one before led to.
        well: see ``can_end_well``.

    Returns:
        None if all the way's nodes can end well, or none can.
    """
    for place, edge in enumerate(way):
        if well[graph.source[edge]] and not well[graph.target[edge]]:
            return place
    return None


def _reaching(graph: StateGraph, goals: Sequence[int]) -> bytearray:
    """1 for each node from which one of these can be reached."""
    start, edges = _backward(graph)
    reaching = bytearray(len(graph))
    for goal in goals:
        reaching[goal] = 1
    todo = list(goals)
    while todo:
        node = todo.pop()
        for edge in edges[start[node] : start[node + 1]]:
            source = graph.source[edge]
            if not reaching[source]:
                reaching[source] = 1
                todo.append(source)
    return reaching


def _backward(graph: StateGraph) -> tuple[array[int], array[int]]:
    """The edges sorted by their targets; where those of each node begin."""
    start = array("i", bytes(4 * (len(graph) + 2)))
    for target in graph.target:
        if target >= 0:
            start[target + 2] += 1
    for node in range(2, len(start)):
        start[node] += start[node - 1]
    edges = array("i", bytes(4 * start[-1]))
    for edge, target in enumerate(graph.target):
        if target >= 0:
            edges[start[target + 1]] = edge
            start[target + 1] += 1
    return start, edges
