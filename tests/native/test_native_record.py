"""What is printed, what is recorded and what can be read back agree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from watching import Onlooker, watch, write

from pyqdemo.codec import read_trace, write_trace
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.native.running import Bounds, Request, run

LATE_SENDER = """
import multiprocessing, queue, threading
BIG = b"x" * 300_000
def child(end):
    stop = []
    def busy():
        while not stop: pass
    threading.Thread(target=busy, daemon=True).start()
    for _ in range(4):
        end.send(BIG); end.recv()
    stop.append(1)
def main():
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=child, args=(theirs,)); process.start()
    made = []
    def other():
        seen = 0
        while seen < 4:
            if len(made) > seen:
                made[seen].put(1); seen += 1
    thread = threading.Thread(target=other); thread.start()
    for _ in range(4):
        ours.recv()
        made.append(queue.Queue()); made[-1].get()
        ours.send(1)
    thread.join(); process.join()
main()
"""

FORKED_IN_A_THREAD = """
import os, queue, threading
q = queue.Queue()
def work():
    pid = os.fork()
    if pid == 0:
        return  # the child falls off the end of the thread
    os.waitpid(pid, 0)
    for i in range(300):
        q.put(i); q.get()
thread = threading.Thread(target=work); thread.start(); thread.join()
"""

MAKERS = """
import queue, threading, time
q = queue.Queue()
def make():
    for i in range(10_000):
        q.put(i); print("made", i); time.sleep(0.01)
for _ in range(3):
    threading.Thread(target=make).start()
while True:
    q.get(); print("got")
"""


def test_a_sender_that_is_late_does_not_spoil_the_order_of_what_follows(tmp_path: Path) -> None:
    """The receiver goes on, and makes what others use, before the send is noted as done.

    The reader of traces refuses an event on a resource that has not been told of.
    """
    file = tmp_path / "run.jsonl"
    request = Request(write(tmp_path, LATE_SENDER))
    with run(request, Bounds(for_s=60), Onlooker()) as recording:
        write_trace(file, recording.header, recording.records(), recording.outcome)
    outcome = read_trace(file).outcome
    assert outcome is not None and outcome.kind is OutcomeKind.COMPLETED


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_forked_in_a_thread_takes_nothing_from_its_parents_record(tmp_path: Path) -> None:
    """300 puts and 300 gets by the parent, after its child has left through the same frames."""
    trace = watch(write(tmp_path, FORKED_IN_A_THREAD)).trace
    moves = [event.operation for event in trace.events if event.operation in ("put", "get")]
    assert (moves.count("put"), moves.count("get")) == (300, 300)


@pytest.mark.parametrize("bound", [{"stop_after": 20}, {"for_s": 0.4}])
def test_a_stopped_run_has_recorded_what_it_printed(
    bound: dict[str, float], tmp_path: Path
) -> None:
    """A line follows its operation, so at the cut each of four tasks may owe one line."""
    seen = watch(write(tmp_path, MAKERS), **bound)
    puts = sum(event.operation == "put" for event in seen.trace.events)
    printed = seen.stdout.count("made")
    assert abs(puts - printed) <= 3 and puts > 0


def test_a_flood_of_output_does_not_keep_a_bound_from_being_kept(tmp_path: Path) -> None:
    seen = watch(write(tmp_path, "while True: print('y' * 60_000)"), for_s=0.5)
    assert seen.outcome.kind is OutcomeKind.TIME_BOUND


def test_a_module_in_the_folder_we_stand_in_is_not_taken_for_the_librarys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "queue.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    path = write(tmp_path, "import queue; print(queue.Queue(2).maxsize)")
    monkeypatch.chdir(here)
    assert watch(path).stdout == "2\n"


def test_two_feeders_that_cannot_write_are_found_stuck(tmp_path: Path) -> None:
    """Joining before draining, with two writers: one waits for room, one for its turn."""
    text = """
from multiprocessing import Process, Queue
def fill(q): q.put("x" * 70_000)
q = Queue()
writers = [Process(target=fill, args=(q,)) for _ in range(2)]
for writer in writers: writer.start()
for writer in writers: writer.join()
"""
    seen = watch(write(tmp_path, text), start_method="fork", stuck_s=0.4)
    assert seen.outcome.kind is OutcomeKind.STUCK
