"""What stands in the place of an object while the program sets a part of it: the note comes
when everything else has been evaluated, right before the part is set."""

from __future__ import annotations

from typing import Any

from pyqdemo.observing.contents import Contents

__all__ = ["ChangedAttributes", "ChangedItems", "Items", "Once"]


class Items:
    """A container of which an item is set or deleted."""

    __slots__ = ("_box", "_contents")

    def __init__(self, contents: Contents, box: Any) -> None:
        self._contents = contents
        self._box = box

    def __getitem__(self, index: Any) -> Any:
        self._contents.item(self._box, index, "r")
        return self._box[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        contents, box = self._contents, self._box
        contents.item(box, index, "w")
        if type(index) is slice:
            contents.shallow(value)
        box[index] = value

    def __delitem__(self, index: Any) -> None:
        self._contents.whole(self._box, "w")
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


class Once:
    """What ``iter`` gives for it is the iterator that was made already."""

    __slots__ = ("_made",)

    def __init__(self, made: Any) -> None:
        self._made = made

    def __iter__(self) -> Any:
        return self._made
