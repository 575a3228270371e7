"""What a process finishes before it ends: the queues that it feeds, its pools."""

from __future__ import annotations

from typing import Protocol

from pyqdemo.worlds.threads.lives import Home

__all__ = ["Unfinished", "finish_first", "unfinished"]

_KEY = "unfinished"


class Unfinished(Protocol):
    """Something that a process does not leave behind as it is."""

    def finish(self) -> None:
        """Begins to end, before the process ends its daemons."""

    def await_end(self) -> None:
        """Waits until it has, when the process's children are over; begins, where ``finish``
        was not called because it came too late for that."""


def finish_first(home: Home, what: Unfinished) -> None:
    """Has something finished before all that stands in line already."""
    line: list[Unfinished] = home.scratch.setdefault(_KEY, [])
    line.insert(0, what)


def unfinished(home: Home) -> tuple[Unfinished, ...]:
    """What stands in line now; while it is finished, daemons may put something behind it."""
    return tuple(home.scratch.get(_KEY, ()))
