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

from two_worlds import Worlds, planned

from pyqdemo.codec import encode_record
from pyqdemo.errors import PyqdemoError
from pyqdemo.executing.carrying import program_for
from pyqdemo.kernel.execution import Written
from pyqdemo.kernel.log import Log
from pyqdemo.point import Strategy
from pyqdemo.trace import Outcome
from pyqdemo.worlds.start_methods import start_methods

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


class Both(Worlds):
    """Both worlds, and the comparison of a program's runs in them."""

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
        plan = planned(world, program, seed, method, stdout, max_steps)
        loaded, log = program_for(plan), Log()
        try:
            execution = self.carry(loaded, plan, strategy, log)
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
