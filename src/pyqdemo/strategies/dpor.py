"""One schedule for each way in which the steps can depend on each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pyqdemo.point import Draw, Exhausted, Pending, Point, Step
from pyqdemo.strategies.order import Clock, Modes, Order, join, modes_of
from pyqdemo.strategies.tree import Accesses, Node, Tree, asleep_behind

__all__ = ["Dpor"]


class _Next(NamedTuple):
    """A step that comes next, or would if its task could go on.

    Attributes:
        happens: it does; else what it touches is only what its operation does.
        after: as of ``order.Taken``.
        let_on: steps that enabled it where it was blocked, since ``after``, the last one first.
        known: what happened before it in any case; see ``Order.forced``.
        clock: what happened before it.
    """

    task: str
    happens: bool
    modes: Modes
    after: int
    let_on: list[int]
    known: Clock
    clock: Clock


class Dpor:
    """Executions that differ in more than the order of independent steps.

    Every execution there is has the same steps, in the same order wherever one depends on the
    other, as one that has been begun when ``more`` is false. So every result, exception and
    deadlock is found. (Of executions that a circle of waiting tasks ends while daemons could go
    on, one at least is found, and not each with all that its daemons might yet have done.)
    That holds so long as no execution is cut short from outside, which the caller has to take
    into account; and in loose time, for in strict time each step depends on the others' sleeps.

    Plain data counts where ``Point.last`` tells it. Executions that were begun in vain, for one
    like them has been, are ``pruned``; there can be some.

    **Source**: Abdulla, Aronsson, Jonsson, Sagonas, "Source Sets: A Foundation for Optimal
    Dynamic Partial Order Reduction", Journal of the ACM 64(4), 2017, algorithm 1 (source-DPOR)
    with sleep sets. Where we differ: tasks block on other things than locks, so what lets a task
    go on comes before it (``_could_come_before``); races are looked for when an execution is
    over, with what each step turned out to touch; what a task attempted in vain, up to the end
    or until its process ended, counts as a step then; values of draws are tried as steps of one
    task.

    Args:
        draws: the program's draws are choices too.

    Attributes:
        pruned: the execution that is over was stopped: what could follow has been seen.
    """

    observes = True

    def __init__(self, draws: bool = True) -> None:
        self.draws = draws
        self.pruned = False
        self._tree = Tree()
        self._order = Order()
        self._steps: list[Step] = []
        self._born: dict[str, int] = {}
        self._swept: list[tuple[int, Pending]] = []
        self._look: Callable[[], tuple[Pending, ...]] = tuple

    @property
    def more(self) -> bool:
        """Whether another execution is worth beginning."""
        return self._tree.more

    @property
    def nondeterminism(self) -> str | None:
        """What was not as before when choices were repeated; None if nothing was."""
        return self._tree.nondeterminism

    def begin(self) -> None:
        self._tree.begin()
        self.pruned = False
        self._steps.clear()

    def choose(self, point: Point) -> str:
        """The next task on the way.

        Raises:
            Exhausted: what could follow has been seen, or this is another program.
        """
        if point.last is not None and len(self._steps) < point.step - 1:
            self._steps.append(point.last)
        self._look = point.look
        chosen = self._tree.follow(point)
        return self._new(point) if chosen is None else chosen

    def draw(self, draw: Draw) -> int:
        """The next value to try. Raises Exhausted where something else was drawn before."""
        return self._tree.draw(draw)

    def over(self, last: Step) -> None:
        """Told the last step: finds what else is to be tried, and goes there."""
        tree = self._tree
        way, order = tree.way, self._order
        if len(self._steps) < tree.taken:
            self._steps.append(last)
        for number, step in enumerate(self._steps):
            if number < len(order.steps):
                self._compare(number, step)
            else:
                self._take(step)
        if len(order.steps) == tree.taken == len(way) > 0:
            if not self.pruned:
                way[-1].touched = None
            self._take_left()
        self._look = tuple
        tree.over()
        self._cut(max(0, len(way) - 1))

    def _new(self, point: Point) -> str:
        way = self._tree.way
        asleep = asleep_behind(way[-1], self._steps[-1]) if way else {}
        tried = [task for task in point.enabled if task not in asleep]
        if not tried:
            self.pruned = True
            blocked = tuple(each for each in point.look() if not each.enabled)
            self._look = lambda: blocked  # of the others each has been tried
            raise Exhausted("what could follow has been seen")
        chosen = point.running if point.running in tried else tried[0]
        self._tree.grow(Node(point, chosen, asleep, 0))
        return chosen

    # When an execution is over.

    def _compare(self, number: int, step: Step) -> None:
        """A step was repeated: it has touched what it did before."""
        before, now = self._order.steps[number].modes, modes_of(step.accesses)
        if now != before:
            only = (before.items() - now.items(), now.items() - before.items())
            told = (tuple(f"{part}:{mode}" for part, mode in sorted(each)) for each in only)
            self._tree.note(number + 1, "touched", *told)

    def _take(self, step: Step) -> None:
        """A step was new: it may have come too late for some, and others for it."""
        order, number = self._order, len(self._order.steps)
        node = self._tree.way[number]
        for task in node.enabled:  # whoever is made can begin at once
            self._born.setdefault(task, number - 1)
        node.touch(step.accesses)
        coming = self._coming(step.task, step.accesses, happens=True)
        self._race(coming)
        order.add(step.task, coming.modes, coming.after, coming.clock)
        if number + 1 < len(self._tree.way):
            left = {pending.task for pending in self._tree.way[number + 1].look}
            for pending in node.look:  # with a process all of its tasks end
                if pending.task not in left and pending.task != step.task:
                    self._swept.append((number, pending))

    def _take_left(self) -> None:
        """What was attempted at the end, and never happened, might have happened before."""
        last = self._tree.way[-1]
        left = {pending.task: pending for pending in self._look()}
        if not self.pruned:  # but for the last one as before the end, which may have been theirs
            left |= {each.task: each for each in last.look if each.task != last.chosen}
        for number, pending in self._swept:
            self._race(self._coming(pending.task, pending.accesses, happens=False), number)
        for task, pending in left.items():
            self._race(self._coming(task, pending.accesses, happens=False))
            if not self.pruned and task in last.enabled and not last.knows(task):
                last.todo.append(task)  # the end was too early for it, whatever it is

    def _coming(self, task: str, accesses: Accesses, *, happens: bool) -> _Next:
        order, way, modes = self._order, self._tree.way, modes_of(accesses)
        end = len(order.steps)
        own = order.of_task.get(task)
        after = own[-1] if own else self._born.get(task, end - 1)
        let_on, enabled = [], happens
        for step in range(end - 1, after, -1):
            before = task in way[step].enabled
            if enabled and not before:
                let_on.append(step)
            enabled = before
        last = let_on[0] if happens and let_on else -1
        clock = order.clock_of(modes, after, last)
        return _Next(task, happens, modes, after, let_on, order.forced(modes, after), clock)

    def _race(self, coming: _Next, until: int | None = None) -> None:
        """Has every order tried in which a step comes before one on which it depends.

        Args:
            until: the last step before which it could have come; None for any.
        """
        order, way = self._order, self._tree.way
        hidden: Clock = {}
        rivals = order.conflicts(coming.task, coming.modes, coming.known)
        for rival in rivals:
            if until is not None and rival > until:
                continue
            if hidden.get(order.steps[rival].task, -1) >= rival:
                continue  # another order of what lies between comes first
            if order.opened(rival, coming.modes):
                continue
            waited = coming.after < rival
            if waited and coming.task in way[rival].enabled:
                join(hidden, order.steps[rival].clock)
            elif waited and not self._could_come_before(rival, coming, rivals):
                continue
            self._insert(rival, coming)

    def _could_come_before(self, rival: int, coming: _Next, rivals: Sequence[int]) -> bool:
        """Whether a step that was blocked before its rival might have been let on without it:
        by a step behind the rival that is not due to that."""
        order = self._order
        return any(
            step > rival and not order.happened_before(rival, step)
            for step in (*rivals, *coming.let_on)
        )

    def _insert(self, rival: int, coming: _Next) -> None:
        """Has a beginning tried, before the rival, of what leads to the step without it."""
        node, order = self._tree.way[rival], self._order
        firsts: dict[str, tuple[int, Clock]] = {}
        for task in order.of_task:
            step = order.next_of(task, rival)
            if step is not None and not order.happened_before(rival, step):
                firsts[task] = step, order.steps[step].clock
        firsts.setdefault(coming.task, (len(order.steps), coming.clock))
        initials = [
            task
            for task, (_, clock) in firsts.items()
            if not any(
                clock.get(other, -1) >= step for other, (step, _) in firsts.items() if other != task
            )
            and not (task == coming.task and self._sleeps_through(rival, coming))
        ]
        if any(node.knows(task) for task in initials):
            return
        able = [task for task in initials if task in node.enabled]
        if coming.task in able:
            able = [coming.task]
        node.todo += able[:1] or [task for task in node.enabled if not node.knows(task)]

    def _sleeps_through(self, rival: int, coming: _Next) -> bool:
        """Whether a step that never happened is asleep before its rival, but touched more when it
        did happen: then something between the rival and the end should come before it."""
        order, node = self._order, self._tree.way[rival]
        touched = node.asleep.get(coming.task)
        if touched is None or coming.happens:
            return False
        conflicts = order.conflicts(coming.task, modes_of(touched), coming.known)
        return any(step > rival and not order.happened_before(rival, step) for step in conflicts)

    def _cut(self, length: int) -> None:
        self._order.cut(length)
        self._born = {task: step for task, step in self._born.items() if step < length}
        while self._swept and self._swept[-1][0] >= length:
            self._swept.pop()
