"""``os`` and ``signal``: what would reach beyond the run is undone, noted or refused."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from pyqdemo.worlds.threads.stand_ins.calls import left_out, noted, refused
from pyqdemo.worlds.threads.stand_ins.streams import standard_stream
from pyqdemo.worlds.threads.surroundings import Surroundings, refuse, stop, surroundings
from pyqdemo.worlds.threads.world import here

__all__ = ["OS", "SIGNAL", "watch_environment"]

# os


def _exit(status: int) -> NoReturn:
    """``os._exit``: the run is over; this process goes on."""
    here().world.execution.exit_code = status & 0xFF
    stop(f"os._exit({status})")


def abort() -> NoReturn:
    """``os.abort``: the run is over; this process goes on."""
    here().world.execution.exit_code = 128 + signal.SIGABRT
    stop("os.abort()")


def kill(pid: int, signal: int, /) -> None:
    """``os.kill``; a program that signals itself would signal us."""
    if pid in (os.getpid(), 0, -1):
        refuse("refused_signal", "os.kill")
    here().world.execution.note_uncontrolled("os.kill")
    os.kill(pid, signal)


def killpg(pgid: int, signal: int, /) -> None:
    if pgid in (os.getpgrp(), 0):
        refuse("refused_signal", "os.killpg")
    here().world.execution.note_uncontrolled("os.killpg")
    os.killpg(pgid, signal)


def chdir(path: Any) -> None:
    """``os.chdir``, for as long as the run lasts."""
    _keep_folder()
    os.chdir(path)


def fchdir(fd: int) -> None:
    _keep_folder()
    os.fchdir(fd)


def _keep_folder() -> None:
    around = surroundings()
    around.undo.setdefault("folder", partial(os.chdir, Path.cwd()))
    around.world.execution.note_uncontrolled("os.chdir")


def umask(mask: int, /) -> int:
    """``os.umask``, for as long as the run lasts."""
    before = os.umask(mask)
    surroundings().undo.setdefault("umask", partial(os.umask, before))
    return before


def register_at_fork(**_: Callable[..., object]) -> None:
    """``os.register_at_fork``: nothing under control forks."""


def isatty(fd: int, /) -> bool:
    return fd not in (0, 1, 2) and os.isatty(fd)


def read(fd: int, length: int, /) -> bytes:
    """``os.read``; there is no keyboard to read from."""
    return b"" if fd == 0 else os.read(fd, length)


def write(fd: int, data: Any, /) -> int:
    """``os.write``; stdout and stderr are the run's."""
    if fd not in (1, 2):
        return os.write(fd, data)
    stream = standard_stream(here().home, "stdout" if fd == 1 else "stderr")
    written: int = stream.buffer.write(data)
    return written


_NOTED = ("urandom", "getrandom", "system", "popen", "posix_spawn", "posix_spawnp", "startfile")
_SPAWNS = tuple(name for name in dir(os) if name.startswith("spawn"))
_REFUSED = ("fork", "forkpty", *(name for name in dir(os) if name.startswith("exec")))
_OWN: tuple[Callable[..., object], ...] = (
    *(_exit, abort, kill, killpg, chdir, fchdir, umask),
    *(register_at_fork, isatty, read, write),
)

#: Of the module ``os``, as far as this system has it.
OS: dict[str, Any] = {
    **{call.__name__: call for call in _OWN if hasattr(os, call.__name__)},
    **{
        name: noted(getattr(os, name), f"os.{name}")
        for name in (*_NOTED, *_SPAWNS)
        if hasattr(os, name)
    },
    **{name: refused("refused_fork", f"os.{name}") for name in _REFUSED if hasattr(os, name)},
}


def watch_environment(around: Surroundings) -> None:
    """Gives the environment back when the run is over, as it was when the program saw it."""
    kept: Mapping[Any, Any] = os.environ._data  # type: ignore[attr-defined]
    around.undo["environment"] = partial(_restore_environment, dict(kept))


def _restore_environment(before: Mapping[Any, Any]) -> None:
    if os.environ._data != before:  # type: ignore[attr-defined]
        decode = os.environ.decodevalue
        wanted = {decode(name): decode(value) for name, value in before.items()}
        for name in [name for name in os.environ if name not in wanted]:
            del os.environ[name]
        os.environ.update(wanted)


# signal


def set_handler(signalnum: int, handler: Any, /) -> Any:
    """``signal.signal``: the handler is kept and never called."""
    life, handlers = here(), surroundings().handlers
    if life.task is not life.world.execution.main:
        raise ValueError("signal only works in main thread of the main interpreter")
    if not callable(handler) and handler not in (signal.SIG_DFL, signal.SIG_IGN):
        raise TypeError(
            "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"
        )
    before = getsignal(signalnum)
    life.world.execution.note_uncontrolled("signal.signal")
    handlers[int(signalnum)] = handler
    return before


def getsignal(signalnum: int, /) -> Any:
    """``signal.getsignal``: what the program has set, else what Python sets at its start."""
    number = int(signalnum)
    if not 0 < number < signal.NSIG:
        raise ValueError("signal number out of range")
    ignored = [getattr(signal, name, None) for name in ("SIGPIPE", "SIGXFSZ")]
    if number == signal.SIGINT:
        default: Any = signal.default_int_handler
    else:
        default = signal.SIG_IGN if number in ignored else signal.SIG_DFL
    return surroundings().handlers.get(number, default)


set_handler.__name__ = set_handler.__qualname__ = "signal"
_WITHOUT_EFFECT: dict[str, Any] = {
    "alarm": 0,
    "setitimer": (0.0, 0.0),
    "getitimer": (0.0, 0.0),
    "siginterrupt": None,
    "set_wakeup_fd": -1,
    "pthread_sigmask": frozenset(),
    "sigpending": frozenset(),
}
_WAITED_FOR = (
    *("pause", "sigwait", "sigwaitinfo", "sigtimedwait"),
    *("raise_signal", "pthread_kill", "pidfd_send_signal"),
)

#: Of the module ``signal``, as far as this system has it.
SIGNAL: dict[str, Any] = {
    "signal": set_handler,
    "getsignal": getsignal,
    **{
        name: left_out(f"signal.{name}", answer)
        for name, answer in _WITHOUT_EFFECT.items()
        if hasattr(signal, name)
    },
    **{
        name: refused("refused_signal", f"signal.{name}")
        for name in _WAITED_FOR
        if hasattr(signal, name)
    },
}
