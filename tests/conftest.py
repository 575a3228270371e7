"""What every test stands on: a clean environment, and nothing left running behind it."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

#: Large counts are asked for by ``make soak`` only.
SOAK = os.environ.get("PYQDEMO_SOAK", "") not in ("", "0")

#: Where ten minutes are the bound, of the slowest files every other test alone.
SAMPLE = os.environ.get("PYQDEMO_SAMPLE", "") not in ("", "0") and not SOAK
SLOW = frozenset(
    {
        *("test_cli_control.py", "test_cli_mistakes.py", "test_cli_runs.py", "test_explain.py"),
        *("test_flaws.py", "test_hard_ends.py", "test_importing.py", "test_line_steps.py"),
        *("test_native_ends.py", "test_native_order.py", "test_nursery.py", "test_plugin.py"),
        *("test_draws.py", "test_races_everywhere.py", "test_worlds_alike.py"),
    }
)

#: Carried by every program a test starts, so that its orphans are found too.
MARK = "TEST_THAT_STARTED_THIS"

UNBUFFERED = "PYTHONUNBUFFERED"  # would hide what is lost in a buffer

#: What a process may still take to go after its test, in seconds.
PATIENCE_S = 5.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if SOAK:
        return
    left_out = [item for item in items if item.get_closest_marker("soak")]
    if SAMPLE:
        slow = [item for item in items if item.path.name in SLOW and item not in left_out]
        left_out += slow[1::2]
    config.hook.pytest_deselected(items=left_out)
    out = set(left_out)
    items[:] = [item for item in items if item not in out]


@pytest.fixture
def how_many() -> Callable[..., int]:
    """``how_many(20, soak=2_000)``: the small count, or the large one under make soak."""

    def choose(usual: int, *, soak: int) -> int:
        return soak if SOAK else usual

    return choose


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """English, UTF-8, no wish of the person at the keyboard, state in a folder of its own."""
    for name in list(os.environ):
        if name.startswith("PYQDEMO_") and name != "PYQDEMO_SOAK":
            monkeypatch.delenv(name)
    for name in (
        "LC_ALL",
        "LC_MESSAGES",
        "LANGUAGE",
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
        UNBUFFERED,
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("PYQDEMO_STATE", str(tmp_path / "state"))


if sys.platform == "linux":

    @pytest.fixture(autouse=True)
    def _nothing_left_running(
        request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        """Fails a test that leaves a process behind: a child not reaped, or an orphan.

        A child is told by its parent, a program started by the test by the mark in its
        environment, whoever its parent is by now. A process on its way out is waited for.
        """
        mark = f"{request.node.nodeid} {os.getpid()}"
        monkeypatch.setenv(MARK, mark)
        before = set(_children())
        yield
        left = {pid for pid in _children() if pid not in before} | _marked(mark)
        staying = _staying({pid for pid in left if not _of_multiprocessing(pid)})
        for pid in staying:
            _end(pid)
        if staying:
            told = "; ".join(f"{pid} {text}" for pid, text in sorted(staying.items()))
            pytest.fail(f"left running: {told}", pytrace=False)


def _children() -> Iterator[int]:
    """The direct children of this process, ended but not reaped ones among them."""
    for thread in Path("/proc/self/task").iterdir():
        try:
            yield from map(int, (thread / "children").read_text().split())
        except OSError:
            continue


def _marked(mark: str) -> set[int]:
    """Processes whose environment carries the mark."""
    wanted = f"{MARK}={mark}".encode()
    found = set()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.add(int(folder.name))
        except OSError:
            continue
    return found - {os.getpid()}


def _of_multiprocessing(pid: int) -> bool:
    """The standard library's own servants of this process: they go when it goes."""
    told = _command(pid)
    servant = "multiprocessing.resource_tracker" in told or "multiprocessing.forkserver" in told
    return servant and pid in set(_children())


def _staying(pids: set[int]) -> dict[int, str]:
    """Those that have not gone within the patience, with what they are called.

    A direct child has gone only when it was reaped.
    """
    deadline = time.monotonic() + PATIENCE_S
    staying = {}
    for pid in pids:
        if not _ended(pid, max(0.0, deadline - time.monotonic())):
            staying[pid] = _command(pid) or "?"
        elif pid in set(_children()):
            staying[pid] = "(ended, not reaped)"
    return staying


def _ended(pid: int, within_s: float) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(within_s * 1000))
    finally:
        os.close(handle)


def _command(pid: int) -> str:
    """Its command line, empty for a process that has ended."""
    try:
        told = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return told.replace(b"\0", b" ").decode(errors="replace").strip()


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
