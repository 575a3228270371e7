"""``threading.Semaphore`` and ``BoundedSemaphore``."""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.semaphores import AcquirePermit, ReadValue, ReleasePermits, SemaphoreModel
from pyqdemo.worlds.threads.stand_ins.locks import Shared, awaited, bound_of
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["BoundedSemaphore", "Semaphore"]

_frame = sys._getframe


class Semaphore(Shared):
    """``threading.Semaphore``."""

    _model: SemaphoreModel

    def __init__(self, value: int = 1) -> None:
        self._make(value, None, _frame(1))

    def _make(self, value: int, most: int | None, frame: FrameType) -> None:
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        capacity = int(value) if isinstance(value, int) else None
        self._model = made(SemaphoreModel(value, most), frame, capacity=capacity)

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        if not blocking and timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        operation = AcquirePermit(self._model, bool(blocking), bound_of(timeout))
        got: bool = here().world.perform(operation, _frame(1))
        return got

    __enter__ = acquire

    def release(self, n: int = 1) -> None:
        if n < 1:
            raise ValueError("n must be one or more")
        here().world.at_once(ReleasePermits(self._model, n), _frame(1))

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def _value(self) -> int:
        """Permits that are free; many programs look, though the name is private."""
        value: int = here().world.perform(ReadValue(self._model), _frame(1))
        return value

    def __forked__(self, copy: Copying) -> Any:
        if awaited(self._model.id):
            copy.refuse("threading.Semaphore")
        return copy.alike(self)

    def __repr__(self) -> str:
        return f"<{self._called()} at {self._model.id}: value={self._model.value}>"


class BoundedSemaphore(Semaphore):
    """``threading.BoundedSemaphore``."""

    def __init__(self, value: int = 1) -> None:
        self._make(value, value, _frame(1))

    def __repr__(self) -> str:
        model = self._model
        return f"<{self._called()} at {model.id}: value={model.value}/{model.most}>"
