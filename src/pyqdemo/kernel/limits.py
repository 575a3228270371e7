"""When an execution is stopped, and how time passes in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["MAX_STEPS", "Limits"]

MAX_STEPS = 1_000_000  # where a run stops if nobody says otherwise


class Limits(NamedTuple):
    """When an execution is stopped, and how time passes in it.

    Attributes:
        max_steps: steps, at least 1.
        for_s: virtual seconds, None for no bound.
        stop_after: items taken (completed get or recv), None for no bound.
        loose: sleeps and timeouts may overrun: whoever has a deadline can be chosen, and
            the clock then goes there. Else time passes only when nobody else can go on,
            and sleeps end in the order of their ends.
    """

    max_steps: int = MAX_STEPS
    for_s: float | None = None
    stop_after: int | None = None
    loose: bool = False

    @property
    def bounds(self) -> Mapping[str, float | int]:
        """As ``trace.Header.bounds`` has them."""
        told = {"max_steps": self.max_steps, "for_s": self.for_s, "stop_after": self.stop_after}
        return {name: bound for name, bound in told.items() if bound is not None}
