"""What rewritten code calls where values are compared, added, told as a text or asked for truth."""

from __future__ import annotations

import operator
import sys
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from pyqdemo.observing.births import Births
from pyqdemo.observing.contents import READ, Contents, How
from pyqdemo.observing.kinds import BOX, FOREIGN, HOLDER, ITERATOR, OBJECT, PLAIN, Kinds
from pyqdemo.observing.notes import Notes
from pyqdemo.observing.proxies import Told

__all__ = ["operators"]

_TEXT = How(text=True)
_FULL = How(full=True)
_NEW = 2  # references to an object that only its call's answer holds
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "BitXor": operator.xor,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "LShift": operator.lshift,
    "MatMult": operator.matmul,
    "Mod": operator.mod,
    "Mult": operator.mul,
    "Pow": operator.pow,
    "RShift": operator.rshift,
    "Sub": operator.sub,
}
_SPECIAL = {
    name: "matmul" if name == "MatMult" else function.__name__.strip("_")
    for name, function in _BINARY.items()
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "In": lambda item, box: item in box,
    "Lt": operator.lt,
    "LtE": operator.le,
    "NotEq": operator.ne,
    "NotIn": lambda item, box: item not in box,
}


def operators(notes: Notes, kinds: Kinds, contents: Contents, births: Births) -> dict[str, Any]:
    """The functions, by the names that rewritten code calls them by.

    Args:
        notes, kinds, contents, births: of the run.
    """
    references = sys.getrefcount

    def truth(value: Any) -> Any:
        kind = kinds[type(value)]
        if kind in (BOX, OBJECT, FOREIGN) or contents.is_view(value):
            contents.shallow(value)
        return value

    def operand(value: Any) -> Any:
        contents.deep(value)
        return value

    def fed(value: Any, to: Any) -> Any:
        contents.deep(value)
        if kinds[type(value)] not in (ITERATOR, OBJECT) or not hasattr(type(value), "__iter__"):
            return value
        if to is None:
            notes.unseen("+= of an iterator")
            return value
        return feeding(iter(value), to) if isinstance(to, list | deque | bytearray) else value

    def feeding(iterator: Any, to: Any) -> Iterator[Any]:
        while True:
            contents.whole(to, "w")
            try:
                value = next(iterator)
            except StopIteration:
                return
            contents.whole(to, "w")
            yield value

    def unary(value: Any) -> Any:
        contents.deep(value)
        for name in ("__neg__", "__pos__", "__invert__") if kinds[type(value)] == OBJECT else ():
            contents.special(value, name)
        return value

    def matched(value: Any) -> Any:
        contents.deep(value, _FULL)
        return value

    def text(value: Any) -> Any:
        contents.deep(value, _TEXT)
        return value if kinds[type(value)] not in (BOX, HOLDER) else Told(contents, value, _TEXT)

    def early(value: Any) -> Any:
        if kinds[type(value)] in (BOX, OBJECT, FOREIGN):
            notes.unseen("containers in a comparison with more than two parts")
        return value

    def operands(name: str, left: Any, right: Any) -> None:
        how = _TEXT if name == "Mod" and isinstance(left, str | bytes) else READ
        contents.deep(left)
        contents.deep(right, how)
        special = _SPECIAL[name]
        if kinds[type(left)] == OBJECT:
            contents.special(left, f"__{special}__")
        if kinds[type(right)] == OBJECT:
            contents.special(right, f"__r{special}__")

    def compared(name: str, left: Any, right: Any) -> None:
        contents.deep(left)
        contents.deep(right)
        if name in ("In", "NotIn") and kinds[type(right)] == OBJECT:
            contents.about_items(right)

    def binary(name: str, left: Any, right: Any) -> Any:
        if kinds[type(left)] == kinds[type(right)] == PLAIN:
            return _BINARY[name](left, right)
        operands(name, left, right)
        contents.begins(operands, name, left, right)
        try:
            value = _BINARY[name](left, right)
        finally:
            contents.ended()
        if kinds[type(value)] != PLAIN and references(value) <= _NEW:
            births.fresh(value)
        return value

    def compare(name: str, left: Any, right: Any) -> Any:
        if kinds[type(left)] == kinds[type(right)] == PLAIN:
            return _COMPARE[name](left, right)
        compared(name, left, right)
        contents.begins(compared, name, left, right)
        try:
            return _COMPARE[name](left, right)
        finally:
            contents.ended()

    return {
        "truth": truth,
        "operand": operand,
        "fed": fed,
        "unary": unary,
        "matched": matched,
        "text": text,
        "early": early,
        "binary": binary,
        "compare": compare,
        "changed": contents.changed_in_place,
    }
