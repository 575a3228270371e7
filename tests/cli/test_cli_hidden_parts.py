"""What a run with processes tells below its summary, and who may ask for more of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pyqdemo.errors import Exit

LINE = "writer-reader --as-published --seed 3 --world simulated --start-method spawn --stdout pipe"
HEAD = "\nhidden parts\n"
WAY = "queue: the way of each item"


def test_what_is_instructive_stands_below_the_summary(typed: Callable) -> None:
    """The published reader is terminated; what it printed into a pipe is lost whenever it is."""
    out = typed(LINE).out
    assert HEAD in out
    assert "had printed" in out.partition(HEAD)[2]
    assert WAY not in out


def test_plain_tells_every_item_s_way(typed: Callable) -> None:
    section = typed(f"{LINE} --plain").out.partition(HEAD)[2]
    assert WAY in section
    assert section.count("put by Process-1") == 4


def test_the_record_keeps_stdout_to_itself(typed: Callable) -> None:
    answer = typed(f"{LINE} --json")
    assert HEAD not in answer.out
    assert HEAD in answer.err


DIES = """\
import multiprocessing
import os

if __name__ == "__main__":
    queue = multiprocessing.Queue()
    multiprocessing.Process(target=os.abort).start()
    queue.get()
"""


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "Process-1 died at step 5: exit code -6 (SIGABRT)"),
        ("zh", "Process-1 在第 5 步意外死亡：退出码 -6（SIGABRT）"),
    ],
)
def test_a_process_that_died_is_told_in_the_deadlock_that_follows(
    lang: str, told: str, typed: Callable, tmp_path: Path
) -> None:
    """By turns: the program begins, starts it, it begins, the program waits, it dies."""
    program = tmp_path / "dies.py"
    program.write_text(DIES, encoding="utf-8")
    line = f"run {program} --strategy round-robin --world simulated --start-method fork"
    answer = typed(f"{line} --lang {lang}")
    assert answer.code == Exit.STUCK
    assert f"\n  {told}\n" in answer.out


@pytest.mark.parametrize("line", [f"{LINE} --quiet", "chefs --seed 3"])
def test_it_is_not_there_where_nobody_asked_or_nothing_is_hidden(
    line: str, typed: Callable
) -> None:
    assert HEAD not in typed(line).out
