"""Calls of what is not rewritten: what they do to their arguments is noted as they happen.

A function of the program notes for itself, and what our own classes do are operations; those
are called as they are. For anything else there is something that notes first and then calls.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from pyqdemo.observing.contents import READ, Contents, How
from pyqdemo.observing.controlled import SPECIAL, controlled_call
from pyqdemo.observing.kinds import (
    BOX,
    CLASS,
    CONTROLLED,
    ITERATOR,
    OBJECT,
    Kinds,
)
from pyqdemo.observing.library import (
    CHANGES_FIRST,
    DEEP,
    MAKING_CLASSES,
    PASSING,
    PURE,
    READS,
    SHALLOW,
)
from pyqdemo.observing.methods import Args, Keywords, Methods, Noting, Rule
from pyqdemo.observing.notes import Notes

__all__ = ["Calls"]

_TEXT = How(text=True)
_FULL = How(full=True)
_CHANGE = How("w", full=True)
_CACHED: Any = type(functools.lru_cache(int))
_DESCRIBED = (types.MethodDescriptorType, types.WrapperDescriptorType)
_ATTRIBUTES = {"getattr": "r", "hasattr": "r", "setattr": "w", "delattr": "w"}


class Calls(Methods):
    """Tells what calls do.

    Args:
        notes, kinds, contents: of the run.
        is_ours: whether a file is of the machinery that carries the program.

    Attributes:
        ranked: items of each PriorityQueue, by the queue's id, that can change.
    """

    def __init__(
        self, notes: Notes, kinds: Kinds, contents: Contents, is_ours: Callable[[str], bool]
    ) -> None:
        super().__init__(notes, kinds, contents)
        self.ranked: dict[int, list[Any]] = {}
        self._known: dict[int, tuple[Any, Any]] = {}  # with what they are of, whose id it is
        self._files = notes.files
        self._is_ours = is_ours

    def callable_of(self, called: Any) -> Any:
        """What to call in the place of something: itself, or what notes the call as well."""
        known = self._known.get(id(called))
        if known is not None:
            return known[1]
        kind = type(called)
        if issubclass(kind, staticmethod):  # so are our functions in the place of some in C
            found = self.callable_of(called.__func__)
            self._known[id(called)] = called, found
            return found
        function = called.__func__ if kind is types.MethodType else called
        if type(function) is types.FunctionType:
            file = function.__code__.co_filename
            if file in self._files:
                return called
            me = None if function is called else called.__self__
            if self._is_ours(file):
                name = function.__name__
                return called if name not in SPECIAL else controlled_call(self, called, name, me)
            rule = self._function(function, file, me)
            return called if rule is None else Noting(called, rule)
        found = self._found(called, kind)
        if self.kinds[kind] == CLASS or (found is not called and _lasts(called, kind)):
            self._known[id(called)] = called, found
        return found

    def _found(self, called: Any, kind: type) -> Any:
        if self.kinds[kind] == CLASS and self.kinds.is_controlled(called):
            return controlled_call(self, called, "__init__", called)
        rule = self._rule(called, kind)
        return called if rule is None else Noting(called, rule)

    # Functions in Python that are not rewritten.

    def _function(self, function: types.FunctionType, file: str, me: Any) -> Rule | None:
        if file.startswith("<") and not file.startswith("<frozen"):
            return self._generated(function.__name__, me)
        module = str(function.__globals__.get("__name__"))
        return self.library(module, function.__qualname__, me)

    def _generated(self, name: str, me: Any) -> Rule:
        """What ``dataclass`` and its like have written."""

        def rule(args: Args, kwargs: Keywords) -> None:
            if name != "__init__":  # that one is of a new object
                self.all((me, *args), kwargs, _FULL)

        return rule

    def library(self, module: str, name: str, me: Any = None) -> Rule | None:
        """A library's function: it is known to read its arguments only, or is not known.

        Those that may look at the frame that calls them are called as they are.
        """
        root, last = module.partition(".")[0], name.rpartition(".")[2]
        if root in PASSING or last in MAKING_CLASSES:
            return None
        if root not in PURE and module != "os.path":
            self.notes.unseen(f"call of {name if root in ('_io', 'io') else f'{module}.{name}'}")
            return None

        def rule(args: Args, kwargs: Keywords) -> None:
            if last in CHANGES_FIRST and args:
                self.contents.shallow(args[0], "w")
            self.changed(me, last in READS)
            self.all(args, kwargs, _FULL)

        return rule

    def changed(self, me: Any, only_read: bool = False) -> None:
        """A library's method is called: its object may be another behind it."""
        kind = self.kinds[type(me)]
        if kind == CONTROLLED:
            self.contents.whole(me, "w")  # a Random, say, whose methods are the library's
        elif kind in (BOX, OBJECT):
            self.contents.deep(me, _FULL if only_read else _CHANGE)

    # What is no function in Python.

    def _rule(self, called: Any, kind: type) -> Rule | None:
        """How to note a call; None where there is nothing to note."""
        if kind is types.MethodType:
            return self._rule(called.__func__, type(called.__func__))
        if kind is types.BuiltinFunctionType:
            me = called.__self__
            if me is None or type(me) is types.ModuleType:
                return self._built_in(called.__name__, str(called.__module__))
            return self.method(me, called.__name__)
        if kind is types.MethodWrapperType:
            return self.method(called.__self__, called.__name__)
        if self.kinds[kind] == CLASS:
            return self._class(called)
        if kind is _CACHED:
            return self._cached(called)
        if kind is functools.partial:
            return self._partial(called)
        if kind in _DESCRIBED:
            return self._described(called)
        if not callable(called):
            return None
        own = getattr(kind, "__call__", None)  # noqa: B004  # what it is, not whether
        if isinstance(own, types.FunctionType) and self._is_known(own):
            return None
        return self.library(kind.__module__, kind.__qualname__)

    def _is_known(self, function: types.FunctionType) -> bool:
        """Whether a function notes for itself, or is one of ours."""
        file = function.__code__.co_filename
        return file in self._files or self._is_ours(file)

    def _built_in(self, name: str, module: str) -> Rule | None:
        if module != "builtins":
            return self.library(module, name)
        if name in _ATTRIBUTES:
            return lambda args, _: self._attribute(args, _ATTRIBUTES[name])
        if name == "next":
            return lambda args, _: self._next(args)
        if name == "hash":
            return lambda args, _: self._hash(args)
        if name in SHALLOW:
            return self.shallow
        if name in DEEP:
            how = _TEXT if name in ("repr", "ascii", "format") else READ
            return lambda args, kwargs: self.all(args, kwargs, how)
        self.notes.unseen(f"call of {name}")
        return None  # it looks at the frame that calls it, or answers what no schedule decides

    def _hash(self, args: Args) -> None:
        """Of texts, and of whatever goes by its address, it is another one in each process."""
        if not all(type(arg) in (int, bool, float) for arg in args):
            self.notes.unseen("call of hash")

    def _attribute(self, args: Args, mode: str) -> None:
        if len(args) > 1 and type(args[1]) is str:
            self.contents.attribute(args[0], args[1], mode)

    def _next(self, args: Args) -> None:
        if args and self.kinds[type(args[0])] == ITERATOR:
            self.contents.advance(args[0])

    def _described(self, called: Any) -> Rule:
        """``list.append`` and its like: whose method it is comes first."""

        def rule(args: Args, kwargs: Keywords) -> None:
            found = self.method(args[0], called.__name__) if args else None
            if found is not None:
                found(args[1:], kwargs)

        return rule

    # Classes, and what else can be called.

    def _class(self, called: type) -> Rule | None:
        init = called.__init__  # type: ignore[misc]  # of a class that is there
        if isinstance(init, types.FunctionType):
            file = init.__code__.co_filename
            if self._is_known(init) or file.startswith("<"):
                return None
            return self.library(str(init.__globals__.get("__name__")), called.__qualname__)
        module = str(called.__module__)
        if issubclass(called, BaseException):
            return None
        if module not in ("builtins", "collections", "_collections"):
            root = module.partition(".")[0]
            return self.library(module, called.__qualname__) if root in PURE else self.shallow
        if called.__name__ in SHALLOW:
            return self.shallow
        how = _TEXT if called in (str, bytes) else READ
        return lambda args, kwargs: self.all(args, kwargs, how)

    def _cached(self, called: Any) -> Rule:
        """The answers that ``lru_cache`` keeps are data of all who call."""
        path = (getattr(called, "__module__", ""), getattr(called, "__qualname__", ""), "cache")
        inner = self.callable_of(called.__wrapped__)

        def rule(args: Args, kwargs: Keywords) -> None:
            self.notes.note((self.notes.process(), "|", path), "w")
            if isinstance(inner, Noting):
                inner.rule(args, kwargs)

        return rule

    def _partial(self, called: functools.partial[Any]) -> Rule | None:
        inner = self.callable_of(called.func)
        if not isinstance(inner, Noting):
            return None
        return lambda args, kwargs: inner.rule((*called.args, *args), {**called.keywords, **kwargs})


def _lasts(called: Any, kind: type) -> bool:
    """Whether it is a function of a module in C, the same whenever it is called."""
    of_module = (type(None), types.ModuleType)
    return kind is types.BuiltinFunctionType and type(called.__self__) in of_module
