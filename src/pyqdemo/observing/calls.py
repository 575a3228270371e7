"""Calls of what is not rewritten: what they do to their arguments is noted as they happen.

A function of the program notes for itself, and what our own classes do are operations; those
are called as they are. For anything else there is something that notes first and then calls.
"""

from __future__ import annotations

import functools
import operator
import types
from collections.abc import Callable
from typing import Any

from pyqdemo.observing.contents import CHANGED, GIVEN, READ, Contents, How
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
    CALLING,
    CHANGES_FIRST,
    DEEP,
    HARMLESS,
    KEEPING,
    MAKING_CLASSES,
    READS,
    SHALLOW,
    is_known,
    is_passing,
    sets_up,
)
from pyqdemo.observing.methods import Args, Calling, Keywords, Methods, Noting, Rule
from pyqdemo.observing.notes import Notes

__all__ = ["Calls"]

_TEXT = How(text=True)
_CALLED = How(calls=True)
_FULL = How(full=True)
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
            return self._with(called, self._function(function, file, me))
        found = self._found(called, kind)
        if self.kinds[kind] == CLASS or (found is not called and _lasts(called, kind)):
            self._known[id(called)] = called, found
        return found

    def _found(self, called: Any, kind: type) -> Any:
        if self.kinds[kind] == CLASS and self.kinds.is_controlled(called):
            return controlled_call(self, called, "__init__", called)
        if kind is functools.partial:
            return self._partial(called)
        return self._with(called, self._rule(called, kind))

    def _with(self, called: Any, rule: Rule | None) -> Any:
        if rule is None:
            return called
        name = getattr(called, "__name__", "")
        if name == "filter":
            given = self.filtered
        elif name in CALLING:
            given = self.all_noting if name not in DEEP else self.compared
        else:
            given = self.looked_into if name in DEEP or name == "dict" else self.hooks_noting
        return Calling(self.notes, called, rule, given)

    def noting(self, called: Any) -> Any:
        """What notes what a call does, in the place of what is called; else that itself."""
        return self.callable_of(called) if callable(called) else called

    # Functions in Python that are not rewritten.

    def _function(self, function: types.FunctionType, file: str, me: Any) -> Rule | None:
        if file.startswith("<") and not file.startswith("<frozen"):
            return self._generated(function.__name__, me)
        module = str(function.__globals__.get("__name__"))
        return self.library(module, function.__code__.co_qualname, me)

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
        if last in MAKING_CLASSES and root in ("collections", "dataclasses"):
            return None
        if sets_up(module, name):
            if not self.notes.is_alone():
                self.notes.unseen(f"call of {module}.{name}")
            return None
        if is_passing(module, name):
            return None if last not in KEEPING else self._kept
        if not is_known(module, name):
            self.notes.unseen(f"call of {name if root in ('_io', 'io') else f'{module}.{name}'}")
            return None

        def rule(args: Args, kwargs: Keywords) -> None:
            if last in CHANGES_FIRST and args:
                self.contents.shallow(args[0], "w")
            self.changed(me, last in READS)
            self.all(args, kwargs, GIVEN)

        return rule

    def changed(self, me: Any, only_read: bool = False) -> None:
        """A library's method is called: its object may be another behind it."""
        kind = self.kinds[type(me)]
        if kind == CONTROLLED:
            self.contents.whole(me, "w")  # a Random, say, whose methods are the library's
        elif kind in (BOX, OBJECT):
            self.contents.deep(me, GIVEN if only_read else CHANGED)

    # What is no function in Python.

    def _rule(self, called: Any, kind: type) -> Rule | None:
        """How to note a call; None where there is nothing to note."""
        if kind is types.MethodType:
            inner = self.noting(called.__func__)
            if not isinstance(inner, Noting):
                return None
            return lambda args, kwargs: inner.rule((called.__self__, *args), kwargs)
        if issubclass(kind, types.BuiltinFunctionType):
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
        if kind in _DESCRIBED:
            return self._described(called)
        if kind is operator.attrgetter or kind is operator.itemgetter:
            return self._getter(called)
        if kind is operator.methodcaller:
            return self._caller(called)
        if not callable(called) or kind.__qualname__ == "KeyWrapper":
            return None  # that one is of cmp_to_key, which was given what notes
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
        if name == "iter":
            return lambda args, kwargs: self.shallow(args[:1], kwargs)
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
            module = str(init.__globals__.get("__name__"))
            of = init.__qualname__.rpartition(".")[0]
            return self.library(module, of)
        new = called.__new__
        if isinstance(new, types.FunctionType) and not (
            self._is_known(new) or new.__code__.co_filename.startswith("<")
        ):
            return self.library(str(called.__module__), called.__qualname__)
        made = _in_c(called)
        if issubclass(called, BaseException) or made is functools.partial:
            return None
        module, name = str(made.__module__), made.__name__
        if name == "dict":
            return self._dictionary
        if module not in ("builtins", "collections", "_collections"):
            known = f"{module}.{name}" in HARMLESS
            return self.shallow if known else self.library(module, made.__qualname__)
        if name in SHALLOW:
            return self.shallow
        if name in KEEPING:
            return self._kept
        how = GIVEN if name not in DEEP else _TEXT if made in (str, bytes) else READ
        return lambda args, kwargs: self.all(args, kwargs, how)

    def _kept(self, args: Args, kwargs: Keywords) -> None:
        self.all(args, kwargs, _CALLED)

    def _dictionary(self, args: Args, kwargs: Keywords) -> None:
        self.shallow(args, {})
        self.pairs(args)

    def _cached(self, called: Any) -> Rule:
        """The answers that ``lru_cache`` keeps are data of all who call."""
        path = (getattr(called, "__module__", ""), getattr(called, "__qualname__", ""), "cache")
        inner = self.callable_of(called.__wrapped__)

        def rule(args: Args, kwargs: Keywords) -> None:
            self.notes.note((self.notes.process(), "|", path), "w")
            if isinstance(inner, Noting):
                inner.rule(args, kwargs)

        return rule

    def _partial(self, called: functools.partial[Any]) -> Any:
        inner = self.callable_of(called.func)
        if inner is called.func:
            return called
        return functools.partial(inner, *called.args, **called.keywords)

    def _getter(self, called: Any) -> Rule:
        """``attrgetter`` and ``itemgetter``."""
        given = called.__reduce__()[1]

        def rule(args: Args, kwargs: Keywords) -> None:
            for value in args:
                for each in given if isinstance(called, operator.attrgetter) else ():
                    self.contents.attribute(value, each.partition(".")[0], "r")
                    if "." in each:
                        self.contents.deep(value, _FULL)
                if isinstance(called, operator.itemgetter):
                    for each in given:
                        self.contents.any_item(value, each, "r", "__getitem__")

        return rule

    def _caller(self, called: Any) -> Rule:
        """``methodcaller``."""
        name = called.__reduce__()[1][0]

        def rule(args: Args, kwargs: Keywords) -> None:
            for value in args:
                if self.kinds[type(value)] == BOX:
                    self.noted_box(value, str(name), (), {})
                self.notes.unseen("call of methodcaller")

        return rule


def _in_c(kind: type) -> type:
    """The first class in C that a class is made of."""
    python = (types.FunctionType, staticmethod)
    for each in kind.__mro__:
        making = [vars(each)[name] for name in ("__new__", "__init__") if name in vars(each)]
        if any(not isinstance(found, python) for found in making):
            return each
    return kind


def _lasts(called: Any, kind: type) -> bool:
    """Whether it is a function of a module in C, the same whenever it is called."""
    of_module = (type(None), types.ModuleType)
    return issubclass(kind, types.BuiltinFunctionType) and type(called.__self__) in of_module
