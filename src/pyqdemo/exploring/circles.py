"""What the graph of states shows that no single execution does: going round for ever, being
stuck for ever beside somebody who goes on, the simplest way there, and where it was lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pyqdemo.analysis.cheapest import cheapest, cost_of
from pyqdemo.analysis.circle_words import round_told, stuck_told
from pyqdemo.analysis.fairness import FairSet, fair_sets, round_in, starved
from pyqdemo.analysis.no_return import can_end_well, no_return, unknown
from pyqdemo.analysis.state_graph import StateGraph, way_of
from pyqdemo.exploring.bench import Bench, Repeated
from pyqdemo.exploring.covering import Covered, Seen
from pyqdemo.exploring.judging import Judged
from pyqdemo.point import Point
from pyqdemo.report import Fork, Reason, Side
from pyqdemo.strategies import Replay, States
from pyqdemo.trace import OutcomeKind, Trace

__all__ = ["Circles"]

ROUNDS = 100  # that a circle is repeated before it is called one
_AWAITS = frozenset({"join", "exit"})  # who waits so for somebody who goes on is not stuck


class Circles:
    """The graph of states of a program, once it has been covered.

    Args:
        strategy: that has covered it.
    """

    def __init__(self, bench: Bench, strategy: States) -> None:
        self._bench = bench
        self._strategy = strategy
        self._graph = StateGraph(*strategy.graph())
        self._ways: dict[str, tuple[int, ...]] = {}
        self._rounds: dict[str, int] = {}
        self._judged: dict[str, Judged] = {}

    def add_to(self, covered: Covered) -> None:
        """Adds circles and whoever is stuck; makes of each failing ending the simplest run."""
        graph = self._graph
        for fair in fair_sets(graph):
            self._add_round(covered, fair)
        self._add_stuck(covered)
        endings: dict[str, set[int]] = {}
        for node in range(len(graph)):
            key = graph.ending(node)
            if key is not None:
                endings.setdefault(key, set()).add(node)
        for key, nodes in endings.items():
            seen = covered.seen.get(key)
            if seen is not None:
                seen.count = len(nodes)
            if seen is not None and seen.judged.failed:
                self._keep(seen, key, cheapest(graph, nodes))

    @property
    def states(self) -> int:
        """How many states have been told apart."""
        return self._strategy.states

    def knows(self, key: str) -> bool:
        """Whether the way to that ending lies in the graph."""
        return key in self._ways

    def trace(self, key: str) -> Trace:
        """Of the simplest run with that ending; of a round, with that round gone once."""
        repeated = self._replay(self._ways[key])
        trace = repeated.trace
        if key not in self._rounds and repeated.done.judged.key == key:
            return trace
        assert trace.outcome is not None, "the run is over"
        judged = self._judged[key]
        kind = OutcomeKind(judged.kind)
        return replace(trace, outcome=replace(trace.outcome, kind=kind, detail=judged.detail.en))

    def cycle(self, key: str) -> tuple[int, int] | None:
        """First and last step of the round of an ending that is one."""
        if key not in self._rounds:
            return None
        way, length = self._ways[key], self._rounds[key]
        steps = len(way_of(self._graph, way[: len(way) - length]).choices)
        return steps + 1, len(way_of(self._graph, way).choices)

    def fork(self, covered: Covered, key: str, failing: Trace) -> Fork | None:
        """The last choice from which that run could have ended well."""
        graph, way = self._graph, self._ways.get(key)
        good = {name for name, seen in covered.seen.items() if _good(seen)}
        if way is None or not good:
            return None
        well = can_end_well(graph, good)
        place = no_return(graph, way, well)
        if place is None:
            return None
        edge = way[place]
        node = graph.source[edge]
        best: tuple[int, ...] | None = None
        goals = {each for each in range(len(graph)) if graph.ending(each) in good}
        for other in graph.edges(node):
            target = graph.target[other]
            if other == edge or target < 0 or not well[target]:
                continue
            onward = cheapest(graph, goals, target, graph.chosen(other) or "0")
            if onward is not None and (best is None or len(onward) + 1 < len(best)):
                best = (other, *onward)
        if best is None or graph.chosen(edge) is None:
            return None
        passing = self._replay((*way[:place], *best))
        step = len(way_of(graph, way[: place + 1]).choices)
        certain = not unknown(graph)[graph.target[edge]]
        sides = Side(_task(graph, edge), failing), Side(_task(graph, best[0]), passing.trace)
        return Fork(step, *sides, certain=certain)

    # Inside.

    def _add_round(self, covered: Covered, fair: FairSet) -> None:
        graph = self._graph
        start = cheapest(graph, set(fair.nodes))
        if start is None:
            return
        node = graph.target[start[-1]] if start else 0
        ring = round_in(graph, fair, node)
        if not self._repeats(start, ring):
            covered.reasons.append(Reason("not_confirmed", ", ".join(fair.tasks)))
            return
        kind = OutcomeKind.RUNS_FOR_EVER if fair.writes else OutcomeKind.LIVELOCK
        key = f"{kind}/{','.join(fair.tasks)}"
        if key in covered.seen:
            covered.seen[key].count += len(fair.nodes)
            return
        detail = round_told(self._names(fair.tasks), writes=fair.writes)
        judged = Judged(key, kind, detail, True)
        way = (*start, *ring)
        self._rounds[key] = len(ring)
        self._add(covered, judged, way, len(fair.nodes))

    def _add_stuck(self, covered: Covered) -> None:
        graph, bench = self._graph, self._bench
        for each in starved(graph, bench.lasting):
            going = {
                task
                for node in each.nodes
                if (standing := graph.standing(node)) is not None
                for task in standing.enabled
            }
            if not going:
                continue  # the kernel has told that deadlock itself
            awaiting = self._awaiting(each.nodes[0])
            stuck = [
                task
                for task in each.tasks
                if task not in awaiting or not going - set(bench.lasting)
            ]
            if stuck:
                key = f"deadlock/stuck {','.join(stuck)}"
                judged = Judged(key, OutcomeKind.DEADLOCK, stuck_told(self._names(stuck)), True)
                way = cheapest(graph, set(each.nodes))
                if way is not None and key not in covered.seen:
                    self._add(covered, judged, way, len(each.nodes))

    def _awaiting(self, node: int) -> set[str]:
        """Who waits for the end of somebody there."""
        rows = self._graph.kinds[self._graph.kind[node]]
        if isinstance(rows, (int, str)):
            return set()
        return {row[0] for row in rows if row[1] in _AWAITS}

    def _add(self, covered: Covered, judged: Judged, way: tuple[int, ...], count: int) -> None:
        done = self._replay(way).done
        self._ways[judged.key], self._judged[judged.key] = way, judged
        covered.seen[judged.key] = Seen(judged, count, cost_of(self._graph, way), done)

    def _keep(self, seen: Seen, key: str, way: tuple[int, ...] | None) -> None:
        """The cheapest way there in place of the one that was met."""
        if way is None:
            return
        done = self._replay(way).done
        if done.judged.key != key:
            return  # the one that was met is kept; equal states have been audited
        self._ways[key] = way
        seen.judged, seen.done, seen.cost = done.judged, done, cost_of(self._graph, way)

    def _repeats(self, start: Sequence[int], ring: Sequence[int]) -> bool:
        """Whether the round, gone many times, comes back each time to where it began."""
        graph = self._graph
        way, once = way_of(graph, start), way_of(graph, ring)
        choices = (*way.choices, *once.choices * ROUNDS)
        draws = (*way.draws, *once.draws * ROUNDS) if self._bench.asked.draws else None
        watching = _Rounds(Replay(choices, draws=draws), len(way.choices), len(once.choices))
        limits = self._bench.plan.limits._replace(max_steps=len(choices) + 1)
        done = self._bench.once(watching, data=True, states=True, limits=limits)
        return done.execution.steps >= len(choices) and len(watching.states) == 1

    def _replay(self, edges: Sequence[int]) -> Repeated:
        way = way_of(self._graph, edges)
        bench = self._bench
        draws = way.draws if bench.asked.draws else None
        return bench.repeat(way.choices, draws, loose=bench.plan.limits.loose)

    def _names(self, tasks: Collection[str]) -> list[str]:
        return [self._bench.names.get(task, task) for task in tasks]


class _Rounds:
    """Repeats rounds and keeps the state in which each begins."""

    def __init__(self, replay: Replay, start: int, length: int) -> None:
        self._replay = replay
        self._start = start
        self._length = length
        self.draws = replay.draws
        self.draw = replay.draw
        self.states: set[bytes] = set()

    def begin(self) -> None:
        self._replay.begin()

    def choose(self, point: Point) -> str:
        behind = point.step - 1 - self._start
        if behind >= 0 and behind % self._length == 0 and point.state is not None:
            self.states.add(point.state())
        return self._replay.choose(point)


def _good(seen: Seen) -> bool:
    return not seen.judged.failed and seen.judged.kind == OutcomeKind.COMPLETED


def _task(graph: StateGraph, edge: int) -> str:
    return graph.chosen(edge) or "0"
