"""``concurrent.futures``: Executor and ThreadPoolExecutor.

A program may meet its asserts, which are the library's: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import concurrent.futures as real
import itertools
import sys
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures.thread import BrokenThreadPool
from typing import Any

from pyqdemo.kernel.executors import (
    AwaitWorkers,
    ExecutorModel,
    LoseExecutor,
    ShutDownExecutor,
    Submit,
)
from pyqdemo.kernel.futures import FutureModel
from pyqdemo.point import Access
from pyqdemo.worlds.threads.stand_ins.futures import (
    Future,
    as_completed,
    bound,
    end_of,
    left_s,
    wait,
)
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.stand_ins.threads import Thread
from pyqdemo.worlds.threads.stand_ins.workers import Call, worker
from pyqdemo.worlds.threads.world import here

__all__ = ["NAMES", "THREAD_NAMES", "Executor", "ThreadPoolExecutor"]

_frame = sys._getframe
#: The real one looks at the machine: this is what it finds where there are four processors.
USUAL_WORKERS = 8


class Executor:
    """``concurrent.futures.Executor``."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        raise NotImplementedError

    if sys.version_info >= (3, 14):

        def map(
            self,
            fn: Callable[..., Any],
            *iterables: Iterable[Any],
            timeout: float | None = None,
            chunksize: int = 1,
            buffersize: int | None = None,
        ) -> Generator[Any]:
            if buffersize is not None:
                if not isinstance(buffersize, int):
                    raise TypeError("buffersize must be an integer or None")
                if buffersize < 1:
                    raise ValueError("buffersize must be None or > 0")
            return _map(self, fn, iterables, timeout, buffersize)

    else:

        def map(
            self,
            fn: Callable[..., Any],
            *iterables: Iterable[Any],
            timeout: float | None = None,
            chunksize: int = 1,
        ) -> Generator[Any]:
            return _map(self, fn, iterables, timeout, None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        pass

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown(wait=True)


def _map(
    executor: Executor,
    fn: Callable[..., Any],
    iterables: tuple[Iterable[Any], ...],
    timeout: float | None,
    buffersize: int | None,
) -> Generator[Any]:
    """Submits the calls, or the first ``buffersize`` of them; the rest as results are taken."""
    limit = bound(timeout)
    end_ns = None if limit is None else end_of(limit)
    given = zip(*iterables, strict=False)
    futures = deque(executor.submit(fn, *args) for args in itertools.islice(given, buffersize))
    known = weakref.ref(executor)

    def results() -> Generator[Any]:
        try:
            while futures:
                if buffersize and (still := known()) and (args := next(given, None)):
                    futures.append(still.submit(fn, *args))
                    del still
                # No reference to a future stays here while its result is used.
                due_s = None if end_ns is None else left_s(end_ns)
                yield _result_or_cancel(futures.popleft(), due_s)
        finally:
            _cancel(futures)

    return results()


def _result_or_cancel(future: Future, timeout_s: float | None) -> Any:
    try:
        return future.result(timeout_s)
    except TimeoutError:
        if not future._future_model.is_over:  # it is not the call itself that raised
            future.cancel()
        raise
    finally:
        del future


def _cancel(futures: Iterable[Future]) -> None:
    """Cancels what nobody will ask for; when the run is over there is nothing left to do."""
    try:
        here()
    except RuntimeError:
        return
    for future in futures:
        future.cancel()


class ThreadPoolExecutor(Executor):
    """``concurrent.futures.ThreadPoolExecutor``.

    Its workers are the same on every Python and every machine: see ``kernel.executors``, and
    8 at most where the program does not say how many. They are never daemons, as the real
    ones are waited for even if they are.
    """

    _executor_model: ExecutorModel | None = None

    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "",
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        if max_workers is None:
            max_workers = USUAL_WORKERS
        if max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._max_workers = max_workers
        self._thread_name_prefix = thread_name_prefix or _new_prefix()
        self._initializer = initializer
        self._initargs = initargs
        self._threads: set[Thread] = set()  # programs look at how many there are
        self._executor_model = made(ExecutorModel(max_workers), _frame(1), capacity=max_workers)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        life, pool = here(), self._executor_model
        assert pool is not None, "its __init__ has been called"
        future = Future.__new__(Future)
        future._future_model = made(FutureModel(pool=pool), _frame(1), of=pool.id)
        call = Call(future, fn, args, kwargs)
        operation = Submit(pool, future._future_model, call, life.task, call.told)
        number = life.world.perform(operation, _frame(1))
        if number is not None:
            self._add_worker(pool, number)
        return future

    def _add_worker(self, pool: ExecutorModel, number: int) -> None:
        thread = Thread(
            target=worker,
            name=f"{self._thread_name_prefix}_{number}",
            args=(pool, self._initializer, self._initargs),
            daemon=False,
        )
        thread.start()
        assert thread._task is not None, "it was started"
        pool.workers.append(thread._task)
        self._threads.add(thread)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        life, pool = here(), self._executor_model
        assert pool is not None, "its __init__ has been called"
        operation = ShutDownExecutor(pool, bool(cancel_futures))
        cancelled = life.world.at_once(operation, _frame(1))
        if not life.unwinding:
            for call in cancelled:
                call.future._invoke_callbacks()
        if wait:
            life.world.at_once(AwaitWorkers(pool, life.task), _frame(1))

    def __del__(self) -> None:
        """Tells the workers, as the real one's weak reference does."""
        pool = self._executor_model
        if pool is None or pool.is_shutdown:
            return
        try:
            life = here()
        except RuntimeError:
            return  # the run is over
        before, life.inside = life.inside, True
        try:
            life.world.perform(LoseExecutor(pool), None)
        finally:
            life.inside = before


def _new_prefix() -> str:
    """``ThreadPoolExecutor-0``: counted in the order in which they are made."""
    world = here().world
    world.execution.touch(Access("names:executor", "w"))  # who comes first gets the smaller one
    scratch = here().home.scratch
    scratch["executors made"] = number = scratch.get("executors made", 0) + 1
    return f"ThreadPoolExecutor-{number - 1}"


#: What the program finds in its module ``concurrent.futures``, but for processes; the
#: errors and constants are the real ones.
NAMES: dict[str, Any] = {
    name: getattr(real, name)
    for name in (
        "ALL_COMPLETED",
        "FIRST_COMPLETED",
        "FIRST_EXCEPTION",
        "BrokenExecutor",
        "CancelledError",
        "InvalidStateError",
        "TimeoutError",
    )
} | {
    "Executor": Executor,
    "Future": Future,
    "ThreadPoolExecutor": ThreadPoolExecutor,
    "as_completed": as_completed,
    "wait": wait,
}
#: And in ``concurrent.futures.thread``.
THREAD_NAMES: dict[str, Any] = {
    "BrokenThreadPool": BrokenThreadPool,
    "ThreadPoolExecutor": ThreadPoolExecutor,
}

for _named in (Executor, Future, as_completed, wait):
    _named.__module__ = "concurrent.futures._base"
ThreadPoolExecutor.__module__ = "concurrent.futures.thread"
