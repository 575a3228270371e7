"""Any enabled task, each as likely as the others."""

from __future__ import annotations

import random

from pyqdemo.point import Point

__all__ = ["Random"]


class Random:
    """Draws the next task from a stream of its own: the same seed, the same draws.

    The n-th draw decides the n-th step, so draws stand in line with the choices. The stream
    is named by a text, which Python turns into a state by SHA-512, and only ``random()`` is
    called on it: both give the same on every platform and Python, whatever the hash seed.
    ``randrange`` and ``choice`` do not promise that.

    Not every *schedule* is equally likely: one with many choices is less so than one with few.

    Args:
        seed: any whole number.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def begin(self) -> None:
        self._draw = random.Random(f"{self._seed}/schedule").random

    def choose(self, point: Point) -> str:
        enabled = point.enabled
        return enabled[int(self._draw() * len(enabled))]
