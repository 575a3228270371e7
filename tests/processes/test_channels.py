"""Whoever says hello with the token is let in for its task; nobody else does any harm."""

from __future__ import annotations

import os
import signal
import socket
import stat
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyqdemo.worlds.native.running import sweep
from pyqdemo.worlds.processes.channels import Listener, Watched, connect
from pyqdemo.worlds.processes.wire import Wire

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no such sockets there")

#: No hello of these tests takes as long.
AT_MOST_S = 30.0


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as made:
        yield made


def accepted(listener: Listener, task: str) -> Wire:
    wire = listener.accept(task, time.monotonic() + AT_MOST_S, lambda: True)
    assert wire is not None
    return wire


def nobody(listener: Listener, task: str) -> bool:
    """Whether there is no hello for a task whose process has died."""
    return listener.accept(task, time.monotonic() + AT_MOST_S, lambda: False) is None


def called(listener: Listener, data: bytes) -> socket.socket:
    """A stranger who says something."""
    end = socket.socket(socket.AF_UNIX)
    end.connect(listener.address)
    end.sendall(data)
    return end


def frame(text: bytes) -> bytes:
    return struct.pack("<II", len(text), 0xFFFFFFFF) + text


def test_a_hello_makes_a_wire_in_both_directions(listener: Listener) -> None:
    there = connect(listener.address, listener.token, "0.1")
    here = accepted(listener, "0.1")
    there.send("up")
    here.send("down", b"raw")
    assert (here.receive(), there.receive()) == (("up", None), ("down", b"raw"))
    here.close()
    there.close()


def test_who_says_hello_early_is_kept_until_asked_for(listener: Listener) -> None:
    ends = {task: connect(listener.address, listener.token, task) for task in ("0.3", "0.1", "0.2")}
    for task in ("0.1", "0.2", "0.3"):
        wire = accepted(listener, task)
        wire.send(task)
        assert ends[task].receive()[0] == task
        wire.close()
        ends[task].close()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\xff" * 100_000,
        frame(b'["hello","0123","0.1"]'),
        frame(b'["hello",null,"0.1"]'),
        frame(b'["hello"]'),
        frame(b"{}"),
        frame(b"\xff\xfe"),
        frame(b"[" * 4000),
        struct.pack("<II", 0x7FFFFFFF, 0xFFFFFFFE),
    ],
    ids=lambda said: repr(said[:12]),
)
@pytest.mark.parametrize("stays", [True, False])
def test_strangers_are_passed_over(said: bytes, stays: bool, listener: Listener) -> None:
    stranger = socket.socket(socket.AF_UNIX)
    stranger.connect(listener.address)
    stranger.setblocking(False)
    stranger.send(said)  # as much as fits
    if not stays:
        stranger.close()
    assert nobody(listener, "0.1")
    there = connect(listener.address, listener.token, "0.1")
    accepted(listener, "0.1").close()
    there.close()
    stranger.close()


def test_a_payload_with_the_hello_is_none(listener: Listener) -> None:
    text = f'["hello","{listener.token}","0.1"]'.encode()
    stranger = called(listener, struct.pack("<II", len(text), 1) + text + b"x")
    assert nobody(listener, "0.1")
    stranger.close()


def test_a_crowd_of_silent_strangers_keeps_nobody_out(listener: Listener) -> None:
    crowd = [called(listener, b"") for _ in range(100)]
    there = connect(listener.address, listener.token, "0.1")
    accepted(listener, "0.1").close()
    there.close()
    for stranger in crowd:
        stranger.close()


def test_the_last_word_of_a_process_that_has_died_is_heard(listener: Listener) -> None:
    there = connect(listener.address, listener.token, "0.1")
    there.send("my last")
    there.close()
    here = listener.accept("0.1", time.monotonic() + AT_MOST_S, lambda: False)
    assert here is not None
    assert here.receive()[0] == "my last"
    with pytest.raises(EOFError):
        here.receive()
    here.close()


def test_nobody_is_waited_for_who_has_died(listener: Listener) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    watched = Watched(pid)
    assert listener.accept("0.1", float("inf"), lambda: not watched.gone(0)) is None
    watched.close()
    os.waitpid(pid, 0)


def test_a_deadline_that_has_passed_is_kept(listener: Listener) -> None:
    assert listener.accept("0.1", time.monotonic() - 1, lambda: True) is None


def test_a_larger_message_may_follow_the_hello(listener: Listener) -> None:
    there = connect(listener.address, listener.token, "0.1")
    here = accepted(listener, "0.1")
    sender = threading.Thread(target=there.send, args=("x" * 1_000_000, b"y" * 1_000_000))
    sender.start()
    assert here.receive() == ("x" * 1_000_000, b"y" * 1_000_000)
    sender.join()
    here.close()
    there.close()


def test_what_was_not_asked_for_is_forgotten_with_its_run(listener: Listener) -> None:
    there = connect(listener.address, listener.token, "0.1")
    assert nobody(listener, "0.2")
    listener.forget()
    with pytest.raises(EOFError):
        there.receive()
    assert nobody(listener, "0.1")
    there.close()


def test_only_its_user_may_enter_the_folder_and_close_removes_it() -> None:
    listener = Listener()
    folder = Path(listener.folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.parent == Path(tempfile.gettempdir())
    listener.close()
    listener.close()
    assert not folder.exists()


def test_a_coordinator_that_is_gone_is_the_end() -> None:
    listener = Listener()
    listener.close()
    with pytest.raises(EOFError):
        connect(listener.address, listener.token, "0.1")


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_long_path_of_temporary_files_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("deep" * 40)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with Listener() as listener:
        assert len(listener.address) > 160
        there = connect(listener.address, listener.token, "0.1")
        accepted(listener, "0.1").close()
        there.close()
    assert list(deep.iterdir()) == []


def test_the_folder_of_a_killed_coordinator_is_swept_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pid = os.fork()
    if pid == 0:
        Listener()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert [path.name.split("-")[1] for path in tmp_path.iterdir()] == [str(pid)]
    sweep()
    assert list(tmp_path.iterdir()) == []


def waiting_child() -> int:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        while True:
            signal.pause()
    return pid


def test_a_watched_process_is_gone_when_it_has_ended_though_nobody_reaped_it() -> None:
    watched = Watched(waiting_child())
    assert not watched.gone(0)
    assert watched.signal(signal.SIGTERM)
    assert watched.gone(AT_MOST_S)
    assert not watched.signal(signal.SIGTERM)
    assert os.waitpid(watched.pid, 0) == (watched.pid, signal.SIGTERM)
    assert watched.gone(0)
    watched.close()


def test_without_handles_of_processes_their_numbers_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then a process has gone only when it was reaped."""
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    watched = Watched(waiting_child())
    assert not watched.gone(0)
    assert watched.signal(signal.SIGTERM)
    os.waitpid(watched.pid, 0)
    assert watched.gone(0)
    assert not watched.signal(signal.SIGTERM)


def test_who_has_been_reaped_before_is_gone() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    watched = Watched(pid)
    assert watched.gone(0)
    assert not watched.signal(signal.SIGTERM)
