"""Strongly connected sets of nodes: from each of which one gets to each other and back."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator

from pyqdemo.analysis.state_graph import StateGraph

__all__ = ["components", "open_edges"]


def open_edges(graph: StateGraph, closed: Collection[int] = ()) -> bytearray:
    """1 for each edge that leads somewhere and is not closed."""
    ways = bytearray(target >= 0 for target in graph.target)
    for edge in closed:
        ways[edge] = 0
    return ways


def components(graph: StateGraph, nodes: Collection[int], ways: bytearray) -> Iterator[list[int]]:
    """The strongly connected components of a part of the graph, each in the order of numbers.

    A node through which no circle goes is one of its own. A component comes before all those
    from which it can be reached.

    Args:
        nodes: the part.
        ways: 1 for each edge that may be gone along.

    **Source**: Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on
    Computing 1 (1972). Where we differ: a stack of our own in place of recursion, and a node
    that has been given away gets the highest number, so that it needs no mark.
    """
    count = len(graph)
    inside = bytearray(count)
    for node in nodes:
        inside[node] = 1
    number = array("i", bytes(4 * count))  # 0 for a node not met yet
    low = array("i", bytes(4 * count))
    at = array("i", graph.first[:count])
    met = 0
    kept: list[int] = []
    for start in nodes:
        if number[start]:
            continue
        path = [start]
        met += 1
        number[start] = low[start] = met
        kept.append(start)
        while path:
            node = path[-1]
            edge = at[node]
            if edge < graph.first[node + 1]:
                at[node] += 1
                target = graph.target[edge]
                if not ways[edge] or not inside[target]:
                    continue
                if number[target]:
                    low[node] = min(low[node], low[target])
                    continue
                met += 1
                number[target] = low[target] = met
                kept.append(target)
                path.append(target)
                continue
            path.pop()
            if path:
                low[path[-1]] = min(low[path[-1]], low[node])
            if low[node] == number[node]:
                found: list[int] = []
                while not found or found[-1] != node:
                    found.append(kept.pop())
                    low[found[-1]] = count + 1
                yield sorted(found)
