"""How to copy an object of a type that is in no table: shared, refused, or as its class says."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable
from enum import EnumMeta
from types import (
    ClassMethodDescriptorType,
    CodeType,
    GetSetDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.operations import Model
from pyqdemo.kernel.stores import OwnStore
from pyqdemo.kernel.tasks import Task
from pyqdemo.worlds.stand_in import StandIn
from pyqdemo.worlds.threads.copied_classes import PLAIN, class_like

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["SHARED", "way_of"]

#: What is of exactly these types is the same in every process.
SHARED = PLAIN | {
    type(NotImplemented),
    range,
    CodeType,
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
    type(re.compile("")),
}

#: The same, of modules that need not be there; none of them can change.
_SHARED_BY_NAME = frozenset(
    {
        ("_collections", "_tuplegetter"),
        ("collections", "_tuplegetter"),
        *(("datetime", name) for name in ("date", "time", "datetime", "timedelta", "timezone")),
        ("decimal", "Decimal"),
        *(("typing", name) for name in ("TypeVar", "ParamSpec", "TypeVarTuple", "ForwardRef")),
        *(("typing", name) for name in ("NewType", "_SpecialForm")),
        ("operator", "itemgetter"),
        ("operator", "attrgetter"),
    }
)
#: These stand-ins hold ids of what is shared, and plain data of their own.
_MULTIPROCESSING = "pyqdemo.worlds.threads.stand_ins.mp."


def way_of(copy: Copying, kind: type) -> Callable[[Copying, Any], Any]:
    """How to copy objects of a type that is in no table."""
    ours = any(str(each.__module__).startswith("pyqdemo.") for each in kind.__mro__)
    if issubclass(kind, type):
        return class_like
    if issubclass(kind, ModuleType):
        return _module
    if hasattr(kind, "__forked__"):
        return _as_it_says
    if (kind.__module__, kind.__qualname__) in _SHARED_BY_NAME or kind is Task:
        return _same
    if issubclass(kind, staticmethod) and ours:
        return _same  # in the place of a function in C
    if isinstance(kind, EnumMeta):
        return _member
    if kind.__module__ == "typing":
        return _typing
    if ours and not issubclass(kind, (Model, OwnStore, random.Random)):
        return _ours
    return _alike


def _same(copy: Copying, value: Any) -> Any:
    return value


def _alike(copy: Copying, value: Any) -> Any:
    return value if _is_the_librarys(copy, value) else copy.alike(value)


def _as_it_says(copy: Copying, value: Any) -> Any:
    return type(value).__forked__(value, copy)


def _ours(copy: Copying, value: Any) -> Any:
    ours = [each for each in type(value).__mro__ if each.__module__.startswith("pyqdemo.")]
    if not all(each.__module__.startswith(_MULTIPROCESSING) for each in ours):
        copy.refuse(ours[0].__qualname__)
    return _alike(copy, value)


def _module(copy: Copying, module: ModuleType) -> ModuleType:
    real = any(module is each for each in sys.modules.values())
    if isinstance(module, StandIn) or not real:
        copy.refuse(f"module {module.__name__}")
    return module


def _member(copy: Copying, member: Any) -> Any:
    copy(type(member))  # refuses a class that cannot be shared
    return member


def _typing(copy: Copying, alias: Any) -> Any:
    args = getattr(alias, "__args__", None)
    if args is None:
        return alias
    twins = copy(args)
    return alias if twins is args else alias.copy_with(twins)


def _is_the_librarys(copy: Copying, value: Any) -> bool:
    """Whether it stands in the module of its class, as ``dataclasses.MISSING`` does."""
    name = type(value).__module__
    module = None if name in copy.names else sys.modules.get(name)
    if module is None or name == "builtins":
        return False
    return any(value is each for each in vars(module).values())
