"""``time.sleep``, watched, and played faster where the run was asked to."""

from __future__ import annotations

import sys
import time
from time import perf_counter_ns

from pyqdemo.worlds.native.lane import Operation
from pyqdemo.worlds.native.recorder import current, lane, place_of, raised

__all__ = ["sleep"]

_frame = sys._getframe


def sleep(seconds: float, /) -> None:
    """``time.sleep`` of the seconds divided by the run's speed; noted as the program said it."""
    mine = lane()
    place = place_of(mine, _frame(1))
    began = perf_counter_ns()
    value = repr(seconds).encode("utf-8", "backslashreplace")
    try:
        pause = seconds / current().speed
        mine.event(
            Operation.SLEEP, 0, began, place, blocked=True, timeout=float(seconds), value=value
        )
        time.sleep(pause)
    except BaseException as error:
        now = perf_counter_ns()
        mine.event(Operation.SLEEP, 0, now, place, began=began, value=value, result=raised(error))
        raise
    mine.event(Operation.SLEEP, 0, perf_counter_ns(), place, began=began, value=value)
