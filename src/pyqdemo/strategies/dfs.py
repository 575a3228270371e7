"""Every schedule there is, one after another."""

from __future__ import annotations

from pyqdemo.point import Draw, Exhausted, Point, Step
from pyqdemo.strategies.tree import Accesses, Node, Tree, asleep_behind

__all__ = ["Dfs"]


class Dfs:
    """Depth first over all choices, and over the values of draws.

    At each point the running task goes on first, if it can, so that executions come in the
    order of few preemptions. When ``more`` is false, every execution there is has been begun
    exactly once, so far as the bounds let it: nothing is found of what lies behind the end of
    one that was cut short (by a bound on steps, say), which the caller has to take into account.

    Args:
        preemptions: the most there may be in one execution, None for no bound.
        sleep: leaves out executions that differ from one before in the order of independent
            steps alone; see ``tree.asleep_behind``. Not together with a bound on preemptions,
            since what was tried instead may have been cut by that.
        draws: the program's draws are choices too.

    Attributes:
        pruned: the execution that is over was stopped: what could follow has been seen.
        limited: the bound on preemptions has left something out.
    """

    def __init__(
        self, preemptions: int | None = None, sleep: bool = False, draws: bool = True
    ) -> None:
        assert not sleep or preemptions is None, "sleep sets know nothing of preemptions"
        self.observes = sleep
        self.draws = draws
        self.pruned = False
        self.limited = False
        self._preemptions = preemptions
        self._tree = Tree()
        self._under_way = False

    @property
    def more(self) -> bool:
        """Whether another execution is worth beginning."""
        self._end()
        return self._tree.more

    @property
    def nondeterminism(self) -> str | None:
        """What was not as before when choices were repeated; None if nothing was."""
        self._end()
        return self._tree.nondeterminism

    def begin(self) -> None:
        self._end()
        self._tree.begin()
        self.pruned = False
        self._under_way = True

    def choose(self, point: Point) -> str:
        """The next task on the way.

        Raises:
            Exhausted: what could follow has been seen, or this is another program.
        """
        tree = self._tree
        known = len(tree.way)
        if point.last is not None and 0 < point.step - 1 <= known:
            tree.way[point.step - 2].touch(point.last.accesses)
        chosen = tree.follow(point)
        return self._new(point) if chosen is None else chosen

    def draw(self, draw: Draw) -> int:
        """The next value to try. Raises Exhausted where something else was drawn before."""
        return self._tree.draw(draw)

    def over(self, last: Step) -> None:
        """Told the last step, where sleep sets are asked for."""
        tree = self._tree
        if self._under_way and not self.pruned and 0 < tree.taken == len(tree.way):
            tree.way[-1].touched = None

    def _end(self) -> None:
        if self._under_way:
            self._under_way = False
            self._tree.over()

    def _new(self, point: Point) -> str:
        way = self._tree.way
        before = way[-1] if way else None
        asleep: dict[str, Accesses] = {}
        if before is not None and point.last is not None:
            asleep = asleep_behind(before, point.last)
        tried = [task for task in point.enabled if task not in asleep]
        if not tried:
            self.pruned = True
            raise Exhausted("what could follow has been seen")
        if point.running in tried:
            tried.remove(point.running)
            tried.insert(0, point.running)
        spent = 0 if before is None else before.spent + before.preempts()
        if spent == self._preemptions and point.running in point.enabled and len(tried) > 1:
            self.limited = True
            del tried[1:]
        node = Node(point, tried.pop(0), asleep, spent)
        node.todo = tried
        self._tree.grow(node)
        return node.chosen
