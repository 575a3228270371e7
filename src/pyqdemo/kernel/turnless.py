"""Orders that nobody can turn round: what lets a task go on that could not have before.

Who ends a task comes before whoever joins it, and who releases a lock before whoever acquires
it next: to try them in the other order is in vain. By their other accesses they depend on each
other as well, so that these change nothing about that; they only say that there is no choice.
"""

from __future__ import annotations

from pyqdemo.point import Access

__all__ = ["awaits", "follows", "opens", "settles"]


def opens(part: str) -> Access:
    """Of an operation before which nobody who ``awaits`` that part could go on.

    Whatever else might let him go on has to depend on this operation. The part may close again.
    """
    return Access(f"let:{part}", "a")


def awaits(part: str) -> Access:
    """Of an operation that waits, without a bound, until that part is open."""
    return Access(f"let:{part}", "r")


def settles(part: str) -> Access:
    """Of an operation that takes effect once in a run; who ``follows`` it cannot before."""
    return Access(f"once:{part}", "a")


def follows(part: str) -> Access:
    """Of an operation that waits, without a bound, until that part is settled."""
    return Access(f"once:{part}", "r")
