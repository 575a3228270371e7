"""Where a signal comes: in a bounded wait, at a process's end; and what is closed before a fork."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from both import METHODS, Both

from pyqdemo.trace import OutcomeKind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

_IN_A_SLEEP = """
import multiprocessing as mp
import signal
import time

began = time.monotonic()


def on(number, frame):
    print("handled after", round(time.monotonic() - began, 1))


def child():
    signal.signal(signal.SIGTERM, on)
    time.sleep(3)


if __name__ == "__main__":
    process = mp.Process(target=child)
    process.start()
    time.sleep(1)
    process.terminate()
    process.join(10)
    print("over after", round(time.monotonic() - began, 1), process.exitcode)
"""

_AT_THE_END = """
import multiprocessing as mp
import signal
import sys
import threading
import time


def on(number, frame):
    print("handled")
    if how == "exits":
        sys.exit(7)
    raise ValueError("in the handler")


def nap():
    time.sleep(1)
    print("never printed")


def child(manner):
    global how
    how = manner
    signal.signal(signal.SIGTERM, on)
    threading.Thread(target=nap).start()


if __name__ == "__main__":
    for manner in ("raises", "exits"):
        process = mp.Process(target=child, args=(manner,))
        process.start()
        time.sleep(0.5)
        process.terminate()
        process.join()
        print(manner, process.exitcode)
"""

_AT_ONCE = """
import multiprocessing as mp
import signal


def on(number, frame):
    raise ValueError("in the handler")


def child():
    print("child")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, on)
    process = mp.Process(target=child)
    process.start()
    process.terminate()
    process.join()
    print(process.exitcode)
"""

_CLOSED = """
import multiprocessing as mp
import time


def use(who, q):
    for call in ("empty()", "put(5)", "get()"):
        try:
            print(who, call, eval("q." + call))
        except (OSError, ValueError) as error:
            print(who, call, type(error).__name__)


def of_queue(q):
    for call in ("empty()", "put(5)", "get(timeout=0.1)"):
        try:
            print(call, eval("q." + call))
        except OSError:
            print(call, "OSError")
    time.sleep(1)


if __name__ == "__main__":
    simple, queue = mp.SimpleQueue(), mp.Queue()
    simple.close()
    queue.put(1)
    queue.get()
    queue.close()
    queue.join_thread()
    for target, args in ((use, ("child", simple)), (of_queue, (queue,))):
        process = mp.Process(target=target, args=args)
        process.start()
        process.join()
"""


_VANISHED = """
import multiprocessing as mp
import os


def die(array, lock):
    with array.get_lock(), lock:
        os._exit(6)


def write(array, lock):
    print(lock.acquire(timeout=1))
    array[2] = 5
    print("never printed")


if __name__ == "__main__":
    array, lock = mp.Array("i", 3), mp.Lock()
    for target in (die, write):
        process = mp.Process(target=target, args=(array, lock))
        process.start()
        process.join(2)
        print(process.exitcode)
    process.kill()
"""


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with Both() as found:
        yield found


def written(folder: Path, text: str) -> Path:
    program = folder / "program.py"
    program.write_text(text, encoding="utf-8")
    return program


def test_a_signal_is_handled_when_it_comes_and_the_wait_goes_on(both: Both, tmp_path: Path) -> None:
    """It comes after 1 s; the sleep of 3 s goes on to its end, as natively."""
    for run in both.same(written(tmp_path, _IN_A_SLEEP), range(5), METHODS[0], "terminal"):
        assert run.text == "handled after 1.0\nover after 3.0 0\n"


@pytest.mark.parametrize("method", METHODS)
def test_what_a_handler_raises_at_the_end_of_a_process_ends_it(
    method: str, both: Both, tmp_path: Path
) -> None:
    """The child waits for its thread, behind all that could catch it. A copy is gone with code
    1 whatever was raised, one that was spawned with that of ``sys.exit``; all but a fork print
    the ValueError. Bare Python's codes and lines are these."""
    code = 7 if method == "spawn" else 1
    for run in both.same(written(tmp_path, _AT_THE_END), range(3), method, "terminal"):
        stdout = [each.text for each in run.output if each.stream == "stdout"]
        assert "".join(stdout) == f"handled\nraises 1\nhandled\nexits {code}\n"
        stderr = "".join(each.text for each in run.output if each.stream == "stderr")
        told = stderr.splitlines()[-1:]
        assert told == ([] if method == "fork" else ["ValueError: in the handler"])


def test_a_handler_that_was_inherited_breaks_into_nothing_but_the_process_itself(
    both: Both, tmp_path: Path
) -> None:
    """However early the signal comes, the child ends with code 1, or it came too late."""
    runs = both.same(written(tmp_path, _AT_ONCE), range(20), "fork", "terminal")
    seen = set()
    for run in runs:
        assert run.outcome is not None
        assert run.outcome.kind in (OutcomeKind.EXCEPTION, OutcomeKind.COMPLETED)
        seen.add(run.text[-2:])
    assert seen == {"1\n", "0\n"}


def test_what_was_closed_before_a_fork_is_closed_in_the_copy(both: Both, tmp_path: Path) -> None:
    """A SimpleQueue's ends are closed by ``close``; those of a Queue by its feeder, so that a
    copy can still put, as natively, and its own feeder fails."""
    (run,) = both.same(written(tmp_path, _CLOSED), range(1), "fork", "terminal")
    stdout = "".join(each.text for each in run.output if each.stream == "stdout")
    assert stdout == (
        "child empty() OSError\nchild put(5) OSError\nchild get() OSError\n"
        "empty() OSError\nput(5) None\nget(timeout=0.1) OSError\n"
    )
    stderr = "".join(each.text for each in run.output if each.stream == "stderr")
    assert stderr.endswith("OSError: handle is closed\n")


@pytest.mark.parametrize("method", [method for method in METHODS if method != "fork"])
def test_a_simple_queue_that_is_closed_cannot_be_sent(
    method: str, both: Both, tmp_path: Path
) -> None:
    (run,) = both.same(written(tmp_path, _CLOSED), range(1), method, "terminal")
    assert run.outcome is not None
    assert run.outcome.detail.endswith("OSError: handle is closed")


@pytest.mark.parametrize("method", METHODS)
def test_who_vanishes_inside_a_with_gives_nothing_back(
    method: str, both: Both, tmp_path: Path
) -> None:
    """``os._exit`` runs no ``__exit__``: both locks stay locked, as natively."""
    for run in both.same(written(tmp_path, _VANISHED), range(3), method, "terminal"):
        assert run.text == "6\nFalse\nNone\n"
