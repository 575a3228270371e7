"""Programs with the queues of multiprocessing print under control what Python itself prints.

Each is run natively, in processes that are simulated and, where it says so, in real ones. What
they print hangs on no schedule. Modelled on CPython's ``_test_multiprocessing``, ``_TestQueue``:
``test_put``, ``test_get``, ``test_fork``, ``test_qsize``, ``test_task_done``,
``test_no_import_lock_contention`` aside, ``test_timeout`` without its clock,
``test_queue_feeder_donot_stop_onexc``, ``test_queue_feeder_on_queue_feeder_error`` and
``test_closed_queue_put_get_exceptions``; of ``_TestSimpleQueue`` ``test_empty_exceptions``,
``test_empty``, ``test_close``.
"""

from __future__ import annotations

import multiprocessing
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from pyqdemo.executing import run
from pyqdemo.trace import OutcomeKind

METHODS = [each for each in ("fork", "spawn") if each in multiprocessing.get_all_start_methods()]

HEAD = """
import multiprocessing as mp
import pickle, queue, sys, time
from multiprocessing import queues

def attempt(call, *args, **kwargs):
    try:
        return call(*args, **kwargs)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

def until_empty(q):
    # The feeder of a process that is over has delivered everything.
    found = []
    while True:
        try:
            found.append(q.get(timeout=1))
        except queue.Empty:
            return found
"""

PROGRAMS = {
    "names and errors": """
    class Own(queues.Queue):
        '''One of the program's own.'''
        def __init__(self, maxsize):
            super().__init__(maxsize, ctx=mp.get_context())
            self.notes = []
        def put(self, obj, *args):
            self.notes.append(obj)
            super().put(obj, *args)

    def main(ctx):
        q = ctx.Queue(2)
        print(type(q) is queues.Queue, isinstance(q, queues.Queue), q._maxsize)
        print(ctx.Queue()._maxsize, ctx.Queue(-1)._maxsize, ctx.JoinableQueue(3)._maxsize)
        for wrong in ("a", 2.5, None):
            print(attempt(ctx.Queue, wrong))
        print(attempt(ctx.SimpleQueue, 1).split("(")[0])
        print(attempt(queues.Queue, 1))
        print(attempt(q.get, False), attempt(q.get_nowait), attempt(q.get, True, 0.01))
        print(attempt(q.get, timeout=-1), attempt(q.get, block=False, timeout=5))
        q.put(1); q.put(2)
        print(attempt(q.put, 3, False), attempt(q.put_nowait, 3), attempt(q.put, 3, True, 0.01))
        print(attempt(q.put, 3, timeout=-1), q.full(), q.qsize())
        print(attempt(q.put, 3, True, "x"), attempt(q.get, True, "x"))
        print(q.get(), q.get(timeout=5), q.full(), q.qsize(), q.empty())
        print(attempt(pickle.dumps, q), attempt(q.join_thread) != None)
        own = Own(5)
        own.put("mine")
        print(own.get(), own.notes, isinstance(own, queues.Queue))
        print(hasattr(q, "task_done"), hasattr(q, "join"), hasattr(ctx.SimpleQueue(), "qsize"))
        print(queues.Empty is queue.Empty, queues.Full is queue.Full)
    """,
    "closing": """
    def main(ctx):
        q = ctx.Queue()
        told = lambda error: error.split("<")[0] + error.split(">")[-1]
        print(told(attempt(q.join_thread)))
        q.put(1)
        q.close()
        print(told(attempt(q.put, 2)), told(attempt(q.get)), told(attempt(q.put_nowait, 2)))
        q.join_thread()
        q.join_thread()
        print(q.qsize(), q.full(), attempt(q.empty))
        q.close()
        fresh = ctx.Queue()
        fresh.close()
        fresh.join_thread()
        fresh.cancel_join_thread()
        print(fresh.empty(), told(attempt(fresh.get)))
        simple = ctx.SimpleQueue()
        simple.put(1)
        simple.close()
        simple.close()
        print(attempt(simple.put, 1), attempt(simple.get), attempt(simple.empty))
    """,
    "many kinds of values": """
    class Point:
        def __init__(self, x):
            self.x = x
        def __eq__(self, other):
            return type(other) is Point and other.x == self.x

    def echo(there, back):
        while True:
            value = there.get()
            back.put((type(value).__name__, value))
            if value is None:
                break

    VALUES = [1, "text", b"bytes", 2.5, True, [1, [2]], {"a": (1,)}, {3}, Point(4), Point,
              ValueError("no", 1), "x" * 100_000, range(3), echo, len]

    def main(ctx):
        there, back = ctx.Queue(), ctx.Queue()
        child = ctx.Process(target=echo, args=(there, back))
        child.start()
        for value in [*VALUES, None]:
            there.put(value)
            name, got = back.get()
            same = repr(got) == repr(value) if isinstance(value, Exception) else got == value
            print(name, same, got is value)
        child.join()
        print(child.exitcode)
    """,
    "through every kind of queue": """
    def work(kind, q):
        for number in range(5):
            q.put(number * number)

    def main(ctx):
        for kind in ("Queue", "JoinableQueue", "SimpleQueue"):
            q = getattr(ctx, kind)()
            child = ctx.Process(target=work, args=(kind, q))
            child.start()
            print(kind, [q.get() for _ in range(5)], q.empty())
            child.join()
    """,
    "joinable": """
    def work(q, done):
        while (item := q.get()) is not None:
            done.put(item * 2)
            q.task_done()
        q.task_done()

    def main(ctx):
        q, done = ctx.JoinableQueue(), ctx.Queue()
        print(attempt(q.task_done))
        q.join()
        workers = [ctx.Process(target=work, args=(q, done)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for number in range(6):
            q.put(number)
        q.join()
        print(sorted(until_empty(done)))
        for _ in workers:
            q.put(None)
        q.join()
        for worker in workers:
            worker.join()
        print(attempt(q.task_done), q.qsize())
    """,
    "a large item is got before its process is joined": """
    def work(q):
        q.put("x" * 300_000)

    def main(ctx):
        q = ctx.Queue()
        child = ctx.Process(target=work, args=(q,))
        child.start()
        print(len(q.get()))
        child.join()
        print(child.exitcode)
    """,
    "values that cannot be pickled": """
    class Wrong:
        def __reduce__(self):
            raise RuntimeError("not me")

    class Told(queues.Queue):
        @staticmethod
        def _on_queue_feeder_error(e, obj):
            ERRORS.append((type(e).__name__, str(e), type(obj).__name__))

    ERRORS = []

    def main(ctx):
        q = ctx.Queue(1)
        q.put(Wrong())
        q.put(main.__code__)
        q.put("fine")
        print(q.get(timeout=5), q.qsize())
        told = Told(1, ctx=ctx)
        told.put(Wrong())
        told.put("fine")
        print(told.get(), ERRORS)
        simple = ctx.SimpleQueue()
        print(attempt(simple.put, Wrong()), simple.empty())
    """,
    "values that cannot be unpickled": """
    def fail(*args):
        raise LookupError(*args)

    class Wrong:
        def __reduce__(self):
            return fail, ("not here",)

    def main(ctx):
        for q in (ctx.Queue(), ctx.SimpleQueue()):
            q.put(Wrong())
            q.put("next")
            print(attempt(q.get), q.get())
    """,
    "one queue for threads of two processes": """
    import threading

    def half(q, first):
        threads = [threading.Thread(target=q.put, args=(first + n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def main(ctx):
        q = ctx.Queue()
        child = ctx.Process(target=half, args=(q, 10))
        child.start()
        half(q, 20)
        child.join()
        print(sorted(q.get() for _ in range(6)))
        print(threading.active_count() >= 1)
    """,
    "a queue within a queue's item": """
    def main(ctx):
        q = ctx.Queue(1)
        q.put([q])
        q.put("next")
        print(q.get())
    """,
    "what a daemon puts while its process leaves": """
    import threading

    def put_late(q, go, is_put):
        go.wait()
        q.put("late")
        is_put.set()

    def last(go, is_put):
        go.set()
        is_put.wait()

    def child(q, go, is_put):
        # Its first put comes when this process waits for its child already.
        threading.Thread(target=put_late, args=(q, go, is_put), daemon=True).start()
        mp.Process(target=last, args=(go, is_put)).start()

    def main(ctx):
        q, go, is_put = ctx.Queue(), ctx.Event(), ctx.Event()
        process = ctx.Process(target=child, args=(q, go, is_put))
        process.start()
        process.join()
        print(q.get())
    """,
    "a feeder that pickles while another thread starts a process": """
    class Sending:
        # It is pickled by the thread that starts the process, the lock by the feeder.
        def __init__(self, q, lock):
            self.q, self.lock = q, lock
        def __getstate__(self):
            self.q.put(self.lock)
            self.q.close()
            self.q.join_thread()
            return {}

    def child(sending):
        print(vars(sending) == {}, flush=True)

    def main(ctx):
        if ctx.get_start_method() == "fork":
            return  # nothing is pickled
        process = ctx.Process(target=child, args=(Sending(ctx.Queue(), ctx.Lock()),))
        process.start()
        process.join()
    """,
    "items of a process that is over": """
    def work(q):
        for number in range(3):
            q.put(number)

    def leave(q):
        q.put("never mind")
        q.cancel_join_thread()
        time.sleep(0.2)

    def main(ctx):
        q = ctx.Queue()
        child = ctx.Process(target=work, args=(q,))
        child.start()
        child.join()
        print(until_empty(q))
        child = ctx.Process(target=leave, args=(q,))
        child.start()
        child.join()
        print(until_empty(q))
    """,
}


def program(folder: Path, body: str) -> Path:
    """A program that calls ``main`` with the context of the method it is given."""
    tail = """
    if __name__ == "__main__":
        mp.set_start_method(sys.argv[1])
        main(mp.get_context())
    """
    path = folder / "main.py"
    path.write_text(HEAD + dedent(body) + dedent(tail), encoding="utf-8")
    return path


def natively(path: Path, method: str) -> tuple[str, str]:
    """What Python itself makes of it: what it prints, and the last lines of its tracebacks."""
    done = subprocess.run(
        [sys.executable, path, method], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout, ends(done.stderr)


def controlled(path: Path, method: str, seed: int, world: str = "simulated") -> tuple[str, str]:
    """The same of a run under control."""
    trace = run(path, seed=seed, arguments=[method], world=world)
    assert trace.outcome is not None
    assert trace.outcome.kind is OutcomeKind.COMPLETED, trace.outcome
    return trace.printed(), ends(trace.printed("stderr"))


def ends(traceback: str) -> str:
    """The lines of tracebacks that name the exceptions."""
    return "".join(re.findall(r"^\w[\w.]*Error: .*\n", traceback, re.MULTILINE))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_it_prints_natively(
    tmp_path: Path, name: str, method: str, how_many: Callable[..., int]
) -> None:
    path = program(tmp_path, PROGRAMS[name])
    wanted = natively(path, method)
    for seed in range(how_many(4, soak=100)):
        assert controlled(path, method, seed) == wanted, seed


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "name", ["joinable", "many kinds of values", "values that cannot be pickled"]
)
def test_so_it_does_in_real_processes(tmp_path: Path, name: str, method: str) -> None:
    path = program(tmp_path, PROGRAMS[name])
    assert controlled(path, method, 0, "real") == natively(path, method)
