"""Synchronisation and shared memory under control: what a program prints is what it prints
natively.

Each script runs as a program of its own under the Python at hand, and under control; none hangs
on the schedule. Modelled on CPython's ``_test_multiprocessing``: of ``_TestLock``,
``_TestSemaphore``, ``_TestCondition``, ``_TestEvent``, ``_TestBarrier`` the cases that need no
measured time, of ``_TestValue``, ``_TestArray`` and ``_TestSharedCTypes`` all but structures,
which are refused. Not covered: the resource tracker, names of semaphores, the heap.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pyqdemo
from pyqdemo.errors import RunError
from pyqdemo.trace import OutcomeKind

HEAD = """
import ctypes, multiprocessing as mp, pickle, sys, threading
from multiprocessing import sharedctypes

def tried(call, *args):
    try:
        print(repr(call(*args)))
    except Exception as error:
        print(type(error).__name__, error)

"""
FOOT = """
if __name__ == "__main__":
    main()
"""

LOCKS = """
def main():
    lock, rlock = mp.Lock(), mp.RLock()
    print(lock, rlock, lock.acquire(), lock.acquire(False), lock.acquire(True, -1), lock)
    for call in (lock.release, lock.release, rlock.release):
        tried(call)
    with lock as got, rlock, rlock:
        print(got, lock, rlock, rlock.acquire(block=True, timeout=None), rlock)
        rlock.release()
    tried(lock.acquire, True, "soon")
    tried(pickle.dumps, lock)
    tried(pickle.dumps, rlock)
    thread = threading.Thread(target=tried, args=(rlock.release,))
    with rlock:
        thread.start()
        thread.join()

    def look():
        print(lock, rlock, lock.acquire(False), rlock.acquire(False))

    lock.acquire()
    rlock.acquire()
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
"""

SEMAPHORES = """
def main():
    for made in (mp.Semaphore, mp.BoundedSemaphore):
        for value in (-1, "a", 1.5, 2**31, 2**40, 0, True):
            tried(made, value)
        semaphore = made(2)
        print(semaphore.acquire(), semaphore.get_value(), semaphore)
        semaphore.release()
        tried(semaphore.release)
        tried(semaphore.get_value)
        with semaphore:
            tried(semaphore.get_value)
        tried(pickle.dumps, semaphore)
    print(mp.Semaphore(), mp.BoundedSemaphore())
"""

CONDITIONS = """
def main():
    condition = mp.Condition()
    print(condition)
    for call in (condition.wait, condition.notify, condition.notify_all):
        tried(call)
    with condition as got:
        print(got, condition, condition.wait(0), condition.wait(timeout=0.01), condition)
        condition.notify(3)
        condition.notify_all()
        print(condition.wait_for(lambda: 7), condition.wait_for(lambda: [], 0.01))
    tried(mp.Condition, 5)
    tried(pickle.dumps, condition)
    with mp.Condition(mp.Lock()) as _:
        pass

    ready = mp.Semaphore(0)

    def wait():
        with condition, condition:
            ready.release()
            print("woken", condition.wait(), condition)

    thread = threading.Thread(target=wait)
    thread.start()
    ready.acquire()
    with condition:
        condition.notify()
    thread.join()
    print(condition)
    event = mp.Event()
    print(event.is_set(), event.wait(0), event.wait(timeout=0.01), event.set(), event.is_set())
    print(event.wait(), event.clear(), event.is_set())
    tried(pickle.dumps, event)
"""

BARRIERS = """
def main():
    barrier = mp.Barrier(2, lambda: print("both are here"), timeout=None)
    print(barrier.parties, barrier.n_waiting, barrier.broken)

    def wait(results):
        try:
            results.append(barrier.wait())
        except threading.BrokenBarrierError as error:
            results.append(type(error).__name__)

    for _ in range(2):
        results = []
        thread = threading.Thread(target=wait, args=(results,))
        thread.start()
        wait(results)
        thread.join()
        print(sorted(results))
    tried(barrier.wait, 0.01)
    print(barrier.broken, barrier.n_waiting)
    tried(barrier.wait)
    barrier.reset()
    print(barrier.broken, mp.Barrier(1).wait())
    barrier.abort()
    print(barrier.broken)
    tried(pickle.dumps, mp.Barrier(1))

    def fail():
        raise ValueError("no")

    tried(mp.Barrier(1, fail).wait)
"""

VALUES = """
class Weight(ctypes.c_byte):
    pass

def put(array, key, value):
    array[key] = value

def main():
    for code in "cbBhHiIlLqQfd":
        value = mp.Value(code)
        print(code, value.value)
    for code, first in (("b", 300), ("B", -1), ("i", 2**40), ("f", 0.1), ("u", "吃"), ("c", b"x")):
        value = mp.Value(code, first)
        print(value, value.value, value.get_obj())
    value = mp.Value("i", 5)
    value.value += 1
    with value, value.get_lock():
        value.value *= 2
    print(value.value, value.acquire(), value.release(), value)
    print(mp.Value(Weight, 300).value, mp.RawValue(ctypes.c_bool, 7), mp.Value(ctypes.c_bool).value)
    for call in (
        lambda: setattr(value, "value", "x"), lambda: setattr(value, "value", 1.5),
        lambda: mp.Value("z"), lambda: mp.Value(3), lambda: mp.Value("i", 1, 2),
        lambda: mp.Value("i", "x"), lambda: mp.Value("i", lock=5), lambda: value.other,
        lambda: len(value),
    ):
        tried(call)
    print(hasattr(mp.Value("i", lock=False), "acquire"), hasattr(value, "acquire"))
    tried(pickle.dumps, value)
    copied = sharedctypes.copy(value.get_obj())
    copied.value = 0
    print(copied, value.value, sharedctypes.synchronized(copied).value)
    tried(sharedctypes.synchronized, value)
    guarded = mp.Value("d", 1.5, lock=threading.Lock())
    guarded.value += 1
    print(guarded.value)

    array = mp.Array("i", [1, 2, 3])
    array[0] = 10
    array[-1] += 1
    array[1:] = [8, 9]
    print(len(array), list(array), array[:], array[::-1], array[0:2], array[2:0:-2], array[5:])
    for call in (
        lambda: array[3], lambda: array[-4], lambda: array["x"], lambda: put(array, 3, 1),
        lambda: put(array, 0, "x"), lambda: put(array, slice(0, 2), [1]),
        lambda: put(array, "x", 1), lambda: put(array, slice(0, 2), 5),
        lambda: mp.Array("i", -1), lambda: mp.Array("z", 2), lambda: mp.Array(3, 2),
        lambda: mp.Array("i", [1, "x"]), lambda: mp.Array("i", (x for x in "a")),
        lambda: mp.Array("i", 2, lock=5), lambda: array.value,
    ):
        tried(call)
    print(array[:], list(mp.RawArray("d", 2)), len(mp.RawArray("i", 0)), mp.Array("i", 0)[:])
    raw = mp.Array("i", 2, lock=False)
    raw[:] = 3, 4
    print(raw[:], list(raw), sum(raw), raw._length_, raw._type_)
    wide = mp.Array("u", "干饭人", lock=False)
    wide.value = "吃"
    print(wide.value, wide[:], wide[2])
    text = mp.Array("c", 6)
    text.value = b"abcde"
    text.value = b"xy"
    print(text.value, text.raw, text[1], text[:2], list(text))
    text.raw = b"123456"
    text[1:3] = b"__"
    text[0] = b"!"
    print(text.value, text.raw)
    for call in (
        lambda: setattr(text, "value", "abc"), lambda: setattr(text, "value", b"1234567"),
        lambda: setattr(text, "raw", b"1234567"), lambda: put(text, 0, b"12"),
    ):
        tried(call)
"""

SHARED = """
def work(lock, condition, event, barrier, semaphore, value, array, text):
    tried(pickle.dumps, lock)
    with lock:
        value.value += 1
    event.wait()
    array[0] += 1
    text.value = b"from there"
    tried(lock.release)
    lock.acquire()
    with condition:
        value.value += 1
        condition.notify_all()
    semaphore.release()
    print("there", barrier.wait() in (0, 1), flush=True)

def main():
    mp.set_start_method(METHOD)
    lock, condition, event, semaphore = mp.Lock(), mp.Condition(), mp.Event(), mp.Semaphore(0)
    barrier = mp.Barrier(2)
    value, array, text = mp.Value("i", 5), mp.Array("d", 2, lock=False), mp.Array("c", 20)
    parts = (lock, condition, event, barrier, semaphore, value, array, text)
    child = mp.Process(target=work, args=parts)
    child.start()
    event.set()
    with condition:
        print(condition.wait_for(lambda: value.value == 7))
    semaphore.acquire()
    print(array[:], text.value, value.value, lock, lock.acquire(False))
    barrier.wait()
    child.join()
    print(child.exitcode)
    lock.release()
    print(lock)
    if METHOD != "fork":
        mine = mp.get_context("fork").Lock()
        tried(mp.Process(target=print, args=(mine,)).start)
"""

SCRIPTS = {
    "locks": LOCKS,
    "semaphores": SEMAPHORES,
    "conditions": CONDITIONS,
    "barriers": BARRIERS,
    "values": VALUES,
    **{f"shared by {method}": f"METHOD = {method!r}\n{SHARED}" for method in ("fork", "spawn")},
}


def written(script: str, folder: Path) -> Path:
    program = folder / "program.py"
    program.write_text(HEAD + script + FOOT, encoding="utf-8")
    return program


def natively(program: Path) -> list[str]:
    command = [sys.executable, "-X", "utf8", str(program)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_program_prints_under_control_what_it_prints_natively(name: str, tmp_path: Path) -> None:
    """Whole lines; those of two processes are compared sorted, for they may change places."""
    program = written(SCRIPTS[name], tmp_path)
    real = natively(program)
    for seed in range(3):
        trace = pyqdemo.run(program, seed=seed)
        ours = trace.printed().splitlines()
        if name.startswith("shared"):
            real, ours = sorted(real), sorted(ours)
        assert ours == real, trace.outcome
        assert trace.outcome.kind is OutcomeKind.COMPLETED


STRUCTURE = """
class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double)]

def main():
    mp.Value(Point, 1.5)
"""


@pytest.mark.parametrize(
    "kind", ["Point", "ctypes.c_char_p", "ctypes.py_object", "ctypes.c_int.__ctype_be__"]
)
def test_what_is_not_plain_is_refused(kind: str, tmp_path: Path) -> None:
    if kind.endswith("be__") and sys.byteorder == "big":
        kind = kind.replace("be__", "le__")
    program = written(STRUCTURE.replace("Value(Point", f"Value({kind}"), tmp_path)
    with pytest.raises(RunError, match=r"program\.py:16") as refused:
        pyqdemo.run(program, seed=0)
    assert (kind.rpartition(".")[2] in str(refused.value)) or "c_int_" in str(refused.value)
