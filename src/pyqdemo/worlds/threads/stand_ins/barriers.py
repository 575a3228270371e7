"""``threading.Barrier``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.barriers import (
    Abort,
    Arrive,
    BarrierModel,
    CountWaiting,
    IsBroken,
    OpenUp,
    Pass,
    Reset,
)
from pyqdemo.kernel.texts import raised
from pyqdemo.worlds.threads.stand_ins.locks import Shared, bound_of
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["Barrier"]

_frame = sys._getframe


class Barrier(Shared):
    """``threading.Barrier``; what it raises is ``threading.BrokenBarrierError`` itself."""

    def __init__(
        self,
        parties: int,
        action: Callable[[], object] | None = None,
        timeout: float | None = None,
    ) -> None:
        threading.Barrier(parties)  # refuses what this Python's refuses
        self._action = action
        self._timeout = timeout
        self._model: BarrierModel = made(BarrierModel(parties), _frame(1), capacity=parties)

    def wait(self, timeout: float | None = None) -> int:
        frame, world = _frame(1), here().world
        bound = bound_of(self._timeout if timeout is None else timeout)
        answer = world.perform(Arrive(self._model, bool(self._action), bound), frame)
        match answer:
            case Pass():
                answer = world.perform(answer, frame)
            case OpenUp() if self._action is not None:
                try:
                    self._action()
                except BaseException as error:
                    answer.failure = raised(error)
                    world.at_once(answer, frame)
                    raise
                answer = world.perform(answer, frame)
        index: int = answer
        return index

    def reset(self) -> None:
        here().world.perform(Reset(self._model), _frame(1))

    def abort(self) -> None:
        here().world.perform(Abort(self._model), _frame(1))

    @property
    def parties(self) -> int:
        return self._model.parties

    @property
    def n_waiting(self) -> int:
        count: int = here().world.perform(CountWaiting(self._model), _frame(1))
        return count

    @property
    def broken(self) -> bool:
        answer: bool = here().world.perform(IsBroken(self._model), _frame(1))
        return answer

    def __forked__(self, copy: Copying) -> Any:
        if self._model.inside:
            copy.refuse("threading.Barrier")
        return copy.alike(self)

    def __repr__(self) -> str:
        model = self._model
        told = "broken" if model.broken else f"waiters={model.n_waiting}/{model.parties}"
        return f"<{self._called()} at {model.id}: {told}>"
