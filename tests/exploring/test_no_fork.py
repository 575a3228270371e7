"""Why a run that fails has no moment of no return."""

from __future__ import annotations

from pathlib import Path

from asking import report_of

from pyqdemo.report import Counterexample

#: Each holds one lock, tries the other one, and begins again.
TRYING = """
import threading
red, blue = threading.Lock(), threading.Lock()
def paint(first, second):
    while True:
        with first:
            if second.acquire(blocking=False):
                second.release()
                return
for pair in ((red, blue), (blue, red)):
    threading.Thread(target=paint, args=pair).start()
"""
#: Nobody sets what one of them waits for.
WAITING = """
import threading
lock = threading.Lock()
def look():
    with lock:
        pass
def wait():
    with lock:
        threading.Event().wait()
for job in (look, wait):
    threading.Thread(target=job).start()
"""
DRAWING = """
import random, threading
def wait():
    if random.randrange(2):
        threading.Event().wait()
threading.Thread(target=wait).start()
"""


def example_of(program: str, folder: Path, strategy: str, **how: bool) -> Counterexample:
    found = report_of(program, strategy, folder=folder, **how).counterexample
    assert found is not None and found.fork is None
    return found


def test_two_who_give_way_to_each_other_could_stop_at_every_step(tmp_path: Path) -> None:
    """Whoever is let go on alone gets both locks."""
    found = example_of(TRYING, tmp_path, "states")
    assert found.cycle is not None
    assert found.no_fork == "always"


def test_where_no_run_ends_well_that_is_said(tmp_path: Path) -> None:
    assert example_of(WAITING, tmp_path, "states").no_fork == "never"


def test_a_random_value_can_be_what_decided(tmp_path: Path) -> None:
    assert example_of(DRAWING, tmp_path, "states", draws=True).no_fork == "drawn"


def test_without_states_nothing_is_known_but_that_none_was_found(tmp_path: Path) -> None:
    assert example_of(WAITING, tmp_path, "dpor").no_fork == "not_found"
