"""What a pickler reads, which goes through data without a line of the program's code."""

from __future__ import annotations

from pyqdemo.observing.kinds import BOX, FOREIGN, ITERATOR, OBJECT, Kinds
from pyqdemo.observing.notes import ALL, Notes

__all__ = ["Pickled"]

_READ = frozenset({BOX, FOREIGN, ITERATOR, OBJECT})


class Pickled:
    """Told each object that a pickler comes to, notes that all of it is read.

    What a class's own ``__reduce__`` or ``__getstate__`` reads is noted by that code itself.

    Args:
        notes: takes the notes.
        kinds: of the run.
    """

    def __init__(self, notes: Notes, kinds: Kinds) -> None:
        self._notes = notes
        self._kinds = kinds

    def begin(self) -> Pickled:
        """For one more pickle."""
        self._inside: set[int] = set()
        return self

    def reads(self, value: object) -> None:
        """The pickler has come to an object; what is in it comes next, one by one."""
        kind = self._kinds[type(value)]
        if kind not in _READ or id(value) in self._inside:
            return
        self._notes.note((self._notes.name(value), ALL), "r")
        if kind == OBJECT:  # its attributes: they are the object's own
            self._inside.add(id(getattr(value, "__dict__", None)))
