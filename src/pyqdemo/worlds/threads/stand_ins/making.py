"""Making a resource: its model gets its id where the program makes it."""

from __future__ import annotations

from types import FrameType
from typing import Any

from pyqdemo.kernel.operations import Model
from pyqdemo.worlds.threads.world import here

__all__ = ["made"]


def made(
    model: Any, frame: FrameType, *, capacity: int | None = None, of: str | None = None
) -> Any:
    """Registers a new model as the calling task's and returns it.

    Args:
        frame: of the code that makes it.
        capacity, of: as in ``trace.Resource``.
    """
    assert isinstance(model, Model)
    life = here()
    place = life.world.places.look(frame)
    execution = life.world.execution
    execution.register(
        model,
        life.task,
        capacity=capacity,
        of=of,
        location=place.location,
        name=life.world.places.variable(place) if execution.log else None,
        quiet=place.direct,
    )
    return model
