"""Going round and round for ever though every task has its turn; and never having one."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pyqdemo.analysis.components import components, open_edges
from pyqdemo.analysis.state_graph import LEFT_OUT, StateGraph

__all__ = ["FairSet", "Starved", "fair_sets", "round_in", "starved"]


@dataclass(frozen=True, slots=True)
class FairSet:
    """States in which a program can stay for ever though every task has its turn.

    Attributes:
        writes: it says something again and again; ``runs_for_ever``, else it is a livelock.
        nodes: the states, and the draws within their steps, in the order of numbers.
        tasks: who takes steps.
    """

    writes: bool
    nodes: tuple[int, ...]
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Starved:
    """States which are not left any more, and in which somebody never can go on.

    Attributes:
        nodes: the states, in the order of numbers.
        tasks: who is alive and never enabled.
    """

    nodes: tuple[int, ...]
    tasks: tuple[str, ...]


def fair_sets(graph: StateGraph) -> list[FairSet]:
    """The largest sets in which a program can stay for ever under strong fairness.

    In each every task that is enabled somewhere also takes steps, and every value of a draw
    stays inside: it is taken that each value comes some day, as each task does. First the
    sets in which nothing is written, which are livelocks; they may lie within those behind
    them, in which something is. In the order of their first nodes.

    **Source**: Streett objectives on graphs: Emerson and Lei, "Modalities for model
    checking", Science of Computer Programming 8 (1987), section 4. A state from which a task
    that never runs inside could go on, and a draw that can lead outside, cannot come again
    and again; without them the rest is looked at anew.
    """
    writing = [edge for edge in range(len(graph.target)) if graph.writes(edge)]
    silent = _fair(graph, open_edges(graph, writing))
    found = [FairSet(False, tuple(nodes), tasks) for nodes, tasks in silent]
    if writing:
        for nodes, tasks in _fair(graph, open_edges(graph)):
            among = set(nodes)
            if any(graph.source[edge] in among and graph.target[edge] in among for edge in writing):
                found.append(FairSet(True, tuple(nodes), tasks))
    return sorted(found, key=lambda each: (each.writes, each.nodes))


def starved(graph: StateGraph, aside: Collection[str] = ()) -> list[Starved]:
    """Sets of states that are never left, and who is stuck in them: a deadlock of a few.

    A set with an edge that nobody has gone along yet is left out.

    Args:
        aside: tasks whose waiting is nobody's affair: daemons, and who waits for work.
    """
    found = []
    for component in components(graph, range(len(graph)), open_edges(graph)):
        inside = set(component)
        targets = [graph.target[edge] for node in component for edge in graph.edges(node)]
        if not targets or any(each not in inside and each != LEFT_OUT for each in targets):
            continue
        stuck = _always_waiting(graph, component) - set(aside)
        if stuck:
            found.append(Starved(tuple(component), tuple(sorted(stuck))))
    return found


def round_in(graph: StateGraph, fair: FairSet, start: int) -> tuple[int, ...]:
    """Edges from a node of a fair set back to it, on which each of its tasks takes a step.

    Where it is one that writes, something is written. Not the shortest round there is: each
    time it goes to the nearest step of somebody who has not had one.
    """
    inside = set(fair.nodes)
    missing = {*fair.tasks, *([_WRITING] if fair.writes else [])}
    here, edges = start, []
    while missing:
        for edge in _nearest(graph, fair, inside, here, missing):
            edges.append(edge)
            missing -= _labels(graph, edge)
        here = graph.target[edges[-1]]
    if here != start:
        edges.extend(_nearest(graph, fair, inside, here, start))
    return tuple(edges)


_WRITING = "writing"  # no task's id


def _fair(graph: StateGraph, ways: bytearray) -> Iterator[tuple[list[int], tuple[str, ...]]]:
    part: Collection[int] = range(len(graph))
    while part:
        rest: list[int] = []
        for component in components(graph, part, ways):
            inside = set(component)
            runs = _runs(graph, component, inside, ways)
            if not runs:
                continue
            left = [node for node in component if not _unfair(graph, node, inside, runs, ways)]
            if len(left) == len(component):
                yield component, runs
            else:
                rest += left
        # Of what is left in different components nothing hangs together: one pass for all.
        part = rest


def _runs(
    graph: StateGraph, component: Sequence[int], inside: set[int], ways: bytearray
) -> tuple[str, ...]:
    """Whoever takes a step that stays inside."""
    runs = set()
    for node in component:
        for edge in graph.edges(node):
            task = graph.chosen(edge)
            if task is not None and ways[edge] and graph.target[edge] in inside:
                runs.add(task)
    return tuple(sorted(runs))


def _unfair(
    graph: StateGraph, node: int, inside: set[int], runs: Collection[str], ways: bytearray
) -> bool:
    """Whether the node cannot come again and again, if everybody has a turn."""
    standing = graph.standing(node)
    if standing is not None:
        return any(task not in runs for task in standing.enabled)
    return any(not ways[edge] or graph.target[edge] not in inside for edge in graph.edges(node))


def _always_waiting(graph: StateGraph, component: Sequence[int]) -> set[str]:
    """Tasks that are alive in all of these states and enabled in none."""
    stuck: set[str] | None = None
    for node in component:
        standing = graph.standing(node)
        if standing is not None:
            waiting = set(standing.waiting)
            stuck = waiting if stuck is None else stuck & waiting
    return stuck or set()


def _labels(graph: StateGraph, edge: int) -> set[str]:
    task = graph.chosen(edge)
    labels = set() if task is None else {task}
    return labels | {_WRITING} if graph.writes(edge) else labels


def _nearest(
    graph: StateGraph, fair: FairSet, inside: set[int], start: int, wanted: set[str] | int
) -> list[int]:
    """The shortest way inside from a node to a node, or through an edge that is wanted."""
    came: dict[int, int] = {start: -1}
    todo = deque([start])
    while todo:
        node = todo.popleft()
        for edge in graph.edges(node):
            target = graph.target[edge]
            if target not in inside or (graph.writes(edge) and not fair.writes):
                continue
            if target == wanted if isinstance(wanted, int) else _labels(graph, edge) & wanted:
                return [*_back(graph, came, node), edge]
            if target not in came:
                came[target] = edge
                todo.append(target)
    raise AssertionError("every node of a fair set can be reached from every other")


def _back(graph: StateGraph, came: dict[int, int], node: int) -> list[int]:
    edges = []
    while (edge := came[node]) >= 0:
        edges.append(edge)
        node = graph.source[edge]
    return edges[::-1]
