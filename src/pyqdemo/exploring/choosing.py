"""Which strategy covers a program, and with which one ``auto`` begins and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pyqdemo.exploring.asked import Asked
from pyqdemo.point import Point
from pyqdemo.report import StrategyName, Why
from pyqdemo.strategies import Dfs, Dpor, Pct, Random, States

__all__ = ["LONG", "Drawing", "Way", "way_of"]

#: Steps of one execution at which ``auto`` takes it to go round in circles.
LONG = 1_000


@dataclass(frozen=True, slots=True)
class Way:
    """How a program is to be covered.

    Attributes:
        name: of the strategy.
    """

    name: StrategyName
    why: Why


def way_of(asked: Asked) -> Way:
    """The first way to try, of what ``check_asked`` has let pass."""
    if asked.strategy != "auto":
        return Way(cast(StrategyName, asked.strategy), "asked")
    if asked.bounds.preemptions is not None:
        return Way("dfs", "preemptions")
    if not asked.plan.limits.loose:
        return Way("states", "strict")
    return Way("dpor", "ends")


def strategy_of(way: Way, asked: Asked) -> Dfs | Dpor | States | Drawing:
    """The strategy of a way, new."""
    match way.name:
        case "dpor":
            return Dpor(draws=asked.draws)
        case "states":
            return States(draws=asked.draws, longest=asked.plan.limits.max_steps)
        case "dfs":
            return Dfs(preemptions=asked.bounds.preemptions, draws=asked.draws)
        case _:
            return Drawing(way.name, asked)


class Drawing:
    """Executions drawn at random, each with a seed of its own: there is always one more."""

    pruned = False
    nondeterminism: str | None = None

    def __init__(self, name: str, asked: Asked) -> None:
        self.more = True
        self._name = name
        self._depth = asked.plan.depth
        self._seeds = _seeds(asked.plan.seed)
        self._length = 1
        self._steps = 0

    def begin(self) -> None:
        self._length = max(self._length, self._steps)
        seed = next(self._seeds)
        if self._name == "pct":
            self._inner: Random | Pct = Pct(seed, self._depth, self._length)
        else:
            self._inner = Random(seed)
        self._inner.begin()

    def choose(self, point: Point) -> str:
        self._steps = point.step
        return self._inner.choose(point)


def _seeds(first: int) -> Iterator[int]:
    while True:
        yield first
        first += 1
