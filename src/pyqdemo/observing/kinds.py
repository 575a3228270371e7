"""What sort of object a value is: where its data lies, and who may change it."""

from __future__ import annotations

import collections
import io
import types
from collections.abc import Callable

__all__ = [
    "BOX",
    "CLASS",
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

_BOXES = (list, dict, set, bytearray, collections.deque)
_PLAIN = (
    *(int, float, complex, str, bytes, bool, type(None), type(...), type(NotImplemented)),
    *(range, slice, super, property, staticmethod, classmethod),
    *(types.CodeType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType),
    *(types.WrapperDescriptorType, types.MethodDescriptorType, types.GetSetDescriptorType),
    *(types.GenericAlias, types.UnionType, types.CellType),
)
_VIEWS: tuple[type, ...] = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    types.MappingProxyType,
)
#: Modules in C whose objects never change.
_UNCHANGING = frozenset({"datetime", "decimal", "re", "zoneinfo", "uuid", "_struct", "operator"})

_MADE_WHILE_RUNNING = 1 << 9  # a type's flag; most of those in C do not have it
_KNOWN: dict[type, int] = {
    **dict.fromkeys(_PLAIN, PLAIN),
    **dict.fromkeys((tuple, frozenset), HOLDER),
    **dict.fromkeys(_BOXES, BOX),
    **dict.fromkeys(_VIEWS, ITERATOR),
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
        if issubclass(kind, (tuple, frozenset)):
            return HOLDER
        if issubclass(kind, (int, float, complex, str, bytes)):
            return PLAIN
        if issubclass(kind, io.IOBase) or kind.__module__ == "_io":
            return FOREIGN
        written = _written_in_python(kind)
        if not written and hasattr(kind, "__next__"):
            return ITERATOR
        if kind.__module__.partition(".")[0] in _UNCHANGING and not written:
            return PLAIN
        if not written and not isinstance(getattr(kind, "__len__", 0), int):
            return BOX  # array.array
        has_attributes = written or bool(kind.__dictoffset__)
        return OBJECT if has_attributes or issubclass(kind, BaseException) else FOREIGN


def _written_in_python(kind: type) -> bool:
    """Whether a class was made by a ``class`` statement, or by ``type``."""
    if not kind.__flags__ & _MADE_WHILE_RUNNING:
        return False
    functions = (each for base in kind.__mro__[:-1] for each in vars(base).values())
    return bool(kind.__dictoffset__) or any(type(each) is types.FunctionType for each in functions)
