"""An execution without a program: tasks that are enabled until they have taken their steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyqdemo.point import Point, Strategy

__all__ = ["execution", "point"]


def point(enabled: Sequence[str], *, running: str = "0", step: int = 1) -> Point:
    return Point(step, running, tuple(enabled), None, lambda: ())


def execution(strategy: Strategy, steps: Mapping[str, int]) -> list[str]:
    """Who was chosen, step by step.

    Args:
        steps: how many steps each task takes, the tasks in the order of their ids.
    """
    left = dict(steps)
    choices: list[str] = []
    strategy.begin()
    while enabled := [task for task, count in left.items() if count]:
        running = choices[-1] if choices else "0"
        choices.append(strategy.choose(point(enabled, running=running, step=len(choices) + 1)))
        left[choices[-1]] -= 1
    return choices
