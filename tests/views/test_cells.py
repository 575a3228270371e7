"""Texts cut to a number of cells."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from pyqdemo.views.cells import shortened


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("Thread-1", 12, "Thread-1"),
        ("ThreadPoolExecutor-0_1", 12, "Thread..-0_1"),
        ("ForkPoolWorker-12", 12, "ForkPo..r-12"),
        ("a\nb", 12, "a\\nb"),
        ("x" * 1000 + "end", 8, "xxxx..nd"),
    ],
)
def test_a_name_that_is_too_long_keeps_its_end(text: str, cells: int, expected: str) -> None:
    assert shortened(text, cells) == expected


@pytest.mark.parametrize("cells", range(3, 20))
def test_wide_characters_are_never_halved(cells: int) -> None:
    assert cell_len(shortened("无可挽回的一步 Thread-1 等待锁", cells)) <= cells
