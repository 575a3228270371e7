"""What a run with processes costs under control, real and simulated, beside the bare program.

Writer-reader and pipe, repaired, as scripts, with their sleeps taken out. *Warm*: the bare
program is forked from a Python that has multiprocessing loaded, ours from the fork server that
has the engine loaded. *Cold*: each begins with a Python of its own; ours is the fork server,
which then has to load the engine, and the coordinator is there already, as it is in a command.
Under spawn and forkserver every process of the program begins anew, so there is only cold.
Bare and ours take turns. Run: ``make bench`` or ``python benchmarks/processes.py``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from pyqdemo.executing import Plan, carry
from pyqdemo.executing.carrying import ground_of, program_for
from pyqdemo.kernel.log import Log
from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind

DEMOS = Path(__file__).parent.parent / "demos"
PROGRAMS = {
    "writer-reader": DEMOS / "mp_queue" / "writer_reader.py",
    "pipe": DEMOS / "mp_pipe" / "pipe.py",
}
BOUND = {"fork": 1.5, "forkserver": 2.0, "spawn": 2.0}
SIMULATED = 400  # bound: executions a second, where a real run takes 15 ms
MESSAGES = 2_000
GUARD = 'if __name__ == "__main__":\n'

#: Forks the program again and again, and tells how many seconds each run has taken.
WARM = """
import multiprocessing.connection, multiprocessing.queues, multiprocessing.synchronize
import multiprocessing.popen_fork, multiprocessing.util, os, runpy, sys, time
quiet = os.open(os.devnull, os.O_WRONLY)
answers = os.dup(1)
os.dup2(quiet, 1)
for line in sys.stdin:
    began = time.perf_counter()
    pid = os.fork()
    if not pid:
        runpy.run_path(sys.argv[1], run_name="__main__")
        multiprocessing.util._exit_function()
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(pid, 0)
    os.write(answers, b"%.6f\\n" % (time.perf_counter() - began))
"""

THROUGH = """
import time
from multiprocessing import Process, Queue

def write(q):
    for number in range({messages}):
        q.put(number)

if __name__ == "__main__":
    q = Queue()
    p = Process(target=write, args=(q,))
    p.start()
    for number in range({messages}):
        q.get()
    p.join()
"""


def without_sleeps(program: Path, method: str, folder: str) -> Path:
    """A copy of a lesson that never sleeps and starts its processes by that method."""
    text = program.read_text(encoding="utf-8")
    assert GUARD in text, "a lesson has a guard"
    begin = f"{GUARD}    import multiprocessing\n    multiprocessing.set_start_method({method!r})\n"
    text = text.replace(GUARD, begin).replace("time.sleep(", "(lambda seconds: None)(")
    copy = Path(folder, f"{program.stem}_{method}.py")
    copy.write_text(text, encoding="utf-8")
    return copy


def seconds(what: Callable[[], object]) -> float:
    """How long a call takes."""
    began = perf_counter()
    what()
    return perf_counter() - began


def bare_cold(program: Path) -> float:
    """Seconds of a whole Python that runs the program."""
    command = [sys.executable, str(program)]
    return seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


@contextmanager
def bare_warm(program: Path) -> Iterator[Callable[[], float]]:
    """Gives what runs the program once, forked from a Python with multiprocessing loaded."""
    with subprocess.Popen(
        [sys.executable, "-c", WARM, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdin is not None and server.stdout is not None, "pipes"
        asked, answers = server.stdin, server.stdout

        def once() -> float:
            asked.write(b"\n")
            asked.flush()
            return float(answers.readline())

        yield once
        asked.close()


@contextmanager
def ours_warm(program: Path, world: str) -> Iterator[Callable[[int], float]]:
    """Gives what runs the program under control with a seed, always on the same ground."""
    plan = Plan(program=program, world=world)
    loaded = program_for(plan)
    with ground_of(plan) as ground:

        def once(seed: int) -> None:
            kind = carry(loaded, plan, Random(seed), ground, Log()).outcome().kind
            assert kind is OutcomeKind.COMPLETED, kind

        yield lambda seed: seconds(lambda: once(seed))


def ours_cold(program: Path) -> float:
    """Seconds of a run with real processes for which the fork server is started, and ended."""

    def once() -> None:
        plan = Plan(program=program, world="real")
        with ground_of(plan) as ground:
            kind = carry(program_for(plan), plan, Random(1), ground, Log()).outcome().kind
        assert kind is OutcomeKind.COMPLETED, kind

    return seconds(once)


def told(what: str, bare: list[float], ours: list[float], bound: float | None = None) -> None:
    """Prints both medians and their ratio."""
    one, two = statistics.median(bare), statistics.median(ours)
    limit = "" if bound is None else f"   bound {bound:g}"
    print(
        f"{what:<38} bare {one * 1e3:7.1f} ms   ours {two * 1e3:7.1f} ms   {two / one:5.2f}{limit}"
    )


def report(rounds: int, messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, program in PROGRAMS.items():
            fork = without_sleeps(program, "fork", folder)
            bare: list[float] = []
            ours: list[float] = []
            with bare_warm(fork) as one, ours_warm(fork, "real") as two:
                one(), two(0)
                for number in range(rounds):
                    bare.append(one())
                    ours.append(two(number))
            told(f"{name}, fork, warm", bare, ours, BOUND["fork"])
            for method, bound in BOUND.items():
                copy = without_sleeps(program, method, folder)
                bare, ours = [], []
                for _ in range(rounds):
                    bare.append(bare_cold(copy))
                    ours.append(ours_cold(copy))
                told(f"{name}, {method}, cold", bare, ours, bound)
            with ours_warm(fork, "real") as real, ours_warm(fork, "simulated") as simulated:
                real(0), simulated(0)
                runs = [real(number) for number in range(rounds)]
                took = sum(simulated(number) for number in range(10 * rounds))
            rate, a_real = 10 * rounds / took, statistics.median(runs)
            print(
                f"{name}, simulated: {rate:.0f} executions a second where a real run takes"
                f" {a_real * 1e3:.1f} ms; {rate * a_real / 0.015:.0f} where it takes 15 ms"
                f"   bound {SIMULATED}"
            )
        file = Path(folder, "through.py")
        file.write_text(THROUGH.format(messages=messages), encoding="utf-8")
        bare, ours = [], []
        with ours_warm(file, "real") as real:
            for number in range(3):
                bare.append(bare_cold(file))
                ours.append(real(number))
        told(f"{messages} messages through a Queue", bare, ours)
        rates = [messages / statistics.median(each) for each in (bare, ours)]
        print(f"messages a second: bare {rates[0]:.0f}, through the coordinator {rates[1]:.0f}")


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # everybody's modules compiled once
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    given = parser.parse_args()
    report(given.rounds, given.messages)
