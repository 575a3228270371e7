"""What the program sees in the place of the standard library's names.

The program's own modules import stand-ins for ``threading``, ``queue``, ``time`` and
``multiprocessing``: modules like the real ones, with the watched classes in them. The
libraries it uses import the real modules, so what they do inside is not recorded.
"""

from __future__ import annotations

import builtins
import importlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.context
import queue
import sys
import threading
import time
from collections.abc import Collection, Mapping
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

from pyqdemo.worlds.native.recorder import current
from pyqdemo.worlds.native.watched import (
    locks,
    process_locks,
    process_queues,
    processes,
    queues,
    sleeping,
    threads,
    wires,
)
from pyqdemo.worlds.stand_in import StandIn, names_with

__all__ = ["program_builtins", "watch_neighbours"]


class Watched(StandIn):
    """A stand-in that passes on what the program sets: libraries see it as in the real one."""

    __slots__ = ("_replaced",)

    def __init__(self, real: ModuleType, names: Mapping[str, object]) -> None:
        super().__init__(real, names_with(real, names))
        object.__setattr__(self, "_replaced", frozenset(names))

    def __setattr__(self, name: str, value: object) -> None:
        vars(self)[name] = value
        if name not in self._replaced:
            setattr(self._stands_for, name, value)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name not in self._replaced:
            delattr(self._stands_for, name)


class Context:
    """A multiprocessing context like a real one, making watched objects."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @property
    def Process(self) -> Any:
        method = type(self._real).__name__.removesuffix("Context").lower()
        return processes.process_classes.get(method, processes.Process)

    def get_context(self, method: str | None = None) -> Context:
        return Context(self._real.get_context(method))

    def _made_by(self) -> Any:
        return self._real.get_context()

    def Queue(self, maxsize: int = 0) -> Any:
        return process_queues.Queue(maxsize, ctx=self._made_by())

    def JoinableQueue(self, maxsize: int = 0) -> Any:
        return process_queues.JoinableQueue(maxsize, ctx=self._made_by())

    def SimpleQueue(self) -> Any:
        return process_queues.SimpleQueue(ctx=self._made_by())

    def Pipe(self, duplex: bool = True) -> Any:
        return wires.Pipe(duplex)

    def Lock(self) -> Any:
        return process_locks.Lock(ctx=self._made_by())

    def RLock(self) -> Any:
        return process_locks.RLock(ctx=self._made_by())

    def Condition(self, lock: Any = None) -> Any:
        return process_locks.Condition(lock, ctx=self._made_by())

    def Semaphore(self, value: int = 1) -> Any:
        return process_locks.Semaphore(value, ctx=self._made_by())

    def BoundedSemaphore(self, value: int = 1) -> Any:
        return process_locks.BoundedSemaphore(value, ctx=self._made_by())

    def Event(self) -> Any:
        return process_locks.Event(ctx=self._made_by())

    def Barrier(self, parties: int, *args: Any, **kwargs: Any) -> Any:
        return process_locks.Barrier(parties, *args, **kwargs, ctx=self._made_by())


def _watched(module: ModuleType) -> dict[str, object]:
    return {name: getattr(module, name) for name in module.__all__}


def _multiprocessing_names() -> dict[str, object]:
    default = Context(multiprocessing.context._default_context)
    made = (
        *("Queue", "JoinableQueue", "SimpleQueue", "Pipe", "Lock", "RLock", "Condition"),
        *("Semaphore", "BoundedSemaphore", "Event", "Barrier", "get_context"),
    )
    names: dict[str, object] = {name: getattr(default, name) for name in made}
    names["Process"] = processes.Process
    names["connection"] = _STAND_INS["multiprocessing.connection"]
    return names


_STAND_INS: dict[str, Watched] = {}


def stand_ins() -> Mapping[str, Watched]:
    """The stand-ins by the names of the modules they stand for; made once."""
    if not _STAND_INS:
        thread_names = {**_watched(locks), **_watched(threads)}
        del thread_names["task_number"]
        connection = {"Pipe": wires.Pipe, "Connection": wires.Connection}
        importing = {"import_module": _import_module}
        _STAND_INS["threading"] = Watched(threading, thread_names)
        _STAND_INS["queue"] = Watched(queue, _watched(queues))
        _STAND_INS["time"] = Watched(time, {"sleep": sleeping.sleep})
        _STAND_INS["importlib"] = Watched(importlib, importing)
        _STAND_INS["multiprocessing.connection"] = Watched(multiprocessing.connection, connection)
        _STAND_INS["multiprocessing"] = Watched(multiprocessing, _multiprocessing_names())
    return _STAND_INS


def _import_module(name: str, package: str | None = None) -> ModuleType:
    return _seen(importlib.import_module(name, package))


def _seen(module: ModuleType) -> ModuleType:
    """What the program sees in a module's place."""
    stand_in = stand_ins().get(getattr(module, "__name__", ""))
    return stand_in if stand_in and stand_in.stands_for(module) else module


def _import(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: tuple[str, ...] = (),
    level: int = 0,
) -> ModuleType:
    """``__import__`` as the program's modules see it."""
    module = builtins.__import__(name, globals, locals, fromlist, level)
    return _seen(module)


def program_builtins() -> dict[str, object]:
    """The ``__builtins__`` of the program's modules."""
    return {**vars(builtins), "__import__": _import}


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = program_builtins()
        super().exec_module(module)


class _Neighbours:
    """Finds the modules that lie beside the program, and loads them as part of it."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        if not current().owns(spec.loader.path):
            return None
        spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def watch_neighbours(folder: str, at_start: Collection[str]) -> None:
    """Lets modules beside the program see the stand-ins too.

    Args:
        folder: of the program.
        at_start: modules that Python itself had imported. Of the others, which we needed,
            those are forgotten that a file beside the program hides, as it does bare.
    """
    sys.meta_path.insert(sys.meta_path.index(PathFinder), _Neighbours())
    ours = {name.partition(".")[0] for name in sys.modules} - {"pyqdemo", *at_start}
    for hidden in ours - set(sys.builtin_module_names):
        if PathFinder.find_spec(hidden, [folder]) is not None:
            for name in [name for name in sys.modules if f"{name}.".startswith(f"{hidden}.")]:
                del sys.modules[name]
