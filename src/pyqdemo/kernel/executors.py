"""An executor: calls that were submitted, and the workers that run them.

Its workers come and go by the rule of ``ThreadPoolExecutor`` since Python 3.12: a submit
makes a new worker, up to the limit, unless one has said that it found nothing to do. That
word is good for one submit, whoever then runs the call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures.thread import BrokenThreadPool
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.futures import FutureModel, FutureState
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.turnless import follows
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = [
    "AwaitWorkers",
    "BreakExecutor",
    "ExecutorModel",
    "LoseExecutor",
    "ShutDownExecutor",
    "Submit",
    "Take",
]

BROKEN = "A thread initializer failed, the thread pool is not usable anymore"


class ExecutorModel(Model):
    """An executor.

    Args:
        max_workers: how many workers it may have.

    Attributes:
        pending: calls not yet taken, each with its future; what a call is, its carrier knows.
        idle: workers that found nothing to do, as far as no submit has counted on them.
        places: workers made or about to be made.
        workers: those made.
        is_shutdown: nothing more can be submitted; workers end when nothing is pending.
        is_lost: the program has let go of it; workers end as after a shutdown.
        is_broken: the initializer of a worker failed.
    """

    kind = "executor"

    def __init__(self, max_workers: int) -> None:
        super().__init__()
        self.max_workers = max_workers
        self.pending: deque[tuple[FutureModel, Any]] = deque()
        self.idle = 0
        self.places = 0
        self.workers: list[Task] = []
        self.is_shutdown = False
        self.is_lost = False
        self.is_broken = False

    def living_workers(self) -> tuple[Task, ...]:
        living = (worker for worker in self.workers if worker.alive)
        return tuple(sorted(living, key=lambda worker: worker.place))

    def drain(self) -> list[tuple[FutureModel, Any]]:
        """Takes out every call not yet taken."""
        calls = list(self.pending)
        self.pending.clear()
        return calls


class _OnExecutor(Operation):
    """An operation on an executor. Its queue and its count of idle workers are one part."""

    def __init__(self, model: ExecutorModel) -> None:
        self.model = model
        self.target = model.id

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.model.id, "w"),)


class Submit(_OnExecutor):
    """Hands in a call. The answer is the number of the worker to be made for it, or None.

    Args:
        future: the call's.
        call: what a worker gets.
        task: who submits it.
        describe: tells the call, for the record.
    """

    kind = "submit"

    def __init__(
        self,
        model: ExecutorModel,
        future: FutureModel,
        call: Any,
        task: Task,
        describe: Callable[[], tuple[str, int]],
    ) -> None:
        self.model = model
        self.target = future.id
        self._future = future
        self._call = call
        self._main = task.process
        self._describe = describe

    def apply(self, execution: Execution, task: Task) -> int | None:
        model = self.model
        execution.describe(self, lambda _: self._describe(), self)
        if model.is_broken:
            raise BrokenThreadPool(BROKEN)
        if model.is_shutdown:
            raise RuntimeError("cannot schedule new futures after shutdown")
        if not self._main.alive:
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")
        self._future.text = self.value
        model.pending.append((self._future, self._call))
        if model.idle:
            model.idle -= 1
            return None
        if model.places == model.max_workers:
            return None
        model.places += 1
        return model.places - 1

    def accesses(self) -> tuple[Access, ...]:
        future, life = Access(self._future.id, "w"), Access(f"life:{self._main.id}", "r")
        return (*super().accesses(), future, life)


class Take(_OnExecutor):
    """A worker takes the next call.

    Args:
        task: the worker.
        waits: until there is one, or nothing is to come; else it says that it is idle.

    Attributes:
        call: what it took and shall run; None if there was none, or it was cancelled.
        is_idle: there was nothing, but may be.
        is_last: the worker shall end.
    """

    kind = "take"
    call: Any = None
    is_idle = False
    is_last = False

    def __init__(self, model: ExecutorModel, task: Task, waits: bool) -> None:
        super().__init__(model)
        self._main = task.process
        self._waits = waits

    def ready(self) -> bool:
        return not self._waits or bool(self.model.pending) or self._ends()

    def _ends(self) -> bool:
        """Whether nothing more is to come. When the main task has ended its code, the
        interpreter is shutting down: workers run what is pending, and end."""
        model = self.model
        return model.is_shutdown or model.is_lost or not self._main.alive

    def apply(self, execution: Execution, task: Task) -> None:
        model = self.model
        if not model.pending:
            self.is_last = self._ends()
            self.is_idle = not self.is_last
            if self.is_idle and not self._waits:
                model.idle += 1
            self.result = "shutdown" if self.is_last else "idle"
            return
        future, call = model.pending.popleft()
        self.target = future.id
        self.value = future.text
        if future.begin(task):
            self.call = call
        else:
            self.result = "cancelled"

    def accesses(self) -> tuple[Access, ...]:
        first = self.model.pending[0][0].touch("w") if self.model.pending else ()
        return (*super().accesses(), *first, Access(f"life:{self._main.id}", "r"))


class ShutDownExecutor(_OnExecutor):
    """Nothing more can be submitted. The answer is the calls that were cancelled by this.

    Args:
        cancel: cancel what is not yet taken. Nobody will tell ``wait`` of that, as natively.
    """

    kind = "shutdown"

    def __init__(self, model: ExecutorModel, cancel: bool) -> None:
        super().__init__(model)
        self._cancel = cancel
        self.value = "cancel" if cancel else None

    def apply(self, execution: Execution, task: Task) -> list[Any]:
        self.model.is_shutdown = True
        cancelled = []
        for future, call in self.model.drain() if self._cancel else ():
            if future.state is FutureState.PENDING:
                future.state = FutureState.CANCELLED
                cancelled.append(call)
        return cancelled

    def accesses(self) -> tuple[Access, ...]:
        pending = self.model.pending if self._cancel else ()
        return (*super().accesses(), *(Access(future.id, "w") for future, _ in pending))


class AwaitWorkers(_OnExecutor):
    """The second half of a shutdown: waits until every worker has ended."""

    kind = "shutdown"
    value = "wait"

    def __init__(self, model: ExecutorModel, task: Task) -> None:
        super().__init__(model)
        self._task = task

    def ready(self) -> bool:
        model = self.model
        if self._task in model.workers:
            return True  # to be refused
        return len(model.workers) == model.places and not model.living_workers()

    def apply(self, execution: Execution, task: Task) -> None:
        if task in self.model.workers:
            raise RuntimeError("cannot join current thread")

    def accesses(self) -> tuple[Access, ...]:
        lives = [f"life:{worker.id}" for worker in self.model.workers]
        waits = () if self._task in self.model.workers else map(follows, lives)
        return (Access(self.model.id, "r"), *(Access(life, "r") for life in lives), *waits)

    def holders(self) -> tuple[Task, ...]:
        return self.model.living_workers()


class BreakExecutor(_OnExecutor):
    """The initializer of a worker failed. The answer is the calls that failed by this."""

    kind = "break"

    def apply(self, execution: Execution, task: Task) -> list[Any]:
        self.model.is_broken = True
        failed = []
        for future, call in self.model.drain():
            if not future.is_over:
                future.finish(None, BrokenThreadPool(BROKEN))
                future.told = f"raised BrokenThreadPool: {BROKEN}"
                failed.append(call)
        return failed

    def accesses(self) -> tuple[Access, ...]:
        pending = (each for future, _ in self.model.pending for each in future.touch("w"))
        return (*super().accesses(), *pending)


class LoseExecutor(_OnExecutor):
    """The program has let go of the executor itself."""

    kind = "shutdown"
    value = "lost"
    quiet = True

    def apply(self, execution: Execution, task: Task) -> None:
        self.model.is_lost = True
