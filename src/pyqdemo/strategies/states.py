"""Every state once, and every choice in it once."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from pyqdemo.point import Access, Draw, Exhausted, Pending, Point, Step
from pyqdemo.strategies.diamonds import Diamonds, Mark
from pyqdemo.strategies.order import Modes, modes_of
from pyqdemo.strategies.sharing import Sharing
from pyqdemo.strategies.state_table import UNTRIED, Columns, Kind, StateTable, enabled_of, stands_of

__all__ = ["Passage", "States"]

AUDIT = 64  # one in so many executions that met only what is known goes on for a while
AUDITED = 16  # steps
WAYS = 64  # one in so many executions has all states on its way compared, not the last only
LONGEST = 2_000  # steps after which an execution leaves what is new to a later one
FARTHEST = 500  # steps up to which it goes on, through what is known, to what is not
NEAR = 200  # nodes that are looked at to find such a way
_DEPTH = 1 << 32
DATA = "data:"  # how parts of the program's plain data are called
_NOTHING: Modes = {}


class Passage(NamedTuple):
    """A step from a state to another one, or to an ending.

    Attributes:
        edges: that of its choice, and those of the draws within it.
        modes: how it touches what; see ``order.modes_of``.
    """

    state: int
    edges: tuple[int, ...]
    target: int
    task: str
    modes: Modes


class States:
    """Covers the graph of states: every choice in every state that can be reached.

    An execution repeats the way to a state where something has not been tried, tries it, and
    goes on as long as it finds something untried where it is. Then it is over (``pruned``).
    A program that goes round for ever has been seen whole when each of its states has.

    Only as good as the fingerprints: two points with the same one are taken for the same
    state. That is audited. Where a way is repeated tasks have to stand at each point as they
    did, and the state at its end, now and then every state on it, has to be the same. So has
    the state behind any choice that is made once more; and now and then an execution that
    could end goes on, along what is known.

    With ``reduce`` a step that touches nothing but what its task has for itself, the end of a
    sleep or the print of a line, is the only one tried where it can be taken: it commutes with
    whatever the others do, so what they do can just as well come after it. Endings, tasks that
    are stuck for ever and circles in which every task has its turn are found all the same,
    though not always by the way that is easiest to follow. That takes for granted that steps
    tell all that they touch, plain data too. What a task has for itself is what nobody else was
    seen to touch while it lived; where that is disproved after it was relied upon, all begins
    again. A step by which it would publish plain data that others touch is none of these, so that
    races still show.

    **Source**: stateless search with stored fingerprints (Musuvathi, Park, Chou, Engler and
    Dill, "CMC", OSDI 2002); the reduction is the simplest ample set, of one step (Clarke,
    Grumberg, Peled, "Model Checking", 1999, chapter 10); that what nobody shares is learned,
    as in Dwyer, Hatcliff, Robby and Ranganath, "Exploiting object escape and locking
    information in partial-order reductions", FMSD 2004. Where we differ: that no step is put
    off for ever round a circle is not looked up on a stack. The places at which a task stands
    are numbered as they are met, and its step is the only one tried if it leads up, or to a
    place at which its steps never are; no circle consists of such steps alone.

    Args:
        draws: the values of random draws are choices too.
        reduce: see above.
        longest: steps that an execution may have.

    Attributes:
        more: another execution is worth beginning.
        pruned: the execution that is over was stopped early; it came to no end of its own.
        nondeterminism: what came out differently when the same was done again; None while
            nothing did. Then nothing may be claimed.
    """

    observes = True

    def __init__(
        self, *, draws: bool = True, reduce: bool = True, longest: int = 2 * FARTHEST
    ) -> None:
        self.draws = draws
        self._farthest = min(FARTHEST, longest // 2)
        self.more = True
        self.pruned = False
        self.nondeterminism: str | None = None
        self._reduce = reduce
        self._sharing = Sharing()
        self._from_anew()
        self._begun = 0
        self._prunes = 0
        self._edge: int | None = None
        self.begin()

    @property
    def states(self) -> int:
        """How many states have been told apart."""
        return len(self._table.states)

    def graph(self) -> Columns:
        """What has been seen so far."""
        return self._table.columns()

    def _from_anew(self) -> None:
        self._table = StateTable()
        self._diamonds = Diamonds(self._table)
        self._besides: dict[int, Modes] = {}  # what steps touched that end, or drew
        self._open: list[int] = []  # where something may be untried, those of least depth first
        self._places: dict[int, int] = {}  # numbers of places, as they were met
        self._alone: set[int] = set()  # at these a task's step was the only one tried,
        self._never: set[int] = set()  # and at these it must not be

    def passages(self) -> Iterator[Passage]:
        """All steps that were taken, and those that follow from them, each once."""
        table = self._table
        for edge in range(len(table.target)):
            target = table.target[edge]
            if target < 0 or isinstance(table.of(target), Draw):
                continue
            modes = self._diamonds.touched(edge)
            if modes is None:
                modes = self._besides.get(edge, _NOTHING)
            edges: tuple[int, ...] = (edge,)
            while isinstance(table.of(table.source[edges[0]]), Draw):
                edges = (table.way(table.source[edges[0]])[-1], *edges)
            state = table.source[edges[0]]
            task = enabled_of(table.of(state))[edges[0] - table.first[state]]
            yield Passage(state, edges, target, task, modes)

    def way_to(self, state: int) -> list[int]:
        """Edges that lead from the first state to this one."""
        return self._table.way(state)

    def begin(self) -> None:
        """Raises RuntimeError if the last execution came to an end that was not told."""
        if self._edge is not None:
            raise RuntimeError("an execution is over, and ended() was not told how")
        if self._sharing.disproved:
            self._sharing.begin_again()
            self._from_anew()
        self._sharing.begin()
        self.pruned = False
        self._begun += 1
        self._last: Step | None = None
        self._from: int | None = None  # number of the place at which a step began that is alone
        self._lately: dict[str, tuple[Access, ...]] = {}  # plain data of each task's last step
        self._audited = 0
        self._at = 0
        self._way = self._table.way(self._open[0] % _DEPTH) if self._has_open() else []
        self._until = max(LONGEST, 2 * len(self._way))

    def choose(self, point: Point) -> str:
        """The next choice on the way; then any that has not been made in this state.

        Raises:
            Exhausted: all that can follow has been seen, or is left to another execution.
        """
        look = point.look()
        on_the_way = self._at < len(self._way) and self._begun % WAYS
        if self._reduce:
            self._share(point, look)
        node = self._pass(point, look) if on_the_way else self._arrive(point, look)
        if self.nondeterminism is not None:
            raise self._prune()
        edge = self._planned(node)
        if edge is None:
            edge = self._untried(node, point, look)
        if edge is None:
            edge = self._once_more(node)
        if edge is None:
            edge = self._onward(node, point.step)
        if edge is None:
            raise self._prune()
        self._edge = edge
        return point.enabled[edge - self._table.first[node]]

    def draw(self, draw: Draw) -> int:
        """The next value on the way; then one that has not been drawn there."""
        table, edge = self._table, self._edge
        assert edge is not None, "it is within a step"
        node = table.target[edge]
        if node == UNTRIED:
            node = table.add_draw(draw, edge)
            self._put_open(node)
        elif table.of(node) != draw:
            self._differs(edge, table.of(node), draw)
            return 0
        onward = self._planned(node)
        if onward is None:
            edges = table.edges(node)
            onward = next(table.untried(node), edges[self._prunes % len(edges)])
        self._edge = onward
        return onward - table.first[node]

    def over(self, last: Step) -> None:
        """The last step touched that."""
        self._last = last
        if self._reduce:
            self._sharing.add(last)
            self._sharing.arrive(frozenset(each.task for each in last.left), last.task)
            self._sharing.expect(last.left)

    def ended(self, key: str) -> None:
        """The execution came to its own end, which is the same as others' with that key.

        To be told after each that was not ``pruned``.
        """
        if self._edge is not None:
            self._settle(self._edge, self._table.ending(key), alone=False)
        self.more = self._has_more()

    # Inside.

    def _arrive(self, point: Point, look: tuple[Pending, ...]) -> int:
        """The node of the point; what led to it is recorded, or audited."""
        if point.state is None:
            raise ValueError("a strategy of states needs states to be told")
        table, state, stands = self._table, point.state(), stands_of(look)
        node = table.states.get(state)
        if node is None:
            if self._reduce:
                self._sharing.expect(look)
            node = table.add_state(state, stands)
            if len(table.edges(node)) > 1:
                self._put_open(node)
        self._compare(node, stands, point.step)
        if self._reduce:
            self._sharing.reach(node)
        self._last = point.last
        if self._edge is not None:
            self._settle(self._edge, node, self._was_alone(point, look))
        elif node:
            self._note("the first state is another one")
        return node

    def _pass(self, point: Point, look: tuple[Pending, ...]) -> int:
        """The node of a point on the way, by where the way leads."""
        node = self._table.source[self._way[self._at]]
        self._compare(node, stands_of(look), point.step)
        self._edge = None
        return node

    def _compare(self, node: int, stands: Kind, step: int) -> None:
        """Tasks have to stand in a node as they stood there before."""
        before = self._table.of(node)
        if before != stands:
            what = f"{_told(before)}; now {_told(stands)}"
            self._note(f"step {step}: in the same state before: {what}")

    def _settle(self, edge: int, node: int, alone: bool) -> None:
        """A step, chosen at an edge, led to a node; others beside it need not be tried, or do."""
        table, last = self._table, self._last
        before, self._edge = table.target[edge], None
        if before == UNTRIED:
            table.lead(edge, node)
            chosen_in = table.step(edge)
            goes_on = not isinstance(table.of(node), str)
            if goes_on and last is not None and chosen_in == table.source[edge]:
                mark = Mark(alone, self._sharing.after(last.task))
                for other in self._diamonds.add(edge, last.accesses, mark):
                    step, mark = self._diamonds.step(other)
                    self._sharing.put(step, self._alive_in(table.source[other]), mark.after)
            elif last is not None:
                self._besides[edge] = modes_of(last.accesses)
            if not alone and table.take_back(chosen_in):
                self._put_open(chosen_in)
        elif before != node:
            self._differs(edge, table.of(before), table.of(node))

    def _planned(self, node: int) -> int | None:
        if self._at == len(self._way) or self.nondeterminism is not None:
            return None
        edge = self._way[self._at]
        self._at += 1
        return edge if self._table.source[edge] == node else None

    def _untried(self, node: int, point: Point, look: tuple[Pending, ...]) -> int | None:
        """An edge to try: of a step that touches nothing, of who is running, of anybody."""
        table = self._table
        untried = list(table.untried(node))
        if not untried:
            return None
        if point.step > self._until:
            self._put_open(node)
            return None
        first, enabled = table.first[node], point.enabled
        if self._reduce and len(enabled) > 1:
            if any(self._diamonds.is_alone(edge) for edge in table.edges(node)):
                table.leave_out(node)
                return None
            local = [
                each
                for each in look
                if each.enabled and first + enabled.index(each.task) in untried
                if self._sharing.own(each.task, (*each.accesses, *self._lately.get(each.task, ())))
            ]
            local.sort(key=lambda each: each.task != point.running)
            for each in local:
                if self._leave_alone(point, each.task):
                    kept = first + enabled.index(each.task)
                    table.leave_out(node, kept)
                    return kept
        for edge in untried:
            if enabled[edge - first] == point.running:
                return edge
        return untried[0]

    # Steps that touch only what their task has for itself.

    def _share(self, point: Point, look: tuple[Pending, ...]) -> None:
        """Keeps what the last step shows of who shares what."""
        last, sharing = point.last, self._sharing
        if last is not None:
            sharing.add(last)
            touched = (*last.accesses, *self._lately.get(last.task, ()))
            if self._from is not None and sharing.own(last.task, touched):
                sharing.rely(last.task, touched)
            else:
                self._from = None
            self._lately[last.task] = tuple(
                access for access in last.accesses if access.part.startswith(DATA)
            )
        sharing.arrive(frozenset(each.task for each in look), point.running)

    def _alive_in(self, node: int) -> frozenset[str]:
        stands = self._table.of(node)
        assert not isinstance(stands, (Draw, str)), "steps begin in states"
        return frozenset(stand.task for stand in stands)

    def _leave_alone(self, point: Point, task: str) -> bool:
        """Notes that a task's step is to be the only one tried, if it may be."""
        place = None if point.place is None else point.place(task)
        if place is None or place in self._never:
            return False
        self._alone.add(place)
        self._from = self._places.setdefault(place, len(self._places))
        return True

    def _was_alone(self, point: Point, look: tuple[Pending, ...]) -> bool:
        """Whether the last step, which was the only one tried, may be so; see the class."""
        begun, self._from = self._from, None
        if begun is None:
            return False
        task = next((each for each in look if each.task == point.running), None)
        return task is None or self._moves_on(point, task, begun)

    def _moves_on(self, point: Point, pending: Pending, begun: int) -> bool:
        """Whether a task cannot go round for ever by such steps alone, from there to here."""
        place = None if point.place is None else point.place(pending.task)
        if place is None:
            return False
        if self._places.setdefault(place, len(self._places)) > begun or place in self._never:
            return True
        if place in self._alone or self._sharing.own(pending.task, pending.accesses):
            return False
        self._never.add(place)
        return True

    def _once_more(self, node: int) -> int | None:
        """Now and then, an edge that has been tried before."""
        if self._audited == 0:
            self._prunes += 1
            if self._prunes % AUDIT:
                return None
        if self._audited == AUDITED:
            return None
        self._audited += 1
        known = [edge for edge in self._table.edges(node) if self._table.target[edge] >= 0]
        return known[(self._prunes // AUDIT + self._audited) % len(known)] if known else None

    def _onward(self, node: int, step: int) -> int | None:
        """The first edge of a way from here to something untried, which is then followed; None
        if there is none near enough. It spares the steps from the beginning to there."""
        table = self._table
        came: dict[int, int] = {node: UNTRIED}  # by which edge
        near = [node]
        for each in near:
            if each != node and next(table.untried(each), None) is not None:
                way = []
                while each != node:
                    way.append(came[each])
                    each = table.source[came[each]]
                if step + len(way) > self._farthest:
                    return None
                self._way, self._at = way[::-1], 0
                return self._planned(node)
            if len(near) < NEAR:
                for edge in table.edges(each):
                    target = table.target[edge]
                    if target >= 0 and target not in came:
                        came[target] = edge
                        near.append(target)
        return None

    def _prune(self) -> Exhausted:
        self.pruned = True
        self.more = self._has_more()
        return Exhausted("what can follow has been seen")

    def _put_open(self, node: int) -> None:
        heappush(self._open, self._table.depth[node] * _DEPTH + node)

    def _has_more(self) -> bool:
        return self.nondeterminism is None and (self._sharing.disproved or self._has_open())

    def _has_open(self) -> bool:
        """Whether anything is untried; whatever is not open any more is forgotten."""
        while self._open and next(self._table.untried(self._open[0] % _DEPTH), None) is None:
            heappop(self._open)
        return bool(self._open)

    def _differs(self, edge: int, before: Kind, now: Kind) -> None:
        """The same was done again, and another node is behind it."""
        table, choice = self._table, self._choice(edge)
        node = table.source[choice]
        task = enabled_of(table.of(node))[choice - table.first[node]]
        then, behind = _told(before), _told(now)
        what = f"then: {then}; now: {behind}" if then != behind else "data behind it differed"
        self._note(f"{task} was chosen twice in the same state; {what}")

    def _choice(self, edge: int) -> int:
        """The edge of the state that a draw's edge is behind."""
        table = self._table
        while isinstance(table.of(table.source[edge]), Draw):
            edge = table.way(table.source[edge])[-1]
        return edge

    def _note(self, what: str) -> None:
        if self.nondeterminism is None:
            self.nondeterminism = what


def _told(kind: Kind) -> str:
    """What a node is, in words."""
    if isinstance(kind, Draw):
        return f"{kind.task} draws {kind.told}"
    if isinstance(kind, str):
        return f"the end ({kind})"
    return ", ".join(
        f"{stand.task} {stand.operation}{'' if stand.enabled else ' (blocked)'}" for stand in kind
    )
