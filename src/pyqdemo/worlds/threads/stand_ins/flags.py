"""``threading.Event``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.flags import Clear, FlagModel, IsSet, Look, Set
from pyqdemo.worlds.threads.stand_ins.deprecations import deprecated
from pyqdemo.worlds.threads.stand_ins.locks import Shared, bound_of
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["Event"]

_frame = sys._getframe


class Event(Shared):
    """``threading.Event``."""

    def __init__(self) -> None:
        self._model: FlagModel = made(FlagModel(), _frame(1))

    def is_set(self) -> bool:
        answer: bool = here().world.perform(IsSet(self._model), _frame(1))
        return answer

    def isSet(self) -> bool:
        deprecated("isSet() is deprecated, use is_set() instead")
        return self.is_set()

    def set(self) -> None:
        here().world.perform(Set(self._model), _frame(1))

    def clear(self) -> None:
        here().world.perform(Clear(self._model), _frame(1))

    def wait(self, timeout: float | None = None) -> bool:
        perform = here().world.perform
        waiter = perform(Look(self._model, bound_of(timeout)), _frame(1))
        return waiter is None or bool(perform(waiter, _frame(1)))

    def __forked__(self, copy: Copying) -> Any:
        if self._model.waiters:
            copy.refuse("threading.Event")
        return copy.alike(self)

    def __repr__(self) -> str:
        told = "set" if self._model.up else "unset"
        return f"<{self._called()} at {self._model.id}: {told}>"
