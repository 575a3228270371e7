"""Signals between processes, as the program's own handlers get them, in both worlds."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from pyqdemo.executing import run

WORLDS = [
    "simulated",
    pytest.param(
        "real", marks=pytest.mark.skipif(sys.platform != "linux", reason="needs Linux here")
    ),
]

INTERRUPTED = """
    import multiprocessing as mp
    import signal
    import time

    def on(number, frame):
        print(number == signal.SIGTERM, frame.f_code.co_name, flush=True)
        raise SystemExit(3)

    def child(is_ready):
        signal.signal(signal.SIGTERM, on)
        is_ready.set()
        time.sleep(5)

    if __name__ == "__main__":
        is_ready = mp.Event()
        process = mp.Process(target=child, args=(is_ready,))
        process.start()
        is_ready.wait()
        process.terminate()
        process.join()
        print(process.exitcode)
"""


@pytest.mark.parametrize("world", WORLDS)
def test_a_handler_is_given_the_frame_of_the_program_that_it_interrupts(
    world: str, tmp_path: Path
) -> None:
    """Wherever the signal comes, in ``set`` or in ``sleep``, it is ``child`` that called it."""
    program = tmp_path / "main.py"
    program.write_text(dedent(INTERRUPTED), encoding="utf-8")
    for seed in range(5):
        assert run(program, seed=seed, world=world).printed() == "True child\n3\n", seed
