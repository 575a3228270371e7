"""What Event and Barrier have in common: a lock and a condition of their own, whose every
notify is for all.

**Source**: ``Event`` and ``Barrier`` in CPython's ``Lib/multiprocessing/synchronize.py``. They
take the lock, look or change something, wake all who are asleep and wait for their
acknowledgements, and let go of it. Here all of that is one step, for:

- the lock is held for so short a time that nobody can tell, but when a barrier's action runs
  or a notify does not end: then it is ``held``, and whoever comes waits;
- who wakes takes the lock again and looks at the state: whether it was woken or its bound was
  reached it cannot tell, nor can anybody whose permit it took;
- acknowledgements always come, but from one that was killed asleep. Then the notify never
  ends: the step leaves the lock held for ever, and ``Acknowledged`` comes next. (Killed
  between its permit and its acknowledgement, it is as if it was killed just before.)

A kill between two lines of a step is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.shared import Lost, SharedOperation, model_of
from pyqdemo.kernel.operations import Model
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Acknowledged", "MonitorModel", "OnMonitor"]


class MonitorModel(Model):
    """A lock with a condition.

    Attributes:
        asleep: who waits and has not been woken.
        waiting: these, and those who were woken and have not gone on yet.
        dead: who was killed asleep, and will never acknowledge anything.
        held: who keeps the lock beyond a step; it may be dead.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asleep: set[Task] = set()
        self.waiting: set[Task] = set()
        self.dead: list[Task] = []
        self.held: Task | None = None

    def sleep(self, task: Task) -> None:
        """Waits from now on."""
        self.asleep.add(task)
        self.waiting.add(task)

    def rise(self, task: Task) -> None:
        """Goes on, woken or not."""
        self.asleep.discard(task)
        self.waiting.discard(task)

    def hold(self, task: Task) -> None:
        """Keeps the lock. Bounds that are reached meanwhile do not count: who waits has to
        take the lock before it can go on, and that has none."""
        self.held = task
        for other in self.waiting:
            pending = other.pending
            if isinstance(pending, OnMonitor) and pending.monitor is self:
                pending.timeout_s = pending.deadline_ns = None

    def wake_all(self, task: Task) -> bool:
        """Wakes all who are asleep; whether that never ends.

        It does not if the task itself is one of them, and this is its signal handler.
        """
        if task in self.asleep:
            self.dead.append(task)
        self.asleep.clear()
        if self.dead:
            self.hold(task)
        return bool(self.dead)

    def process_over(self, process: Task, killed: bool) -> Iterator[Lost]:
        """Who is killed asleep counts as asleep for ever; a lock that is held stays so."""
        if self.held is not None and self.held.process is process:
            yield Lost("kept", self.id, value="lock")
        for task in sorted(self.waiting, key=lambda each: each.place):
            if task.process is process:
                if task in self.asleep:
                    self.dead.append(task)
                    yield Lost("kept", self.id, value="place among the waiters")
                self.rise(task)

    def lives(self) -> Iterable[Access]:
        """Whether a notify ends depends on who of those asleep is alive, or would be."""
        processes = sorted({task.process.id for task in (*self.asleep, *self.dead)})
        return (Access(f"alive:{id}", "r") for id in processes)


class OnMonitor(SharedOperation):
    """What takes the lock."""

    def __init__(self, execution: Execution, task: Task, monitor: str) -> None:
        super().__init__(execution, task)
        self.monitor = model_of(execution, monitor, MonitorModel)
        self.target = monitor

    def ready(self) -> bool:
        return self.monitor.held is None

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.monitor.id, "w"), *self.monitor.lives())

    def holders(self) -> tuple[Task, ...]:
        return () if self.monitor.held is None else (self.monitor.held,)

    def needs(self) -> tuple[Task, ...]:
        return self.holders()


class Acknowledged(OnMonitor):
    """Waits for an acknowledgement from the dead: for ever."""

    kind = "notify"
    value = "all"

    def ready(self) -> bool:
        return False

    def holders(self) -> tuple[Task, ...]:
        return tuple(self.monitor.dead[:1])
