"""Programs with pipes between processes: who holds which end decides how they end.

All of them do natively what is asserted here; those that end as a deadlock hang.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import pyqdemo
from pyqdemo.trace import Trace

Run = Callable[..., Trace]

PROGRAM = """
import os, sys, time
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait

{functions}

if __name__ == "__main__":
    main()
"""

LISTENER = """
def listen(r):
    try:
        while True:
            print(r.recv())
    except EOFError:
        print("over")
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a program with these functions, of which ``main`` is called, with simulated
    processes; from the seed 1 with real ones too, which must do the very same."""

    def run(functions: str, seed: int = 1, start_method: str = "spawn") -> Trace:
        program = tmp_path / "program.py"
        program.write_text(PROGRAM.format(functions=functions), encoding="utf-8")
        trace = pyqdemo.run(program, seed=seed, start_method=start_method)
        if seed == 1:
            real = pyqdemo.run(program, seed=seed, start_method=start_method, world="real")
            assert (real.events, real.resources) == (trace.events, trace.resources)
            assert real.outcome == trace.outcome
        return trace

    return run


def ended(trace: Trace) -> tuple[str, list[str]]:
    return str(trace.outcome.kind), trace.printed().splitlines()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_closing_the_write_end_before_the_start_ends_the_listener(run: Run, method: str) -> None:
    """The listener never has a write end of its own, whatever the start method."""
    functions = f"""{LISTENER}
def main():
    r, w = Pipe(False)
    w.send(1)
    w.close()
    p = Process(target=listen, args=(r,))
    p.start()
    p.join()
"""
    for seed in range(5):
        assert ended(run(functions, seed=seed, start_method=method)) == ("completed", ["1", "over"])


@pytest.mark.parametrize(
    ("method", "expected"),
    [("fork", ("deadlock", ["1"])), ("spawn", ("completed", ["1", "over"]))],
)
def test_closing_it_after_the_start_is_too_late_under_fork(
    run: Run, method: str, expected: tuple[str, list[str]]
) -> None:
    """A forked listener has a copy of the write end: it waits for itself, and its parent for it."""
    functions = f"""{LISTENER}
def main():
    r, w = Pipe(False)
    p = Process(target=listen, args=(r,))
    p.start()
    w.send(1)
    w.close()
    p.join()
"""
    for seed in range(5):
        trace = run(functions, seed=seed, start_method=method)
        assert ended(trace) == expected
    waits = {(wait.operation, wait.holders) for wait in trace.outcome.waits}
    assert waits == (set() if method == "spawn" else {("join", ("0.1",)), ("recv", ("0.1",))})


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_sender_that_dies_leaves_its_receiver_waiting(run: Run, method: str) -> None:
    """As published: the parent keeps both ends, so that the end of file never comes."""
    functions = """
def send(w):
    for i in range(1, 5):
        w.send(i)
    os._exit(3)

def receive(r):
    for _ in range(9):
        r.recv()

def main():
    r, w = Pipe(duplex=False)
    both = [Process(target=send, args=(w,)), Process(target=receive, args=(r,))]
    for p in both:
        p.start()
    for p in both:
        p.join()
"""
    trace = run(functions, start_method=method)
    assert str(trace.outcome.kind) == "deadlock"
    receiver = {wait.task: wait for wait in trace.outcome.waits}["0.2"]
    assert receiver.operation == "recv"
    assert receiver.holders == (("0", "0.2") if method == "fork" else ("0",))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_question_and_an_answer_over_both_ways(run: Run, method: str) -> None:
    functions = """
def answer(end):
    while (n := end.recv()) is not None:
        end.send(n * n)
    end.send_bytes(b"bye")

def main():
    mine, yours = Pipe()
    p = Process(target=answer, args=(yours,))
    p.start()
    for n in (2, 3):
        mine.send(n)
        print(mine.recv())
    mine.send(None)
    print(mine.recv_bytes())
    p.join()
"""
    assert ended(run(functions, start_method=method)) == ("completed", ["4", "9", "b'bye'"])


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_large_message_comes_through_in_parts(run: Run, method: str) -> None:
    functions = """
def send(w):
    w.send_bytes(b"xyz" * 100_000)

def main():
    r, w = Pipe(False)
    p = Process(target=send, args=(w,))
    p.start()
    print(r.recv_bytes() == b"xyz" * 100_000)
    p.join()
"""
    trace = run(functions, start_method=method)
    assert ended(trace) == ("completed", ["True"])
    kinds = [event.operation for event in trace.events]
    assert (kinds.count("send"), kinds.count("recv")) >= (1, 1)
    assert kinds.count("send_part") >= 4  # the header, and of the body at most 65,536 bytes each


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_connection_goes_to_another_process_in_a_message(run: Run, method: str) -> None:
    functions = """
def work(r):
    w = r.recv()
    w.send("from afar")

def main():
    r, w = Pipe(False)
    p = Process(target=work, args=(r,))
    p.start()
    answers, reply = Pipe(False)
    w.send(reply)
    reply.close()
    print(answers.recv())
    p.join()
    try:
        answers.recv()
    except EOFError:
        print("over")
"""
    for seed in range(5):
        trace = run(functions, seed=seed, start_method=method)
        assert ended(trace) == ("completed", ["from afar", "over"])


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_waiting_for_messages_and_for_the_ends_of_processes(run: Run, method: str) -> None:
    functions = """
def quick():
    pass

def slow(w, r):
    r.recv()
    w.send("late")

def main():
    (r, w), (gate, open_it) = Pipe(False), Pipe(False)
    p, q = Process(target=quick), Process(target=slow, args=(w, gate))
    p.start()
    q.start()
    print(wait([r, p.sentinel]) == [p.sentinel])
    open_it.send(None)
    print(wait([r]) == [r], r.recv(), wait([r], timeout=0.5))
    q.join()
    print([end is r or end == q.sentinel for end in wait([r, q.sentinel])])
"""
    for seed in range(5):
        trace = run(functions, seed=seed, start_method=method)
        assert ended(trace) == ("completed", ["True", "True late []", "[True]"])
