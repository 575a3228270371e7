"""Where runs with real processes take place: one after the other, from one fork server."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from pyqdemo.errors import PyqdemoError, RunError
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.point import Strategy
from pyqdemo.worlds.pinning import Pinned
from pyqdemo.worlds.processes.coordinator import Coordinator, RealExecution
from pyqdemo.worlds.processes.fork_server import ENTRY, ForkServer
from pyqdemo.worlds.processes.nursery import NurseryLost
from pyqdemo.worlds.threads.minder import PATIENCE_S

__all__ = ["Grounds"]


class Grounds:
    """A listener and a fork server with the engine loaded, for any number of runs.

    As a context manager it ends every process.

    Args:
        entry: name of the module in which a process of the program begins; it has functions
            ``first`` and ``further``, which get the coordinator's address, its token and the
            id of the process's main task, and ``read``, which gets what ``facts`` has as
            ``program`` and reads that before the fork.
        patience_s: real seconds that one step of a task may take.
        server: that was started before for the same entry, and is ended here too.

    Raises:
        RunError: the fork server could not be started.
    """

    def __init__(
        self,
        entry: str = ENTRY,
        patience_s: float = PATIENCE_S,
        server: ForkServer | None = None,
    ) -> None:
        self._entry = entry
        self._patience_s = patience_s
        self._server: ForkServer | None = ForkServer(entry) if server is None else server

    @property
    def folder(self) -> str | None:
        """The scratch folder: its name marks every process, in its environment."""
        return None if self._server is None else self._server.listener.folder

    @property
    def fork_server(self) -> int | None:
        """The fork server's number; None when it has died, and the next run starts one."""
        return None if self._server is None else self._server.nursery.pid

    @staticmethod
    def execution(strategy: Strategy, limits: Limits, log: Log | None) -> Execution:
        """What decides in one run."""
        return RealExecution(strategy, limits, log)

    def run(
        self,
        execution: Execution,
        facts: Mapping[str, Any],
        tick: Callable[[], None] | None = None,
        asked_to_stop: Callable[[], str | None] | None = None,
    ) -> tuple[str, ...]:
        """One run, to its end; gives the names of the program's files that were imported.

        Args and Raises: as ``Coordinator``.
        """
        assert isinstance(execution, RealExecution), "made here"
        if self._server is None:
            self._server = ForkServer(self._entry)
        listener, nursery = self._server.listener, self._server.nursery
        # A hello of the run before may still lie in the line, of a process that is dead.
        listener.token = os.urandom(16).hex()
        facts = {**facts, "patience_s": self._patience_s}
        coordinator = Coordinator(
            execution,
            nursery,
            listener,
            self._entry,
            facts,
            tick=tick,
            asked_to_stop=asked_to_stop,
        )
        try:
            with Pinned():
                coordinator.run()
        except NurseryLost:
            self.dismiss()
            raise RunError("cannot_start", reason="the fork server has died") from None
        except PyqdemoError:
            raise
        except BaseException:
            self.dismiss()  # whatever was under way with it, is so still
            raise
        if coordinator.bereft:
            self.dismiss()
        return coordinator.files

    def dismiss(self) -> None:
        """Ends everything; the next run begins with another fork server."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def __enter__(self) -> Grounds:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.dismiss()
