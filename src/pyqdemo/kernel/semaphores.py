"""Semaphore and BoundedSemaphore: a number of permits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["AcquirePermit", "ReadValue", "ReleasePermits", "SemaphoreModel"]


class SemaphoreModel(Model):
    """A semaphore.

    Args:
        value: permits that are free at first.
        most: permits there may ever be, None for no limit.

    Attributes:
        held: who has how many permits, the first taker first; for who-waits-for-what.
        signals: somebody gave what it had not taken. From then on permits are signals, or
            pass from hand to hand, and nobody is said to hold any.
    """

    def __init__(self, value: int, most: int | None = None) -> None:
        super().__init__()
        self.kind = "semaphore" if most is None else "bounded_semaphore"
        self.value = value
        self.most = most
        self.held: dict[Task, int] = {}
        self.signals = False

    untold = Model.untold | {"held", "signals"}

    def take(self, task: Task) -> None:
        self.value -= 1
        if not self.signals:
            self.held[task] = self.held.get(task, 0) + 1

    def give(self, task: Task, count: int) -> None:
        """Raises ValueError where there would be too many."""
        if self.most is not None and self.value + count > self.most:
            raise ValueError("Semaphore released too many times")
        self.value += count
        left = self.held.get(task, 0) - count
        if left < 0:
            self.signals = True
            self.held.clear()
        elif left:
            self.held[task] = left
        else:
            del self.held[task]


class AcquirePermit(Operation):
    """Takes a permit, or tries to; its answer is whether it was got."""

    kind = "acquire"

    def __init__(
        self, semaphore: SemaphoreModel, block: bool = True, timeout_s: float | None = None
    ) -> None:
        self.semaphore = semaphore
        self.target = semaphore.id
        self.block = block
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return not self.block or self.semaphore.value > 0

    def apply(self, execution: Execution, task: Task) -> bool:
        if self.semaphore.value <= 0:
            self.result = "False"
            return False
        self.semaphore.take(task)
        return True

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.semaphore.id, "w"), *clock_of(self))

    def holders(self) -> tuple[Task, ...]:
        return tuple(self.semaphore.held)


class ReleasePermits(Operation):
    """Gives permits back, or new ones; one of a bounded semaphore may be refused."""

    kind = "release"

    def __init__(self, semaphore: SemaphoreModel, count: int = 1) -> None:
        self.semaphore = semaphore
        self.target = semaphore.id
        self.count = count
        self.value = str(count)

    def apply(self, execution: Execution, task: Task) -> None:
        self.semaphore.give(task, self.count)

    def accesses(self) -> tuple[Access, ...]:
        # Which of two comes too often for a bound depends on their order; else they add up.
        return (Access(self.semaphore.id, "a" if self.semaphore.most is None else "w"),)


class ReadValue(Operation):
    """Looks how many permits are free."""

    kind = "value"

    def __init__(self, semaphore: SemaphoreModel) -> None:
        self.semaphore = semaphore
        self.target = semaphore.id

    def apply(self, execution: Execution, task: Task) -> int:
        self.result = str(self.semaphore.value)
        return self.semaphore.value

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.semaphore.id, "r"),)
