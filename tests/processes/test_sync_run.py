"""Programs with locks, events and shared memory between simulated processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pyqdemo
from pyqdemo.trace import OutcomeKind, Trace

FOOT = """
if __name__ == "__main__":
    mp.set_start_method("spawn")
    main()
"""

ADDING = """
import multiprocessing as mp

def add(value):
    {around}
        value.value += 1

def main():
    value = mp.Value("i", 5)
    adders = [mp.Process(target=add, args=(value,)) for _ in range(2)]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    print(value.value)
"""

CIRCLE = """
import multiprocessing as mp, time

def take(first, second, mine, other):
    with first:
        mine.set()
        other.wait()
        with second:
            pass

def beat():
    while True:
        time.sleep(1)

def main():
    a, b, mine, other = mp.Lock(), mp.Lock(), mp.Event(), mp.Event()
    mp.Process(target=beat, daemon=True).start()
    one = mp.Process(target=take, args=(a, b, mine, other))
    two = mp.Process(target=take, args=(b, a, other, mine))
    one.start()
    two.start()
    one.join()
"""

HOLDER = """
import multiprocessing as mp

def hold(lock, ready):
    lock.acquire()
    ready.set()
    mp.Event().wait()

def main():
    lock, ready = mp.Lock(), mp.Event()
    holder = mp.Process(target=hold, args=(lock, ready))
    holder.start()
    ready.wait()
    holder.kill()
    holder.join()
    print(lock, lock.acquire(timeout=1))
    lock.acquire()
"""

#: The child is killed in its wait: the parent looks inside until it counts as asleep.
WAITER = """
import multiprocessing as mp, os, threading

def wait(event):
    event.wait()

def main():
    event = mp.Event()
    waiter = mp.Process(target=wait, args=(event,))
    waiter.start()
    while not event._cond._sleeping_count.get_value():
        pass
    waiter.kill()
    waiter.join()
    setter = threading.Thread(target=event.set, daemon=True)
    setter.start()
    setter.join(2)
    print(setter.is_alive(), flush=True)
    os._exit(0)
"""

WAITED = """
import multiprocessing as mp

def wait(event, ready):
    ready.release()
    event.wait()

def main():
    event, ready = mp.Event(), mp.Semaphore(0)
    waiter = mp.Process(target=wait, args=(event, ready))
    waiter.start()
    ready.acquire()
    waiter.kill()
    waiter.join()
    event.set()
    print("set")
"""


def written(source: str, folder: Path) -> Path:
    program = folder / "program.py"
    program.write_text(source + FOOT, encoding="utf-8")
    return program


def waits(trace: Trace) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.task, each.operation, each.holders) for each in trace.outcome.waits]


@pytest.mark.parametrize(
    ("around", "sums"), [("if value:", {"6", "7"}), ("with value:", {"7"})], ids=["bare", "locked"]
)
def test_an_update_may_be_lost_unless_the_lock_is_held_around_it(
    around: str, sums: set[str], tmp_path: Path
) -> None:
    """``value.value += 1`` takes the lock twice, for the read and for the write."""
    program = written(ADDING.format(around=around), tmp_path)
    found = {pyqdemo.run(program, seed=seed).printed().splitlines()[0] for seed in range(12)}
    assert found == sums


def test_two_processes_that_hold_one_lock_each_are_told_beside_a_busy_daemon(
    tmp_path: Path,
) -> None:
    """The daemon sleeps on for ever, and the first process waits for one of the two."""
    trace = pyqdemo.run(written(CIRCLE, tmp_path), seed=1)
    assert (trace.outcome.kind, trace.outcome.detail) == (
        OutcomeKind.DEADLOCK,
        "they wait for each other",
    )
    circle = {("0.2", "acquire", ("0.3",)), ("0.3", "acquire", ("0.2",))}
    assert circle <= set(waits(trace))


def test_a_killed_holder_keeps_the_lock(tmp_path: Path) -> None:
    """Whatever the schedule; the table tells to wait for the dead."""
    program = written(HOLDER, tmp_path)
    for seed in range(3):
        trace = pyqdemo.run(program, seed=seed)
        assert trace.printed().splitlines() == ["<Lock(owner=SomeOtherProcess)> False"]
        assert waits(trace) == [("0", "acquire", ("0.1",))]
        kept = [event.resource for event in trace.events if event.operation == "kept"]
        assert kept[0] == "0/mp_lock/1"


def test_a_set_after_a_waiter_was_killed_hangs_natively(tmp_path: Path) -> None:
    """So that what the model does with it is no fancy of ours."""
    command = [sys.executable, str(written(WAITER, tmp_path))]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, "True\n"), run.stderr


def test_a_set_hangs_where_the_waiter_was_killed_asleep_and_else_does_not(tmp_path: Path) -> None:
    """In some schedules the kill comes before the child waits."""
    program = written(WAITED, tmp_path)
    ends = set()
    for seed in range(8):
        trace = pyqdemo.run(program, seed=seed)
        asleep = any(event.operation == "enter" for event in trace.events)
        lines = trace.printed().splitlines()
        ends.add((asleep, str(trace.outcome.kind), tuple(waits(trace)), *lines))
    assert ends == {
        (True, "deadlock", (("0", "notify", ("0.1",)),)),
        (False, "completed", (), "set"),
    }


def test_the_same_seed_gives_the_same_events(tmp_path: Path) -> None:
    program = written(CIRCLE, tmp_path)
    assert pyqdemo.run(program, seed=3) == pyqdemo.run(program, seed=3)


@pytest.mark.parametrize("source", [CIRCLE, HOLDER, WAITED], ids=["circle", "holder", "waiter"])
def test_real_processes_give_the_same_events(source: str, tmp_path: Path) -> None:
    program = written(source, tmp_path)
    simulated, real = (pyqdemo.run(program, seed=2, world=world) for world in ("simulated", "real"))
    assert real.events == simulated.events
    assert real.outcome == simulated.outcome


INHERITED = """
import multiprocessing as mp

def take(shared):
    pass

def main():
    fork, spawn = mp.get_context("fork"), mp.get_context("spawn")
    for shared in (fork.Event(), fork.Barrier(2), fork.Condition()):
        try:
            spawn.Process(target=take, args=(shared,)).start()
        except RuntimeError as error:
            print(type(shared).__name__, str(error)[:35])
    for make in (mp.Lock, mp.Semaphore, mp.Event, mp.Condition, mp.Barrier, mp.Value, mp.Array):
        try:
            make(1, 2, 3, 4, 5)
        except TypeError as error:
            print(error)
    for make in (mp.Barrier, mp.RawValue, mp.RawArray):
        try:
            make()
        except TypeError as error:
            print(error)
"""


def test_what_was_made_for_forked_processes_and_wrong_arguments_raise_as_natively(
    tmp_path: Path,
) -> None:
    """An event and a barrier are made of locks that know for which start method they are. The
    texts of what is called wrongly name the library's own methods."""
    program = tmp_path / "inherited.py"
    program.write_text(INHERITED + FOOT)
    command = [sys.executable, str(program)]
    native = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert len(native.stdout.splitlines()) == 3 + 7 + 3
    assert pyqdemo.run(program, seed=0, world="simulated").printed() == native.stdout
