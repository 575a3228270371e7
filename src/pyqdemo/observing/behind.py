"""What stands behind an object whose own code notes nothing: a library's, or one in C."""

from __future__ import annotations

import gc
import operator
import types
from collections.abc import Iterator
from typing import Any, NamedTuple

from pyqdemo.observing.attributes import Attributes, librarys
from pyqdemo.observing.kinds import (
    BOUND,
    BOX,
    CLASS,
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

__all__ = ["CHANGED", "GIVEN", "READ", "Behind", "How"]

#: What may be called to go through an object, or to tell whether there is anything in it.
_ABOUT_ITEMS = ("__len__", "__bool__", "__iter__", "__getitem__", "__contains__", "__reversed__")
_STILL = frozenset({PLAIN, CLASS, CONTROLLED, FUNCTION, MODULE})  # nothing is found behind them
_VIEWS: tuple[type, ...] = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    types.MappingProxyType,
)


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


class Behind(Attributes):
    """Notes what happens to values that other code goes through.

    Args:
        notes: takes the notes.
        kinds: of the run.
    """

    def __init__(self, notes: Notes, kinds: Kinds) -> None:
        super().__init__(notes, kinds)
        self.begins = notes.begins
        self.ended = notes.ended
        self._special: dict[tuple[type, str], bool] = {}

    def deep(self, value: Any, how: How = READ) -> None:
        """A value and all in it is read, or written, by code that notes nothing itself."""
        raise NotImplementedError

    def whole(self, box: object, mode: str = "r") -> None:
        """All of a container is read or written."""
        name = self._notes.name(box)
        self._notes.note((name, ALL), mode)
        if mode == "w":
            self._notes.note((name, HAS), "w")

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
