"""What stands in the place of an object while the program sets a part of it: the note comes
when everything else has been evaluated, right before the part is set."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from pyqdemo.observing.contents import Contents, How

__all__ = ["ChangedAttributes", "ChangedItems", "Items", "Once", "Told"]


class Items:
    """A container of which an item is set or deleted."""

    __slots__ = ("_box", "_contents")

    def __init__(self, contents: Contents, box: Any) -> None:
        self._contents = contents
        self._box = box

    def __getitem__(self, index: Any) -> Any:
        self._contents.any_item(self._box, index, "r", "__getitem__")
        return self._box[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        contents, box = self._contents, self._box
        contents.any_item(box, index, "w", "__setitem__")
        if type(index) is slice:
            contents.shallow(value)
        elif type(box) in (dict, list):
            box[index] = value
            return
        contents.begins(contents.any_item, box, index, "w", "__setitem__")
        try:
            box[index] = value
        finally:
            contents.ended()

    def __delitem__(self, index: Any) -> None:
        if isinstance(self._box, list | dict | bytearray | deque):
            self._contents.whole(self._box, "w")
        else:
            self._contents.any_item(self._box, index, "w", "__delitem__")
        del self._box[index]


class ChangedItems(Items):
    """A container of which an item is changed in place."""

    __slots__ = ()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._contents.changed_in_place(value)
        super().__setitem__(index, value)


class ChangedAttributes:
    """An object of which an attribute is changed in place."""

    __slots__ = ("_contents", "_owner")

    def __init__(self, contents: Contents, owner: Any) -> None:
        object.__setattr__(self, "_contents", contents)
        object.__setattr__(self, "_owner", owner)

    def __getattribute__(self, name: str) -> Any:
        owner = object.__getattribute__(self, "_owner")
        object.__getattribute__(self, "_contents").attribute(owner, name, "r")
        return getattr(owner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        owner = object.__getattribute__(self, "_owner")
        contents = object.__getattribute__(self, "_contents")
        contents.attribute(owner, name, "w")
        contents.changed_in_place(value)
        setattr(owner, name, value)


class Told:
    """A container of which a text is made, by calls of what is in it."""

    __slots__ = ("_contents", "_how", "_value")

    def __init__(self, contents: Contents, value: Any, how: How) -> None:
        self._contents = contents
        self._value = value
        self._how = how

    def _text(self, made: Callable[..., str], *given: Any) -> str:
        self._contents.begins(self._contents.deep, self._value, self._how)
        try:
            return made(self._value, *given)
        finally:
            self._contents.ended()

    def __repr__(self) -> str:
        return self._text(repr)

    def __str__(self) -> str:
        return self._text(str)

    def __format__(self, how: str) -> str:
        return self._text(format, how)


class Once:
    """What ``iter`` gives for it is the iterator that was made already."""

    __slots__ = ("_made",)

    def __init__(self, made: Any) -> None:
        self._made = made

    def __iter__(self) -> Any:
        return self._made
