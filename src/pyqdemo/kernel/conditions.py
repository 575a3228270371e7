"""Condition: those who wait until somebody notifies them.

A wait is three operations, so that others may go on between any two of them: ``LetGo`` (the
lock is free, the task among the waiters), ``Woken`` (it was notified and holds the lock
again) or else (its bound was reached) ``TakeBack``. Only the last takes a task whose bound
was reached from among the waiters, so until then it may swallow a notify.

**Source**: ``Condition`` in CPython's ``Lib/threading.py``. There a task that was notified
wakes first and takes the lock then; as nobody can notice the moment in between, that is one
operation here.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import Acquire, LockModel, Release, clock_of
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.turnless import awaits, opens
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["ConditionModel", "Enter", "Leave", "LetGo", "Notified", "Notify", "TakeBack", "Woken"]


class ConditionModel(Model):
    """A condition.

    Args:
        lock: the one it belongs to; None if that is an object of the program's own, which
            is taken and given back by operations of its own.

    Attributes:
        waiters: what those attempt who wait, in the order in which they are notified.
    """

    kind = "condition"

    def __init__(self, lock: LockModel | None) -> None:
        super().__init__()
        self.lock = lock
        self.waiters: deque[Notified | Woken] = deque()

    def leave(self, waiter: Notified | Woken) -> None:
        """Takes a waiter from among the others, unless it was notified meanwhile."""
        if not waiter.notified:
            self.waiters.remove(waiter)  # by identity: operations have no equality


class LetGo(Operation):
    """Lets go of the condition's lock as often as it is held; its answer is what to do next.

    It is attempted as ``wait`` on the condition, and recorded as what can be seen of it: a
    ``release`` of the lock for each time it was held.

    Args:
        timeout_s: bound of the wait.
    """

    kind = "wait"

    def __init__(
        self, condition: ConditionModel, lock: LockModel, task: Task, timeout_s: float | None
    ) -> None:
        self.condition = condition
        self.lock = lock
        self.target = condition.id
        self._onward = Woken(condition, lock, task, timeout_s)

    def apply(self, execution: Execution, task: Task) -> Woken:
        lock = self.lock
        if not lock.held_by(task):
            raise RuntimeError("cannot wait on un-acquired lock")
        self._onward.times, self._onward.scoped = lock.times, lock.scoped
        self.condition.waiters.append(self._onward)
        for _ in range(lock.times - 1):
            _within(self, Release(lock), execution, task)
        lock.give(task)
        self.kind, self.target = "release", lock.id
        return self._onward

    def accesses(self) -> tuple[Access, ...]:
        opened = () if self.lock.owner is None else (opens(self.lock.id),)
        return (Access(self.lock.id, "w"), Access(self.condition.id, "w"), *opened)


class Woken(Acquire):
    """A waiter: once it is notified it takes the lock again, as often as it was held.

    Its answer is whether it was notified. If its bound was reached first, it does not hold
    the lock yet, and ``TakeBack`` comes next.

    It is an ``Acquire`` in that it surely cannot go on before the lock's owner does, for
    whoever notifies holds the lock too.

    Attributes:
        notified: from then on no bound counts.
        times: how often it held the lock.
    """

    kind = "wait"

    def __init__(
        self, condition: ConditionModel, lock: LockModel, task: Task, timeout_s: float | None
    ) -> None:
        super().__init__(lock, task, timeout_s=timeout_s)
        self.condition = condition
        self.target = condition.id
        self.notified = False
        self.times = 1

    def ready(self) -> bool:
        return self.notified and self.lock.free_for(self.task)

    def apply(self, execution: Execution, task: Task) -> bool:
        if not self.notified:
            self.result = "False"
            return False
        for _ in range(self.times):
            _within(self, Acquire(self.lock, task, scoped=self.scoped), execution, task)
        return True

    def accesses(self) -> tuple[Access, ...]:
        last = (awaits(self.lock.id),) if self.timeout_s is None else _clock(self)
        return (Access(self.lock.id, "w"), Access(self.condition.id, "r"), *last)

    def holders(self) -> tuple[Task, ...]:
        return super().holders() if self.notified else ()


class TakeBack(Acquire):
    """A waiter whose bound was reached takes the lock again, and leaves the others then."""

    def __init__(self, waiter: Woken) -> None:
        super().__init__(waiter.lock, waiter.task, scoped=waiter.scoped)
        self.waiter = waiter

    def apply(self, execution: Execution, task: Task) -> bool:
        for _ in range(self.waiter.times - 1):
            _within(self, Acquire(self.lock, task, scoped=self.scoped), execution, task)
        self.waiter.condition.leave(self.waiter)
        return super().apply(execution, task)

    def accesses(self) -> tuple[Access, ...]:
        return (*super().accesses(), Access(self.waiter.condition.id, "w"))


class Notify(Operation):
    """Wakes those who wait, the first of them first, whether or not their bound was reached.

    Args:
        count: how many at most; None for all.
    """

    kind = "notify"

    def __init__(self, condition: ConditionModel, count: int | None) -> None:
        self.condition = condition
        self.target = condition.id
        self.count = count
        self.value = "all" if count is None else str(count)

    def apply(self, execution: Execution, task: Task) -> None:
        condition = self.condition
        if condition.lock is not None and not condition.lock.held_by(task):
            raise RuntimeError("cannot notify on un-acquired lock")
        count = len(condition.waiters) if self.count is None else self.count
        while condition.waiters and count > 0:
            count -= 1
            waiter = condition.waiters.popleft()
            waiter.notified = True
            waiter.timeout_s = waiter.deadline_ns = None

    def accesses(self) -> tuple[Access, ...]:
        mine = Access(self.condition.id, "w")
        lock = self.condition.lock
        return (mine,) if lock is None else (mine, Access(lock.id, "r"))


class Enter(Operation):
    """Joins the waiters of a condition whose lock is the program's own object.

    Its answer is what to do next, when that object was released.
    """

    kind = "enter"

    def __init__(self, condition: ConditionModel, timeout_s: float | None) -> None:
        self.condition = condition
        self.target = condition.id
        self._onward = Notified(condition, timeout_s)

    def apply(self, execution: Execution, task: Task) -> Notified:
        self.condition.waiters.append(self._onward)
        return self._onward

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.condition.id, "w"),)


class Notified(Operation):
    """A waiter that takes its lock again by itself; its answer is whether it was notified."""

    kind = "wait"

    def __init__(self, condition: ConditionModel, timeout_s: float | None) -> None:
        self.condition = condition
        self.target = condition.id
        self.timeout_s = timeout_s
        self.notified = False

    def ready(self) -> bool:
        return self.notified

    def apply(self, execution: Execution, task: Task) -> bool:
        if not self.notified:
            self.result = "False"
        return self.notified

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.condition.id, "r"), *_clock(self))


class Leave(Operation):
    """A waiter whose bound was reached leaves the others, when it has its lock again."""

    kind = "leave"

    def __init__(self, waiter: Notified) -> None:
        self.waiter = waiter
        self.target = waiter.condition.id

    def apply(self, execution: Execution, task: Task) -> None:
        self.waiter.condition.leave(self.waiter)

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.waiter.condition.id, "w"),)


def _clock(waiter: Operation) -> tuple[Access, ...]:
    """``wait_for`` reads the clock behind a wait that has a bound, so this is more than to
    move it on."""
    return (Access("clock", "w"),) if clock_of(waiter) else ()


def _within(outer: Operation, inner: Operation, execution: Execution, task: Task) -> None:
    """One more event of the same step, from the same line."""
    inner.location, inner.quiet = outer.location, outer.quiet
    execution.perform(task, inner)
