"""Where a program runs under control in either world, and what is left when it has run."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import carry
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.point import Strategy
from pyqdemo.strategies.random import Random
from pyqdemo.worlds.processes.grounds import Grounds
from pyqdemo.worlds.processes.leftovers import marked
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.programs import Program

__all__ = ["Worlds", "planned"]


def planned(
    world: str, program: Path, seed: int, method: str | None, stdout: str, max_steps: int
) -> Plan:
    """The plan of a run in one of the worlds."""
    return Plan(
        program=program,
        seed=seed,
        world=world,
        start_method=method,
        stdout=stdout,
        limits=Limits(max_steps),
    )


class Worlds:
    """Where runs take place, in both worlds; as a context manager it leaves nothing behind.

    Args:
        patience_s: as of ``Grounds``.
    """

    def __init__(self, patience_s: float | None = None) -> None:
        self.real = Grounds() if patience_s is None else Grounds(patience_s=patience_s)
        self._simulated = Carriers(pinned=True)

    def carry(
        self, program: Program, plan: Plan, strategy: Strategy | None, log: Log | None
    ) -> Execution:
        """One run, in the plan's world; without a strategy its choices are drawn from its seed."""
        ground = self.real if plan.world == "real" else self._simulated
        return carry(program, plan, strategy or Random(plan.seed), ground, log)

    def left(self) -> list[int]:
        """The processes of a run that is over, but for the fork server."""
        folder = self.real.folder
        found = [] if folder is None else marked(folder)
        return [pid for pid in found if pid != self.real.fork_server]

    def __enter__(self) -> Self:
        self._simulated.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._simulated.__exit__(kind, error, trace)
        self.real.__exit__(kind, error, trace)
