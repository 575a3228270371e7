"""``threading.Thread`` and ``Timer``, watched: who was started, joined, ended, and how."""

from __future__ import annotations

import sys
import threading
from time import perf_counter_ns
from typing import Any

from pyqdemo.worlds.native.lane import Lane, Operation
from pyqdemo.worlds.native.recorder import current, lane, local, new_task, place_of, raised

__all__ = ["Thread", "Timer", "task_number"]

_frame = sys._getframe


def task_number(maker: Lane, task: dict[str, Any]) -> int:
    """Announces a task to come, and gives the number by which events name it."""
    number = current().number_resource()
    maker.fact(perf_counter_ns(), {"task": task, "resource": number})
    return number


class Thread(threading.Thread):
    """``threading.Thread``, watched."""

    _watched_number = 0

    def start(self) -> None:
        if self.ident is not None:
            super().start()  # raises: a thread starts once
        mine = lane()
        target = getattr(self, "_target", None)
        if type(self).run is not threading.Thread.run:
            role: str | None = type(self).__name__
        else:
            role = getattr(target, "__name__", None)
        self._watched_task = new_task(mine, "thread", self.name, role, self.daemon)
        # Made here: a thread that fails before it has begun leaves its starter waiting.
        self._watched_lane = current().make_lane(self._watched_task)
        self._watched_number = number = task_number(mine, self._watched_task)
        location = place_of(mine, _frame(1))
        now = perf_counter_ns()
        mine.event(Operation.START, number, now, location, began=now)
        try:
            super().start()
        except BaseException as error:
            mine.event(Operation.START, number, perf_counter_ns(), location, result=raised(error))
            raise

    def join(self, timeout: float | None = None) -> None:
        mine = lane()
        location = place_of(mine, _frame(1))
        began = perf_counter_ns()
        number = self._watched_number
        if number and self.is_alive() and threading.current_thread() is not self:
            mine.event(
                Operation.JOIN,
                number,
                began,
                location,
                began=began,
                blocked=True,
                timeout=timeout,
            )
        result = b""
        try:
            super().join(timeout)
            if timeout is not None and self.is_alive():
                result = b"still running"
        except BaseException as error:
            result = raised(error)
            raise
        finally:
            now = perf_counter_ns()
            mine.event(Operation.JOIN, number, now, location, began=began, result=result)

    def _bootstrap_inner(self) -> None:
        """The whole life of the thread, as the real class leads it."""
        local.lane = mine = self._watched_lane
        now = perf_counter_ns()
        mine.event(Operation.BEGIN, 0, now, began=now)
        self._watch_failure(mine)
        self._watched_result = result = [b""]
        try:
            super()._bootstrap_inner()  # type: ignore[misc]
        finally:
            mine.event(Operation.END, 0, perf_counter_ns(), began=now, result=result[0])
            del local.lane, self._watched_lane
            mine.close()

    def _watch_failure(self, mine: Lane) -> None:
        """Looks on when the real class hands an exception to ``threading.excepthook``."""
        real = self._invoke_excepthook  # type: ignore[has-type]

        def invoke(thread: threading.Thread) -> None:
            error = sys.exc_info()[1]
            if error is not None and not isinstance(error, SystemExit):
                self._watched_result[0] = raised(error)
            real(thread)

        self._invoke_excepthook = invoke


class Timer(Thread, threading.Timer):
    """``threading.Timer``, watched as a thread."""
