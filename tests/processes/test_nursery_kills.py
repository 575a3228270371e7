"""SIGKILL for whom you like, at any moment: in two seconds nothing of the run is left."""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from born import FAMILIES

from pyqdemo.worlds.processes.leftovers import end_marked, marked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

WITHIN_S = 2.0
REAPED_S = 20.0
AT_MOST_S = 60.0

#: Whom to kill, given the coordinator, the helper, and the processes known so far.
VICTIMS: dict[str, Callable[[random.Random, int, int, list[int]], list[int]]] = {
    "coordinator": lambda draw, coordinator, helper, known: [coordinator],
    "helper": lambda draw, coordinator, helper, known: [helper],
    "both": lambda draw, coordinator, helper, known: [helper, coordinator],
    "a child, then the coordinator": lambda draw, coordinator, helper, known: [
        *(draw.sample(known, 1) if known else []),
        coordinator,
    ],
}


def group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def killed(seed: int, whom: str, folder: Path) -> list[int]:
    """Kills at a moment that the seed chooses; gives the processes and groups left."""
    draw = random.Random(seed)
    # Who left the session and has nothing of our environment is known to the helper alone.
    helped = whom not in ("helper", "both")
    manners = [manner for manner in FAMILIES if helped or manner != "nameless"]
    coordinator = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("coordinating.py"), str(seed), *manners],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(Path(__file__).parent)},
        text=True,
    )
    assert coordinator.stdout is not None
    scratch, helper = coordinator.stdout.readline().split()
    known: list[int] = []
    groups: set[int] = set()
    for _ in range(draw.randrange(25)):
        line = coordinator.stdout.readline().split()
        known = (
            [] if line == ["cleared"] else known + [int(word) for word in line if word.isdigit()]
        )
        groups |= {group for group in map(group_of, known) if group is not None}
    delay_s = draw.choice((0.0, draw.uniform(0, 0.03)))  # in the midst of what comes next
    select.select([], [], [], delay_s)
    for pid in VICTIMS[whom](draw, coordinator.pid, int(helper), known):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if whom == "both":
        assert end_marked(scratch, WITHIN_S)
    deadline = time.monotonic() + WITHIN_S
    while (left := marked(scratch)) and time.monotonic() < deadline:
        pass
    # A group tells of those too that are never there for as long as a look at /proc takes;
    # but also of the dead, until whoever got them has reaped them.
    deadline = time.monotonic() + REAPED_S
    while (some := [*filter(lives, groups)]) and time.monotonic() < deadline:
        pass
    coordinator.stdout.close()  # it may be waiting for us to read
    coordinator.wait(AT_MOST_S)
    return left + some


@pytest.mark.parametrize("whom", VICTIMS)
def test_nothing_is_left_of_a_run_in_which_somebody_was_killed(
    whom: str, tmp_path: Path, how_many: Callable[..., int]
) -> None:
    """When both are killed at once, grandchildren stay, and the folder: both can be found by it.

    The system ends the helper's own children then; a later run has the rest swept.
    """
    for _ in range(how_many(5, soak=125)):
        seed = random.randrange(2**32)
        print("seed", seed)
        assert killed(seed, whom, tmp_path) == []
        if whom != "both":
            assert list(tmp_path.iterdir()) == []
