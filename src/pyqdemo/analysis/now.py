"""What a task, a queue or a lock is like at one moment of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pyqdemo.trace import Event, Resource, Task

__all__ = ["Finished", "LockNow", "QueueNow", "State", "TaskNow", "failure_of"]


class State(StrEnum):
    """What a task is doing."""

    NEW = "new"  # made, not begun
    READY = "ready"  # runs or could go
    BLOCKED = "blocked"
    SLEEPING = "sleeping"
    ENDED = "ended"
    FAILED = "failed"  # ended by an exception, or from outside


@dataclass(slots=True)
class TaskNow:
    """One task, now.

    Attributes:
        operation, resource: what it waits in, and on what; None unless blocked or sleeping.
        value: that of the event that says so: what it puts, or what in the resource it
            waits for (``read lock``).
        since_ns: when its state began.
        timeout_s: bound of its wait, or how long it sleeps, in the program's seconds.
        until_ns: when its sleep is over, None where that is unknown.
        location: the last line of the program it was seen at.
        waited_ns: time spent blocked, not counting a wait still under way, nor sleep.
        holders: who held the lock when it began to wait for it.
        over: how it ended, once it has.
        doomed: somebody called terminate or kill on it, and it has not been seen to end.
        failure: what ended it: ``raised NAME: text``, ``exit code N`` (below 0: a signal),
            ``terminate by TASK``, ``kill by TASK``.
    """

    task: Task
    state: State = State.NEW
    operation: str | None = None
    resource: str | None = None
    value: str | None = None
    since_ns: int = 0
    timeout_s: float | None = None
    until_ns: int | None = None
    location: str | None = None
    waited_ns: int = 0
    holders: tuple[str, ...] = ()
    over: State | None = None
    doomed: bool = False
    failure: str | None = None

    def waited_by(self, now_ns: int) -> int:
        """Time spent blocked up to that moment, a wait under way included."""
        if self.state is State.BLOCKED:
            return self.waited_ns + max(0, now_ns - self.since_ns)
        return self.waited_ns


@dataclass(slots=True)
class QueueNow:
    """One queue, now; for a pipe, what one of its ends has sent and nobody received yet.

    Attributes:
        items: id → value of what can be taken, in the order it came. For a FIFO queue that
            is the order it goes; LIFO and priority queues take by their own rule.
        carried: id → value of what a feeder has taken out of its process's buffer and has
            not yet brought into the pipe (seen under control).
        buffered: id → value of what was put into a multiprocessing queue and has not yet
            been seen to leave its process's buffer.
        unnamed: items in it that have no id.
        put, got: completed operations; of a pipe's end: sent by it, received anywhere.
        lost: items that were put and can never come out: they went with a process, or
            could not be pickled.
        kept: permits of its semaphore that nobody will give back, those of the items that
            went with a process.
        deepest: most items ever seen in it.
        reader, writer: the task that has the lock at that end of the pipe behind a
            multiprocessing queue, whether it is still alive or not (seen under control).
    """

    resource: Resource
    items: dict[str, str | None] = field(default_factory=dict)
    carried: dict[str, str | None] = field(default_factory=dict)
    buffered: dict[str, str | None] = field(default_factory=dict)
    unnamed: int = 0
    put: int = 0
    got: int = 0
    lost: int = 0
    kept: int = 0
    deepest: int = 0
    reader: str | None = None
    writer: str | None = None

    @property
    def capacity(self) -> int | None:
        """Items it can hold; None for no limit, or where that is unknown."""
        return self.resource.capacity or None

    @property
    def contents(self) -> tuple[tuple[str, str | None], ...]:
        """(id, value) of all that lies in it: what can be taken, the carried, the buffered."""
        return (*self.items.items(), *self.carried.items(), *self.buffered.items())

    @property
    def depth(self) -> int:
        """Items in it, those in a process's buffer included; never above its capacity."""
        depth = len(self.items) + len(self.carried) + len(self.buffered) + self.unnamed
        capacity = self.resource.capacity
        return min(depth, capacity) if capacity else depth

    @property
    def permits(self) -> int:
        """Permits of its semaphore that are taken: what ``qsize`` says."""
        return self.depth + self.kept


@dataclass(slots=True)
class LockNow:
    """A lock or semaphore, now.

    Attributes:
        holders: task → how many times it holds it, in the order they came to.
        set_aside: the same for a task that waits on a condition of this lock: it has let
            go of it for that time.
    """

    resource: Resource
    holders: dict[str, int] = field(default_factory=dict)
    set_aside: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """A wait that is over, or was broken off by the end of the run."""

    task: str
    operation: str
    resource: str | None
    since_ns: int
    waited_ns: int
    holders: tuple[str, ...] = ()
    value: str | None = None


def failure_of(end: Event) -> str | None:
    """What an ``end`` event says went wrong; None where the task ended well.

    ``sys.exit()`` without a code, or with 0, is a good end; with another it is none.
    """
    result = end.result
    if result is not None and result.startswith("raised SystemExit"):
        code = result.partition(": ")[2]
        return None if code in ("", "0", "None") else f"exit code {code}"
    return result
