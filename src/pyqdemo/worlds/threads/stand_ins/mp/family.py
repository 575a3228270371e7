"""What a process knows of the others: itself, its parent, its children."""

from __future__ import annotations

import itertools
import multiprocessing
from typing import TYPE_CHECKING, Any

from pyqdemo.worlds.threads.lives import Home
from pyqdemo.worlds.threads.world import here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.stand_ins.mp.processes import Process

__all__ = ["Family", "context", "family"]


class Family:
    """What ``multiprocessing.process`` keeps in each process.

    Attributes:
        current: the process itself.
        parent: of it; None in the first one.
        children: that it has started and not yet seen to be over, in that order.
        counter: of the processes it makes, by which they are named.
        importing: the main module is being imported for a new process: it may start none.
        method: the start method that the program has set; None for the usual one.
        methods: those there are, the usual one first.
    """

    def __init__(self, home: Home, current: Process, parent: Any = None) -> None:
        self.home = home
        self.current = current
        self.parent = parent
        self.children: list[Process] = []
        self.counter = itertools.count(1)
        self.importing = False
        self.method: str | None = None
        self.methods: list[str] = multiprocessing.get_all_start_methods()
        self.methods.sort(key=lambda method: method != home.world.start_method)

    @property
    def number(self) -> int:
        """The process's pid."""
        return self.home.main.state.number


def family(home: Home | None = None) -> Family:
    """That of a process; of the calling task's, if none is given."""
    if home is None:
        home = here().home
    found: Family | None = home.scratch.get("family")
    if found is None:
        from pyqdemo.worlds.threads.stand_ins.mp.processes import MainProcess

        found = home.scratch["family"] = Family(home, MainProcess(home))
    return found


def context(method: str | None = None) -> Any:
    """The context of a start method; of None that of the program's own."""
    from pyqdemo.worlds.threads.stand_ins.mp.contexts import DEFAULT  # it needs what needs this

    return DEFAULT.get_context(method)
