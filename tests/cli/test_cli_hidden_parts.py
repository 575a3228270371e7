"""What a run with processes tells below its summary, and who may ask for more of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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


@pytest.mark.parametrize("line", [f"{LINE} --quiet", "chefs --seed 3"])
def test_it_is_not_there_where_nobody_asked_or_nothing_is_hidden(
    line: str, typed: Callable
) -> None:
    assert HEAD not in typed(line).out
