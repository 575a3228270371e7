"""What a run under control costs: executions a second, and a task switch beside a bare one.

The program is a bounded buffer: Queue(2), two producers and two consumers of three items
each, under random schedules. Everything runs on one processor. The same program is given
to the PyPI packages ``interleave-test`` and ``frontrun`` where this Python has them
(``pip install --group peers``). Run: ``make bench`` or ``python benchmarks/scheduling.py``.
"""

from __future__ import annotations

import _thread
import argparse
import importlib.util
import itertools
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from pyqdemo.executing import Plan, carry, run
from pyqdemo.loading import load
from pyqdemo.point import Point, Strategy
from pyqdemo.strategies.random import Random
from pyqdemo.worlds.threads.carriers import Carriers

HANDOVERS = 20_000
LONG = 300  # items of each producer where starting and ending shall not count
PER_SWITCH = 2.5  # bound: our switch beside a bare handover
EXECUTIONS = 2_000  # bound: a second, where a bare handover takes 6 µs
PROGRAM = """
from queue import Queue
from threading import Thread

def produce(queue, name):
    for number in range(3):
        queue.put((name, number))

def consume(queue, eaten):
    for _ in range(3):
        eaten.append(queue.get())

def main():
    queue, eaten = Queue(2), [[], []]
    threads = [Thread(target=produce, args=(queue, name)) for name in "AB"]
    threads += [Thread(target=consume, args=(queue, each)) for each in eaten]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(eaten[0] + eaten[1]) == 6

if __name__ == "__main__":
    main()
"""


def handover_s() -> float:
    """Seconds that one thread takes to wake another and go to sleep itself."""
    here, there = _thread.allocate_lock(), _thread.allocate_lock()
    here.acquire()
    there.acquire()

    def other() -> None:
        for _ in range(HANDOVERS // 2):
            there.acquire()
            here.release()

    thread = threading.Thread(target=other)
    thread.start()
    began = perf_counter()
    for _ in range(HANDOVERS // 2):
        there.release()
        here.acquire()
    took = perf_counter() - began
    thread.join()
    return took / HANDOVERS


class Stay:
    """Goes on with the running task for as long as it can go on: almost no switches."""

    def begin(self) -> None:
        pass

    def choose(self, point: Point) -> str:
        return point.running if point.running in point.enabled else point.enabled[0]


@dataclass(frozen=True, slots=True)
class Cost:
    """What executions of one program took: totals."""

    executions: int
    steps: int
    switches: int
    seconds: float


def ours(program: str, strategies: Iterable[Strategy]) -> Cost:
    """What it costs to execute a program once with each strategy."""
    with tempfile.TemporaryDirectory() as folder, Carriers(pinned=True) as carriers:
        file = Path(folder, "buffer.py")
        file.write_text(program, encoding="utf-8")
        loaded, plan = load(file), Plan(program=file)
        executions = steps = switches = 0
        began = perf_counter()
        for strategy in strategies:
            choices = carry(loaded, plan, strategy, carriers).choices
            executions += 1
            steps += len(choices)
            switches += sum(a != b for a, b in itertools.pairwise(choices))
        return Cost(executions, steps, switches, perf_counter() - began)


def buffer_model() -> None:
    """The program as a function, for those who control functions."""
    channel: queue.Queue[tuple[str, int]] = queue.Queue(2)
    eaten: list[list[tuple[str, int]]] = [[], []]

    def produce(name: str) -> None:
        for number in range(3):
            channel.put((name, number))

    def consume(mine: list[tuple[str, int]]) -> None:
        for _ in range(3):
            mine.append(channel.get())

    threads = [threading.Thread(target=produce, args=(name,)) for name in "AB"]
    threads += [threading.Thread(target=consume, args=(mine,)) for mine in eaten]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(eaten[0] + eaten[1]) == 6


def interleave_test(executions: int) -> float:
    """Executions a second of the package ``interleave-test``."""
    import interleave_test as peer

    began = perf_counter()
    result = peer.explore(buffer_model, iterations=executions, seed=1, granularity="line")
    return result.schedules_run / (perf_counter() - began)


def frontrun(executions: int) -> float:
    """Executions a second of the package ``frontrun``."""
    import frontrun as peer

    class State:
        def __init__(self) -> None:
            self.channel: queue.Queue[int] = queue.Queue(2)
            self.eaten: list[list[int]] = [[], []]

    def produce(state: State) -> None:
        for number in range(3):
            state.channel.put(number)

    def consume(number: int) -> Callable[[State], None]:
        def take(state: State) -> None:
            for _ in range(3):
                state.eaten[number].append(state.channel.get())

        return take

    began = perf_counter()
    result = peer.explore_random(
        setup=State,
        threads=[produce, produce, consume(0), consume(1)],
        invariant=lambda state: len(state.eaten[0] + state.eaten[1]) == 6,
        max_attempts=executions,
        seed=1,
    )
    return result.num_explored / (perf_counter() - began)


def hour_s() -> float:
    """Real seconds that a program takes which sleeps an hour, a minute at a time."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sleeper.py")
        file.write_text("import time\nfor _ in range(60):\n    time.sleep(60)\n")
        took = []
        for _ in range(5):
            began = perf_counter()
            run(file)
            took.append(perf_counter() - began)
    return statistics.median(took)


PEERS = {"interleave-test": interleave_test, "frontrun": frontrun}


def peer_rate(name: str, executions: int) -> float | None:
    """Executions a second of a package, in a process of its own; None without it."""
    if importlib.util.find_spec(name.replace("-", "_")) is None:
        return None
    command = [sys.executable, __file__, "--peer", name, "--executions", str(executions)]
    if name == "frontrun":  # it wants to be started by its own command
        command.insert(0, str(Path(sys.executable).with_name("frontrun")))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def report(rounds: int, executions: int) -> None:
    long = PROGRAM.replace("range(3)", f"range({LONG})").replace("== 6", f"== {2 * LONG}")
    ours(PROGRAM, map(Random, range(200)))  # warm
    bare, short, steady, staying = [], [], [], []
    for number in range(rounds):
        seeds = range(number * executions, (number + 1) * executions)
        bare.append(handover_s())
        short.append(ours(PROGRAM, map(Random, seeds)))
        steady.append(ours(long, map(Random, seeds[:5])))
        staying.append(ours(long.replace("Queue(2)", "Queue()"), [Stay()] * 5))
    handover = statistics.median(bare)
    a_step = statistics.median(cost.seconds / cost.steps for cost in staying)
    costs = {
        "added to a step by a switch": [
            (cost.seconds - cost.steps * a_step) / cost.switches for cost in steady
        ],
        f"all in all, {LONG} items each": [cost.seconds / cost.switches for cost in steady],
        "all in all, 3 items each": [cost.seconds / cost.switches for cost in short],
    }
    rate = statistics.median(cost.executions / cost.seconds for cost in short)
    switches = short[0].switches / short[0].executions
    at_6 = 1 / (1 / rate + switches * (6e-6 - handover))
    print(f"bare handover of a thread      {handover * 1e6:6.2f} µs")
    print(f"a step without a switch        {a_step * 1e6:6.2f} µs")
    print(f"a task switch                            (bound {PER_SWITCH} handovers)")
    for name, each in costs.items():
        cost_s = statistics.median(each)
        print(f"  {name:28} {cost_s * 1e6:6.2f} µs   {cost_s / handover:.2f} handovers")
    print(f"executions a second            {rate:6.0f}")
    print(f"  with a handover of 6 µs      {at_6:6.0f}      (bound {EXECUTIONS})")
    print(f"an hour of virtual sleep       {hour_s() * 1e3:6.1f} ms     (bound 50)")
    for name in PEERS:
        theirs = peer_rate(name, 200)
        if theirs is None:
            print(f"{name:30} is not installed for {sys.executable}")
        else:
            print(f"{name:30} {theirs:6.0f}      we: {rate / theirs:.1f} times that (bound 5)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--executions", type=int, default=1_000)
    parser.add_argument("--peer", choices=PEERS, help="measure that one alone")
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if asked.peer:
        print(PEERS[asked.peer](asked.executions))
    else:
        report(asked.rounds, asked.executions)


if __name__ == "__main__":
    main()
