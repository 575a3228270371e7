"""``os`` and ``signal``: what would reach beyond the run is undone, noted or refused."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import FrameType
from typing import Any, NoReturn

from pyqdemo.worlds.threads.stand_ins.calls import left_out, noted, refused
from pyqdemo.worlds.threads.stand_ins.streams import standard_stream
from pyqdemo.worlds.threads.surroundings import Surroundings, refuse, stop, surroundings
from pyqdemo.worlds.threads.world import Unwind, here

__all__ = ["OS", "SIGNAL", "watch_environment"]

_frame = sys._getframe

# os


def _exit(status: int) -> NoReturn:
    """``os._exit``: the process ends at once; the program's first one ends the run."""
    life = here()
    if life.home.is_first:
        life.world.execution.ending_with(status & 0xFF)
        stop(f"os._exit({status})")
    vanish(status & 0xFF, "exit", _frame(1))


def abort() -> NoReturn:
    """``os.abort``: the process ends at once; the program's first one ends the run."""
    life = here()
    if life.home.is_first:
        life.world.execution.ending_with(128 + signal.SIGABRT)
        stop("os.abort()")
    vanish(-signal.SIGABRT, "die", _frame(1))


def vanish(code: int, kind: str, frame: FrameType | None) -> NoReturn:
    """The calling task's process ends at once, as a further one of the program's may.

    Args:
        code: its exit code, below 0 the signal that ended it.
        kind: of the event.
    """
    life = here()
    life.world.request("process.vanish", (code, kind), frame)
    if life.world.vanish is not None:
        life.world.vanish(code)
    life.unwinding = True
    raise Unwind


def getpid() -> int:
    """``os.getpid``: a number of the run's own."""
    return here().task.process.state.number


def getppid() -> int:
    """``os.getppid``: 1 for the program's first process, which has no parent in the run."""
    from pyqdemo.worlds.threads.stand_ins.mp.family import family

    parent = family().parent
    return 1 if parent is None else int(parent.pid)


def kill(pid: int, sig: int, /) -> None:
    """``os.kill`` of a process of the program, by SIGTERM or SIGKILL; 0 asks if it is there."""
    if sig not in (0, signal.SIGTERM, signal.SIGKILL) or pid <= 0:
        refuse("refused_signal", "os.kill")
    life = here()
    state = life.task.process.state
    own = pid == state.number and sig
    if own and life.home.is_first:
        refuse("refused_signal", "os.kill")
    if own and (sig == signal.SIGKILL or state.on_sigterm == "default"):
        vanish(-sig, "die", _frame(1))
    life.world.request("process.kill_by_number", (pid, int(sig)), _frame(1))


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
    around.undo.setdefault("folder", partial(os.chdir, os.getcwd()))
    around.world.execution.note_uncontrolled("os.chdir")


def umask(mask: int, /) -> int:
    """``os.umask``, for as long as the run lasts."""
    before = os.umask(mask)
    surroundings().undo.setdefault("umask", partial(os.umask, before))
    return before


def closerange(fd_low: int, fd_high: int, /) -> None:
    """``os.closerange``: what is open belongs to us as well, where processes are simulated."""
    world = here().world
    if world.vanish is None:
        world.execution.note_uncontrolled("os.closerange")
    else:
        os.closerange(fd_low, fd_high)


def register_at_fork(**_: Callable[..., object]) -> None:
    """``os.register_at_fork``: noted, and never called. (A library has nothing to put right:
    of what it keeps a forked process has a copy that is as new.)"""
    world = here().world
    if not world.places.look(_frame(1)).direct:
        world.execution.note_uncontrolled("os.register_at_fork")


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
    *(_exit, abort, getpid, getppid, kill, killpg, chdir, fchdir, umask),
    *(closerange, register_at_fork, isatty, read, write),
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
    """``signal.signal``: one for SIGTERM is called when another process of the program sends
    that; any other is kept and never called."""
    life, handlers = here(), surroundings().handlers
    if life.task is not life.home.main:
        raise ValueError("signal only works in main thread of the main interpreter")
    if not callable(handler) and handler not in (signal.SIG_DFL, signal.SIG_IGN):
        raise TypeError(
            "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"
        )
    before = getsignal(signalnum)
    handlers[int(signalnum)] = handler
    if signalnum == signal.SIGTERM:
        how = "handle" if callable(handler) else _DISPOSITIONS[handler]
        life.task.process.state.on_sigterm = how
        life.world.aside("process.on_sigterm", (how,))
    else:
        life.world.execution.note_uncontrolled("signal.signal")
    return before


_DISPOSITIONS = {signal.SIG_DFL: "default", signal.SIG_IGN: "ignore"}


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
