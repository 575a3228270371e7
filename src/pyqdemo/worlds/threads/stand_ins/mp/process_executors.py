"""``concurrent.futures.ProcessPoolExecutor``.

A program may meet its asserts, which are the library's: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from functools import partial
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
    call_chunk,
    is_here,
)
from pyqdemo.worlds.threads.stand_ins.mp.executor_work import (
    BROKEN,
    ExecutorCrew,
    Manager,
    Work,
)
from pyqdemo.worlds.threads.stand_ins.mp.executor_workers import CallItem
from pyqdemo.worlds.threads.stand_ins.mp.family import context
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


class ShutDown(Operation):
    """Nothing more can be submitted.

    Args:
        cancels: what has not been sent to a worker is cancelled.
    """

    kind = "shutdown"

    def __init__(self, crew: ExecutorCrew, cancels: bool) -> None:
        self._crew = crew
        self._cancels = cancels
        self.target = crew.id
        self.value = "cancel" if cancels else None

    def apply(self, execution: Execution, task: Task) -> None:
        self._crew.cancels = self._cancels
        self._crew.is_shutdown = True

    def accesses(self) -> tuple[Access, ...]:
        return (Access(f"{self._crew.id}.work", "w"),)


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
            mp_context = context("spawn" if max_tasks_per_child is not None else None)
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

    def map(
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
        return _flat(super().map(call_chunk, chunks, timeout=timeout, **more))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        life, crew, frame = here(), self._crew, _frame(1)
        if life.unwinding:
            return
        life.world.perform(ShutDown(crew, bool(cancel_futures)), frame)
        if crew.is_managed():
            crew.wake()
        if wait and crew.manager is not None and is_here(crew.owner):
            await_thread(crew.manager, frame)

    def __del__(self) -> None:
        """The manager notices that when it next has anything to do, or when the process ends;
        the real one is told at once."""
        crew = getattr(self, "_crew", None)
        if crew is not None and is_here(crew.owner):
            crew.is_lost = True


def _check_most(most: Any, ctx: Any) -> None:
    """Whether workers may end after so many calls. Raises TypeError or ValueError."""
    if most is None:
        return
    if not isinstance(most, int):
        raise TypeError("max_tasks_per_child must be an integer")
    if most <= 0:
        raise ValueError("max_tasks_per_child must be >= 1")
    if ctx.get_start_method(allow_none=False) == "fork":
        raise ValueError(
            "max_tasks_per_child is incompatible with the 'fork' multiprocessing start method;"
            " supply a different mp_context."
        )


def _chunks(fn: Any, calls: Iterator[tuple[Any, ...]], size: int) -> Generator[Chunk]:
    while chunk := tuple(itertools.islice(calls, size)):
        yield Chunk(fn, chunk)


def _flat(results: Iterable[list[Any]]) -> Generator[Any]:
    for chunk in results:
        # No reference to a result stays here while it is used.
        chunk.reverse()
        while chunk:
            yield chunk.pop()


def _known() -> list[ExecutorCrew]:
    """The executors that the calling task's process has made; it tells them when it ends."""
    home, id = here().home, here().task.process.id
    crews: list[ExecutorCrew] | None = home.scratch.get(("executors of processes", id))
    if crews is None:
        crews = home.scratch["executors of processes", id] = []
        home.surroundings.before_join.append(partial(_leave, crews))
    return crews


def _leave(crews: list[ExecutorCrew]) -> None:
    """The process's main code is over: what was submitted is still finished."""
    managed = [crew for crew in crews if crew.is_managed()]
    for crew in crews:
        crew.is_exiting = True
    for crew in managed:
        crew.wake()
    for crew in managed:
        assert crew.manager is not None, "it is managed"
        await_thread(crew.manager, _frame())


#: Of ``concurrent.futures.process``; the error is the real one.
NAMES: dict[str, Any] = {"ProcessPoolExecutor": ProcessPoolExecutor}

ProcessPoolExecutor.__module__ = "concurrent.futures.process"
