"""What reading and changing values touches: items, whole containers, attributes, all inside."""

from __future__ import annotations

import collections
import functools
import gc
import types
from collections.abc import Iterable
from typing import Any, NamedTuple

from pyqdemo.observing.kinds import (
    BOX,
    CLASS,
    CONTROLLED,
    FUNCTION,
    HOLDER,
    ITERATOR,
    MODULE,
    OBJECT,
    PLAIN,
    Kinds,
)
from pyqdemo.observing.notes import ALL, HAS, Notes

__all__ = ["READ", "Contents", "How"]

_DEEPEST = 12
#: Where an attribute lies: in the object; in its class, as code that is loaded without reading
#: any data; behind an operation, or in each task; in the object once somebody has asked for it;
#: inside an object of ours.
_DATA, _CODE, _ELSEWHERE, _CACHED, _PRIVATE = range(1, 6)
_INSIDES = frozenset({"__closure__", "__dict__", "__globals__", "f_globals", "f_locals"})
_MISSING: Any = object()
#: What a class has of these, its objects need not be asked for.
_LOADED = (
    *(types.FunctionType, types.BuiltinFunctionType, property, staticmethod, classmethod),
    *(types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType),
    types.GetSetDescriptorType,
)
_SPECIAL = ("__eq__", "__lt__", "__gt__", "__le__", "__ge__", "__hash__", "__repr__", "__str__")


class How(NamedTuple):
    """What is done to a value and all in it.

    Attributes:
        mode: ``r`` or ``w``.
        full: attributes too, whatever the objects' own methods note.
        text: a text is made of it.
    """

    mode: str = "r"
    full: bool = False
    text: bool = False


READ = How()


class Contents:
    """Notes what happens to values.

    Args:
        notes: takes the notes.
        kinds: of the run.
    """

    def __init__(self, notes: Notes, kinds: Kinds) -> None:
        self._notes = notes
        self._kinds = kinds
        #: Attributes that are set on classes when there are several tasks.
        self._late = {fact[6:] for fact in notes.known if fact.startswith("class ")}
        self._lies: dict[tuple[type, str], int] = {}
        self._silent: dict[type, bool] = {}

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
            makes = hasattr(kind, "__missing__") and kind is not collections.Counter
            self.whole(box, "w" if makes else mode)
            return
        name, notes = self._notes.name(box), self._notes
        notes.note((name, "[", index), mode)
        notes.note((name, HAS), "r")
        if mode == "w":
            notes.note((name, ALL), "a")

    def changed_in_place(self, value: Any) -> None:
        """What ``+=`` and its like have left: a container may have changed itself."""
        if self._kinds[type(value)] == BOX:
            self.whole(value, "w")

    def shallow(self, value: Any, mode: str = "r") -> None:
        """A container, or what an iterator goes through, is read or written; not its items."""
        kind = self._kinds[type(value)]
        if kind == BOX:
            self.whole(value, mode)
        elif kind == ITERATOR:
            self.advance(value)

    def advance(self, iterator: Any) -> None:
        """An iterator is asked for its next: it changes, and reads what it goes through."""
        notes = self._notes
        if not isinstance(iterator, _VIEWS):
            notes.note((notes.name(iterator), ALL), "w")
        if type(iterator) is not types.GeneratorType:
            for each in self._sources(iterator, {}):
                if self._kinds[type(each)] == BOX:
                    self.whole(each)
                else:
                    notes.note((notes.name(each), ALL), "w")

    def _sources(self, iterator: Any, seen: dict[int, Any]) -> Iterable[Any]:
        """What an iterator in C holds: ``enumerate`` a list's iterator, that one the list."""
        for each in gc.get_referents(iterator):
            kind = self._kinds[type(each)]
            if id(each) in seen or kind not in (BOX, ITERATOR):
                continue
            seen[id(each)] = each
            if kind == ITERATOR and type(each) is not types.GeneratorType:
                self._sources(each, seen)
        return seen.values()

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
        elif how.text and hasattr(type(value), "daemon"):
            self._thread(value)
        elif kind == OBJECT and (how.full or not self._tells_itself(type(value))):
            self._notes.note((self._notes.name(value), ALL), how.mode)
            inside = list(getattr(value, "__dict__", {}).values())
        for each in inside:
            kind = self._kinds[type(each)]
            if kind != PLAIN:
                self._deep(each, kind, how, seen, depth + 1)

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
        if method is None or method in (getattr(object, name), getattr(BaseException, name)):
            return True
        code = getattr(method, "__code__", None)
        return code is not None and code.co_filename in self._notes.files

    # Attributes.

    def attribute(self, owner: Any, name: str, mode: str) -> None:
        """An attribute is read or written; also one that is not there."""
        of = type(owner)
        lies = self._lies.get((of, name))
        if lies is None:
            lies = self._elsewhere_or(of, owner, name, mode)
        if lies == _DATA or (lies != _ELSEWHERE and (mode == "w" or name in self._late)):
            self._of_object(owner, name, mode, lies)
        elif lies == _CACHED:
            self._of_object(owner, name, "w", lies)  # who asks first makes it
        elif lies == _PRIVATE:
            self._notes.unseen(f"use of {of.__name__}.{name}")

    def _elsewhere_or(self, of: type, owner: Any, name: str, mode: str) -> int:
        """Where an attribute lies, if it is an object's; of all others it is noted here."""
        kind = self._kinds[of]
        if name in _INSIDES:
            self._notes.unseen(f"use of {name}")
        elif kind in (OBJECT, CONTROLLED) or (kind == BOX and of.__module__ != "builtins"):
            self._lies[of, name] = lies = self._where(of, name, kind)
            return lies
        elif kind == CLASS:
            self._of_class(owner, name, mode)
        elif kind == FUNCTION:
            self._of_function(owner, name, mode)
        elif kind == MODULE:
            self._of_module(owner, name, mode)
        return _ELSEWHERE

    def _of_object(self, owner: Any, name: str, mode: str, lies: int) -> None:
        notes = self._notes
        called, part = notes.name(owner), f".{name}"
        notes.note((called, part), mode)
        if mode == "w":
            notes.note((called, ALL), "a")
            if lies == _CODE:
                notes.learn("class", name)  # it hides a method, perhaps
        if name in self._late:
            for each in type(owner).__mro__[:-1]:
                notes.note((notes.name(each), part), "r")

    def is_code(self, of: type, name: str, method: Any) -> bool:
        """Whether a method is its class's own, and loading it reads no data at all."""
        code = type(method) is types.MethodType and self._lies.get((of, name)) == _CODE
        return code and name not in self._late

    def _where(self, of: type, name: str, kind: int) -> int:
        """Where an attribute of objects of a class lies."""
        for each in of.__mro__:
            found = vars(each).get(name, _MISSING)
            if found is _MISSING:
                continue
            if self._is_ours(each) and not isinstance(found, types.FunctionType):
                return _DATA if name in ("name", "daemon") else _ELSEWHERE
            if isinstance(found, functools.cached_property):
                return _CACHED
            return _CODE if isinstance(found, _LOADED) else _DATA
        if kind == CONTROLLED and name.startswith("_") and not name.startswith("__"):
            return _PRIVATE
        per_task = any(
            "__getattribute__" in vars(each) and self._is_ours(each) for each in of.__mro__
        )
        return _ELSEWHERE if per_task else _DATA  # a threading.local

    def _is_ours(self, of: type) -> bool:
        return self._kinds.is_controlled(of)

    def _of_class(self, owner: type, name: str, mode: str) -> None:
        notes = self._notes
        if mode == "w":
            notes.learn("class", name)
            notes.note((notes.name(owner), f".{name}"), "w")
        elif name in self._late:
            for each in owner.__mro__[:-1]:
                notes.note((notes.name(each), f".{name}"), "r")

    def _of_function(self, owner: types.FunctionType, name: str, mode: str) -> None:
        if name.startswith("__"):
            return
        code, notes = owner.__code__, self._notes
        path = (code.co_filename.rpartition("/")[2], code.co_firstlineno, code.co_qualname)
        notes.note((notes.process(), "|", (*path, name)), mode)

    def _of_module(self, owner: types.ModuleType, name: str, mode: str) -> None:
        notes = self._notes
        file = notes.files.get(str(vars(owner).get("__file__")))
        if file is not None:
            if mode == "w":
                notes.learn("global", file, name)
            notes.note((notes.process(), "|", (file, name)), mode)
        elif mode == "w":
            notes.unseen(f"{owner.__name__}.{name} set")


_VIEWS: tuple[type, ...] = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    types.MappingProxyType,
)


def _inside(box: Any) -> list[Any]:
    if isinstance(box, dict):
        return [*dict.keys(box), *dict.values(box)]
    return list(box) if isinstance(box, list | set) or hasattr(box, "__iter__") else []


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
