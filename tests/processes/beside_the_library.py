"""One program by the bare library and under control, with simulated and with real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pyqdemo
from pyqdemo.trace import Outcome, OutcomeKind, Trace

__all__ = ["METHODS", "both", "ended", "native", "print_alike", "printed_by_each_method"]

METHODS = ("fork", "spawn")


def native(program: Path) -> str:
    """What a program prints without us."""
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def both(program: Path, method: str, seed: int) -> Trace:
    """Its run with simulated processes, which has the events of that with real ones."""
    simulated, real = (
        pyqdemo.run(program, seed=seed, world=world, start_method=method)
        for world in ("simulated", "real")
    )
    assert simulated.events == real.events, f"seed {seed}, {method}"
    assert simulated.outcome == real.outcome
    return simulated


def ended(trace: Trace) -> Outcome:
    """The outcome, which a run that is over has."""
    assert trace.outcome is not None
    return trace.outcome


def print_alike(program: Path, method: str, seeds: Iterable[int]) -> None:
    """Fails unless under each seed it prints what it prints natively, and ends by itself."""
    printed = native(program)
    for seed in seeds:
        trace = both(program, method, seed)
        assert (trace.printed(), trace.printed("stderr")) == (printed, ""), f"seed {seed}, {method}"
        assert ended(trace).kind is OutcomeKind.COMPLETED
        assert ended(trace).uncontrolled == ()


def printed_by_each_method(program: Path, seed: int) -> set[str]:
    """What it prints with simulated processes, for each start method."""
    return {
        pyqdemo.run(program, seed=seed, world="simulated", start_method=method).printed()
        for method in METHODS
    }
