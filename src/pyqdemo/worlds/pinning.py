"""Keeping a run on one processor: where only one task goes at a time, that is several times as
fast, since whoever is woken need not be waited for on another one."""

from __future__ import annotations

import os

__all__ = ["Pinned"]


class Pinned:
    """Keeps this thread, and whatever threads and processes it starts, on one processor, where
    the system can, until ``release``. It is the same one each time in a process.

    As a context manager it releases in the end.
    """

    def __init__(self) -> None:
        self._mask: set[int] | None = None
        if hasattr(os, "sched_setaffinity"):
            self._mask = os.sched_getaffinity(0)
            # Several at work at once shall not all choose the same one.
            processors = sorted(self._mask)
            os.sched_setaffinity(0, {processors[os.getpid() % len(processors)]})

    def release(self) -> None:
        """This thread may go everywhere again. Releasing again does nothing."""
        if self._mask is not None:
            os.sched_setaffinity(0, self._mask)
            self._mask = None

    def __enter__(self) -> Pinned:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
