"""``auto`` goes on with states where ``dpor`` is not enough, and loses nothing on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import ended, failing, missing, report_of

from pyqdemo.exploring import Bounds
from pyqdemo.report import Verdict

#: One task spins until another one has come, and one fails if it comes before a third.
SPINS = """
import threading
ready, lock, box = threading.Event(), threading.Lock(), []
def late():
    ready.set()
def turn():
    while not ready.is_set():
        pass
def fill():
    with lock:
        box.append(1)
def look():
    with lock:
        assert box
for job in (late, turn, fill, look):
    threading.Thread(target=job).start()
"""
#: A process that is ended by another one; what it sends arrives before, or does not.
KILLS = """
import multiprocessing
def put(there):
    there.send(1)
def main():
    there, here = multiprocessing.Pipe()
    process = multiprocessing.Process(target=put, args=(there,))
    process.start()
    process.terminate()
    process.join()
    assert not here.poll()
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("most", [2, 3, 4, 5])
def test_what_fails_before_a_run_goes_round_is_not_forgotten(tmp_path: Path, most: int) -> None:
    """In order all is well; with the last two the other way round it fails; the third execution
    lets the spinning task go first, and is the last one of ``dpor``. The states that so few
    executions meet are fine."""
    bounds = Bounds(max_executions=most)
    report = report_of(SPINS, "auto", folder=tmp_path, bounds=bounds)
    assert (report.verdict, failing(report)) == (Verdict.FAILED, {"exception"})
    assert report.counterexample is not None
    assert report.endings[report.counterexample.ending].kind == "exception"


def test_a_bound_on_executions_counts_for_both_ways_together(tmp_path: Path) -> None:
    """Three of ``dpor``, and as many with states as are left of eight; all of them are told."""
    told: list[int] = []
    report = report_of(SPINS, "auto", folder=tmp_path, bounds=Bounds(max_executions=8), told=told)
    assert (report.strategy, report.why) == ("states", "circles")
    assert (report.executions, missing(report)) == (8, {"max_executions"})
    assert told == list(range(8))


def test_at_its_bound_no_other_way_is_begun(tmp_path: Path) -> None:
    """The third execution goes round, and there is no fourth."""
    report = report_of(SPINS, "auto", folder=tmp_path, bounds=Bounds(max_executions=3))
    assert (report.strategy, report.executions) == ("dpor", 3)
    assert missing(report) == {"step_bound", "max_executions"}


def test_where_a_process_ends_another_states_are_tried_too(tmp_path: Path) -> None:
    """Both endings are met; what an end inside a step would do is not, and that is said."""
    report = report_of(KILLS, "auto", folder=tmp_path, start_method="fork")
    assert (report.strategy, report.why) == ("states", "kills")
    assert set(ended(report)) == {"completed", "exception"}
    assert missing(report) == {"kills"}
