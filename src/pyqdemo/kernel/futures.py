"""Futures: what a call gave or will give, who waits for it, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, InvalidStateError
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pyqdemo.ids import number
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.queues import Describe
from pyqdemo.kernel.texts import raised
from pyqdemo.kernel.turnless import follows, settles
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.collecting import Collector
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.executors import ExecutorModel
    from pyqdemo.kernel.tasks import Task

__all__ = [
    "AddCallback",
    "AskFuture",
    "CancelFuture",
    "Finish",
    "FutureModel",
    "FutureState",
    "Result",
    "SetRunning",
]


class FutureState(StrEnum):
    """What the real ones call their states."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    CANCELLED = "CANCELLED"
    NOTIFIED = "CANCELLED_AND_NOTIFIED"
    FINISHED = "FINISHED"


_OVER = frozenset({FutureState.CANCELLED, FutureState.NOTIFIED, FutureState.FINISHED})
_COMPLETED = frozenset({FutureState.NOTIFIED, FutureState.FINISHED})
_SHOWN = {state: state.partition("_")[0].lower() for state in FutureState}


class FutureModel(Model):
    """A future.

    Args:
        name: of its class.
        pool: the executor whose workers run the call; None of a future without one.

    Attributes:
        value, error: what the call gave or raised, once it is finished.
        callbacks: to be called when it is over, by whoever brings that about.
        worker: the task that runs the call, once one does.
        text: the call, for the record.
        told: what it gave, for the record.
        collectors: ``as_completed`` calls that are told when it completes.
    """

    kind = "future"

    def __init__(self, name: str = "Future", pool: ExecutorModel | None = None) -> None:
        super().__init__()
        self.name = name
        self.pool = pool
        self.state = FutureState.PENDING
        self.value: Any = None
        self.error: BaseException | None = None
        self.callbacks: list[Callable[[Any], object]] = []
        self.worker: Task | None = None
        self.text: str | None = None
        self.told: str | None = None
        self.collectors: list[Collector] = []

    # Its id counts: futures are ordered by it.
    untold = frozenset({"text", "told"})

    @property
    def number(self) -> int:
        """Orders futures by their makers, and those of one maker as they were made."""
        task, _, counted = self.id.partition("/")
        return number(task) << 20 | int(counted.replace("~", "/").partition("/")[2])

    @property
    def is_over(self) -> bool:
        """Finished or cancelled: ``result`` has nothing more to wait for."""
        return self.state in _OVER

    @property
    def is_completed(self) -> bool:
        """As ``wait`` sees it: of a cancelled one only once its executor has noticed."""
        return self.state in _COMPLETED

    def finish(self, value: Any, error: BaseException | None) -> None:
        """The call is over.

        Raises:
            InvalidStateError: it was over before.
        """
        if self.is_over:
            raise InvalidStateError(f"{self.state}: {self.shown()}")
        self.value, self.error = value, error
        self.state = FutureState.FINISHED
        self.tell()

    def begin(self, task: Task) -> bool:
        """A worker turns to the call; the answer is whether it shall run it.

        Raises:
            RuntimeError: somebody did so before.
        """
        if self.state is FutureState.CANCELLED:
            self.state = FutureState.NOTIFIED
            self.tell()
            return False
        if self.state is not FutureState.PENDING:
            raise RuntimeError("Future in unexpected state")
        self.state = FutureState.RUNNING
        self.worker = task
        return True

    def tell(self) -> None:
        """Tells those who collect it that it is completed."""
        for collector in self.collectors:
            collector.arrived.append(self)

    def shown(self) -> str:
        """Its ``repr``; in the place of an address it has its number."""
        text = f"<{self.name} at {self.number:#x} state={_SHOWN[self.state]}"
        if self.state is FutureState.FINISHED:
            if self.error is not None:
                return f"{text} raised {type(self.error).__name__}>"
            return f"{text} returned {type(self.value).__name__}>"
        return f"{text}>"

    def touch(self, mode: str) -> tuple[Access, ...]:
        """Accesses to it; whoever completes it also writes to those who collect it."""
        told = self.collectors if mode == "w" else ()
        return (Access(self.id, mode), *(Access(each.id, "w") for each in told))

    def holders(self) -> tuple[Task, ...]:
        """Tasks that could complete it: who runs the call, or the workers that may."""
        if self.worker is not None:
            return (self.worker,)
        return () if self.pool is None else self.pool.living_workers()


class _OnFuture(Operation):
    def __init__(self, model: FutureModel) -> None:
        self.model = model
        self.target = model.id


class SetRunning(_OnFuture):
    """``set_running_or_notify_cancel`` of a future that has no executor of ours."""

    kind = "take"

    def apply(self, execution: Execution, task: Task) -> bool:
        answer = self.model.begin(task)
        self.result = None if answer else "cancelled"
        return answer

    def accesses(self) -> tuple[Access, ...]:
        return self.model.touch("w")


class Finish(_OnFuture):
    """The call is over: what it gave, or what it raised."""

    kind = "finish"

    def __init__(
        self, model: FutureModel, value: Any, error: BaseException | None, describe: Describe
    ) -> None:
        super().__init__(model)
        self._value = value
        self._error = error
        self._describe = describe

    def apply(self, execution: Execution, task: Task) -> None:
        model = self.model
        model.finish(self._value, self._error)
        if self._error is not None:
            model.told = raised(self._error)
        elif self._value is not None:
            execution.describe(self, self._describe, self._value)
            model.told, self.value = self.value, None
        self.result = model.told

    def accesses(self) -> tuple[Access, ...]:
        settled = () if self.model.is_over else (settles(self.model.id),)
        return (*self.model.touch("w"), *settled)


class Result(_OnFuture):
    """Waits until a future is over.

    Raises:
        CancelledError, TimeoutError: as the real ones'. What the call itself raised is not
            raised here.
    """

    kind = "result"

    def __init__(self, model: FutureModel, timeout_s: float | None = None) -> None:
        super().__init__(model)
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return self.model.is_over

    def apply(self, execution: Execution, task: Task) -> None:
        if not self.model.is_over:
            raise TimeoutError
        if self.model.state is not FutureState.FINISHED:
            raise CancelledError
        self.result = self.model.told

    def accesses(self) -> tuple[Access, ...]:
        waits = (follows(self.model.id),) if self.timeout_s is None else ()
        return (*self.model.touch("r"), *waits)

    def holders(self) -> tuple[Task, ...]:
        return self.model.holders()


class CancelFuture(_OnFuture):
    """Cancels a call that has not begun.

    Attributes:
        newly: it was this that cancelled it, so its callbacks are to be called.
    """

    kind = "cancel"
    newly = False

    def apply(self, execution: Execution, task: Task) -> bool:
        model = self.model
        if model.state is FutureState.PENDING:
            model.state = FutureState.CANCELLED
            self.newly = True
        answer = model.state in (FutureState.CANCELLED, FutureState.NOTIFIED)
        self.result = str(answer)
        return answer

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.model.id, "w"),)


class AskFuture(_OnFuture):
    """``done``, ``cancelled``, ``running``, or ``state`` for its repr."""

    def __init__(self, model: FutureModel, kind: str) -> None:
        super().__init__(model)
        self.kind = kind

    def apply(self, execution: Execution, task: Task) -> bool | str:
        state = self.model.state
        answer: bool | str
        match self.kind:
            case "done":
                answer = state in _OVER
            case "cancelled":
                answer = state in (FutureState.CANCELLED, FutureState.NOTIFIED)
            case "running":
                answer = state is FutureState.RUNNING
            case _:
                self.result = _SHOWN[state]
                return self.model.shown()
        self.result = str(answer)
        return answer

    def accesses(self) -> tuple[Access, ...]:
        return self.model.touch("r")


class AddCallback(_OnFuture):
    """Has a function called once the future is over.

    Its answer is whether that is to come; else the caller has to call it itself.
    """

    kind = "add_done_callback"

    def __init__(self, model: FutureModel, callback: Callable[[Any], object]) -> None:
        super().__init__(model)
        self._callback = callback

    def apply(self, execution: Execution, task: Task) -> bool:
        if self.model.is_over:
            return False
        self.model.callbacks.append(self._callback)
        return True

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self.model.id, "w"),)
