"""How long it takes to explain what published programs really print.

Each program is run natively on a pseudo-terminal again and again, its sleeps short, and every
transcript is explained. So it is measured, and checked, on what machines do.

    python benchmarks/explaining.py [--runs 50] [--speed 200] [--lines 16] [LESSON ...]
"""

from __future__ import annotations

import argparse
import os
import pty
import signal
import sys
from pathlib import Path
from select import select
from statistics import median
from time import monotonic

from pyqdemo.explaining import explain
from pyqdemo.lessons import lesson

LESSONS = ("chefs", "writer-reader", "pipe", "odd-even")
SHORT = """
import runpy, sys, time
sleep, speed = time.sleep, float(sys.argv.pop(1))
time.sleep = lambda seconds: sleep(seconds / speed)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
PATIENCE_S = 60.0


def recorded(program: Path, speed: float, lines: int | None) -> str:
    """What a program prints on a terminal of its own; it is stopped after so many lines."""
    child, terminal = pty.fork()
    if child == 0:
        words = [sys.executable, "-c", SHORT, f"{speed:g}", str(program)]
        usual = {name: told for name, told in os.environ.items() if name != "PYTHONUNBUFFERED"}
        os.execve(sys.executable, words, usual)
    printed = b""
    until = monotonic() + PATIENCE_S
    while lines is None or printed.count(b"\n") < lines:
        ready, _, _ = select([terminal], [], [], max(0.0, until - monotonic()))
        try:
            piece = os.read(terminal, 4096) if ready else b""
        except OSError:  # on Linux the end of a terminal is an error
            piece = b""
        if not piece:
            break
        printed += piece
    if lines is not None:
        printed = b"".join(printed.splitlines(keepends=True)[:lines])
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return printed.decode()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("lessons", nargs="*", default=LESSONS)
    asked.add_argument("--runs", type=int, default=50)
    asked.add_argument("--speed", type=float, default=200.0)
    asked.add_argument("--lines", type=int, default=16)
    asked.add_argument("--keep", type=Path, help="folder for the transcripts")
    given = asked.parse_args()
    print(f"{'lesson':<16} {'found':>9} {'median':>9} {'longest':>9} {'executions':>11}")
    for name in given.lessons:
        _measure(name, given)


def _measure(name: str, given: argparse.Namespace) -> None:
    card = lesson(name)
    assert card.published is not None, "all of them have one"
    found, seconds, executions = 0, [], []
    for number in range(1, given.runs + 1):
        text = recorded(card.published, given.speed, given.lines if card.endless else None)
        if given.keep is not None:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{name}-{number:02}.txt").write_text(text, encoding="utf-8")
        told = explain(card.published, text, parameters={})
        found += told.found is not None
        seconds.append(told.seconds)
        executions.append(told.executions)
    print(
        f"{name:<16} {found:>4} / {given.runs:<2} {median(seconds):>7.2f} s"
        f" {max(seconds):>7.2f} s {max(executions):>11}",
        flush=True,
    )


if __name__ == "__main__":
    main()
