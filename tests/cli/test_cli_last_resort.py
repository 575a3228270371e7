"""A process in which nothing can run any more ends all the same."""

from __future__ import annotations

import subprocess
import sys

STUCK = """
import sys
from pyqdemo.cli.last_resort import LastResort
with LastResort(sys.stderr, 0.5) as resort:
    resort.alive()
    print(sum(range(10**12)))
"""


def test_a_step_that_keeps_the_interpreter_for_itself_is_ended_and_its_place_written() -> None:
    """Nothing but the system, or what this class arms, could end it: it would take hours."""
    done = subprocess.run(
        [sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Timeout" in done.stderr
    assert "line 6 in <module>" in done.stderr


def test_a_process_that_goes_on_is_left_alone() -> None:
    text = STUCK.replace("10**12", "10**3")
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "499500\n", "")
