"""Every execution of a tiny script of stand-ins: all choices and all values of draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from harness import carry

from pyqdemo.kernel.execution import Execution
from pyqdemo.point import Draw, Point

__all__ = ["Next", "every", "results"]

MOST = 5_000  # executions: a script with more is too big for a test


class Next:
    """Follows a list of places among what can be chosen, then takes the first each time."""

    draws = True

    def __init__(self) -> None:
        self.places: list[int] = []
        self.widths: list[int] = []
        self.asked: list[Draw] = []

    def begin(self) -> None:
        self.widths, self.asked = [], []

    def choose(self, point: Point) -> str:
        return point.enabled[self._place(len(point.enabled))]

    def draw(self, draw: Draw) -> int:
        self.asked.append(draw)
        return self._place(draw.options)

    def go_on(self) -> bool:
        """Sets the places of the next execution; whether there is one."""
        while self.places and self.places[-1] + 1 == self.widths[len(self.places) - 1]:
            self.places.pop()
        if self.places:
            self.places[-1] += 1
        return bool(self.places)

    def _place(self, width: int) -> int:
        number = len(self.widths)
        self.widths.append(width)
        if number == len(self.places):
            self.places.append(0)
        return self.places[number]


def every(main: Callable[[], object], **options: Any) -> Iterator[Execution]:
    """Depth first, each execution once.

    Args:
        options: as of ``harness.carry``.
    """
    strategy = Next()
    for _ in range(MOST):
        yield carry(main, strategy, **options)
        if not strategy.go_on():
            return
    raise AssertionError(f"more than {MOST} executions")


def results(script: Callable[[], Any]) -> list[Any]:
    """What the script gives in each execution, in their order; it runs in the main task."""
    found: list[Any] = []
    for done in every(lambda: found.append(script())):
        assert not done.failures, done.failures
    return found
