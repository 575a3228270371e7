"""The main task of a program: its code, what ends it, and what is left when all is over."""

from __future__ import annotations

import _thread
import os
import sys
import threading
from collections.abc import Callable
from contextvars import Context
from time import monotonic
from types import FunctionType, GeneratorType, ModuleType
from typing import Any

from pyqdemo.kernel.texts import raised
from pyqdemo.kinds import OutcomeKind
from pyqdemo.worlds.threads.carriers import Carrier
from pyqdemo.worlds.threads.lives import Home, Life, Unwind, here, local
from pyqdemo.worlds.threads.minder import GRACE_S, MOST_ATTEMPTS, TICK_S, interrupt
from pyqdemo.worlds.threads.stand_ins.failing import show
from pyqdemo.worlds.threads.stand_ins.streams import standard_error
from pyqdemo.worlds.threads.stand_ins.systems import excepthook
from pyqdemo.worlds.threads.surroundings import Surroundings, check_buffers
from pyqdemo.worlds.threads.world import World

__all__ = ["Mains", "clear", "exit_code", "let_die", "live"]

MAIN = ("__main__", "__mp_main__")
_DEFINED = (ModuleType, FunctionType, type)
_PLAIN = (str, bytes, int, float, bool, complex, type(None))
_PRIMITIVES = ("pyqdemo.worlds.threads.stand_ins.", "queue", "_queue")
_LAST = 3


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
        code = exit_code(error)
    else:
        check_buffers(error)
        execution.failed(here().task, error)
        code = 130 if isinstance(error, KeyboardInterrupt) else 1
    around.home.exit_code = code
    execution.ending_with(code)
    if not isinstance(error, SystemExit):
        _report(around, error)
    return raised(error)


def exit_code(error: SystemExit) -> int:
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


def let_die(home: Home, let_go: Callable[[], object], acting: bool) -> None:
    """Lets the objects of a run that is over die: what they do in ``__del__`` happens at once.

    After a run that did not complete it is no part of the run, as when Python is killed.

    Args:
        let_go: drops them.
        acting: the program has objects that do something then. That is done on a carrier, so
            that a ``__del__`` without end is broken into like any step.

    Raises:
        BaseException: what came in this thread meanwhile, Ctrl-C for one.
    """
    world = home.world
    execution = world.execution
    log, written = execution.log, len(execution.output)
    # A further process that ended has not let them die: it was gone at once.
    completed = execution.over is not None and execution.over.kind is OutcomeKind.COMPLETED
    completed = completed and home is world.home
    life = Life(home, home.main, lambda: None)
    life.inside = True
    world.lives[home.main] = life
    if not completed:
        execution.log = None
    try:
        (_carried if acting else _at_once)(world, life, let_go)
    finally:
        world.lives.clear()
        execution.log = log
        if not completed:
            del execution.output[written:]


def _at_once(world: World, life: Life, job: Callable[[], object]) -> None:
    outer: Life | None = getattr(local, "life", None)
    local.life = life
    try:
        job()
    finally:
        if outer is None:
            del local.life
        else:
            local.life = outer


def _carried(world: World, life: Life, job: Callable[[], object]) -> None:
    carrier = life.carrier = world.carriers.take()
    over = _thread.allocate_lock()
    over.acquire()

    def work() -> None:
        local.life = life
        try:
            Context().run(job)
        except Unwind:
            pass  # it was broken into between two objects
        finally:
            del local.life
            if not life.abandoned:
                life.carrier = None
                world.carriers.put_back(carrier)
            over.release()

    carrier.give(work)
    carrier.baton.release()
    _wait(world, life, carrier, over)


def _wait(world: World, life: Life, carrier: Carrier, over: _thread.LockType) -> None:
    raised: BaseException | None = None
    due, attempts = monotonic() + world.patience_s, 0
    while True:
        try:
            if over.acquire(timeout=TICK_S):
                break
            asked = world.asked_to_stop is not None and world.asked_to_stop() is not None
        except BaseException as error:
            raised, asked = error, True
        if monotonic() < due and (attempts or not asked):
            continue
        due, attempts = monotonic() + GRACE_S, attempts + 1
        life.unwinding = True
        if attempts > MOST_ATTEMPTS:
            life.inside = False  # should it attempt anything yet, it stays there
            life.abandoned = True
            _lose(world, "an object's __del__ goes on without end: its thread could not be ended")
            break
        if attempts == 1:
            _lose(world, "an object's __del__ at the end went on for too long and was broken off")
        interrupt(carrier)
    if raised is not None:
        raise raised


def _lose(world: World, reason: str) -> None:
    from pyqdemo.trace import Loss  # hardly ever

    world.execution.losses.append(Loss(reason, world.execution.main.id))


def clear(module: ModuleType) -> None:
    """Lets go of a module's names: first the objects that do something when they die.

    When Python collects a module at its end, all of its names are still there for them. Here
    it is all but other such objects. Then follow containers and whatever may hold others, in
    the order in which they came, then primitives, texts and numbers, and last the functions,
    classes and modules.
    """
    space: dict[str, Any] = vars(module)
    ranks = [(_rank(value), number, name) for number, (name, value) in enumerate(space.items())]
    for rank, _, name in sorted(ranks):
        if rank < _LAST:
            space[name] = None
    space.clear()


def _rank(value: object) -> int:
    kind = type(value)
    if hasattr(kind, "__del__") or kind is GeneratorType:
        return 0
    if isinstance(value, _DEFINED):
        return _LAST
    return 2 if kind in _PLAIN or str(kind.__module__).startswith(_PRIMITIVES) else 1
