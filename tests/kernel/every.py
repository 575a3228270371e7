"""Every execution there is of a tiny program, beginnings and ends of tasks included.

(``schedules.every`` takes those aside: they matter where a call's fate hangs on the end of
the main task.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from plain import Chosen, Code, drive

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.tasks import Task

__all__ = ["every"]


def every(
    main: Callable[[Execution, Task], Code], limits: Limits | None = None
) -> Iterator[Execution]:
    """Depth first: each execution leaves the one before at the last point where it can."""
    prefix: list[str] | None = []
    while prefix is not None:
        strategy = Chosen(prefix)
        done = drive(main, strategy, limits)
        yield done
        prefix = None
        for step in reversed(range(len(strategy.points))):
            enabled = strategy.points[step].enabled
            later = enabled[enabled.index(done.choices[step]) + 1 :]
            if later:
                prefix = [*done.choices[:step], later[0]]
                break
