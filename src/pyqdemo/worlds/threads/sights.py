"""What a strategy is let see besides the operations: plain data, and exact states."""

from __future__ import annotations

from dataclasses import dataclass

from pyqdemo.worlds.threads.world import World

__all__ = ["Sight"]


@dataclass(slots=True)
class Sight:
    """What is looked at beside the operations of one execution, as an exploration wants it.

    Attributes:
        clock: whether the clock counts; see ``Execution.clock_matters``.
    """

    clock: bool = True

    def open(self, world: World) -> None:
        """Called before anything runs in that world."""
        world.execution.clock_matters = self.clock
