"""Which orders of steps are the same but for steps that commute."""

from __future__ import annotations

from collections.abc import Iterable

from pyqdemo.point import Access

__all__ = ["Sameness"]

_ALL = (1 << 64) - 1


class Sameness:
    """A number for what has happened in an execution: equal for orders that are the same.

    Two orders of the same steps are, if steps that depend on each other come in one order in
    both. Each step has a number made of its task's step before and of those that it depends
    on; the sum of them all does not depend on the order in which they came.

    **Source**: happens-before fingerprints (Musuvathi, Qadeer, "Partial-Order Reduction for
    Context-Bounded State Exploration", MSR-TR-2007-12, section 5).
    """

    def __init__(self) -> None:
        self._sum = 0
        self._tasks: dict[str, int] = {}
        self._parts: dict[str, dict[str, int]] = {}

    @property
    def number(self) -> int:
        """Of everything so far. Numbers of 64 bits: two may be equal by chance."""
        return self._sum

    def step(self, task: str, accesses: Iterable[Access]) -> None:
        """A task takes a step that touches that."""
        before: list[object] = [task, self._tasks.get(task, 0)]
        met = []
        for part, mode in accesses:
            known = self._parts.setdefault(part, {})
            before.append((part, mode))
            before += [known.get(other, 0) for other in "rwa" if other != mode or mode == "w"]
            met.append((known, mode))
        number = hash(tuple(before)) & _ALL
        for known, mode in met:
            if mode == "w":
                known.clear()
                known["w"] = number
            else:
                known[mode] = (known.get(mode, 0) + number) & _ALL
        self._put(task, number)

    def draw(self, task: str, option: int) -> None:
        """A value is drawn within the step of a task."""
        self._put(task, hash((self._tasks.get(task, 0), option)) & _ALL)

    def _put(self, task: str, number: int) -> None:
        self._tasks[task] = number
        self._sum = (self._sum + number) & _ALL
