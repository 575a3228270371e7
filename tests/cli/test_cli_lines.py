"""``--granularity line``: the lost update, on demand and once more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

LOST = "counter --as-published --times 1 --granularity line --seed 182"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is an empty one."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("lang", "told"), [("en", "   line by line   "), ("zh", "   逐行轮换   ")])
def test_the_flaw_of_the_counter_is_a_lost_update(lang: str, told: str, typed: Callable) -> None:
    """Two threads count once each. The program's own assert fails, so the exit code is 1."""
    answer = typed("counter --as-published --flaw lost_update", lang=lang)
    assert answer.code == 1
    assert answer.out.startswith("expected 2, counted 1, lost 1\n")
    assert told in answer.out
    assert answer.out.splitlines()[-1].endswith(f"pyqdemo {LOST}")


def test_by_operations_the_same_seed_loses_nothing(typed: Callable) -> None:
    answer = typed(LOST.replace("line", "operation"))
    assert (answer.code, answer.out.splitlines()[0]) == (0, "expected 2, counted 2, lost 0")
    assert "line by line" not in answer.out


@pytest.mark.parametrize("seed", range(5))
def test_under_the_lock_nothing_is_lost(seed: int, typed: Callable) -> None:
    answer = typed(f"counter --granularity line --seed {seed}")
    assert (answer.code, answer.out.splitlines()[0]) == (0, "expected 6, counted 6, lost 0")


def test_granularity_alone_takes_the_run_under_control(typed: Callable) -> None:
    answer = typed("counter --granularity line")
    assert "\nseed 0   line by line   " in answer.out


@pytest.mark.usefixtures("elsewhere")
def test_a_record_of_lines_is_replayed_as_such(typed: Callable) -> None:
    typed(f"{LOST} --quiet --save run.jsonl")
    answer = typed("replay run.jsonl")
    assert (answer.code, answer.out.splitlines()[0]) == (1, "expected 2, counted 1, lost 1")
    assert "\nreplayed   seed 182   line by line   " in answer.out
    assert "as recorded     every event, and how it ended\n" in answer.out


@pytest.mark.usefixtures("elsewhere")
def test_a_record_of_lines_is_not_replayed_with_real_processes(typed: Callable) -> None:
    typed("writer-reader --seed 3 --granularity line --quiet --save run.jsonl")
    answer = typed("replay run.jsonl --world real")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err.startswith("pyqdemo: real processes cannot be stopped at lines")


def test_a_schedule_of_lines_that_was_shown_makes_the_same_run_when_typed(
    typed: Callable,
) -> None:
    shown = typed(f"{LOST} --show-schedule")
    text = shown.out.partition("Schedule: ")[2].partition("\n")[0]
    assert ",granularity=line," in text
    again = typed(f"counter --as-published --schedule {text}")
    assert again.code == shown.code == 1
    assert again.out.partition("\n\n")[0] == shown.out.partition("\n\n")[0]
    assert "\nseed 182   by its schedule   line by line   " in again.out


def test_by_lines_the_processes_of_a_lesson_are_simulated(typed: Callable) -> None:
    answer = typed("writer-reader --seed 3 --granularity line")
    assert "processes simulated" in answer.out


def test_a_program_of_ones_own_runs_by_lines(typed: Callable, tmp_path: Path) -> None:
    program = tmp_path / "mine.py"
    program.write_text("from threading import Thread\nThread(target=print).start()\n")
    answer = typed(f"run {program} --granularity line --seed 1")
    assert (answer.code, "line by line" in answer.out) == (0, True)
