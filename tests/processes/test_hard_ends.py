"""Whatever a process does to itself: a clear outcome, soon, and nothing is left of the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from both import METHODS, Both, Ran

from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.processes.leftovers import descendants

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

PATIENCE_S = 1.0
AT_MOST_S = 20.0  # on a busy machine; a run that hangs takes for ever

CHILD = """
import ctypes
import multiprocessing as mp
import os
import sys
import time


def child():
    {body}


if __name__ == "__main__":
    process = mp.Process(target=child)
    process.start()
    process.join()
    print("code", process.exitcode)
"""


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with Both(PATIENCE_S) as found:
        yield found


def child_that(does: str, folder: Path) -> Path:
    program = folder / "program.py"
    program.write_text(CHILD.format(body=does.replace("\n", "\n    ")), encoding="utf-8")
    return program


def text_of(program: str, folder: Path) -> Path:
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    return path


def carried(both: Both, program: Path, **facts: object) -> Ran:
    """A run with real processes, of which nothing is left."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    began = time.monotonic()
    ran = both.run("real", program, **facts)  # type: ignore[arg-type]
    assert time.monotonic() - began < AT_MOST_S
    assert both.left() == []
    assert both.real.folder is not None
    assert [each.name for each in Path(both.real.folder).iterdir()] == ["s"]
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    return ran


def kind_of(ran: Ran) -> OutcomeKind:
    assert ran.outcome is not None, ran.refused
    return ran.outcome.kind


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("does", "code"),
    [
        ("os._exit(9)", 9),
        ("os.abort()", -signal.SIGABRT),
        ("ctypes.string_at(0)", -signal.SIGSEGV),
        ("ctypes.CDLL(None)['raise'](9)", -signal.SIGKILL),
        ("ctypes.CDLL(None)._exit(11)", 11),
        ("sys.exit('a text')", 1),
    ],
)
def test_the_exit_code_is_the_systems(
    does: str, code: int, method: str, both: Both, tmp_path: Path
) -> None:
    ran = carried(both, child_that(does, tmp_path), method=method)
    assert kind_of(ran) is OutcomeKind.COMPLETED
    assert f"code {code}\n" in ran.text


def test_a_death_that_no_operation_brought_about_is_said_to_be_uncontrolled(
    both: Both, tmp_path: Path
) -> None:
    ran = carried(both, child_that("ctypes.string_at(0)", tmp_path))
    assert ran.outcome is not None
    assert "a process's unexpected death" in ran.outcome.uncontrolled


@pytest.mark.parametrize("method", METHODS)
def test_a_loop_in_python_is_broken_off_with_its_place(
    method: str, both: Both, tmp_path: Path
) -> None:
    ran = carried(both, child_that("while True:\n    pass", tmp_path), method=method)
    assert kind_of(ran) is OutcomeKind.ABORTED
    assert ran.outcome is not None
    told = "Process-1 went on for 1 s without an operation (program.py:"
    assert ran.outcome.detail.startswith(told)


def test_a_loop_in_c_that_keeps_the_interpreter_is_broken_off(both: Both, tmp_path: Path) -> None:
    ran = carried(both, child_that("pow(3, 10**9)", tmp_path))
    assert ran.outcome is not None
    assert ran.outcome.kind is OutcomeKind.ABORTED
    assert ran.outcome.detail == "Process-1 went on for 1.5 s without an operation"


def test_a_process_that_is_stopped_from_outside_is_told(both: Both, tmp_path: Path) -> None:
    stop = f"ctypes.CDLL(None)['raise']({signal.SIGSTOP.value})"
    ran = carried(both, child_that(stop, tmp_path))
    assert ran.outcome is not None
    assert ran.outcome.detail == "Process-1 was stopped by a signal from outside"


def test_a_process_that_closes_its_channel_ends_the_run_and_this_is_said(
    both: Both, tmp_path: Path
) -> None:
    ran = carried(both, child_that("os.closerange(3, 2000)", tmp_path))
    assert ran.outcome is not None
    assert ran.outcome.kind is OutcomeKind.ABORTED
    assert ran.outcome.detail == "Process-1 closed the channel by which it is controlled"


def test_ten_megabytes_come_through(both: Both, tmp_path: Path) -> None:
    ran = carried(both, child_that("print('x' * 10_000_000)", tmp_path))
    assert ran.text == "x" * 10_000_000 + "\ncode 0\n"


@pytest.mark.parametrize("world", ["simulated", "real"])
def test_a_fork_past_multiprocessing_is_refused(world: str, both: Both, tmp_path: Path) -> None:
    ran = both.run(world, child_that("os.fork()", tmp_path))
    assert ran.refused == "program.py:10 uses os.fork, which would copy pyqdemo itself"


def test_a_deep_recursion_in_a_child_is_the_childs_affair(both: Both, tmp_path: Path) -> None:
    does = "def deep(n):\n    if n % 200 == 0:\n        print(n)\n    deep(n + 1)\ndeep(0)"
    ran = carried(both, child_that(does, tmp_path))
    assert kind_of(ran) is OutcomeKind.EXCEPTION
    assert "RecursionError" in ran.text
    assert ran.text.endswith("code 1\n")


def test_a_fork_beside_threads_has_only_the_one_that_forked(both: Both, tmp_path: Path) -> None:
    program = """
import multiprocessing as mp
import threading

EVENT = threading.Event()


def child():
    print(threading.active_count(), threading.current_thread() is threading.main_thread())


if __name__ == "__main__":
    for _ in range(3):
        threading.Thread(target=EVENT.wait).start()
    process = mp.get_context("fork").Process(target=child)
    process.start()
    process.join()
    print(process.exitcode)
    EVENT.set()
"""
    ran = carried(both, text_of(program, tmp_path))
    assert ran.text == "1 True\n0\n"


def test_the_death_of_the_programs_first_process_ends_the_run(both: Both, tmp_path: Path) -> None:
    program = """
import ctypes
import multiprocessing as mp
import time

if __name__ == "__main__":
    mp.Process(target=time.sleep, args=(100,)).start()
    ctypes.string_at(0)
"""
    ran = carried(both, text_of(program, tmp_path))
    assert ran.outcome is not None
    assert ran.outcome.detail == "the program's first process has died: exit code -11"
    assert ran.outcome.exit_code == -signal.SIGSEGV


def test_the_programs_first_process_waits_for_its_children_as_it_leaves(
    both: Both, tmp_path: Path
) -> None:
    program = """
import multiprocessing as mp
import sys
import time


def child(name, for_s):
    time.sleep(for_s)
    print(name, "has slept")


if __name__ == "__main__":
    mp.Process(target=child, args=("one", 1)).start()
    mp.Process(target=child, args=("a daemon", 2), daemon=True).start()
    sys.exit(5)
"""
    ran = carried(both, text_of(program, tmp_path))
    assert ran.outcome is not None
    assert (ran.outcome.kind, ran.outcome.exit_code) == (OutcomeKind.COMPLETED, 5)
    assert ran.text == "one has slept\n"


def test_a_bound_ends_all_processes_wherever_they_are(both: Both, tmp_path: Path) -> None:
    """For every number of steps up to the whole run's: two processes begin and end in it."""
    does = "inner = mp.Process(target=time.sleep, args=(1,))\ninner.start()\ninner.join()"
    program = child_that(does, tmp_path)
    kinds = [kind_of(carried(both, program, max_steps=steps)) for steps in range(1, 30)]
    end = kinds.index(OutcomeKind.COMPLETED)
    assert kinds[:end] == [OutcomeKind.STEP_BOUND] * end
    assert end > 10


class Asking(Random):
    """Has somebody do something as a step is chosen."""

    def __init__(self, seed: int, at: int, do: object) -> None:
        super().__init__(seed)
        self._at, self._do = at, do

    def choose(self, point: object) -> str:
        if point.step == self._at:  # type: ignore[attr-defined]
            self._do()  # type: ignore[operator]
        return super().choose(point)  # type: ignore[arg-type]


def test_ctrl_c_in_the_coordinator_leaves_nothing_and_the_next_run_is_well(
    both: Both, tmp_path: Path
) -> None:
    program = child_that("time.sleep(1)", tmp_path)

    def interrupt() -> None:
        raise KeyboardInterrupt

    for at in range(1, 9):
        with pytest.raises(KeyboardInterrupt):
            both.run("real", program, strategy=Asking(at, at, interrupt))
        assert both.left() == []
        assert kind_of(both.run("real", program)) is OutcomeKind.COMPLETED
        both.real.dismiss()  # it was started in this test


ENDING = """
import sys
import pyqdemo
print("begun", flush=True)
for seed in range(1_000):
    pyqdemo.run(sys.argv[1], world="real", seed=seed, start_method=sys.argv[2])
"""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_end_of_pyqdemo_itself_leaves_no_orphan(
    number: signal.Signals, method: str, tmp_path: Path
) -> None:
    """What is below it dies, and its scratch folder goes; the fixture finds who stays."""
    program = child_that("print('x')\n" * 20, tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-c", ENDING, str(program), method]
    environ = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ
    ) as coordinator:
        assert coordinator.stdout is not None
        coordinator.stdout.readline()
        deadline = time.monotonic() + AT_MOST_S
        while len(descendants(coordinator.pid)) < 2 and time.monotonic() < deadline:
            pass
        coordinator.send_signal(number)
        coordinator.wait(AT_MOST_S)
    deadline = time.monotonic() + AT_MOST_S
    while (left := list(scratch.iterdir())) and time.monotonic() < deadline:
        pass
    assert left == []
