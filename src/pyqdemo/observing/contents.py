"""What reading and changing values touches: items, whole containers, all inside."""

from __future__ import annotations

import collections
import contextlib
import functools
import gc
import operator
import types
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pyqdemo.observing.attributes import Attributes, librarys
from pyqdemo.observing.kinds import (
    BOUND,
    BOX,
    CLASS,
    CONSTANT,
    CONTROLLED,
    FOREIGN,
    FUNCTION,
    HOLDER,
    ITERATOR,
    MODULE,
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
#: What may be called to go through an object, or to tell whether there is anything in it.
_ABOUT_ITEMS = ("__len__", "__bool__", "__iter__", "__getitem__", "__contains__", "__reversed__")
_STILL = frozenset({PLAIN, CLASS, CONTROLLED, FUNCTION, MODULE})  # nothing is found behind them


class How(NamedTuple):
    """What is done to a value and all in it.

    Attributes:
        mode: ``r`` or ``w``.
        full: attributes too, whatever the objects' own methods note.
        text: a text is made of it.
        calls: what can be called in it may be called.
    """

    mode: str = "r"
    full: bool = False
    text: bool = False
    calls: bool = False


READ = How()
#: To a library's function that is known to change nothing itself; and to its object.
GIVEN = How(full=True, calls=True)
CHANGED = How("w", full=True, calls=True)


class Contents(Attributes):
    """Notes what happens to values.

    Args:
        notes: takes the notes.
        kinds: of the run.
    """

    def __init__(self, notes: Notes, kinds: Kinds) -> None:
        super().__init__(notes, kinds)
        self.begins = notes.begins
        self.ended = notes.ended
        self._silent: dict[type, bool] = {}
        self._special: dict[tuple[type, str], bool] = {}

    # Containers.

    def whole(self, box: object, mode: str = "r") -> None:
        """All of a container is read or written."""
        name = self._notes.name(box)
        self._notes.note((name, ALL), mode)
        if mode == "w":
            self._notes.note((name, HAS), "w")

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

    def shallow(self, value: Any, mode: str = "r") -> None:
        """A container, or what an iterator goes through, is read or written; not its items."""
        kind = self._kinds[type(value)]
        if kind == BOX:
            self.whole(value, mode)
        elif kind == ITERATOR:
            self.advance(value)
        elif kind == FOREIGN:
            self.foreign(value)
        elif kind == OBJECT:
            self.about_items(value)

    def is_view(self, value: Any) -> bool:
        """Whether it shows another container, and is none itself."""
        return isinstance(value, _VIEWS)

    # What goes by special methods, and what stands behind other objects.

    def special(self, value: Any, name: str, mode: str = "r") -> None:
        """An operator calls a special method of an object, if it has it: where that is a
        library's, it may do something to all that is in the object."""
        if self.is_librarys(value, name):
            self.all_of(value, mode)

    def is_librarys(self, value: Any, name: str) -> bool:
        """Whether a special method of an object is a library's."""
        key = type(value), name
        found = self._special.get(key)
        if found is None:
            found = self._special[key] = librarys(*key, self._notes, self._kinds)
        return found

    def about_items(self, value: Any) -> None:
        """An object is gone through, or asked whether there is anything in it."""
        for name in _ABOUT_ITEMS:
            self.special(value, name)
        self.special(value, "__next__", "w")

    def all_of(self, owner: Any, mode: str) -> None:
        self.deep(owner, CHANGED if mode == "w" else GIVEN)

    def advance(self, iterator: Any) -> None:
        """An iterator is asked for its next: it changes, and reads what it goes through."""
        notes = self._notes
        if not isinstance(iterator, _VIEWS):
            notes.note((notes.name(iterator), ALL), "w")
        if type(iterator) is not types.GeneratorType:
            self._behind(iterator, "r")
        else:
            self._of_generator(iterator)

    def through(self, iterator: Any, looks: bool = False) -> Iterator[Any]:
        """Goes through an iterator, with notes of that; into each item, if it ``looks``."""
        while True:
            self.shallow(iterator)
            self.begins(self.shallow, iterator)
            try:
                value = next(iterator)
            except StopIteration:
                return
            finally:
                self.ended()
            if looks:
                self.deep(value)
            yield value

    def _of_generator(self, generator: types.GeneratorType[Any, Any, Any]) -> None:
        """A library's goes through what it was given; the program's notes for itself, and ours
        what they stand for."""
        file = generator.gi_code.co_filename
        if file not in self._notes.files and not self._notes.is_ours(file):
            frame = generator.gi_frame
            for each in [] if frame is None else [*frame.f_locals.values()]:
                self.deep(each, How(full=True))

    def foreign(self, value: Any, mode: str = "w") -> None:
        """An object in C is used: it may change, and whatever it holds."""
        self.whole(value, mode)
        self._behind(value, mode)

    def _behind(self, value: Any, mode: str) -> None:
        """What stands behind an object in C: behind ``enumerate`` a list's iterator, and behind
        that one the list; behind a ``memoryview`` a bytearray, behind a writer its file."""
        seen: dict[int, Any] = {id(value): value}
        waiting = gc.get_referents(value)
        while waiting:
            each = waiting.pop()
            kind = self._kinds[type(each)]
            if kind in _STILL or id(each) in seen:
                continue
            seen[id(each)] = each
            if kind == BOX:
                self.whole(each, mode)
            elif kind == BOUND:
                self._bound(each, kept=False)
            elif kind == OBJECT:
                self.about_items(each)
            else:
                if kind != HOLDER:
                    self._notes.note((self._notes.name(each), ALL), "w")
                if type(each) is not types.GeneratorType:
                    waiting += gc.get_referents(each)
                else:
                    self._of_generator(each)

    def _bound(self, called: Any, kept: bool) -> None:
        """Code that notes nothing may call this: now, or whenever it likes if it is kept."""
        if isinstance(called, operator.attrgetter | operator.itemgetter):
            return
        me = getattr(called, "__self__", None)
        function = getattr(called, "__func__", None)
        if isinstance(function, types.FunctionType):
            file = function.__code__.co_filename
            if file in self._notes.files or self._notes.is_ours(file):
                return
        elif not isinstance(called, operator.methodcaller) and (
            me is None or self._kinds[type(me)] in (PLAIN, CLASS, MODULE)
        ):
            return
        self.deep(me, How("w", full=True))
        if not kept and self._kinds[type(me)] in (BOX, FOREIGN):
            return
        told = getattr(called, "__qualname__", type(called).__name__)
        self._notes.unseen(f"call of {told} by a library")

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


_VIEWS: tuple[type, ...] = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    types.MappingProxyType,
)


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
