"""What methods in C do to their object and to their arguments."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from pyqdemo.observing.contents import CHANGED, GIVEN, READ, Contents, How
from pyqdemo.observing.kinds import (
    BOUND,
    BOX,
    CLASS,
    CONSTANT,
    CONTROLLED,
    FOREIGN,
    FUNCTION,
    HOLDER,
    ITERATOR,
    OBJECT,
    PLAIN,
    Kinds,
)
from pyqdemo.observing.library import DEEP_METHODS, HOOKS, READS, STORING, is_known
from pyqdemo.observing.notes import Notes

__all__ = ["BUILT_IN", "Args", "Calling", "Keywords", "Methods", "Noting", "Rule"]

#: Containers whose methods are all in C.
BUILT_IN = frozenset({bytearray, deque, dict, list, set})
_TEXT = How(text=True)
_SPECIAL = {"__setattr__": "w", "__delattr__": "w", "__getattribute__": "r"}
_OF_DICT = ("get", "__getitem__", "__contains__")
_MAKING_TEXT = ("join", "format", "format_map", "translate", "__mod__")
#: Methods of containers that do their work at once, and call nothing on the way.
_AT_ONCE = frozenset(
    {
        *("append", "appendleft", "clear", "copy", "items", "keys", "pop", "popleft", "popitem"),
        *("reverse", "rotate", "values", "__len__"),
    }
)

#: They write into a container that they are given.
_WRITING_INTO = frozenset({"pack_into", "readinto", "readinto1", "recv_into", "recvfrom_into"})

Args = tuple[Any, ...]
Keywords = dict[str, Any]
Rule = Callable[[Args, Keywords], object]
"""Notes what a call with these arguments does."""


class Noting:
    """Calls something, and notes before that what it does to its arguments."""

    __slots__ = ("called", "notes", "rule")

    def __init__(self, notes: Notes, called: Any, rule: Rule) -> None:
        self.notes = notes
        self.called = called
        self.rule = rule

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        self.rule(args, kwargs)
        self.notes.begins(self.rule, args, kwargs)
        try:
            return self.called(*args, **kwargs)
        finally:
            self.notes.ended()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.called, name)  # a thread takes its name from what it calls

    def __eq__(self, other: object) -> bool:
        return bool(self.called == (other.called if isinstance(other, Noting) else other))

    def __hash__(self) -> int:
        return hash(self.called)

    def __repr__(self) -> str:
        return repr(self.called)


class Calling(Noting):
    """As ``Noting``, for what calls its arguments, or has them called: they note as well."""

    __slots__ = ("given",)

    def __init__(
        self, notes: Notes, called: Any, rule: Rule, given: Callable[[Args, Keywords], Any]
    ) -> None:
        super().__init__(notes, called, rule)
        self.given = given

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = self.given(args, kwargs)
        return super().__call__(*args, **kwargs)


class _NotingBox:
    """As ``Noting``, for the most frequent case."""

    __slots__ = ("_box", "_called", "_calls", "_name")

    def __init__(self, calls: Methods, box: Any, name: str) -> None:
        self._calls = calls
        self._box = box
        self._name = name
        self._called = getattr(box, name)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        calls, name = self._calls, self._name
        if name in _AT_ONCE:
            calls.noted_box(self._box, name, args, kwargs)
            return self._called(*args, **kwargs)
        if name == "sort" and "key" in kwargs:
            kwargs["key"] = calls.noting(kwargs["key"])
        elif name == "update" and isinstance(self._box, dict):
            args = calls.items_noted(args)
        given = self._box, name, args, kwargs
        calls.noted_box(*given)
        calls.notes.begins(calls.noted_box, *given)
        try:
            return self._called(*args, **kwargs)
        finally:
            calls.notes.ended()


class Methods:
    """Tells what methods in C do.

    Args:
        notes, kinds, contents: of the run.
    """

    def __init__(self, notes: Notes, kinds: Kinds, contents: Contents) -> None:
        self.notes = notes
        self.kinds = kinds
        self.contents = contents

    def noting(self, called: Any) -> Any:
        """What notes what a call does, in the place of what is called; else that itself."""
        raise NotImplementedError

    def items_noted(self, args: Args) -> Args:
        """Arguments that are gone through, each of whose items is looked into."""
        return tuple(
            self.contents.through(iter(each), looks=True) if self._is_iterator(each) else each
            for each in args
        )

    def _is_iterator(self, value: Any) -> bool:
        return self.kinds[type(value)] == ITERATOR and not self.contents.is_view(value)

    def all_noting(self, args: Args, kwargs: Keywords) -> tuple[Args, Keywords]:
        """All that is given and can be called notes what it does."""
        args = tuple(map(self.noting, args))
        return args, {name: self.noting(each) for name, each in kwargs.items()}

    def filtered(self, args: Args, kwargs: Keywords) -> tuple[Args, Keywords]:
        """Without a function it asks for the truth."""
        if args[:1] == (None,):
            args = (bool, *args[1:])
        return self.all_noting(args, kwargs)

    def compared(self, args: Args, kwargs: Keywords) -> tuple[Args, Keywords]:
        return self.all_noting(self.items_noted(args), kwargs)

    def looked_into(self, args: Args, kwargs: Keywords) -> tuple[Args, Keywords]:
        return self.items_noted(args), kwargs

    def hooks_noting(self, args: Args, kwargs: Keywords) -> tuple[Args, Keywords]:
        if not kwargs:
            return args, kwargs
        return args, {
            name: self.noting(each) if name in HOOKS else each for name, each in kwargs.items()
        }

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
            return self._of_constant(me, kind, name)
        if kind == BOUND:
            noting = self.noting(me)
            return noting.rule if name == "__call__" and isinstance(noting, Noting) else None
        if kind == OBJECT and isinstance(me, (BaseException, *CONSTANT)):
            if name == "add_note":
                return lambda *_: self.contents.attribute(me, "__notes__", "w")
            return lambda args, kwargs: self.all((me, *args), kwargs, GIVEN)
        if name == "__subclasses__":
            self.notes.unseen("use of __subclasses__")
        if kind in (OBJECT, CLASS, FUNCTION) and name.startswith("__"):
            return None
        return lambda args, kwargs: self._of_library(me, kind, name, args, kwargs)

    def _of_constant(self, me: Any, kind: int, name: str) -> Rule | None:
        """A method of what cannot change; it may look into what that holds, or is given."""
        if isinstance(me, str):
            if name not in _MAKING_TEXT:
                return None
            parts = any(mark in me for mark in ".[") and name.startswith("format")
            how = How(full=True, text=True) if parts else _TEXT
            return lambda args, kwargs: self.all(args, kwargs, how)
        if isinstance(me, int | float | complex) or name == "__init__":
            return None
        if name in _WRITING_INTO:
            return lambda args, kwargs: self.all(args, kwargs, CHANGED)
        held = (me,) if kind == HOLDER else ()
        how = READ if kind == HOLDER or isinstance(me, bytes) else GIVEN
        return lambda args, kwargs: self.all((*held, *args), kwargs, how)

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
            if isinstance(me, dict):
                self.pairs(args)

    def pairs(self, args: Args) -> None:
        """A dictionary is made of pairs, each of which is gone through."""
        for each in args:
            if isinstance(each, list | tuple | set):
                for pair in each:
                    self.contents.shallow(pair)

    def _of_iterator(self, me: Any, args: Args, kwargs: Keywords) -> None:
        self.contents.advance(me)
        self.shallow(args, kwargs)

    def _of_library(self, me: Any, kind: int, name: str, args: Args, kwargs: Keywords) -> None:
        """A method of a library's object, or of a class of its own (``datetime.now``)."""
        of = me if kind == CLASS else type(me)
        root = of.__module__.partition(".")[0]
        if root == "_io" and of.__name__ not in ("StringIO", "BytesIO"):
            self.notes.unseen("use of a file")
        elif not (root in ("_io", "builtins") or kind == CONTROLLED) and not is_known(
            of.__module__, f"{of.__qualname__}.{name}"
        ):
            self.notes.unseen(f"call of {of.__module__}.{of.__name__}.{name}")
        if kind == FOREIGN:
            self.contents.foreign(me)
        elif kind != CLASS:
            self.contents.whole(me, "w")
        self.all(args, kwargs, CHANGED if name in _WRITING_INTO else GIVEN)
