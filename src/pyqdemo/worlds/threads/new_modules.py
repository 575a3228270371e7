"""What the import system does before a module's code runs: its absolute name, an empty module."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from pyqdemo.worlds.threads.sources import Found

__all__ = ["absolute", "blank"]


def absolute(name: str, globals: Mapping[str, Any], level: int) -> str:
    """The absolute name of a relative import."""
    package = globals.get("__package__")
    if package is None:
        spec = globals.get("__spec__")
        package = globals.get("__name__", "") if spec is None else spec.parent
        if spec is None and "__path__" not in globals:
            package = package.rpartition(".")[0]
    if not package:
        raise ImportError("attempted relative import with no known parent package")
    parts = package.rsplit(".", level - 1)
    if len(parts) < level:
        raise ImportError("attempted relative import beyond top-level package")
    return f"{parts[0]}.{name}" if name else str(parts[0])


def blank(found: Found, names: dict[str, Any]) -> ModuleType:
    """A module without anything but what the import system puts there."""
    package = found.search is not None
    spec = ModuleSpec(found.name, found.loader, origin=found.path, is_package=package)
    module = ModuleType(found.name)
    space = vars(module)
    space["__spec__"] = spec
    space["__loader__"] = found.loader
    space["__package__"] = found.name if package else found.name.rpartition(".")[0]
    space["__builtins__"] = names
    if found.search is not None:
        space["__path__"] = spec.submodule_search_locations = list(found.search)
    if found.path is not None:
        spec.has_location = True
        space["__file__"] = found.path
        space["__cached__"] = spec.cached = found.cached
    return module
