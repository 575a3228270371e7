"""What rewritten code calls: by name, for the builtins of a run."""

from __future__ import annotations

import operator
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from pyqdemo.observing.births import Births
from pyqdemo.observing.calls import Calls
from pyqdemo.observing.contents import READ, Contents, How
from pyqdemo.observing.controlled import NAMING
from pyqdemo.observing.kinds import (
    BOX,
    FOREIGN,
    HOLDER,
    ITERATOR,
    OBJECT,
    PLAIN,
    Kinds,
)
from pyqdemo.observing.methods import BUILT_IN
from pyqdemo.observing.notes import Key, Notes
from pyqdemo.observing.proxies import ChangedAttributes, ChangedItems, Items, Once

__all__ = ["observers"]

_TEXT = How(text=True)
_FULL = How(full=True)
_WITHOUT = frozenset({PLAIN, HOLDER})  # no attributes that could change
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


def observers(
    notes: Notes, is_controlled: Callable[[type], bool], is_ours: Callable[[str], bool]
) -> dict[str, Any]:
    """The functions that rewritten code calls, by the names it calls them by.

    Args:
        notes: take what they note.
        is_controlled: whether a class is one of ours, not merely derived from one.
        is_ours: whether a file is of the machinery that carries the program.
    """
    kinds = Kinds(is_controlled)
    contents = Contents(notes, kinds)
    births = Births(notes, kinds)
    calls = Calls(notes, kinds, contents, is_ours)
    found = {
        **_variables(notes),
        **_new_objects(notes, kinds, births),
        **_values(notes, kinds, contents, births),
        **_iterations(kinds, contents),
        **_attributes(kinds, contents, births, calls),
    }
    return {f".{name}": function for name, function in found.items()}


def _variables(notes: Notes) -> dict[str, Any]:
    note, process = notes.note, notes.process

    def load(path: Key) -> bool:
        note((process(), "|", path), "r")
        return True

    def stored(value: Any, path: Key) -> Any:
        note((process(), "|", path), "w")
        return value

    def settled(value: Any, path: Key) -> Any:
        if not notes.is_alone():
            notes.learn("global", *path)
            note((process(), "|", path), "w")
        return value

    return {"load": load, "stored": stored, "settled": settled, "token": notes.token}


def _new_objects(notes: Notes, kinds: Kinds, births: Births) -> dict[str, Any]:
    references = sys.getrefcount

    def given(value: Any) -> Any:
        if kinds[type(value)] != PLAIN and references(value) <= _NEW:
            births.fresh(value)
        return value

    def made(value: Any) -> Any:
        births.made(value)
        return value

    def begun(value: Any) -> Any:
        if not notes.is_named(value):
            births.made(value)
        return value

    def shown(names: Any) -> Any:
        for name in [name for name in names if name.startswith(".call ")]:
            names.pop(name) if isinstance(names, dict) else names.remove(name)
        return names

    return {"given": given, "made": made, "begun": begun, "shown": shown}


def _values(notes: Notes, kinds: Kinds, contents: Contents, births: Births) -> dict[str, Any]:
    references = sys.getrefcount

    def truth(value: Any) -> Any:
        if kinds[type(value)] == BOX:
            contents.whole(value)
        return value

    def operand(value: Any) -> Any:
        contents.deep(value)
        return value

    def matched(value: Any) -> Any:
        contents.deep(value, _FULL)
        return value

    def text(value: Any) -> Any:
        contents.deep(value, _TEXT)
        return value

    def early(value: Any) -> Any:
        if kinds[type(value)] in (BOX, OBJECT, FOREIGN):
            notes.unseen("containers in a comparison with more than two parts")
        return value

    def binary(name: str, left: Any, right: Any) -> Any:
        how = _TEXT if name == "Mod" and isinstance(left, str | bytes) else READ
        contents.deep(left)
        contents.deep(right, how)
        value = _BINARY[name](left, right)
        if kinds[type(value)] != PLAIN and references(value) <= _NEW:
            births.fresh(value)
        return value

    def compare(name: str, left: Any, right: Any) -> Any:
        contents.deep(left)
        contents.deep(right)
        return _COMPARE[name](left, right)

    return {
        "truth": truth,
        "operand": operand,
        "matched": matched,
        "text": text,
        "early": early,
        "binary": binary,
        "compare": compare,
        "changed": contents.changed_in_place,
    }


def _iterations(kinds: Kinds, contents: Contents) -> dict[str, Any]:
    references = sys.getrefcount

    def iterate(value: Any) -> Any:
        kind = kinds[type(value)]
        if kind == BOX:
            return through(iter(value), value)
        if kind == ITERATOR:
            own = type(value) is types.GeneratorType and references(value) <= _NEW
            return value if own else through(iter(value), None)
        if kind == OBJECT:
            made = iter(value)
            return through(made, None) if kinds[type(made)] == ITERATOR else Once(made)
        return value

    def through(iterator: Any, box: Any) -> Iterator[Any]:
        while True:
            if box is not None:
                contents.whole(box)
            else:
                contents.advance(iterator)
            try:
                value = next(iterator)
            except StopIteration:
                return
            yield value

    def unpack(value: Any) -> Any:
        kind = kinds[type(value)]
        if kind == OBJECT:
            return iterate(value)
        contents.shallow(value)
        return value

    def delegate(value: Any) -> Any:
        return iterate(value) if kinds[type(value)] == BOX else value

    return {"iterate": iterate, "unpack": unpack, "delegate": delegate}


def _attributes(kinds: Kinds, contents: Contents, births: Births, calls: Calls) -> dict[str, Any]:
    attribute, callable_of = contents.attribute, calls.callable_of

    def attr(owner: Any, name: str) -> Any:
        attribute(owner, name, "r")
        return owner

    def setting(owner: Any, name: str) -> Any:
        attribute(owner, name, "w")
        return owner

    def attributes(owner: Any) -> Any:
        return owner if kinds[type(owner)] in _WITHOUT else ChangedAttributes(contents, owner)

    plain: dict[tuple[type, str], Any] = {}  # methods that can be called as they are

    def method(owner: Any, name: str) -> Any:
        of = type(owner)
        known = plain.get((of, name))
        if known is not None:
            found = getattr(owner, name)
            if type(found) is types.MethodType and found.__func__ is known:
                return found
        if of in BUILT_IN:
            return calls.of_box(owner, name)
        if kinds[of] not in _WITHOUT:
            attribute(owner, name, "r")
        found = getattr(owner, name)
        called = callable_of(found)
        if called is found and name not in NAMING and contents.is_code(of, name, found):
            plain[of, name] = found.__func__
        return called

    def item(owner: Any, index: Any) -> Any:
        kind = kinds[type(owner)]
        if kind == BOX:
            contents.item(owner, index, "r")
            value = owner[index]
            if kinds[type(value)] != PLAIN:
                births.taken(owner, index, value)
            return value
        if kind == FOREIGN:
            contents.whole(owner)
        return owner[index]

    def items(owner: Any) -> Any:
        kind = kinds[type(owner)]
        if kind == BOX:
            return Items(contents, owner)
        if kind == FOREIGN:
            contents.whole(owner, "w")
        return owner

    def changing(owner: Any) -> Any:
        return ChangedItems(contents, owner) if kinds[type(owner)] == BOX else items(owner)

    return {
        "attr": attr,
        "setting": setting,
        "attributes": attributes,
        "method": method,
        "call": callable_of,
        "item": item,
        "items": items,
        "changing": changing,
    }
