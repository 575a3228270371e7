"""``ProcessPoolExecutor`` under control: as the library's, and the same in both worlds."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from beside_the_library import METHODS, both, native, print_alike, printed_by_each_method

from pyqdemo.trace import Trace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

WAYS = """
from concurrent.futures import ProcessPoolExecutor, as_completed, wait
import sys

base = 0

def setup(number):
    global base
    base = number

def plus(x, y=0):
    return base + x + y

def fail(x):
    raise KeyError(x)

def leave(x):
    sys.exit(x)

class Odd:
    def __reduce__(self):
        raise TypeError("stays here")

def odd():
    return Odd()

def tried(call):
    try:
        print(call())
    except BaseException as error:
        print(type(error).__name__, error, type(error.__cause__).__name__)

if __name__ == "__main__":
    with ProcessPoolExecutor(2, initializer=setup, initargs=(100,)) as executor:
        print(list(executor.map(plus, range(4))), list(executor.map(plus, range(5), [7, 8, 9])))
        print(list(executor.map(plus, range(5), chunksize=2)), list(executor.map(plus, [])))
        one = executor.submit(plus, 1, y=2)
        print(one.result(), one.done(), one.cancel(), one.exception())
        for call in (fail, leave):
            tried(executor.submit(call, 3).result)
        tried(executor.submit(odd).result)
        tried(executor.submit(plus, Odd()).result)
        several = [executor.submit(plus, x) for x in range(4)]
        several[0].add_done_callback(lambda future: print("callback", future.result()))
        print(len(wait(several).done), sorted(each.result() for each in as_completed(several)))
        tried(lambda: list(executor.map(fail, [1, 2])))
        tried(lambda: list(executor.map(plus, [1], chunksize=0)))
        print(len(executor._processes), executor._max_workers)
    tried(lambda: executor.submit(plus, 1))
"""

MISUSE = """
from concurrent.futures import ProcessPoolExecutor
import multiprocessing

if __name__ == "__main__":
    for given in (
        {"max_workers": 0},
        {"initializer": 3},
        {"max_tasks_per_child": 0},
        {"max_tasks_per_child": "a"},
        {"max_tasks_per_child": 1, "mp_context": multiprocessing.get_context("fork")},
    ):
        try:
            ProcessPoolExecutor(**given)
        except Exception as error:
            print(type(error).__name__, error)
"""

BROKEN = """
from concurrent.futures import ProcessPoolExecutor
import os
import time

if __name__ == "__main__":
    executor = ProcessPoolExecutor(2)
    futures = [executor.submit(time.sleep, 60) for _ in range(5)]
    time.sleep(0.5)
    list(executor._processes.values())[1].kill()
    print({(type(each.exception()).__name__, str(each.exception())) for each in futures})
    try:
        executor.submit(abs, 1)
    except Exception as error:
        print(type(error).__name__, error)
    executor.shutdown()
"""

CANCELLED = """
from concurrent.futures import ProcessPoolExecutor, CancelledError
import time

if __name__ == "__main__":
    executor = ProcessPoolExecutor(1)
    futures = [executor.submit(time.sleep, 0.3) for _ in range(6)]
    time.sleep(0.1)
    print(futures[5].cancel(), futures[0].cancel(), futures[0].running())
    executor.shutdown(cancel_futures=True)
    # One call runs and two may wait for the worker: whether the third was among them is open.
    print([futures[place].cancelled() for place in (0, 1, 3, 4, 5)])
"""

LEFT = """
from concurrent.futures import ProcessPoolExecutor

def show(x):
    print("ran", x, flush=True)

if __name__ == "__main__":
    executor = ProcessPoolExecutor(1)
    for x in range(4):
        executor.submit(show, x)
"""

ONE_EACH = """
from concurrent.futures import ProcessPoolExecutor
import multiprocessing
import os

def pid(_):
    return os.getpid()

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context, max_tasks_per_child=1) as executor:
        print(len({executor.submit(pid, 0).result() for _ in range(3)}))
"""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "text",
    [WAYS, MISUSE, BROKEN, CANCELLED, LEFT, ONE_EACH],
    ids=["ways", "misuse", "broken", "cancelled", "left", "one_each"],
)
def test_what_is_printed_is_what_the_bare_library_has_printed(
    tmp_path: Path, text: str, method: str
) -> None:
    """Nothing in the programs hangs on the order in which anybody works."""
    program = tmp_path / "program.py"
    program.write_text(text)
    print_alike(program, method, seeds=(1, 2))


@pytest.mark.parametrize("seed", range(10))
def test_any_schedule_gives_the_same_results(tmp_path: Path, seed: int) -> None:
    """Ten seeds, both start methods, simulated."""
    program = tmp_path / "program.py"
    program.write_text(WAYS)
    assert len(printed_by_each_method(program, seed)) == 1


def workers(trace: Trace) -> list[str]:
    return [task.name for task in trace.tasks if task.kind.value == "process"]


def test_fork_starts_all_workers_at_once_and_spawn_one_for_each_call_that_finds_none(
    tmp_path: Path,
) -> None:
    """One call, three workers allowed: under fork three are started, under spawn one."""
    program = tmp_path / "program.py"
    program.write_text(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "if __name__ == '__main__':\n"
        "    with ProcessPoolExecutor(3) as executor:\n"
        "        print(executor.submit(abs, -1).result())\n"
    )
    assert workers(both(program, "fork", 1)) == ["ForkProcess-1", "ForkProcess-2", "ForkProcess-3"]
    assert workers(both(program, "spawn", 1)) == ["SpawnProcess-1"]


def test_an_initializer_that_fails_breaks_the_executor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker tells it on its stderr, where nobody has set up logging (as pytest has, for
    the process that simulates); the call fails."""
    monkeypatch.setattr(logging.getLogger("concurrent.futures"), "propagate", False)
    program = tmp_path / "program.py"
    program.write_text(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "def fail():\n"
        "    raise ValueError('never')\n"
        "if __name__ == '__main__':\n"
        "    with ProcessPoolExecutor(1, initializer=fail) as executor:\n"
        "        print(type(executor.submit(abs, 1).exception()).__name__)\n"
    )
    trace = both(program, "spawn", 1)
    assert trace.printed() == native(program) == "BrokenProcessPool\n"
    assert trace.printed("stderr") == (
        "Exception in initializer:\n"
        "Traceback (most recent call last):\n"
        '  File "program.py", line 3, in fail\n'
        "    raise ValueError('never')\n"
        "ValueError: never\n"
    )
