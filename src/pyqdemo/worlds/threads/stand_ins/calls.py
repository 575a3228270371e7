"""Calls that reach beyond the run: noted, left out, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from pyqdemo.worlds.threads.surroundings import refuse
from pyqdemo.worlds.threads.world import here

__all__ = ["left_out", "noted", "refused", "refused_class"]


def noted(real: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The real call; the run is then not under our control alone.

    Args:
        name: ``os.urandom``, as in ``Execution.uncontrolled``.
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        here().world.execution.note_uncontrolled(name)
        return real(*args, **kwargs)

    return _named(call, name)


def left_out(name: str, answer: object = None) -> Callable[..., Any]:
    """A call that is noted and does nothing.

    Args:
        answer: what it returns.
    """

    def call(*args: Any, **kwargs: Any) -> object:
        here().world.execution.note_uncontrolled(name)
        return answer

    return _named(call, name)


def refused(happened: str, name: str) -> Callable[..., Any]:
    """A call that ends the run; see ``surroundings.refuse``."""

    def call(*args: Any, **kwargs: Any) -> NoReturn:
        refuse(happened, name)

    return _named(call, name)


def refused_class(happened: str, name: str) -> type:
    """A class that may be named and inherited from, but not be used."""
    module, _, short = name.rpartition(".")
    return type(short, (), {"__init__": refused(happened, name), "__module__": module})


def _named(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    call.__name__ = call.__qualname__ = name.rpartition(".")[2]
    return call
