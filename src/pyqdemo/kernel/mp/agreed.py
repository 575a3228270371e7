"""What a model and its stand-in have agreed on: a process of the program loads no models."""

from __future__ import annotations

__all__ = ["SEM_VALUE_MAX", "STUCK"]

#: The most permits of a semaphore; of a queue, that it has no limit.
SEM_VALUE_MAX = 2**31 - 1

#: Answer of an operation that wakes all and never ends.
STUCK = "stuck"
