"""The program's root process as the watching side sees it: started, read, ended, reaped."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue
from typing import Any

from pyqdemo.errors import RunError
from pyqdemo.worlds.native.lane import DISMISSAL

__all__ = ["Carrier"]

_POSIX = os.name == "posix"
# The folder we stand in is not where our own modules are looked for: it may hold a queue.py.
_BOOT = (
    "import sys; at = [*sys.modules]; del sys.path[: sys.path[:1] == ['']]; "
    "from pyqdemo.worlds.native.child import main; main(at)"
)
_MARK = "PYQDEMO_RUN"  # in the environment of every process of a run: its folder
_ROUNDS = 10


class Carrier:
    """One root process in a session of its own, and the text that comes out of it.

    Attributes:
        text: (stream, text) as it arrives; (stream, None) at a stream's end.
    """

    def __init__(
        self, config: dict[str, Any], terminal: tuple[int, int] | None, keyboard: bool
    ) -> None:
        # Bounded: a program that prints faster than we show it waits, as it would on a pipe.
        self.text: Queue[tuple[str, str | None]] = Queue(16)
        self._lifeline: int | None = None
        self._threads: list[threading.Thread] = []
        out_read, out_write = _terminal(*terminal) if terminal and _POSIX else os.pipe()
        err_read, err_write = os.pipe()
        life_read: int | None = None
        extra: dict[str, Any] = {}
        mark = {_MARK: config["folder"]}
        self._mark = os.fsencode(f"{_MARK}={config['folder']}")
        if _POSIX:
            life_read, self._lifeline = os.pipe()
            extra = {"start_new_session": True, "pass_fds": (life_read,)}
        config = {**config, "lifeline": life_read}
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, json.dumps(config)],
                stdin=None if keyboard else subprocess.DEVNULL,
                stdout=out_write,
                stderr=err_write,
                env={**os.environ, **mark},
                **extra,
            )
        except OSError as error:
            for descriptor in (out_read, err_read, self._lifeline):
                if descriptor is not None:
                    os.close(descriptor)
            raise RunError("cannot_start", reason=str(error)) from None
        finally:
            for descriptor in (out_write, err_write, life_read):
                if descriptor is not None:
                    os.close(descriptor)
        self._read("stdout", out_read)
        self._read("stderr", err_read)

    def _read(self, stream: str, descriptor: int) -> None:
        reader = threading.Thread(
            target=self._pump, args=(stream, descriptor), name=f"read {stream}", daemon=True
        )
        self._threads.append(reader)
        reader.start()

    def _pump(self, stream: str, descriptor: int) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        with contextlib.suppress(OSError):  # EIO: the terminal's other side is closed
            while data := os.read(descriptor, 65536):
                if text := decoder.decode(data):
                    self.text.put((stream, text))
        if rest := decoder.decode(b"", True):
            self.text.put((stream, rest))
        with contextlib.suppress(OSError):
            os.close(descriptor)
        self.text.put((stream, None))

    def ended(self) -> bool:
        return self.process.poll() is not None

    def interrupt(self) -> None:
        """What Ctrl-C in a terminal does: SIGINT for the whole group."""
        if _POSIX:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGINT)
        else:
            self.process.terminate()

    def dismiss(self) -> None:
        """Has every process print what its buffers hold and leave (see ``child``)."""
        if _POSIX:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, DISMISSAL)

    def kill(self) -> None:
        """Ends every process of the run at once and reaps the root.

        On Linux also those that left the session: a daemon is known by its environment.
        """
        if _POSIX:
            rounds = 0  # what is being ended may start others meanwhile
            while (left := _left(self.process.pid, self._mark)) and rounds < _ROUNDS:
                rounds += 1
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        elif not self.ended():
            subprocess.run(
                ["taskkill", "/F", "/T", "/PID", str(self.process.pid)],
                capture_output=True,
                check=False,
            )
        self.process.wait()

    def close(self) -> None:
        """Kills what is left; the streams' ends follow, once their text is taken."""
        self.kill()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None


def _terminal(columns: int, rows: int) -> tuple[int, int]:
    """A pseudo-terminal of that size that passes text on as it is."""
    import termios
    import tty

    ours, theirs = os.openpty()
    tty.setraw(theirs)
    termios.tcsetwinsize(theirs, (rows, columns))
    return ours, theirs


def _left(leader: int, mark: bytes) -> list[int]:
    """The processes of a run that live, the leader last; on Linux only, else none.

    Args:
        leader: of their session.
        mark: a line of their environment, for those that have a session of their own.
    """
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (entry / "stat").read_bytes().rpartition(b")")[2].split()[:4]
            if state not in b"ZX" and (
                int(session) == leader or mark in (entry / "environ").read_bytes().split(b"\0")
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return sorted(found, key=lambda pid: pid == leader)
