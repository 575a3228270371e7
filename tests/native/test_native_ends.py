"""However a run ends: all is reaped, what was recorded is readable, the outcome says why."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from watching import PROGRAMS, Onlooker, Watched, watch, write

from pyqdemo.trace import Event, OutcomeKind, Phase, Record
from pyqdemo.worlds.native import running
from pyqdemo.worlds.native.carrying import Carrier
from pyqdemo.worlds.native.running import Bounds, Request, run

ENDLESS = "from threading import *\nfrom time import sleep\n" + (
    "def work():\n    while True:\n        sleep(0.001)\nprint('begun', flush=True)\nwork()\n"
)
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + ENDLESS


class Interrupting(Onlooker):
    """Sends this process a signal each time one of its moments has come.

    Args:
        moments: what must have been seen, in order: each is asked at every tick.
    """

    def __init__(self, number: int, *moments: Callable[[Interrupting], bool]) -> None:
        super().__init__()
        self.number, self.moments = number, list(moments)

    def tick(self, elapsed_ns: int) -> None:
        if self.moments and self.moments[0](self):
            self.moments.pop(0)
            os.kill(os.getpid(), self.number)


def at_once(seen: Interrupting) -> bool:
    return True


def begun(seen: Interrupting) -> bool:
    return bool(seen.records)


def printed(seen: Interrupting) -> bool:
    return "begun" in seen.text("stdout")


def busy(seen: Interrupting) -> bool:
    return len(seen.records) > 50


def observe(program: Path, onlooker: Onlooker, **bounds: float) -> Watched:
    with run(Request(program), Bounds(**{"for_s": 60, **bounds}), onlooker) as recording:
        return Watched(recording.trace(), onlooker.text("stdout"), onlooker.text("stderr"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", [at_once, begun, printed, busy])
def test_a_signal_ends_a_run_as_interrupted(
    tmp_path: Path, number: signal.Signals, moment: Callable[[Interrupting], bool]
) -> None:
    seen = observe(write(tmp_path, ENDLESS), Interrupting(number, moment))
    assert (seen.outcome.kind, seen.outcome.detail) == (OutcomeKind.INTERRUPTED, number.name)


@pytest.mark.parametrize("before", [True, False])
def test_a_signal_while_the_child_is_being_started_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    class Interrupted(Carrier):
        def __init__(self, *args: object) -> None:
            if before:
                os.kill(os.getpid(), signal.SIGINT)
            super().__init__(*args)
            if not before:
                os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(running, "Carrier", Interrupted)
    seen = observe(write(tmp_path, ENDLESS), Onlooker())
    assert seen.outcome.kind is OutcomeKind.INTERRUPTED


def test_a_second_ctrl_c_ends_a_deaf_program_without_grace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an hour of grace, this test ends by the second signal or not at all."""
    monkeypatch.setattr(running, "GRACE_S", 3600)
    onlooker = Interrupting(signal.SIGINT, printed, at_once)
    seen = observe(write(tmp_path, DEAF), onlooker)
    assert seen.outcome.kind is OutcomeKind.INTERRUPTED


def test_a_deaf_program_is_ended_when_the_grace_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "GRACE_S", 0.1)
    seen = observe(write(tmp_path, DEAF), Interrupting(signal.SIGINT, printed))
    assert seen.outcome.kind is OutcomeKind.INTERRUPTED


def test_the_handlers_of_the_caller_are_put_back(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    observe(write(tmp_path, "print(1)"), Onlooker())
    assert before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


def test_a_programs_own_sigterm_handler_is_its_own_affair(tmp_path: Path) -> None:
    """It terminates itself, its handler says so, and it goes on to its end."""
    text = (
        "import os, signal\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('not now'))\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "print('to the end')\n"
    )
    seen = watch(write(tmp_path, text))
    assert (seen.stdout, seen.outcome.exit_code) == ("not now\nto the end\n", 0)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_no_process_outlives_its_watcher(method: str, tmp_path: Path) -> None:
    """Three print their ids: a child, its child, and the root by its thread."""
    watcher = subprocess.Popen(
        [sys.executable, Path(__file__).parent / "driver.py", PROGRAMS / "family.py", method],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert watcher.stdout is not None
    handles = [os.pidfd_open(int(watcher.stdout.readline())) for _ in range(3)]
    watcher.kill()
    watcher.wait()
    watcher.stdout.close()
    assert all(select.select([handle], [], [], 10)[0] for handle in handles)
    for handle in handles:
        os.close(handle)


def test_a_daemon_in_a_session_of_its_own_is_ended_too(tmp_path: Path) -> None:
    """The run is over when the root is; the daemon, which would live for ever, has gone."""
    text = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        print(os.getpid(), flush=True)\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "time.sleep(0.2)\n"
    )
    seen = watch(write(tmp_path, text))
    assert (
        not Path(f"/proc/{int(seen.stdout)}/cmdline").exists()
        or not Path(f"/proc/{int(seen.stdout)}/cmdline").read_bytes()
    )


ENDINGS = {
    "os._exit(7)": ("completed", 7, ""),
    "os.abort()": ("aborted", -6, "the program was ended by SIGABRT"),
    "ctypes.string_at(0)": ("aborted", -11, "the program was ended by SIGSEGV"),
    "sys.exit('a text')": ("completed", 1, ""),
    "sys.exit(3)": ("completed", 3, ""),
    "1 / 0": ("exception", 1, "MainThread: ZeroDivisionError: division by zero"),
    "Thread(target=int, args=('x',), name='T').start()": (
        "exception",
        0,
        "T: ValueError: invalid literal for int() with base 10: 'x'",
    ),
    "p = Process(target=int, args=('x',)); p.start(); p.join()": (
        "exception",
        0,
        "Process-1: ValueError: invalid literal for int() with base 10: 'x'",
    ),
    "raise Odd": ("exception", 1, "MainThread: Odd: <exception str() failed>"),
    "raise KeyboardInterrupt": ("exception", 130, "MainThread: KeyboardInterrupt"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_outcome_tells_how_the_program_ended(ending: str, tmp_path: Path) -> None:
    text = (
        "import ctypes, os, sys\n"
        "from threading import Thread\n"
        "from multiprocessing import Process\n"
        "class Odd(Exception):\n"
        "    def __str__(self): raise LookupError\n"
    )
    seen = watch(write(tmp_path, text + ending + "\n"))
    outcome = seen.outcome
    assert (outcome.kind, outcome.exit_code, outcome.detail) == ENDINGS[ending], seen.stderr


def test_a_program_without_operations_is_stopped_by_time(tmp_path: Path) -> None:
    seen = watch(write(tmp_path, "while True:\n    pass\n"), for_s=0.3)
    assert (seen.outcome.kind, seen.outcome.detail) == ("time_bound", "stopped after 0.3 s")


def test_a_program_is_stopped_after_some_items(tmp_path: Path) -> None:
    text = (
        "from queue import Queue\nfrom time import sleep\nqueue = Queue()\n"
        "while True:\n    queue.put(1)\n    queue.get()\n    sleep(0.001)\n"
    )
    seen = watch(write(tmp_path, text), stop_after=5)
    taken = [event for event in seen.trace.events if event.operation == "get"]
    assert seen.outcome.kind is OutcomeKind.STEP_BOUND
    assert len(taken) >= 5


@pytest.mark.parametrize("where", ["main", "thread", "child"])
def test_what_was_printed_before_a_stop_is_shown_on_a_pipe_too(where: str, tmp_path: Path) -> None:
    """A pipe's buffer leaves the process at its orderly end, so it is asked to end."""
    work = "def work():\n    print('in the buffer')\n    while True:\n        sleep(0.01)\n"
    start = {
        "main": "work()",
        "thread": "t = Thread(target=work); t.start(); t.join()",
        "child": "p = Process(target=work); p.start(); p.join()",
    }[where]
    text = "from time import sleep\nfrom threading import Thread\n"
    text += f"from multiprocessing import Process\n{work}{start}\n"
    seen = watch(write(tmp_path, text), for_s=0.5)
    assert seen.stdout == "in the buffer\n"


def test_a_run_that_was_stopped_ends_its_record_there(tmp_path: Path) -> None:
    """Nothing recorded is later than the stop, though the program went on a little."""
    seen = watch(write(tmp_path, ENDLESS), for_s=0.3)
    assert max(event.real_ns for event in seen.trace.events) <= seen.outcome.ended_ns


class Killing(Onlooker):
    """Kills the process that printed its id, when that many records of its main task came."""

    def __init__(self, victim: str, after: int) -> None:
        super().__init__()
        self.victim, self.left = victim, after

    def recorded(self, records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record, Event) and record.task == self.victim:
                self.left -= 1

    def tick(self, elapsed_ns: int) -> None:
        if self.left <= 0 and self.shown["stdout"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(self.text("stdout")), signal.SIGKILL)


def check_a_kill(depth: int, victim: str, after: int, method: str) -> None:
    """A kill leaves a whole prefix of what the victim did: numbers counted from 0."""
    onlooker = Killing(victim, after)
    request = Request(PROGRAMS / "counting.py", arguments=(str(depth),), start_method=method)
    with run(request, Bounds(for_s=60), onlooker) as recording:
        trace = recording.trace()
    counted = [
        int(event.value or "")
        for event in trace.events
        if event.operation == "put" and event.phase is Phase.DONE
    ]
    assert counted == list(range(len(counted)))
    assert sum(event.task == victim for event in trace.events) >= after
    assert trace.outcome is not None
    if victim == "0":
        assert trace.outcome.kind is OutcomeKind.ABORTED
        assert trace.outcome.detail == "the program was ended by SIGKILL"
    else:
        joins = [e.result for e in trace.events if e.operation == "join" and e.result]
        assert joins[0] == "exit code -9"
        assert trace.outcome.kind is OutcomeKind.COMPLETED


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize(("depth", "victim"), [(0, "0"), (1, "0.1"), (2, "0.1.1")])
def test_a_kill_leaves_a_readable_prefix(
    depth: int, victim: str, method: str, how_many: Callable[..., int]
) -> None:
    """Nine places, 2 kills each; 500 in all under make soak. Each after another count."""
    kills = how_many(2, soak=56)
    for number in range(kills):
        check_a_kill(depth, victim, 10 + 97 * number * number % 3_000, method)
