"""Event: a flag that tasks wait for.

A wait for a flag that is down is two operations: ``Look`` joins those who wait, ``Raised``
goes on. So a ``set`` reaches everybody who waited before it, even if a ``clear`` follows at
once, and nobody who comes between the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Clear", "FlagModel", "IsSet", "Look", "Raised", "Set"]


class FlagModel(Model):
    """A flag.

    Attributes:
        up: whether it is set.
        waiters: what those attempt who wait for it.
    """

    kind = "event"
    # Who waits is seen by what the tasks attempt; all are reached at once.
    untold = Model.untold | {"waiters"}

    def __init__(self) -> None:
        super().__init__()
        self.up = False
        self.waiters: list[Raised] = []


class _OnFlag(Operation):
    def __init__(self, flag: FlagModel) -> None:
        self.flag = flag
        self.target = flag.id

    def _waiters(self) -> str:
        """The part of the flag that knows who waits."""
        return f"{self.flag.id}.waiters"


class Set(_OnFlag):
    """Sets the flag, and reaches all who wait."""

    kind = "set"

    def apply(self, execution: Execution, task: Task) -> None:
        self.flag.up = True
        for waiter in self.flag.waiters:
            waiter.reached = True
        self.flag.waiters.clear()

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.flag.id, "w"), Access(self._waiters(), "w"))


class Clear(_OnFlag):
    """Takes the flag down; who was reached by a ``set`` before does not mind."""

    kind = "clear"

    def apply(self, execution: Execution, task: Task) -> None:
        self.flag.up = False

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.flag.id, "w"),)


class IsSet(_OnFlag):
    """Asks whether the flag is set."""

    kind = "is_set"

    def apply(self, execution: Execution, task: Task) -> bool:
        self.result = str(self.flag.up)
        return self.flag.up

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.flag.id, "r"),)


class Look(_OnFlag):
    """Goes past a flag that is set, or joins those who wait for it.

    It is recorded as ``wait`` or as ``enter``. Its answer is what to do next, None where
    the wait is over.

    Args:
        timeout_s: bound of the wait.
    """

    kind = "wait"

    def __init__(self, flag: FlagModel, timeout_s: float | None) -> None:
        super().__init__(flag)
        self._onward = Raised(flag, timeout_s)

    def apply(self, execution: Execution, task: Task) -> Raised | None:
        if self.flag.up:
            return None
        self.kind = "enter"
        self.flag.waiters.append(self._onward)
        return self._onward

    def accesses(self) -> tuple[Access, ...]:
        # All who wait are reached at once, so it does not matter who joined them first.
        return (Access(self.flag.id, "r"),)


class Raised(_OnFlag):
    """Waits for a ``set``; its answer is whether one came before the bound was reached."""

    kind = "wait"

    def __init__(self, flag: FlagModel, timeout_s: float | None) -> None:
        super().__init__(flag)
        self.timeout_s = timeout_s
        self.reached = False

    def ready(self) -> bool:
        return self.reached

    def apply(self, execution: Execution, task: Task) -> bool:
        if not self.reached:
            self.flag.waiters.remove(self)
            self.result = "False"
        return self.reached

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self._waiters(), "r"), *clock_of(self))
