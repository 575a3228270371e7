"""What a record shows of a value is only looked at: with and without it a run is the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzzing import Fuzzed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

PROGRAM = """
import multiprocessing as mp
import threading

lock = threading.Lock()


class Asked:
    def __repr__(self):
        print("asked")
        with lock:
            return "told"


if __name__ == "__main__":
    queue, simple, (receiver, sender) = mp.Queue(), mp.SimpleQueue(), mp.Pipe()
    queue.put(Asked())
    simple.put(Asked())
    sender.send(Asked())
    queue.put(mp.Value("i", 3).get_lock())
    print("over")
"""


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Fuzzed]:
    with Fuzzed() as found:
        yield found


def test_the_text_of_a_value_that_is_sent_is_no_step_of_the_program(
    fuzzed: Fuzzed, tmp_path: Path
) -> None:
    """Bare Python asks none of these for its repr, so nobody prints ``asked``; that of a
    lock of ``multiprocessing`` would be a step too."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    for seed in range(5):
        told = fuzzed.check(program, seed, "fork", "terminal")
        assert told.text == "over\n"
