"""``importlib`` and ``dataclasses``: what finds modules finds those of the run."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

from pyqdemo.worlds.threads.surroundings import surroundings
from pyqdemo.worlds.threads.world import here

__all__ = ["DATACLASSES", "IMPORTLIB", "UTIL"]

_frame = sys._getframe


def import_module(name: str, package: str | None = None) -> Any:
    """``importlib.import_module``."""
    level = len(name) - len(name.lstrip("."))
    if level and not package:
        raise TypeError(
            f"the 'package' argument is required to perform a relative import for {name!r}"
        )
    if level:
        name = importlib.util.resolve_name(name, package)
    return surroundings().importing.module(name, _frame(1))


def reload(module: ModuleType) -> Any:
    """``importlib.reload``, of the program's own modules; others are everybody's."""
    importing = surroundings().importing
    if not importing.again(module):
        here().world.execution.note_uncontrolled("importlib.reload")
    return module


def invalidate_caches() -> None:
    importlib.invalidate_caches()
    surroundings().importing.forget_misses()


def dunder_import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] = (),
    level: int = 0,
) -> Any:
    importing = surroundings().importing
    return importing.statement(name, globals, locals, fromlist, level, _frame(1))


dunder_import.__name__ = dunder_import.__qualname__ = "__import__"

#: Of the module ``importlib``.
IMPORTLIB: dict[str, Any] = {
    "import_module": import_module,
    "reload": reload,
    "invalidate_caches": invalidate_caches,
    "__import__": dunder_import,
}


def module_from_spec(spec: ModuleSpec) -> ModuleType:
    """``importlib.util.module_from_spec``; the code of the program's files sees the stand-ins."""
    module = importlib.util.module_from_spec(spec)
    around = surroundings()
    around.world.libraries = True  # its loader will stand above the module's code
    if spec.origin is not None and around.world.places.owns(spec.origin):
        vars(module)["__builtins__"] = around.builtins
    return module


#: Of the module ``importlib.util``.
UTIL: dict[str, Any] = {"module_from_spec": module_from_spec}


class _System:
    """``sys`` for a library function that looks up the module of one of the program's classes."""

    @property
    def modules(self) -> Any:
        return surroundings().importing.stand_in("sys").modules

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


def _rebound(real: ModuleType, names: Sequence[str]) -> dict[str, Any]:
    """Functions of a library that look into the run's ``sys.modules``, all else being shared."""
    space = {**vars(real), "sys": _System()}
    for name in names:
        function = vars(real)[name]
        twin = FunctionType(function.__code__, space, name, function.__defaults__)
        twin.__kwdefaults__, twin.__doc__ = function.__kwdefaults__, function.__doc__
        twin.__module__ = function.__module__
        space[name] = twin
    return {name: space[name] for name in names}


#: Of the module ``dataclasses``: what makes a class looks for the names in its annotations.
DATACLASSES: dict[str, Any] = _rebound(
    dataclasses,
    [
        name
        for name in ("dataclass", "make_dataclass", "_process_class", "_get_field", "_is_type")
        if type(vars(dataclasses).get(name)) is FunctionType
    ],
)
