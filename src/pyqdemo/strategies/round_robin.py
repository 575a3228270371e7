"""Everybody in turn."""

from __future__ import annotations

from pyqdemo.ids import place
from pyqdemo.point import Point

__all__ = ["RoundRobin"]


class RoundRobin:
    """The next enabled task behind the one that went last, in the order of their ids.

    Behind the last one comes the first again. Nothing is drawn: there is one such run.
    """

    def begin(self) -> None:
        """Nothing is kept from one point to the next."""

    def choose(self, point: Point) -> str:
        enabled = point.enabled
        if point.running in enabled:
            return enabled[(enabled.index(point.running) + 1) % len(enabled)]
        last = place(point.running)
        return next((task for task in enabled if place(task) > last), enabled[0])
