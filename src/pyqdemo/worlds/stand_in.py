"""A module in the place of a real one, with some of its names replaced."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

__all__ = ["StandIn", "names_with"]


def names_with(real: ModuleType, replaced: Mapping[str, object]) -> dict[str, object]:
    """The names of a real module, some of them standing for something else."""
    return {**vars(real), **replaced}


class StandIn(ModuleType):
    """A module that looks like a real one. What is set on it stays in it.

    Args:
        real: the module it stands for.
        names: all of its names; see ``names_with``.
    """

    __slots__ = ("_stands_for",)

    def __init__(self, real: ModuleType, names: Mapping[str, object]) -> None:
        super().__init__(real.__name__)
        vars(self).update(names)
        object.__setattr__(self, "_stands_for", real)

    def __getattr__(self, name: str) -> Any:
        # What the real module gained since: a submodule imported later.
        return getattr(self._stands_for, name)

    def stands_for(self, module: object) -> bool:
        """Whether it is that real module's."""
        return self._stands_for is module
