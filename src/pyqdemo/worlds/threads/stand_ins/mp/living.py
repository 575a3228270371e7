"""A process's life, from the first line of its own to its end."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pyqdemo.kernel.texts import raised
from pyqdemo.point import Access
from pyqdemo.worlds.threads.lives import Home, Unwind, here
from pyqdemo.worlds.threads.main_task import exit_code
from pyqdemo.worlds.threads.stand_ins.failing import show
from pyqdemo.worlds.threads.stand_ins.mp.family import Family
from pyqdemo.worlds.threads.stand_ins.mp.finishing import unfinished
from pyqdemo.worlds.threads.stand_ins.mp.processes import (
    MainProcess,
    ParentProcess,
    Process,
    children_alive,
)
from pyqdemo.worlds.threads.surroundings import check_buffers

__all__ = ["has_to_leave", "leave", "live_as", "settle"]


def settle(home: Home, name: str, method: str | None) -> Family:
    """A new process gets to know itself, as far as it can before it has its own object.

    Args:
        name: the process's.
        method: the start method that its parent has set.
    """
    process = MainProcess(home)
    process._name = name
    own = home.scratch["family"] = Family(home, process)
    own.method = method
    return own


def live_as(parent_task: str, get: Callable[[], Process]) -> str | None:
    """The main task's code of a further process; raises nothing but ``Unwind``.

    Args:
        parent_task: id of the parent's main task.
        get: gives the process's own object, under spawn by importing the main module first.

    Returns:
        ``raised NAME: text`` if an exception ended it, which was then printed and noted.
    """
    home = here().home
    try:
        process = get()
    except Unwind:
        raise
    except BaseException as error:
        # As when Python itself ends by an exception: the process has not begun yet.
        return _fail(home, error, "")
    own: Family = home.scratch["family"]
    own.current = process
    own.parent = ParentProcess(process._parent_name, process._parent_pid, parent_task)
    try:
        try:
            process.run()
        finally:
            if not here().unwinding:
                leave()
    except Unwind:
        raise
    except SystemExit as error:
        home.exit_code = exit_code(error)
        return raised(error)
    except BaseException as error:
        return _fail(home, error, f"Process {process.name}:\n")
    return None


def has_to_leave(home: Home) -> bool:
    """Whether ``leave`` has anything to do for a process: it has made processes, or feeds."""
    return "family" in home.scratch or bool(unfinished(home))


def leave() -> None:
    """What a process does before it ends: its queues are flushed, its daemons terminated,
    its other children waited for."""
    life = here()
    life.world.execution.touch(Access(f"feeders:{life.home.main.id}", "r"))  # a daemon's put
    for each in unfinished(life.home):
        each.finish()
    if "family" in life.home.scratch:
        for child in children_alive(None):
            if child.daemon:
                child._signal("process.terminate", sys._getframe())
        for child in children_alive(None):
            child._join(None, None)
    for each in unfinished(life.home):
        each.await_end()


def _fail(home: Home, error: BaseException, heading: str) -> str:
    life = here()
    check_buffers(error)
    life.world.execution.failed(life.task, error)
    home.exit_code = 1
    show(error, heading)
    return raised(error)
