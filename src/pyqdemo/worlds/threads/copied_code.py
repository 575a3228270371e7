"""Copies of what a program's text defines besides classes: functions, methods, annotations."""

from __future__ import annotations

import functools
import gc
import operator
import os
import sys
from abc import ABCMeta
from collections.abc import Callable, Mapping
from types import (
    BuiltinFunctionType,
    CellType,
    FunctionType,
    GenericAlias,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    MethodWrapperType,
    UnionType,
)
from typing import TYPE_CHECKING, Any

from pyqdemo.worlds.owning import ours
from pyqdemo.worlds.threads.copied_classes import class_like, found_in, slot_like

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["CODE"]

_LIBRARY = os.path.dirname(os.__file__) + os.sep  # pathlib is heavy


# Functions


def _function(copy: Copying, function: FunctionType) -> FunctionType:
    space = _space(copy, function)
    if space is None:
        return function
    closure = function.__closure__
    cells = None if closure is None else tuple([copy(cell) for cell in closure])
    twin = FunctionType(function.__code__, space, function.__name__, None, cells)
    twin.__qualname__ = function.__qualname__
    copy.later(_fill_function, copy, function, twin)
    return twin


def _fill_function(copy: Copying, function: FunctionType, twin: FunctionType) -> None:
    twin.__module__ = function.__module__
    twin.__doc__ = copy(function.__doc__)
    if function.__defaults__ is not None:
        twin.__defaults__ = copy(function.__defaults__)
    if function.__kwdefaults__ is not None:
        twin.__kwdefaults__ = copy(function.__kwdefaults__)
    if sys.version_info >= (3, 14):
        if function.__annotate__ is not None:
            twin.__annotate__ = copy(function.__annotate__)
        else:
            twin.__annotations__ = copy(function.__annotations__)
    else:
        twin.__annotations__ = copy(function.__annotations__)
    if sys.version_info >= (3, 12):
        twin.__type_params__ = copy(function.__type_params__)
    if function.__dict__:
        twin.__dict__ = copy(function.__dict__)


def _space(copy: Copying, function: FunctionType) -> dict[str, Any] | None:
    """The names that a function's copy has; None for a function that is shared."""
    names = function.__globals__
    own = copy.spaces.get(id(names))
    if own is not None:
        return own
    file = function.__code__.co_filename
    if ours(file):
        return None
    name = str(names.get("__name__"))
    real = None if name in copy.names else sys.modules.get(name)
    if real is not None:
        found = found_in(real, function.__qualname__)
        if found is function or getattr(found, "__code__", None) is function.__code__:
            return None
        if vars(real) is names:
            # Made by a library's function, it may hold what is the program's.
            return None if function.__closure__ is None else names
    if file.startswith(_LIBRARY) or "__loader__" in names:
        # Of a module that is not among those that are copied.
        copy.refuse(f"{name}.{function.__qualname__}")
    return _made_up_space(copy, names)


def _made_up_space(copy: Copying, names: dict[str, Any]) -> dict[str, Any]:
    """The names of what ``exec`` has made in a dictionary of its own."""
    twin: dict[str, Any] | None = copy.twins.get(id(names))
    if twin is None:
        twin = copy(names)
    if "__builtins__" in names:
        twin.setdefault("__builtins__", copy(names["__builtins__"]))
    copy.spaces[id(names)] = twin
    return twin


def _cell(copy: Copying, cell: CellType) -> CellType:
    twin = CellType()
    copy.later(_fill_cell, copy, cell, twin)
    return twin


def _fill_cell(copy: Copying, cell: CellType, twin: CellType) -> None:
    try:
        held = cell.cell_contents
    except ValueError:
        return  # it is empty
    twin.cell_contents = copy(held)


def _method(copy: Copying, method: MethodType) -> MethodType:
    return MethodType(copy(method.__func__), copy(method.__self__))


def _method_in_c(copy: Copying, method: BuiltinFunctionType) -> Any:
    """A function in C is shared, a method in C bound to the copy of its object."""
    held = getattr(method, "__self__", None)
    twin = copy(held) if not isinstance(held, type(sys)) else held
    if twin is held:
        return method
    owners = held.__mro__ if isinstance(held, type) else type(held).__mro__
    for owner in owners:
        found = vars(owner).get(method.__name__)
        if found is not None and not isinstance(found, FunctionType):
            bind = type(found).__get__
            if type(twin) is not type(held) and copy(type(held)) is not type(twin):
                break
            given = (None, held) if isinstance(held, type) else (held, type(held))
            if bind(found, *given) == method:
                return bind(found, *(twin if each is held else each for each in given))
    return copy.refuse("builtin_function_or_method")


def _wrapped(copy: Copying, method: Any) -> Any:
    """A static or class method."""
    twin = type(method)(copy(method.__func__))
    vars(twin).update(copy(vars(method)))
    return twin


def _property(copy: Copying, given: property) -> property:
    twin = property(copy(given.fget), copy(given.fset), copy(given.fdel))
    copy.later(_document, copy, given, twin)
    return twin


def _document(copy: Copying, given: property, twin: property) -> None:
    twin.__doc__ = given.__doc__


# The way of ``partial`` and of a cache that has not been used


def _nothing() -> None: ...


def _partial(copy: Copying, given: functools.partial[Any]) -> Any:
    twin = functools.partial(_nothing)
    copy.later(_fill_partial, copy, given, twin)
    return twin


def _fill_partial(copy: Copying, given: Any, twin: Any) -> None:
    held = vars(given)
    parts = (copy(given.func), copy(given.args), copy(given.keywords))
    twin.__setstate__((*parts, copy(held) if held else None))


def _cached(copy: Copying, function: Any) -> Any:
    used = function.cache_info()
    if used.hits or used.misses or used.currsize:
        copy.refuse("lru_cache")
    told = function.cache_parameters()
    twin = functools.lru_cache(**told)(copy(function.__wrapped__))
    twin.cache_parameters = _parameters(told)
    copy.later(_fill_cached, copy, function, twin)
    return twin


def _parameters(told: Mapping[str, Any]) -> Callable[[], dict[str, Any]]:
    return lambda: dict(told)


def _fill_cached(copy: Copying, function: Any, twin: Any) -> None:
    own = {key: value for key, value in vars(function).items() if key != "cache_parameters"}
    vars(twin).update(copy(own))


# Annotations


def _generic(copy: Copying, alias: GenericAlias) -> Any:
    origin, args = copy(alias.__origin__), copy(alias.__args__)
    if origin is alias.__origin__ and args is alias.__args__:
        return alias
    if getattr(alias, "__unpacked__", False):
        copy.refuse(type(alias).__qualname__)
    return GenericAlias(origin, args)


def _union(copy: Copying, alias: UnionType) -> Any:
    args = copy(alias.__args__)
    return alias if args is alias.__args__ else functools.reduce(operator.or_, args)


def _proxy(copy: Copying, proxy: MappingProxyType[Any, Any]) -> Any:
    (behind,) = gc.get_referents(proxy)
    if type(behind) is not dict or "__module__" in behind:
        copy.refuse("mappingproxy")  # the names of a class
    return MappingProxyType(copy(behind))


#: How to copy what is exactly of a type.
CODE: dict[type, Callable[[Copying, Any], Any]] = {
    ABCMeta: class_like,
    BuiltinFunctionType: _method_in_c,
    CellType: _cell,
    FunctionType: _function,
    GenericAlias: _generic,
    MappingProxyType: _proxy,
    MemberDescriptorType: slot_like,
    MethodType: _method,
    MethodWrapperType: _method_in_c,
    UnionType: _union,
    classmethod: _wrapped,
    functools.partial: _partial,
    property: _property,
    staticmethod: _wrapped,
    type(functools.lru_cache(_nothing)): _cached,
    type: class_like,
}
