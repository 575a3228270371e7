"""The calls of ``random`` that draw from small ranges, with values that the strategy chooses."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from types import FrameType
from typing import Any

from pyqdemo.kinds import OutcomeKind
from pyqdemo.point import Draw, Exhausted
from pyqdemo.worlds.threads.lives import Life, Unwind
from pyqdemo.worlds.threads.stand_ins.values import short

__all__ = ["MOST", "SMALL", "Choosing"]

MOST = 100  # values of a small range
SMALL = ("randrange", "randint", "choice", "choices", "shuffle", "sample")
_PLAIN = (list, tuple, str, range)  # to look into one runs no code of the program's
_CPYTHON: Any = random.Random  # its methods take anything that has a _randbelow


class Choosing:
    """One call, each of whose draws from 2 to ``MOST`` values the strategy chooses.

    A call with more values than that follows the generator, from its first draw to its last.

    Args:
        generator: the one that it would draw from.
        call: as ``Execution.seeded`` has it.
        name: in ``SMALL``.
        args: those without a name.
        frame: of the code that called.
    """

    def __init__(
        self,
        life: Life,
        generator: Any,
        call: str,
        name: str,
        args: tuple[Any, ...],
        frame: FrameType,
    ) -> None:
        self._life = life
        self._generator = generator
        self._call = call
        self._name = name
        self._args = args
        self._frame = frame
        self._values: Sequence[Any] | None = None

    def answer(self, kwargs: dict[str, Any]) -> Any:
        """What the call gives, or its exception."""
        return getattr(self, self._name)(*self._args, **kwargs)

    def randrange(self, *args: Any, **kwargs: Any) -> int:
        if not kwargs and all(type(arg) is int for arg in args) and 0 not in args[2:]:
            self._values = range(*args)
        return int(_CPYTHON.randrange(self, *args, **kwargs))

    def randint(self, a: int, b: int) -> int:
        return self.randrange(a, b + 1)

    def choice(self, seq: Any) -> Any:
        self._values = seq if type(seq) in _PLAIN else None
        return _CPYTHON.choice(self, seq)

    def shuffle(self, x: Any) -> None:
        _CPYTHON.shuffle(self._of(len(x)), x)

    def sample(self, population: Any, k: int, *, counts: Any = None) -> Any:
        """One of the rest each time. CPython may draw again what it has drawn before: whoever
        chooses could make that go on for ever."""
        plain = isinstance(population, Sequence) and counts is None
        if not plain or not 0 <= k <= len(population):
            return _CPYTHON.sample(self, population, k, counts=counts)
        if len(population) > MOST:
            return _CPYTHON.sample(self._of(len(population)), population, k)
        self._values = rest = list(population)
        return [rest.pop(self._randbelow(len(rest))) for _ in range(k)]

    def choices(
        self, population: Any, weights: Any = None, *, cum_weights: Any = None, k: int = 1
    ) -> Any:
        """Any of those that have a weight above 0."""
        if not len(population) or self._of(len(population)) is not self:
            generator = self._generator
            return _CPYTHON.choices(generator, population, weights, cum_weights=cum_weights, k=k)
        if isinstance(weights, Iterable):
            weights = list(weights)
        # It draws nothing, and complains of whatever is wrong.
        _CPYTHON.choices(self._generator, population, weights, cum_weights=cum_weights, k=0)
        sums = cum_weights if weights is None else accumulate(weights)
        places: Sequence[int] = range(len(population))
        if sums is not None:
            steps = enumerate(pairwise((0, *sums)))
            places = [place for place, (low, high) in steps if low < high]
        if type(population) in _PLAIN:
            self._values = [population[place] for place in places]
        return [population[places[self._randbelow(len(places))]] for _ in range(k)]

    def _of(self, values: int) -> Any:
        """Who draws where there are so many values: this call, or the generator."""
        if values <= MOST:
            return self
        self._life.world.execution.note_seeded(self._call)
        return self._generator

    def _randbelow(self, n: int) -> int:
        """The primitive behind all of them: a whole number from 0 to ``n - 1``."""
        if n <= 1:
            return 0
        if n > MOST:
            return int(self._of(n)._randbelow(n))
        life, values = self._life, self._values
        world, execution = life.world, life.world.execution
        located = execution.log is not None
        location = world.places.look(self._frame).location if located else None
        draw = Draw(life.task.id, n, self._told(n))
        try:
            return execution.draw(
                life.task,
                draw,
                location,
                lambda option: None if values is None else short(values[option])[0],
            )
        except Exhausted as stopped:
            execution.end(OutcomeKind.STEP_BOUND, str(stopped))
        except BaseException as error:  # as where it cannot choose a task
            world.error = error
            execution.end(OutcomeKind.ABORTED, str(error))
        life.unwinding = True
        raise Unwind

    def _told(self, n: int) -> str:
        """The call in words: the same in every execution, so no value's repr is in them."""
        if self._name in ("randrange", "randint") and type(self._values) is range:
            return f"{self._name}({', '.join(short(arg)[0] for arg in self._args)})"
        return f"{self._name} of {n}"
