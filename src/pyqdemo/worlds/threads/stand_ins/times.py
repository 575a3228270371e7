"""``time``: sleeping and reading the clock, in virtual time."""

from __future__ import annotations

import sys
import time
from typing import Any

from pyqdemo.kernel.operations import ReadClock, Sleep
from pyqdemo.worlds.threads.world import here

__all__ = ["NAMES"]

_frame = sys._getframe
#: What the wall clock shows when a run begins: 2024-01-01 00:00:00 UTC. The others begin
#: at some moment too, so that a program does not take 0 for "not yet".
EPOCH_NS = 1_704_067_200 * 1_000_000_000
SINCE_BOOT_NS = 1_000 * 1_000_000_000


def sleep(seconds: float, /) -> None:
    """``time.sleep``: other tasks go on; no real time passes."""
    told = repr(seconds)
    wanted = _seconds(seconds)
    here().world.perform(Sleep(wanted, told), _frame(1))


def _seconds(seconds: Any) -> float:
    """What a real sleep would take the argument for. Raises as it does."""
    if isinstance(seconds, str):
        raise TypeError("'str' object cannot be interpreted as an integer")
    if isinstance(seconds, float):
        if seconds != seconds:
            raise ValueError("Invalid value NaN (not a number)")
        wanted = seconds
    else:
        wanted = float(seconds.__index__()) if hasattr(seconds, "__index__") else _not(seconds)
    if wanted < 0:
        raise ValueError("sleep length must be non-negative")
    if wanted > 9_223_372_036.0:
        raise OverflowError("timestamp out of range for platform time_t")
    return wanted


def _not(value: object) -> float:
    raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")


def _read(clock: str) -> int:
    now: int = here().world.perform(ReadClock(clock), _frame(2))
    return now


def time_ns() -> int:
    return EPOCH_NS + _read("time_ns")


def time_() -> float:
    return (EPOCH_NS + _read("time")) / 1e9


def monotonic_ns() -> int:
    return SINCE_BOOT_NS + _read("monotonic_ns")


def monotonic() -> float:
    return (SINCE_BOOT_NS + _read("monotonic")) / 1e9


def perf_counter_ns() -> int:
    return SINCE_BOOT_NS + _read("perf_counter_ns")


def perf_counter() -> float:
    return (SINCE_BOOT_NS + _read("perf_counter")) / 1e9


def process_time_ns() -> int:
    return _read("process_time_ns")


def process_time() -> float:
    return _read("process_time") / 1e9


def clock_gettime_ns(clock: int, /) -> int:
    wall = clock == getattr(time, "CLOCK_REALTIME", 0)
    return (EPOCH_NS if wall else SINCE_BOOT_NS) + _read("clock_gettime_ns")


def clock_gettime(clock: int, /) -> float:
    wall = clock == getattr(time, "CLOCK_REALTIME", 0)
    return ((EPOCH_NS if wall else SINCE_BOOT_NS) + _read("clock_gettime")) / 1e9


def localtime(seconds: float | None = None, /) -> time.struct_time:
    """In UTC, so that a run is the same in every time zone."""
    return time.gmtime((EPOCH_NS + _read("localtime")) / 1e9 if seconds is None else seconds)


def gmtime(seconds: float | None = None, /) -> time.struct_time:
    return time.gmtime((EPOCH_NS + _read("gmtime")) / 1e9 if seconds is None else seconds)


def ctime(seconds: float | None = None, /) -> str:
    return time.asctime(
        time.gmtime((EPOCH_NS + _read("ctime")) / 1e9 if seconds is None else seconds)
    )


def asctime(moment: Any = None, /) -> str:
    return time.asctime(
        time.gmtime((EPOCH_NS + _read("asctime")) / 1e9) if moment is None else moment
    )


def strftime(format: str, moment: Any = None, /) -> str:
    told = time.gmtime((EPOCH_NS + _read("strftime")) / 1e9) if moment is None else moment
    return time.strftime(format, told)


for _named in (time_, localtime, gmtime):
    _named.__module__ = "time"
time_.__name__ = time_.__qualname__ = "time"

#: What the program finds in its module ``time``.
NAMES: dict[str, Any] = {
    "sleep": sleep,
    "time": time_,
    "time_ns": time_ns,
    "monotonic": monotonic,
    "monotonic_ns": monotonic_ns,
    "perf_counter": perf_counter,
    "perf_counter_ns": perf_counter_ns,
    "process_time": process_time,
    "process_time_ns": process_time_ns,
    "thread_time": process_time,
    "thread_time_ns": process_time_ns,
    "clock_gettime": clock_gettime,
    "clock_gettime_ns": clock_gettime_ns,
    "localtime": localtime,
    "gmtime": gmtime,
    "ctime": ctime,
    "asctime": asctime,
    "strftime": strftime,
}
