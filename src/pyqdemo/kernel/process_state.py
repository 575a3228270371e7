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
        alive: until it has ended, in whatever way.
        exit_code: once it has ended; below 0 the signal that ended it.
        on_sigterm: ``default``, ``ignore`` or ``handle``.
        ends: pipe ends by id, with how many handles of each it holds.
        buffers: what waits for a feeder, by the queue's id.
        feeders: the feeder's task, by the queue's id.
        unwritten: what its stdout buffer holds.
        tidy: puts numbers in the place of addresses in a text: they are the process's own.
    """

    __slots__ = (
        "alive",
        "buffers",
        "ends",
        "exit_code",
        "feeders",
        "method",
        "number",
        "on_sigterm",
        "tidy",
        "unwritten",
    )

    def __init__(self, number: int = FIRST_NUMBER, method: str | None = None) -> None:
        self.number = number
        self.method = method
        self.alive = True
        self.exit_code: int | None = None
        self.on_sigterm = "default"
        self.ends: dict[str, int] = {}
        self.buffers: dict[str, Any] = {}
        self.feeders: dict[str, Task] = {}
        self.unwritten: list[str] = []
        self.tidy = Addresses().tidy
