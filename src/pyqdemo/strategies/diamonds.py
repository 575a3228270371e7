"""Edges of the graph of states that need not be gone along, since where they lead is known.

Two steps that can be taken in the same state and do not depend on each other lead to the same
state in either order. So where three sides of such a diamond are known, the fourth is.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from pyqdemo.point import Access, Step
from pyqdemo.strategies.order import modes_of
from pyqdemo.strategies.state_table import UNTRIED, StateTable, enabled_of

__all__ = ["Diamonds", "Mark"]

_NONE = -1


class Mark(NamedTuple):
    """What is known of a step besides, and is the same at the other side of a diamond.

    Attributes:
        alone: no other step needs to be tried where this one can be taken.
        after: tasks whose ends came before it.
    """

    alone: bool
    after: frozenset[str]


class Diamonds:
    """What steps have touched, along the edges of a table, and what follows from that.

    Args:
        table: to which edges are added that follow.
    """

    def __init__(self, table: StateTable) -> None:
        self._table = table
        self._mark = array("i")  # of each edge its place in _marks
        self._touched = array("i")  # of each edge its place in _sets; _NONE where nobody knows
        self._first_in = array("i")  # of each node the last edge that was found to lead to it
        self._next_in = array("i")  # of each edge the one before it that leads to the same node
        self._sets: dict[frozenset[tuple[str, str]], int] = {}
        self._modes: list[dict[str, str]] = []
        self._accesses: list[tuple[Access, ...]] = []
        self._marks: list[Mark] = []
        self._marked: dict[Mark, int] = {}
        self._free: dict[tuple[int, int], bool] = {}
        self._places: dict[int, dict[str, int]] = {}

    def add(self, edge: int, accesses: tuple[Access, ...], mark: Mark) -> list[int]:
        """The step that an edge is led from a state to a state, and touched that.

        Returns:
            The edges that follow.
        """
        self._grow()
        place = self._marked.setdefault(mark, len(self._marks))
        if place == len(self._marks):
            self._marks.append(mark)
        self._put(edge, self._set_of(accesses), place)
        found = [edge]
        for each in found:
            found.extend(self._beside(each))
            found.extend(self._above(each))
        return found[1:]

    def is_alone(self, edge: int) -> bool:
        """Whether the step is known to be the only one that needs to be tried."""
        is_known = edge < len(self._touched) and self._is_known(edge)
        return is_known and self._marks[self._mark[edge]].alone

    def step(self, edge: int) -> tuple[Step, Mark]:
        """What is known of the step that an edge is."""
        step = Step(self._task(edge), self._accesses[self._touched[edge]])
        return step, self._marks[self._mark[edge]]

    def touched(self, edge: int) -> dict[str, str] | None:
        """How the step that an edge is touched what; None if that was not told."""
        if edge >= len(self._touched) or self._touched[edge] == _NONE:
            return None
        return self._modes[self._touched[edge]]

    # Inside.

    def _beside(self, edge: int) -> Iterator[int]:
        """Edges that follow from this one and another out of the same node."""
        table = self._table
        for other in table.edges(table.source[edge]):
            if other == edge or not self._is_known(other) or not self._are_free(edge, other):
                continue
            mine = self._edge_of(table.target[other], self._task(edge))
            its = self._edge_of(table.target[edge], self._task(other))
            if mine is None or its is None:
                continue
            if table.target[its] == UNTRIED and self._is_known(mine):
                yield self._follow(its, table.target[mine], other)
            elif table.target[mine] == UNTRIED and self._is_known(its):
                yield self._follow(mine, table.target[its], edge)

    def _above(self, edge: int) -> Iterator[int]:
        """Edges that follow from this one, one that leads to where it begins, and one beside
        that."""
        table, task = self._table, self._task(edge)
        before = self._first_in[table.source[edge]]
        while before != _NONE:
            beside = self._edge_of(table.source[before], task)
            if beside is not None and beside != before and self._is_known(beside):
                across = self._edge_of(table.target[beside], self._task(before))
                if (
                    across is not None
                    and table.target[across] == UNTRIED
                    and self._are_free(before, beside)
                ):
                    yield self._follow(across, table.target[edge], before)
            before = self._next_in[before]

    def _follow(self, edge: int, node: int, like: int) -> int:
        self._table.lead(edge, node)
        self._put(edge, self._touched[like], self._mark[like])
        return edge

    def _put(self, edge: int, touched: int, mark: int) -> None:
        node = self._table.target[edge]
        self._touched[edge] = touched
        self._mark[edge] = mark
        self._next_in[edge] = self._first_in[node]
        self._first_in[node] = edge

    def _is_known(self, edge: int) -> bool:
        return self._touched[edge] != _NONE

    def _are_free(self, one: int, other: int) -> bool:
        """Whether two steps do not depend on each other; see ``order.modes_of``."""
        pair = self._touched[one], self._touched[other]
        free = self._free.get(pair)
        if free is None:
            mine, its = self._modes[pair[0]], self._modes[pair[1]]
            free = self._free[pair] = not any(
                part in its and (mode == "w" or its[part] != mode) for part, mode in mine.items()
            )
        return free

    def _set_of(self, accesses: tuple[Access, ...]) -> int:
        modes = modes_of(accesses)
        key = frozenset(modes.items())
        place = self._sets.get(key)
        if place is None:
            place = self._sets[key] = len(self._modes)
            self._modes.append(modes)
            self._accesses.append(accesses)
        return place

    def _task(self, edge: int) -> str:
        table = self._table
        node = table.source[edge]
        return enabled_of(table.of(node))[edge - table.first[node]]

    def _edge_of(self, node: int, task: str) -> int | None:
        """The edge of a task out of a state; None if it cannot go there."""
        table = self._table
        kind = table.kind[node]
        places = self._places.get(kind)
        if places is None:
            enabled = enabled_of(table.kinds[kind])
            places = self._places[kind] = {each: place for place, each in enumerate(enabled)}
        place = places.get(task)
        return None if place is None else table.first[node] + place

    def _grow(self) -> None:
        table = self._table
        self._mark.extend([_NONE] * (len(table.target) - len(self._mark)))
        self._touched.extend([_NONE] * (len(table.target) - len(self._touched)))
        self._next_in.extend([_NONE] * (len(table.target) - len(self._next_in)))
        self._first_in.extend([_NONE] * (len(table) - len(self._first_in)))
