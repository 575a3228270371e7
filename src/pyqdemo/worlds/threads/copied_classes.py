"""Copies of the classes of a program."""

from __future__ import annotations

import functools
import sys
from abc import ABCMeta
from collections.abc import Mapping
from enum import EnumMeta
from importlib import import_module
from types import CodeType, FunctionType, MemberDescriptorType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["HEAP_TYPE", "PLAIN", "class_like", "found_in", "slot_like"]

#: A flag of the classes that are made while a program runs.
HEAP_TYPE = 1 << 9
_abc: Any = import_module("_abc")
_NOTHING: Any = object()

#: Nobody can change these, and they hold nothing that could be changed.
PLAIN = frozenset({bool, bytes, complex, float, int, str, type(None), type(...)})


def class_like(copy: Copying, kind: type) -> type:
    """The class in the place of another: a new one for one of the program's."""
    if not _is_the_programs(copy, kind):
        return kind
    meta = type(kind)
    if issubclass(meta, EnumMeta):
        return _enumeration(copy, kind)
    if meta is not type and meta is not ABCMeta:
        copy.refuse(meta.__qualname__)
    bases = tuple([copy(base) for base in kind.__bases__])
    names = vars(kind)
    first = {name: names[name] for name in ("__module__", "__doc__") if name in names}
    first["__qualname__"] = kind.__qualname__
    if "__orig_bases__" in names:
        first["__orig_bases__"] = copy(names["__orig_bases__"])
    if "__slots__" in names:
        slots = [name for name, value in names.items() if _is_slot(kind, value)]
        first["__slots__"] = (*slots, *({"__dict__", "__weakref__"} & names.keys()))
    twin: type = meta(kind.__name__, bases, first)
    copy.later(_fill_class, copy, kind, twin)
    return twin


_MADE_WITH_IT = frozenset({"__dict__", "__weakref__", "__module__", "__doc__", "_abc_impl"})

#: They would act on what is not complete yet.
_ACTING = frozenset({"__init_subclass__", "__del__"})


def _fill_class(copy: Copying, kind: type, twin: type) -> None:
    for name, value in vars(kind).items():
        if name in _MADE_WITH_IT or _is_slot(kind, value):
            continue
        if name in _ACTING:
            copy.at_last(functools.partial(type.__setattr__, twin, name, copy(value)))
        else:
            type.__setattr__(twin, name, copy(value))
    if type(kind) is ABCMeta:
        for found in _abc._get_dump(kind)[0]:
            registered = found()
            if registered is not None:
                copy.at_last(functools.partial(_abc._abc_register, twin, copy(registered)))


def _is_slot(kind: type, value: object) -> bool:
    return type(value) is MemberDescriptorType and value.__objclass__ is kind


def _is_the_programs(copy: Copying, kind: type) -> bool:
    if not kind.__flags__ & HEAP_TYPE:
        return False
    name = kind.__module__
    if name in copy.names:
        return True
    if str(name).startswith("pyqdemo."):
        return False
    real = sys.modules.get(name)
    if real is None:
        return True
    if found_in(real, kind.__qualname__) is kind:
        return False
    functions = (value for value in vars(kind).values() if type(value) is FunctionType)
    return any(id(function.__globals__) in copy.spaces for function in functions)


def slot_like(copy: Copying, member: MemberDescriptorType) -> Any:
    owner = copy(member.__objclass__)
    if owner is member.__objclass__:
        return member
    return vars(owner)[member.__name__]


def _enumeration(copy: Copying, kind: Any) -> type:
    """An enumeration is shared, if nothing in it can change or leads back to its module."""
    enumerations = [each for each in kind.__mro__ if isinstance(each, EnumMeta)]
    for each in kind.__mro__:
        if each not in enumerations and _is_the_programs(copy, each):
            copy.refuse(type(kind).__qualname__)
    own = {id(member) for member in kind.__members__.values()}
    for member in kind.__members__.values():
        if not all(_is_plain(value, kind) for value in vars(member).values()):
            copy.refuse(type(kind).__qualname__)
    for name, value in vars(kind).items():
        internal = name[:1] == "_" == name[-1:] or id(value) in own
        functions = list(_functions_of(value))
        own_functions = [each for each in functions if id(each.__globals__) in copy.spaces]
        if any(_uses_names(each.__code__, each.__globals__) for each in own_functions):
            copy.refuse(type(kind).__qualname__)
        known = internal or functions or callable(value) or type(value).__module__ in _ENUMS
        if not known and not _is_plain(value, kind):
            copy.refuse(type(kind).__qualname__)
    return kind  # type: ignore[no-any-return]


_ENUMS = ("enum", "types")


def _is_plain(value: object, kind: type) -> bool:
    if type(value) in (tuple, frozenset):
        return all(_is_plain(each, kind) for each in value)  # type: ignore[attr-defined]
    return type(value) in PLAIN or value is kind or isinstance(type(value), EnumMeta)


def _functions_of(value: Any) -> list[FunctionType]:
    parts = (getattr(value, name, None) for name in ("__func__", "fget", "fset", "fdel"))
    return [each for each in (value, *parts) if type(each) is FunctionType]


def _uses_names(code: CodeType, names: Mapping[str, Any]) -> bool:
    if any(name in names for name in code.co_names):
        return True
    return any(_uses_names(each, names) for each in code.co_consts if type(each) is CodeType)


def found_in(module: Any, name: str) -> Any:
    """What a module has under a qualified name, or something that is nothing's equal."""
    for part in name.split("."):
        try:
            module = vars(module).get(part, _NOTHING)
        except TypeError:
            return _NOTHING
    return module
