"""New objects get their names: where the program makes them, or code in C does for it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from pyqdemo.observing.kinds import BOUND, BOX, FUNCTION, HOLDER, MODULE, OBJECT, PLAIN, Kinds
from pyqdemo.observing.notes import Notes

__all__ = ["Births"]

_NAMELESS = frozenset({BOUND, PLAIN, HOLDER, FUNCTION, MODULE})
_HELD_BY_ONE = 3  # references: the container's, the loop's variable and the argument
_TAKEN = 4  # and here: the container's, the caller's, ours and the argument


class Births:
    """Names objects when they are new.

    Whoever is the only one to hold an object gives it a name, even if it had one: what was done
    to it under that came before it was given away.

    Args:
        notes: give the names.
        kinds: of the run.
    """

    def __init__(self, notes: Notes, kinds: Kinds) -> None:
        self._notes = notes
        self._kinds = kinds

    def made(self, value: Any) -> None:
        """A display, a comprehension or a class has made a new object."""
        if self._kinds[type(value)] not in _NAMELESS:
            self._notes.born(value)

    def fresh(self, value: Any) -> None:
        """A new object of whatever makes some, with all new ones that only it holds."""
        kind = self._kinds[type(value)]
        if kind in _NAMELESS or isinstance(value, BaseException):
            return  # an exception would keep alive all that its frames hold
        self._notes.born(value)
        if isinstance(value, set):
            return  # its order is not the same in every process
        if kind == BOX:
            self._fresh_in(dict.values(value) if isinstance(value, dict) else value)
        elif kind == OBJECT:
            self._fresh_in(getattr(value, "__dict__", {}).values())

    def _fresh_in(self, values: Iterable[Any]) -> None:
        for each in values:
            if sys.getrefcount(each) <= _HELD_BY_ONE:
                self.fresh(each)  # a name that it has may be a dead one's in whose place it is

    def taken(self, box: Any, index: object, value: Any) -> None:
        """An item was read that may be new: a slice, or what a ``defaultdict`` has made."""
        if type(index) is slice:
            if sys.getrefcount(value) < _TAKEN:
                self.fresh(value)
            return
        new = hasattr(type(box), "__missing__") and not self._notes.is_named(value)
        if new and sys.getrefcount(value) <= _TAKEN:
            self.fresh(value)
