"""The same seed gives the same run with simulated and with real processes, to the byte."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from both import METHODS, Both
from each_python import MINORS
from elsewhere import printed_by, python_3
from programs_alike import BESIDE, PROGRAMS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

SEEDS = {"fork": 5, "forkserver": 3, "spawn": 2}


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with Both() as found:
        yield found


def written(folder: Path, name: str) -> Path:
    for beside, text in BESIDE.items():
        (folder / beside).write_text(text, encoding="utf-8")
    program = folder / f"{name}.py"
    program.write_text(PROGRAMS[name], encoding="utf-8")
    return program


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_both_worlds_give_the_same_bytes(
    name: str, method: str, both: Both, tmp_path: Path, how_many: Callable[..., int]
) -> None:
    seeds = range(how_many(SEEDS[method], soak=100))
    both.same(written(tmp_path, name), seeds, method, "terminal")


@pytest.mark.parametrize("name", ["ends", "times", "read_lock"])
def test_they_lose_the_same_text_with_a_buffer(
    name: str, both: Both, tmp_path: Path, how_many: Callable[..., int]
) -> None:
    """Into a pipe Python writes by the block: who is ended takes its buffer along."""
    seeds = range(how_many(5, soak=100))
    runs = both.same(written(tmp_path, name), seeds, METHODS[0], "pipe")
    assert all(run.outcome is not None for run in runs)


def test_the_start_methods_differ_only_in_what_is_inherited(both: Both, tmp_path: Path) -> None:
    """``family`` uses nothing that it does not send, so the runs are equal but for the name of
    the method in each ``start``, and for what a fork inherits, which is told behind it."""
    program = written(tmp_path, "family")
    seen = set()
    for method in METHODS:
        records = both.run("real", program, seed=4, method=method).records
        lines = [line for line in records if '"operation": "inherit"' not in line]
        lines = [line.replace(f'"value": "{method}"', '"value": "?"') for line in lines]
        seen.add(re.sub('"seq": [0-9]+', "", "\n".join(lines)))
    assert len(seen) == 1


def test_another_seed_is_another_run_with_real_processes(both: Both, tmp_path: Path) -> None:
    program = written(tmp_path, "family")
    assert len({both.run("real", program, seed=seed).records for seed in range(5)}) == 5


def test_a_thousand_rounds_through_one_fork_server_leave_no_file_open(
    both: Both, tmp_path: Path, how_many: Callable[..., int]
) -> None:
    program = written(tmp_path, "family")
    both.run("real", program)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for seed in range(how_many(10, soak=1_000)):
        both.run("real", program, seed=seed)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("minor", MINORS)
def test_both_worlds_are_alike_on_every_python(
    minor: int, tmp_path: Path, how_many: Callable[..., int]
) -> None:
    other = python_3(minor)
    words = ("both.py", written(tmp_path, "queues"), how_many(3, soak=100), *METHODS)
    assert printed_by(sys.executable, *words) == printed_by(other, *words)
