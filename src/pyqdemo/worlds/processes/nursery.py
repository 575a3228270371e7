"""The coordinator's side of the helper process that starts, reaps and ends the program's.

The helper (``nursing``) has the engine loaded, so that a process forked from it begins within
milliseconds; it serves many runs, one after the other. Linux is tested. On macOS, untested,
orphans do not come to it, and only process groups can be ended. Windows cannot fork.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from pyqdemo.errors import RunError
from pyqdemo.worlds.processes.channels import Watched
from pyqdemo.worlds.processes.leftovers import MARK, end_marked
from pyqdemo.worlds.processes.wire import ChannelLost, Wire

__all__ = ["Nursery", "NurseryLost"]

# The folder we stand in is not where our own modules are looked for: it may hold a queue.py.
_BOOT = (
    "import gc, sys; gc.disable(); at = [*sys.modules]; del sys.path[: sys.path[:1] == ['']]; "
    "from pyqdemo.worlds.processes.nursing import main; main(at)"
)
_ENDING_S = 6.0  # somewhat more than the helper takes at most


class NurseryLost(Exception):
    """The helper has died; every process of it that could be found was ended."""


class Nursery:
    """One helper process, until ``close``; it begins at once and is waited for when needed.

    Args:
        folder: scratch folder of the run. It marks the processes, by their environment, and
            the helper removes it when this process is gone.
        preload: modules that the helper imports, for the processes it forks.
        stdout, stderr: descriptors that the program's processes inherit; None: ours.

    Raises:
        RunError: it could not be started.

    Attributes:
        pid: of the helper.
        codes: exit codes of the processes that have ended in this run, by their numbers;
            negative ones are signals. Orphans that came to the helper are among them.
    """

    def __init__(
        self,
        folder: str,
        preload: Sequence[str] = (),
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> None:
        if not hasattr(os, "fork"):
            raise RunError("cannot_start", reason="this system cannot fork")
        self.codes: dict[int, int] = {}
        self._folder = folder
        self._ready = False
        ours, theirs = socket.socketpair()
        # What subprocess itself gives to a Python that it starts for multiprocessing.
        flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        config = {
            "channel": theirs.fileno(),
            "folder": folder,
            "preload": list(preload),
            "flags": flags,
        }
        try:
            self._process = subprocess.Popen(
                [sys.executable, *flags, "-c", _BOOT, json.dumps(config)],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env={**os.environ, MARK: folder},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise RunError("cannot_start", reason=str(error)) from None
        finally:
            theirs.close()
        self.pid = self._process.pid
        self._wire = Wire(ours, guarded=False)

    def fileno(self) -> int:
        """Readable when there may be news for ``look``."""
        return self._wire.fileno()

    def wait_ready(self) -> None:
        """Waits until the helper has loaded all it was told to.

        Raises:
            RunError: it cannot; NurseryLost: it died.
        """
        if not self._ready:
            match self._answer():
                case ["failed", reason]:
                    self.close()
                    raise RunError("cannot_start", reason=reason)
            self._ready = True

    def fork(self, function: str, *arguments: object) -> int:
        """Has a process forked that has the engine loaded; gives its number.

        It calls ``function`` ("module:name") with the arguments, which are plain data (see
        ``Wire.send``), and ends with the number that the function gives, or with 0. It reads
        nothing, ignores Ctrl-C, has the system's way with all other signals, and stands in
        the process group of the run.

        Raises:
            RunError: the system starts no more; NurseryLost: the helper died.
        """
        return self._start("fork", function, arguments)

    def spawn(self, function: str, *arguments: object) -> int:
        """The same in a fresh Python with our flags."""
        return self._start("spawn", function, arguments)

    def prepare(self, function: str, *arguments: object) -> None:
        """Has a function called in the helper itself, so that whoever is forked finds done what
        it has done. What it raises is not told.

        Raises:
            RunError: the helper could not start; NurseryLost: it died.
        """
        self.wait_ready()
        self._send("prepare", function, arguments)

    def _start(self, how: str, function: str, arguments: tuple[object, ...]) -> int:
        match self._ask(how, function, arguments):
            case ["born", int(pid)]:
                return pid
            case ["unborn", reason]:
                raise RunError("cannot_start", reason=reason)
            case other:
                raise AssertionError(other)

    def look(self) -> None:
        """Takes in which processes have ended, without waiting."""
        try:
            while self._wire.poll(0):
                self._take(self._wire.receive()[0])
        except (EOFError, ChannelLost) as error:
            raise self._lost() from error

    def wait(self, pid: int, at_most_s: float | None = None) -> int | None:
        """Waits until the end of a process was reported; gives its exit code.

        Ask it of a process that is a child of the helper, or an orphan. The code stays in
        ``codes``. None when it has not ended within that time.
        """
        deadline = None if at_most_s is None else time.monotonic() + at_most_s
        while pid not in self.codes:
            left_s = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                if not self._wire.poll(left_s):
                    return None
                self._take(self._wire.receive()[0])
            except (EOFError, ChannelLost) as error:
                raise self._lost() from error
        return self.codes[pid]

    def clear(self) -> int:
        """Ends all processes of the run, wherever they moved to; makes ready for the next run.

        Returns:
            how many could not be ended within 5 s, which the system alone can cause.
        """
        left = self._ask("clear")
        self.codes.clear()
        return int(left[1])

    def close(self) -> None:
        """Ends all processes and the helper. Closing again does nothing."""
        if self._ready:
            with contextlib.suppress(EOFError, ChannelLost):
                self._wire.send(["leave"])
        self._wire.close()
        if not self._ready:
            self._process.kill()  # it still loads, and nothing is below it
        watched = Watched(self.pid)
        if self._process.poll() is None and not watched.gone(_ENDING_S):
            self._process.kill()
        watched.close()
        self._process.wait()
        if self._process.returncode != 0:
            end_marked(self._folder, _ENDING_S)

    def _ask(self, *request: object) -> list[Any]:
        self.wait_ready()
        self._send(*request)
        return self._answer()

    def _send(self, *request: object) -> None:
        try:
            self._wire.send(request)
        except (EOFError, ChannelLost) as error:
            raise self._lost() from error

    def _answer(self) -> list[Any]:
        try:
            while self._take(answer := self._wire.receive()[0]):
                pass
        except (EOFError, ChannelLost) as error:
            raise self._lost() from error
        return list(answer)

    def _take(self, message: list[Any]) -> bool:
        """Whether it was the news of an end, which is then noted."""
        match message:
            case ["ended", int(pid), int(code)]:
                self.codes[pid] = code
                return True
            case ["ready"] if not self._ready:
                self._ready = True
        return False

    def _lost(self) -> NurseryLost:
        self._process.kill()
        self.close()
        return NurseryLost(f"the helper process {self.pid} has died")

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
