"""Whoever calls ``pyqdemo.run`` is left as they were, and so is everything they use."""

from __future__ import annotations

import gc
import io
import logging
import queue
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from programs import BUSY, CROSSING
from rich.console import Console

import pyqdemo
from pyqdemo.trace import OutcomeKind, Trace


def ran(folder: Path, text: str, **wishes: object) -> Trace:
    program = folder / "program.py"
    program.write_text(text, encoding="utf-8")
    return pyqdemo.run(program, **wishes)  # type: ignore[arg-type]


def written(trace: Trace, stream: str = "stdout") -> str:
    return "".join(
        event.value or ""
        for event in trace.events
        if event.operation == "write" and event.resource == f"0/stream/{stream}"
    )


def test_nothing_in_the_real_modules_is_replaced(tmp_path: Path) -> None:
    modules = (threading, queue, time, random, sys, gc)
    before = [dict(vars(module)) for module in modules]
    ran(tmp_path, BUSY)
    ran(tmp_path, CROSSING)
    assert [dict(vars(module)) for module in modules] == before


def test_the_main_module_and_the_imported_ones_are_as_before(tmp_path: Path) -> None:
    ran(tmp_path, BUSY)
    before = dict(sys.modules)
    ran(tmp_path, BUSY)
    assert sys.modules == before


def test_a_host_thread_that_hammers_real_queues_goes_on(tmp_path: Path) -> None:
    """It moves 20,000 items while programs run, and none is lost."""
    real: queue.Queue[int] = queue.Queue(3)
    total = []

    def take() -> None:
        total.append(sum(real.get() for _ in range(20_000)))

    taker = threading.Thread(target=take)
    giver = threading.Thread(target=lambda: [real.put(1) for _ in range(20_000)])
    taker.start()
    giver.start()
    kinds = {ran(tmp_path, BUSY, seed=seed).outcome for seed in range(20)}
    giver.join()
    taker.join()
    assert total == [20_000]
    assert {outcome.kind for outcome in kinds if outcome} == {OutcomeKind.COMPLETED}


LOGGING = """
import logging, sys, threading, warnings

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(threadName)s %(message)s")

def work(number):
    for turn in range(3):
        logging.info("turn %d of %d", turn, number)
    warnings.warn("careful")

threads = [threading.Thread(target=work, args=(n,), name=f"w{n}") for n in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_a_program_that_logs_through_a_captured_stream_never_hangs(
    tmp_path: Path, how_many: Callable[..., int]
) -> None:
    for seed in range(how_many(60, soak=1_000)):
        trace = ran(tmp_path, LOGGING, seed=seed)
        assert trace.outcome is not None
        assert trace.outcome.kind is OutcomeKind.COMPLETED, seed
        lines = sorted(written(trace).splitlines())
        assert lines == sorted(f"w{n} turn {turn} of {n}" for n in range(3) for turn in range(3))


def test_a_programs_logging_and_warnings_leave_the_hosts_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, list(warnings.filters))
    ran(tmp_path, LOGGING)
    assert (list(root.handlers), root.level, list(warnings.filters)) == before
    captured = capsys.readouterr()
    assert "turn" not in captured.out + captured.err


def test_rich_prints_as_ever_while_a_program_runs(tmp_path: Path) -> None:
    out = io.StringIO()
    console = Console(file=out, width=40)
    threads = [threading.Thread(target=lambda: console.print("[b]host[/b]")) for _ in range(5)]
    for thread in threads:
        thread.start()
        ran(tmp_path, BUSY)
    for thread in threads:
        thread.join()
    assert out.getvalue() == "host\n" * 5


def test_a_program_may_itself_call_pyqdemo(tmp_path: Path) -> None:
    inner = tmp_path / "inner.py"
    inner.write_text(CROSSING, encoding="utf-8")
    text = f"""
import threading, pyqdemo

def look(seed, found):
    found[seed] = str(pyqdemo.run({str(inner)!r}, seed=seed).outcome.kind)

found = {{}}
threads = [threading.Thread(target=look, args=(seed, found)) for seed in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print([found[seed] for seed in range(4)])
"""
    expected = [str(pyqdemo.run(inner, seed=seed).outcome.kind) for seed in range(4)]  # type: ignore[union-attr]
    trace = ran(tmp_path, text, seed=3)
    assert trace.outcome is not None
    assert trace.outcome.kind is OutcomeKind.COMPLETED, written(trace, "stderr")
    assert written(trace) == f"{expected}\n"


def test_import_module_gives_a_program_the_stand_ins_too(tmp_path: Path) -> None:
    text = """
import importlib, threading
also = importlib.import_module("threading")
lock = also.Lock()
with lock:
    print(also.current_thread() is threading.current_thread())
"""
    trace = ran(tmp_path, text)
    assert written(trace) == "True\n"
    assert [event.operation for event in trace.events if event.resource == "0/lock/1"] == [
        "acquire",
        "release",
    ]


def test_two_host_threads_may_run_programs_at_once(tmp_path: Path) -> None:
    program = tmp_path / "busy.py"
    program.write_text(BUSY, encoding="utf-8")
    expected = [pyqdemo.run(program, seed=seed) for seed in range(8)]
    found: dict[int, Trace] = {}

    def look(seeds: range) -> None:
        for seed in seeds:
            found[seed] = pyqdemo.run(program, seed=seed)

    threads = [threading.Thread(target=look, args=(range(n, 8, 2),)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[seed] for seed in range(8)] == expected


def test_many_runs_leave_nothing_behind(tmp_path: Path, how_many: Callable[..., int]) -> None:
    """Objects, threads and modules are as many after the last runs as after the first."""
    program = tmp_path / "busy.py"
    program.write_text(BUSY + "\n" + CROSSING, encoding="utf-8")

    def left(runs: int) -> tuple[int, int, int]:
        for seed in range(runs):
            pyqdemo.run(program, seed=seed)
        gc.collect()
        return len(gc.get_objects()), threading.active_count(), len(sys.modules)

    first, last = left(20), left(how_many(100, soak=10_000))
    # A few objects more or less are caches of the interpreter's own.
    assert last[0] - first[0] < 200
    assert last[1:] == first[1:]
