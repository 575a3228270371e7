"""Event between processes: a flag behind a lock.

A wait for a flag that is down is two operations: ``Look`` falls asleep, ``LookAgain`` goes on
when it was woken or its bound is reached, and tells how the flag stands *then*: a ``clear``
right behind the ``set`` makes a wait without a bound come back with False. Of one that was
killed in its wait the next ``set`` waits for an acknowledgement, for ever.

See ``monitors`` for what is one step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyqdemo.kernel.locks import clock_of
from pyqdemo.kernel.mp.monitors import Acknowledged, MonitorModel, OnMonitor
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["MODELS", "OPERATIONS", "FlagModel"]


class FlagModel(MonitorModel):
    """A flag.

    Attributes:
        up: whether it is set.
    """

    kind = "mp_event"

    def __init__(self) -> None:
        super().__init__()
        self.up = False


class _OnFlag(OnMonitor):
    def __init__(self, execution: Execution, task: Task, flag: str) -> None:
        super().__init__(execution, task, flag)
        assert isinstance(self.monitor, FlagModel), flag
        self.flag = self.monitor

    def _waiters(self, mode: str) -> Access:
        return Access(f"{self.flag.id}.waiters", mode)


class Set(_OnFlag):
    """Sets the flag and wakes all who wait; the answer is whether that never ends."""

    kind = "set"

    def apply(self, execution: Execution, task: Task) -> bool:
        self.flag.up = True
        return self.flag.wake_all(task)

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.flag.id, "w"), self._waiters("w"), *self.flag.lives())


class Clear(_OnFlag):
    """Takes the flag down."""

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
    """Goes past a flag that is set, or falls asleep; the answer is whether it goes past.

    It is recorded as ``wait`` or as ``enter``.
    """

    kind = "wait"

    def apply(self, execution: Execution, task: Task) -> bool:
        if not self.flag.up:
            self.kind = "enter"
            self.flag.sleep(task)
        return self.flag.up

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.flag.id, "r"), self._waiters("a"))


class LookAgain(_OnFlag):
    """Goes on when it was woken; the answer is whether the flag is set."""

    kind = "wait"

    def __init__(
        self, execution: Execution, task: Task, flag: str, timeout_s: float | None
    ) -> None:
        super().__init__(execution, task, flag)
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return super().ready() and self.task not in self.flag.asleep

    def apply(self, execution: Execution, task: Task) -> bool:
        self.flag.rise(task)
        self.result = None if self.flag.up else "False"
        return self.flag.up

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.flag.id, "r"), self._waiters("a"), *clock_of(self))


MODELS: dict[str, Callable[..., Model]] = {FlagModel.kind: FlagModel}

OPERATIONS: dict[str, Callable[..., Operation]] = {
    "mp.set": Set,
    "mp.clear": Clear,
    "mp.is_set": IsSet,
    "mp.event_look": Look,
    "mp.event_look_again": LookAgain,
    "mp.all_acknowledged": Acknowledged,
}
