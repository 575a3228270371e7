"""Programs that are run in both worlds, each for one thing that could tell them apart."""

from __future__ import annotations

__all__ = ["BESIDE", "PROGRAMS"]

_FAMILY = """
import multiprocessing as mp
import os
import sys


def grand(conn, number):
    conn.send((number, mp.current_process().name, mp.parent_process().name, os.getpid()))
    sys.exit(number)


def child(conn, number):
    grandchildren = [mp.Process(target=grand, args=(conn, number * 10 + i)) for i in range(2)]
    for process in grandchildren:
        process.start()
    for process in grandchildren:
        process.join()
    conn.send([process.exitcode for process in grandchildren])
    conn.close()


if __name__ == "__main__":
    receiver, sender = mp.Pipe(duplex=False)
    children = [mp.Process(target=child, args=(sender, i), name=f"kid-{i}") for i in (1, 2)]
    for process in children:
        process.start()
    sender.close()
    try:
        while True:
            print(receiver.recv())
    except EOFError:
        print("everybody has closed")
    for process in children:
        process.join()
    print([process.exitcode for process in children], mp.active_children())
"""

_ENDS = """
import multiprocessing as mp
import os
import signal
import sys
import time


def forever():
    while True:
        time.sleep(1)


def ignoring():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ignoring")
    time.sleep(3)


def handling():
    def on(number, frame):
        print("got", number)
        sys.exit(7)

    signal.signal(signal.SIGTERM, on)
    print("handling")
    while True:
        time.sleep(1)


def failing():
    raise ValueError("told")


def leaving(code):
    sys.exit(code)


def hard():
    os._exit(9)


def aborting():
    os.abort()


def killing():
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    plans = [(forever,), (ignoring,), (handling,), (failing,), (leaving, 3), (leaving, "a text")]
    plans += [(leaving, None), (hard,), (aborting,), (killing,)]
    processes = [mp.Process(target=target, args=args) for target, *args in plans]
    for process in processes:
        process.start()
    time.sleep(1.5)
    for process in processes[:3]:
        process.terminate()
    for process in processes:
        process.join(10)
    print([process.exitcode for process in processes])
    killed = mp.Process(target=forever)
    killed.start()
    killed.kill()
    killed.join()
    print(killed.exitcode, killed.is_alive())
    mp.Process(target=forever, daemon=True).start()
    print("the end")
"""

_LOCKS = """
import multiprocessing as mp


class Worker(mp.Process):
    def __init__(self, lock, value, semaphore, barrier, event, condition):
        super().__init__()
        self.shared = lock, value, semaphore, barrier, event, condition

    def run(self):
        lock, value, semaphore, barrier, event, condition = self.shared
        event.wait()
        with semaphore:
            for _ in range(2):
                with lock:
                    value.value = value.value + 1
        barrier.wait()
        with condition:
            condition.notify_all()
        print(self.name, "is done")


if __name__ == "__main__":
    lock, value, semaphore = mp.RLock(), mp.Value("i", 0), mp.Semaphore(2)
    barrier, event, condition = mp.Barrier(3), mp.Event(), mp.Condition()
    shared = lock, value, semaphore, barrier, event, condition
    workers = [Worker(*shared) for _ in range(3)]
    for worker in workers:
        worker.start()
    event.set()
    with condition:
        print(condition.wait(timeout=5))
    for worker in workers:
        worker.join()
    print(value.value, lock, semaphore)
"""

_TIMES = """
import atexit
import multiprocessing as mp
import random
import time


@atexit.register
def bye():
    print("bye from", mp.current_process().name)


def child(lock, event, conn):
    print(lock.acquire(timeout=0.5), event.wait(0.2), conn.poll(0.3))
    time.sleep(random.random())
    print(random.randint(0, 9), time.monotonic() < 100)


if __name__ == "__main__":
    lock, event = mp.Lock(), mp.Event()
    one, other = mp.Pipe()
    lock.acquire()
    processes = [mp.Process(target=child, args=(lock, event, other)) for _ in range(2)]
    for process in processes:
        process.start()
    processes[0].join(0.1)
    print(processes[0].exitcode, processes[0].is_alive())
    for process in processes:
        process.join()
"""

_METHODS = """
import multiprocessing as mp
import sys

SEEN = {"number": 0}


def child(conn):
    conn.send((mp.get_start_method(), SEEN["number"], __name__, sys.argv[1:]))


if __name__ == "__main__":
    mp.set_start_method("spawn", force=True)
    SEEN["number"] = 5
    sys.argv.append("more")
    for method in (None, *mp.get_all_start_methods()):
        context = mp.get_context(method)
        one, other = context.Pipe()
        process = context.Process(target=child, args=(other,))
        process.start()
        print(method, one.recv(), process)
        process.join()
"""

_THREADS = """
import multiprocessing as mp
import queue
import threading
import time

LOCK = threading.Lock()


def feed(line, count):
    for number in range(count):
        line.put(number)
        time.sleep(0.1)


def child(conn, count):
    line = queue.Queue(2)
    threads = [threading.Thread(target=feed, args=(line, count)) for _ in range(2)]
    for thread in threads:
        thread.start()
    got = [line.get() for _ in range(2 * count)]
    for thread in threads:
        thread.join()
    with LOCK:
        conn.send(got)


if __name__ == "__main__":
    one, other = mp.Pipe()
    thread = threading.Thread(target=lambda: print("in a thread", one.recv()))
    thread.start()
    processes = [mp.Process(target=child, args=(other, 3)) for _ in range(2)]
    for process in processes:
        process.start()
    thread.join()
    print("in main", one.recv())
    for process in processes:
        process.join()
"""

_QUEUES = """
import multiprocessing as mp


def write(line, count):
    for number in range(count):
        line.put((number, "x" * 10))
    line.put(None)


def read(line, out):
    got = []
    while (item := line.get()) is not None:
        got.append(item[0])
    out.put(got)
    print("read", len(got))


def work(jobs):
    while True:
        print("job", jobs.get())
        jobs.task_done()


if __name__ == "__main__":
    line, out, jobs = mp.Queue(2), mp.SimpleQueue(), mp.JoinableQueue()
    plans = [(write, line, 3), (read, line, out)]
    processes = [mp.Process(target=target, args=args) for target, *args in plans]
    for process in processes:
        process.start()
    print(out.get(), line.empty())
    for process in processes:
        process.join()
    mp.Process(target=work, args=(jobs,), daemon=True).start()
    for number in range(2):
        jobs.put(number)
    jobs.join()
"""

_READ_LOCK = """
import multiprocessing as mp
import time


def read(line):
    while True:
        print(line.get())


def write(line):
    for number in range(4):
        line.put(number)
        time.sleep(0.1)


if __name__ == "__main__":
    line = mp.Queue()
    reader, writer = mp.Process(target=read, args=(line,)), mp.Process(target=write, args=(line,))
    reader.start()
    writer.start()
    writer.join()
    reader.terminate()
    reader.join()
    second = mp.Process(target=read, args=(line,))
    second.start()
    line.put("more")
    second.join(2)
    print(second.exitcode)
    second.kill()
"""

_DRAIN = """
import multiprocessing as mp


def put(line):
    line.put(b"x" * 70_000)
    print("put has returned")


if __name__ == "__main__":
    line = mp.Queue()
    process = mp.Process(target=put, args=(line,))
    process.start()
    process.join(3)
    print(process.exitcode, len(line.get()))
    process.join()
"""

_BESIDE = """
import beside
import multiprocessing as mp


def child(conn):
    import later

    conn.send((beside.NUMBER, later.NUMBER, beside.add(1)))


if __name__ == "__main__":
    beside.NUMBER = 99
    one, other = mp.Pipe()
    processes = [mp.Process(target=child, args=(other,)) for _ in range(2)]
    for process in processes:
        process.start()
    print(one.recv(), one.recv())
    for process in processes:
        process.join()
    print(beside.LOG)
"""

_UNGUARDED = """
import multiprocessing as mp


def child():
    print("in the child")


process = mp.Process(target=child)
process.start()
process.join()
print(process.exitcode)
"""

_UNPICKLABLE = """
import multiprocessing as mp


class Bad:
    def __reduce__(self):
        return fail, ()


def fail():
    raise LookupError("while it is unpickled")


def child(value):
    print("has got", type(value).__name__)


if __name__ == "__main__":
    for args in ((lambda: 1,), (Bad(),)):
        process = mp.Process(target=child, args=args)
        try:
            process.start()
        except Exception as error:
            print(type(error).__name__)
        else:
            process.join()
            print(process.exitcode)
"""

_ORPHANS = """
import multiprocessing as mp
import os
import time


def grand():
    time.sleep(5)
    print("the parent lives:", mp.parent_process().is_alive())


def child():
    mp.Process(target=grand).start()
    os._exit(3)


if __name__ == "__main__":
    process = mp.Process(target=child)
    process.start()
    process.join()
    print(process.exitcode)
"""

_STREAMS = """
import io
import multiprocessing as mp
import os
import sys


def child(folder):
    os.chdir(folder)
    sys.stdout = io.StringIO()
    print("into the void")
    sys.__stdout__.write("into the old one\\n")
    sys.stdout = None
    print("to nobody")
    raise KeyError("in another folder")


if __name__ == "__main__":
    process = mp.Process(target=child, args=("/",))
    process.start()
    process.join()
    print(process.exitcode, "x" * 100_000)
"""

_SIGNALLED = """
import multiprocessing as mp
import signal
import time


def child(event):
    def on(number, frame):
        print("signal", number, event.wait(0.2))

    signal.signal(signal.SIGTERM, on)
    print(event.wait(2))
    print(event.wait(1))


if __name__ == "__main__":
    event = mp.Event()
    process = mp.Process(target=child, args=(event,))
    process.start()
    for _ in range(3):
        time.sleep(0.5)
        if process.is_alive():
            process.terminate()
    event.set()
    process.join()
    print(process.exitcode)
"""

PROGRAMS: dict[str, str] = {
    "family": _FAMILY,
    "ends": _ENDS,
    "locks": _LOCKS,
    "times": _TIMES,
    "methods": _METHODS,
    "threads": _THREADS,
    "queues": _QUEUES,
    "read_lock": _READ_LOCK,
    "drain": _DRAIN,
    "imports": _BESIDE,
    "unguarded": _UNGUARDED,
    "unpicklable": _UNPICKLABLE,
    "orphans": _ORPHANS,
    "streams": _STREAMS,
    "signalled": _SIGNALLED,
}

#: What stands beside ``imports``.
BESIDE: dict[str, str] = {
    "beside.py": "NUMBER = 1\nLOG = []\n\n\ndef add(item):\n    LOG.append(item)\n    return LOG\n",
    "later.py": 'NUMBER = 2\nprint("later is imported")\n',
}
