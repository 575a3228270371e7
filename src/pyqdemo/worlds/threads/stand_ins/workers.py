"""What the workers of an executor do: each takes calls until nothing more is to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyqdemo.kernel.executors import BreakExecutor, ExecutorModel, Take
from pyqdemo.worlds.threads.stand_ins.futures import Future, tell
from pyqdemo.worlds.threads.stand_ins.values import SHORT, short
from pyqdemo.worlds.threads.world import Unwind, here

__all__ = ["Call", "worker"]


class Call:
    """A submitted call with its future."""

    __slots__ = ("args", "fn", "future", "kwargs")

    def __init__(
        self,
        future: Future,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self.future = future
        self.fn = fn
        self.args = args
        self.kwargs = kwargs

    def run(self) -> None:
        try:
            value = self.fn(*self.args, **self.kwargs)
        except Unwind:
            raise
        except BaseException as error:
            self.future._finish(None, error, None)
            del self  # the error's traceback shall not keep what keeps the error
        else:
            self.future._finish(value, None, None)

    def told(self) -> tuple[str, int]:
        """``square(3)``, cut short."""
        given = [short(each)[0] for each in self.args]
        given += [f"{name}={short(each)[0]}" for name, each in self.kwargs.items()]
        name = getattr(self.fn, "__name__", None) or short(self.fn)[0]
        text = f"{name}({', '.join(given)})"
        return text[:SHORT], max(0, len(text) - SHORT)


def worker(
    pool: ExecutorModel, initializer: Callable[..., object] | None, initargs: tuple[Any, ...]
) -> None:
    """A worker's life: it takes calls until nothing more is to come."""
    if initializer is not None:
        try:
            initializer(*initargs)
        except Unwind:
            raise
        except BaseException as error:
            tell("Exception in initializer:", error)
            for call in here().world.perform(BreakExecutor(pool), None):
                call.future._invoke_callbacks()
            return
    try:
        _work(pool)
    except Unwind:
        raise
    except BaseException as error:
        tell("Exception in worker", error)


def _work(pool: ExecutorModel) -> None:
    life = here()
    waits = False
    while True:
        take = Take(pool, life.task, waits)
        life.world.perform(take, None)
        if take.is_last:
            return
        waits = take.is_idle
        call = take.call
        del take
        if call is not None:
            call.run()
        del call  # while idle it shall not keep the program's objects alive
