"""Plain data that two tasks touch without an order between them."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.exploring.bench import Bench, Done
from pyqdemo.observing import races
from pyqdemo.point import Point, Step
from pyqdemo.report import Race
from pyqdemo.strategies import Replay

__all__ = ["races_of"]

LOOKED_AT = 8  # executions


class _Noting(Replay):
    """Repeats an execution and keeps its steps."""

    observes = True

    def begin(self) -> None:
        super().begin()
        self.steps: list[Step] = []

    def choose(self, point: Point) -> str:
        if point.last is not None:
            self.steps.append(point.last)
        return super().choose(point)

    def over(self, last: Step) -> None:
        """The last step of all."""
        self.steps.append(last)


def races_of(bench: Bench, dones: Sequence[Done]) -> tuple[Race, ...]:
    """The races in some of these executions, each pair of lines once.

    Those that show in none of them are missing: they are told for the reader, and nothing is
    proved by their absence.
    """
    found: dict[tuple[object, ...], Race] = {}
    for done in dones[:LOOKED_AT]:
        strategy = _Noting(done.execution.choices, draws=done.draws)
        touches = bench.touches(strategy, loose=done.execution.limits.loose)
        for race in races(strategy.steps, touches[: len(strategy.steps)]):
            key = race.name, tuple(sorted(race.places))
            found.setdefault(key, Race(race.name, race.places, race.tasks))
    return tuple(found.values())
