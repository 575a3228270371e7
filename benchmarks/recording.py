"""What recording costs: whole programs of 20,000 small messages, watched beside bare.

Each pair runs in turn, bare then watched, and the ratio of their medians is printed with
the bound it is held to. Run: ``make bench`` or ``python benchmarks/recording.py``.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from pyqdemo.worlds.native.running import Bounds, Request, run

MESSAGES = 20_000
PROGRAMS = {
    "queue.Queue(10), two threads": (1.8, "from queue import Queue\nMAKE = lambda: Queue(10)"),
    "queue.Queue(), two threads": (2.5, "from queue import Queue\nMAKE = lambda: Queue()"),
    "multiprocessing.Queue": (1.3, "from multiprocessing import Queue\nMAKE = Queue"),
    "multiprocessing.Pipe": (1.3, ""),
}
THREADS = """
import os, threading, time
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {{max(os.sched_getaffinity(0))}})
def give(q):
    for i in range({n}):
        q.put(i)
def take(q):
    for i in range({n}):
        q.get()
def main():
    q = MAKE()
    tasks = [threading.Thread(target=f, args=(q,)) for f in (give, take)]
    began = time.perf_counter()
    for task in tasks:
        task.start()
    for task in tasks:
        task.join()
    print(time.perf_counter() - began)
main()
"""
PROCESSES = """
import time
from multiprocessing import Process
def give(q):
    for i in range({n}):
        q.put(i)
def main():
    q = MAKE()
    task = Process(target=give, args=(q,))
    began = time.perf_counter()
    task.start()
    for i in range({n}):
        q.get()
    task.join()
    print(time.perf_counter() - began)
if __name__ == "__main__":
    main()
"""
PIPE = """
import time
from multiprocessing import Process, Pipe
def give(end):
    for i in range({n}):
        end.send(i)
def main():
    ours, theirs = Pipe(duplex=False)
    task = Process(target=give, args=(theirs,))
    began = time.perf_counter()
    task.start()
    for i in range({n}):
        ours.recv()
    task.join()
    print(time.perf_counter() - began)
if __name__ == "__main__":
    main()
"""


class Printed:
    follows = False

    """A watcher that keeps what the program printed, and draws nothing."""

    def __init__(self) -> None:
        self.text = ""

    def printed(self, stream: str, text: str) -> None:
        self.text += text

    def recorded(self, records: object) -> None:
        pass

    def tick(self, elapsed_ns: int) -> None:
        pass


def bare(path: Path) -> tuple[float, float]:
    began = perf_counter()
    out = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    return float(out.stdout), perf_counter() - began


def watched(path: Path) -> tuple[float, float]:
    looker = Printed()
    began = perf_counter()
    with run(Request(path), Bounds(), looker):
        return float(looker.text), perf_counter() - began


def source(name: str, make: str) -> str:
    text = PIPE if not make else THREADS if "thread" in name else PROCESSES
    return make + text.format(n=MESSAGES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    print(f"{MESSAGES} messages, median of {rounds} rounds; seconds between start and last join")
    with tempfile.TemporaryDirectory() as folder:
        for name, (bound, make) in PROGRAMS.items():
            path = Path(folder) / "program.py"
            path.write_text(source(name, make), encoding="utf-8")
            pairs = [(bare(path)[0], watched(path)[0]) for _ in range(rounds)]
            plain, seen = (statistics.median(side) for side in zip(*pairs, strict=True))
            ratio = statistics.median(b / a for a, b in pairs)
            print(
                f"{name:30} bare {plain:6.3f} s  watched {seen:6.3f} s  "
                f"ratio {seen / plain:4.2f} (pairwise {ratio:4.2f}), at most {bound}"
            )


if __name__ == "__main__":
    main()
