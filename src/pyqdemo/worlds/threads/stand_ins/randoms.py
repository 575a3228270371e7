"""``random``: a stream of draws for each task, so that no task's draws depend on another's."""

from __future__ import annotations

import random
from typing import Any

from pyqdemo.worlds.threads.world import here

__all__ = ["NAMES", "Random"]

_METHODS = (
    *("random", "uniform", "triangular", "randint", "choice", "randrange", "sample", "shuffle"),
    *("choices", "normalvariate", "lognormvariate", "expovariate", "vonmisesvariate"),
    *("gammavariate", "gauss", "betavariate", "binomialvariate", "paretovariate"),
    *("weibullvariate", "getstate", "setstate", "getrandbits", "randbytes", "seed"),
)


def _stream() -> random.Random:
    """The calling task's: from the run's seed and the task's id."""
    life = here()
    if life.looking:  # nobody shall notice
        return random.Random(0)
    found: random.Random | None = life.local.get("random")
    if found is None:
        world = life.world
        found = random.Random(f"{world.seed}/{life.task.id}/random")
        life.local["random"] = found
    return found


def _drawn(name: str) -> Any:
    def draw(*args: Any, **kwargs: Any) -> Any:
        return getattr(_stream(), name)(*args, **kwargs)

    draw.__name__ = draw.__qualname__ = name
    draw.__doc__ = getattr(random, name).__doc__
    return draw


class Random(random.Random):
    """``random.Random``; without a seed of the program's it takes the next of the task's."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Random:
        return super().__new__(cls)

    def seed(self, a: Any = None, version: int = 2) -> None:
        if a is None:
            life = here()
            count = life.local["randoms"] = life.local.get("randoms", 0) + 1
            a = f"{life.world.seed}/{life.task.id}/Random/{count}"
        super().seed(a, version)


class SystemRandom(random.SystemRandom):
    """``random.SystemRandom``: the system's, so it is no part of what a seed decides."""

    def __init__(self, *args: Any) -> None:
        here().world.execution.note_uncontrolled("random.SystemRandom")
        super().__init__(*args)


#: What the program finds in its module ``random``.
NAMES: dict[str, Any] = {name: _drawn(name) for name in _METHODS if hasattr(random, name)}
NAMES.update(Random=Random, SystemRandom=SystemRandom)
