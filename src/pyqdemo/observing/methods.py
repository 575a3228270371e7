"""What methods in C do to their object and to their arguments."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from pyqdemo.observing.contents import READ, Contents, How
from pyqdemo.observing.kinds import (
    BOX,
    CLASS,
    CONTROLLED,
    FUNCTION,
    HOLDER,
    ITERATOR,
    OBJECT,
    PLAIN,
    Kinds,
)
from pyqdemo.observing.library import DEEP_METHODS, PURE, READS, STORING
from pyqdemo.observing.notes import Notes

__all__ = ["BUILT_IN", "Args", "Keywords", "Methods", "Noting", "Rule"]

#: Containers whose methods are all in C.
BUILT_IN = frozenset({bytearray, deque, dict, list, set})
_TEXT = How(text=True)
_FULL = How(full=True)
_SPECIAL = {"__setattr__": "w", "__delattr__": "w", "__getattribute__": "r"}
_OF_DICT = ("get", "__getitem__", "__contains__")
_MAKING_TEXT = ("join", "format", "format_map", "__mod__")

Args = tuple[Any, ...]
Keywords = dict[str, Any]
Rule = Callable[[Args, Keywords], object]
"""Notes what a call with these arguments does."""


class Noting:
    """Calls something, and notes before that what it does to its arguments."""

    __slots__ = ("called", "rule")

    def __init__(self, called: Any, rule: Rule) -> None:
        self.called = called
        self.rule = rule

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        self.rule(args, kwargs)
        return self.called(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.called, name)  # a thread takes its name from what it calls


class _NotingBox:
    """As ``Noting``, for the most frequent case."""

    __slots__ = ("_box", "_called", "_calls", "_name")

    def __init__(self, calls: Methods, box: Any, name: str) -> None:
        self._calls = calls
        self._box = box
        self._name = name
        self._called = getattr(box, name)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        self._calls.noted_box(self._box, self._name, args, kwargs)
        return self._called(*args, **kwargs)


class Methods:
    """Tells what methods in C do.

    Args:
        notes, kinds, contents: of the run.
    """

    def __init__(self, notes: Notes, kinds: Kinds, contents: Contents) -> None:
        self.notes = notes
        self.kinds = kinds
        self.contents = contents

    def all(self, args: Args, kwargs: Keywords, how: How = READ) -> None:
        """All arguments are read, or changed, with all in them."""
        for each in (*args, *kwargs.values()):
            self.contents.deep(each, how)

    def shallow(self, args: Args, kwargs: Keywords) -> None:
        """Containers among the arguments are gone through."""
        for each in (*args, *kwargs.values()):
            self.contents.shallow(each)

    def method(self, me: Any, name: str) -> Rule | None:
        kind = self.kinds[type(me)]
        if name in _SPECIAL:
            return lambda args, _: self.contents.attribute(me, args[0], _SPECIAL[name])
        if kind == BOX:
            return lambda args, kwargs: self.noted_box(me, name, args, kwargs)
        if kind == ITERATOR:
            return lambda args, kwargs: self._of_iterator(me, args, kwargs)
        if kind in (PLAIN, HOLDER):
            text = isinstance(me, str | bytes) and name in _MAKING_TEXT
            return (lambda args, kwargs: self.all(args, kwargs, _TEXT)) if text else None
        if kind in (OBJECT, CLASS, FUNCTION) and name.startswith("__"):
            return None
        if kind == OBJECT and isinstance(me, BaseException):
            return None
        return lambda args, kwargs: self._of_library(me, kind, name, args, kwargs)

    def of_box(self, me: Any, name: str) -> Any:
        """What to call in the place of a method of a container of Python's own."""
        return _NotingBox(self, me, name)

    def noted_box(self, me: Any, name: str, args: Args, kwargs: Keywords) -> None:
        contents = self.contents
        if isinstance(me, dict) and args and name in _OF_DICT:
            contents.item(me, args[0], "r")
            return
        if name != "__init__" or args or kwargs:
            contents.whole(me, "r" if name in READS else "w")
        if name in DEEP_METHODS:
            contents.deep(me)
            self.all(args, kwargs)
        elif name not in STORING:
            self.shallow(args, kwargs)

    def _of_iterator(self, me: Any, args: Args, kwargs: Keywords) -> None:
        self.contents.advance(me)
        self.shallow(args, kwargs)

    def _of_library(self, me: Any, kind: int, name: str, args: Args, kwargs: Keywords) -> None:
        """A method of a library's object, or of a class of its own (``datetime.now``)."""
        of = me if kind == CLASS else type(me)
        root = of.__module__.partition(".")[0]
        if root == "_io" and of.__name__ not in ("StringIO", "BytesIO"):
            self.notes.unseen("use of a file")
        elif root not in (*PURE, "_io", "builtins") and kind != CONTROLLED:
            self.notes.unseen(f"call of {of.__module__}.{of.__name__}.{name}")
        if kind != CLASS:
            self.contents.whole(me, "w")
        self.all(args, kwargs, _FULL)
