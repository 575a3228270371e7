"""``random``: a stream of draws for each task, so that no task's draws depend on another's.

Where the strategy chooses draws, a call that draws from a small range asks it for each value in
the place of drawing it, as long as the program has not seeded that generator itself or looked
at its state. What draws from a large range, or a float, follows the run's seed still.

Natively the module's functions share one generator in each process. Which of its draws a task
gets nobody can tell as long as the system has seeded it, so each may have a stream of its own.
From the moment on at which the program has set its state, or knows it, all tasks of the process
draw from that one, in the order of the schedule.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

from pyqdemo.point import Access
from pyqdemo.worlds.threads.lives import Life
from pyqdemo.worlds.threads.stand_ins.choosing import SMALL, Choosing
from pyqdemo.worlds.threads.world import here

__all__ = ["NAMES", "Random"]

_frame = sys._getframe
_METHODS = (
    *("random", "uniform", "triangular", "randint", "choice", "randrange", "sample", "shuffle"),
    *("choices", "normalvariate", "lognormvariate", "expovariate", "vonmisesvariate"),
    *("gammavariate", "gauss", "betavariate", "binomialvariate", "paretovariate"),
    *("weibullvariate", "getrandbits", "randbytes"),
)


def _named(call: Any, name: str) -> Any:
    call.__name__ = call.__qualname__ = name
    call.__doc__ = getattr(random, name).__doc__
    return call


class _Stream(random.Random):
    """A generator of the module's functions.

    Attributes:
        own: the program has set its state, so it is not the run's seed that decides.
    """

    own = False


# The module's functions


def _stream(life: Life) -> _Stream:
    """The calling task's generator; or its process's, where the program has set the state of
    that one."""
    if life.looking:  # nobody shall notice
        return _Stream(0)
    execution = life.world.execution
    shared: _Stream | None = life.home.scratch.get("random")
    if shared is not None:
        execution.touch(Access(_part(life), "w"))
        return shared
    if execution.draws_matter or execution.chooses_draws:
        execution.touch(Access(_part(life), "r"))  # that nobody has set it
    found: _Stream | None = life.local.get("random")
    if found is None:
        found = life.local["random"] = _Stream(f"{life.world.seed}/{life.task.id}/random")
    return found


def _part(life: Life) -> str:
    """What is touched by whoever uses the generator of a task's process."""
    return f"random:{life.task.process.id}"


def _drawn(name: str) -> Any:
    small, called = name in SMALL, f"random.{name}"

    def draw(*args: Any, **kwargs: Any) -> Any:
        life = here()
        stream = _stream(life)
        if small and _asks(life):
            return Choosing(life, stream, called, name, args, _frame(1)).answer(kwargs)
        if not (stream.own or life.looking):
            life.world.execution.note_seeded(called)
        return getattr(stream, name)(*args, **kwargs)

    return _named(draw, name)


def _asks(life: Life) -> bool:
    """Whether the values of a task's small draws are chosen."""
    asked = life.world.execution.chooses_draws and "random" not in life.home.scratch
    return asked and not (life.looking or life.unwinding)


def seed(a: Any = None, version: int = 2) -> None:
    """``random.seed``; without a seed of the program's the task's draws are the run's again."""
    life = here()
    if a is None:
        count = life.local["seeded"] = life.local.get("seeded", 0) + 1
        a = f"{life.world.seed}/{life.task.id}/random/{count}"
        _set(life, lambda stream: stream.seed(a), own=False)
    else:
        _set(life, lambda stream: stream.seed(a, version), own=True)


def getstate() -> tuple[Any, ...]:
    """``random.getstate``: what is drawn from then on follows from what has been seen."""
    life = here()
    stream = _stream(life)
    if not (stream.own or life.looking):
        life.world.execution.note_seeded("random.getstate")
    state = stream.getstate()
    _set(life, lambda stream: stream.setstate(state), own=stream.own, kept=True)
    return state


def setstate(state: tuple[Any, ...]) -> None:
    _set(here(), lambda stream: stream.setstate(state), own=True)


def _set(life: Life, change: Callable[[_Stream], object], *, own: bool, kept: bool = False) -> None:
    """Sets the state of the generator that the calling task draws from.

    Args:
        own: the program decides it.
        kept: the program does not, but knows it.
    """
    if life.looking:
        return
    execution, scratch = life.world.execution, life.home.scratch
    execution.touch(Access(_part(life), "w"))
    if len(execution.tasks) > 1:
        life.world.learned.add("draws")  # another may have drawn before, and touched nothing
    if own or kept:
        scratch.setdefault("random", _Stream(0))
    else:
        scratch.pop("random", None)
    stream = _stream(life)
    change(stream)
    stream.own = own


# Generators that the program makes


class Random(random.Random):
    """``random.Random``; without a seed of the program's it takes the next of the task's.

    Several tasks may share one: whoever uses it changes it.
    """

    _own = True
    _known = True
    _name = ""

    def __new__(cls, *args: Any, **kwargs: Any) -> Random:
        made = super().__new__(cls)
        life = here()
        if not life.looking:
            count = life.local["generators"] = life.local.get("generators", 0) + 1
            made._name = f"{life.task.id}/{count}"
        return made

    def seed(self, a: Any = None, version: int = 2) -> None:
        life = here()
        self._own = self._known = a is not None
        if a is None:
            count = life.local["randoms"] = life.local.get("randoms", 0) + 1
            a = f"{life.world.seed}/{life.task.id}/Random/{count}"
        self._touch(life, "w")
        super().seed(a, version)

    def random(self) -> float:
        self._use()
        return super().random()

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        self._use()  # every other time it has the value already
        return super().gauss(mu, sigma)

    def getrandbits(self, k: int) -> int:
        self._use()
        return super().getrandbits(k)

    def getstate(self) -> tuple[Any, ...]:
        self._use()
        self._known = True
        return super().getstate()

    def setstate(self, state: tuple[Any, ...]) -> None:
        self._own = self._known = True
        self._touch(here(), "w")
        super().setstate(state)

    def _use(self) -> None:
        """What is drawn now is not chosen."""
        life = here()
        self._touch(life, "w")
        if not (self._own or life.looking):
            life.world.execution.note_seeded("random.Random")

    def _touch(self, life: Life, mode: str) -> None:
        if not life.looking:
            part = f"random:{life.task.process.id}:{self._name}"
            life.world.execution.touch(Access(part, mode))

    def _asks(self, life: Life) -> bool:
        """Whether the values of small draws are chosen."""
        if self._known or not life.world.execution.chooses_draws:
            return False
        # A source of chance that the program has made itself is its own affair.
        kind = type(self)
        theirs = kind.random is not Random.random or kind.getrandbits is not Random.getrandbits
        return not (theirs or life.looking or life.unwinding)


def _small(name: str) -> Any:
    real = getattr(random.Random, name)

    def draw(self: Random, *args: Any, **kwargs: Any) -> Any:
        life = here()
        if self._asks(life):
            self._touch(life, "r")  # that it is not seeded
            return Choosing(life, self, "random.Random", name, args, _frame(1)).answer(kwargs)
        self._use()
        return real(self, *args, **kwargs)

    return _named(draw, name)


for _name in SMALL:
    setattr(Random, _name, _small(_name))


class SystemRandom(random.SystemRandom):
    """``random.SystemRandom``: the system's, so it is no part of what a seed decides."""

    def __init__(self, *args: Any) -> None:
        here().world.execution.note_uncontrolled("random.SystemRandom")
        super().__init__(*args)


#: What the program finds in its module ``random``.
NAMES: dict[str, Any] = {name: _drawn(name) for name in _METHODS if hasattr(random, name)}
NAMES.update(seed=seed, getstate=getstate, setstate=setstate)
NAMES.update(Random=Random, SystemRandom=SystemRandom)
