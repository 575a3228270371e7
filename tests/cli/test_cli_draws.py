"""A run whose draws were chosen and whose prints part, at the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyqdemo.codec import read_trace, write_trace
from pyqdemo.executing import Plan, execute
from pyqdemo.schedule import schedule_of, to_text
from pyqdemo.trace import Record

PROGRAM = """
import random
import threading


def throw():
    print("dice", random.randint(1, 6))


for _ in range(2):
    threading.Thread(target=throw).start()
"""


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """``run.jsonl`` of ``dice.py`` in the current folder; gives its schedule's text.

    Main starts both; each then throws, 6 and 1, and sends ``dice``; then the first its blank,
    its number and the newline, and the second the same.
    """
    monkeypatch.chdir(tmp_path)
    Path("dice.py").write_text(PROGRAM)
    choices = ("0", "0", "0", "0.1", "0.2", "0.1", "0.2", *(("0.1",) * 3), *(("0.2",) * 3))
    ends = ("0", "0.1", "0.2", "0", "0")
    plan = Plan(Path("dice.py"), choices=choices + ends, draws=(5, 0), prints="parted")
    trace = execute(plan).trace
    records: tuple[Record, ...] = (*trace.tasks, *trace.resources, *trace.events)
    write_trace("run.jsonl", trace.header, records, trace.outcome)
    return to_text(schedule_of(trace))


OUTPUT = "dicedice 6\n 1\n"


def test_it_is_replayed_from_its_record(recorded: str, typed: Callable[..., Any]) -> None:
    answer = typed("replay run.jsonl --save again.jsonl")
    assert answer.code == 0
    assert answer.out.startswith(OUTPUT)
    assert "every event, and how it ended" in answer.out
    assert read_trace("again.jsonl") == read_trace("run.jsonl")


def test_it_is_run_again_by_its_schedule(recorded: str, typed: Callable[..., Any]) -> None:
    assert ",prints=parted,draws=5.0:" in recorded
    answer = typed(["run", "dice.py", "--schedule", recorded])
    assert (answer.code, answer.out[: len(OUTPUT)]) == (0, OUTPUT)


def test_another_value_may_be_written_into_the_schedule(
    recorded: str, typed: Callable[..., Any]
) -> None:
    other = recorded.replace("draws=5.0", "draws=1.2")
    answer = typed(["run", "dice.py", "--schedule", other])
    assert answer.out.startswith("dicedice 2\n 3\n")


def test_a_value_that_there_is_none_of_is_told(recorded: str, typed: Callable[..., Any]) -> None:
    wrong = recorded.replace("draws=5.0", "draws=5.6")
    english, chinese = (
        typed(["run", "dice.py", "--schedule", wrong], lang=lang) for lang in ("en", "zh")
    )
    assert (english.code, chinese.code) == (4, 4)
    assert english.err == (
        "pyqdemo: step 5 cannot be repeated: randint(1, 6) should give value number 6, but there"
        " are only 0 … 5. Try: pyqdemo run dice.py --seed 0\n"
    )
    assert chinese.err == (
        "pyqdemo：第 5 步重放不了：randint(1, 6) 该取编号为 6 的值，可取的编号只有 0 … 5。"
        "试试：pyqdemo run dice.py --seed 0\n"
    )
