"""Pickles of what one process of a program gives to another.

They are made as ``multiprocessing`` makes them, by the fast pickler. But the program's own
modules are in no real ``sys.modules``: its classes and functions go by module and qualified
name, and are looked for in the modules of the process that pickles or unpickles. So is what
stands in a stand-in or in a run's own copy of a library module.
"""

from __future__ import annotations

import _pickle
import _thread
import copyreg
import io
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

from pyqdemo.worlds.stand_in import StandIn
from pyqdemo.worlds.threads.lives import local as carried
from pyqdemo.worlds.threads.observed import observed
from pyqdemo.worlds.threads.surroundings import surroundings

if TYPE_CHECKING:
    from pyqdemo.observing import Pickled

__all__ = ["REDUCERS", "Modules", "dumps", "loads"]

Modules = Mapping[str, ModuleType | None]
_MAINS = ("__main__", "__mp_main__")

#: A byte of the range that ``copyreg`` leaves to private use. With it a name of the program's
#: takes four bytes more than it takes natively, and not fifty: how much fits into a pipe is
#: almost what it is natively.
_CODE = 0xF7
_reading = _thread._local()


def dumps(value: object, modules: Modules | None = None) -> bytes:
    """The pickle of a value, made by the rules of ``multiprocessing.reduction``.

    Args:
        modules: the process's own modules and stand-ins, by name; None for those of the
            calling task.

    Raises:
        Exception: what CPython raises for what cannot be pickled, in its words. A
            ``PicklingError`` is the library's and, where the program has imported ``pickle``
            (of which it has a copy of its own), that copy's too.
    """
    into = io.BytesIO()
    table = _table(modules)
    run = observed(carried.life.world) if hasattr(carried, "life") else None
    try:
        pickler = _Pickler(into, table) if run is None else _Noting(into, table, run.pickled)
        pickler.dump(value)
    except _pickle.PickleError as error:
        raise _for_the_program(error, table) from None
    return into.getvalue()


def loads(data: bytes, modules: Modules | None = None) -> Any:
    """What a pickle made by ``dumps`` holds.

    Args:
        modules: as above. A module that is not there yet is imported, as by the calling task.

    Raises:
        Exception: as CPython does, in its words, where the program's own code raises, or a
            name is not there in this process.
    """
    table = _table(modules)
    before = getattr(_reading, "table", None)
    _reading.table = table
    try:
        return _pickle.loads(data)
    except _pickle.PickleError as error:
        raise _for_the_program(error, table) from None
    finally:
        _reading.table = before


def _table(modules: Modules | None) -> Modules:
    return surroundings().modules if modules is None else modules


def _named(module: str, name: str) -> Any:
    """What the process that unpickles has under a name. It stands in the pickles."""
    found = _module(module, _reading.table)
    value: Any = found
    try:
        for part in name.split("."):
            value = getattr(value, part)
    except AttributeError:
        verb = "resolve path" if sys.version_info >= (3, 14) else "get attribute"
        raise AttributeError(f"Can't {verb} {name!r} on {found!r}") from None
    return value


copyreg.add_extension(__name__, _named.__name__, _CODE)


def _module(name: str, table: Modules) -> ModuleType:
    """The module of that name as a process's import gives it."""
    if name in _MAINS and name not in table:
        name = _MAINS[1 - _MAINS.index(name)]
    if name not in table:
        if hasattr(carried, "life"):
            return surroundings().importing.module(name, sys._getframe())
        return import_module(name)
    module = table[name]
    if module is None:
        told = f"import of {name} halted; None in sys.modules"
        raise ModuleNotFoundError(told, name=name)
    return module


# What the library registers for multiprocessing.


def _reduce_method(method: MethodType) -> tuple[Any, ...]:
    return getattr, (method.__self__, method.__func__.__name__)


def _reduce_descriptor(descriptor: Any) -> tuple[Any, ...]:
    return getattr, (descriptor.__objclass__, descriptor.__name__)


def _reduce_partial(given: partial[Any]) -> tuple[Any, ...]:
    return _rebuild_partial, (given.func, given.args, given.keywords or {})


def _rebuild_partial(func: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> partial[Any]:
    return partial(func, *args, **keywords)


#: **Source**: the end of CPython's ``Lib/multiprocessing/reduction.py``.
REDUCERS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    MethodType: _reduce_method,
    MethodDescriptorType: _reduce_descriptor,
    WrapperDescriptorType: _reduce_descriptor,
    partial: _reduce_partial,
}


class _Pickler(_pickle.Pickler):
    """The fast pickler; it asks here about all but plain data."""

    def __init__(self, into: io.BytesIO, table: Modules) -> None:
        super().__init__(into)
        self.dispatch_table = {**copyreg.dispatch_table, **REDUCERS}
        self._table = table

    def reducer_override(self, value: Any, /) -> Any:
        kind = type(value)
        if kind is FunctionType or issubclass(kind, type):
            return self._by_name(value, value.__qualname__)
        if kind is BuiltinFunctionType or kind in self.dispatch_table:
            return NotImplemented
        if kind is not staticmethod and issubclass(kind, staticmethod):
            return self._by_name(value, value.__name__)  # ours, in the place of one in C
        if issubclass(kind, StandIn):
            raise TypeError("cannot pickle 'module' object")
        if kind.__module__ not in self._table or not _reduces_itself(kind):
            return NotImplemented
        # It may give the name of something that is the program's, which has to be found here.
        reduced = value.__reduce_ex__(_pickle_protocol)
        return self._by_name(value, reduced) if type(reduced) is str else reduced

    def _by_name(self, value: Any, name: str) -> Any:
        """The reference to a value, or NotImplemented for what is the library's own."""
        home = self._home_of(value, name)
        real = sys.modules.get(home)
        own = self._table.get(home)
        if isinstance(own, StandIn) or (own is None and home not in _MAINS):
            if _found(real, name) is value or any(value is each for each in _NAMELESS):
                return NotImplemented
            home = self._stand_in_with(value, name) or home
        if "<locals>" in name:
            raise _local(value, name)
        try:
            module = _module(home, self._table)
        except ImportError:
            raise _pickle.PicklingError(
                f"Can't pickle {value!r}: import of module {home!r} failed"
            ) from None
        found = _found(module, name)
        if found is value:
            return _named, (home, name)
        if found is _NOTHING:
            told = _missing(value, home, name)
        else:
            told = f"Can't pickle {value!r}: it's not the same object as {home}.{name}"
        raise _pickle.PicklingError(told)

    def _home_of(self, value: Any, name: str) -> str:
        home = getattr(value, "__module__", None)
        if isinstance(home, str):
            return home
        for each, module in self._table.items():
            if each not in _MAINS and _found(module, name) is value:
                return each
        return _MAINS[0]

    def _stand_in_with(self, value: Any, name: str) -> str | None:
        """The stand-in under whose name for it the program knows a thing of ours."""
        for each, module in self._table.items():
            if isinstance(module, StandIn) and vars(module).get(name) is value:
                return each
        return None


class _Noting(_Pickler):
    """One that has noted what of the program's plain data it reads."""

    def __init__(self, into: io.BytesIO, table: Modules, pickled: Pickled) -> None:
        super().__init__(into, table)
        self._pickled = pickled.begin()

    def persistent_id(self, value: Any) -> None:
        """Told every object. None: it is pickled as always."""
        self._pickled.reads(value)


_NOTHING = object()
_NAMELESS = (type(None), type(NotImplemented), type(...))
_pickle_protocol = 5 if sys.version_info >= (3, 14) else 4


def _found(module: ModuleType | None, name: str) -> Any:
    """What a module has under a qualified name; ``_NOTHING`` if nothing."""
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part, _NOTHING)
    return value


def _reduces_itself(kind: type) -> bool:
    ways = ("__reduce_ex__", "__reduce__")
    return any(getattr(kind, way) is not getattr(object, way) for way in ways)


# What the fast pickler says of names that are no good, in the words of each Python.


def _local(value: object, name: str) -> Exception:
    if sys.version_info >= (3, 14):
        return _pickle.PicklingError(f"Can't pickle local object {value!r}")
    verb = "get" if sys.version_info >= (3, 13) else "pickle"
    return AttributeError(f"Can't {verb} local object {name!r}")


def _missing(value: object, home: str, name: str) -> str:
    if sys.version_info >= (3, 14):
        return f"Can't pickle {value!r}: it's not found as {home}.{name}"
    return f"Can't pickle {value!r}: attribute lookup {name} on {home} failed"


def _for_the_program(error: Exception, table: Modules) -> Exception:
    """The error as the program can catch it: its ``pickle`` has error classes of its own."""
    own = getattr(table.get("pickle"), type(error).__name__, None)
    if own is None or isinstance(error, own):
        return error
    # By name and text it is the library's.
    both = type(type(error).__name__, (own, type(error)), {"__module__": "_pickle"})
    return both(*error.args).with_traceback(error.__traceback__)  # type: ignore[no-any-return]
