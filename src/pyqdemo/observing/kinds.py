"""What sort of object a value is: where its data lies, and who may change it."""

from __future__ import annotations

import collections
import io
import operator
import re
import types
from collections.abc import Callable

__all__ = [
    "BOUND",
    "BOX",
    "CLASS",
    "CONSTANT",
    "CONTROLLED",
    "FOREIGN",
    "FUNCTION",
    "HOLDER",
    "ITERATOR",
    "MODULE",
    "OBJECT",
    "PLAIN",
    "Kinds",
]

#: Cannot change, and holds nothing that can.
PLAIN = 0
#: A tuple or frozenset: cannot change, but what it holds can.
HOLDER = 9
#: A container of Python's own, or of a class that is made of one.
BOX = 1
#: Goes through something else as it is asked: iterators in C, generators, views.
ITERATOR = 2
#: Has attributes.
OBJECT = 3
CLASS = 4
MODULE = 5
#: Of a class of ours: what it does are operations.
CONTROLLED = 6
#: A function written in Python.
FUNCTION = 7
#: Of a library, in C; only its methods know what it is.
FOREIGN = 8
#: Can be called, and does something to an object that it holds, or is given.
BOUND = 10

#: Classes of Python's own whose objects never change, but for what they hold.
CONSTANT = (tuple, frozenset, int, float, complex, str, bytes)
_BOXES = (list, dict, set, bytearray, collections.deque)
_PLAIN = (
    *(int, float, complex, str, bytes, bool, type(None), type(...), type(NotImplemented)),
    *(range, slice, super, property, staticmethod, classmethod),
    *(types.CodeType, types.ClassMethodDescriptorType),
    *(types.WrapperDescriptorType, types.MethodDescriptorType, types.GetSetDescriptorType),
    *(types.GenericAlias, types.UnionType, types.CellType, types.MemberDescriptorType),
)
_BOUND = (
    *(types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType),
    type(re.compile("").match),  # a class derived from that of the others
    *(operator.attrgetter, operator.itemgetter, operator.methodcaller),
)
_VIEWS: tuple[type, ...] = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    types.MappingProxyType,
)
#: Modules in C whose objects never change, and their classes for which that is not so.
_UNCHANGING = frozenset({"datetime", "decimal", "re", "zoneinfo", "uuid", "_struct"})
_CHANGING = frozenset({"Context", "SRE_Scanner"})

_MADE_WHILE_RUNNING = 1 << 9  # a type's flag; most of those in C do not have it
_KNOWN: dict[type, int] = {
    **dict.fromkeys(_PLAIN, PLAIN),
    **dict.fromkeys((tuple, frozenset), HOLDER),
    **dict.fromkeys(_BOXES, BOX),
    **dict.fromkeys(_VIEWS, ITERATOR),
    **dict.fromkeys(_BOUND, BOUND),
    memoryview: FOREIGN,
    types.GeneratorType: ITERATOR,
    types.FunctionType: FUNCTION,
    types.ModuleType: MODULE,
    type: CLASS,
}


class Kinds(dict[type, int]):
    """The kind of a value by its type; of one run, since its classes are its own.

    Args:
        is_controlled: whether a class is one of ours, not merely derived from one.
    """

    def __init__(self, is_controlled: Callable[[type], bool]) -> None:
        super().__init__(_KNOWN)
        self.is_controlled = is_controlled

    def __missing__(self, kind: type) -> int:
        found = self[kind] = self._of(kind)
        return found

    def _of(self, kind: type) -> int:
        if issubclass(kind, type):
            return CLASS
        if issubclass(kind, types.ModuleType):
            return MODULE
        if self.is_controlled(kind):
            return CONTROLLED
        if issubclass(kind, _BOXES):
            return BOX
        if issubclass(kind, CONSTANT):
            if kind.__dictoffset__ or _has_slots(kind):
                return OBJECT  # of a class of the program's, with attributes besides
            return HOLDER if issubclass(kind, (tuple, frozenset)) else PLAIN
        if issubclass(kind, io.IOBase) or kind.__module__ == "_io":
            return FOREIGN
        if issubclass(kind, _VIEWS):
            return ITERATOR
        written = _written_in_python(kind)
        if not written and hasattr(kind, "__next__"):
            return ITERATOR
        if kind.__module__.partition(".")[0] in _UNCHANGING and not written:
            return PLAIN if kind.__name__ not in _CHANGING else FOREIGN
        if kind.__module__ == "array" and not written:
            return BOX
        has_attributes = written or bool(kind.__dictoffset__)
        return OBJECT if has_attributes or issubclass(kind, BaseException) else FOREIGN


def _written_in_python(kind: type) -> bool:
    """Whether a class was made by a ``class`` statement, or by ``type``."""
    if not kind.__flags__ & _MADE_WHILE_RUNNING:
        return False
    functions = (each for base in kind.__mro__[:-1] for each in vars(base).values())
    return (
        bool(kind.__dictoffset__)
        or any("__slots__" in vars(base) for base in kind.__mro__)
        or any(type(each) is types.FunctionType for each in functions)
    )


def _has_slots(kind: type) -> bool:
    return any(vars(base).get("__slots__") for base in kind.__mro__)
