"""Every execution there is of a tiny program, beginnings and ends of tasks included.

(``schedules.every`` takes those aside: they matter where a call's fate hangs on the end of
the main task.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from depth_first import searched
from plain import Code, drive

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.tasks import Task

__all__ = ["every"]


def every(
    main: Callable[[Execution, Task], Code], limits: Limits | None = None
) -> Iterator[Execution]:
    """An execution for each schedule."""
    return searched(lambda strategy: drive(main, strategy, limits), aside=frozenset())
