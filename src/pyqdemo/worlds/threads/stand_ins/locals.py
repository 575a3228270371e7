"""``threading.local``: attributes that every task has for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["local"]


class local:
    """``threading.local``. A subclass's ``__init__`` runs once for each task that uses it."""

    def __new__(cls, /, *args: Any, **kwargs: Any) -> Any:
        if (args or kwargs) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        self = object.__new__(cls)
        object.__setattr__(self, "_given", (args, kwargs))
        here().local[self] = {}  # its __init__ is called for the maker anyway
        return self

    def __getattribute__(self, name: str) -> Any:
        mine = _mine(self)
        if name == "__dict__":
            return mine
        if name in mine:
            return mine[name]
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "__dict__":
            raise AttributeError(
                f"'{type(self).__name__}' object attribute '__dict__' is read-only"
            )
        mine = _mine(self)
        found = getattr(type(self), name, None)
        if hasattr(type(found), "__set__"):
            object.__setattr__(self, name, value)  # a property of a subclass
        else:
            mine[name] = value

    def __delattr__(self, name: str) -> None:
        mine = _mine(self)
        if name not in mine:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        del mine[name]

    def __getstate__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread._local' object")

    def __forked__(self, copy: Copying) -> Any:
        """Its attributes stand in the lives of the tasks, and are copied with these."""
        twin = object.__new__(copy(type(self)))
        copy.becomes(self, twin)
        object.__setattr__(twin, "_given", copy(object.__getattribute__(self, "_given")))
        return twin


def _mine(self: local) -> dict[str, Any]:
    """The calling task's attributes of a local."""
    life = here()
    mine: dict[str, Any] | None = life.local.get(self)
    if mine is None:
        mine = life.local[self] = {}
        args, kwargs = object.__getattribute__(self, "_given")
        type(self).__init__(self, *args, **kwargs)
    return mine
