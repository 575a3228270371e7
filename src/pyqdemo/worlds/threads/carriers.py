"""Threads of the operating system that carry tasks, used again and again."""

from __future__ import annotations

import _thread
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from pyqdemo.worlds.pinning import Pinned

__all__ = ["Carrier", "Carriers"]

#: How many idle threads are kept; a program with 1,000 tasks does not leave so many behind.
MOST_IDLE = 64


class Carrier:
    """One thread. It sleeps on its baton; whoever releases that lets it run.

    Args:
        patient: it does not push the thread aside that wakes it, where the system can be told
            so. On one processor it would only find the interpreter's lock taken, and two
            switches more would be made for nothing.

    Attributes:
        baton: held while the carrier may not run.
        ident: of the thread.
    """

    __slots__ = ("_ended", "_job", "_patient", "baton", "ident")

    def __init__(self, patient: bool = False) -> None:
        self._patient = patient
        self.baton = _thread.allocate_lock()
        self.baton.acquire()
        self._ended = _thread.allocate_lock()
        self._ended.acquire()
        self._job: Callable[[], None] | None = None
        self.ident = _thread.start_new_thread(self._work, ())

    def give(self, job: Callable[[], None] | None) -> None:
        """Hands it what to do when the baton is released next; None ends the thread."""
        self._job = job

    def join(self) -> None:
        """Returns when the thread is about to be gone."""
        self._ended.acquire()

    def _work(self) -> None:
        if self._patient and hasattr(os, "sched_setscheduler"):
            with suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        try:
            while True:
                self.baton.acquire()
                job, self._job = self._job, None
                if job is None:
                    return
                job()
                del job  # while idle it shall not keep a program's objects alive
        finally:
            _forget_this_thread()
            self._ended.release()


def _forget_this_thread() -> None:
    """Removes what ``threading`` noted of this thread when a library asked who it is."""
    active: dict[int, Any] = getattr(threading, "_active", {})
    known = active.get(_thread.get_ident())
    if isinstance(known, threading._DummyThread):
        active.pop(_thread.get_ident(), None)


class Carriers:
    """A pool of carriers. As a context manager it ends them all.

    Args:
        pinned: keep this thread and every carrier on one processor, where the system can:
            handing over is then several times as fast. The old mask comes back at the end.

    Attributes:
        waited_s: for how long, in one of many executions, a task was seen to go on without an
            operation. Where that happens again it is not waited for so long.
        left_behind: and it could not be ended: it waits for what is not under control.
    """

    waited_s: float | None = None
    left_behind = False

    def __init__(self, pinned: bool = False) -> None:
        self._idle: list[Carrier] = []
        self._pinned = pinned
        self._pin: Pinned | None = None

    def take(self) -> Carrier:
        """A carrier that is idle, or a new one."""
        return self._idle.pop() if self._idle else Carrier(self._pinned)

    def put_back(self, carrier: Carrier) -> None:
        """Called by the carrier itself when its job is as good as done."""
        if len(self._idle) < MOST_IDLE:
            self._idle.append(carrier)
        else:
            carrier.baton.release()  # without a job: it ends

    def close(self) -> None:
        """Ends the idle carriers and waits for them."""
        while self._idle:
            carrier = self._idle.pop()
            carrier.baton.release()
            carrier.join()

    def __enter__(self) -> Carriers:
        self._pin = Pinned() if self._pinned else None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if self._pin is not None:
            self._pin.release()
