"""The ids of tasks: how they are made of each other, ordered and counted.

A task's id is its creator's and a counter, ``0.2``; of one that nobody in the program made,
its process's and a counter, ``0.1~1``. So ids do not depend on who ran first.
"""

from __future__ import annotations

import re

__all__ = ["number", "place"]

_PART = re.compile(r"([.~]?)(\d+)")
_MOST = 1_000_000  # children of one task for which numbers are different


def place(id: str) -> tuple[tuple[bool, int], ...]:
    """Where an id stands among the others: ``0.2`` before ``0.10``.

    Behind a task come those it made, then those of its process that nobody made.
    """
    return tuple((mark == "~", int(digits)) for mark, digits in _PART.findall(id))


def number(id: str) -> int:
    """A number of the id's own, the same in every run; 0 for ``0``.

    Two ids have different ones as long as no task makes half a million others.
    """
    counted = 0
    for depth, (unmade, digits) in enumerate(place(id)[1:]):
        counted += (digits + unmade * _MOST // 2) * _MOST**depth
    return counted
