"""Programs as Python alone runs them: bare processes, uncontrolled, under a watchdog.

An ``Ended`` says what was printed and whether the program came to its end. One that did not is
told by the system, not by a clock alone: nobody of it has used the processor or printed anything
for a while, and all of it sleeps. On a loaded machine a process that only waits for its turn is
no sleeper. It is killed then, with all it has started.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["FORCED", "Ended", "natively"]

#: Longer than any program here sleeps or waits with a bound of its own.
QUIET_S = 4.0
#: No program here takes as long; one that does is neither at its end nor asleep.
AT_MOST_S = 60.0
_BETWEEN_LOOKS_S = 0.05

# Its own file: a process that is spawned runs it again up to the guard, and so is delayed too.
_RUNNER = """\
import importlib, json, multiprocessing, os, sys, threading, time
from multiprocessing import queues
from pathlib import Path

def delayed(owner, name, seconds, when=lambda *args: True, *, after=False):
    # The call `owner.name` takes so much longer where `when` says so: nothing else is changed.
    call = getattr(owner, name)
    def slow(*args, **kwargs):
        wanted = when(*args)
        if wanted and not after:
            time_sleep(seconds)
        result = call(*args, **kwargs)
        if wanted and after:
            time_sleep(seconds)
        return result
    setattr(owner, name, slow)

def me(*names):
    return lambda *args: threading.current_thread().name in names

def after_line(beginning):
    return lambda text: text.startswith(beginning)

time_sleep = time.sleep
afterwards = lambda: None

if {terminal}:
    sys.stdout.reconfigure(line_buffering=True)

{forced}

if __name__ == "__main__":
    program, method, parameters, *arguments = sys.argv[1:]
    multiprocessing.set_start_method(method)
    sys.path.insert(0, str(Path(program).parent))
    sys.argv[:] = [program, *arguments]
    importlib.import_module(Path(program).stem).main(**json.loads(parameters))
    afterwards()
"""

_PICKLER = "queues._ForkingPickler = type('Pickler', (queues._ForkingPickler,), {})\n"
_IN_TIME = "delayed(sys.stdout, 'write', 0.5, after_line('put d'), after=True)\n"
_EVEN, _ODD = "Thread-2", "Thread-3"

#: How an outcome that is rare is brought about: somebody is slow, as on a busy machine.
FORCED = {
    "": "",
    "a late feeder": _PICKLER
    + "delayed(queues._ForkingPickler, 'dumps', 0.3, me('QueueFeederThread'))",
    "a prompt feeder": "delayed(queues.Queue, 'put', 0.3, after=True)",
    # The writer takes its time to end, so the reader has begun; and the parent joins in peace.
    "a reader who rests after b": _IN_TIME + "gets = iter(range(9))\n"
    "delayed(queues.Queue, 'get', 3, lambda *args: next(gets) == 2)",
    "a reader in time": _IN_TIME + "get = queues.Queue.get\n"
    "def telling(*args, **kwargs):\n"
    "    value = get(*args, **kwargs)\n"
    "    print('got', value, file=sys.stderr)\n"
    "    return value\n"
    "queues.Queue.get = telling",
    "a reader in time, and the lock": _IN_TIME + "made, init = [], queues.Queue.__init__\n"
    "queues.Queue.__init__ = lambda it, *a, **named: init(it, *a, **named) or made.append(it)\n"
    "free = lambda: made[0]._rlock.acquire(timeout=1)\n"
    "afterwards = lambda: print('read lock free:', free(), file=sys.stderr)",
    # Nobody prints the d: the reader is about to when the parent, late itself, terminates it.
    "a late feeder, a late d": _PICKLER
    + "delayed(queues._ForkingPickler, 'dumps', 0.2, me('QueueFeederThread'))\n"
    "delayed(multiprocessing.process.BaseProcess, 'join', 0.5, after=True)\n"
    "delayed(sys.stdout, 'write', 3, after_line('get d'))",
    # The other line of each pair comes late, as in the tutorial's own output.
    "late lines": "late = [f'send {n}' for n in (2, 3, 7, 8, 9)]\n"
    "late += [f'recv {n}' for n in (1, 4, 5, 6)]\n"
    "delayed(sys.stdout, 'write', 0.1, lambda text: text[:6] in late)\n"
    "time.sleep = lambda seconds: time_sleep(seconds / 4)",
    # The even one holds what it has got; the odd one comes while it does.
    "a slow hand": f"delayed(queues.Queue, 'put', 0.4, me({_EVEN!r}))\n"
    f"delayed(queues.Queue, 'empty', 0.1, me({_ODD!r}))\n"
    "time.sleep = lambda seconds: time_sleep(seconds / 20)",
    "a slow hand, once": "once = iter([True])\n"
    f"delayed(queues.Queue, 'put', 0.4, lambda *args: me({_EVEN!r})() and next(once, False))\n"
    f"delayed(queues.Queue, 'empty', 0.1, me({_ODD!r}))\n"
    "time.sleep = lambda seconds: time_sleep(seconds / 20)",
    # Both look, then the odd one goes on first.
    "a long look": f"delayed(queues.Queue, 'empty', 0.1, me({_ODD!r}), after=True)\n"
    f"delayed(queues.Queue, 'empty', 0.5, me({_EVEN!r}), after=True)\n"
    "time.sleep = lambda seconds: time_sleep(seconds / 20)",
    # The even one is always a little ahead, and both hold what they have got.
    "in step": f"delayed(queues.Queue, 'put', 0.2, me({_EVEN!r}, {_ODD!r}))\n"
    "delayed(threading.Thread, 'start', 0.1, lambda it: type(it).__name__ == 'Consumer_odd')\n"
    "time.sleep = lambda seconds: time_sleep(seconds / 5)",
    # The second's sleep is over before the feeder begins.
    "a late feeder, short sleeps": _PICKLER
    + "delayed(queues._ForkingPickler, 'dumps', 1.0, me('QueueFeederThread'))\n"
    "time.sleep = lambda seconds: time_sleep(seconds / 20)",
}

#: Tells of each put of the two consumers, for those that never end.
_TELLING = f"""
put = queues.Queue.put
def told(self, obj, *args, **kwargs):
    put(self, obj, *args, **kwargs)
    if threading.current_thread().name in ({_EVEN!r}, {_ODD!r}):
        print(threading.current_thread().name, "puts back", obj, file=sys.stderr)
queues.Queue.put = told
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it went.

    Attributes:
        lines: what was printed, by all its processes.
        errors: what went to stderr.
        code: the exit code; None if it would never have ended.
    """

    lines: list[str]
    errors: str
    code: int | None


def natively(
    program: Path,
    *arguments: str,
    method: str = "fork",
    forced: str = "",
    terminal: bool = True,
    parameters: dict[str, object] | None = None,
    put_backs: int | None = None,
    quiet_s: float = QUIET_S,
    folder: Path,
) -> Ended:
    """Runs the file's ``main`` bare, to its end or until nothing moves any more.

    Args:
        forced: a key of ``FORCED``.
        terminal: each line comes out when it is printed, though the output is a file.
        put_backs: stop it after so many by the two consumers of odd-even; it never ends.
        quiet_s: how long nothing may move; more than it sleeps or waits with a bound.
        folder: where the little program that starts it may be written.
    """
    runner = folder / "runner.py"
    text = _RUNNER.replace("{forced}", FORCED[forced] + (_TELLING if put_backs else ""))
    text = text.replace("{terminal}", str(terminal))
    runner.write_text(text, encoding="utf-8")
    words = [program, method, json.dumps(parameters or {}), *arguments]
    flags = ["-I", "-B", "-X", "utf8"]
    out, err = (folder / name for name in ("stdout", "stderr"))
    with out.open("wb") as printed, err.open("wb") as errors:
        process = _started([sys.executable, *flags, runner, *words], printed, errors)
        try:
            enough = _seen(err, put_backs) if put_backs else lambda: False
            code = _watched(process, (out, err), enough, quiet_s)
        finally:
            _end(process)
    lines = out.read_text(encoding="utf-8").splitlines()
    return Ended(lines, err.read_text(encoding="utf-8"), code)


def _started(words: Sequence[object], out: IO[bytes], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(map(str, words)),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=errors,
        start_new_session=True,
    )


def _seen(file: Path, times: int) -> Callable[[], bool]:
    return lambda: file.read_bytes().count(b"puts back") >= times


def _watched(
    process: subprocess.Popen[bytes],
    files: Sequence[Path],
    enough: Callable[[], bool],
    quiet_s: float,
) -> int | None:
    """The exit code; None where it does not move any more, or there was enough of it."""
    began = quiet_since = time.monotonic()
    before: object = None
    while not enough():
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(_BETWEEN_LOOKS_S)
        now, asleep, seen = time.monotonic(), *_look(process.pid, files)
        if not asleep or seen != before:
            before, quiet_since = seen, now
        if now - quiet_since > quiet_s:
            break
        assert now - began < AT_MOST_S, f"{process.args!r} neither ends nor sleeps"
    return None


def _look(session: int, files: Sequence[Path]) -> tuple[bool, object]:
    """Whether all threads of the session sleep, and what would have changed had they not."""
    asleep, used = True, {}
    for folder in _threads(session):
        try:
            state, *rest = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        asleep &= state in "SZX"
        used[folder.name] = (state, rest[10], rest[11])
    return asleep, (used, [file.stat().st_size for file in files])


def _threads(session: int) -> Iterator[Path]:
    """The threads of all processes of the session, as /proc has them."""
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and os.getsid(int(process.name)) == session:
                yield from (process / "task").iterdir()
        except OSError:
            continue


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nobody of its session is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
