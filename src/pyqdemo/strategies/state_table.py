"""The states a program was seen in, and where each choice led: columns of plain numbers.

A million states take about a quarter of a gigabyte: a node is a row of whole numbers, and how
the tasks stand in it is kept once for all nodes in which they stand alike.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from pyqdemo.point import Draw, Pending

__all__ = [
    "LEFT_OUT",
    "UNTRIED",
    "Columns",
    "Kind",
    "Stand",
    "StateTable",
    "enabled_of",
    "stands_of",
]

#: In the place of a node's number: nobody has gone there yet.
UNTRIED = -1
#: Nobody needs to: it leads to nothing that another choice at the same node does not.
LEFT_OUT = -2


class Stand(NamedTuple):
    """How one live task stands in a state; see ``point.Pending``.

    On what it stands is not in it: the same state may be reached with other ids.
    """

    task: str
    operation: str
    enabled: bool
    overdue: bool


Kind = tuple[Stand, ...] | Draw | str
"""What a node is: a state, in which the tasks stand so; a draw within a step; an ending."""


class Columns(NamedTuple):
    """The graph of what was seen, for whoever computes on it.

    Attributes:
        first: the edges of node ``n`` are those from ``first[n]`` to before ``first[n + 1]``:
            one for each enabled task, in the order of ``kinds``; of a draw one for each value.
        source, target: of each edge; for a target also ``UNTRIED`` or ``LEFT_OUT``.
        kind: of each node, its place in ``kinds``.
        kinds: of a state, how each live task stands: id, operation, whether it is enabled, and
            whether only because it may be overdue; of a draw the number of values; of an
            ending its key. Node 0 is where all executions begin.
    """

    first: array[int]
    source: array[int]
    target: array[int]
    kind: array[int]
    kinds: tuple[tuple[Stand, ...] | int | str, ...]


def stands_of(look: tuple[Pending, ...]) -> tuple[Stand, ...]:
    """How the live tasks stand at a point."""
    return tuple(
        Stand(pending.task, pending.operation, pending.enabled, pending.overdue) for pending in look
    )


def enabled_of(kind: Kind) -> list[str]:
    """The tasks that can be chosen in a state, in the order of its edges."""
    assert not isinstance(kind, (Draw, str)), "a state"
    return [stand.task for stand in kind if stand.enabled]


class StateTable:
    """Nodes, each made once, and their edges.

    Each node but the first has a parent: an edge by which it was reached, from a node of less
    depth. So a way from the beginning to every node is known without being stored.

    Attributes:
        first, source, target, kind: as in ``Columns``.
        kinds: what the nodes are.
        states: number of the state of a fingerprint.
        depth: edges from the first node by the parents; never too small.
    """

    def __init__(self) -> None:
        self.first = array("i", [0])
        self.source = array("i")
        self.target = array("i")
        self.kind = array("i")
        self.kinds: list[Kind] = []
        self.states: dict[bytes, int] = {}
        self.depth = array("i")
        self._parent = array("i")
        self._endings: dict[str, int] = {}
        self._places: dict[Kind, int] = {}

    def __len__(self) -> int:
        return len(self.kind)

    def of(self, node: int) -> Kind:
        """What the node is."""
        return self.kinds[self.kind[node]]

    def edges(self, node: int) -> range:
        """The edges out of a node."""
        return range(self.first[node], self.first[node + 1])

    def add_state(self, state: bytes, stands: tuple[Stand, ...]) -> int:
        """A new state. Returns its node."""
        self.states[state] = node = self._add(stands, sum(stand.enabled for stand in stands))
        return node

    def add_draw(self, draw: Draw, edge: int) -> int:
        """A draw within the step that an edge is. Returns its node."""
        node = self._add(draw, draw.options)
        self.lead(edge, node)
        return node

    def ending(self, key: str) -> int:
        """The node of all executions that ended with that key."""
        if key not in self._endings:
            self._endings[key] = self._add(key, 0)
        return self._endings[key]

    def lead(self, edge: int, node: int) -> None:
        """An edge turned out to lead to a node."""
        self.target[edge] = node
        depth = self.depth[self.source[edge]] + 1
        # The parents' depths go down all the way to the beginning, so they make no circle.
        if node and (self._parent[node] < 0 or depth < self.depth[node]):
            self._parent[node], self.depth[node] = edge, depth

    def way(self, node: int) -> list[int]:
        """Edges that lead from the first node to this one."""
        edges = []
        while node:
            edges.append(self._parent[node])
            node = self.source[edges[-1]]
        edges.reverse()
        return edges

    def step(self, edge: int) -> int:
        """The state in which the step was chosen that an edge, of a state or a draw, is in."""
        node = self.source[edge]
        while isinstance(self.of(node), Draw):
            node = self.source[self._parent[node]]
        return node

    def untried(self, node: int) -> Iterator[int]:
        """Its edges that nobody has gone along yet."""
        return (edge for edge in self.edges(node) if self.target[edge] == UNTRIED)

    def leave_out(self, node: int, kept: int | None = None) -> None:
        """For now none of the node's edges that are left needs to be tried but one."""
        for edge in self.edges(node):
            if edge != kept and self.target[edge] == UNTRIED:
                self.target[edge] = LEFT_OUT

    def take_back(self, node: int) -> bool:
        """Whatever was left out at the node has to be tried after all. Whether there was any."""
        left_out = [edge for edge in self.edges(node) if self.target[edge] == LEFT_OUT]
        for edge in left_out:
            self.target[edge] = UNTRIED
        return bool(left_out)

    def columns(self) -> Columns:
        """Everything, as it is now; not copied."""
        kinds = tuple(kind.options if isinstance(kind, Draw) else kind for kind in self.kinds)
        return Columns(self.first, self.source, self.target, self.kind, kinds)

    def _add(self, kind: Kind, width: int) -> int:
        place = self._places.get(kind)
        if place is None:
            self._places[kind] = place = len(self.kinds)
            self.kinds.append(kind)
        node = len(self.kind)
        self.kind.append(place)
        self.source.extend([node] * width)
        self.target.extend([UNTRIED] * width)
        self.first.append(len(self.target))
        self._parent.append(-1)
        self.depth.append(0)
        return node
