"""How the processes of a run and the coordinator find each other, and how one is watched.

A process says hello on a socket in a folder that only its user may enter, with a token that
only the coordinator's own processes were told. Linux is tested; macOS is not, and Windows has
no such sockets in Python.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator

from pyqdemo.worlds.processes.wire import MOST, Wire

__all__ = ["Listener", "Watched", "connect"]

_HELLO_BYTES = 4096
_PATIENCE_S = 5.0  # with a stranger that does not speak
_MOST_STRANGERS = 64
_TICK_S = 0.01  # between looks whether the awaited process lives
_PATH_BYTES = 100  # of a socket's address; systems allow 104 or 108


class Listener:
    """The coordinator's ear: a socket in a scratch folder of its own, until ``close``.

    Attributes:
        folder: the scratch folder; its name tells whose it is, should we be killed.
        address: of the socket.
        token: what a process must say to be let in.
    """

    def __init__(self) -> None:
        import tempfile  # only the coordinator needs it

        self.folder = tempfile.mkdtemp(prefix=f"pyqdemo-{os.getpid()}-")
        self.address = os.path.join(self.folder, "s")
        self.token = os.urandom(16).hex()
        self._strangers: dict[Wire, float] = {}  # who has not spoken yet, and since when
        self._waiting: dict[str, Wire] = {}  # who has said hello, by task
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _short(self.address) as address:
            self._socket.bind(address)
        self._socket.listen(128)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def accept(self, task: str, deadline: float, alive: Callable[[], bool]) -> Wire | None:
        """The wire of the process that said hello for that task; it is kept if it came before.

        Args:
            deadline: of ``time.monotonic()``.
            alive: whether that process lives; asked every few milliseconds.

        Returns:
            None when it has died, or when the deadline has passed, without a hello.
        """
        while task not in self._waiting:
            lives = alive() and time.monotonic() < deadline
            self._listen(_TICK_S if lives else 0.0)  # a last word comes before the end
            if not lives:
                break
        return self._waiting.pop(task, None)

    def _listen(self, timeout_s: float) -> None:
        """Hears whoever comes or speaks within that time."""
        strangers = self._strangers
        poll = select.poll()
        for descriptor in (self.fileno(), *(wire.fileno() for wire in strangers)):
            poll.register(descriptor, select.POLLIN)
        if self.fileno() in dict(poll.poll(timeout_s * 1000)):
            self._let_in()
        for wire in list(strangers):
            self._hear(wire)
        now = time.monotonic()
        for wire, since in list(strangers.items()):
            if now - since > _PATIENCE_S or len(strangers) > _MOST_STRANGERS:
                del strangers[wire]
                wire.close()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):  # who has called may be gone again
            while True:
                wire = Wire(self._socket.accept()[0], _HELLO_BYTES, guarded=False)
                self._strangers[wire] = time.monotonic()

    def _hear(self, wire: Wire) -> None:
        """Takes a hello. Whoever says anything else is shown out."""
        try:
            if not wire.poll(0):
                return
            match wire.receive():
                case (["hello", self.token, str(task)], None):
                    wire.most = MOST
                    if task in self._waiting:
                        self._waiting.pop(task).close()
                    self._waiting[task] = wire
                case _:
                    wire.close()
        except (EOFError, OSError, ValueError, RecursionError):
            wire.close()
        del self._strangers[wire]

    def forget(self) -> None:
        """Closes the wires of all that said hello and were not asked for: a run is over."""
        for wire in (*self._strangers, *self._waiting.values()):
            wire.close()
        self._strangers.clear()
        self._waiting.clear()

    def close(self) -> None:
        """Closes everything and removes the folder. Closing again does nothing."""
        self.forget()
        self._socket.close()
        from shutil import rmtree

        rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(address: str, token: str, task: str) -> Wire:
    """Says hello to the coordinator for a task of this process.

    Raises:
        EOFError: the coordinator is gone.
    """
    end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    end.setblocking(True)
    try:
        with _short(address) as short:
            end.connect(short)
    except (ConnectionRefusedError, FileNotFoundError):
        end.close()
        raise EOFError("the coordinator is gone") from None
    wire = Wire(end)
    wire.send(["hello", token, task])
    return wire


class Watched:
    """A process that is known by its number, and by a handle of it where there are such.

    With a handle (Linux) a signal never hits another process that was given the same number
    later. It must be made while the process lives, or before it has been reaped.

    Attributes:
        pid: its number.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle: int | None = None
        self._gone = False
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:
            self._gone = True
        except (AttributeError, OSError):
            pass

    def signal(self, number: int) -> bool:
        """Sends a signal; whether the process was still there to get it."""
        if self.gone(0.0):
            return False
        try:
            if self._handle is None:
                os.kill(self.pid, number)
            else:
                signal.pidfd_send_signal(self._handle, number)
        except ProcessLookupError:
            return False
        return True

    def gone(self, timeout_s: float) -> bool:
        """Whether the process has ended within that time; its parent may not know it yet."""
        deadline = time.monotonic() + timeout_s
        while not self._gone:
            left = deadline - time.monotonic()
            if self._handle is not None:
                poll = select.poll()
                poll.register(self._handle, select.POLLIN)
                self._gone = bool(poll.poll(max(0.0, left) * 1000))
            else:
                try:
                    os.kill(self.pid, 0)
                except ProcessLookupError:
                    self._gone = True
                else:
                    time.sleep(max(0.0, min(left, _TICK_S)))
            if left <= 0:
                break
        return self._gone

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextlib.contextmanager
def _short(address: str) -> Iterator[str]:
    """The same address, short enough for the system; Linux only, elsewhere as it is."""
    if len(os.fsencode(address)) <= _PATH_BYTES or not hasattr(os, "O_PATH"):
        yield address
        return
    place, name = os.path.split(address)
    folder = os.open(place, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{name}"
    finally:
        os.close(folder)
