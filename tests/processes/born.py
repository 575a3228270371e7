"""What the processes of these tests do. They are called by name, in processes of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from pyqdemo.worlds.processes.channels import connect


def give(number: int) -> int:
    return number


def leave(how: str) -> None:
    match how:
        case "exit":
            os._exit(3)
        case "sys.exit":
            sys.exit(4)
        case "text":
            sys.exit("a text")
        case "raise":
            raise LookupError("raised in the test")
        case "abort":
            os.abort()
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "print":
            print("printed", flush=False)


def echo(address: str, token: str, task: str) -> int:
    """Sends back what it is sent, until it is told to end with a number."""
    wire = connect(address, token, task)
    while True:
        try:
            message, payload = wire.receive()
        except EOFError:
            return 9
        if isinstance(message, int):
            return message
        wire.send(message, payload)


def report(address: str, token: str, task: str) -> int:
    """Says what it was born with, and ends when told."""
    wire = connect(address, token, task)
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCHLD")
    files = []
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # that of the listing itself
            files.append(str(path.readlink()))
    wire.send(
        {
            "pid": os.getpid(),
            "parent": os.getppid(),
            "group": os.getpgid(0),
            "session": os.getsid(0),
            "signals": {name: _disposition(name) for name in names},
            "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
            "files": sorted(files),
            "modules": sorted(sys.modules),
            "flags": [sys.flags.utf8_mode, sys.flags.optimize],
            "argv": sys.argv,
        }
    )
    wire.receive()
    return 0


def _disposition(name: str) -> str:
    handler = signal.getsignal(getattr(signal, name))
    return handler.name if isinstance(handler, signal.Handlers) else repr(handler)


def family(address: str, token: str, task: str, manner: str) -> int:
    """Has children that would live for ever, in that manner; then says so, and waits too."""
    wire = connect(address, token, task)
    wire.send([os.getpid(), *FAMILIES[manner]()])
    _wait()
    return 0


def _wait() -> None:
    while True:
        time.sleep(600)


def _child() -> list[int]:
    pid = os.fork()
    if pid == 0:
        _wait()
    return [pid]


def _deaf() -> list[int]:
    """A child that ignores all that can be ignored, in a session and a group of its own."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.write(tell, b"x")
        _wait()
    os.read(told, 1)
    return [pid]


def _daemon() -> list[int]:
    """Forked twice: its parent has gone, its session is new, its descriptors are closed."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        daemon = os.fork()
        if daemon == 0:
            os.write(tell, str(os.getpid()).encode())
            os.closerange(0, 2000)
            _wait()
        os._exit(0)
    os.waitpid(pid, 0)
    return [int(os.read(told, 100))]


def _nameless() -> list[int]:
    """Another program, that has nothing of our environment, in a session of its own."""
    told, tell = os.pipe()
    os.set_inheritable(tell, True)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        text = f"import os, time; os.write({tell}, b'x'); time.sleep(600)"
        os.execve(sys.executable, [sys.executable, "-Ic", text], {})
    os.read(told, 1)
    return [pid]


def _stopped() -> list[int]:
    (pid,) = _child()
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)
    return [pid]


def _breeding() -> list[int]:
    """A child that moves on to a child of its own, and so on, a few hundred times a second."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(tell, b"x")
        for _ in range(20_000):  # should a test fail, it is over some time
            time.sleep(0.002)
            if os.fork():
                break
        os._exit(0)
    os.read(told, 1)
    os.waitpid(pid, 0)
    return []


FAMILIES = {
    "child": _child,
    "deaf": _deaf,
    "daemon": _daemon,
    "nameless": _nameless,
    "stopped": _stopped,
    "breeding": _breeding,
}
