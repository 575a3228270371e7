"""Processes found by whose they are, and their end: children's children, and who bears a mark.

Where there is no /proc (any system but Linux) nothing is found, and process groups must do.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable

__all__ = ["MARK", "descendants", "end", "end_marked", "marked"]

MARK = "PYQDEMO_RUN"  # in the environment of every process of a run: its scratch folder

_LOOK_AGAIN_S = 0.002


def descendants(pid: int) -> list[int]:
    """All that live below a process, parents before their children.

    A parent that dies meanwhile hides its children: who wants all must reap and ask again.
    """
    found: list[int] = []
    ahead = [pid]
    below: dict[int, list[int]] | None = None
    for parent in ahead:
        try:
            children = _children(parent)
        except OSError:  # it has gone, or this kernel does not list children
            if below is None:
                below = _by_parent()
            children = below.get(parent, [])
        found += children
        ahead += children
    return found


def _children(pid: int) -> list[int]:
    folder = f"/proc/{pid}/task"
    found: list[int] = []
    for thread in os.listdir(folder):
        with open(f"{folder}/{thread}/children", "rb") as file:
            found += map(int, file.read().split())
    return found


def _by_parent() -> dict[int, list[int]]:
    below: dict[int, list[int]] = {}
    for pid in _all():
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", "rb") as file:
            parent = int(file.read().rpartition(b")")[2].split()[1])
            below.setdefault(parent, []).append(pid)
    return below


def _all() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return []


def marked(folder: str) -> list[int]:
    """The living processes whose environment, as they were started with it, has the mark."""
    wanted = os.fsencode(f"{MARK}={folder}")
    found = []
    for pid in _all():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:  # of a dead process: empty
                if wanted in file.read().split(b"\0"):
                    found.append(pid)
        except OSError:
            continue
    return found


def end(pids: Iterable[int]) -> None:
    """SIGKILL for each, and for the whole group of each but for our own.

    A group is ended at one stroke: who forks and leaves again and again cannot outrun that.
    Who has gone already, or is not ours to end, is passed over.
    """
    pids = list(pids)
    groups = {_group_of(pid) for pid in pids} - {0, os.getpgrp()}
    for kill, numbers in ((os.killpg, groups), (os.kill, pids)):
        for number in numbers:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(number, signal.SIGKILL)


def _group_of(pid: int) -> int:
    """Its process group; 0 when it has gone."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def end_marked(folder: str, at_most_s: float) -> bool:
    """Ends all that bear the mark, but this process; whether none is left."""
    deadline = time.monotonic() + at_most_s
    while left := [pid for pid in marked(folder) if pid != os.getpid()]:
        end(left)
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_AGAIN_S)  # others reap them
    return True
