"""Plain data that two tasks touch without an order between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pyqdemo.analysis.state_graph import StateGraph, way_of
from pyqdemo.exploring.watching import Watched
from pyqdemo.observing import Pair, Scan, contested, orders, pair_of, races
from pyqdemo.point import Access, Step
from pyqdemo.report import Race
from pyqdemo.strategies import Replay, States
from pyqdemo.strategies.states import Passage

if TYPE_CHECKING:
    from pyqdemo.exploring.bench import Bench, Done

__all__ = ["Racing", "races_in", "untold"]

TOLD = 40  # pairs whose executions are repeated, to name the lines


class _Where(NamedTuple):
    """An execution in which a race shows."""

    choices: Sequence[str]
    draws: tuple[int, ...] | None


class Racing:
    """The races of an exploration: who, at what, and an execution in which each shows.

    No race there means none in any execution, if those that were added are all there are but
    for the order of independent steps: of a race that comes first nothing before it depends on
    who is faster, so it shows in the order of operations that was tried.
    """

    def __init__(self) -> None:
        self.found: dict[Pair, _Where] = {}
        self._scan = Scan()
        self._last = _Where((), None)

    def add(self, watched: Watched, done: Done) -> None:
        """One more execution, with what was kept of it."""
        steps = watched.steps
        where = _Where(tuple(done.execution.choices), done.draws)
        common = self._common(where, len(steps))
        for pair in sorted(self._scan.take(steps, watched.moves, common, self.found)):
            self.found[pair] = where
        self._last = where

    def _common(self, where: _Where, length: int) -> int:
        """How many steps are surely as in the last execution. Its last one may not have been over;
        one that draws goes on as it does by what was drawn."""
        if where.draws or self._last.draws:
            return 0
        most = min(length, len(self._scan.steps)) - 1
        for number, (one, other) in enumerate(zip(where.choices, self._last.choices, strict=False)):
            if one != other:
                return min(number + 1, most)
        return max(most, 0)

    def told(self, bench: Bench) -> tuple[Race, ...]:
        """With names and lines, each pair of lines once.

        Raises:
            ReplayMismatch: an execution went otherwise when it was repeated.
        """
        told: dict[tuple[object, ...], Race] = {}
        pairs: dict[_Where, list[Pair]] = {}
        for pair, where in self.found.items():
            pairs.setdefault(where, []).append(pair)
        for where in list(pairs)[:TOLD]:
            for race in _named(bench, where) or untold(bench, pairs[where]):
                told.setdefault((race.name, tuple(sorted(race.places))), race)
        return tuple(told.values())


def _named(bench: Bench, where: _Where) -> list[Race]:
    watched = Watched(Replay(where.choices, draws=where.draws))
    touches = bench.touches(watched, loose=bench.plan.limits.loose)
    steps = watched.steps[: len(touches)]
    found = races(steps, touches[: len(steps)], watched.moves())
    return [Race(race.name, race.places, race.tasks) for race in found]


def untold(bench: Bench, pairs: Collection[Pair]) -> list[Race]:
    """Races whose lines could not be found out."""
    file = bench.program.file.name
    return [
        Race(part.rpartition("|")[2].rpartition(".")[2], (file, file), (one, other))
        for part, one, other in list(pairs)[:TOLD]
    ]


def races_in(strategy: States, *, draws: bool) -> Racing:
    """The races in a graph of states.

    An execution that has come to a known state is over, and what was done in it before meets
    what others do behind that state in no execution at all. So it is carried along the edges
    what each task has done that none of its operations since has published.

    Args:
        draws: they were choices.
    """
    racing = Racing()
    known: dict[tuple[str, int], Step] = {}
    for passage in strategy.passages():
        key = passage.task, id(passage.modes)
        if key not in known:
            accesses = tuple(Access(part, mode) for part, mode in passage.modes.items())
            known[key] = Step(passage.task, accesses)
    pairs = contested(known.values())
    if pairs:
        graph = _Graph(strategy, {part for part, _, _ in pairs})
        columns = StateGraph(*strategy.graph())
        for pair, edges in graph.races():
            way = way_of(columns, edges)
            racing.found[pair] = _Where(way.choices, way.draws if draws else None)
    return racing


class _Along(NamedTuple):
    """A passage, with bits for what a task has done.

    Attributes:
        kept: all that is still not published behind it.
        done: what its own task has done in it; 0 for nothing that counts.
    """

    passage: Passage
    kept: int
    done: int


class _Graph:
    """What lies unpublished in each state.

    Args:
        parts: of the plain data that count.
    """

    def __init__(self, strategy: States, parts: Collection[str]) -> None:
        self._strategy = strategy
        self._did: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}
        self._out: dict[int, list[_Along]] = {}
        of_task: dict[str, int] = {}
        found: dict[int, tuple[tuple[str, str], ...]] = {}
        for passage in strategy.passages():
            data = found.get(id(passage.modes))
            if data is None:
                data = tuple(sorted(each for each in passage.modes.items() if each[0] in parts))
                found[id(passage.modes)] = data
            done = 0
            if data:
                done = self._did.setdefault((passage.task, data), 1 << len(self._did))
                of_task[passage.task] = of_task.get(passage.task, 0) | done
            self._out.setdefault(passage.state, []).append(_Along(passage, 0, done))
        for rows in self._out.values():
            for place, (passage, _, done) in enumerate(rows):
                publishes = orders(passage.modes)
                kept = ~of_task.get(passage.task, 0) if publishes else -1
                rows[place] = _Along(passage, kept, done)
        self._against = self._conflicts()

    def races(self) -> Iterator[tuple[Pair, list[int]]]:
        """Each once, with the edges of a way on which it shows."""
        lying = self._lying()
        met: set[Pair] = set()
        for state, rows in self._out.items():
            for along in rows:
                for bit, pairs in self._against.get(along.done, {}).items():
                    if lying.get(state, 0) & bit and not met.issuperset(pairs):
                        way = self._way(bit, along)
                        for pair in pairs:
                            if pair not in met:
                                met.add(pair)
                                yield pair, way

    # Inside.

    def _conflicts(self) -> dict[int, dict[int, list[Pair]]]:
        """Of what a task has done, by what of others' it races with, and where."""
        against: dict[int, dict[int, list[Pair]]] = {}
        for (task, data), bit in self._did.items():
            rows = against.setdefault(bit, {})
            for (other, others), its in self._did.items():
                modes = dict(others)
                pairs = [
                    pair_of(part, task, other)
                    for part, mode in data
                    if part in modes and (mode == "w" or mode != modes[part])
                ]
                if other != task and pairs:
                    rows[its] = pairs
        return against

    def _lying(self) -> dict[int, int]:
        """Of each state, all that may lie unpublished in it."""
        lying: dict[int, int] = {}
        todo = list(self._out)
        while todo:
            state = todo.pop()
            before = lying.get(state, 0)
            for passage, kept, done in self._out[state]:
                behind = (before & kept) | done
                known = lying.get(passage.target, 0)
                if behind & ~known:
                    lying[passage.target] = known | behind
                    if passage.target in self._out:
                        todo.append(passage.target)
        return lying

    def _way(self, bit: int, last: _Along) -> list[int]:
        """Edges from the beginning to where it was done, and from there to the last one."""
        came: dict[int, _Along] = {}
        todo: deque[int] = deque()
        for rows in self._out.values():
            for along in rows:
                target = along.passage.target
                if along.done == bit and target not in came:
                    came[target] = along
                    todo.append(target)
        goal = last.passage.state
        while goal not in came:
            state = todo.popleft()
            for along in self._out.get(state, ()):
                target = along.passage.target
                if along.kept & bit and target not in came:
                    came[target] = along
                    todo.append(target)
        edges = list(last.passage.edges)
        state = goal
        while True:
            along = came[state]
            edges[:0] = along.passage.edges
            state = along.passage.state
            if along.done == bit:
                return self._strategy.way_to(state) + edges
