"""A finding with real processes: the same, otherwise, or not carried out at all."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from asking import report_of

from pyqdemo.errors import ReplayMismatch, RunError
from pyqdemo.exploring import confirming
from pyqdemo.report import Counterexample

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

#: The parent waits for what its child never sends.
PROCESS = """
import multiprocessing
def silent():
    pass
if __name__ == "__main__":
    here = multiprocessing.Queue()
    multiprocessing.Process(target=silent).start()
    here.get()
"""
#: The same queue and no process.
THREAD = """
import multiprocessing, threading
here = multiprocessing.Queue()
threading.Thread(target=here.get).start()
"""


def found_in(folder: object, program: str = PROCESS) -> Counterexample:
    found = report_of(program, folder=folder, start_method="fork").counterexample  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_same_events_confirm_it(tmp_path: object) -> None:
    found = found_in(tmp_path)
    assert (found.confirmed, found.not_started) == (True, "")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ReplayMismatch("replay_mismatch", 3, "0", "0.1"), (False, "")),
        (RunError("no process could be started"), (None, "no process could be started")),
    ],
)
def test_what_could_not_be_carried_out_did_not_go_otherwise(
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: tuple[bool | None, str],
) -> None:
    def execute(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(confirming, "execute", execute)
    found = found_in(tmp_path)
    assert (found.confirmed, found.not_started) == told


def test_a_run_that_goes_otherwise_is_not_confirmed(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = confirming.execute

    def execute(plan: object, **how: object) -> object:
        done = real(plan, **how)  # type: ignore[arg-type]
        return replace(done, trace=replace(done.trace, events=done.trace.events[:-1]))

    monkeypatch.setattr(confirming, "execute", execute)
    assert found_in(tmp_path).confirmed is False


def test_a_queue_of_processes_that_only_threads_use_has_nothing_to_confirm(
    tmp_path: object,
) -> None:
    found = found_in(tmp_path, THREAD)
    assert (found.confirmed, found.not_started) == (None, "")
