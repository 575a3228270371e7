"""The end of a process that a signal's handler breaks into when its own code is over."""

from __future__ import annotations

from pyqdemo.worlds.threads.lives import Life
from pyqdemo.worlds.threads.main_task import exit_code
from pyqdemo.worlds.threads.stand_ins.failing import show
from pyqdemo.worlds.threads.stand_ins.operating import vanish

__all__ = ["break_off"]


def break_off(life: Life, error: BaseException) -> None:
    """Ends the process of a main task by what the handler raised.

    It waits for its threads no more. A copy by fork, and one of the fork server, is gone at
    once, with code 1 and whatever its stdout buffer holds; the latter prints the exception. One
    that was spawned ends as a Python of its own does.

    **Source**: CPython, ``multiprocessing/popen_fork.py``, ``forkserver.py``, ``spawn.py``: what
    ``BaseProcess._bootstrap`` raises behind its own ``except``.
    """
    execution, task, home = life.world.execution, life.task, life.home
    method = task.state.method
    leaving = isinstance(error, SystemExit)
    if not leaving:
        execution.failed(task, error)
    if isinstance(error, Exception) and method != "fork":
        show(error)
    if method != "spawn":
        vanish(1, "exit", None)
    home.exit_code = exit_code(error) if isinstance(error, SystemExit) else 1
    for callback in home.surroundings.at_last:
        callback()
    life.world.perform(execution.leave(task, True, home.exit_code), None)
