"""Stuck is said when nothing can move, with who waits for whom; and not otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from watching import watch, write

from pyqdemo.trace import OutcomeKind

THREADS = "import threading\nfrom queue import *\nfrom threading import Thread\n"
PROCESSES = "import multiprocessing as mp, os, signal, sys, threading, time\n"

#: Name, start method, program, and each wait: task, operation, resource, who could help.
STUCK = {
    "two locks in opposite order": (
        None,
        THREADS
        + """
a, b, met = threading.Lock(), threading.Lock(), threading.Barrier(2)
def work(first, second):
    with first:
        met.wait()
        with second:
            pass
one, two = Thread(target=work, args=(a, b)), Thread(target=work, args=(b, a))
one.start(); two.start(); one.join()
""",
        {
            ("0", "join", "0.1", ("0.1",)),
            ("0.1", "acquire", "0/lock/2", ("0.2",)),
            ("0.2", "acquire", "0/lock/1", ("0.1",)),
        },
    ),
    "a lock taken twice": (
        None,
        THREADS + "lock = threading.Lock(); lock.acquire(); lock.acquire()\n",
        {("0", "acquire", "0/lock/1", ("0",))},
    ),
    "get with nobody left": (
        None,
        THREADS + "Queue().get()\n",
        {("0", "get", "0/queue/1", ())},
    ),
    "put with nobody left": (
        None,
        THREADS + "queue = Queue(1); queue.put(1); queue.put(2)\n",
        {("0", "put", "0/queue/1", ())},
    ),
    "join without task_done": (
        None,
        THREADS + "queue = Queue(); queue.put(1); queue.get(); queue.join()\n",
        {("0", "join", "0/queue/1", ())},
    ),
    "a semaphore nobody releases": (
        None,
        THREADS + "taken = threading.Semaphore(0); taken.acquire()\n",
        {("0", "acquire", "0/semaphore/1", ())},
    ),
    "an event nobody sets": (
        None,
        THREADS + "threading.Event().wait()\n",
        {("0", "wait", "0/event/1", ())},
    ),
    "a thread that keeps the program open": (
        None,
        THREADS + "Thread(target=SimpleQueue().get).start()\n",
        {("0", "exit", None, ("0.1",)), ("0.1", "get", "0/simple/1", ())},
    ),
    "a condition nobody notifies": (
        None,
        PROCESSES
        + """
def wait(condition):
    with condition:
        condition.wait()
if __name__ == "__main__":
    child = mp.Process(target=wait, args=(mp.Condition(),))
    child.start(); child.join()
""",
        {("0", "join", "0.1", ("0.1",)), ("0.1", "wait", "0/mp_condition/1", ())},
    ),
    "join before draining": (
        None,
        PROCESSES
        + """
def write(queue):
    queue.put("x" * 70_000)
if __name__ == "__main__":
    queue = mp.Queue()
    child = mp.Process(target=write, args=(queue,))
    child.start(); child.join(); queue.get()
""",
        {
            ("0", "join", "0.1", ("0.1",)),
            ("0.1", "exit", None, ("0.1~1",)),
            ("0.1~1", "feed", "0/mp_queue/1", ()),
        },
    ),
    "a reader killed with the read lock": (
        "fork",
        PROCESSES
        + """
def read(queue, ready):
    ready.set()
    queue.get()
if __name__ == "__main__":
    queue, ready = mp.Queue(), mp.Event()
    child = mp.Process(target=read, args=(queue, ready))
    child.start(); ready.wait()
    while not queue._rlock._semlock._is_zero():
        pass
    time.sleep(0.3)  # it holds the lock; let it get to the pipe
    child.kill(); child.join()
    queue.put("never read")
    queue.get()
""",
        {("0", "get", "0/mp_queue/1", ("0.1",))},
    ),
    "a pipe whose sender was killed": (
        "fork",
        PROCESSES
        + """
def send(end):
    end.send(1)
    os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    reader, writer = mp.Pipe(False)
    child = mp.Process(target=send, args=(writer,))
    child.start()
    print(reader.recv())
    reader.recv()
""",
        {("0", "recv", "0/pipe_end/1", ())},
    ),
    "a full pipe nobody reads": (
        None,
        PROCESSES + "reader, writer = mp.Pipe(); writer.send(bytes(10_000_000))\n",
        {("0", "send", "0/pipe_end/2", ())},
    ),
    "a full simple queue nobody reads": (
        None,
        PROCESSES + "queue = mp.SimpleQueue(); queue.put(bytes(10_000_000))\n",
        {("0", "put", "0/mp_simple/1", ())},
    ),
    "a queue whose last item another took": (
        None,
        PROCESSES
        + """
queue = mp.Queue()
queue.put(1)
while not queue._reader.poll():
    pass
queue._rlock.acquire()
reader = threading.Thread(target=queue.get)
reader.start()
while not queue._reader.poll():
    pass
queue._reader.recv_bytes()
queue._rlock.release()
reader.join()
""",
        {("0", "join", "0.1", ("0.1",)), ("0.1", "get", "0/mp_queue/1", ())},
    ),
}

MOVING = {
    "a long sleep": THREADS + "import time; time.sleep(0.7)\n",
    "a get with a timeout": THREADS
    + """
try:
    Queue().get(timeout=0.7)
except Empty:
    pass
""",
    "a loop that computes": THREADS
    + """
import time
until = time.monotonic() + 0.7
while time.monotonic() < until:
    pass
""",
    "a thread that computes while main waits": THREADS
    + """
import time
def work():
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        pass
thread = Thread(target=work)
thread.start(); thread.join()
""",
    "a wait for a socket": THREADS
    + """
import select
select.select([], [], [], 0.7)
""",
    "a wait for a program": THREADS
    + "import subprocess; subprocess.run(['sleep', '0.7'], check=True)\n",
    "a daemon that waits while main works": THREADS
    + """
import time
Thread(target=Queue().get, daemon=True).start()
time.sleep(0.7)
""",
    "an idle feeder": PROCESSES
    + """
queue = mp.Queue()
queue.put(1); queue.get()
time.sleep(0.7)
""",
    "a library's thread that computes": THREADS
    + """
import time
from concurrent.futures import ThreadPoolExecutor
queue = Queue()
def work():
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        pass
    queue.put(1)
with ThreadPoolExecutor(1) as pool:
    pool.submit(work)
    queue.get()
""",
    "a pool that computes": PROCESSES
    + """
def work(queue):
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        pass
    queue.put(1)
if __name__ == "__main__":
    with mp.Manager() as manager, mp.Pool(1) as pool:
        queue = mp.Queue()
        mp.get_context("fork").Process(target=work, args=(queue,)).start()
        queue.get()
""",
    "a fork that computes": PROCESSES
    + """
queue = mp.Queue()
if os.fork() == 0:
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        pass
    queue.put(1)
    queue.close(); queue.join_thread()
    os._exit(0)
queue.get()
os.wait()
""",
    "a child that imports for long": PROCESSES
    + """
if __name__ == "__main__":
    child = mp.get_context("spawn").Process(target=print)
    child.start(); child.join()
else:
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        pass
""",
    "a handler of a signal that releases": PROCESSES
    + """
event = threading.Event()
signal.signal(signal.SIGALRM, lambda *_: event.set())
signal.setitimer(signal.ITIMER_REAL, 0.7)
event.wait()
""",
    "a timer": THREADS
    + """
event = threading.Event()
threading.Timer(0.7, event.set).start()
event.wait()
""",
    "what is done at exit": THREADS
    + """
import atexit, time
def work():
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        pass
atexit.register(work)
""",
}


@pytest.mark.parametrize("name", STUCK)
def test_a_program_that_cannot_move_is_stuck_and_says_who_waits_for_whom(
    name: str, tmp_path: Path
) -> None:
    method, text, expected = STUCK[name]
    run = watch(write(tmp_path, text), start_method=method, stuck_s=0.4)
    assert run.outcome.kind is OutcomeKind.STUCK
    waits = {(w.task, w.operation, w.resource, tuple(w.holders)) for w in run.outcome.waits}
    assert waits == expected


@pytest.mark.parametrize("name", MOVING)
def test_a_program_that_may_still_move_is_never_called_stuck(name: str, tmp_path: Path) -> None:
    """Each is quiet for 0.7 s, several times as long as it takes to be called stuck here."""
    run = watch(write(tmp_path, MOVING[name]), stuck_s=0.15)
    assert (run.outcome.kind, run.outcome.exit_code) == (OutcomeKind.COMPLETED, 0), run.stderr


def test_sixty_kilobytes_fit_into_the_pipe_and_seventy_do_not(tmp_path: Path) -> None:
    """The pipe holds 64 KiB: the same program, joined before it is drained, ends with 60 kB."""
    text = STUCK["join before draining"][1].replace("70_000", "60_000")
    assert watch(write(tmp_path, text)).outcome.kind is OutcomeKind.COMPLETED
