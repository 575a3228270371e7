"""Priorities drawn at random, lowered at a few steps drawn at random."""

from __future__ import annotations

import random
from collections.abc import Callable

from pyqdemo.errors import UsageError
from pyqdemo.point import Point

__all__ = ["DEEPEST", "Pct"]

DEEPEST = 100


class Pct:
    """Probabilistic concurrency testing: the enabled task of the highest priority goes next.

    Each task has a priority, drawn when it is first seen. At ``depth - 1`` steps, drawn
    beforehand, the task that takes the step is put below all that were not, and so the
    next one is preferred to it. Of a program of ``n`` tasks that takes ``length`` steps, a
    mistake that needs ``depth`` orders to come together is met with a probability of at
    least 1 in ``n * length ** (depth - 1)``. That is not promised of a run with more steps
    than ``length``. Nor is it fair: a task that asks again and again in a loop may keep all
    others waiting, until a step bound ends the run.

    **Source**: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with
    Probabilistic Guarantees of Finding Bugs", ASPLOS 2010. Where we differ: a task gets its
    priority when it can first be chosen, not when all are known, so priorities are real
    numbers and not places in one permutation; the steps drawn are distinct, since two that
    fell together would be one.

    Args:
        seed: any whole number; the same seed, the same draws (see ``Random``).
        depth: 1 to 100; 1 draws no steps.
        length: steps the run is expected to take, at least 1: those of a first run. Where
            it has fewer steps than are to be drawn, all of them are.

    Raises:
        UsageError: ``strategy_depth`` (value, low, high), ``strategy_length`` (value, low).
    """

    def __init__(self, seed: int, depth: int, length: int) -> None:
        if not 1 <= depth <= DEEPEST:
            raise UsageError("strategy_depth", value=depth, low=1, high=DEEPEST)
        if length < 1:
            raise UsageError("strategy_length", value=length, low=1)
        self._seed = seed
        self._depth = depth
        self._length = length
        self.begin()

    def begin(self) -> None:
        self._draw = random.Random(f"{self._seed}/schedule").random
        steps = _distinct(self._draw, min(self._depth - 1, self._length), self._length)
        #: Step → the priority of whoever took it, from then on. 1 to depth - 1, as drawn:
        #: which of two lowered tasks goes first is left to chance too.
        self._lowered = {step: float(number) for number, step in enumerate(steps, 1)}
        self._priorities: dict[str, float] = {}

    def choose(self, point: Point) -> str:
        priorities = self._priorities
        for task in point.enabled:
            if task not in priorities:
                priorities[task] = self._depth + self._draw()  # above all lowered ones
        chosen = max(point.enabled, key=priorities.__getitem__)
        lowered = self._lowered.get(point.step)
        if lowered is not None:
            priorities[chosen] = lowered
        return chosen


def _distinct(draw: Callable[[], float], count: int, most: int) -> list[int]:
    """``count`` different numbers of 1 to ``most``, every order of them equally likely.

    **Source**: Fisher and Yates's shuffle, of which only the part that is asked for is
    done, and only what was moved is kept: ``most`` may be a million.
    """
    moved: dict[int, int] = {}
    numbers = []
    for place in range(1, count + 1):
        other = place + int(draw() * (most - place + 1))
        numbers.append(moved.get(other, other))
        moved[other] = moved.get(place, place)
    return numbers
