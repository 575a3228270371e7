"""Lock and RLock: who holds what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.turnless import awaits, opens
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Acquire", "LockModel", "Locked", "RLockModel", "Release", "clock_of"]


class LockModel(Model):
    """A lock that anybody may release.

    Attributes:
        owner: the task that took it last; None while it is free.
        times: how often the owner holds it.
        scoped: it was taken by a ``with`` statement, so that only its owner lets go of it.
    """

    kind = "lock"

    def __init__(self) -> None:
        super().__init__()
        self.owner: Task | None = None
        self.times = 0
        self.scoped = False

    def matters(self) -> Mapping[str, Any]:
        """By whom a lock is held that anybody may let go of is of no consequence."""
        if self.owner is None or not self.scoped:
            return {"held": self.owner is not None}
        return {"owner": self.owner, "times": self.times}

    def free_for(self, task: Task) -> bool:
        """Whether that task could take it now."""
        return self.owner is None

    def take(self, task: Task) -> None:
        self.owner = task
        self.times += 1

    def give(self, task: Task) -> None:
        """Lets go of it once. Raises RuntimeError where that is not allowed."""
        if self.owner is None:
            raise RuntimeError("release unlocked lock")
        self.times -= 1
        if self.times == 0:
            self.owner = None

    def held_by(self, task: Task) -> bool:
        """What a condition asks before a wait or notify: a lock only knows whether it is held."""
        return self.owner is not None


class RLockModel(LockModel):
    """A lock that its owner may take again, and only its owner releases."""

    kind = "rlock"

    def matters(self) -> Mapping[str, Any]:
        if self.owner is None:
            return {}
        return {"owner": self.owner, "times": self.times, "scoped": self.scoped}

    def free_for(self, task: Task) -> bool:
        return self.owner is None or self.owner is task

    def give(self, task: Task) -> None:
        if self.owner is not task:
            raise RuntimeError("cannot release un-acquired lock")
        super().give(task)

    def held_by(self, task: Task) -> bool:
        return self.owner is task


class Acquire(Operation):
    """Takes a lock, or tries to; its answer is whether it was got.

    Args:
        task: who takes it; an RLock asks for that.
        scoped: by a ``with`` statement, so that only the holder will let go of it.
    """

    kind = "acquire"

    def __init__(
        self,
        lock: LockModel,
        task: Task,
        block: bool = True,
        timeout_s: float | None = None,
        scoped: bool = False,
    ) -> None:
        self.lock = lock
        self.task = task
        self.target = lock.id
        self.block = block
        self.timeout_s = timeout_s
        self.scoped = scoped

    def ready(self) -> bool:
        return not self.block or self.lock.free_for(self.task)

    def apply(self, execution: Execution, task: Task) -> bool:
        if not self.lock.free_for(task):
            self.result = "False"
            return False
        self.lock.take(task)
        self.lock.scoped = self.scoped
        return True

    def accesses(self) -> tuple[Access, ...]:
        mine = Access(self.lock.id, "w")
        waits = self.block and self.timeout_s is None and self.lock.owner is not self.task
        return (mine, awaits(self.lock.id)) if waits else (mine, *clock_of(self))

    def holders(self) -> tuple[Task, ...]:
        return () if self.lock.owner is None else (self.lock.owner,)

    def needs(self) -> tuple[Task, ...]:
        """The owner of an RLock, or of a lock that a ``with`` statement took. One that was taken
        by a plain ``acquire`` anybody may let go of: it may be a gate, and a daemon that goes on
        may be the one to open it. (Where nobody goes on, that is seen without this.)"""
        lock, owner = self.lock, self.lock.owner
        owned = isinstance(lock, RLockModel) or lock.scoped
        return (owner,) if owner is not None and owned else ()


class Release(Operation):
    """Lets go of a lock."""

    kind = "release"

    def __init__(self, lock: LockModel) -> None:
        self.lock = lock
        self.target = lock.id

    def apply(self, execution: Execution, task: Task) -> None:
        self.lock.give(task)

    def accesses(self) -> tuple[Access, ...]:
        # One that nobody holds it only refuses to release.
        held = self.lock.owner is not None
        return (Access(self.lock.id, "w"), *((opens(self.lock.id),) if held else ()))


class Locked(Operation):
    """Asks whether a lock is held."""

    kind = "locked"

    def __init__(self, lock: LockModel) -> None:
        self.lock = lock
        self.target = lock.id

    def apply(self, execution: Execution, task: Task) -> bool:
        held = self.lock.owner is not None
        self.result = str(held)
        return held

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.lock.id, "r"),)


def clock_of(operation: Operation) -> tuple[Access, ...]:
    """What a bound adds to an operation's accesses: where it is reached, the clock moves on."""
    return () if operation.timeout_s is None else (Access("clock", "a"),)
