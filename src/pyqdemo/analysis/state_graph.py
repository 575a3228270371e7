"""The graph of a program's states: what stands in its nodes, and who goes along its edges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

__all__ = ["LEFT_OUT", "UNKNOWN", "Standing", "StateGraph", "Way", "way_of"]

#: In place of a target: nobody has gone along the edge yet.
UNKNOWN = -1
#: Nobody needs to: its step commutes with another one, that was taken.
LEFT_OUT = -2

#: Operations by which a program says something.
WRITES = frozenset({"write", "buffer"})

Row = tuple[str, str, bool, bool]
"""How one live task stands in a state: its id, its operation, whether it is enabled, and
whether only because its bound is over or may be."""


class Standing(NamedTuple):
    """How the tasks stand in a state.

    Attributes:
        enabled: those that can be chosen, in the order of the state's edges.
        writes: of each of them, whether its step writes to a stream.
        late: of each, whether choosing it makes others late: its bound is not over yet where
            nobody goes slowly, since somebody else can go on.
        waiting: the other tasks that are alive.
    """

    enabled: tuple[str, ...]
    writes: tuple[bool, ...]
    late: tuple[bool, ...]
    waiting: tuple[str, ...]


class Way(NamedTuple):
    """The choices along some edges, as a schedule has them.

    Attributes:
        choices: id of the task of each step.
        draws: what was drawn in these steps, in order.
    """

    choices: tuple[str, ...]
    draws: tuple[int, ...]


@dataclass(frozen=True)
class StateGraph:
    """States, and the draws within steps, and endings; from node 0 on. Plain columns.

    Attributes:
        first: the edges of node ``n`` are those from ``first[n]`` to before ``first[n + 1]``:
            one for each enabled task, or one for each value of a draw.
        source, target: the nodes of each edge; a target may be ``UNKNOWN`` or ``LEFT_OUT``.
        kind: of each node, its place in ``kinds``.
        kinds: rows of how the live tasks stand in a state, the number of values of a draw, or
            the key of an ending.
    """

    first: Sequence[int]
    source: Sequence[int]
    target: Sequence[int]
    kind: Sequence[int]
    kinds: Sequence[tuple[Row, ...] | int | str]

    def __len__(self) -> int:
        return len(self.kind)

    def edges(self, node: int) -> range:
        """The edges out of a node."""
        return range(self.first[node], self.first[node + 1])

    def standing(self, node: int) -> Standing | None:
        """How the tasks stand; None for a draw or an ending."""
        return self.standings[self.kind[node]]

    def ending(self, node: int) -> str | None:
        """The key of an ending; None for any other node."""
        kind = self.kinds[self.kind[node]]
        return kind if isinstance(kind, str) else None

    def chosen(self, edge: int) -> str | None:
        """The task whose step the edge is; None for a draw's."""
        node = self.source[edge]
        standing = self.standings[self.kind[node]]
        return None if standing is None else standing.enabled[edge - self.first[node]]

    def writes(self, edge: int) -> bool:
        """Whether the edge is a step that writes."""
        node = self.source[edge]
        standing = self.standings[self.kind[node]]
        return standing is not None and standing.writes[edge - self.first[node]]

    @cached_property
    def standings(self) -> list[Standing | None]:
        """Of each of ``kinds``; None for a draw or an ending."""
        return [None if isinstance(kind, (int, str)) else _standing(kind) for kind in self.kinds]


def way_of(graph: StateGraph, edges: Iterable[int]) -> Way:
    """What was chosen along the edges."""
    choices, draws = [], []
    for edge in edges:
        task = graph.chosen(edge)
        if task is None:
            draws.append(edge - graph.first[graph.source[edge]])
        else:
            choices.append(task)
    return Way(tuple(choices), tuple(draws))


def _standing(rows: Sequence[Row]) -> Standing:
    enabled = [row for row in rows if row[2]]
    ready = sum(not overdue for _, _, _, overdue in enabled)
    return Standing(
        tuple(task for task, _, _, _ in enabled),
        tuple(operation in WRITES for _, operation, _, _ in enabled),
        tuple(overdue and ready > 0 for _, _, _, overdue in enabled),
        tuple(task for task, _, can, _ in rows if not can),
    )
