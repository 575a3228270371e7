"""The same seed, the same run: in this process, in another, and on another Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from each_python import MINORS, candidates, works
from programs import BUSY, CROSSING
from same import digest

import pyqdemo
from pyqdemo.codec import read_trace, write_trace
from pyqdemo.errors import PyqdemoError
from pyqdemo.schedule import schedule_of
from pyqdemo.trace import OutcomeKind, Trace

SOURCE = Path(pyqdemo.__file__).parent.parent
HERE = Path(__file__).parent


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    program = tmp_path / "busy.py"
    program.write_text(BUSY, encoding="utf-8")
    return program


def crossing(folder: Path) -> Path:
    program = folder / "crossing.py"
    program.write_text(CROSSING, encoding="utf-8")
    return program


def first_deadlock(program: Path) -> Trace:
    """Under random schedules about half of the seeds deadlock."""
    for seed in range(40):
        trace = pyqdemo.run(program, seed=seed)
        if trace.outcome is not None and trace.outcome.kind is OutcomeKind.DEADLOCK:
            return trace
    raise AssertionError("no seed of 0 to 39 deadlocks")


def elsewhere(python: Path | str, program: Path, last: int) -> str:
    """The digest as another process makes it, with a random hash seed."""
    environ = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "random"}
    command = [str(python), str(HERE / "same.py"), str(program), "0", str(last)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_same_seed_gives_an_equal_trace(busy: Path) -> None:
    assert pyqdemo.run(busy, seed=7) == pyqdemo.run(busy, seed=7)


def test_another_seed_gives_another_run(busy: Path) -> None:
    assert len({schedule_of(pyqdemo.run(busy, seed=seed)).choices for seed in range(10)}) == 10


def test_two_hundred_runs_are_the_same_in_a_process_with_other_hashes(
    busy: Path, how_many: Callable[..., int]
) -> None:
    last = how_many(200, soak=2_000)
    assert elsewhere(sys.executable, busy, last) == digest(busy, range(last))


@pytest.mark.parametrize("minor", MINORS)
def test_two_hundred_runs_are_the_same_on_every_python(minor: int, busy: Path) -> None:
    found = [python for python in candidates(minor) if works(python, minor)]
    if not found:
        pytest.skip(f"no CPython 3.{minor} here")
    assert elsewhere(found[0], busy, 200) == digest(busy, range(200))


@pytest.mark.parametrize("strategy", ["random", "pct", "round-robin"])
@pytest.mark.parametrize("sleeps", ["strict", "loose"])
def test_a_replay_is_an_equal_trace(strategy: str, sleeps: str, busy: Path) -> None:
    trace = pyqdemo.run(busy, seed=3, strategy=strategy, sleeps=sleeps)
    assert pyqdemo.replay(trace, busy) == trace


def test_a_trace_that_was_saved_and_read_back_replays_equally(busy: Path, tmp_path: Path) -> None:
    trace = pyqdemo.run(busy, seed=5)
    records = (*trace.tasks, *trace.resources, *trace.events)
    write_trace(tmp_path / "run.jsonl", trace.header, records, trace.outcome)
    again = pyqdemo.replay(read_trace(tmp_path / "run.jsonl"), busy)
    assert again == trace


def test_a_deadlock_is_found_by_some_seed_and_replayed(tmp_path: Path) -> None:
    program = crossing(tmp_path)
    trace = first_deadlock(program)
    assert trace.outcome is not None
    assert {(w.task, w.resource, w.holders) for w in trace.outcome.waits} >= {
        ("0.1", "0/lock/2", ("0.2",)),
        ("0.2", "0/lock/1", ("0.1",)),
    }
    assert pyqdemo.replay(trace, program) == trace


def test_a_run_that_was_stopped_by_a_bound_replays_to_the_same_place(busy: Path) -> None:
    for bound in ({"max_steps": 17}, {"for_s": 0.3}, {"stop_after": 3}):
        trace = pyqdemo.run(busy, seed=1, **bound)
        assert trace.outcome is not None
        assert trace.outcome.kind in (OutcomeKind.STEP_BOUND, OutcomeKind.TIME_BOUND)
        assert pyqdemo.replay(trace, busy) == trace


def test_a_changed_program_is_refused_by_its_name(busy: Path) -> None:
    trace = pyqdemo.run(busy, seed=1)
    busy.write_text(BUSY + "\n# another\n", encoding="utf-8")
    with pytest.raises(PyqdemoError) as refused:
        pyqdemo.replay(trace, busy)
    assert refused.value.facts["file"] == "busy.py"


def test_a_changed_program_can_be_forced_and_stops_where_it_differs(busy: Path) -> None:
    trace = pyqdemo.run(busy, seed=1)
    busy.write_text(BUSY.replace("range(4)", "range(1)"), encoding="utf-8")
    with pytest.raises(PyqdemoError) as refused:
        pyqdemo.replay(trace, busy, force=True)
    assert set(refused.value.facts) >= {"step", "wanted", "enabled"}


def test_a_native_trace_is_not_replayed(busy: Path) -> None:
    from pyqdemo.trace import Control

    trace = pyqdemo.run(busy, seed=1)
    native = replace(trace, header=replace(trace.header, control=Control.NATIVE))
    with pytest.raises(PyqdemoError, match="native"):
        pyqdemo.replay(native, busy)


def test_an_hour_of_sleep_is_sixty_steps(tmp_path: Path) -> None:
    """A step for each minute, one to begin, one to end and one to exit: no step waits."""
    program = tmp_path / "sleeper.py"
    program.write_text("import time\nfor _ in range(60):\n    time.sleep(60)\n", encoding="utf-8")
    trace = pyqdemo.run(program)
    assert len(schedule_of(trace).choices) == 60 + 3
    assert trace.outcome is not None
    assert trace.outcome.ended_ns == 3_600_000_000_000


def cooks() -> None:
    """A program as a function of a module."""
    import queue
    import threading

    line: queue.Queue[int] = queue.Queue()
    thread = threading.Thread(target=lambda: line.put(1))
    thread.start()
    assert line.get() == 1
    thread.join()


def test_a_function_runs_under_control_in_its_module_loaded_afresh() -> None:
    trace = pyqdemo.run(cooks, seed=2)
    assert trace.outcome is not None
    assert trace.outcome.kind is OutcomeKind.COMPLETED
    assert [event.operation for event in trace.events].count("put") == 1
    assert pyqdemo.replay(trace, cooks) == trace


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"seed": 2**63},
        {"seed": "7"},
        {"strategy": "best"},
        {"sleeps": "long"},
        {"max_steps": 0},
        {"for_s": 0},
        {"stop_after": 0},
        {"strategy": "pct", "depth": 0},
    ],
    ids=str,
)
def test_what_no_run_may_ask_for_is_refused(wrong: dict[str, object], busy: Path) -> None:
    with pytest.raises(PyqdemoError):
        pyqdemo.run(busy, **wrong)  # type: ignore[arg-type]
