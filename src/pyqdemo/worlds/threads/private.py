"""Library modules of which every run has a copy of its own, executed from the library's source.

They write to ``sys.stdout`` or ``sys.stderr``, read ``sys.argv`` or the clock by themselves,
or keep what the program gives them beyond its end. A copy imports the stand-ins, as the
program does, and is gone with its run; the host's own module stays as it is. Whoever imports
none of them pays nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.machinery import PathFinder
from types import FrameType, ModuleType
from typing import Any

from pyqdemo.worlds.owning import ours
from pyqdemo.worlds.threads.sources import Found

__all__ = ["HIDDEN", "PRIVATE", "find_private", "finish"]

#: Why each has to be private; its submodules are too.
PRIVATE: dict[str, str] = {
    "_py_warnings": "the body of warnings since Python 3.14",
    "argparse": "reads sys.argv and prints its help",
    "logging": "its handlers write to sys.stderr, its records name threads and times, its root"
    " logger belongs to the process",
    "pickle": "finds classes through sys.modules",
    "pprint": "prints to sys.stdout",
    "sched": "waits by time.sleep and reads time.monotonic",
    "timeit": "reads the clock",
    "traceback": "prints to sys.stderr, and would show the frames that carry the program",
    "unittest": "reads sys.argv and the clock, prints to sys.stderr",
    "warnings": "prints to sys.stderr, and its filters belong to the process",
    "weakref": "its finalizers run at the end of the process",
}

#: Modules in C that would be used in the place of the copy's own Python code.
HIDDEN: dict[str, str] = {"pickle": "_pickle", "warnings": "_warnings", "_py_warnings": "_warnings"}

_found: dict[str, Found | None] = {}


def find_private(name: str) -> Found | None:
    """A library module of which a run needs its own copy; None if this is no such module."""
    root = name.partition(".")[0]
    if root not in PRIVATE:
        return None
    if name not in _found:
        package = find_private(name.rpartition(".")[0]) if "." in name else None
        path = [_library()] if package is None else list(package.search or ())
        spec = PathFinder.find_spec(name, path)
        code = None if spec is None or spec.loader is None else _code(spec.loader, name)
        _found[name] = None if spec is None or code is None else Found.of(name, spec, code)
    return _found[name]


def _library() -> str:
    from sysconfig import get_path  # most programs have none of these modules

    return get_path("stdlib")


def _code(loader: Any, name: str) -> Any:
    return loader.get_code(name)


def finish(module: ModuleType) -> None:
    """What a copy needs besides its own code: tracebacks without the frames of ours."""
    if module.__name__ == "traceback":
        names = vars(module)
        names["walk_stack"] = _stack_walk(names["walk_stack"])
        for name in ("walk_tb", "_walk_tb_with_full_positions"):
            if name in names:
                names[name] = _trace_walk(names[name])


def _trace_walk(walk: Callable[[Any], Iterator[Any]]) -> Callable[[Any], Iterator[Any]]:
    def walk_tb(tb: Any) -> Iterator[Any]:
        return (step for step in walk(tb) if not ours(step[0].f_code.co_filename))

    return walk_tb


def _stack_walk(walk: Callable[[Any], Iterator[Any]]) -> Callable[[Any], Iterator[Any]]:
    def walk_stack(f: FrameType | None) -> Iterator[Any]:
        start = sys._getframe(1) if f is None else f
        return (step for step in walk(start) if not ours(step[0].f_code.co_filename))

    return walk_stack
