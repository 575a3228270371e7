"""Lock, RLock, Semaphore and BoundedSemaphore between processes: permits of the system's.

**Source**: ``SemLock`` in CPython's ``Modules/_multiprocessing/semaphore.c``, as on Linux. All
four are one number that all processes share. Beside it each process notes for itself how often
it has taken it more than given, and which of its threads was the last to take. From these notes
alone an RLock, or a condition, tells whose it is: a Lock that another process has let go of is
still noted as its taker's own. ``taken`` and ``mine`` are those notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.mp.agreed import SEM_VALUE_MAX
from pyqdemo.kernel.mp.shared import Lost, SharedOperation, model_of
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.turnless import awaits, opens
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["MODELS", "OPERATIONS", "OnSemLock", "SemLockModel"]


class SemLockModel(Model):
    """Permits.

    Args:
        kind: the resource's.
        value: permits that are free at first.
        most: permits there may be before a release is refused.

    Attributes:
        recursive: who has it may take it again, and nobody else can give it back.
        held: who has how many permits, the first taker first; for who-waits-for-what.
        signals: somebody gave what it had not taken. From then on permits are signals, or
            pass from hand to hand, and nobody is said to hold any. (Not so of a Lock: there
            is but one permit, and it is clear who took it.)
        scoped: a lock that was taken by a ``with`` statement, so that only its taker lets go.
    """

    def __init__(self, kind: str, value: int, most: int) -> None:
        super().__init__()
        self.kind = kind
        self.value = value
        self.most = most
        self.recursive = kind == "mp_rlock"
        self.held: dict[Task, int] = {}
        self.signals = False
        self.scoped = False
        self._taken: dict[Task, int] = {}
        self._last: dict[Task, Task] = {}

    def matters(self) -> Mapping[str, Any]:
        """Who holds a permit that anybody may give back is of no consequence."""
        notes = (
            (process.id, count, self._last[process].id if count > 0 else None)
            for process, count in self._taken.items()
            if count
        )
        owner = self.owner()
        return {
            "value": self.value,
            "most": self.most,
            "notes": tuple(sorted(notes)),
            "owner": None if owner is None else owner.id,
            "scoped": self.scoped and not self.value,
        }

    @property
    def is_lock(self) -> bool:
        """Whether it is a Lock or RLock."""
        return self.kind in ("mp_lock", "mp_rlock")

    def taken(self, task: Task) -> int:
        """How often the task's process has taken it more than given; after a fork 0."""
        return self._taken.get(task.process, 0)

    def mine(self, task: Task) -> bool:
        """Whether the notes of the task's process say that the task has it."""
        return self.taken(task) > 0 and self._last.get(task.process) is task

    def free_for(self, task: Task) -> bool:
        """Whether that task could take it now."""
        return self.value > 0 or (self.recursive and self.mine(task))

    def take(self, task: Task) -> None:
        process = task.process
        if not (self.recursive and self.mine(task)):
            self.value -= 1
            self._last[process] = task
            if not self.signals:
                self.held[task] = self.held.get(task, 0) + 1
        self._taken[process] = self.taken(task) + 1

    def give(self, task: Task) -> None:
        """Lets go of it once.

        Raises:
            AssertionError: an RLock that is not the task's.
            ValueError: there would be more permits than there may be.
        """
        if self.recursive and not self.mine(task):
            raise AssertionError("attempt to release recursive lock not owned by thread")
        if not self.recursive and self.value >= self.most:
            raise ValueError("semaphore or lock released too many times")
        taken = self._taken[task.process] = self.taken(task) - 1
        if self.recursive and taken > 0:
            return
        self.value += 1
        self._given(task)

    def _given(self, task: Task) -> None:
        if self.is_lock:
            self.held.clear()
        elif left := self.held.pop(task, 0) - 1:
            if left > 0:
                self.held[task] = left
            else:
                self.signals = True
                self.held.clear()

    def owner(self) -> Task | None:
        """Without whom it surely does not become free: the owner of an RLock, or of a Lock that
        a ``with`` statement took. One that was taken by a plain ``acquire`` anybody may let go
        of."""
        if self.recursive or (self.is_lock and self.scoped):
            return next(iter(self.held), None)
        return None

    def process_over(self, process: Task, killed: bool) -> Iterator[Lost]:
        """What is held stays held. (Of a process that left by itself only what nobody else
        gives back: it may have taken a permit for good.)"""
        owner = self.owner()
        for task, permits in self.held.items():
            if task.process is process and (killed or task is owner):
                yield Lost("kept", self.id, value=None if self.is_lock else str(permits))


class OnSemLock(SharedOperation):
    """An operation on a lock or semaphore.

    Args:
        lock: its id.
    """

    def __init__(self, execution: Execution, task: Task, lock: str) -> None:
        super().__init__(execution, task)
        self.lock = model_of(execution, lock, SemLockModel)
        self.target: str | None = lock


class Acquire(OnSemLock):
    """Takes it, or tries to; its answer is whether it was got.

    Args:
        scoped: by a ``with`` statement.
    """

    kind = "acquire"

    def __init__(
        self,
        execution: Execution,
        task: Task,
        lock: str,
        block: bool = True,
        timeout_s: float | None = None,
        scoped: bool = False,
    ) -> None:
        super().__init__(execution, task, lock)
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
        touched = Access(self.lock.id, "w")
        again = self.lock.recursive and self.lock.mine(self.task)
        waits = self.block and self.timeout_s is None and not again
        return (touched, awaits(self.lock.id)) if waits else (touched, *clock_of(self))

    def holders(self) -> tuple[Task, ...]:
        return tuple(self.lock.held)

    def needs(self) -> tuple[Task, ...]:
        owner = self.lock.owner()
        return () if owner is None else (owner,)


class Release(OnSemLock):
    """Gives one permit back, or a new one where there may be more."""

    kind = "release"

    def __init__(self, execution: Execution, task: Task, lock: str) -> None:
        super().__init__(execution, task, lock)
        self.value = None if self.lock.is_lock else "1"

    def apply(self, execution: Execution, task: Task) -> None:
        self.lock.give(task)

    def accesses(self) -> tuple[Access, ...]:
        # Which of two comes too often for a bound depends on their order; else they add up.
        if self.lock.most == SEM_VALUE_MAX:
            return (Access(self.lock.id, "a"),)
        opened = () if self.lock.value else (opens(self.lock.id),)
        return (Access(self.lock.id, "w"), *opened)


class Locked(OnSemLock):
    """Asks whether no permit is free."""

    kind = "locked"

    def apply(self, execution: Execution, task: Task) -> bool:
        self.result = str(self.lock.value == 0)
        return self.lock.value == 0

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.lock.id, "r"),)


class ReadValue(OnSemLock):
    """Looks how many permits are free."""

    kind = "value"

    def apply(self, execution: Execution, task: Task) -> int:
        self.result = str(self.lock.value)
        return self.lock.value

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.lock.id, "r"),)


class Look(ReadValue):
    """What a repr tells: how many permits are free, what the own process has noted, and
    whether that says that the lock is one's own."""

    quiet = True

    def apply(self, execution: Execution, task: Task) -> list[int]:  # type: ignore[override]  # it has more to tell
        lock = self.lock
        return [lock.value, lock.taken(task), int(lock.mine(task))]


MODELS: dict[str, Callable[..., Model]] = {
    "mp_lock": lambda: SemLockModel("mp_lock", 1, 1),
    "mp_rlock": lambda: SemLockModel("mp_rlock", 1, 1),
    "mp_semaphore": lambda value: SemLockModel("mp_semaphore", value, SEM_VALUE_MAX),
    "mp_bounded_semaphore": lambda value: SemLockModel("mp_bounded_semaphore", value, value),
}

OPERATIONS: dict[str, Callable[..., Operation]] = {
    "mp.acquire": Acquire,
    "mp.release": Release,
    "mp.locked": Locked,
    "mp.sem_value": ReadValue,
    "mp.sem_look": Look,
}
