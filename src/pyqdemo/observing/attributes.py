"""Where attributes lie, and what reading and setting them touches."""

from __future__ import annotations

import functools
import operator
import types
from typing import Any

from pyqdemo.observing.kinds import (
    BOUND,
    BOX,
    CLASS,
    CONTROLLED,
    FOREIGN,
    FUNCTION,
    MODULE,
    OBJECT,
    Kinds,
)
from pyqdemo.observing.notes import ALL, Notes

__all__ = ["Attributes", "librarys"]

#: Where an attribute lies: in the object; in its class, as code that is loaded without reading
#: any data; behind an operation, or in each task; in the object once somebody has asked for it;
#: inside an object of ours; behind a library's code, which may read all there is in the object.
_DATA, _CODE, _ELSEWHERE, _CACHED, _PRIVATE, _BEHIND = range(1, 7)
#: Who has these can change what is noted by other names.
_INSIDES = frozenset({"__closure__", "__dict__", "__globals__", "f_globals", "f_locals"})
_OF_FUNCTIONS = frozenset({"__defaults__", "__kwdefaults__", "__code__"})
_MISSING: Any = object()
#: What a class has of these, its objects need not be asked for.
_LOADED = (
    *(types.FunctionType, types.BuiltinFunctionType, property, staticmethod, classmethod),
    *(types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType),
)


class Attributes:
    """Notes what happens to attributes.

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
        if lies == _BEHIND:
            self.all_of(owner, mode)

    def all_of(self, owner: Any, mode: str) -> None:
        """A library's code does something to an object, nobody knows to what in it."""
        raise NotImplementedError

    def _elsewhere_or(self, of: type, owner: Any, name: str, mode: str) -> int:
        """Where an attribute lies, if it is an object's; of all others it is noted here."""
        kind = self._kinds[of]
        if name in _INSIDES or (name == "__class__" and mode == "w"):
            self._notes.unseen(f"use of {name}")
        elif kind in (OBJECT, CONTROLLED, FOREIGN) or (kind == BOX and of.__module__ != "builtins"):
            self._lies[of, name] = lies = self._where(of, name, kind)
            return lies
        elif kind == CLASS:
            self._of_class(owner, name, mode)
        elif kind == FUNCTION:
            self._of_function(owner, name, mode)
        elif kind == MODULE:
            self._of_module(owner, name, mode)
        elif kind == BOUND and isinstance(owner, types.MethodType):
            self.attribute(owner.__func__, name, mode)
        return _ELSEWHERE

    def _of_object(self, owner: Any, name: str, mode: str, lies: int) -> None:
        notes = self._notes
        called, part = notes.name(owner), f".{name}"
        notes.note((called, part), mode)
        if mode == "w":
            notes.note((called, ALL), "a")
            if lies == _CODE:
                notes.learn("class", name)  # it hides a method, perhaps
            if name == "run" and hasattr(type(owner), "daemon"):
                notes.unseen("a thread's run set")
        if name in self._late:
            for each in type(owner).__mro__[:-1]:
                notes.note((notes.name(each), part), "r")

    def is_made(self, owner: Any, name: str) -> bool:
        """Whether an attribute is made as it is asked for, by what it calls."""
        return self._lies.get((type(owner), name)) == _CACHED

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
            if isinstance(found, property) and self._is_behind(found):
                return _BEHIND
            if isinstance(found, types.GetSetDescriptorType) and each is object:
                return _CODE
            return _CODE if isinstance(found, _LOADED) else _DATA
        if kind == CONTROLLED and name.startswith("_") and not name.startswith("__"):
            return _PRIVATE
        if librarys(of, "__getattr__", self._notes, self._kinds):
            return _BEHIND
        per_task = any(
            "__getattribute__" in vars(each) and self._is_ours(each) for each in of.__mro__
        )
        return _ELSEWHERE if per_task else _DATA  # a threading.local

    def _is_behind(self, found: property) -> bool:
        """Whether no code of the program, which notes for itself, stands behind a property."""
        parts = (found.fget, found.fset, found.fdel)
        return any(
            each is not None
            and (
                isinstance(each, operator.attrgetter | operator.itemgetter)
                or (
                    isinstance(each, types.FunctionType)
                    and each.__code__.co_filename not in self._notes.files
                )
            )
            for each in parts
        )

    def _is_ours(self, of: type) -> bool:
        return self._kinds.is_controlled(of)

    def _of_class(self, owner: type, name: str, mode: str) -> None:
        notes = self._notes
        if mode == "w":
            notes.learn("class", name)
            notes.note((notes.name(owner), f".{name}"), "w")
            if name.startswith("__") and name.endswith("__") and not notes.is_alone():
                notes.unseen(f"{name} of a class set")  # what uses it does not ask for it by name
        elif name in self._late:
            for each in owner.__mro__[:-1]:
                notes.note((notes.name(each), f".{name}"), "r")

    def _of_function(self, owner: types.FunctionType, name: str, mode: str) -> None:
        if name.startswith("__") and name not in _OF_FUNCTIONS:
            return
        code, notes = owner.__code__, self._notes
        path = (code.co_filename.rpartition("/")[2], code.co_firstlineno, code.co_qualname)
        notes.note((notes.process(), "|", (*path, name)), mode)
        may_change = mode == "w" or name == "__kwdefaults__"
        if name in _OF_FUNCTIONS and may_change and not notes.is_alone():
            notes.unseen(f"{name} of a function set")

    def _of_module(self, owner: types.ModuleType, name: str, mode: str) -> None:
        notes = self._notes
        file = notes.files.get(str(vars(owner).get("__file__")))
        if file is not None:
            if mode == "w":
                notes.learn("global", file, name)
            notes.note((notes.process(), "|", (file, name)), mode)
        elif mode == "w":
            notes.unseen(f"{owner.__name__}.{name} set")


def librarys(of: type, name: str, notes: Notes, kinds: Kinds) -> bool:
    """Whether a special method of a class is a library's, which notes nothing itself."""
    for each in of.__mro__:
        found = vars(each).get(name, _MISSING)
        if found is _MISSING:
            continue
        if each in _HARMLESS or found is None or kinds.is_controlled(each):
            return False
        if isinstance(found, types.FunctionType):
            return found.__code__.co_filename not in notes.files
        return not isinstance(found, classmethod | staticmethod | functools.partialmethod)
    return False


_HARMLESS = (object, BaseException, tuple, frozenset, int, float, complex, str, bytes)
