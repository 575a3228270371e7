"""A set of counting numbers that is small when they come nearly in order."""

from __future__ import annotations

__all__ = ["Numbers"]


class Numbers:
    """Numbers from 1 up; remembers how far they are complete, and only the rest one by one."""

    __slots__ = ("_rest", "_whole")

    def __init__(self) -> None:
        self._whole = 0  # every number up to this one is in
        self._rest: set[int] = set()  # numbers above it that are in

    def add(self, number: int) -> None:
        self._rest.add(number)
        while self._whole + 1 in self._rest:
            self._whole += 1
            self._rest.discard(self._whole)

    def __contains__(self, number: int) -> bool:
        return 1 <= number <= self._whole or number in self._rest
