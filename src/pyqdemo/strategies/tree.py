"""The tree of all executions, depth first: the way that is being followed, and what is left.

Executions cannot be taken back, so each one begins at the root: it repeats the choices that
lead to the deepest point with something left to try, and is checked against what was seen
there before. Of the tree only the present way is kept.
"""

from __future__ import annotations

from itertools import zip_longest

from pyqdemo.point import Access, Draw, Exhausted, Pending, Point, Step, depend

__all__ = ["Accesses", "Drawn", "Node", "Tree", "asleep_behind"]

Accesses = tuple[Access, ...]


class Drawn:
    """A value that was chosen within a step.

    Attributes:
        told, options: as of ``point.Draw``.
        value: the one that is being tried; those below it have been.
    """

    __slots__ = ("options", "told", "value")

    def __init__(self, told: str, options: int) -> None:
        self.told = told
        self.options = options
        self.value = 0


class Node:
    """A point on the way.

    Attributes:
        running, enabled: as of ``point.Point``.
        look: the tasks that were alive, with what they attempted.
        chosen: the task that is being tried.
        todo: those that are still to be tried, the next one first.
        done: those that have been, with all that their steps touched, in any of the executions;
            None for a step with which an execution ended. It came too early for the others,
            so it commutes with none of them.
        asleep: those that need not be tried, with what their steps touch: a node further up has
            tried each of them, and nothing since was in its way.
        touched: what the chosen task's step has touched so far.
        drawn: the values that were chosen within that step.
        spent: preemptions before this point.
    """

    __slots__ = (
        "asleep",
        "chosen",
        "done",
        "drawn",
        "enabled",
        "look",
        "running",
        "spent",
        "todo",
        "touched",
    )

    def __init__(self, point: Point, chosen: str, asleep: dict[str, Accesses], spent: int) -> None:
        self.running = point.running
        self.enabled = point.enabled
        self.look = point.look()
        self.chosen = chosen
        self.todo: list[str] = []
        self.done: dict[str, Accesses | None] = {}
        self.asleep = asleep
        self.touched: Accesses | None = ()
        self.drawn: list[Drawn] = []
        self.spent = spent

    def preempts(self) -> bool:
        """Whether what is being tried is a preemption."""
        return self.chosen != self.running and self.running in self.enabled

    def knows(self, task: str) -> bool:
        """Whether that task has been tried here, is to be, or need not be."""
        return task == self.chosen or task in self.todo or task in self.done or task in self.asleep

    def touch(self, accesses: Accesses) -> None:
        """The chosen task's step has touched these, in one more execution."""
        if self.touched is not None and self.touched != accesses:
            self.touched = tuple(dict.fromkeys((*self.touched, *accesses)))


def asleep_behind(node: Node, step: Step) -> dict[str, Accesses]:
    """Who need not be tried behind a node's choice: whom that step leaves asleep.

    **Source**: sleep sets, Godefroid, "Partial-Order Methods for the Verification of Concurrent
    Systems", LNCS 1032, 1996, chapter 5.
    """
    tried = {**node.asleep, **node.done}
    return {
        task: touched
        for task, touched in tried.items()
        if touched is not None and not depend(touched, step.accesses)
    }


class Tree:
    """A way through the tree.

    Attributes:
        way: its points, the first one first.
        taken: steps that the present execution has taken.
        more: something is left to try, or nothing has been tried.
        nondeterminism: what was not as before when choices were repeated; None while nothing
            was. From then on there is no more.
    """

    def __init__(self) -> None:
        self.way: list[Node] = []
        self.taken = 0
        self.more = True
        self.nondeterminism: str | None = None
        self._known = 0
        self._draws = 0

    def begin(self) -> None:
        """A new execution begins."""
        self._known = len(self.way)
        self.taken = 0
        self._draws = 0

    def follow(self, point: Point) -> str | None:
        """What to choose where the way is known; None behind its end.

        Raises:
            Exhausted: the execution is not the one that it was.
        """
        step = point.step
        if self.taken == step - 1 < self._known:
            self._check_draws(step - 1)
        self._draws = 0
        if step > len(self.way):
            return None
        node = self.way[step - 1]
        if point.enabled != node.enabled:
            self._differs(step, "enabled", node.enabled, point.enabled)
        if step == self._known:
            self._check_look(node, point)
        self.taken = step
        return node.chosen

    def grow(self, node: Node) -> None:
        """A new point on the way."""
        self.way.append(node)
        self.taken = len(self.way)

    def draw(self, draw: Draw) -> int:
        """The value to be tried.

        Raises:
            Exhausted: another one was asked for here before.
        """
        drawn = self.way[self.taken - 1].drawn
        if self._draws == len(drawn):
            drawn.append(Drawn(draw.told, draw.options))
        known = drawn[self._draws]
        if (known.told, known.options) != (draw.told, draw.options):
            before, now = f"{known.told} of {known.options}", f"{draw.told} of {draw.options}"
            self._differs(self.taken, "drew", before, now)
        self._draws += 1
        return known.value

    def over(self) -> None:
        """The execution is over: goes to the deepest point where something is left to try."""
        if self.taken < self._known and self.nondeterminism is None:
            now = f"the end, after {self.taken} steps"
            self.note(self.taken + 1, "came", self.way[self.taken].chosen, now)
        self.more = self.nondeterminism is None and self._turn()

    def _turn(self) -> bool:
        way = self.way
        while way:
            node = way[-1]
            while node.drawn:
                last = node.drawn[-1]
                last.value += 1
                if last.value < last.options:
                    return True
                node.drawn.pop()
            node.done[node.chosen] = node.touched
            if node.todo:
                node.chosen, node.touched = node.todo.pop(0), ()
                return True
            way.pop()
        return False

    def _check_draws(self, step: int) -> None:
        """Whether a step that was repeated as it was has drawn as often as it did."""
        before, now = len(self.way[step - 1].drawn) if step else 0, self._draws
        if before != now:
            self._differs(step, "drew", f"{before} times", f"{now} times")

    def _check_look(self, node: Node, point: Point) -> None:
        """Whether everybody attempts what he did: asked where something else is chosen now."""
        attempts = zip_longest(_attempted(node.look), _attempted(point.look()), fillvalue=())
        for before, now in attempts:
            if before != now:
                self._differs(point.step, "attempted", before, now)

    def note(self, step: int, what: str, before: object, now: object) -> None:
        """Notes a difference between a step that was repeated and what it was before."""
        self.nondeterminism = f"step {step}: {what} {_told(now)}; before, {_told(before)}"

    def _differs(self, step: int, what: str, before: object, now: object) -> None:
        self.note(step, what, before, now)
        raise Exhausted(self.nondeterminism)


def _attempted(look: tuple[Pending, ...]) -> list[tuple[str | None, ...]]:
    return [(each.task, each.operation, each.resource) for each in look]


def _told(what: object) -> str:
    if isinstance(what, tuple):
        return " ".join(str(part) for part in what if part is not None) or "nothing"
    return str(what)
