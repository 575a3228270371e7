"""``multiprocessing.Process``, watched, with the means to watch what it starts."""

from __future__ import annotations

import atexit
import sys
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing import context, process, spawn, util
from time import perf_counter_ns
from typing import Any

from pyqdemo.worlds.native.lane import Lane, Operation
from pyqdemo.worlds.native.recorder import (
    current,
    lane,
    new_task,
    place_of,
    raised,
)
from pyqdemo.worlds.native.watched.threads import task_number

__all__ = ["Process", "note_exit_wait", "process_classes", "watch_spawning"]

_frame = sys._getframe

# From Python 3.13 on, what a process does at its exit comes after its ``_bootstrap``.
_EXIT_FOLLOWS = sys.version_info >= (3, 13)
_real_exit: Any = util._exit_function  # type: ignore[attr-defined]


class _Watched(process.BaseProcess):
    _watched_number = 0
    _watched_task: dict[str, Any] | None = None

    def start(self) -> None:
        if self._popen is not None:  # type: ignore[attr-defined]
            super().start()  # raises: a process starts once
        mine = lane()
        target = getattr(self, "_target", None)
        if type(self).run is not process.BaseProcess.run:
            role: str | None = type(self).__name__
        else:
            role = getattr(target, "__name__", None)
        task = new_task(mine, "process", self.name, role, bool(self.daemon))
        self._watched_number = number = task_number(mine, task)
        place = place_of(mine, _frame(1))
        now = perf_counter_ns()
        method = self._start_method or context._default_context.get_start_method()  # type: ignore[attr-defined]
        mine.event(Operation.START, number, now, place, began=now, value=str(method).encode())
        if method == "forkserver":
            _keep_main_out()
        mine.starting = task
        try:
            super().start()
        except BaseException as error:
            mine.event(
                Operation.START, number, perf_counter_ns(), place, began=now, result=raised(error)
            )
            raise
        finally:
            mine.starting = None

    def join(self, timeout: float | None = None) -> None:
        mine = lane()
        place = place_of(mine, _frame(1))
        began = perf_counter_ns()
        number = self._watched_number
        if number and self.is_alive():
            mine.event(Operation.JOIN, number, began, place, blocked=True, timeout=timeout)
        result = b""
        try:
            super().join(timeout)
            result = _end_of(self.exitcode)
        except BaseException as error:
            result = raised(error)
            raise
        finally:
            now = perf_counter_ns()
            mine.event(Operation.JOIN, number, now, place, began=began, result=result)

    def terminate(self) -> None:
        self._ended(Operation.TERMINATE)
        super().terminate()

    def kill(self) -> None:
        self._ended(Operation.KILL)
        super().kill()

    def _ended(self, operation: int) -> None:
        mine = lane()
        now = perf_counter_ns()
        mine.event(operation, self._watched_number, now, place_of(mine, _frame(2)), began=now)

    def _bootstrap(self, parent_sentinel: int | None = None) -> int:
        """The whole life of the process, as the real class leads it (in the child)."""
        mine = lane()
        began = perf_counter_ns()
        mine.event(Operation.BEGIN, 0, began, began=began)
        vars(self)["run"] = partial(_run, self.run, mine, began)
        code = 1  # unless it comes to an orderly end

        def note_exit() -> None:
            mine.event(Operation.EXIT, 0, perf_counter_ns(), began=began, result=_end_of(code))

        if _EXIT_FOLLOWS:  # last in, first out
            atexit.unregister(_real_exit)
            atexit.register(note_exit)
            atexit.register(_real_exit)
        try:
            code = int(super()._bootstrap(parent_sentinel))  # type: ignore[misc]
        finally:
            if not _EXIT_FOLLOWS:
                note_exit()
        return code


def _run(run: Callable[[], None], mine: Lane, began: int) -> None:
    """The process's own ``run``, and its end."""
    result = b""
    try:
        run()
    except BaseException as error:
        result = raised(error)
        if error.__traceback__ is not None:
            error.__traceback__ = error.__traceback__.tb_next  # as if this were not here
        raise
    finally:
        mine.event(Operation.END, 0, perf_counter_ns(), began=began, result=result)
        note_exit_wait(mine)


def _keep_main_out() -> None:
    """The fork server imports what its children need, but not the program: not unwatched."""
    from multiprocessing import forkserver

    server: Any = forkserver._forkserver
    kept = [name for name in server._preload_modules if name != "__main__"]
    server._preload_modules = [*kept, *({_PRELOAD} - set(kept))]


_PRELOAD = "pyqdemo.worlds.native.preload"


def note_exit_wait(mine: Lane) -> None:
    """Says that this process is done and waits for what it still has: Python's own wait.

    It waits for threads that are no daemons, for children, and for feeders to flush.
    """
    me = threading.current_thread()
    threads = [t for t in threading.enumerate() if t is not me and not t.daemon]
    flushing = util._finalizer_registry  # type: ignore[attr-defined]
    if threads or flushing or process._children:  # type: ignore[attr-defined]
        mine.event(Operation.EXIT, 0, perf_counter_ns(), blocked=True)


def _end_of(code: int | None) -> bytes:
    if code is None:
        return b"still running"
    return b"" if code == 0 else b"exit code %d" % code


class Process(_Watched, context.Process):
    """``multiprocessing.Process``, watched."""


process_classes: dict[str, type[process.BaseProcess]] = {}
if hasattr(context, "ForkProcess"):

    class ForkProcess(_Watched, context.ForkProcess):
        """The process class of the fork context, watched."""

    process_classes["fork"] = ForkProcess

if hasattr(context, "ForkServerProcess"):

    class ForkServerProcess(_Watched, context.ForkServerProcess):
        """The process class of the forkserver context, watched."""

    process_classes["forkserver"] = ForkServerProcess


class SpawnProcess(_Watched, context.SpawnProcess):
    """The process class of the spawn context, watched."""


process_classes["spawn"] = SpawnProcess


class _Installer:
    """First in the preparation data: unpickling it makes the child a watched one."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    def __reduce__(self) -> Any:
        from pyqdemo.worlds.native.child import install_in_child

        return install_in_child, (self.config,)


def watch_spawning() -> None:
    """Makes every process that ``multiprocessing`` spawns from here a watched one."""
    real = spawn.get_preparation_data

    def prepared(name: str) -> dict[str, Any]:
        mine = lane()
        task = mine.starting or new_task(mine, "process", name, None, False)
        recorder = current()
        config = {
            "folder": recorder.folder,
            "program": recorder.program,
            "speed": recorder.speed,
            "task": task,
            "streams": recorder.streams,
            "at_start": recorder.at_start,
        }
        return {"pyqdemo": _Installer(config), **real(name)}

    spawn.get_preparation_data = prepared
