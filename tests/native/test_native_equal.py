"""A watched program behaves as it does bare: the same lines and tracebacks, the same exit code."""

from __future__ import annotations

import pytest
from watching import bare, watch

CALLS = (
    ("queues_of_threads.py",),
    ("queues_of_processes.py",),
    ("pipes.py",),
    ("locks.py", "threading"),
    ("locks.py", "multiprocessing"),
    ("kinds_of_tasks.py",),
    ("orders.py",),
    ("own_queues.py",),
    ("patching.py",),
    ("endings.py", "text"),
    ("endings.py", "three"),
    ("endings.py", "raise"),
    ("endings.py", "thread"),
    ("endings.py", "child"),
    ("endings.py", "none"),
    ("streams.py",),
    ("as_main.py", "one", "--two"),
)


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_a_program_prints_and_returns_watched_what_it_does_bare(call: tuple[str, ...]) -> None:
    alone, seen = bare(*call), watch(*call)
    assert (seen.stdout, seen.stderr) == (alone.stdout, alone.stderr)
    assert seen.outcome.exit_code == alone.returncode
