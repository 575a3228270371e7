"""What a strategy is told of the steps, kept for whoever looks for races in them."""

from __future__ import annotations

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.queues import Get, Put
from pyqdemo.observing import Move
from pyqdemo.point import Draw, Point, Step, Strategy

__all__ = ["Watched"]

_MOVES = frozenset({Put, Get})


class Watched:
    """Chooses as another strategy does, which sees what it would see alone.

    Attributes:
        execution: to be set before the first point; without it there are no ``moves``.
        steps: of the execution that is under way, or over; the first one is what came before
            any choice.
        moves: of these steps, those that put an item into a queue or took one out, by their
            places; see ``observing.Move``.
    """

    observes = True

    def __init__(self, inner: Strategy) -> None:
        self.inner = inner
        self.execution: Execution | None = None
        self.steps: list[Step] = []
        self.moves: dict[int, Move] = {}
        self._observes = bool(getattr(inner, "observes", False))
        self._moving: Put | Get | None = None

    @property
    def draws(self) -> bool:
        """Whether the other one chooses what is drawn."""
        return bool(getattr(self.inner, "draws", False))

    def begin(self) -> None:
        self.execution = None
        self.steps = []
        self.moves = {}
        self._moving = None
        self.inner.begin()

    def choose(self, point: Point) -> str:
        assert point.last is not None, "it observes"
        if self._moving is not None:
            self._note(self._moving)
        self.steps.append(point.last)
        chosen = self.inner.choose(point if self._observes else point._replace(last=None))
        execution = self.execution
        if execution is not None:
            operation: Operation | None = execution.task(chosen).pending
            if type(operation) in _MOVES:
                self._moving = operation  # type: ignore[assignment]  # one of these
        return chosen

    def draw(self, draw: Draw) -> int:
        return int(self.inner.draw(draw))  # type: ignore[attr-defined]  # it draws

    def over(self, last: Step) -> None:
        """The last step of all."""
        if self._moving is not None:
            self._note(self._moving)
        self.steps.append(last)
        if self._observes:
            self.inner.over(last)  # type: ignore[attr-defined]  # it observes

    def _note(self, operation: Put | Get) -> None:
        """The step behind the last one kept was this."""
        self._moving = None
        model = operation.model
        if operation.item is not None and model.store.split:
            most = model.maxsize if type(model.maxsize) is int else 0
            self.moves[len(self.steps)] = Move(model.id, type(operation) is Put, max(most, 0))
