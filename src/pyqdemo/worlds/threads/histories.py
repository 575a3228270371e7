"""The history of an execution, as far as the order of its steps can matter.

In the place of a state that cannot be told exactly stands all that has led to it: each task's
steps, with what they touched and drew, and before which of them came those of others that they
depend on. Executions in which steps that commute were taken in another order have the same
history, and have led to the same state; any other history is another.

**Source**: the partial order that makes executions equivalent is that of Mazurkiewicz traces;
to take its hash for that of a state goes back to Musuvathi and Qadeer, "Iterative context
bounding", PLDI 2007 (section 4, happens-before graphs in the place of states).
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from pyqdemo.point import Step
from pyqdemo.worlds.threads.encoding import DIGEST

__all__ = ["History"]


class _Part:
    """Who touched a part of a resource last.

    Attributes:
        mode: in which way.
        last: steps that did so, one after another or, reading or adding, in any order.
        before: those behind which all of these come.
    """

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.last: list[bytes] = []
        self.before: list[bytes] = []


class History:
    """What has happened so far in one execution."""

    def __init__(self) -> None:
        self._tasks: dict[str, bytes] = {}
        self._parts: dict[str, _Part] = {}

    def add(self, step: Step, draws: Iterable[int]) -> None:
        """One more step.

        Args:
            draws: the options that were chosen in it.
        """
        parts = self._parts
        modes: dict[str, str] = {}
        for part, mode in step.accesses:
            modes[part] = mode if modes.get(part, mode) == mode else "w"
        touched = sorted(modes.items())
        after = {name for part, mode in touched for name in self._before(part, mode)}
        told = repr((step.task, self._tasks.get(step.task), sorted(after), touched, list(draws)))
        name = blake2b(told.encode(), digest_size=DIGEST).digest()
        self._tasks[step.task] = name
        for part, mode in touched:
            known = parts.get(part)
            if known is None or known.mode != mode or mode == "w":
                new = parts[part] = _Part(mode)
                new.before = known.last if known is not None else []
                known = new
            known.last.append(name)

    def digest(self) -> bytes:
        """Equal for equal histories alone."""
        told = repr(sorted(self._tasks.items()))
        return blake2b(told.encode(), digest_size=DIGEST).digest()

    def _before(self, part: str, mode: str) -> list[bytes]:
        """Steps that a step which touches a part has to come behind; see ``point.Access``."""
        known = self._parts.get(part)
        if known is None:
            return []
        return known.before if known.mode == mode and mode != "w" else known.last
