"""The thread that waits while a run goes on: it passes on, looks for a stop, and breaks in."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

from pyqdemo.kinds import OutcomeKind
from pyqdemo.worlds.threads.carriers import Carrier
from pyqdemo.worlds.threads.lives import Life, Unwind

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.world import World

__all__ = ["PATIENCE_OF_MANY_S", "PATIENCE_S", "interrupt", "mind"]

TICK_S = 0.05  # between looks at a run, for what it printed and whether it moves
PATIENCE_S = 10.0  # for one step of a task: then it is taken for a loop without an operation
PATIENCE_OF_MANY_S = 3.0  # where a program is executed many times, unless it is importing
PATIENCE_AGAIN_S = 0.3  # there, once a task has gone on for so long
GRACE_S = 0.1  # for a task that is told to stop
MOST_ATTEMPTS = 10  # to end a task that goes on without an operation
FEW_ATTEMPTS = 2  # where one could not be ended before


def mind(world: World) -> None:
    """Returns when every task is over, or abandoned.

    What is raised in this thread, Ctrl-C for one, ends the execution and is kept as the
    world's error.
    """
    execution = world.execution
    moved: object = None
    since, attempts = monotonic(), 0
    while True:
        try:
            if world.done.acquire(timeout=TICK_S):
                return
            _look_round(world)
        except BaseException as error:
            world.error = world.error or error
            execution.end(OutcomeKind.INTERRUPTED, type(error).__name__)
        over = execution.over is not None
        state = None if execution.elsewhere else (execution.steps, len(world.lives), over)
        if state != moved or state is None:
            moved, since, attempts = state, monotonic(), 0
        elif monotonic() - since > (GRACE_S if over else _patience_s(world)):
            since, attempts = monotonic(), attempts + 1
            _break_in(world, attempts)


def _patience_s(world: World) -> float:
    """How long a step may take: once one has taken too long, others need not show it again."""
    if world.carriers.waited_s is not None:
        return PATIENCE_AGAIN_S
    return PATIENCE_S if world.patience_s < PATIENCE_S and _imports(world) else world.patience_s


def _imports(world: World) -> bool:
    """Whether the running task imports a module, whose own code may take its time."""
    life = _running(world)
    carrier = None if life is None else life.carrier
    frame = None if carrier is None else sys._current_frames().get(carrier.ident)
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _look_round(world: World) -> None:
    if world.tick is not None:
        world.tick()
    signal = world.asked_to_stop() if world.asked_to_stop is not None else None
    if signal is not None:
        world.execution.end(OutcomeKind.INTERRUPTED, signal)


def _break_in(world: World, attempts: int) -> None:
    """Ends a task that goes on without an operation; one that cannot be ended is left."""
    life = _running(world)
    carrier = None if life is None else life.carrier
    most = FEW_ATTEMPTS if world.carriers.left_behind else MOST_ATTEMPTS
    if life is None or carrier is None or attempts > most:
        world.carriers.left_behind = world.of_many
        world.abandon(life, "cannot be reached")
        return
    where = world.places.look(sys._current_frames().get(carrier.ident)).location
    at = f" ({where})" if where else ""
    waited_s = world.carriers.waited_s or _patience_s(world)
    told = f"{life.task.name} went on for {waited_s:g} s without an operation{at}"
    world.execution.end(OutcomeKind.ABORTED, told)
    if world.of_many:
        world.carriers.waited_s = waited_s
    life.unwinding = True
    interrupt(carrier)


def interrupt(carrier: Carrier) -> None:
    """Raises ``Unwind`` in a carrier's thread, wherever in Python it is."""
    import ctypes  # hardly ever

    thread, error = ctypes.c_ulong(carrier.ident), ctypes.py_object(Unwind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)


def _running(world: World) -> Life | None:
    """Who runs now: while tasks are taken off their stacks, the one whose turn it is."""
    unwinding = [life for life in world.lives.values() if life.unwinding and not life.abandoned]
    return unwinding[0] if unwinding else world.lives.get(world.execution.running)
