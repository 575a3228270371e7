"""Waiting for several futures: ``wait`` and ``as_completed``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyqdemo.kernel.futures import FutureModel
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["AwaitFutures", "Collector", "NextCompleted", "WatchFutures"]


class _OnFutures(Operation):
    """An operation on several futures; its resource is their executor, if they have one."""

    kind = "collect"

    def __init__(self, futures: Sequence[FutureModel]) -> None:
        self.futures = futures
        pools = {None if each.pool is None else each.pool.id for each in futures}
        self.target = pools.pop() if len(pools) == 1 else None

    def holders(self) -> tuple[Task, ...]:
        found = {task for each in self.futures if not each.is_over for task in each.holders()}
        return tuple(sorted(found, key=lambda task: task.place))


class AwaitFutures(_OnFutures):
    """``wait``: its answer is those that are completed then.

    Args:
        return_when: as the real one's; anything else is refused where it would matter.
    """

    def __init__(
        self, futures: Sequence[FutureModel], return_when: str, timeout_s: float | None
    ) -> None:
        super().__init__(futures)
        self.timeout_s = timeout_s
        self._return_when = return_when
        self.value = f"{return_when} of {len(futures)}"

    def ready(self) -> bool:
        done = [each for each in self.futures if each.is_completed]
        if len(done) == len(self.futures):
            return True
        match self._return_when:
            case "FIRST_COMPLETED":
                return bool(done)
            case "FIRST_EXCEPTION":
                return any(each.error is not None for each in done)
            case "ALL_COMPLETED":
                return False
        return True  # to be refused

    def apply(self, execution: Execution, task: Task) -> list[FutureModel]:
        done = [each for each in self.futures if each.is_completed]
        known = ("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED")
        if self._return_when not in known and len(done) < len(self.futures):
            raise ValueError(f"Invalid return condition: {self._return_when!r}")
        self.result = f"{len(done)} done"
        return done

    def accesses(self) -> tuple[Access, ...]:
        return tuple(Access(each.id, "r") for each in self.futures)


class Collector(Model):
    """One call of ``as_completed``.

    Attributes:
        arrived: those that completed since it last looked, in the order in which they did.
        total, left: how many futures it is about, and of them not given out yet.
    """

    kind = "collector"

    def __init__(self, total: int) -> None:
        super().__init__()
        self.arrived: list[FutureModel] = []
        self.total = self.left = total


class WatchFutures(_OnFutures):
    """``as_completed`` begins: its answer is those that are completed already.

    From then on whoever completes one of the others tells the collector.
    """

    def __init__(self, collector: Collector, futures: Sequence[FutureModel]) -> None:
        super().__init__(futures)
        self._collector = collector
        self.value = f"{len(futures)}"

    def apply(self, execution: Execution, task: Task) -> list[FutureModel]:
        done = [each for each in self.futures if each.is_completed]
        for each in self.futures:
            if not each.is_completed:
                each.collectors.append(self._collector)
        self.result = f"{len(done)} done"
        return sorted(done, key=lambda each: each.number)

    def accesses(self) -> tuple[Access, ...]:
        return tuple(Access(each.id, "w") for each in self.futures)


class NextCompleted(_OnFutures):
    """``as_completed`` waits for more: its answer is those that came, in their order.

    Args:
        timeout_s: what is left of its bound; below 0 it is too late for whatever came.
    """

    def __init__(
        self, collector: Collector, futures: Sequence[FutureModel], timeout_s: float | None
    ) -> None:
        super().__init__(futures)
        self._collector = collector
        self._late = timeout_s is not None and timeout_s < 0
        self.timeout_s = None if self._late else timeout_s
        self.value = f"{collector.left} of {collector.total}"

    def ready(self) -> bool:
        return self._late or bool(self._collector.arrived)

    def apply(self, execution: Execution, task: Task) -> list[FutureModel]:
        collector = self._collector
        if self._late or not collector.arrived:
            left, total = collector.left, collector.total
            raise TimeoutError(f"{left} (of {total}) futures unfinished")
        came, collector.arrived = collector.arrived, []
        collector.left -= len(came)
        self.result = f"{len(came)} done"
        return came

    def accesses(self) -> tuple[Access, ...]:
        return (Access(self._collector.id, "w"),)
