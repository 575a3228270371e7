"""``multiprocessing`` itself: what its contexts give, by start method."""

from __future__ import annotations

import multiprocessing
import multiprocessing.context as real
import os
from collections.abc import Callable
from typing import Any

from pyqdemo.worlds.threads.stand_ins.calls import left_out, refused
from pyqdemo.worlds.threads.stand_ins.mp import (
    conditions,
    connections,
    locks,
    queues,
    values,
)
from pyqdemo.worlds.threads.stand_ins.mp.family import family
from pyqdemo.worlds.threads.stand_ins.mp.processes import (
    Process,
    active_children,
    current_process,
    parent_process,
)

__all__ = ["CONTEXT", "CONTEXTS", "DEFAULT", "NAMES", "PROCESS"]


class ForkProcess(Process):
    """``multiprocessing.context.ForkProcess``."""

    _start_method = "fork"


class SpawnProcess(Process):
    """``multiprocessing.context.SpawnProcess``."""

    _start_method = "spawn"


class ForkServerProcess(Process):
    """``multiprocessing.context.ForkServerProcess``."""

    _start_method = "forkserver"


class Context:
    """``multiprocessing.context.BaseContext``: the names of the module, for one start method.

    Args:
        method: None for the one that the program has set.
    """

    ProcessError = real.ProcessError
    BufferTooShort = real.BufferTooShort
    TimeoutError = real.TimeoutError
    AuthenticationError = real.AuthenticationError

    Process: type[Process] = Process
    current_process = staticmethod(current_process)
    parent_process = staticmethod(parent_process)
    active_children = staticmethod(active_children)

    def __init__(self, method: str | None = None) -> None:
        self._name = method

    @staticmethod
    def cpu_count() -> int:
        """The number of processors, as of this machine."""
        count = os.cpu_count()
        if count is None:
            raise NotImplementedError("cannot determine number of cpus")
        return count

    def freeze_support(self) -> None:
        """Nothing under control is a frozen program."""

    def get_context(self, method: str | None = None) -> Context:
        """That of a start method; of None this one. Raises ValueError."""
        if method is None:
            return self
        try:
            return CONTEXTS[method]
        except KeyError:
            raise ValueError(f"cannot find context for {method!r}") from None

    def get_start_method(self, allow_none: bool = False) -> str | None:
        return self._name

    def set_start_method(self, method: str | None, force: bool = False) -> None:
        raise ValueError("cannot set start method of concrete context")

    set_executable = staticmethod(left_out("multiprocessing.set_executable"))

    def set_forkserver_preload(self, module_names: Any) -> None:
        """A fork server under control has nothing of the program loaded before."""

    def allow_connection_pickling(self) -> None:
        """It is allowed."""

    Manager = staticmethod(refused("refused_manager", "multiprocessing.Manager"))
    get_logger = staticmethod(refused("refused_logger", "multiprocessing.get_logger"))
    log_to_stderr = staticmethod(refused("refused_logger", "multiprocessing.log_to_stderr"))

    def __getattr__(self, name: str) -> Any:
        """``Queue``, ``Pipe``, ``Lock`` … as of the module, made for this context."""
        made = _MADE.get(name)
        if made is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        def make(*args: Any, **kwargs: Any) -> Any:
            return made(self, *args, **kwargs)

        make.__name__ = make.__qualname__ = name
        return make


class DefaultContext(Context):
    """``multiprocessing.context.DefaultContext``: of the method that the program has set."""

    def get_context(self, method: str | None = None) -> Context:
        if method is not None:
            return super().get_context(method)
        mine = family()
        return CONTEXTS[mine.method or mine.methods[0]]

    def set_start_method(self, method: str | None, force: bool = False) -> None:
        mine = family()
        if mine.method is not None and not force:
            raise RuntimeError("context has already been set")
        if method is not None:
            super().get_context(method)
        mine.method = method

    def get_start_method(self, allow_none: bool = False) -> str | None:
        mine = family()
        if mine.method is None and not allow_none:
            mine.method = mine.methods[0]
        return mine.method

    def get_all_start_methods(self) -> list[str]:
        return list(family().methods)


def _concrete(method: str, process: type[Process]) -> Context:
    name = {"fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"}[method]
    kind = type(f"{name}Context", (Context,), {"Process": process})
    context: Context = kind(method)
    return context


CONTEXTS: dict[str, Context] = {
    method: _concrete(method, process)
    for method, process in (
        ("fork", ForkProcess),
        ("spawn", SpawnProcess),
        ("forkserver", ForkServerProcess),
    )
    if method in multiprocessing.get_all_start_methods()
}


def _pool(context: Context, *args: Any, **kwargs: Any) -> Any:
    from pyqdemo.worlds.threads.stand_ins.mp.pools import MADE  # few programs have one

    return MADE["Pool"](context, *args, **kwargs)


#: What a context makes, by name: called with the context first.
_MADE: dict[str, Callable[..., Any]] = {
    **connections.MADE,
    **queues.MADE,
    **locks.MADE,
    **conditions.MADE,
    **values.MADE,
    "Pool": _pool,
}

DEFAULT = DefaultContext()
_METHODS = (
    *("cpu_count", "freeze_support", "get_context", "get_start_method", "set_start_method"),
    *("get_all_start_methods", "set_executable", "set_forkserver_preload", "Manager"),
    *("allow_connection_pickling", "get_logger", "log_to_stderr"),
)

#: Of the module ``multiprocessing``; the exceptions are the real ones.
NAMES: dict[str, Any] = {
    "Process": Process,
    "current_process": current_process,
    "parent_process": parent_process,
    "active_children": active_children,
    **{name: getattr(DEFAULT, name) for name in (*_METHODS, *_MADE)},
}

#: Of ``multiprocessing.context``.
CONTEXT: dict[str, Any] = {
    "BaseContext": Context,
    "DefaultContext": DefaultContext,
    "Process": Process,
    "ForkProcess": ForkProcess,
    "SpawnProcess": SpawnProcess,
    "ForkServerProcess": ForkServerProcess,
    "_default_context": DEFAULT,
}

#: Of ``multiprocessing.process``.
PROCESS: dict[str, Any] = {
    "BaseProcess": Process,
    "current_process": current_process,
    "parent_process": parent_process,
    "active_children": active_children,
}
