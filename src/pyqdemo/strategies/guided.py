"""The choices that lead to something wanted, the most promising first."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from pyqdemo.point import Access, Draw, Exhausted, Pending, Point, Step
from pyqdemo.strategies.sameness import Sameness

__all__ = ["Guide", "Guided", "Leading"]

UNKEYED = 8  # steps without a choice after which the state is looked at all the same
STATES = 1_000_000  # that are remembered; those behind them may be visited again
PATIENCE = 2.0  # by which something else has to be better
STEPS = 40.0  # and by one more for so many steps that it takes to get there


class Leading(NamedTuple):
    """A choice that may lead to what is wanted.

    Attributes:
        choice: id of a task, or an option of a draw.
        cost: how little it promises; 0 for the best.
        accesses: what the step touches.
    """

    choice: str | int
    cost: float
    accesses: tuple[Access, ...] = ()


class Guide(Protocol):
    """Knows what is wanted. It sees one execution after the other."""

    def arrive(self) -> bool:
        """A point is reached; False if what happened leads to nothing."""

    def standing(self) -> bytes:
        """What of that is there, as far as it decides what can follow."""

    def gain(self) -> float:
        """How far it has been reached at this point: what the costs so far are worth."""

    def reached(self) -> bool:
        """Whether all that is wanted is there; then the search is over."""

    def leading(self, point: Point, look: tuple[Pending, ...]) -> list[Leading]:
        """The tasks that can take a step which does not lead away, at least one hopefully."""

    def options(self, draw: Draw) -> Iterable[Leading]:
        """All the options of a draw."""


class _Way:
    """Choices up to a point: the way to the last one, and that one.

    Attributes:
        spent: what all of them cost.
        worth: that less what had been gained before the last of them; the least is the best.
        accesses: what the last step touches.
    """

    __slots__ = ("accesses", "before", "choice", "spent", "worth")

    def __init__(self, before: _Way | None, leading: Leading, gain: float) -> None:
        self.before = before
        self.choice, cost, self.accesses = leading
        spent = cost + (0.0 if before is None else before.spent)
        self.spent: float = spent
        self.worth = spent - gain


class Guided:
    """Searches the tree of choices, of tasks and of drawn values, best first.

    An execution repeats the way to the best choice that is still open, makes it, and goes on
    with the best one at each point, as long as it promises more than what else is open. Where
    nothing leads on, or a state has been visited before, it ends. So all choices that lead
    anywhere are made in the end, if there is an end: ``more`` is False then.

    **Source**: best-first search (Hart, Nilsson, Raphael, "A Formal Basis for the Heuristic
    Determination of Minimum Cost Paths", 1968) without a promise that what is found first is
    the cheapest: what leads on in the execution under way is followed for a while although
    something else is slightly better, since to go elsewhere costs a whole new execution.

    Args:
        guide: tells what leads on, and when it is done.
        states: points with the same fingerprint are visited once. Else those are to which the
            same steps have led, but for the order of some that commute; the program's plain
            data is not looked at then, so nothing follows from ``more`` being False.

    Attributes:
        more: another execution is worth beginning; something is open.
        cut: something was left out for want of memory: nothing follows from ``more`` being
            False.
        nondeterminism: what differed when choices were repeated; None while nothing did.
        steps: of the last execution, where there are states.
    """

    draws = True

    def __init__(self, guide: Guide, *, states: bool = False) -> None:
        self.observes = states
        self.steps: list[Step] = []
        self.more = True
        self.cut = False
        self.nondeterminism: str | None = None
        self._guide = guide
        self._states = states
        self._open: list[tuple[float, int, int, _Way]] = []
        self._opened = 0
        self._seen: set[object] = set()
        self._first = True

    @property
    def states(self) -> int:
        """How many states have been told apart."""
        return len(self._seen)

    def begin(self) -> None:
        self.steps = []
        self._path: list[_Way] = []
        self._at = 0
        self._way: _Way | None = None
        if not self._first:
            self._path = self._next()
        self._first = False
        self._unkeyed = 0
        self._same = Sameness()
        self._task = ""

    def choose(self, point: Point) -> str:
        """The next choice on the way; then the most promising one.

        Raises:
            Exhausted: nothing leads on, all of it has been visited, or something else
                promises more.
        """
        if point.last is not None:
            self.steps.append(point.last)
        if self._at < len(self._path):
            wanted = self._path[self._at].choice
            if wanted not in point.enabled:
                raise self._differs(point.step, wanted, ", ".join(point.enabled))
            self._go(self._path[self._at])
            return str(wanted)
        guide = self._guide
        if not guide.arrive():
            raise Exhausted("what was printed leads to nothing")
        look = point.look()
        leading = guide.leading(point, look)
        if guide.reached():
            for each in leading:  # whoever wants more goes on from here
                self._put(_Way(self._way, each, guide.gain()))
            raise Exhausted("it is found")
        if not leading or self._was_here(point, len(leading)):
            raise Exhausted("nothing new leads on")
        choice = self._take(leading, guide.gain(), leave=True)
        assert isinstance(choice, str), "tasks have names"
        return choice

    def draw(self, draw: Draw) -> int:
        """The next value on the way; then the most promising one."""
        if self._at < len(self._path):
            wanted = self._path[self._at].choice
            if not isinstance(wanted, int) or wanted >= draw.options:
                raise self._differs(0, wanted, f"{draw.told}")
            self._go(self._path[self._at])
            return wanted
        self._guide.arrive()
        way = self._way
        assert way is not None, "it is within a step"
        options = list(self._guide.options(draw))
        choice = self._take(options, way.spent - way.worth, leave=False)
        assert isinstance(choice, int), "options are numbers"
        return choice

    def over(self, last: Step) -> None:
        """The last step touched that."""
        self.steps.append(last)

    def ended(self) -> None:
        """The execution is over, by itself or not; to be told after each."""
        self.more = bool(self._open)

    # Inside.

    def _was_here(self, point: Point, ways: int) -> bool:
        """Whether the state has been visited; it is not looked at where there is no choice."""
        key: object = (self._same.number, self._guide.standing())
        if not self._states:
            pass
        elif ways > 1 or self._unkeyed > UNKEYED:
            assert point.state is not None, "a search of states needs states to be told"
            key, self._unkeyed = point.state(), 0
        else:
            self._unkeyed += 1
            return False
        if key in self._seen:
            return True
        if len(self._seen) < STATES:
            self._seen.add(key)
        else:
            self.cut = True
        return False

    def _take(self, leading: list[Leading], gain: float, *, leave: bool) -> str | int:
        """The best of them; the others stay open. Raises Exhausted: what is open is better."""
        leading.sort(key=_cost)
        best, *others = [_Way(self._way, each, gain) for each in leading]
        for way in others:
            self._put(way)
        if leave and self._open:
            patience = PATIENCE + self._at / STEPS
            if best.worth > self._open[0][0] + patience:
                self._put(best)
                raise Exhausted("something else promises more")
        self._go(best)
        return best.choice

    def _put(self, way: _Way) -> None:
        self._opened += 1
        heappush(self._open, (way.worth, -self._at, self._opened, way))

    def _next(self) -> list[_Way]:
        """The choices up to the best one that is open."""
        *_, way = heappop(self._open)
        path = []
        last: _Way | None = way
        while last is not None:
            path.append(last)
            last = last.before
        return path[::-1]

    def _go(self, way: _Way) -> None:
        self._at += 1
        self._way = way
        if isinstance(way.choice, str):
            self._task = way.choice
            self._same.step(way.choice, way.accesses)
        else:
            self._same.draw(self._task, way.choice)

    def _differs(self, step: int, wanted: str | int, there: str) -> Exhausted:
        if self.nondeterminism is None:
            self.nondeterminism = f"step {step}: {wanted} before; now {there}"
        return Exhausted("it is not the same as before")


def _cost(leading: Leading) -> float:
    return leading.cost
