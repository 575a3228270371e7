"""What was chosen before, once more."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.errors import ReplayMismatch
from pyqdemo.point import Draw, Exhausted, Point, Strategy

__all__ = ["Replay"]


class Replay:
    """Repeats choices; never chooses anything else in their stead.

    Args:
        choices: id of the task for each step, from the first step on.
        after: goes on when they are used up; it sees only the points behind them.
        draws: the option for each random draw, from the first on; None lets them follow the
            seed. When they are used up, ``after`` goes on if it chooses draws itself.
    """

    def __init__(
        self,
        choices: Sequence[str],
        after: Strategy | None = None,
        draws: Sequence[int] | None = None,
    ) -> None:
        self._choices = choices
        self._after = after
        self._options: Sequence[int] = draws or ()
        self.draws = draws is not None

    def begin(self) -> None:
        self._drawn = 0
        self._step = 0
        if self._after is not None:
            self._after.begin()

    def choose(self, point: Point) -> str:
        """The choice made at this step.

        Raises:
            ReplayMismatch: ``replay_mismatch`` (step, wanted, enabled): that task cannot be
                chosen here.
            Exhausted: the choices are used up, and nobody goes on.
        """
        self._step = point.step
        if point.step > len(self._choices):
            if self._after is None:
                raise Exhausted(f"the schedule ends after {len(self._choices)} steps")
            return self._after.choose(point)
        wanted = self._choices[point.step - 1]
        if wanted not in point.enabled:
            raise ReplayMismatch("replay_mismatch", point.step, wanted, ", ".join(point.enabled))
        return wanted

    def draw(self, draw: Draw) -> int:
        """The option taken at this draw.

        Raises:
            ReplayMismatch: ``replay_draw`` (step, draw, wanted, enabled): there is no such
                option here.
            Exhausted: the options are used up, and nobody goes on.
        """
        if self._drawn == len(self._options):
            if self._after is None or not getattr(self._after, "draws", False):
                raise Exhausted(f"the schedule ends after {len(self._options)} draws")
            return int(self._after.draw(draw))  # type: ignore[attr-defined]  # it draws
        wanted = self._options[self._drawn]
        self._drawn += 1
        if not 0 <= wanted < draw.options:
            there = f"0 … {draw.options - 1}"
            mismatch = ReplayMismatch("replay_draw", self._step, str(wanted), there)
            mismatch.facts["draw"] = draw.told
            raise mismatch
        return wanted
