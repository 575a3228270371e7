"""What runs in the nursery's helper process, and in the processes that it starts.

One thread, which waits for requests of the coordinator and for the ends of children. All
orphans of the program come to it (on Linux), so that what a program leaves behind is always
below it. When the coordinator is gone, however it went, everything below is ended at once.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

from pyqdemo.worlds.processes.leftovers import descendants, end
from pyqdemo.worlds.processes.wire import Wire, raised

__all__ = ["FRESH_BOOT", "begin", "main"]

FRESH_BOOT = (
    "import sys; at = [*sys.modules]; del sys.path[: sys.path[:1] == ['']]; "
    "from pyqdemo.worlds.processes.nursing import begin; begin(at)"
)

#: What Python had imported in this process before any of ours.
at_start: list[str] = []

Call = tuple[str, list[Any]]  # "module:function", its arguments

_CLEARING_S = 5.0  # for the system to end what is told to end
_LOOK_AGAIN_MS = 20
_LEAVING_S = 0.01  # for all to be gone by themselves
_NEXT_MS = 2  # for the next one of them
_DEAF_TO = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
]
_SUBREAPER, _DEATH_SIGNAL = 36, 1  # of prctl
_SET_SIGNAL = 10  # of fcntl, which has no name for it


def main(at: list[str]) -> None:
    """Runs the helper until the coordinator is gone; in a child that it bears, the child.

    Args:
        at: the modules that Python had imported before any of ours.
    """
    at_start[:] = at
    config = json.loads(sys.argv[1])
    sys.argv = [""]
    for number in _DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    prctl = _prctl()
    prctl(_SUBREAPER, 1)
    nurse = Nurse(Wire(config["channel"], guarded=False), config["flags"], prctl)
    try:
        for name in config["preload"]:
            import_module(name)
    except Exception as error:
        with contextlib.suppress(EOFError):
            nurse.wire.send(["failed", f"{type(error).__name__}: {error}"])
        return
    _keep_as_shared()
    call = nurse.serve()
    if call is not None:
        _carry_out(*call)
    nurse.clear(quiet=True)
    if not nurse.dismissed:
        _remove(config["folder"])
    os._exit(0)  # tearing down what is loaded would only take time


def begin(at: list[str]) -> None:
    """In a fresh interpreter: reads what to call from the descriptor named, and calls it."""
    at_start[:] = at
    channel, lifeline = map(int, sys.argv[1:])
    sys.argv = [""]
    os.set_inheritable(lifeline, False)  # open for our own life, and for copies of us
    wire = Wire(channel)
    (function, arguments), _ = wire.receive()
    wire.close()
    _carry_out(function, arguments)


class Nurse:
    """Bears processes on request, reaps whoever comes to it, ends what is left.

    Attributes:
        wire: to the coordinator.
        group: the process group of the present run; 0 before its first process.
        dismissed: the coordinator has said that it goes, and looks after its folder itself.

    Newborns keep one end of a pipe open, the lifeline. When we are gone, however we went, its
    other end is closed, at which the system itself ends the group, as long as anybody of it
    has kept the lifeline: also who forks and leaves faster than anybody could look for it.
    """

    def __init__(self, wire: Wire, flags: list[str], prctl: Callable[[int, int], object]) -> None:
        self.wire = wire
        self.group = 0
        self.dismissed = False
        self._flags = flags
        self._prctl = prctl
        self._pid = os.getpid()
        self._lifeline, self._held = map(raised, os.pipe())
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def serve(self) -> Call | None:
        """Serves until the coordinator is gone, then gives None; in a newborn, its call."""
        poller = select.poll()
        poller.register(self._woken, select.POLLIN)
        poller.register(self.wire.fileno(), select.POLLIN)
        try:
            self.wire.send(["ready"])
            while True:
                poller.poll()
                self._reap()
                while self.wire.poll(0):
                    request, *rest = self.wire.receive()[0]
                    if request == "leave":
                        self.dismissed = True
                        return None
                    if request == "clear":
                        self.wire.send(["cleared", self.clear()])
                    elif request == "prepare":
                        gc.disable()
                        with contextlib.suppress(Exception):  # a newborn will say what is wrong
                            _called(rest[0])(*rest[1])
                        _keep_as_shared()
                    elif self._bear((rest[0], rest[1]), fresh=request == "spawn"):
                        return rest[0], rest[1]
        except (EOFError, OSError):
            return None

    def _reap(self, quiet: bool = False) -> bool:
        """Reports all that have ended; whether anything is left below."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if not quiet:
                    self.wire.send(["ended", ended[0], os.waitstatus_to_exitcode(ended[1])])
        except ChildProcessError:
            return False
        return True

    def clear(self, quiet: bool = False) -> int:
        """Ends all that is below, wherever it moved to; gives how many would not end.

        Orphans come to us: when we have no child, nobody is left.
        """
        began = time.monotonic()
        poller = select.poll()
        poller.register(self._woken, select.POLLIN)
        while self._reap(quiet):
            took_s = time.monotonic() - began
            if took_s < _LEAVING_S and poller.poll(_NEXT_MS):
                continue  # most leave by themselves, and looking for them takes longer
            left = descendants(self._pid)
            if sys.platform != "linux" and self.group:
                left = [self.group]  # no more is known there
            end(left)
            if took_s > _CLEARING_S:
                return max(1, len(left))
            poller.poll(_LOOK_AGAIN_MS)
        self.group = 0
        return 0

    def _bear(self, call: Call, fresh: bool) -> bool:
        """Starts one process and reports its number; True in that process."""
        # A signal that comes before the newborn has its own dispositions waits.
        signal.pthread_sigmask(signal.SIG_BLOCK, _DEAF_TO)
        try:
            ours, theirs = socket.socketpair() if fresh else (None, None)
            pid = os.fork()
        except OSError as error:
            self.wire.send(["unborn", f"{type(error).__name__}: {error}"])
            return False
        else:
            if pid == 0:
                self._be_born(theirs)
                return True
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _DEAF_TO)
        self._into_group(pid)
        self.wire.send(["born", pid])
        if ours is not None and theirs is not None:
            theirs.close()
            told = Wire(ours)
            with contextlib.suppress(EOFError):
                told.send(call)
            told.close()
        return False

    def _be_born(self, told: socket.socket | None) -> None:
        """In the newborn: makes it a process like any other, with nothing of ours."""
        try:
            signal.set_wakeup_fd(-1)
            for number in (*_DEAF_TO, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's affair
            self._into_group(os.getpid())
            self._prctl(_DEATH_SIGNAL, signal.SIGKILL)
            if os.getppid() != self._pid:
                os._exit(1)  # the helper was gone before it could take us along
            for descriptor in (self._woken, self._wake, self._held):
                os.close(descriptor)
            if told is not None:
                told.set_inheritable(True)
                os.set_inheritable(self._lifeline, True)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, _DEAF_TO)
                boot = ["-c", FRESH_BOOT, str(told.fileno()), str(self._lifeline)]
                os.execv(sys.executable, [sys.executable, *self._flags, *boot])
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)

    def _into_group(self, pid: int) -> None:
        """Into the run's group, which the first process of a run opens; by both sides."""
        try:
            os.setpgid(pid, self.group or pid)
        except OSError:
            with contextlib.suppress(OSError):  # nobody of that group is left, or it is done
                os.setpgid(pid, pid)
        group = os.getpgid(pid)
        if group != self.group and os.getpid() == self._pid:
            self.group = group
            _end_with(self._lifeline, group)


def _end_with(lifeline: int, group: int) -> None:
    """Has the system end a group when the lifeline's other end is closed; Linux only."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -group)
        fcntl.fcntl(lifeline, _SET_SIGNAL, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC)


def _called(function: str) -> Callable[..., object]:
    """The function of a name ``module:name``."""
    module, _, name = function.partition(":")
    called: Callable[..., object] = getattr(import_module(module), name)
    return called


def _carry_out(function: str, arguments: list[Any]) -> NoReturn:
    """Calls it, and ends this process with the number that it gives, or as sys.exit says."""
    code = 1
    try:
        result = _called(function)(*arguments)
        code = result if isinstance(result, int) else 0
    except SystemExit as leaving:
        if leaving.code is None or isinstance(leaving.code, int):
            code = leaving.code or 0
        else:
            print(leaving.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(code & 0xFF)


def _keep_as_shared() -> None:
    """What is loaded now stays out of collections, so that children need not copy it."""
    gc.freeze()
    gc.enable()  # it was off while everything was loaded, which it would only have slowed


def _prctl() -> Callable[[int, int], object]:
    """Linux' call of that name; elsewhere one that does nothing."""
    if sys.platform != "linux":
        return lambda option, value: None
    import ctypes

    call = ctypes.CDLL(None).prctl
    call.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return lambda option, value: call(option, value, 0, 0, 0)


def _remove(folder: str) -> None:
    """Removes the scratch folder, if its owner could not."""
    if os.access(folder, os.F_OK):
        from shutil import rmtree

        rmtree(folder, ignore_errors=True)
