"""Room for our own calls, where the program has used up the stack."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

__all__ = ["with_room"]

ROOM = 500  # calls beyond the program's recursion limit
T = TypeVar("T")


def with_room(call: Callable[[], T]) -> T:
    """Calls with a higher recursion limit, and gives the program its own back.

    So near to it that Python refuses to, the higher one stays; whoever carries the run puts
    it back at the end.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + ROOM)
    try:
        return call()
    finally:
        with suppress(RecursionError):
            sys.setrecursionlimit(limit)
