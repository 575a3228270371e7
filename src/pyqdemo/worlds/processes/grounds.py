"""Where runs with real processes take place: one after the other, from one fork server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.point import Strategy
from pyqdemo.worlds.processes.channels import Listener
from pyqdemo.worlds.processes.coordinator import Coordinator, RealExecution
from pyqdemo.worlds.processes.nursery import Nursery

__all__ = ["Grounds"]

_ENGINE = ("pyqdemo.worlds.processes.entering",)


class Grounds:
    """A listener and a fork server with the engine loaded, for any number of runs.

    As a context manager it ends every process.

    Raises:
        RunError: the fork server could not be started.
    """

    def __init__(self) -> None:
        self._listener = Listener()
        try:
            self._nursery = Nursery(self._listener.folder, _ENGINE)
        except BaseException:
            self._listener.close()
            raise

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
        coordinator = Coordinator(
            execution,
            self._nursery,
            self._listener,
            facts,
            tick=tick,
            asked_to_stop=asked_to_stop,
        )
        coordinator.run()
        return tuple(coordinator.files)

    def __enter__(self) -> Grounds:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._nursery.close()
        self._listener.close()
