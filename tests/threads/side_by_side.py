"""What the conformance of locks and the like is tried on: both sides, and threads side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from pyqdemo.worlds.threads.stand_ins import barriers, conditions, flags, locks, semaphores, threads

__all__ = ["OURS", "REAL", "meanwhile"]

MODULES = (barriers, conditions, flags, locks, semaphores)
OURS = SimpleNamespace(
    **{name: getattr(module, name) for module in MODULES for name in module.__all__},
    Thread=threads.Thread,
)
REAL = SimpleNamespace(**{name: getattr(threading, name) for name in vars(OURS)})


def meanwhile(t: Any, *calls: Callable[[], object]) -> list[object]:
    """What calls give, or raise, that run in threads of their own until all are over."""
    results: list[object] = [None] * len(calls)

    def run(number: int) -> None:
        try:
            results[number] = calls[number]()
        except Exception as error:
            results[number] = f"{type(error).__name__}: {error}"

    running = [t.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return results
