"""Condition between processes: any of those who wait is woken, and the notifier waits for that.

A wait is four operations: ``LetGo`` (the task counts as asleep, the lock is free), ``Woken``
(it takes one of the permits to go on, or its bound is reached), ``Leave`` (it acknowledges
that it is awake, either way), ``TakeBack`` (it holds the lock again). A notify that finds
somebody asleep is two: ``Notify`` gives a permit for each it wakes; ``Acknowledged`` waits, the
lock in hand, until as many have acknowledged, and takes back permits that nobody took.

So whichever task wakes first takes the permit; one whose bound was reached, and has not left
yet, may be counted and swallow the notify; and one that was killed asleep counts as asleep for
ever: whoever notifies it waits for ever.

**Source**: ``Condition`` in CPython's ``Lib/multiprocessing/synchronize.py``, made of three
semaphores: ``sleeping``, ``woken`` and ``permits`` are their numbers. Only a task that holds
the condition's lock notifies or falls asleep, so these happen in one step each:

- counting oneself asleep and letting go of the lock; for nobody who could look holds it;
- settling the numbers (``woken`` off both), and giving the permits one by one: a waiter that
  takes one in between, or acknowledges, changes nothing that the rest looks at.

A kill between two lines inside one step is not shown: the lock would be held for ever, as it
is by one that is killed just before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.mp.locks import SemLockModel
from pyqdemo.kernel.mp.shared import Lost, SharedOperation, model_of
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.turnless import awaits, opens
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["MODELS", "OPERATIONS", "ConditionModel"]


class ConditionModel(Model):
    """A condition.

    Args:
        lock: id of the lock it belongs to; None where that is no lock between processes, so
            that there is neither wait nor notify.

    Attributes:
        sleeping: how many count as asleep, or have since woken and not been settled.
        woken: how many have acknowledged and not been settled.
        permits: to go on; 0 but while a notify is under way.
        inside: who is asleep or has not acknowledged yet.
        dead: those of them that are no more, and will never acknowledge.
    """

    kind = "mp_condition"

    def __init__(self, lock: str | None) -> None:
        super().__init__()
        self.lock = lock
        self.sleeping = 0
        self.woken = 0
        self.permits = 0
        self.inside: set[Task] = set()
        self.dead: list[Task] = []

    def process_over(self, process: Task, killed: bool) -> Iterator[Lost]:
        for task in sorted(self.inside, key=lambda each: each.place):
            if task.process is process and task not in self.dead:
                self.dead.append(task)
                yield Lost("kept", self.id, value="place among the waiters")


class _OnCondition(SharedOperation):
    def __init__(self, execution: Execution, task: Task, condition: str) -> None:
        super().__init__(execution, task)
        self.condition = model_of(execution, condition, ConditionModel)
        self.lock = model_of(execution, self.condition.lock or "", SemLockModel)
        self.target: str | None = condition

    def _part(self, name: str, mode: str) -> Access:
        return Access(f"{self.condition.id}.{name}", mode)


class LetGo(_OnCondition):
    """Falls asleep and lets go of the lock. The answer: how often it was held (of an RLock all
    of that is let go of, else once), and whether by a ``with`` statement.

    It is attempted as ``wait`` on the condition, and recorded as ``release`` of the lock.
    """

    kind = "wait"

    def apply(self, execution: Execution, task: Task) -> list[int]:
        condition, lock = self.condition, self.lock
        if not lock.mine(task):
            raise AssertionError("must acquire() condition before using wait()")
        times, scoped = lock.taken(task), lock.scoped
        condition.sleeping += 1
        for _ in range(times if lock.recursive else 1):
            lock.give(task)
        condition.inside.add(task)
        self.kind, self.target = "release", lock.id
        return [times, int(scoped)]

    def accesses(self) -> tuple[Access, ...]:
        opened = () if self.lock.value else (opens(self.lock.id),)
        return (Access(self.lock.id, "w"), self._part("sleeping", "a"), *opened)


class Woken(_OnCondition):
    """Takes a permit to go on; its answer is whether it got one before its bound was reached.

    It surely cannot go on before the lock's owner does, for whoever notifies holds the lock.
    """

    kind = "wait"

    def __init__(
        self, execution: Execution, task: Task, condition: str, timeout_s: float | None
    ) -> None:
        super().__init__(execution, task, condition)
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return self.condition.permits > 0

    def apply(self, execution: Execution, task: Task) -> bool:
        if self.condition.permits == 0:
            self.result = "False"
            return False
        self.condition.permits -= 1
        return True

    def accesses(self) -> tuple[Access, ...]:
        # ``wait_for`` reads the clock behind a wait that has a bound.
        clock = (Access("clock", "w"),) if clock_of(self) else ()
        return (self._part("permits", "w"), *clock)

    def needs(self) -> tuple[Task, ...]:
        owner = self.lock.owner()
        return () if owner is None else (owner,)


class Leave(_OnCondition):
    """Acknowledges that it is awake."""

    kind = "leave"

    def apply(self, execution: Execution, task: Task) -> None:
        self.condition.inside.discard(task)
        self.condition.woken += 1

    def accesses(self) -> tuple[Access, ...]:
        return (self._part("woken", "a"),)


class TakeBack(_OnCondition):
    """Takes the lock again.

    Args:
        times: how often it was held; an RLock is taken as often at once.
        scoped: by a ``with`` statement.
    """

    kind = "acquire"

    def __init__(
        self, execution: Execution, task: Task, condition: str, times: int, scoped: bool
    ) -> None:
        super().__init__(execution, task, condition)
        self.target = self.lock.id
        self._times = times if self.lock.recursive else 1
        self._scoped = scoped

    def ready(self) -> bool:
        return self.lock.free_for(self.task)

    def apply(self, execution: Execution, task: Task) -> None:
        for _ in range(self._times):
            self.lock.take(task)
        self.lock.scoped = self._scoped

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.lock.id, "w"), awaits(self.lock.id))

    def holders(self) -> tuple[Task, ...]:
        return tuple(self.lock.held)

    def needs(self) -> tuple[Task, ...]:
        owner = self.lock.owner()
        return () if owner is None else (owner,)


class Notify(_OnCondition):
    """Gives a permit for each who counts as asleep; the answer is how many acknowledgements
    are to be waited for. It is recorded as ``wake`` where there are any.

    Args:
        count: how many to wake at most; None for all.
    """

    kind = "notify"

    def __init__(
        self, execution: Execution, task: Task, condition: str, count: float | None
    ) -> None:
        super().__init__(execution, task, condition)
        self.count = count
        self.value = "all" if count is None else str(count)

    def apply(self, execution: Execution, task: Task) -> int:
        condition = self.condition
        if not self.lock.mine(task):
            raise AssertionError("lock is not owned")
        if condition.permits:
            condition.permits -= 1
            raise AssertionError("notify: Should not have been able to acquire _wait_semaphore")
        while condition.woken:
            condition.woken -= 1
            if not condition.sleeping:
                text = "notify: Bug in sleeping_count.acquire- res should not be False"
                raise AssertionError(text)
            condition.sleeping -= 1
        sleepers = 0
        while condition.sleeping and (self.count is None or sleepers < self.count):
            condition.sleeping -= 1
            condition.permits += 1
            sleepers += 1
        if sleepers:
            self.kind = "wake"
        return sleepers

    def accesses(self) -> tuple[Access, ...]:
        parts = (self._part(name, "w") for name in ("sleeping", "woken", "permits"))
        return (Access(self.lock.id, "r"), *parts)


class Acknowledged(_OnCondition):
    """Waits until as many as were woken have acknowledged.

    Args:
        sleepers: how many.
        count: how many were to be woken; None for all.
    """

    kind = "notify"

    def __init__(
        self,
        execution: Execution,
        task: Task,
        condition: str,
        sleepers: int,
        count: float | None,
    ) -> None:
        super().__init__(execution, task, condition)
        self._sleepers = sleepers
        self.value = "all" if count is None else str(count)

    def ready(self) -> bool:
        return self.condition.woken >= self._sleepers

    def apply(self, execution: Execution, task: Task) -> None:
        self.condition.woken -= self._sleepers
        self.condition.permits = 0

    def accesses(self) -> tuple[Access, ...]:
        return (self._part("woken", "w"), self._part("permits", "w"))

    def holders(self) -> tuple[Task, ...]:
        """Whose acknowledgement is missing; only the dead, if that alone is what is missing."""
        return self.needs() or tuple(sorted(self.condition.inside, key=lambda each: each.place))

    def needs(self) -> tuple[Task, ...]:
        """A dead one: all the others together are not enough, and nobody can join them."""
        condition = self.condition
        alive = len(condition.inside) - len(condition.dead)
        enough = condition.woken + alive >= self._sleepers
        return () if enough else tuple(condition.dead[:1])


class Look(SharedOperation):
    """What a repr tells: how many wait."""

    kind = "value"
    quiet = True

    def __init__(self, execution: Execution, task: Task, condition: str) -> None:
        super().__init__(execution, task)
        self._condition = model_of(execution, condition, ConditionModel)
        self.target = condition

    def apply(self, execution: Execution, task: Task) -> int:
        return self._condition.sleeping - self._condition.woken

    def accesses(self) -> tuple[Access, ...]:
        id = self._condition.id
        return (Access(f"{id}.sleeping", "r"), Access(f"{id}.woken", "r"))


MODELS: dict[str, Callable[..., Model]] = {ConditionModel.kind: ConditionModel}

OPERATIONS: dict[str, Callable[..., Operation]] = {
    "mp.cond_let_go": LetGo,
    "mp.cond_woken": Woken,
    "mp.cond_leave": Leave,
    "mp.cond_take_back": TakeBack,
    "mp.notify": Notify,
    "mp.acknowledged": Acknowledged,
    "mp.cond_look": Look,
}
