"""What reading and changing values touches: items, whole containers, all inside."""

from __future__ import annotations

import collections
import contextlib
import functools
import gc
import types
from collections.abc import Iterable, Iterator
from typing import Any

from pyqdemo.observing.behind import CHANGED, GIVEN, READ, Behind, How
from pyqdemo.observing.kinds import (
    BOUND,
    BOX,
    CONSTANT,
    CONTROLLED,
    FOREIGN,
    HOLDER,
    ITERATOR,
    OBJECT,
    PLAIN,
    Kinds,
)
from pyqdemo.observing.notes import ALL, HAS, Notes

__all__ = ["CHANGED", "GIVEN", "READ", "Contents", "How", "attributes_of"]

_DEEPEST = 12
_SPECIAL = (
    *("__eq__", "__lt__", "__gt__", "__le__", "__ge__", "__hash__"),
    *("__repr__", "__str__", "__format__"),
)


class Contents(Behind):
    """Notes what happens to values.

    Args:
        notes: takes the notes.
        kinds: of the run.
    """

    def __init__(self, notes: Notes, kinds: Kinds) -> None:
        super().__init__(notes, kinds)
        self._silent: dict[type, bool] = {}

    # Containers.

    def item(self, box: Any, index: object, mode: str) -> None:
        """One item of a container is read (``r``) or written (``w``).

        Where it was not there before, or cannot be named, it is the whole that counts.
        """
        kind = type(box)
        if not (_is_simple(index) and _is_there(box, kind, index)):
            self.whole(box, "w" if makes_items(kind) else mode)
            return
        name, notes = self._notes.name(box), self._notes
        notes.note((name, "[", index), mode)
        notes.note((name, HAS), "r")
        if mode == "w":
            notes.note((name, ALL), "a")

    def any_item(self, owner: Any, index: object, mode: str, special: str) -> None:
        """An item of whatever it is, which is read, set or deleted."""
        kind = self._kinds[type(owner)]
        if kind == BOX:
            self.item(owner, index, mode)
        elif kind == FOREIGN:
            self.foreign(owner, mode)
        elif kind == ITERATOR:
            self.advance(owner)  # a mappingproxy
        elif kind == OBJECT:
            self.special(owner, special, mode)
        elif kind == CONTROLLED and mode == "w" and type(owner).__name__ == "Modules":
            self._notes.unseen("sys.modules changed")

    def changed_in_place(self, value: Any) -> None:
        """What ``+=`` and its like have left: a container may have changed itself."""
        kind = self._kinds[type(value)]
        if kind == BOX:
            self.whole(value, "w")
        elif kind == OBJECT:
            self.special(value, "__iadd__", "w")

    # All inside.

    def deep(self, value: Any, how: How = READ) -> None:
        """A value and all in it is read, or written, by code that notes nothing itself."""
        kind = self._kinds[type(value)]
        if kind != PLAIN:
            self._deep(value, kind, how, {}, 0)

    def _deep(self, value: Any, kind: int, how: How, seen: dict[int, Any], depth: int) -> None:
        if id(value) in seen:
            return
        seen[id(value)] = value
        if depth > _DEEPEST:
            self._notes.unseen("data nested very deeply")
            return
        inside: Iterable[Any] = ()
        if kind == BOX:
            self.whole(value, how.mode)
            inside = _inside(value)
        elif kind == HOLDER:
            inside = value
        elif kind == ITERATOR:
            self.advance(value)
            if type(value) is not types.GeneratorType:
                inside = gc.get_referents(value)
        elif kind == FOREIGN:
            self.foreign(value, "w" if how.full else how.mode)
        elif kind == BOUND:
            if how.calls:
                self._bound(value, kept=True)
        elif how.text and hasattr(type(value), "daemon"):
            self._thread(value)
        elif kind == OBJECT:
            inside = self._in_object(value, how)
        for each in inside:
            kind = self._kinds[type(each)]
            if kind != PLAIN:
                self._deep(each, kind, how, seen, depth + 1)

    def _in_object(self, value: Any, how: How) -> list[Any]:
        """What is in an object that does not note for itself."""
        notes, of = self._notes, type(value)
        inside: list[Any] = []
        if isinstance(value, tuple | frozenset):
            inside += value
        if isinstance(value, BaseException):
            notes.note((notes.name(value), ".args"), how.mode)
            inside += value.args
        if isinstance(value, functools.partial):
            inside += (value.func, *value.args, *value.keywords.values())
        if not how.full and self._tells_itself(of):
            return inside
        name = notes.name(value)
        notes.note((name, ALL), how.mode)
        found = attributes_of(value)
        if how.mode == "w":
            for each in found:
                notes.note((name, f".{each}"), "w")
        if how.full:
            for each in self._late:
                for base in of.__mro__[:-1]:
                    notes.note((notes.name(base), f".{each}"), "r")
        return inside + list(found.values())

    def _thread(self, thread: Any) -> None:
        """The text of a thread tells its name, and whether it runs."""
        name = self._notes.name(thread)
        self._notes.note((name, ".name"), "r")
        self._notes.note((name, ".daemon"), "r")
        self._notes.unseen("the text of a thread, which tells whether it runs")

    def _tells_itself(self, kind: type) -> bool:
        """Whether comparing or printing its objects runs code that notes what it reads, or
        reads nothing."""
        found = self._silent.get(kind)
        if found is None:
            found = all(self._is_silent(kind, name) for name in _SPECIAL)
            self._silent[kind] = found
        return found

    def _is_silent(self, kind: type, name: str) -> bool:
        method = getattr(kind, name)
        bases = (object, BaseException, *(base for base in CONSTANT if issubclass(kind, base)))
        if method is None or any(method == getattr(base, name) for base in bases):
            return True
        code = getattr(method, "__code__", None)
        return code is not None and code.co_filename in self._notes.files


def _inside(box: Any) -> list[Any]:
    """What is in a container, whatever its class makes of going through it."""
    if isinstance(box, dict):
        return [*dict.keys(box), *dict.values(box)]
    found: Iterator[Any] = iter(())  # of numbers
    if isinstance(box, list):
        found = list.__iter__(box)
    elif isinstance(box, set):
        found = set.__iter__(box)
    elif isinstance(box, collections.deque):
        found = collections.deque.__iter__(box)
    return list(found)


def attributes_of(value: Any) -> dict[str, Any]:
    """All that an object has, in a dictionary or in slots."""
    found: dict[str, Any] = {}
    for base in type(value).__mro__:
        for name, slot in vars(base).items():
            if isinstance(slot, types.MemberDescriptorType):
                try:
                    found[name] = slot.__get__(value)
                except (AttributeError, TypeError):
                    continue  # nothing is there
    with contextlib.suppress(AttributeError):  # it may have slots alone
        found.update(object.__getattribute__(value, "__dict__"))
    return found


def makes_items(kind: type) -> bool:
    """Whether a container puts an item there that is asked for."""
    return hasattr(kind, "__missing__") and kind is not collections.Counter


def _is_there(box: Any, kind: type, index: object) -> bool:
    if kind is list:
        return type(index) is int and 0 <= index < len(box)
    return issubclass(kind, dict) and dict.__contains__(box, index)


def _is_simple(index: object) -> bool:
    """Whether a key is of a type whose equality is no program's code."""
    kind = type(index)
    if kind is tuple:
        return all(_is_simple(each) for each in index)  # type: ignore[attr-defined]  # it is one
    return kind is int or kind is str
