"""Ctrl-C and SIGTERM while a program runs: something to look at, not an exception anywhere."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

__all__ = ["StopSignals"]


class StopSignals:
    """Notes the signals that ask for the end, as a context manager.

    In a thread that is not the main one it notes nothing.

    Attributes:
        asked: numbers of the signals that came, in order.
    """

    def __init__(self) -> None:
        self.asked: list[int] = []
        self._old: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._old[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, old in self._old.items():
            signal.signal(number, old)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked.append(number)
        if len(self.asked) > 2:  # we are held ourselves, by a reader of our output that stalls
            raise KeyboardInterrupt
