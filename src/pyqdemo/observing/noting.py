"""What rewritten code calls: by name, for the builtins of a run."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from pyqdemo.observing.births import Births
from pyqdemo.observing.calls import Calls
from pyqdemo.observing.contents import Contents, How
from pyqdemo.observing.controlled import NAMING
from pyqdemo.observing.kinds import (
    BOUND,
    BOX,
    CONTROLLED,
    FOREIGN,
    HOLDER,
    ITERATOR,
    OBJECT,
    PLAIN,
    Kinds,
)
from pyqdemo.observing.methods import BUILT_IN
from pyqdemo.observing.notes import Key, Notes
from pyqdemo.observing.operators import operators
from pyqdemo.observing.proxies import ChangedAttributes, ChangedItems, Items, Once

__all__ = ["observers"]

_CALLED = How(calls=True)
_WITHOUT = frozenset({PLAIN, HOLDER})  # no attributes that could change
_SETTING = ("__setitem__", "__delitem__")
_NEW = 2  # references to an object that only its call's answer holds


def observers(
    notes: Notes, is_controlled: Callable[[type], bool], is_ours: Callable[[str], bool]
) -> dict[str, Any]:
    """The functions that rewritten code calls, by the names it calls them by.

    Args:
        notes: take what they note.
        is_controlled: whether a class is one of ours, not merely derived from one.
        is_ours: whether a file is of the machinery that carries the program.
    """
    notes.is_ours = is_ours
    kinds = Kinds(is_controlled)
    contents = Contents(notes, kinds)
    births = Births(notes, kinds)
    calls = Calls(notes, kinds, contents, is_ours)
    found = {
        **_variables(notes),
        **_new_objects(notes, kinds, contents, births),
        **operators(notes, kinds, contents, births),
        **_iterations(kinds, contents),
        **_attributes(notes, kinds, contents, births, calls),
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


def _new_objects(notes: Notes, kinds: Kinds, contents: Contents, births: Births) -> dict[str, Any]:
    references = sys.getrefcount

    def given(value: Any) -> Any:
        if kinds[type(value)] != PLAIN and references(value) <= _NEW:
            births.fresh(value)
        return value

    def made(value: Any) -> Any:
        births.made(value)
        return value

    def declared(value: Any) -> Any:
        """A class is there. What C code does in it, where an operator asks for that, is not
        seen."""
        births.made(value)
        for name, each in vars(value).items():
            if name.startswith("__") and kinds[type(each)] == BOUND:
                contents.deep(each, _CALLED)
        return value

    def begun(value: Any) -> Any:
        if not notes.is_named(value):
            births.made(value)
        return value

    def shown(names: Any) -> Any:
        for name in [name for name in names if name.startswith(".call ")]:
            names.pop(name) if isinstance(names, dict) else names.remove(name)
        return names

    return {"given": given, "made": made, "begun": begun, "declared": declared, "shown": shown}


def _iterations(kinds: Kinds, contents: Contents) -> dict[str, Any]:
    references = sys.getrefcount

    def iterate(value: Any) -> Any:
        kind = kinds[type(value)]
        if kind == BOX:
            return through(iter(value), value)
        if kind == ITERATOR:
            own = type(value) is types.GeneratorType and references(value) <= _NEW
            return value if own else contents.through(iter(value))
        if kind == OBJECT:
            contents.special(value, "__iter__")
            made = iter(value)
            if kinds[type(made)] == ITERATOR or contents.is_librarys(made, "__next__"):
                return contents.through(made)
            return Once(made)
        if kind == FOREIGN:
            contents.foreign(value)
            return contents.through(iter(value))
        return value

    def through(iterator: Any, box: Any) -> Iterator[Any]:
        while True:
            contents.whole(box)
            try:
                value = next(iterator)
            except StopIteration:
                return
            yield value

    def unpack(value: Any) -> Any:
        kind = kinds[type(value)]
        if kind in (OBJECT, ITERATOR):
            return iterate(value)
        contents.shallow(value)
        return value

    def delegate(value: Any) -> Any:
        if type(value) is not types.GeneratorType and kinds[type(value)] in (BOX, ITERATOR):
            return iterate(value)
        contents.shallow(value)
        return value

    return {"iterate": iterate, "unpack": unpack, "delegate": delegate}


def _attributes(
    notes: Notes, kinds: Kinds, contents: Contents, births: Births, calls: Calls
) -> dict[str, Any]:
    attribute, callable_of = contents.attribute, calls.callable_of

    def attr(owner: Any, name: str) -> Any:
        attribute(owner, name, "r")
        if contents.is_made(owner, name):
            made(owner, name)  # what follows finds it in the object
        return owner

    def made(owner: Any, name: str) -> Any:
        contents.begins(attribute, owner, name, "r")
        try:
            return getattr(owner, name)
        finally:
            contents.ended()

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
            if type(owner) in BUILT_IN and kinds[type(index)] == PLAIN:
                value = owner[index]
            else:
                value = made_item(owner, index)
            if kinds[type(value)] != PLAIN:
                births.taken(owner, index, value)
            return value
        contents.any_item(owner, index, "r", "__getitem__")
        return owner[index]

    def made_item(owner: Any, index: Any) -> Any:
        contents.begins(contents.item, owner, index, "r")
        try:
            return owner[index]
        finally:
            contents.ended()

    def items(owner: Any) -> Any:
        kind = kinds[type(owner)]
        if kind in (BOX, FOREIGN, CONTROLLED):
            return Items(contents, owner)
        librarys = kind == OBJECT and any(contents.is_librarys(owner, name) for name in _SETTING)
        return Items(contents, owner) if librarys else owner

    def changing(owner: Any) -> Any:
        new = items(owner)
        return new if new is owner else ChangedItems(contents, owner)

    def entered(value: Any) -> Any:
        kind = kinds[type(value)]
        if kind == FOREIGN:
            contents.foreign(value)
        elif kind == OBJECT and contents.is_librarys(value, "__enter__"):
            of = type(value)
            if of.__module__ != "contextlib":
                contents.all_of(value, "w")
                notes.unseen(f"with {of.__module__}.{of.__qualname__}")
        return value

    return {
        "attr": attr,
        "setting": setting,
        "attributes": attributes,
        "method": method,
        "call": callable_of,
        "item": item,
        "items": items,
        "changing": changing,
        "entered": entered,
    }
