"""One program in both worlds: what happened, as far as it must be the same.

Run as a program it compares them under another Python and prints a digest:
``python both.py PROGRAM SEEDS METHOD...``.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from pyqdemo.codec import encode_record
from pyqdemo.errors import PyqdemoError
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import carry, program_for
from pyqdemo.kernel.execution import Written
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.point import Strategy
from pyqdemo.strategies.random import Random
from pyqdemo.trace import Outcome
from pyqdemo.worlds.processes.grounds import Grounds
from pyqdemo.worlds.processes.leftovers import marked
from pyqdemo.worlds.start_methods import start_methods
from pyqdemo.worlds.threads.carriers import Carriers

__all__ = ["METHODS", "Both", "Ran"]

METHODS: tuple[str, ...] = tuple(start_methods())


@dataclass(frozen=True)
class Ran:
    """A run that is over.

    Attributes:
        records: tasks, resources and events in their order, each as a line of a trace.
        outcome: None for a run that was refused.
        refused: the sentence, of one that was refused.
        output: what was written, by whom.
        files: names of the program's files.
    """

    records: tuple[str, ...]
    outcome: Outcome | None
    refused: str | None
    output: tuple[Written, ...]
    files: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.output)


class Both:
    """Where runs take place, in both worlds; as a context manager it leaves nothing behind.

    Args:
        patience_s: as of ``Grounds``.
    """

    def __init__(self, patience_s: float | None = None) -> None:
        self.real = Grounds() if patience_s is None else Grounds(patience_s=patience_s)
        self._simulated = Carriers(pinned=True)

    def run(
        self,
        world: str,
        program: Path,
        *,
        seed: int = 0,
        method: str | None = None,
        stdout: str = "terminal",
        max_steps: int = 20_000,
        strategy: Strategy | None = None,
    ) -> Ran:
        """One run in one of the worlds."""
        plan = Plan(
            program=program,
            seed=seed,
            world=world,
            start_method=method,
            stdout=stdout,
            limits=Limits(max_steps),
        )
        loaded, log = program_for(plan), Log()
        ground = self.real if world == "real" else self._simulated
        try:
            execution = carry(loaded, plan, strategy or Random(seed), ground, log)
        except PyqdemoError as refused:
            return Ran((), None, str(refused), (), ())
        return Ran(
            tuple(encode_record(record) for record in log.records),
            execution.outcome(),
            None,
            tuple(execution.output),
            tuple(file.name for file in loaded.files),
        )

    def same(self, program: Path, seeds: Iterable[int], method: str, stdout: str) -> list[Ran]:
        """Runs it in both worlds under each seed; fails where they differ, gives the runs."""
        runs = []
        for seed in seeds:
            simulated, real = (
                self.run(world, program, seed=seed, method=method, stdout=stdout)
                for world in ("simulated", "real")
            )
            where = f"{program.name}, seed {seed}, {method}, stdout a {stdout}"
            for one, other in zip(simulated.records, real.records, strict=False):
                assert one == other, where
            assert simulated == real, where
            assert self.left() == [], where
            runs.append(real)
        return runs

    def left(self) -> list[int]:
        """The processes of a run that is over, but for the fork server."""
        folder = self.real.folder
        found = [] if folder is None else marked(folder)
        return [pid for pid in found if pid != self.real.fork_server]

    def __enter__(self) -> Both:
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


def digest(runs: Iterable[Ran]) -> str:
    made = hashlib.sha256()
    for run in runs:
        for line in (*run.records, encode_record(run.outcome) if run.outcome else ""):
            made.update(line.encode("utf-8", "surrogatepass"))
    return made.hexdigest()


if __name__ == "__main__":
    with Both() as both:
        for method in sys.argv[3:]:
            seeds = range(int(sys.argv[2]))
            print(method, digest(both.same(Path(sys.argv[1]), seeds, method, "terminal")))
