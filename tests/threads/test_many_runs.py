"""A program that is executed again and again is not waited for each time."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic

import pytest
from loading_runs import written

import pyqdemo
from pyqdemo.report import Reason
from pyqdemo.views.under_control import not_controlled
from pyqdemo.worlds.threads import minder

SPINS = "while True: pass"
WAITS = "os.read(READ, 1)"
PROGRAM = """
import os, threading
READ = {read}
def goes_on():
    print("begins")
    {does}
threads = [threading.Thread(target=goes_on) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("does", [SPINS, WAITS], ids=["spins", "waits"])
def test_a_task_that_goes_on_without_an_operation_is_waited_for_once(
    does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are three executions at least, and those that are repeated for the report: to wait in
    each of them would take five times the patience."""
    patience_s = 3.0
    monkeypatch.setattr("pyqdemo.worlds.threads.sights.PATIENCE_OF_MANY_S", patience_s)
    read, write = os.pipe()
    try:
        began = monotonic()
        report = pyqdemo.explore(written(tmp_path, main=PROGRAM.format(read=read, does=does)))
        assert patience_s < monotonic() - began < 4 * patience_s
    finally:
        os.write(write, b"12345678")  # whoever waits goes on, and ends
        os.close(write)
    told = "Thread-1 (goes_on) went on for 3 s without an operation (main.py:6)"
    assert Reason("aborted", told) in report.reasons
    assert "3 秒" in not_controlled(told).zh


def test_the_import_of_a_library_may_take_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library is imported once, and that is no loop."""
    monkeypatch.setattr(minder, "PATIENCE_S", 60.0)
    monkeypatch.setattr("pyqdemo.worlds.threads.sights.PATIENCE_OF_MANY_S", 0.2)
    monkeypatch.syspath_prepend(str(tmp_path / "libraries"))
    (tmp_path / "libraries").mkdir()
    slow = "from time import monotonic\nuntil = monotonic() + 1\nwhile monotonic() < until: pass\n"
    (tmp_path / "libraries" / "slow_to_import.py").write_text(slow, encoding="utf-8")
    folder = tmp_path / "program"
    folder.mkdir()
    report = pyqdemo.explore(written(folder, main="import slow_to_import\nprint(1)\n"))
    assert [ending.kind for ending in report.endings] == ["completed"], report
