"""A process of the program as the coordinator sees it, and how it is going with it."""

from __future__ import annotations

from typing import Any

from pyqdemo.kernel.tasks import Task
from pyqdemo.worlds.processes.channels import Watched
from pyqdemo.worlds.processes.wire import ChannelLost, Wire

__all__ = ["Peer"]


class Peer:
    """A process of the program.

    Args:
        main: its main task.
        parent: the process that made it as a copy of itself; None where the nursery bore it.

    Attributes:
        begin: what it is sent when it has said hello, for one that begins anew.
        wire: the line to it; None until it has said hello, and when it is gone.
        watched: the process; None until its number is known.
    """

    def __init__(self, main: Task, parent: Peer | None) -> None:
        self.main = main
        self.parent = parent
        self.begin: tuple[Any, bytes] | None = None
        self.wire: Wire | None = None
        self.watched: Watched | None = None

    def lives(self) -> bool:
        """Whether it may still say something. Before its number is known, its parent, which
        is about to tell that, has to live for it."""
        if self.watched is not None:
            return not self.watched.gone(0.0)
        return self.parent is None or self.parent.lives()

    def say(self, message: list[Any], payload: bytes | None = None) -> bool:
        """Tells it something; whether that could be."""
        try:
            if self.wire is not None:
                self.wire.send(message, payload)
                return True
        except (EOFError, ChannelLost):
            pass
        return False

    def stopped(self) -> bool:
        """Whether it stands still, by a SIGSTOP; known on Linux only."""
        if self.watched is None:
            return False
        try:
            with open(f"/proc/{self.watched.pid}/stat", "rb") as file:
                return file.read().rpartition(b")")[2].split()[0] in (b"T", b"t")
        except OSError:
            return False
