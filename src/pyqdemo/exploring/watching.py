"""What a strategy is told of the steps, kept for whoever looks for races in them."""

from __future__ import annotations

from collections.abc import Callable

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.queues import Get, Put
from pyqdemo.kernel.tasks import Task
from pyqdemo.observing import Move
from pyqdemo.point import Draw, Point, Step, Strategy

__all__ = ["Watched"]

_MOVES = frozenset({Put, Get})


class Watched:
    """Chooses as another strategy does, which sees what it would see alone.

    Attributes:
        steps: of the execution that is under way, or over; the first one is what came before
            any choice.
    """

    observes = True

    def __init__(self, inner: Strategy) -> None:
        self.inner = inner
        self.steps: list[Step] = []
        self.draws = bool(getattr(inner, "draws", False))
        self._observes = bool(getattr(inner, "observes", False))
        self._choose = inner.choose if self._observes else self._blindly
        self._task: Callable[[str], Task] | None = None
        self._moving: list[tuple[int, Put | Get, object]] = []

    def begin(self) -> None:
        self.steps = []
        self._task = None
        self._moving = []
        self.inner.begin()

    def open(self, execution: Execution) -> None:
        """The execution that has begun; without it there are no ``moves``."""
        self._task = execution.task

    def choose(self, point: Point) -> str:
        self.steps.append(point.last)  # type: ignore[arg-type]  # there is one: it observes
        chosen = self._choose(point)
        if self._task is not None:
            operation = self._task(chosen).pending
            if type(operation) in _MOVES:
                most = operation.model.maxsize  # type: ignore[union-attr]  # a put or a get
                self._moving.append((len(self.steps), operation, most))  # type: ignore[arg-type]
        return chosen

    def draw(self, draw: Draw) -> int:
        return int(self.inner.draw(draw))  # type: ignore[attr-defined]  # it draws

    def over(self, last: Step) -> None:
        """The last step of all."""
        self.steps.append(last)
        if self._observes:
            self.inner.over(last)  # type: ignore[attr-defined]  # it observes

    def moves(self) -> dict[int, Move]:
        """Of the steps those that put an item into a queue or took one out, by their places."""
        return {
            place: Move(operation.model.id, type(operation) is Put, _most(most))
            for place, operation, most in self._moving
            if operation.item is not None and operation.model.store.split
        }

    def _blindly(self, point: Point) -> str:
        return self.inner.choose(point._replace(last=None))


def _most(most: object) -> int:
    return max(most, 0) if type(most) is int else 0
