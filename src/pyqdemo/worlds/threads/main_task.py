"""The main task of a program: its code, what ends it, and what is left when all is over."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

from pyqdemo.kernel.texts import raised
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.threads.lives import Life, Unwind, here, local
from pyqdemo.worlds.threads.stand_ins.failing import show
from pyqdemo.worlds.threads.stand_ins.streams import standard_error
from pyqdemo.worlds.threads.stand_ins.systems import excepthook
from pyqdemo.worlds.threads.surroundings import Surroundings
from pyqdemo.worlds.threads.world import World

__all__ = ["Mains", "clear", "dying", "live"]

MAIN = ("__main__", "__mp_main__")
_DEFINED = (ModuleType, FunctionType, type)


class Mains:
    """Lends ``sys.modules["__main__"]`` to the runs of this process; it comes back to its owner.

    Runs may be inside each other, or go on at the same time in several threads: the one that
    came last has it. (Those of other threads then cannot pickle, but are not disturbed else.)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lent: list[ModuleType] = []  # guarded by the lock, as is sys.modules for us
        self._host: dict[str, ModuleType] = {}

    def lend(self, module: ModuleType) -> None:
        with self._lock:
            if not self._lent:
                self._host = {name: sys.modules[name] for name in MAIN if name in sys.modules}
            self._lent.append(module)
            self._show()

    def give_back(self, module: ModuleType) -> None:
        with self._lock:
            self._lent.remove(module)
            self._show()
            if not self._lent:
                self._host.clear()

    def _show(self) -> None:
        wanted = dict(self._host)
        if self._lent:
            last = self._lent[-1]
            wanted |= {"__main__": last, last.__name__: last}
        for name in MAIN:
            if name in wanted:
                sys.modules[name] = wanted[name]
            else:
                sys.modules.pop(name, None)


def live(around: Surroundings, start: Callable[[], object]) -> str | None:
    """A main task's code from its beginning to its end; raises nothing but ``Unwind``.

    Returns:
        ``raised NAME: text`` if an exception ended it, which was then printed and noted.
    """
    try:
        start()
    except Unwind:
        raise
    except BaseException as error:
        ended = error
    else:
        return None
    try:  # outside of the handler, so that what a hook raises does not come "during" this
        return _end(around, ended)
    finally:
        del ended  # it holds this frame


def _end(around: Surroundings, error: BaseException) -> str:
    execution = around.world.execution
    if isinstance(error, SystemExit):
        execution.exit_code = _exit_code(error)
    else:
        execution.failed(here().task, error)
        execution.exit_code = 130 if isinstance(error, KeyboardInterrupt) else 1
        _report(around, error)
    return raised(error)


def _exit_code(error: SystemExit) -> int:
    """As the system would see it; a text is printed."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF if os.name == "posix" else error.code
    stream = standard_error()
    if stream is not None:
        stream.write(f"{error.code}\n")
    return 1


def _report(around: Surroundings, error: BaseException) -> None:
    """What Python does with an exception that nobody caught: it calls ``sys.excepthook``."""
    hook = getattr(around.modules.get("sys"), "excepthook", excepthook)
    try:
        hook(type(error), error, error.__traceback__)
    except Unwind:
        raise
    except BaseException as worse:
        show(worse, "Error in sys.excepthook:\n")
        show(error, "\nOriginal exception was:\n")


@contextmanager
def dying(world: World) -> Iterator[None]:
    """While the objects of a run that is over die: what they do in ``__del__`` happens at once.

    After a run that did not complete it is no part of the run, as when Python is killed.
    """
    execution = world.execution
    log, written = execution.log, len(execution.output)
    completed = execution.over is not None and execution.over.kind is OutcomeKind.COMPLETED
    outer: Life | None = getattr(local, "life", None)
    local.life = life = Life(world, execution.main, lambda: None)
    life.inside = True
    if not completed:
        execution.log = None
    try:
        yield
    finally:
        execution.log = log
        if not completed:
            del execution.output[written:]
        if outer is None:
            del local.life
        else:
            local.life = outer


def clear(module: ModuleType) -> None:
    """Lets go of a module's names: its objects first, in the order in which they came.

    So what an object does in its ``__del__`` still finds functions, classes and modules, as it
    does when Python collects a module at its end.
    """
    space: dict[str, Any] = vars(module)
    for name in [name for name, value in space.items() if not isinstance(value, _DEFINED)]:
        space[name] = None
    space.clear()
