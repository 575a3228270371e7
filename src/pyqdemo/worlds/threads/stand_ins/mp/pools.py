"""``multiprocessing.Pool`` and ``multiprocessing.pool``."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from types import FrameType
from typing import Any, NoReturn

from pyqdemo.worlds.threads.stand_ins.calls import refused_class
from pyqdemo.worlds.threads.stand_ins.mp import family
from pyqdemo.worlds.threads.stand_ins.mp.crews import (
    USUAL_PROCESSES,
    Chunk,
    at_exit,
    await_thread,
    quietly,
)
from pyqdemo.worlds.threads.stand_ins.mp.pool_results import (
    ApplyResult,
    IMapIterator,
    IMapUnorderedIterator,
    MapResult,
)
from pyqdemo.worlds.threads.stand_ins.mp.pool_work import (
    CLOSE,
    RUN,
    TERMINATE,
    PoolCrew,
)
from pyqdemo.worlds.threads.stand_ins.mp.pool_workers import Call, Calls, raise_it
from pyqdemo.worlds.threads.world import here

__all__ = ["MADE", "NAMES", "Pool"]

_frame = sys._getframe
Function = Callable[..., Any]
Callback = Callable[[Any], object]


class Pool:
    """``multiprocessing.Pool``. Where the program does not say how many workers there shall
    be, there are 4, on every machine."""

    _state = "INIT"
    _crew: PoolCrew

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: Any = None,
    ) -> None:
        if context is None:
            context = family.context()
        if processes is None:
            processes = USUAL_PROCESSES
        if processes < 1:
            raise ValueError("Number of processes must be at least 1")
        if maxtasksperchild is not None and (
            not isinstance(maxtasksperchild, int) or maxtasksperchild <= 0
        ):
            raise ValueError("maxtasksperchild must be a positive int or None")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._ctx = context
        self._processes = processes
        crew = PoolCrew(context, processes, initializer, initargs, maxtasksperchild, _frame(1))
        self._crew = crew
        try:
            crew.start_workers()
        except Exception:
            for process in crew.workers:
                if process.exitcode is None:
                    process.terminate()
            for process in crew.workers:
                process.join()
            raise
        crew.start_threads()
        at_exit(quietly(crew.terminate, None))
        self._state = RUN

    @property
    def _pool(self) -> list[Any]:
        """The workers."""
        return self._crew.workers

    def __del__(self) -> None:
        """As in the library a pool that nobody holds any more is ended; here by its thread."""
        if self._state == RUN:
            self._crew.let_go()

    def __repr__(self) -> str:
        kind = type(self)
        name = f"{kind.__module__}.{kind.__qualname__}"
        return f"<{name} state={self._state} pool_size={len(self._pool)}>"

    def __reduce__(self) -> NoReturn:
        raise NotImplementedError("pool objects cannot be passed between processes or pickled")

    def _check_running(self) -> None:
        if self._state != RUN:
            raise ValueError("Pool not running")

    # One call.

    def apply(self, func: Function, args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}) -> Any:
        return self._apply(func, args, kwds, None, None, _frame(1))._get(None, _frame(1))

    def apply_async(
        self,
        func: Function,
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
        callback: Callback | None = None,
        error_callback: Callback | None = None,
    ) -> ApplyResult:
        return self._apply(func, args, kwds, callback, error_callback, _frame(1))

    def _apply(
        self,
        func: Function,
        args: Iterable[Any],
        kwds: Mapping[str, Any],
        callback: Callback | None,
        error_callback: Callback | None,
        frame: FrameType,
    ) -> ApplyResult:
        self._check_running()
        result = ApplyResult(self, callback, error_callback, frame)
        self._crew.hand_in(Calls([Call(result._job, 0, func, args, kwds)]), frame)
        return result

    # Many calls, all results together.

    def map(self, func: Function, iterable: Iterable[Any], chunksize: int | None = None) -> Any:
        frame = _frame(1)
        return self._map(func, iterable, False, chunksize, None, None, frame)._get(None, frame)

    def starmap(
        self, func: Function, iterable: Iterable[Iterable[Any]], chunksize: int | None = None
    ) -> Any:
        frame = _frame(1)
        return self._map(func, iterable, True, chunksize, None, None, frame)._get(None, frame)

    def map_async(
        self,
        func: Function,
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Callback | None = None,
        error_callback: Callback | None = None,
    ) -> MapResult:
        return self._map(func, iterable, False, chunksize, callback, error_callback, _frame(1))

    def starmap_async(
        self,
        func: Function,
        iterable: Iterable[Iterable[Any]],
        chunksize: int | None = None,
        callback: Callback | None = None,
        error_callback: Callback | None = None,
    ) -> MapResult:
        return self._map(func, iterable, True, chunksize, callback, error_callback, _frame(1))

    def _map(
        self,
        func: Function,
        iterable: Any,
        star: bool,
        chunksize: int | None,
        callback: Callback | None,
        error_callback: Callback | None,
        frame: FrameType,
    ) -> MapResult:
        self._check_running()
        if not hasattr(iterable, "__len__"):
            iterable = list(iterable)
        length = len(iterable)
        if chunksize is None:
            chunksize, more = divmod(length, len(self._pool) * 4)
            chunksize += bool(more)
        if not length:
            chunksize = 0
        result = MapResult(self, chunksize, length, callback, error_callback, frame)
        chunks = _chunks(func, iterable, chunksize, star)
        calls = _guarded(result._job, chunks)
        self._crew.hand_in(Calls(calls, None, f"{_name(func)}: {length} calls"), frame)
        return result

    # Many calls, results one by one.

    def imap(self, func: Function, iterable: Iterable[Any], chunksize: int = 1) -> Iterator[Any]:
        return self._iterate(IMapIterator, func, iterable, chunksize, "n", _frame(1))

    def imap_unordered(
        self, func: Function, iterable: Iterable[Any], chunksize: int = 1
    ) -> Iterator[Any]:
        return self._iterate(IMapUnorderedIterator, func, iterable, chunksize, "!r", _frame(1))

    def _iterate(
        self,
        kind: type[IMapIterator],
        func: Function,
        iterable: Iterable[Any],
        chunksize: int,
        form: str,
        frame: FrameType,
    ) -> Iterator[Any]:
        self._check_running()
        if chunksize < 1:
            told = repr(chunksize) if form == "!r" else format(chunksize, form)
            raise ValueError(f"Chunksize must be 1+, not {told}")
        result = kind(self, frame)
        if chunksize == 1:
            calls: Iterable[tuple[Function, tuple[Any, ...]]] = ((func, (x,)) for x in iterable)
        else:
            calls = _chunks(func, iterable, chunksize, False)
        guarded = _guarded(result._job, calls)
        self._crew.hand_in(Calls(guarded, result._set_length, _name(func)), frame)
        return result if chunksize == 1 else _flat(result)

    # Its end.

    def close(self) -> None:
        if self._state == RUN:
            self._state = CLOSE
            self._crew.close()

    def terminate(self) -> None:
        if not here().unwinding:
            self._state = TERMINATE
            self._crew.terminate(_frame(1))

    def join(self) -> None:
        if self._state == RUN:
            raise ValueError("Pool is still running")
        if self._state not in (CLOSE, TERMINATE):
            raise ValueError("In unknown state")
        frame = _frame(1)
        for thread in self._crew.threads:
            await_thread(thread, frame)
        for process in self._pool:
            process.join()

    def __enter__(self) -> Pool:
        self._check_running()
        return self

    def __exit__(self, *_: object) -> None:
        if not here().unwinding:
            self._state = TERMINATE
            self._crew.terminate(_frame(1))


def _name(func: Any) -> str:
    return str(getattr(func, "__name__", type(func).__name__))


def _chunks(
    func: Function, iterable: Iterable[Any], size: int, star: bool
) -> Generator[tuple[Function, tuple[Any, ...]]]:
    items = iter(iterable)
    while chunk := tuple(itertools.islice(items, size)):
        yield Chunk(func, chunk if star else [(each,) for each in chunk]), ()


def _guarded(job: int, calls: Iterable[tuple[Function, tuple[Any, ...]]]) -> Generator[Call]:
    """Some calls on their way. If it cannot go on, the last one raises the reason."""
    place = 0
    try:
        for func, args in calls:
            yield Call(job, place, func, args, {})
            place += 1
    except Exception as error:
        yield Call(job, place, raise_it, (error,), {})


def _flat(results: Iterable[Iterable[Any]]) -> Generator[Any]:
    return (each for chunk in results for each in chunk)


def _pool(
    ctx: Any,
    processes: int | None = None,
    initializer: Callable[..., object] | None = None,
    initargs: Iterable[Any] = (),
    maxtasksperchild: int | None = None,
) -> Pool:
    return Pool(processes, initializer, initargs, maxtasksperchild, ctx.get_context())


#: What a context makes, called with that first.
MADE: dict[str, Callable[..., Any]] = {"Pool": _pool}

#: Of ``multiprocessing.pool``; the errors are the real ones.
NAMES: dict[str, Any] = {
    "Pool": Pool,
    "ThreadPool": refused_class("refused_threads", "multiprocessing.pool.ThreadPool"),
    "ApplyResult": ApplyResult,
    "AsyncResult": ApplyResult,
    "MapResult": MapResult,
    "IMapIterator": IMapIterator,
    "IMapUnorderedIterator": IMapUnorderedIterator,
}

Pool.__module__ = "multiprocessing.pool"
