"""What a process of the program is, beside its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.texts import Addresses

if TYPE_CHECKING:
    from pyqdemo.kernel.tasks import Task

__all__ = ["FIRST_NUMBER", "ProcessState"]

FIRST_NUMBER = 1_001  # the program's first process; the others follow as they are started


class ProcessState:
    """What belongs to a whole process. Its main task keeps it.

    Attributes:
        number: what the program sees as its pid.
        method: its start method; None for the first process.
        parent: main task of the process that started it; None for the first one.
        alive: until it has ended, in whatever way.
        reaped: it has ended, and its parent has seen that: nobody can send it a signal any more.
        exit_code: once it has ended; below 0 the signal that ended it.
        on_sigterm: ``default``, ``ignore`` or ``handle``.
        ends: pipe ends by id, with how many handles of each it holds.
        buffers: what waits for a feeder, by the queue's id.
        unwritten: what the buffers of its streams hold, by the stream's id.
        tidy: puts numbers in the place of addresses in a text: they are the process's own.
        ahead: what that would make of a text that is not written yet.
    """

    __slots__ = (
        "ahead",
        "alive",
        "buffers",
        "ends",
        "exit_code",
        "method",
        "number",
        "on_sigterm",
        "parent",
        "reaped",
        "tidy",
        "unwritten",
    )

    def __init__(
        self,
        number: int = FIRST_NUMBER,
        method: str | None = None,
        parent: Task | None = None,
    ) -> None:
        self.number = number
        self.method = method
        self.parent = parent
        self.alive = True
        self.reaped = False
        self.exit_code: int | None = None
        self.on_sigterm = "default"
        self.ends: dict[str, int] = {}
        self.buffers: dict[str, Any] = {}
        self.unwritten: dict[str, list[str]] = {}
        addresses = Addresses()
        self.tidy, self.ahead = addresses.tidy, addresses.ahead
