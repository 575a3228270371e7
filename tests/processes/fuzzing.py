"""One random program under all that must not matter: the world, the run, the replay, the log.

Run as a program it prints a digest for each seed: ``python fuzzing.py FIRST LAST METHOD...``.
"""

from __future__ import annotations

import hashlib
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from fuzz_programs import wild
from two_worlds import Worlds, planned

from pyqdemo.codec import encode_record
from pyqdemo.errors import PyqdemoError
from pyqdemo.executing.carrying import program_for
from pyqdemo.kernel.execution import Execution, Written
from pyqdemo.kernel.log import Log
from pyqdemo.point import Strategy
from pyqdemo.strategies.replay import Replay
from pyqdemo.trace import Outcome, Record

__all__ = ["Fuzzed", "Told", "within"]

MAX_STEPS = 3_000
AT_MOST_S = 30.0  # for one run; the longest here takes a second


@dataclass(frozen=True)
class Told:
    """All that was told of a run.

    Attributes:
        refused: the sentence, of a run that was refused; everything else is empty then.
        records: None where nobody kept a log.
    """

    refused: str | None
    choices: tuple[str, ...] = ()
    output: tuple[Written, ...] = ()
    outcome: Outcome | None = None
    records: tuple[Record, ...] | None = None

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.output if each.stream == "stdout")

    def bare(self) -> Told:
        """What is told without a log, too: no records, and not where anybody stands."""
        outcome = self.outcome
        if outcome is not None:
            waits = tuple(replace(wait, location=None) for wait in outcome.waits)
            outcome = replace(outcome, waits=waits)
        return Told(self.refused, self.choices, self.output, outcome)

    def lines(self) -> Iterator[str]:
        """All of it as text; how a traceback looks is each Python's own."""
        yield self.refused or ""
        yield " ".join(self.choices)
        yield self.text
        for record in (*(self.records or ()), *([self.outcome] if self.outcome else ())):
            line = encode_record(record)
            yield line.partition('"value"')[0] if "stream/stderr" in line else line


class Fuzzed(Worlds):
    """Both worlds, and the comparison of all that must give the same run."""

    def run(
        self,
        world: str,
        program: Path,
        seed: int,
        method: str,
        stdout: str = "terminal",
        strategy: Strategy | None = None,
        *,
        logged: bool = True,
    ) -> Told:
        """One run in one of the worlds.

        Raises:
            TimeoutError: it did not come to its end within ``AT_MOST_S``.
        """
        plan = planned(world, program, seed, method, stdout, MAX_STEPS)
        log = Log() if logged else None
        try:
            with within(AT_MOST_S):
                execution = self.carry(program_for(plan), plan, strategy, log)
        except PyqdemoError as refused:
            return Told(str(refused))
        return _told(execution, log)

    def check(self, program: Path, seed: int, method: str, stdout: str) -> Told:
        """Fails unless everything of the list above gives the same run; gives that run."""
        where = f"{program}, seed {seed}, {method}, stdout a {stdout}"
        first = self.run("simulated", program, seed, method, stdout)
        real = self.run("real", program, seed, method, stdout)
        for one, other in zip(first.records or (), real.records or (), strict=False):
            assert one == other, f"simulated, then real: {where}"
        assert first == real, f"simulated, then real: {where}"
        assert self.left() == [], where
        for world in ("simulated", "real"):
            again = self.run(world, program, seed, method, stdout)
            assert again == first, f"again, {world}: {where}"
            bare = self.run(world, program, seed, method, stdout, logged=False)
            assert bare.bare() == first.bare(), f"without a log, {world}: {where}"
            if first.refused is None:
                strategy = Replay(first.choices)
                replayed = self.run(world, program, seed, method, stdout, strategy)
                # The recorded one stopped at its own bound, where the choices are used up too.
                assert replayed == first, f"replayed, {world}: {where}"
            assert self.left() == [], f"{world}: {where}"
        return first


def _told(execution: Execution, log: Log | None) -> Told:
    return Told(
        None,
        tuple(execution.choices),
        tuple(execution.output),
        execution.outcome(),
        None if log is None else tuple(log.records),
    )


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TimeoutError in the main thread where what is inside takes longer."""

    def over(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not over within {seconds} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def digests(seeds: Iterable[int], methods: Iterable[str], folder: Path) -> Iterator[str]:
    """Of the run of each program with real processes, a line."""
    with Fuzzed() as fuzzed:
        for seed in seeds:
            program = folder / f"wild{seed}.py"
            program.write_text(wild(seed), encoding="utf-8")
            for method in methods:
                told = "\n".join(fuzzed.run("real", program, seed, method).lines())
                made = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
                yield f"{seed} {method} {made}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        span = range(int(sys.argv[1]), int(sys.argv[2]))
        for line in digests(span, sys.argv[3:], Path(name)):
            print(line)
