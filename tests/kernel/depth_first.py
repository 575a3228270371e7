"""Every schedule of a small program, by plain depth-first search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from pyqdemo.point import Point

__all__ = ["ASIDE", "ByPlaces", "searched"]

Ran = TypeVar("Ran")

MOST = 50_000  # schedules: a program with more is too big for a test
ASIDE = frozenset({"start", "begin", "end", "join", "exit"})
"""Operations on tasks, which commute with whatever the others do on the models."""


class ByPlaces:
    """A strategy that follows places among the enabled, then takes the first.

    Args:
        places: of the task to choose, at each choice; a further choice adds its 0.
        aside: operations that come first wherever they can, without a choice.

    Attributes:
        widths: how many could be chosen at each choice.
    """

    def __init__(self, places: list[int], aside: frozenset[str] = ASIDE) -> None:
        self.places = places
        self.aside = aside
        self.widths: list[int] = []

    def begin(self) -> None:
        self.widths = []

    def choose(self, point: Point) -> str:
        for pending in point.look() if self.aside else ():
            if pending.enabled and pending.operation in self.aside:
                return pending.task
        number = len(self.widths)
        self.widths.append(len(point.enabled))
        if number == len(self.places):
            self.places.append(0)
        return point.enabled[self.places[number]]


def searched(
    run: Callable[[ByPlaces], Ran], aside: frozenset[str] = ASIDE, most: int = MOST
) -> Iterator[Ran]:
    """What ``run`` makes of the strategy of each schedule; each schedule leaves the one before
    at the last choice where it can.

    Args:
        aside: as of ``ByPlaces``.
        most: schedules; with more the test fails.
    """
    places: list[int] = []
    for _ in range(most):
        strategy = ByPlaces(places, aside)
        yield run(strategy)
        while places and places[-1] + 1 == strategy.widths[len(places) - 1]:
            places.pop()
        if not places:
            return
        places[-1] += 1
    raise AssertionError(f"more than {most} schedules")
