"""Runs one script over the standard library and over our stand-ins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from harness import carry

from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind

__all__ = ["Script", "assert_alike", "over_ours", "over_the_library", "refused"]

Script = Callable[[Any], object]
SEEDS = range(4)


def over_the_library(script: Script, real: SimpleNamespace) -> object:
    """In a thread that is given up after 60 s: a script that hangs is no hanging test."""
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(script(real)), daemon=True)
    thread.start()
    thread.join(60)
    assert results, "the script raised or hangs over the standard library"
    return results[0]


def over_ours(script: Script, ours: SimpleNamespace, seed: int) -> object:
    results: list[object] = []
    done = carry(lambda: results.append(script(ours)), Random(seed), max_steps=100_000)
    assert done.outcome().kind is OutcomeKind.COMPLETED, (seed, done.outcome())
    return results[0]


def assert_alike(script: Script, real: SimpleNamespace, ours: SimpleNamespace) -> None:
    """The script's result is the library's over our classes too, under several seeds."""
    wanted = over_the_library(script, real)
    for seed in SEEDS:
        assert over_ours(script, ours, seed) == wanted, f"seed {seed}"


def refused(call: Callable[..., object], *given: Any, **named: Any) -> str:
    """The exception that a call raises, as text."""
    try:
        call(*given, **named)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing raised"
