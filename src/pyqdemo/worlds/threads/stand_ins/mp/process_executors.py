"""``concurrent.futures.ProcessPoolExecutor``."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from types import FrameType
from typing import Any

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.futures import FutureModel
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import Task
from pyqdemo.point import Access
from pyqdemo.worlds.threads.stand_ins.executors import Executor
from pyqdemo.worlds.threads.stand_ins.futures import Future
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.stand_ins.mp.crews import (
    USUAL_PROCESSES,
    Chunk,
    await_thread,
    is_here,
)
from pyqdemo.worlds.threads.stand_ins.mp.executor_work import (
    BROKEN,
    CallItem,
    ExecutorCrew,
    Manager,
    Work,
)
from pyqdemo.worlds.threads.stand_ins.mp.feeder import text_of
from pyqdemo.worlds.threads.world import here

__all__ = ["NAMES", "ProcessPoolExecutor"]

_frame = sys._getframe


class Submit(Operation):
    """Hands in a call. The answer is how many workers are to be started for it, and whether
    the manager is.

    Raises (in apply):
        BrokenProcessPool, RuntimeError: as the library's.
    """

    kind = "submit"

    def __init__(self, crew: ExecutorCrew, work: Work) -> None:
        self._crew = crew
        self._work = work
        self.target = work.future._future_model.id
        self.value, self.cut = text_of(work.item)

    def apply(self, execution: Execution, task: Task) -> tuple[int, bool]:
        crew = self._crew
        if crew.is_broken:
            raise BrokenProcessPool(BROKEN)
        if crew.is_shutdown:
            raise RuntimeError("cannot schedule new futures after shutdown")
        if crew.is_exiting:
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")
        number = self._work.item.number = crew.submitted
        crew.submitted += 1
        crew.pending[number] = self._work
        crew.waiting.append(number)
        is_first = number == 0
        return self._workers(is_first), is_first

    def _workers(self, is_first: bool) -> int:
        crew = self._crew
        if crew.at_once:
            new = crew.count if is_first else 0
        elif crew.idle:
            crew.idle -= 1
            new = 0
        else:
            new = int(crew.planned < crew.count)
        crew.planned += new
        return new

    def accesses(self) -> tuple[Access, ...]:
        return (Access(f"{self._crew.id}.work", "w"), Access(self.target or "", "w"))


class ProcessPoolExecutor(Executor):
    """``concurrent.futures.ProcessPoolExecutor``. Where the program does not say how many
    workers there may be, it is 4, on every machine."""

    _crew: ExecutorCrew

    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: Any = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        *,
        max_tasks_per_child: int | None = None,
    ) -> None:
        if max_workers is None:
            max_workers = USUAL_PROCESSES
        elif max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        if mp_context is None:
            mp_context = _context("spawn" if max_tasks_per_child is not None else None)
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        _check_most(max_tasks_per_child, mp_context)
        self._max_workers = max_workers
        self._mp_context = mp_context
        self._crew = ExecutorCrew(
            mp_context, max_workers, initializer, initargs, max_tasks_per_child, _frame(1)
        )
        _known().append(self._crew)

    @property
    def _processes(self) -> dict[int, Any]:
        """The workers by pid."""
        return self._crew.processes

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        return self._submit(fn, args, kwargs, _frame(1))

    def _submit(self, fn: Any, args: Any, kwargs: Any, frame: FrameType) -> Future:
        crew = self._crew
        future = Future.__new__(Future)
        future._future_model = made(FutureModel(), frame, of=crew.id)
        work = Work(future, CallItem(-1, fn, args, kwargs))
        new, is_first = here().world.perform(Submit(crew, work), frame)
        crew.wake()
        crew.start_workers(new)
        if is_first:
            crew.manager = Manager(crew)
            crew.manager.start()
        return future

    def map(  # type: ignore[override]
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
        **more: Any,
    ) -> Generator[Any]:
        if chunksize < 1:
            raise ValueError("chunksize must be >= 1.")
        chunks = _chunks(fn, zip(*iterables, strict=False), chunksize)
        results = super().map(_call, chunks, timeout=timeout, **more)
        return _flat(results)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        life, crew = here(), self._crew
        if life.unwinding:
            return
        life.world.perform(_ShutDown(crew, bool(cancel_futures)), _frame(1))
        if crew.manager is None or not is_here(crew.owner):
            return
        if crew.manager._task is not None and crew.manager._task.alive:
            crew.wake()
        if wait:
            await_thread(crew.manager, _frame(1))

    def __del__(self) -> None:
        """Tells the manager, as the real one's weak reference does."""
