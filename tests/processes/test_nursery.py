"""Processes are born clean, reported when they end, and ended wherever they went."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from born import FAMILIES

from pyqdemo.errors import RunError
from pyqdemo.worlds.processes import leftovers
from pyqdemo.worlds.processes.channels import Listener, Watched
from pyqdemo.worlds.processes.leftovers import MARK, descendants, marked
from pyqdemo.worlds.processes.nursery import Nursery, NurseryLost

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

#: No answer of these tests takes as long.
AT_MOST_S = 30.0

WAYS = ["fork", "spawn"]


@pytest.fixture(autouse=True)
def _findable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as made:
        yield made


@pytest.fixture
def nursery(listener: Listener) -> Iterator[Nursery]:
    with Nursery(listener.folder, ["born"]) as made:
        yield made


def greeted(nursery: Nursery, listener: Listener, way: str, what: str, *more: str) -> Any:
    """Starts a process and waits for its hello."""
    bear: Callable[..., int] = getattr(nursery, way)
    pid = bear(f"born:{what}", listener.address, listener.token, "0.1", *more)
    watched = Watched(pid)
    deadline = time.monotonic() + AT_MOST_S
    wire = listener.accept("0.1", deadline, lambda: not watched.gone(0))
    watched.close()
    assert wire is not None
    return pid, wire


def handles(pids: list[int]) -> list[int]:
    return [os.pidfd_open(pid) for pid in pids]


def all_gone(handles: list[int], within_s: float) -> bool:
    """Whether all those processes have ended in time; closes the handles."""
    deadline = time.monotonic() + within_s
    gone = [
        bool(select.select([handle], [], [], max(0.0, deadline - time.monotonic()))[0])
        for handle in handles
    ]
    for handle in handles:
        os.close(handle)
    return all(gone)


def lives(group: int) -> bool:
    """Whether anybody is left in that process group: by its first process, the run's."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("way", WAYS)
def test_a_process_calls_what_it_was_told_and_ends_with_its_number(
    way: str, nursery: Nursery
) -> None:
    pid = getattr(nursery, way)("born:give", 7)
    assert nursery.wait(pid) == 7


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("how", "code"),
    [("exit", 3), ("sys.exit", 4), ("text", 1), ("raise", 1), ("abort", -6), ("kill", -9)],
)
def test_however_a_process_ends_its_code_is_reported(
    way: str, how: str, code: int, nursery: Nursery
) -> None:
    assert nursery.wait(getattr(nursery, way)("born:leave", how)) == code


@pytest.mark.parametrize("way", WAYS)
def test_a_function_that_is_not_there_is_an_end_with_one(way: str, nursery: Nursery) -> None:
    assert nursery.wait(getattr(nursery, way)("born:nothing")) == 1
    assert nursery.wait(getattr(nursery, way)("no_such_module:nothing")) == 1


@pytest.mark.parametrize("way", WAYS)
def test_what_a_process_printed_comes_out(way: str, listener: Listener) -> None:
    read, write = os.pipe()
    with Nursery(listener.folder, stdout=write) as nursery:
        os.close(write)
        assert nursery.wait(getattr(nursery, way)("born:leave", "print")) == 0
    with os.fdopen(read) as text:
        assert text.read() == "printed\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_process_is_born_with_nothing_of_ours(
    way: str, nursery: Nursery, listener: Listener
) -> None:
    """Its descriptors: what it reads, prints and complains to, and its own channel.

    The group is the run's, which its first process, this one, has opened.
    """
    pid, wire = greeted(nursery, listener, way, "report")
    told = wire.receive()[0]
    wire.send(0)
    assert nursery.wait(pid) == 0
    wire.close()
    assert (told["pid"], told["parent"]) == (pid, nursery.pid)
    assert (told["group"], told["session"]) == (pid, nursery.pid)
    assert told["blocked"] == []
    signals = {name: how for name, how in told["signals"].items() if how != "SIG_DFL"}
    assert signals == {"SIGINT": "SIG_IGN"}
    assert "/dev/null" in told["files"]
    assert len([file for file in told["files"] if file.startswith("socket:")]) == 1
    assert not {"typer", "rich"} & set(told["modules"])
    assert told["argv"] == [""]


def test_a_fresh_process_has_our_flags(tmp_path: Path) -> None:
    text = (
        "from test_nursery import *\n"
        "with Listener() as listener, Nursery(listener.folder) as nursery:\n"
        "    pid, wire = greeted(nursery, listener, 'spawn', 'report')\n"
        "    print(wire.receive()[0]['flags'])\n"
        "    wire.close()\n"
    )
    command = [sys.executable, "-X", "utf8=1", "-O", "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=AT_MOST_S)
    assert (done.stdout, done.returncode) == ("[1, 1]\n", 0), done.stderr


def test_long_arguments_arrive_in_a_fresh_process(nursery: Nursery) -> None:
    """Longer than a command line may be."""
    assert nursery.wait(nursery.spawn("born:give", 5)) == 5
    pid = nursery.spawn("builtins:len", "x" * 1_000_000)
    assert nursery.wait(pid) == 1_000_000 & 0xFF


def test_one_nursery_serves_many_runs_one_after_the_other(
    nursery: Nursery, listener: Listener
) -> None:
    for number in range(10):
        pid, wire = greeted(nursery, listener, "fork", "echo")
        wire.send(["run", number])
        assert wire.receive()[0] == ["run", number]
        left = handles([pid])
        assert nursery.clear() == 0
        assert nursery.codes == {}
        assert all_gone(left, 0)
        wire.close()


@pytest.mark.parametrize("manner", FAMILIES)
def test_clearing_ends_whoever_is_left_wherever_it_went(
    manner: str, nursery: Nursery, listener: Listener
) -> None:
    """All have gone when the answer comes; the nursery itself stays, and bears again."""
    pid, wire = greeted(nursery, listener, "fork", "family", manner)
    left = handles(wire.receive()[0])
    assert nursery.clear() == 0
    assert all_gone(left, 0)
    assert not lives(pid)
    assert set(marked(listener.folder)) == {nursery.pid}
    wire.close()
    assert nursery.wait(nursery.fork("born:give", 1)) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("manner", FAMILIES)
def test_closing_ends_whoever_is_left(way: str, manner: str, listener: Listener) -> None:
    nursery = Nursery(listener.folder)
    pid, wire = greeted(nursery, listener, way, "family", manner)
    left = handles([nursery.pid, *wire.receive()[0]])
    nursery.close()
    assert all_gone(left, 0)
    assert not lives(pid)
    assert marked(listener.folder) == []
    wire.close()


def test_an_orphans_end_is_reported_too(nursery: Nursery, listener: Listener) -> None:
    pid, wire = greeted(nursery, listener, "fork", "family", "daemon")
    daemon = wire.receive()[0][1]
    assert Watched(daemon).signal(signal.SIGKILL)
    assert nursery.wait(daemon) == -9
    assert pid not in nursery.codes
    wire.close()


def test_looking_takes_in_what_has_ended_without_waiting(nursery: Nursery) -> None:
    nursery.look()
    assert nursery.codes == {}
    pid = nursery.fork("born:give", 0)
    nursery.look()  # what has come with the answer makes nothing readable any more
    while pid not in nursery.codes:
        assert select.select([nursery], [], [], AT_MOST_S)[0]
        nursery.look()
    assert nursery.codes == {pid: 0}


def test_waiting_for_an_end_may_be_bounded(nursery: Nursery, listener: Listener) -> None:
    pid, wire = greeted(nursery, listener, "fork", "echo")
    assert nursery.wait(pid, 0.0) is None
    wire.send(6)
    assert nursery.wait(pid, AT_MOST_S) == 6
    wire.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_the_helper_is_deaf_to_what_is_sent_by_accident(
    number: signal.Signals, nursery: Nursery
) -> None:
    nursery.wait_ready()
    os.kill(nursery.pid, number)
    assert nursery.wait(nursery.fork("born:give", 2)) == 2


@pytest.mark.parametrize("manner", [name for name in FAMILIES if name != "nameless"])
def test_a_killed_helper_takes_all_that_bear_the_mark_along(
    manner: str, nursery: Nursery, listener: Listener
) -> None:
    pid, wire = greeted(nursery, listener, "fork", "family", manner)
    left = handles(wire.receive()[0])
    os.kill(nursery.pid, signal.SIGKILL)
    with pytest.raises(NurseryLost):
        nursery.wait(pid)
    assert all_gone(left, 1)
    deadline = time.monotonic() + AT_MOST_S
    while lives(pid) and time.monotonic() < deadline:  # until whoever is above has reaped them
        pass
    assert not lives(pid)
    assert marked(listener.folder) == []
    wire.close()
    with pytest.raises(NurseryLost):
        nursery.fork("born:give", 1)


def test_what_cannot_be_preloaded_is_said(listener: Listener) -> None:
    with (
        Nursery(listener.folder, ["no_such_module"]) as nursery,
        pytest.raises(RunError) as caught,
    ):
        nursery.wait_ready()
    assert "ModuleNotFoundError: No module named 'no_such_module'" in str(caught.value.facts)


def test_a_file_beside_us_is_not_taken_for_a_module_of_python(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue.py").write_text("raise SystemExit('the wrong queue')")
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    with Nursery(listener.folder, ["queue"]) as nursery:
        for way in WAYS:
            assert nursery.wait(getattr(nursery, way)("born:give", 3)) == 3


def test_the_mark_is_in_the_environment_of_all(nursery: Nursery, listener: Listener) -> None:
    pid, wire = greeted(nursery, listener, "spawn", "echo")
    assert set(marked(listener.folder)) == {pid, nursery.pid}
    assert MARK not in os.environ
    wire.send(0)
    assert nursery.wait(pid) == 0
    wire.close()


def test_descendants_are_told_parents_first_and_without_the_kernels_list_too(
    nursery: Nursery, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The helper's child, and that one's child; a kernel need not list children."""
    _, wire = greeted(nursery, listener, "fork", "family", "child")
    pids = wire.receive()[0]
    assert descendants(nursery.pid) == pids

    def unlisted(pid: int) -> list[int]:
        raise FileNotFoundError

    monkeypatch.setattr(leftovers, "_children", unlisted)
    assert descendants(nursery.pid) == pids
    wire.close()
