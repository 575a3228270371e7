"""What a pickler reads, and what a fork copies, is read by the step in which it happens.

In each program somebody changes a list that somebody else sends, in a step of its own: whether
the change is sent too depends on the order of these steps alone. By the operations only, which
have nothing in common, one order would stand for both.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from seeing import explored, seen, written

from pyqdemo.trace import TaskKind

_HEAD = """
import multiprocessing, time
from threading import Lock, Thread

def change(data):
    time.sleep(1)
    data.append(2)

def sleeping(job, *given):
    data = given[-1]
    changing = Thread(target=change, args=(data,))
    changing.start()
    time.sleep(1)
    job(*given)
    changing.join()
"""


def _program(text: str) -> str:
    main = 'if __name__ == "__main__":\n    main()\n'
    return _HEAD + textwrap.dedent(text) + main


#: By who reads: the program, and how many ends it has. Both orders of change and reading are
#: told by the list that arrives: ``[1]`` and ``[1, 2]``.
READERS: dict[str, tuple[str, int]] = {
    "a pipe's sender": (
        _program("""
        def main():
            there, here = multiprocessing.Pipe()
            sleeping(there.send, [1])
            print(here.recv())
        """),
        2,
    ),
    "who puts into a simple queue": (
        _program("""
        def main():
            queue = multiprocessing.SimpleQueue()
            sleeping(queue.put, [1])
            print(queue.get())
        """),
        2,
    ),
    "attributes within attributes, and slots": (
        _program("""
        class Thing:
            __slots__ = ("inner",)
        class Inner:
            pass
        def main():
            there, here = multiprocessing.Pipe()
            thing, data = Thing(), [1]
            thing.inner = Inner()
            thing.inner.data = data
            sleeping(lambda data: there.send(thing), data)
            print(here.recv().inner.data)
        """),
        2,
    ),
    "who forks a process": (
        _program("""
        shared = [1]
        def tell():
            print(shared)
        def fork(data):
            process = multiprocessing.get_context("fork").Process(target=tell)
            process.start()
            process.join()
        def main():
            sleeping(fork, shared)
        """),
        2,
    ),
    "who spawns a process": (
        _program("""
        def spawn(data):
            process = multiprocessing.get_context("spawn").Process(target=print, args=(data,))
            process.start()
            process.join()
        def main():
            sleeping(spawn, [1])
        """),
        2,
    ),
}


@pytest.mark.parametrize("reader", READERS)
def test_a_change_can_come_before_and_after_the_reading(tmp_path: Path, reader: str) -> None:
    """DPOR finds the ends that sleep sets find, and as many as can be told by hand."""
    text, ends = READERS[reader]
    program = written(tmp_path, text)
    asleep, reduced = explored(program, "sleep"), explored(program, "dpor")
    assert asleep.complete and reduced.complete
    assert reduced.ends == asleep.ends
    assert len(reduced.ends) == ends


def test_a_feeder_reads_what_was_put_when_it_comes_to_it(tmp_path: Path) -> None:
    """Three changes follow the put, the last two each behind an operation of a lock of which the
    feeder knows nothing: the feeder comes before the first, or behind one of the three."""
    program = written(
        tmp_path,
        _program("""
        def main():
            queue, lock, data = multiprocessing.Queue(), Lock(), [1]
            queue.put(data)
            data.append(2)
            with lock:
                data.append(3)
            with lock:
                data.append(4)
            print(queue.get())
        """),
    )
    texts = {text for *_, told in explored(program, "dpor").ends for _, text in told}
    assert texts == {"[1]\n", "[1, 2]\n", "[1, 2, 3]\n", "[1, 2, 3, 4]\n"}


def test_the_feeder_notes_the_list_and_what_is_in_it(tmp_path: Path) -> None:
    """Of two lists, one in the other, all is read; numbers are not noted, and nothing is
    written."""
    program = written(
        tmp_path,
        _program("""
        def main():
            queue = multiprocessing.Queue()
            queue.put(1)
            queue.put([[], 5])
            queue.get(), queue.get()
        """),
    )
    run = seen(program)
    (feeder,) = (task.id for task in run.execution.tasks if task.kind is TaskKind.FEEDER)
    noted = run.data(feeder)
    assert [mode for _, mode in noted] == ["r", "r"]
    assert all(part.endswith("[*]") for part, _ in noted)
    assert len({part for part, _ in noted}) == 2


def test_a_process_without_other_threads_forks_without_depending_on_all(tmp_path: Path) -> None:
    """Two processes are forked one after the other. What the first one does to data of its own is
    nothing to the second fork: there are as many executions as where it does nothing."""
    text = """
        def work():
            numbers = []
            for number in range(3):
                JOB
        def main():
            fork = multiprocessing.get_context("fork")
            processes = [fork.Process(target=work) for _ in range(2)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
        """
    counts = []
    for job in ("pass", "numbers.append(number)"):
        found = explored(written(tmp_path, _program(text.replace("JOB", job))), "dpor")
        assert found.complete
        counts.append(found.executions)
    assert counts[0] == counts[1]
