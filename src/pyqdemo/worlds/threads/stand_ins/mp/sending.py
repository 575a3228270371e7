"""What goes to a process that is being started: its own object, pickled, and handles of pipes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyqdemo.worlds.threads.world import here

__all__ = ["handles_sent", "sending"]

_KEY = "handles sent"


@contextmanager
def sending() -> Iterator[list[str]]:
    """While it lasts the calling task pickles for a process that it starts, and no other task
    does: as in the library this is a thread's own affair.

    Gives the ids of the pipe ends that go with it, once for each handle; it fills meanwhile.
    """
    mine, handles = here().local, list[str]()
    mine[_KEY] = handles
    try:
        yield handles
    finally:
        mine.pop(_KEY, None)  # a start within a start has ended this one too, as the library's


def handles_sent() -> list[str] | None:
    """Those of the calling task; None where it starts no process."""
    handles: list[str] | None = here().local.get(_KEY)
    return handles
