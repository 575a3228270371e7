"""What was chosen before, once more."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.errors import ReplayMismatch
from pyqdemo.point import Exhausted, Point, Strategy

__all__ = ["Replay"]


class Replay:
    """Repeats choices; never chooses anything else in their stead.

    Args:
        choices: id of the task for each step, from the first step on.
        after: goes on when they are used up; it sees only the points behind them.
    """

    def __init__(self, choices: Sequence[str], after: Strategy | None = None) -> None:
        self._choices = choices
        self._after = after

    def begin(self) -> None:
        if self._after is not None:
            self._after.begin()

    def choose(self, point: Point) -> str:
        """The choice made at this step.

        Raises:
            ReplayMismatch: ``replay_mismatch`` (step, wanted, enabled): that task cannot be
                chosen here.
            Exhausted: the choices are used up, and nobody goes on.
        """
        if point.step > len(self._choices):
            if self._after is None:
                raise Exhausted(f"the schedule ends after {len(self._choices)} steps")
            return self._after.choose(point)
        wanted = self._choices[point.step - 1]
        if wanted not in point.enabled:
            raise ReplayMismatch("replay_mismatch", point.step, wanted, ", ".join(point.enabled))
        return wanted
