"""``multiprocessing.Pool`` under control: as the library's, and the same in both worlds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from beside_the_library import METHODS, both, ended, print_alike, printed_by_each_method

import pyqdemo
from pyqdemo.trace import OutcomeKind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

WAYS = """
from multiprocessing import Pool, current_process

def square(x):
    return x * x

def add(a, b=0):
    return a + b

if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(square, range(5)), pool.map(square, []), pool.map(square, iter([3]), 2))
        print(pool.starmap(add, [(1, 2), (3, 4)]), pool.starmap_async(add, [(5,)]).get())
        print(pool.apply(add, (7,), {"b": 1}), pool.map_async(square, [9]).get(10))
        one = pool.apply_async(add, (2,), callback=lambda value: print("callback", value))
        print(one.get(), one.ready(), one.successful())
        print(list(pool.imap(square, range(4))), list(pool.imap(square, range(4), 3)))
        print(sorted(pool.imap_unordered(square, range(4))))
    print(pool)
"""

ERRORS = """
from multiprocessing import Pool, TimeoutError
import time

class Odd:
    def __reduce__(self):
        raise TypeError("stays here")
    def __repr__(self):
        return "Odd()"

def odd():
    return Odd()

def fail(x):
    raise KeyError(x)

def numbers():
    yield 1
    raise LookupError("no more")

def tried(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error, type(error.__cause__).__name__)

if __name__ == "__main__":
    with Pool(1) as pool:
        tried(lambda: pool.apply(fail, (1,)))
        tried(lambda: pool.map(fail, [2, 3]))
        tried(lambda: pool.apply(odd))
        tried(lambda: pool.apply(abs, (Odd(),)))
        tried(lambda: list(pool.imap(abs, numbers())))
        print(pool.apply_async(fail, (4,), error_callback=lambda e: print("told", e)).wait())
        results = pool.imap(abs, [-1])
        print(next(results), next(results, "end"), next(results, "end"))
        late = pool.apply_async(time.sleep, (0.3,))
        tried(lambda: late.get(0.01))
        tried(lambda: pool.imap(time.sleep, [0.3]).next(0.01))
        print(late.get(), late.successful())
    for call in (
        lambda: pool.map(abs, [1]),
        lambda: Pool(0),
        lambda: Pool(1, initializer=3),
        lambda: Pool(1, maxtasksperchild=0),
        lambda: pool.__reduce__(),
    ):
        tried(call)
"""

LIVES = """
from multiprocessing import Pool, Process, current_process
import os

base = 0

def setup(number):
    global base
    base = number

def name(_):
    return base, current_process().name, current_process().daemon

def pid(_):
    return os.getpid()

def inner():
    pool = Pool(1, setup, (2,))
    print(pool.apply(name, (0,))[0])

def start_one(_):
    try:
        Pool(1)
    except AssertionError as error:
        return str(error)

def join_too_early(pool):
    # A global name for the error would be more than a simulated fork can copy.
    try:
        pool.join()
    except ValueError as error:
        print(error)

if __name__ == "__main__":
    pool = Pool(1, setup, (1,), maxtasksperchild=2)
    a, b, c, d = [pool.apply(pid, (0,)) for _ in range(4)]
    print(a == b, b == c, c == d, os.getpid() in (a, c))
    join_too_early(pool)
    pool.close()
    pool.join()
    print([process.exitcode for process in pool._pool])
    with Pool(2, setup, (5,)) as pool:
        print({each[0] for each in pool.map(name, range(4))}, pool.apply(start_one, (0,)))
    other = Process(target=inner)
    other.start()
    other.join()
    print(other.exitcode)
    print(Pool(2).map(abs, [-1]))
    left = Pool(1)
    print(left.apply(abs, (-2,)))
"""

BUSY = """
from multiprocessing import Pool
import time

if __name__ == "__main__":
    pool = Pool(2)
    results = [pool.apply_async(time.sleep, (60,)) for _ in range(5)]
    time.sleep(0.5)
    pool.terminate()
    pool.join()
    print([process.exitcode for process in pool._pool], [each.ready() for each in results])
"""

LOST = """
from multiprocessing import Pool, TimeoutError
import os

if __name__ == "__main__":
    with Pool(1) as pool:
        lost = pool.apply_async(os._exit, (3,))
        print(pool.apply(abs, (-1,)))
        try:
            lost.get(0.3)
        except TimeoutError:
            print("lost")
"""

KEPT = """
from multiprocessing import Pool
import time

if __name__ == "__main__":
    with Pool(1) as pool:
        print(pool.apply(abs, (-1,)))
        time.sleep(1)
        pool._pool[0].kill()
        time.sleep(1)
"""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "text", [WAYS, ERRORS, LIVES, BUSY, LOST], ids=["ways", "errors", "lives", "busy", "lost"]
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
    """Ten seeds, both start methods, simulated: ``map`` keeps the order of its arguments."""
    program = tmp_path / "program.py"
    program.write_text(WAYS)
    assert len(printed_by_each_method(program, seed)) == 1


def test_workers_are_named_by_their_start_method(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(BUSY)
    for method, name in (("fork", "ForkPoolWorker"), ("spawn", "SpawnPoolWorker")):
        trace = pyqdemo.run(program, seed=1, world="simulated", start_method=method)
        names = [task.name for task in trace.tasks if task.kind.value == "process"]
        assert names == [f"{name}-1", f"{name}-2"]


def test_a_call_is_lost_with_its_worker(tmp_path: Path) -> None:
    """Without a bound the caller waits for ever, though the library has started a new worker."""
    program = tmp_path / "program.py"
    program.write_text(LOST.replace("lost.get(0.3)", "lost.get()"))
    trace = both(program, "fork", 1)
    assert trace.printed() == "1\n"
    assert ended(trace).kind is OutcomeKind.DEADLOCK
    main = next(wait for wait in ended(trace).waits if wait.task == "0")
    assert (main.operation, main.resource, main.location) == (
        "result",
        "0/future/1",
        "program.py:10",
    )
    assert [task.name for task in trace.tasks if task.kind.value == "process"] == [
        "ForkPoolWorker-1",
        "ForkPoolWorker-2",
    ]


def test_an_idle_worker_that_is_killed_takes_the_read_lock_to_its_grave(tmp_path: Path) -> None:
    """It waited for a call with the lock. Whoever ends the pool waits for that for ever, and so
    does the new worker."""
    program = tmp_path / "program.py"
    program.write_text(KEPT)
    trace = both(program, "fork", 1)
    assert ended(trace).kind is OutcomeKind.DEADLOCK
    waiting = {wait.task for wait in ended(trace).waits if wait.resource == "0/mp_lock~1"}
    new = next(task.id for task in trace.tasks if task.name == "ForkPoolWorker-2")
    assert waiting == {"0", new}


def test_a_pool_of_threads_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    for text in (
        "from multiprocessing.pool import ThreadPool\nThreadPool(2)\n",
        "from multiprocessing.dummy import Pool\nPool(2)\n",
    ):
        program.write_text(text)
        with pytest.raises(pyqdemo.PyqdemoError, match="nobody can control"):
            pyqdemo.run(program, seed=1, world="simulated")
