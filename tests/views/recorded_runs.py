"""Runs with processes whose hidden parts the tests tell of; recorded anew by one command:

    python tests/views/recorded_runs.py

The records stand in the folder ``recorded``, so that looks do not hang on who goes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pyqdemo.codec import read_trace, write_trace
from pyqdemo.trace import Trace

__all__ = ["RUNS", "recorded"]

FOLDER = Path(__file__).parent / "recorded"
DEMOS = Path(__file__).parents[2] / "demos"

DEAD_SENDER = """\
import os
from multiprocessing import Pipe, Process


def send(pipe):
    for n in range(1, 10):
        pipe.send(n)
        if n == 4:
            os._exit(1)


def receive(pipe):
    for _ in range(9):
        pipe.recv()


def main():
    pipe = Pipe(duplex=False)
    sender = Process(target=send, args=(pipe[1],))
    receiver = Process(target=receive, args=(pipe[0],))
    sender.start()
    receiver.start()
    sender.join()
    receiver.join()


if __name__ == "__main__":
    main()
"""

JOIN_FIRST = """\
from multiprocessing import Process, Queue


def write(q):
    q.put("x" * 70_000)


def main():
    q = Queue()
    writer = Process(target=write, args=(q,))
    writer.start()
    writer.join()
    print(len(q.get()))


if __name__ == "__main__":
    main()
"""

CUT_OFF = """\
from multiprocessing import Lock, Process, Queue


def write(q, lock):
    with lock:
        q.put({"in": lock})
        for letter in "abc":
            q.put(letter)


def read(q):
    q.get()


if __name__ == "__main__":
    q = Queue()
    lock = Lock()
    writer = Process(target=write, args=(q, lock))
    reader = Process(target=read, args=(q,))
    writer.start()
    reader.start()
    writer.kill()
    reader.terminate()
    writer.join()
    reader.join()
    q.put("last")
    print(q.empty(), q.qsize())
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A run to record.

    Attributes:
        program: its text, or its file among the demos.
    """

    program: str | Path
    seed: int
    start_method: str
    stdout: str = "terminal"


RUNS = {
    "writer-reader": Run(
        DEMOS / "mp_queue" / "writer_reader_as_published.py", 73, "spawn", stdout="pipe"
    ),
    "dead-sender": Run(DEAD_SENDER, 1, "fork"),
    "join-first": Run(JOIN_FIRST, 1, "spawn"),
    "cut-off": Run(CUT_OFF, 127, "spawn"),
}


def recorded(name: str) -> Trace:
    """The record of one of ``RUNS``."""
    return read_trace(FOLDER / f"{name}.jsonl")


def record(run: Run) -> Trace:
    """Carries a run out, with simulated processes."""
    import pyqdemo

    with TemporaryDirectory() as folder:
        program = run.program
        if isinstance(program, str):
            program = Path(folder) / "program.py"
            program.write_text(run.program, encoding="utf-8")
        return pyqdemo.run(
            program,
            seed=run.seed,
            world="simulated",
            start_method=run.start_method,
            stdout=run.stdout,
        )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, run in RUNS.items():
        trace = record(run)
        records = (*trace.tasks, *trace.resources, *trace.events)
        write_trace(FOLDER / f"{name}.jsonl", trace.header, records, trace.outcome)
