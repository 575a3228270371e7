"""What covering a program takes: executions, states, seconds, and the memory of a million states.

Each figure stands beside its bound. The bounded buffer (Queue(2), two producers and two consumers
of three items each) is given to the PyPI packages ``interleave-test`` and ``frontrun`` as well,
where this Python has them (``pip install --group peers``), to be covered in the time that is
given. Run: ``make bench`` or ``python benchmarks/exploring.py [--peer-seconds N]``.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time

from scheduling import PROGRAM as BUFFER
from scheduling import buffer_model

from pyqdemo.analysis.fairness import fair_sets
from pyqdemo.analysis.state_graph import StateGraph
from pyqdemo.executing import Plan
from pyqdemo.exploring import Asked, Bounds, Covered, explored
from pyqdemo.kernel.limits import Limits
from pyqdemo.report import Report
from pyqdemo.strategies.state_table import Stand, StateTable

HERE = Path(__file__).resolve().parent.parent
PUBLISHED = HERE / "demos" / "mp_queue" / "odd_even_as_published.py"
LONGEST_S = 60.0  # for one program
PEER_S = 60.0
STATES = 1_000_000
CHECK_THEN_GET = """
from queue import Queue
from threading import Thread

def take(left):
    if not left.empty():
        left.get()

left = Queue()
left.put("the last one")
threads = [Thread(target=take, args=(left,)) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
PHILOSOPHERS = """
from threading import Lock, Thread

forks = [Lock() for _ in range(3)]

def dine(seat):
    with forks[seat], forks[(seat + 1) % 3]:
        pass

threads = [Thread(target=dine, args=(seat,)) for seat in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
#: As published, but with a queue of threads, and nobody sleeps.
ODD_EVEN = """
from queue import Queue
from threading import Thread

def produce(queue, count):
    for number in range(1, count + 1):
        queue.put(number)

def consume(queue, rest, eaten):
    while not queue.empty():
        number = queue.get(block=True, timeout=3)
        if number % 2 == rest:
            eaten.append(number)
        else:
            queue.put(number)

def main(count=4):
    queue, eaten = Queue(), ([], [])
    producer = Thread(target=produce, args=(queue, count))
    producer.start()
    producer.join()
    threads = [Thread(target=consume, args=(queue, rest, eaten[rest])) for rest in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

if __name__ == "__main__":
    main()
"""


@dataclass(frozen=True, slots=True)
class Took:
    """What covering one program took.

    Attributes:
        found: executions and real seconds until the first failure; None without one.
        seconds, cpu_s: until the last execution began, real and of the processor.
        all_s: real, with everything that the report takes: repeating the executions elsewhere,
            the simplest counterexample, the fork.
    """

    report: Report
    found: tuple[int, float] | None
    seconds: float
    cpu_s: float
    all_s: float


def covering(
    program: str | Path, strategy: str, parameters: Mapping[str, object] | None = None
) -> Took:
    """Covers a program, a file or a text, however much fails."""
    found: list[tuple[int, float]] = []
    last = [(0.0, 0.0)]

    def told(covered: Covered) -> bool:
        last[0] = monotonic() - began, process_time() - began_cpu
        if covered.fails and not found:
            found.append((covered.executions, last[0][0]))
        return False

    with tempfile.TemporaryDirectory() as folder:
        file = program if isinstance(program, Path) else Path(folder, "program.py")
        if isinstance(program, str):
            file.write_text(program, encoding="utf-8")
        plan = Plan(file, parameters=parameters, limits=Limits(10_000, loose=True))
        bounds = Bounds(time_s=LONGEST_S, after_failure_s=LONGEST_S)
        began, began_cpu = monotonic(), process_time()
        report = explored(Asked(plan, strategy, bounds), told)
        return Took(report, found[0] if found else None, *last[0], monotonic() - began)


def memory_mib() -> float:
    """What a million states and the search for fair circles in them take at their peak.

    The states are made up: four tasks, all enabled, one edge each to a state far on and back.
    """
    before = _peak_mib()
    table = StateTable()
    stands = tuple(Stand(f"0.{number}", "get", True, False) for number in range(4))
    for number in range(STATES):
        table.add_state(number.to_bytes(16, "little"), stands)
    for number in range(STATES):
        for place, edge in enumerate(table.edges(number)):
            table.lead(edge, (number * 4 + place + 1) % STATES)
    fair_sets(StateGraph(*table.columns()))
    return _peak_mib() - before


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# The others, each in a process of its own.


def interleave_test(seconds: float) -> str:
    """How far the package ``interleave-test`` comes with depth-first search."""
    import interleave_test as peer

    begun = _Begun(seconds)

    def model() -> None:
        begun.one_more()
        buffer_model()

    peer.explore(model, iterations=10**9, strategy="dfs", granularity="line", max_preemptions=10**6)
    return begun.told("covered")


def frontrun(seconds: float) -> str:
    """How far the package ``frontrun`` comes with partial order reduction."""
    from queue import Queue

    import frontrun as peer

    begun = _Begun(seconds)

    class State:
        def __init__(self) -> None:
            begun.one_more()
            self.channel: Queue[int] = Queue(2)
            self.eaten: list[list[int]] = [[], []]

    def produce(state: State) -> None:
        for number in range(3):
            state.channel.put(number)

    def consume(number: int) -> Callable[[State], None]:
        def take(state: State) -> None:
            for _ in range(3):
                state.eaten[number].append(state.channel.get())

        return take

    result = peer.explore(
        State,
        [produce, produce, consume(0), consume(1)],
        lambda state: len(state.eaten[0] + state.eaten[1]) == 6,
        preemption_bound=None,
        stop_on_first=False,
        timeout_per_run=seconds,
        deadlock_timeout=seconds,
        total_timeout=seconds,
    )
    return begun.told("covered" if result.exhausted else "not covered")


class _Begun:
    """Counts executions that were begun, and ends the process when its time is over."""

    def __init__(self, seconds: float) -> None:
        self._count = 0
        self._began = monotonic()
        self._seconds = seconds

    def one_more(self) -> None:
        if monotonic() - self._began > self._seconds:
            print(self.told("not covered"), flush=True)
            os._exit(0)
        self._count += 1

    def told(self, how: str) -> str:
        return f"{how} in {monotonic() - self._began:.1f} s, {self._count} executions"


PEERS = {"interleave-test": interleave_test, "frontrun": frontrun}


def peer_told(name: str, seconds: float) -> str:
    """How far a package comes, in a process of its own."""
    if importlib.util.find_spec(name.replace("-", "_")) is None:
        return f"is not installed for {sys.executable}"
    command = [sys.executable, __file__, "--peer", name, "--peer-seconds", str(seconds)]
    if name == "frontrun":  # it wants to be started by its own command
        command.insert(0, str(Path(sys.executable).with_name("frontrun")))
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds * 3 + 60
    )
    return (done.stdout.strip() or done.stderr.strip() or "nothing").splitlines()[-1]


def told(name: str, took: Took, bound: str) -> None:
    """One line."""
    report = took.report
    size = f"{report.executions} executions"
    if report.traces is not None:
        size += f", {report.traces} traces"
    if report.states is not None:
        size += f", {report.states} states"
    if report.reasons:
        size += ", not all: " + ", ".join(reason.kind for reason in report.reasons)
    print(f"{name:34} {report.verdict:14} {size}   (bound {bound})")
    print(
        f"{'':34} {took.seconds:.2f} s, {took.cpu_s:.2f} s of the processor;"
        f" with the report {took.all_s:.2f} s"
    )
    if took.found is not None:
        executions, seconds = took.found
        print(f"{'':34} first failure after {executions} executions, {seconds * 1e3:.0f} ms")


def report(peer_s: float) -> None:
    covering(CHECK_THEN_GET, "dpor")  # warm
    told("check, then get", covering(CHECK_THEN_GET, "dpor"), "found in 10 executions, 50 ms")
    told("philosophers (3)", covering(PHILOSOPHERS, "dpor"), "40 executions")
    told("bounded buffer", covering(BUFFER, "dpor"), "1,000 executions, 1 s")
    told("odd-even, threads, n = 4", covering(ODD_EVEN, "states", {"count": 4}), "2 s")
    told("odd-even as published, n = 4", covering(PUBLISHED, "states", {"count": 4}), "10 s")
    print(f"{'a million states':34} {memory_mib():.0f} MiB   (bound 500)")
    for name in PEERS:
        print(f"bounded buffer, {name:18} {peer_told(name, peer_s)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-seconds", type=float, default=PEER_S)
    parser.add_argument("--peer", choices=PEERS, help="measure that one alone")
    asked = parser.parse_args()
    if asked.peer:
        print(PEERS[asked.peer](asked.peer_seconds))
    else:
        report(asked.peer_seconds)


if __name__ == "__main__":
    main()
