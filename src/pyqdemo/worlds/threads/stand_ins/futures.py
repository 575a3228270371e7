"""``concurrent.futures``: Future, wait and as_completed."""

from __future__ import annotations

import logging
import sys
import types
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ALL_COMPLETED
from concurrent.futures._base import DoneAndNotDoneFutures
from threading import TIMEOUT_MAX
from types import FrameType
from typing import Any, NoReturn

from pyqdemo.kernel.collecting import AwaitFutures, Collector, NextCompleted, WatchFutures
from pyqdemo.kernel.futures import (
    AddCallback,
    AskFuture,
    CancelFuture,
    Finish,
    FutureModel,
    Result,
    SetRunning,
)
from pyqdemo.kernel.operations import seconds_ns
from pyqdemo.point import Access
from pyqdemo.worlds.threads.stand_ins.failing import show
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.stand_ins.streams import standard_error
from pyqdemo.worlds.threads.stand_ins.values import short
from pyqdemo.worlds.threads.world import here

__all__ = ["Future", "as_completed", "bound", "end_of", "left_s", "tell", "wait"]

_frame = sys._getframe
_log = logging.getLogger("concurrent.futures")


class Future:
    """``concurrent.futures.Future``.

    A set of futures goes through them by their numbers (see ``FutureModel.number``), where
    the real ones' order hangs on addresses.
    """

    _future_model: FutureModel

    def __init__(self) -> None:
        self._future_model = made(FutureModel(type(self).__name__), _frame(1))

    def __getstate__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.RLock' object")

    def cancel(self) -> bool:
        life = here()
        operation = CancelFuture(self._future_model)
        # At once: ``map`` calls it in a ``finally``.
        answer: bool = life.world.at_once(operation, _frame(1))
        if operation.newly and not life.unwinding:
            self._invoke_callbacks()
        return answer

    def cancelled(self) -> bool:
        return bool(self._ask("cancelled", _frame(1)))

    def running(self) -> bool:
        return bool(self._ask("running", _frame(1)))

    def done(self) -> bool:
        return bool(self._ask("done", _frame(1)))

    def _ask(self, what: str, frame: FrameType) -> Any:
        return here().world.perform(AskFuture(self._future_model, what), frame)

    def add_done_callback(self, fn: Callable[[Any], object]) -> None:
        if not here().world.perform(AddCallback(self._future_model, fn), _frame(1)):
            self._call(fn)

    def result(self, timeout: float | None = None) -> Any:
        model = self._future_model
        here().world.perform(Result(model, bound(timeout)), _frame(1))
        if model.error is None:
            return model.value
        try:
            raise model.error
        finally:
            del model, self  # the error's traceback shall not keep what keeps the error

    def exception(self, timeout: float | None = None) -> BaseException | None:
        here().world.perform(Result(self._future_model, bound(timeout)), _frame(1))
        return self._future_model.error

    def set_running_or_notify_cancel(self) -> bool:
        try:
            answer: bool = here().world.perform(SetRunning(self._future_model), _frame(1))
        except RuntimeError:
            model = self._future_model
            tell(f"Future {model.number} in unexpected state: {model.state}", None)
            raise
        return answer

    def set_result(self, result: Any) -> None:
        self._finish(result, None, _frame(1))

    def set_exception(self, exception: BaseException | None) -> None:
        self._finish(None, exception, _frame(1))

    def _finish(self, value: Any, error: BaseException | None, frame: FrameType | None) -> None:
        here().world.perform(Finish(self._future_model, value, error, short), frame)
        self._invoke_callbacks()

    def _invoke_callbacks(self) -> None:
        for callback in self._future_model.callbacks:
            self._call(callback)

    def _call(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except Exception as error:
            tell(f"exception calling callback for {self!r}", error, logging.ERROR)

    def __hash__(self) -> int:
        return self._future_model.number

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        try:
            life = here()
        except RuntimeError:
            return self._future_model.shown()  # the run is over
        operation = AskFuture(self._future_model, "state")
        operation.quiet = life.inside  # asked by the record itself
        return str(life.world.perform(operation, _frame(1)))

    __class_getitem__: Any = classmethod(types.GenericAlias)


def wait(
    fs: Iterable[Future], timeout: float | None = None, return_when: str = ALL_COMPLETED
) -> Any:
    """``concurrent.futures.wait``."""
    futures = {each._future_model: each for each in _in_order(fs)}
    operation = AwaitFutures(tuple(futures), return_when, bound(timeout))
    done: Any = {futures[model] for model in here().world.perform(operation, _frame(1))}
    return DoneAndNotDoneFutures(done, set(futures.values()) - done)


def as_completed(fs: Iterable[Future], timeout: float | None = None) -> Generator[Future]:
    """``concurrent.futures.as_completed``: first those that are completed already, by their
    numbers, then the others as they come."""
    world, limit = here().world, bound(timeout)
    end_ns = None if limit is None else end_of(limit)
    left = {each._future_model: each for each in _in_order(fs)}
    collector = Collector(len(left))
    world.execution.register(collector, here().task, quiet=True)
    came: list[FutureModel] = world.perform(WatchFutures(collector, tuple(left)), _frame(0))
    collector.left -= len(came)
    try:
        while True:
            came.reverse()
            while came:
                # No reference to a future stays here while its taker has it.
                yield left.pop(came.pop())
            if not left:
                return
            due_s = None if end_ns is None else left_s(end_ns)
            operation = NextCompleted(collector, tuple(left), due_s)
            came = world.perform(operation, _frame(0))
            del operation
    finally:
        for model in left:
            if collector in model.collectors:
                model.collectors.remove(collector)  # nobody can notice


def _in_order(futures: Iterable[Future]) -> list[Future]:
    return sorted(set(futures), key=hash)


def bound(timeout: float | None) -> float | None:
    """A bound in seconds, at least 0; None for none."""
    return None if timeout is None or timeout > TIMEOUT_MAX else max(0, timeout)


def end_of(bound_s: float) -> int:
    """When a bound that begins now will be reached, in virtual nanoseconds."""
    return _now_ns() + seconds_ns(bound_s)


def left_s(end_ns: int) -> float:
    """Seconds from now to that moment; below 0 behind it."""
    return (end_ns - _now_ns()) / 1e9


def _now_ns() -> int:
    execution = here().world.execution
    execution.clock_was_read = True
    execution.touch(Access("clock", "r"))
    return execution.now_ns


def tell(what: str, error: BaseException | None, level: int = logging.CRITICAL) -> None:
    """Logs what went wrong as ``concurrent.futures`` does: to the program's own stderr, unless
    somebody has set up logging."""
    if _log.hasHandlers():
        _log.log(level, what, exc_info=error)
    elif error is not None:
        show(error, f"{what}\n")
    elif (stream := standard_error()) is not None:
        stream.write(f"{what}\n")
