"""What runs in the program's own processes: makes them watched, then runs the program.

The root process is started by ``running`` as ``python -c "...main()" CONFIG``; processes
that ``multiprocessing`` spawns come in by ``install_in_child``. Neither Typer nor Rich is
imported here, and nothing runs beside the program: no thread, no timer.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import signal
import sys
import threading
from time import perf_counter_ns
from types import ModuleType, TracebackType
from typing import Any

from pyqdemo.worlds.native.lane import DISMISSAL, Operation, allow_many_files
from pyqdemo.worlds.native.recorder import (
    Recorder,
    begin_process_lane,
    lane,
    raised,
    resource,
    start_recorder,
)

__all__ = ["install_in_child", "main"]


def main(at_start: list[str]) -> None:
    """Runs the program that the configuration names, watched, as this process's main.

    Args:
        at_start: the modules that Python had imported before any of ours.
    """
    config = json.loads(sys.argv[1])
    die_with_parent(config["lifeline"])
    allow_many_files()
    recorder = start_recorder(config["folder"], config["program"], config["speed"], "0")
    task = {"id": "0", "kind": "main", "name": "MainThread", "process": "0", "daemon": False}
    mine = begin_process_lane(task)
    began = perf_counter_ns()
    mine.event(Operation.BEGIN, 0, began, began=began)
    recorder.at_start = at_start
    recorder.streams = {
        name: resource("stream", None, name=name, id=f"0/stream/{name}")
        for name in ("stdout", "stderr")
    }
    atexit.register(_note_exit, began)  # first in, so last out: behind multiprocessing's own
    _install(recorder)
    if config["start_method"]:
        _choose_start_method(config["start_method"])
    sys.exit(_run(config, began))


def install_in_child(config: dict[str, Any]) -> str:
    """Makes a spawned process a watched one, before it imports the program.

    Returns a word for the preparation data's entry, which nobody reads.
    """
    recorder = start_recorder(
        config["folder"], config["program"], config["speed"], config["task"]["id"]
    )
    recorder.at_start, recorder.streams = config["at_start"], config["streams"]
    begin_process_lane(config["task"])
    _install(recorder)

    from multiprocessing import spawn

    spawn._fixup_main_from_path = _import_main  # type: ignore[attr-defined]
    return "watched"


def die_with_parent(lifeline: int | None) -> None:
    """Asks the system to kill this process group when the watching process is gone.

    The watching process holds the other end of a pipe open; when it dies, however it
    dies, the system signals the group. Linux only; elsewhere it ends the group itself.
    """
    if lifeline is None:
        return
    try:
        import fcntl
        import signal

        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(lifeline, 10, signal.SIGKILL)  # F_SETSIG
        fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC)
    except (ImportError, AttributeError, OSError):
        os.close(lifeline)


def _install(recorder: Recorder) -> None:
    from pyqdemo.worlds.native.watched.names import watch_neighbours
    from pyqdemo.worlds.native.watched.processes import watch_spawning
    from pyqdemo.worlds.native.watched.text import watch_streams

    watch_streams(recorder.streams)
    watch_neighbours(recorder.program, recorder.at_start)
    watch_spawning()
    if DISMISSAL and threading.current_thread() is threading.main_thread():
        signal.signal(DISMISSAL, _leave)


def _leave(*_: object) -> None:
    """The run is stopped from outside: what was printed comes out, and nothing else happens."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(0)


def _choose_start_method(method: str) -> None:
    """Makes it the default, which the program may still set for itself."""
    from multiprocessing import context, set_forkserver_preload

    default: Any = context._default_context
    default._default_context = context.BaseContext.get_context(default, method)
    if method == "forkserver":
        set_forkserver_preload(["pyqdemo.worlds.native.preload"])


def load(path: str, name: str) -> ModuleType:
    """Runs a program file as the module of that name, seeing the stand-ins."""
    from pyqdemo.worlds.native.watched.names import program_builtins

    with io.open_code(path) as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    module = ModuleType(name)
    vars(module).update(__file__=path, __builtins__=program_builtins(), __spec__=None)
    sys.modules["__main__"] = module
    sys.modules[name] = module
    exec(code, vars(module))
    return module


def _import_main(path: str) -> None:
    """In a spawned child: what ``multiprocessing`` does to the parent's main module."""
    if getattr(sys.modules["__main__"], "__file__", None) != path:
        load(path, "__mp_main__")


def _run(config: dict[str, Any], began: int) -> int:
    """Runs the program to the end of its main code; gives its exit code."""
    from pyqdemo.worlds.native.watched.processes import note_exit_wait

    path = config["path"]
    sys.argv = [path, *config["arguments"]]
    if not sys.flags.safe_path:
        sys.path.insert(0, os.path.dirname(path))
    result, code = b"", 0
    try:
        if config["parameters"] is None:
            load(path, "__main__")
        else:
            module = load(path, "__mp_main__")
            module.main(**config["parameters"])
    except SystemExit as error:
        result, code = raised(error), _exit_code(error)
    except BaseException as error:
        result, code = raised(error), 130 if isinstance(error, KeyboardInterrupt) else 1
        _show(error)
    mine = lane()
    mine.event(Operation.END, 0, perf_counter_ns(), began=began, result=result)
    note_exit_wait(mine)
    return code


def _exit_code(error: SystemExit) -> int:
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    print(error.code, file=sys.stderr)
    return 1


def _show(error: BaseException) -> None:
    """Prints the traceback as Python would, from the program's first frame on."""
    trail: TracebackType | None = error.__traceback__
    while trail is not None and trail.tb_frame.f_globals.get("__name__") == __name__:
        trail = trail.tb_next
    sys.excepthook(type(error), error.with_traceback(trail), trail)


def _note_exit(began: int) -> None:
    lane().event(Operation.EXIT, 0, perf_counter_ns(), began=began)
