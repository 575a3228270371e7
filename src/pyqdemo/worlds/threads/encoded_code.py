"""How what a program's text defines is told: code, functions, methods, classes.

Code is told by what it consists of, functions and classes of the program by what they hold. What
stands in a library's module, or in a stand-in of ours, is told by its name there: it is the same
in every run, and nobody changes it (a program that does so is not noticed).
"""

from __future__ import annotations

import functools
import gc
import sys
from abc import ABCMeta
from collections.abc import Mapping
from hashlib import blake2b
from types import (
    BuiltinFunctionType,
    CellType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    UnionType,
    WrapperDescriptorType,
)
from typing import Any

from pyqdemo.worlds.threads.copied_classes import HEAP_TYPE, found_in
from pyqdemo.worlds.threads.encoding import DIGEST, Encoding, Way

__all__ = ["CODE", "code_name", "is_librarys", "library_name", "tell_class", "value_of"]

_MOST = 20_000
_codes: dict[int, tuple[CodeType, bytes]] = {}
_named: dict[int, tuple[Any, bytes]] = {}  # of libraries: they are never gone


def code_name(code: CodeType) -> bytes:
    """A name that equal code has in every run, and no other code."""
    known = _codes.get(id(code))
    if known is None:
        parts = (code.co_code, code.co_consts, code.co_names, code.co_varnames, code.co_flags)
        more = (code.co_cellvars, code.co_freevars, code.co_exceptiontable, code.co_firstlineno)
        told = [_constant(part) for part in (code.co_qualname, *parts, *more)]
        name = b"c" + blake2b(repr(told).encode(), digest_size=DIGEST).digest()
        if len(_codes) > _MOST:
            _codes.clear()
        known = _codes[id(code)] = (code, name)
    return known[1]


def _constant(value: Any) -> str:
    """A constant as text, by its type and value; a frozenset in an order of our own."""
    kind = type(value)
    if kind is CodeType:
        return repr(code_name(value))
    if kind is tuple:
        return f"({','.join(map(_constant, value))})"
    if kind is frozenset:
        return f"{{{','.join(sorted(map(_constant, value)))}}}"
    return f"{kind.__name__} {value!r}"


def _code(encoding: Encoding, code: CodeType) -> None:
    encoding.put(b"CO", code_name(code))


# Names of what is a library's


def library_name(value: Any) -> bytes | None:
    """By what a library's function, class or module is told; None if it is none."""
    known = _named.get(id(value))
    if known is None:
        name = _name_of(value)
        if name is None:
            return None
        known = _named[id(value)] = (value, name)
    return known[1]


def _name_of(value: Any) -> bytes | None:
    kind = type(value)
    if kind is ModuleType:
        names = (name for name, each in list(sys.modules.items()) if each is value)
        full = next(names, None)
        return None if full is None else f"m{full}".encode()
    if issubclass(kind, type) and not value.__flags__ & HEAP_TYPE:
        return f"k{value.__module__}.{value.__qualname__}".encode()
    module: Any = getattr(value, "__module__", None)
    name: Any = getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    home = sys.modules.get(module)
    found: Any
    if home is None or module in ("__main__", "__mp_main__"):
        return None
    found = found_in(home, name)
    if kind is FunctionType:
        return _function_name(value) if found is value or _is_ours(value) else None
    if found is value or (isinstance(value, type) and any(map(_is_ours, vars(value).values()))):
        return f"n{module}.{name}".encode()
    return None


def _function_name(function: FunctionType) -> bytes | None:
    code = function.__code__
    if code.co_freevars:
        return None
    names = function.__globals__["__name__"]
    return f"f{names}.{code.co_qualname}:{code.co_firstlineno}".encode()


def _is_ours(value: object) -> bool:
    """Whether it is a function of ours, perhaps under the name of a library's."""
    kind = type(value)
    return kind is FunctionType and str(value.__globals__.get("__name__")).startswith("pyqdemo.")  # type: ignore[attr-defined]


def is_librarys(value: Any) -> bool:
    """Whether it stands in the module of its class, as ``dataclasses.MISSING`` does."""
    module = sys.modules.get(type(value).__module__)
    if module is None or module.__name__ in ("builtins", "__main__", "__mp_main__"):
        return False
    return any(value is each for each in vars(module).values())


def _by_name(encoding: Encoding, value: Any) -> bytes | None:
    name = library_name(value)
    if name is not None:
        encoding.put(b"N", name)
    return name


# Functions


def value_of(names: Mapping[int, bytes], function: FunctionType) -> bytes | None:
    """What a function of the program's is told by that holds nothing but its code."""
    space = names.get(id(function.__globals__))
    if space is None or function.__closure__ is not None or function.__defaults__ is not None:
        return None
    if function.__kwdefaults__ is not None or function.__dict__:
        return None
    return b"f%b %b %b" % (code_name(function.__code__), function.__name__.encode(), space)


def _function(encoding: Encoding, function: FunctionType) -> None:
    if _by_name(encoding, function):
        return
    space = _space(encoding, function.__globals__)
    cells = function.__closure__
    if cells is not None and space.startswith(_SPACE):
        # A library's function that lies around one of the program's, as ``recursive_repr``.
        cells = tuple(cell for cell in cells if not _is_empty(cell))
    encoding.put(
        b"F",
        code_name(function.__code__),
        function.__name__,
        space,
        encoding.ref(function.__defaults__),
        encoding.ref(function.__kwdefaults__),
        None if cells is None else encoding.refs(cells),
        encoding.ref(function.__dict__) if function.__dict__ else None,
    )


#: Before the name of a library's module, for the names in it.
_SPACE = b"names of "


def _is_empty(cell: CellType) -> bool:
    """Whether it holds a set in which there is nothing at the moment."""
    try:
        held = cell.cell_contents
    except ValueError:
        return False
    return type(held) is set and not held


def _space(encoding: Encoding, names: dict[str, Any]) -> bytes:
    """The names that a function has around it: a library's are told by its name, and so is a
    copy that we have made of them."""
    if encoding.name(names) is None:
        module = sys.modules.get(str(names.get("__name__")))
        of_its = module is not None and names.get("__spec__") is vars(module).get("__spec__")
        if module is not None and of_its and module.__spec__ is not None:
            return _SPACE + module.__name__.encode()
    name: bytes = encoding.ref(names)
    return name


def _method(encoding: Encoding, method: MethodType) -> None:
    encoding.put(b"M", encoding.ref(method.__func__), encoding.ref(method.__self__))


def _method_in_c(encoding: Encoding, method: Any) -> None:
    held = getattr(method, "__self__", None)
    if held is None or type(held) is ModuleType:
        module = None if held is None else held.__name__
        encoding.put(b"B", method.__name__, str(method.__module__ or module))
    else:
        encoding.put(b"MC", method.__name__, encoding.ref(held))


def _descriptor(encoding: Encoding, value: Any) -> None:
    encoding.put(b"DE", value.__name__, encoding.ref(value.__objclass__))


def _wrapped(encoding: Encoding, value: Any) -> None:
    held = vars(value)
    names = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__wrapped__")
    own = {name: each for name, each in held.items() if name not in names}
    parts = (value.__func__, encoding.keep(own) if own else None)
    encoding.put(b"W", type(value).__name__, *encoding.refs(parts))


def _property(encoding: Encoding, value: property) -> None:
    encoding.put(b"PR", *encoding.refs((value.fget, value.fset, value.fdel)))


def _partial(encoding: Encoding, value: functools.partial[Any]) -> None:
    parts = (value.func, value.args, value.keywords, vars(value) or None)
    encoding.put(b"PA", *encoding.refs(parts))


def _cached(encoding: Encoding, function: Any) -> None:
    used = function.cache_info()
    if used.hits or used.misses or used.currsize:
        encoding.refuse("lru_cache")
    told = function.cache_parameters()
    encoding.put(b"LC", encoding.ref(function.__wrapped__), told["maxsize"], told["typed"])


# Classes and modules


#: What a class has of itself, or in a form that cannot be told and does not change.
_MADE_WITH_IT = frozenset(
    {"__dict__", "__weakref__", "__doc__", "_abc_impl", "__static_attributes__"}
    | {"__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__"}
    | {"__type_params__", "__parameters__", "__orig_bases__", "__firstlineno__"}
)


def tell_class(encoding: Encoding, kind: type) -> None:
    if _by_name(encoding, kind):
        return
    names = [name for name in vars(kind) if name not in _MADE_WITH_IT]
    encoding.put(
        b"K",
        kind.__qualname__,
        encoding.ref(type(kind)),
        encoding.refs(kind.__bases__),
        names,
        encoding.refs(vars(kind)[name] for name in names),
    )


def _module(encoding: Encoding, module: ModuleType) -> None:
    if not _by_name(encoding, module):
        encoding.refuse(f"module {module.__name__}")


# Annotations, which may stand anywhere


def _generic(encoding: Encoding, alias: Any) -> None:
    encoding.put(b"G", encoding.ref(alias.__origin__), encoding.refs(alias.__args__))


def _union(encoding: Encoding, alias: Any) -> None:
    encoding.put(b"U", encoding.refs(alias.__args__))


def _proxy(encoding: Encoding, proxy: MappingProxyType[Any, Any]) -> None:
    (behind,) = gc.get_referents(proxy)
    if type(behind) is not dict or "__module__" in behind:
        encoding.refuse("mappingproxy")  # the names of a class
    encoding.put(b"MP", encoding.ref(behind))


def _nothing() -> None: ...


#: How to tell what is exactly of a type.
CODE: dict[type, Way] = {
    ABCMeta: tell_class,
    BuiltinFunctionType: _method_in_c,
    ClassMethodDescriptorType: _descriptor,
    CodeType: _code,
    FunctionType: _function,
    GenericAlias: _generic,
    GetSetDescriptorType: _descriptor,
    MappingProxyType: _proxy,
    MemberDescriptorType: _descriptor,
    MethodDescriptorType: _descriptor,
    MethodType: _method,
    MethodWrapperType: _method_in_c,
    ModuleType: _module,
    UnionType: _union,
    WrapperDescriptorType: _descriptor,
    classmethod: _wrapped,
    functools.partial: _partial,
    property: _property,
    staticmethod: _wrapped,
    type(functools.lru_cache(_nothing)): _cached,
    type: tell_class,
}
