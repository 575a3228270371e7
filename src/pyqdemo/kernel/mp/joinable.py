"""``multiprocessing.JoinableQueue``: puts and ``task_done`` are counted, and ``join`` waits.

As the library's, a join that finds items unfinished waits for a ``task_done`` to leave none:
it goes on then even if another put has come since. That ``task_done`` in its turn waits until
everybody whom it wakes has woken. It waits for ever, and keeps the queue's condition for
itself, if one of them was killed in its ``join``: no put, ``task_done`` or ``join`` gets
through any more. An operation that meets this answers ``False`` or ``stuck``, and what follows
is ``Hang``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.queue_models import OnQueue, QueueModel
from pyqdemo.kernel.mp.shared import Lost
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Hang", "Join", "JoinableModel", "Joined", "TaskDone"]


class JoinableModel(QueueModel):
    """A queue that can be joined.

    Attributes:
        unfinished: puts whose ``task_done`` has not come.
        joiners: tasks that wait in ``join``, with whether they have been woken.
        dead: those that were killed there.
        stuck: the task that waits for the dead to wake, and holds the condition.
    """

    kind = "mp_joinable"

    def __init__(self, maxsize: int, called: str = "multiprocessing.queues.JoinableQueue") -> None:
        super().__init__(maxsize, called)
        self.unfinished = 0
        self.joiners: dict[Task, bool] = {}
        self.dead: list[Task] = []
        self.stuck: Task | None = None

    def count_put(self) -> bool:
        if self.stuck is not None:
            return False
        self.unfinished += 1
        return True

    def adding(self) -> tuple[Access, ...]:
        return (Access(f"{self.id}.unfinished", "a"),)

    def process_over(self, process: Task, killed: bool) -> Iterator[Lost]:
        yield from super().process_over(process, killed)
        for task in [task for task in self.joiners if task.process is process]:
            if not self.joiners.pop(task):
                self.dead.append(task)
                yield Lost("kept", self.id, value="place among the waiters")


class _OnJoinable(OnQueue):
    model: JoinableModel


class TaskDone(_OnJoinable):
    """One item of those put is dealt with; raises ValueError. The answer is whether it gets
    through."""

    kind = "task_done"

    def apply(self, execution: Execution, task: Task) -> bool:
        model = self.model
        if model.stuck is not None:
            return False
        if model.unfinished <= 0:
            raise ValueError("task_done() called too many times")
        model.unfinished -= 1
        if not model.unfinished:
            for joiner in model.joiners:
                model.joiners[joiner] = True
            if model.dead:
                model.stuck = task
                return False
        return True

    def accesses(self) -> tuple[Access, ...]:
        joiners = {joiner.process.id for joiner in (*self.model.joiners, *self.model.dead)}
        lives = (Access(f"alive:{id}", "r") for id in sorted(joiners))
        parts = (f"{self.target}.unfinished", f"{self.target}.joiners")
        return (*(Access(part, "w") for part in parts), *lives)


class Join(_OnJoinable):
    """Finds every item dealt with, or joins those who wait for that.

    It is recorded as ``join`` or as ``enter``. The answer is ``over``, ``wait`` or ``stuck``.
    """

    kind = "join"

    def apply(self, execution: Execution, task: Task) -> str:
        model = self.model
        if not model.unfinished and model.stuck is None:
            return "over"
        self.kind = "enter"
        if model.stuck is not None:
            return "stuck"
        model.joiners[task] = False
        return "wait"

    def accesses(self) -> tuple[Access, ...]:
        # All who wait are woken at once, so it does not matter who joined them first.
        return (Access(f"{self.target}.unfinished", "r"),)


class Joined(_OnJoinable):
    """Waits until a ``task_done`` has left no item unfinished."""

    kind = "join"

    def ready(self) -> bool:
        return self.model.joiners[self.task] and self.model.stuck is None

    def apply(self, execution: Execution, task: Task) -> None:
        del self.model.joiners[task]

    def accesses(self) -> tuple[Access, ...]:
        return (Access(f"{self.target}.joiners", "r"),)

    def holders(self) -> tuple[Task, ...]:
        return () if self.model.stuck is None else (self.model.stuck,)

    def needs(self) -> tuple[Task, ...]:
        return self.holders()


class Hang(_OnJoinable):
    """Waits for ever: for the dead to wake, or for the one who does that.

    Args:
        kind: of the operation that does not get through.
    """

    def __init__(self, execution: Execution, task: Task, id: str, kind: str) -> None:
        super().__init__(execution, task, id)
        self.kind = kind

    def ready(self) -> bool:
        return False

    def holders(self) -> tuple[Task, ...]:
        stuck = self.model.stuck
        if stuck is self.task or stuck is None:
            return tuple(self.model.dead)
        return (stuck,)

    def needs(self) -> tuple[Task, ...]:
        return self.holders()[:1]
