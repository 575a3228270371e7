"""SIGKILL for any process of a run, at any moment: the run ends soon and says who died."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from both import METHODS, Both, Ran

from pyqdemo.point import Point
from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.processes.leftovers import descendants

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

WITHIN_S = 2.0

#: A root, two children with a thread each, two grandchildren; about 70 steps.
FAMILY = """
import multiprocessing as mp
import threading
import time


def grand(conn, number):
    for i in range(5):
        time.sleep(0.1)
        conn.send((number, i))


def nap():
    for _ in range(3):
        time.sleep(0.2)


def child(conn, number):
    thread = threading.Thread(target=nap)
    thread.start()
    inner = mp.Process(target=grand, args=(conn, number))
    inner.start()
    conn.send("child")
    inner.join()
    conn.send(inner.exitcode)
    thread.join()
    conn.close()


if __name__ == "__main__":
    receiver, sender = mp.Pipe(duplex=False)
    children = [mp.Process(target=child, args=(sender, i)) for i in range(2)]
    for process in children:
        process.start()
    sender.close()
    count = 0
    try:
        while True:
            receiver.recv()
            count += 1
    except EOFError:
        pass
    for process in children:
        process.join()
    print(count, [process.exitcode for process in children])
"""


@pytest.fixture
def both() -> Iterator[Both]:
    with Both() as found:
        yield found


@pytest.fixture
def family(tmp_path: Path) -> Path:
    program = tmp_path / "family.py"
    program.write_text(FAMILY, encoding="utf-8")
    return program


class Killer(Random):
    """Kills somebody when a step is chosen, or when a moment has come.

    Args:
        below: gives whom there is.

    Attributes:
        killed: the process, once one was; ``at_s`` when.
    """

    def __init__(self, seed: int, below: Callable[[], list[int]]) -> None:
        super().__init__(seed)
        self._dice = random.Random(f"killer {seed}")
        self._below = below
        self.step = self._dice.randrange(1, 70) if self._dice.random() < 0.5 else 0
        self.killed: int | None = None
        self.at_s = 0.0

    def choose(self, point: Point) -> str:
        if point.step == self.step:
            self.kill()
        return super().choose(point)

    def kill(self) -> None:
        below = self._below()
        if below:
            self.killed, self.at_s = self._dice.choice(below), time.monotonic()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.killed, signal.SIGKILL)

    @contextlib.contextmanager
    def at_a_moment(self) -> Iterator[None]:
        """While this is open, and where no step was drawn, it kills at a random moment."""
        timer = threading.Timer(self._dice.uniform(0.0, 0.25), self.kill)
        if not self.step:
            timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if not self.step:
                timer.join()


def deaths(ran: Ran) -> list[str]:
    return [line for line in ran.records if '"operation": "die"' in line]


def test_somebody_is_killed_and_the_run_ends_within_two_seconds(
    both: Both, family: Path, how_many: Callable[..., int]
) -> None:
    """Of the program's processes any may be hit. The first one's death ends the run; that of
    another is an event with its exit code, behind which the program goes on."""
    helper = both.real.fork_server
    assert helper is not None
    for seed in range(how_many(25, soak=500)):
        killer = Killer(seed, lambda: descendants(helper))
        method = METHODS[seed % len(METHODS)]
        with killer.at_a_moment():
            ran = both.run("real", family, seed=seed, method=method, strategy=killer)
        ended_s = time.monotonic()
        told = f"seed {seed}, {method}, step {killer.step}"
        assert both.left() == [], told
        assert ran.outcome is not None, told
        assert all('"value": "-9"' in line for line in deaths(ran)), told
        if killer.killed is not None and killer.at_s < ended_s:
            assert ended_s - killer.at_s < WITHIN_S, told
        match ran.outcome.kind:
            case OutcomeKind.ABORTED:
                assert ran.outcome.detail == "the program's first process has died: exit code -9", (
                    told
                )
            case OutcomeKind.COMPLETED:
                # Who was leaving already, or had left, may be killed and nobody notices. Whom
                # the killed one was about to fork has never come to be.
                dead = [json.loads(line)["event"]["task"] for line in deaths(ran)]
                assert all(task.startswith(f"{dead[0]}.") for task in dead[1:]), told
            case other:
                raise AssertionError(f"{told}: {other}")


def test_the_fork_server_is_killed_and_the_next_run_has_another(
    both: Both, family: Path, how_many: Callable[..., int]
) -> None:
    for seed in range(how_many(4, soak=60)):
        helper = [pid for pid in (both.real.fork_server,) if pid is not None]
        killer = Killer(seed, helper.copy)
        with killer.at_a_moment():
            ran = both.run("real", family, seed=seed, strategy=killer)
        assert both.left() == [], f"seed {seed}"
        if ran.outcome is not None and ran.outcome.kind is not OutcomeKind.COMPLETED:
            assert ran.outcome.kind is OutcomeKind.ABORTED, f"seed {seed}"
            assert "died" in ran.outcome.detail, f"seed {seed}"
    ran = both.run("real", family)
    assert ran.text == "14 [0, 0]\n"
