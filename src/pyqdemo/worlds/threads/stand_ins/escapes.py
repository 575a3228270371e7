"""Ways out of control: threads and processes that nobody here could hold."""

from __future__ import annotations

import _thread
from typing import Any

from pyqdemo.worlds.threads.stand_ins.calls import left_out, refused, refused_class

__all__ = ["EXECUTORS", "LOW_THREADS"]


_LOW = (
    *("start_new_thread", "start_new", "start_joinable_thread"),
    *("allocate_lock", "allocate", "RLock", "lock"),
)

#: Of the module ``_thread``.
LOW_THREADS: dict[str, Any] = {
    **{
        name: refused("refused_threads", f"_thread.{name}")
        for name in _LOW
        if hasattr(_thread, name)
    },
    "interrupt_main": left_out("_thread.interrupt_main"),
}


#: Of the module ``concurrent.futures``.
EXECUTORS: dict[str, Any] = {
    name: refused_class("refused_processes", f"concurrent.futures.{name}")
    for name in ("InterpreterPoolExecutor",)
}
