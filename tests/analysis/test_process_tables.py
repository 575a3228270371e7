"""A program with processes has the same tasks and items natively and under control."""

from __future__ import annotations

from multiprocessing import get_all_start_methods
from pathlib import Path

import pytest

import pyqdemo
from pyqdemo.analysis.spans import Tables, tables
from pyqdemo.worlds.native.running import Bounds, Request, run

#: Whoever goes first, each item has one maker and one taker.
PROGRAM = """
from multiprocessing import JoinableQueue, Pipe, Process, Queue, SimpleQueue


def write(q, jobs, simple, pipe):
    assert pipe.recv() == "go"
    for value in ("a", 2, None):
        q.put(value)
    jobs.put("job")
    simple.put("plain")
    pipe.send("done")


def main():
    q, jobs, simple = Queue(2), JoinableQueue(), SimpleQueue()
    mine, its = Pipe()
    writer = Process(target=write, args=(q, jobs, simple, its))
    writer.start()
    mine.send("go")
    while q.get() is not None:
        pass
    jobs.get()
    jobs.task_done()
    jobs.join()
    simple.get()
    mine.recv()
    writer.join()


if __name__ == "__main__":
    main()
"""
LOST = """
from multiprocessing import Process, Queue


def main():
    q = Queue()
    q.put(lambda: 0)
    q.put("a")
    q.get()


if __name__ == "__main__":
    main()
"""


class _Unseen:
    """A watcher that looks at nothing."""

    follows = False

    def printed(self, stream: str, text: str) -> None: ...

    def recorded(self, records: object) -> None: ...

    def tick(self, elapsed_ns: int) -> None: ...


def natively(program: Path, method: str) -> Tables:
    with run(Request(program, start_method=method), Bounds(for_s=60), _Unseen()) as recording:
        return tables(recording.trace())


def written(folder: Path, text: str) -> Path:
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("method", get_all_start_methods())
def test_tasks_and_items_agree_in_all_worlds(method: str, tmp_path: Path) -> None:
    program = written(tmp_path, PROGRAM)
    native = natively(program, method)
    controlled = tables(pyqdemo.run(program, seed=3, start_method=method))
    assert controlled.items == native.items
    assert controlled.tasks == native.tasks


def test_an_item_that_cannot_be_pickled_is_lost_in_both(tmp_path: Path) -> None:
    """The first of two is left in no queue; the second is got."""
    program = written(tmp_path, LOST)
    native, controlled = natively(program, "spawn"), tables(pyqdemo.run(program, seed=1))
    assert [row.left for row in native.items] == ["drop", "0"]
    assert [row.left for row in controlled.items] == ["drop", "0"]
