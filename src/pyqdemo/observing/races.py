"""Races: plain data that two tasks touch without anything that orders them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from pyqdemo.observing.notes import UNSEEN, Key
from pyqdemo.observing.places import Touch
from pyqdemo.point import Access, Step

__all__ = [
    "Clock",
    "Clocks",
    "Move",
    "Pair",
    "Scan",
    "Unordered",
    "contested",
    "orders",
    "pair_of",
    "races",
]

Clock = dict[str, int]
"""Of each task, how much of it is known to have happened."""

Pair = tuple[str, str, str]
"""A part of the plain data, and two tasks that touch it, in the order of their ids."""

#: Nothing is synchronised by these.
_NO_ORDER = ("clock", "data:", "lives", "names:")
_SPLIT = (".head", ".tail")
_MOST = 50_000
_NOBODY: dict[str, Clock] = {}
_NOTHING: Clock = {}


class Unordered(NamedTuple):
    """As ``report.Race``."""

    name: str
    places: tuple[str, str]
    tasks: tuple[str, str]


class Move(NamedTuple):
    """An item that a step put into a queue, first in and first out, or took out of it.

    Attributes:
        queue: its id.
        put: in; else out.
        most: how many the queue holds, 0 for any number.
    """

    queue: str
    put: bool
    most: int


_Undo = tuple[str, Clock | None, Move | None, list[tuple[str, dict[str, Clock]]]]
"""A step's task, its clock before, a move, and what lay published before."""

Moves = Mapping[int, Move]
"""Of some steps, by their places among all of them."""


class _Row(NamedTuple):
    """A step that touched plain data: its number, its task, and what."""

    number: int
    task: str
    data: tuple[Access, ...]


class _Span:
    """How a task touched a part, and from which step to which one."""

    __slots__ = ("first", "last", "mode")

    def __init__(self, mode: str, number: int) -> None:
        self.mode = mode
        self.first = self.last = number


class _Before(NamedTuple):
    """The last time that a task touched a part in one way."""

    time: int
    touch: Touch


class Clocks:
    """The vector clocks of one execution, over operations: sleeping orders nothing.

    An operation is ordered behind all those before it that it depends on.

    A put and a get of one queue take the same lock, but either can come first, and nobody tries
    both orders: nothing follows from the one that was met. Where it is known what went into a
    queue and out of it, a get comes behind the put of its item, and a put behind the get that
    made room for it, and that is all. Where that is not known, a queue counts as one part.

    Args:
        moves: it is known, and told with each step.

    Attributes:
        of: of each step what had happened when its operation did. What the step's code does then
            has the time behind that of its own task, and is published by the task's next
            operation.

    **Source**: Mattern, "Virtual Time and Global States of Distributed Systems", 1989; what
    makes an order, as in Flanagan, Freund, "FastTrack", PLDI 2009.
    """

    def __init__(self, *, moves: bool = False) -> None:
        self.of: list[Clock] = []
        self._clocks: dict[str, Clock] = {}
        self._published: dict[str, dict[str, Clock]] = {}
        self._parts = _apart if moves else _as_one
        self._moved: dict[str, tuple[list[Clock], list[Clock]]] = {}
        self._undo: list[_Undo] = []

    def step(self, step: Step, move: Move | None = None) -> Clock:
        """One more step; its clock."""
        task, published = step.task, self._published
        accesses = self._parts(step.accesses)
        last = self._clocks.get(task)
        if last is None:
            clock = {task: 1}
            for started in published.get(f"life:{task}", _NOBODY).values():
                _join(clock, started)
        else:
            clock = last.copy()
            clock[task] += 1
        for part, mode in accesses:
            if part in published:
                for known, other in published[part].items():
                    if known != mode or mode == "w":
                        _join(clock, other)
        if move is not None:
            self._move(clock, move)
        self.of.append(clock)
        self._clocks[task] = clock
        before = [self._publish(part, mode, clock) for part, mode in accesses]
        self._undo.append((task, last, move, before))
        return clock

    def cut(self, length: int) -> None:
        """Takes back all steps but the first so many."""
        while len(self.of) > length:
            self.of.pop()
            task, last, move, published = self._undo.pop()
            if last is None:
                del self._clocks[task]
            else:
                self._clocks[task] = last
            if move is not None:
                self._moved[move.queue][move.put].pop()
            for part, known in reversed(published):
                self._published[part] = known

    def _publish(self, part: str, mode: str, clock: Clock) -> tuple[str, dict[str, Clock]]:
        """Nothing that lies in ``_published`` is ever changed. Returns what lay there before."""
        before = self._published.get(part, _NOBODY)
        if mode == "w" or not before:  # a write has learned all that was known
            self._published[part] = {mode: clock}
        else:
            joined = clock.copy()
            _join(joined, before.get(mode, _NOTHING))
            self._published[part] = {**before, mode: joined}
        return part, before

    def _move(self, clock: Clock, move: Move) -> None:
        moved = self._moved.setdefault(move.queue, ([], []))
        mine, others = moved[move.put], moved[not move.put]
        place = len(mine) - (move.most if move.put else 0)
        if 0 <= place < len(others) and (move.most or not move.put):
            _join(clock, others[place])
        mine.append(clock)


class Scan:
    """Looks for races in one execution after another; what two have in common is looked at once.

    Attributes:
        steps: of the last one.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._data: list[_Row] = []
        self._tasks: dict[str, set[str]] = {}
        self._written: set[str] = set()
        self._shared: set[str] = set()
        self._kept: dict[Step, tuple[Access, ...]] = {}
        self._clocks = Clocks(moves=True)

    def take(
        self,
        steps: Sequence[Step],
        moves: Callable[[], Moves],
        common: int,
        known: Collection[Pair],
    ) -> set[Pair]:
        """Who races in an execution, at what, besides those who are known to.

        Args:
            steps: as a strategy that observes was told them.
            moves: gives those of these steps.
            common: that many steps are as in the last one.
        """
        del self.steps[common:]
        self.steps += steps[common:]
        self._clocks.cut(common)
        while self._data and self._data[-1].number >= common:
            self._data.pop()
        shared = len(self._shared)
        self._look(common)
        if len(self._shared) > shared:
            self._kept.clear()
            self._data.clear()
            self._look(0)
        pairs = {
            pair
            for pair, between in _contested(self._data).items()
            if pair not in known and not (between and self._joined(pair, *between))
        }
        return pairs and self._unordered(pairs, moves())

    def _look(self, first: int) -> None:
        """Keeps of the steps from there on what counts."""
        for number in range(first, len(self.steps)):
            step = self.steps[number]
            # Plain data comes last among what a step touched.
            if step.accesses and step.accesses[-1].part.startswith("data:"):
                data = self._kept.get(step)
                if data is None:
                    data = self._kept[step] = self._of_several(step)
                if data:
                    self._data.append(_Row(number, step.task, data))

    def _of_several(self, step: Step) -> tuple[Access, ...]:
        """What a step touched that more than one task touches, so far as is known, and somebody
        changes."""
        data = _data(step.accesses)
        for part, mode in data:
            tasks = self._tasks.setdefault(part, set())
            tasks.add(step.task)
            if mode != "r":
                self._written.add(part)
            if len(tasks) > 1 and part in self._written:
                self._shared.add(part)
        if len(self._kept) > _MOST:
            self._kept.clear()
        return tuple(access for access in data if access.part in self._shared)

    def _joined(self, pair: Pair, last: int, first: int) -> bool:
        """Whether it is plain that the later one of two tasks touched the part only behind the
        other one's end, for which it waited: what most programs do with their results."""
        early, late = self.steps[last].task, self.steps[first].task
        ended = Access(f"once:life:{early}", "r")
        between = self.steps[last : first + 1]
        return any(step.task == late and ended in step.accesses for step in between)

    def _unordered(self, pairs: set[Pair], moves: Moves) -> set[Pair]:
        steps, clocks = self.steps, self._clocks
        for number in range(len(clocks.of), self._data[-1].number + 1):
            clocks.step(steps[number], moves.get(number))
        parts = {part for part, _, _ in pairs}
        before: dict[str, dict[tuple[str, str], int]] = {}
        found: set[Pair] = set()
        for number, task, data in self._data:
            clock = clocks.of[number]
            for part, mode in data:
                if part not in parts:
                    continue
                met = before.setdefault(part, {})
                for (other, its), time in met.items():
                    if other != task and (its == "w" or its != mode) and time > clock.get(other, 0):
                        found.add(pair_of(part, task, other))
                met[task, mode] = clock[task] + 1
        return found & pairs


def pair_of(part: str, one: str, other: str) -> Pair:
    """Two tasks at a part."""
    return (part, one, other) if one < other else (part, other, one)


def orders(parts: Iterable[str]) -> bool:
    """Whether a step that touches these publishes what its task did before."""
    return any(not part.startswith(_NO_ORDER) for part in parts)


def contested(steps: Iterable[Step]) -> set[Pair]:
    """Who touched the same plain data in these steps, at least one writing: ordered or not."""
    rows = (_Row(number, step.task, _data(step.accesses)) for number, step in enumerate(steps))
    return set(_contested(rows))


def _contested(rows: Iterable[_Row]) -> dict[Pair, tuple[int, int] | None]:
    """As ``contested``; of two of whom one came only behind the other, the last step of the
    earlier one and the first of the later one."""
    touched: dict[str, dict[str, _Span]] = {}
    shared: dict[str, None] = {}
    for number, task, data in rows:
        for part, mode in data:
            tasks = touched.get(part)
            if tasks is None:
                touched[part] = {task: _Span(mode, number)}
                continue
            span = tasks.get(task)
            if span is None:
                tasks[task] = _Span(mode, number)
                shared[part] = None
            else:
                span.last = number
                if span.mode != mode:
                    span.mode = "w"
    found: dict[Pair, tuple[int, int] | None] = {}
    for part in shared:
        tasks = touched[part]
        for one, mine in tasks.items():
            for other, its in tasks.items():
                if one < other and (mine.mode == "w" or mine.mode != its.mode):
                    early, late = (mine, its) if mine.first < its.first else (its, mine)
                    apart = early.last < late.first
                    found[part, one, other] = (early.last, late.first) if apart else None
    return found


def races(
    steps: Sequence[Step], touches: Sequence[Sequence[Touch]], moves: Moves | None = None
) -> list[Unordered]:
    """Each pair of places that touch the same plain data unordered, at least one writing.

    Args:
        steps: of one execution, as a strategy that observes was told them.
        touches: of the same steps; see ``PlacedNotes``.
        moves: of the same steps; None if nobody knows, see ``Clocks``.
    """
    clocks = Clocks(moves=moves is not None)
    before: dict[Key, dict[tuple[str, str, str], _Before]] = {}
    names: dict[object, str] = {}
    found: dict[tuple[Key, Touch, Touch], tuple[str, str]] = {}
    for number, (step, touched) in enumerate(zip(steps, touches, strict=True)):
        clock = clocks.step(step, None if moves is None else moves.get(number))
        for touch in touched:
            if touch.name is not None:
                names.setdefault(touch.key, touch.name)
            known = before.setdefault(touch.key, {})
            for (task, mode, _), last in known.items():
                writes = mode == "w" or mode != touch.mode
                if task != step.task and writes and last.time > clock.get(task, 0):
                    found.setdefault((touch.key, last.touch, touch), (task, step.task))
            known[step.task, touch.mode, touch.place] = _Before(clock[step.task] + 1, touch)
    return _told(found.items(), names)


def _told(
    found: Iterable[tuple[tuple[Key, Touch, Touch], tuple[str, str]]], names: dict[object, str]
) -> list[Unordered]:
    """Each once, with one name for each place and object."""
    told: dict[tuple[object, tuple[str, str]], Unordered] = {}
    for (key, one, other), tasks in found:
        name = one.name or other.name or names.get(key) or str(key[1]).lstrip(".")
        if _line(other.place) < _line(one.place):
            one, other, tasks = other, one, (tasks[1], tasks[0])
        places = (one.place, other.place)
        # An item, and the whole that it is part of, are told as one: by the shorter name.
        place = (key[0] if key[1] != "|" else key, places)
        before = told.get(place)
        if before is None or len(name) < len(before.name):
            told[place] = Unordered(name, places, tasks)
    return list(dict.fromkeys(told.values()))


def _line(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line)


@lru_cache(_MOST)
def _as_one(accesses: tuple[Access, ...]) -> tuple[Access, ...]:
    """What makes an order, with both ends of a queue behind one lock."""
    return tuple(Access(_part(part), mode) for part, mode in _apart(accesses))


@lru_cache(_MOST)
def _apart(accesses: tuple[Access, ...]) -> tuple[Access, ...]:
    """What makes an order."""
    return tuple(access for access in accesses if not access.part.startswith(_NO_ORDER))


@lru_cache(_MOST)
def _data(accesses: tuple[Access, ...]) -> tuple[Access, ...]:
    return tuple(
        access for access in accesses if access.part.startswith("data:") and access.part != UNSEEN
    )


def _part(part: str) -> str:
    for end in _SPLIT:
        part = part.removesuffix(end)
    return part


def _join(clock: Clock, other: Clock) -> None:
    for task, time in other.items():
        if clock.get(task, 0) < time:
            clock[task] = time
