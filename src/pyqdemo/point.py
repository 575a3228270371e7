"""The seam between a scheduler and a strategy: one point, one answer.

At every point the kernel asks ``choose`` which of the enabled tasks takes the next step.
A strategy sees plain data only; it cannot alter the run but by its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

__all__ = ["Access", "Draw", "Exhausted", "Pending", "Point", "Step", "Strategy", "depend"]


class Exhausted(Exception):
    """The strategy has nothing more to say: the execution stops here, and nothing is wrong."""


class Access(NamedTuple):
    """What an operation touches, so far as another's order with it can matter.

    Two operations depend on each other if they touch the same part, unless both only
    read it, or both only add to it (which commutes). That one *enables* another (a put into
    an empty queue, a get that waits) is an order of its own: it does not have to show here.

    Attributes:
        part: of a resource or task: ``0/queue/1.head``, ``alive:0.2``, ``clock``.
        mode: ``r`` reads, ``w`` writes, ``a`` adds.
    """

    part: str
    mode: str


def depend(one: Iterable[Access], other: Iterable[Access]) -> bool:
    """Whether the order of two steps can matter, by what they touch; see ``Access``."""
    modes: dict[str, set[str]] = {}
    for access in one:
        modes.setdefault(access.part, set()).add(access.mode)
    return any(
        access.mode == "w" or modes[access.part] != {access.mode}
        for access in other
        if access.part in modes
    )


class Step(NamedTuple):
    """What a step turned out to touch: its operation, whatever was done within that and behind
    it (in a comparison, under a library), and what else of the run's it read or changed.

    Attributes:
        task: who took it.
        accesses: each once, in the order in which they came.
        left: of the last step of all, how the tasks stood that were alive when all was over.
    """

    task: str
    accesses: tuple[Access, ...]
    left: tuple[Pending, ...] = ()


class Pending(NamedTuple):
    """A task as it stands at a point.

    Attributes:
        task: its id.
        enabled: whether it can be chosen.
        overdue: it can be chosen only because its bound is reached, or in loose time may be.
        operation: what it attempts, as in ``trace.Event``.
        resource: on what: a resource's or task's id.
        accesses: what its step touches, the program's plain data aside.
        value: short text of the operation's argument.
    """

    task: str
    enabled: bool
    overdue: bool
    operation: str
    resource: str | None
    accesses: tuple[Access, ...]
    value: str | None


class Point(NamedTuple):
    """A moment at which the next task is chosen.

    Attributes:
        step: number of the step that is about to be taken, from 1.
        running: task that took the last step; ``0`` before the first.
        enabled: ids of the tasks that can be chosen, never empty, in the order of their ids.
        last: the step before, for a strategy that ``observes``; else None.
        look: gives every task that is alive, in that order; to be called during ``choose``.
        state: gives the fingerprint of everything that can still matter: two points have the
            same one only if what can follow is the same. None where nobody can tell.
        place: gives a number that is the same wherever a task stands at the same operation, at
            the same instructions of the functions that are under way, with the same plain
            values in their variables; None if that cannot be seen. None where nobody can tell.
    """

    step: int
    running: str
    enabled: tuple[str, ...]
    last: Step | None
    look: Callable[[], tuple[Pending, ...]]
    state: Callable[[], bytes] | None = None
    place: Callable[[str], int | None] | None = None


class Draw(NamedTuple):
    """A moment within a step at which a value is chosen in place of being drawn at random.

    Attributes:
        task: whose draw it is.
        options: how many values there are, at least 2; one of 0 to ``options - 1`` is chosen.
        told: the call in words, ``randrange(9)``.
    """

    task: str
    options: int
    told: str


class Strategy(Protocol):
    """Decides who goes next. One object lives through any number of executions.

    One that has an attribute ``observes`` which is true is told what each step touched: by
    ``Point.last``, and of the last step, behind which there is no point, by a method
    ``over(last: Step)`` when the execution ends. One that has an attribute ``draws`` which is
    true chooses the values of the program's random draws too, by a method
    ``draw(draw: Draw) -> int``.
    """

    def begin(self) -> None:
        """A new execution begins: whatever was counted or drawn starts anew."""

    def choose(self, point: Point) -> str:
        """One of ``point.enabled``.

        Raises:
            Exhausted: it has nothing more to say; the execution stops here.
            ReplayMismatch: what it was told to choose cannot be chosen.
        """
