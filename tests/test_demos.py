"""The lessons' programs, run as anybody runs them, with their sleeps divided.

Each runs in an interpreter in isolated mode: nothing but the standard library. Only
invariants of the printed lines are asserted, never who was faster.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

DEMOS = Path(__file__).parents[1] / "demos"
CHEFS = DEMOS / "threading_queue" / "chefs.py"
CHEFS_AS_PUBLISHED = DEMOS / "threading_queue" / "chefs_as_published.py"
QUEUE_KINDS = DEMOS / "threading_queue" / "queue_kinds.py"
COUNTER = DEMOS / "threading_queue" / "counter.py"
COUNTER_AS_PUBLISHED = DEMOS / "threading_queue" / "counter_as_published.py"
WRITER_READER = DEMOS / "mp_queue" / "writer_reader.py"
WRITER_READER_AS_PUBLISHED = DEMOS / "mp_queue" / "writer_reader_as_published.py"
ODD_EVEN = DEMOS / "mp_queue" / "odd_even.py"
ODD_EVEN_AS_PUBLISHED = DEMOS / "mp_queue" / "odd_even_as_published.py"
PIPE = DEMOS / "mp_pipe" / "pipe.py"
PIPE_AS_PUBLISHED = DEMOS / "mp_pipe" / "pipe_as_published.py"

PROGRAMS = sorted(DEMOS.glob("*/*.py"))
METHODS = ["fork", "spawn", "forkserver"]

COOKED = re.compile(r"厨师 (Thread-\d+) 做了 ([0-8]) 饭 --- 还剩 (\d+) 饭没卖完")
EATEN = re.compile(r"吃货(Thread-\d+) 吃了 ([0-8]) 饭 --- 还有 (\d+) 饭可以吃")

# Its own file: a process that is spawned runs it again, up to the guard, and so
# divides its sleeps too.
RUNNER = """\
import importlib, json, multiprocessing, sys, time
from pathlib import Path

sleep = time.sleep
time.sleep = lambda seconds: sleep(seconds / 200)

if __name__ == "__main__":
    program, parameters, method = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
    multiprocessing.set_start_method(method)
    sys.path.insert(0, str(program.parent))
    importlib.import_module(program.stem).main(**parameters)
"""

WATCHDOG_S = 60


def start(argv: Sequence[str | Path]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", *map(str, argv)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> list[str]:
    """The lines printed by a program that ended by itself, without an error."""
    try:
        out, err = process.communicate(timeout=WATCHDOG_S)
    except subprocess.TimeoutExpired:
        end(process)
        pytest.fail(f"{process.args} did not end within {WATCHDOG_S} s")
    assert (err, process.returncode) == ("", 0)
    return out.splitlines()


def end(process: subprocess.Popen[str]) -> None:
    """Ends the program with everything it started, and reaps it."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


class Runner:
    """Starts a program's ``main`` with its sleeps divided by 200."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "runner.py"
        self.file.write_text(RUNNER, encoding="utf-8")

    def start(
        self, program: Path, method: str = "fork", /, **parameters: object
    ) -> subprocess.Popen[str]:
        return start([self.file, program, json.dumps(parameters), method])

    def lines(self, program: Path, method: str = "fork", /, **parameters: object) -> list[str]:
        return finish(self.start(program, method, **parameters))

    def first_lines(self, program: Path, count: int) -> list[str]:
        """The first lines of a program that need not end; it is ended and reaped."""
        process = start(["-u", self.file, program, "{}", "fork"])
        assert process.stdout
        try:
            return [process.stdout.readline().removesuffix("\n") for _ in range(count)]
        finally:
            end(process)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


# ── the files ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_has_30_to_90_lines(program: Path) -> None:
    assert 30 <= len(program.read_text(encoding="utf-8").splitlines()) <= 90


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_knows_nothing_of_the_project(program: Path) -> None:
    assert "pyqdemo" not in program.read_text(encoding="utf-8")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_imports_the_standard_library_alone(program: Path) -> None:
    text = program.read_text(encoding="utf-8")
    imported = re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)
    assert set(imported) <= sys.stdlib_module_names


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_ends_with_its_main_guard(program: Path) -> None:
    guard = '\n\nif __name__ == "__main__":\n    main()\n'
    assert program.read_text(encoding="utf-8").endswith(guard)


@pytest.mark.parametrize(
    "program",
    [path for path in PROGRAMS if not path.stem.endswith("_as_published")],
    ids=lambda path: path.stem,
)
def test_a_repaired_program_says_at_its_top_what_to_watch(program: Path) -> None:
    docstring = program.read_text(encoding="utf-8").split('"""')[1]
    assert "\nWatch:\n- " in docstring


def test_a_program_runs_alone_as_a_script() -> None:
    """By its own guard and start method: writer-reader, which has no sleeps to divide."""
    assert sorted(finish(start([WRITER_READER]))) == sorted(WRITTEN + READ)


# ── chefs ────────────────────────────────────────────────────────────────────


def by_name(matches: Sequence[re.Match[str]]) -> dict[str, list[str]]:
    ordered = sorted(matches, key=lambda match: match[1])
    return {name: [m[2] for m in group] for name, group in groupby(ordered, key=lambda m: m[1])}


def cooked_and_eaten(
    lines: Sequence[str],
) -> tuple[list[re.Match[str]], list[re.Match[str]]]:
    """Every line is a chef's or an eater's, to the letter."""
    cooked = [match for line in lines if (match := COOKED.fullmatch(line))]
    eaten = [match for line in lines if (match := EATEN.fullmatch(line))]
    assert len(cooked) + len(eaten) == len(lines)
    return cooked, eaten


def test_every_dish_cooked_is_eaten_once(runner: Runner) -> None:
    """3 chefs cook 20 dishes each: 60 lines of chefs, 60 of eaters, the same dishes."""
    cooked, eaten = cooked_and_eaten(runner.lines(CHEFS))
    assert len(cooked) == 60
    assert sorted(m[2] for m in eaten) == sorted(m[2] for m in cooked)


def test_chefs_and_eaters_have_the_tutorials_names(runner: Runner) -> None:
    """The three chefs are made first, then the two eaters; who eats how much is luck."""
    cooked, eaten = cooked_and_eaten(runner.lines(CHEFS))
    dishes = by_name(cooked)
    assert {name: len(made) for name, made in dishes.items()} == {
        "Thread-1": 20,
        "Thread-2": 20,
        "Thread-3": 20,
    }
    assert set(by_name(eaten)) <= {"Thread-4", "Thread-5"}


def test_one_chef_and_one_eater_keep_the_order(runner: Runner) -> None:
    cooked, eaten = cooked_and_eaten(runner.lines(CHEFS, producers=1, consumers=1, dishes=30))
    assert [m[2] for m in eaten] == [m[2] for m in cooked]


def test_a_none_is_never_counted_as_a_dish(runner: Runner) -> None:
    """One dish in all: once it is taken none are left, though a None for each of five follows.

    The eater prints before its task_done(), and the Nones come after it.
    """
    _, eaten = cooked_and_eaten(runner.lines(CHEFS, producers=1, consumers=5, capacity=0, dishes=1))
    assert [m[3] for m in eaten] == ["0"]


@pytest.mark.parametrize("capacity", [0, 1, 7])
def test_no_more_dishes_stand_in_the_queue_than_it_has_places(
    runner: Runner, capacity: int
) -> None:
    """Capacity 0 is no limit: at most all 40 dishes."""
    cooked, eaten = cooked_and_eaten(
        runner.lines(CHEFS, producers=4, consumers=1, capacity=capacity, dishes=10)
    )
    assert max(int(m[3]) for m in cooked + eaten) <= (capacity or 40)


def test_more_eaters_than_places_all_go_home(runner: Runner) -> None:
    """Nine Nones pass through two places."""
    cooked, eaten = cooked_and_eaten(
        runner.lines(CHEFS, producers=1, consumers=9, capacity=2, dishes=3)
    )
    assert (len(cooked), len(eaten)) == (3, 3)


def test_published_chefs_cook_on_until_they_are_stopped(runner: Runner) -> None:
    """Chefs can be ahead by the ten places and two eaters' hands: of 60 lines some are eaters'.

    A line and its end are two writes, so lines of different threads may run together
    (one of the flaws): what is asserted is that nothing else is printed.
    """
    text = "\n".join(runner.first_lines(CHEFS_AS_PUBLISHED, 60))
    assert COOKED.search(text)
    assert EATEN.search(text)
    assert COOKED.sub("", EATEN.sub("", text)).strip("\n") == ""


# ── queue-kinds ──────────────────────────────────────────────────────────────


def test_queue_kinds_prints_the_same_every_time(runner: Runner) -> None:
    assert runner.lines(QUEUE_KINDS)[:19] == [
        "Queue: put 3 1 2, get 3 1 2",
        "LifoQueue: put 3 1 2, get 2 1 3",
        "PriorityQueue: put 3 1 2, get 1 2 3",
        "PriorityQueue, two dicts of priority 1: raises TypeError",
        "PriorityQueue: with a counter between, get {'dish': 'rice'} {'dish': 'soup'}",
        "Queue(0): no limit, qsize() 20, full() False",
        "Queue(3): items, not free places, qsize() 2, full() False",
        "Queue(3), full, put_nowait(): raises Full",
        "Queue(3), full, put() for half a second: raises Full",
        "Queue(3): get a b c, empty() True",
        "Queue(3), empty, get_nowait(): raises Empty",
        "Queue(3), empty, get() for half a second: raises Empty",
        *[f"eaten: {number}" for number in range(1, 7)],
        "join() has returned: a task_done() for every dish",
    ]


# ── counter ──────────────────────────────────────────────────────────────────

COUNTED = re.compile(r"expected (\d+), counted (\d+), lost (\d+)")


def test_the_repaired_counter_loses_nothing(runner: Runner) -> None:
    """4 threads with 1,000 turns each, and as it is by itself, 2 with 3."""
    assert runner.lines(COUNTER) == ["expected 6, counted 6, lost 0"]
    many = runner.lines(COUNTER, threads=4, times=1_000)
    assert many == ["expected 4000, counted 4000, lost 0"]


def test_the_counter_as_it_is_written_first_says_how_many_it_lost(runner: Runner) -> None:
    """How many is luck. Its last line fails if any are lost."""
    process = runner.start(COUNTER_AS_PUBLISHED, times=500_000)
    out, err = process.communicate(timeout=WATCHDOG_S)
    counted = COUNTED.fullmatch(out.strip())
    assert counted is not None
    expected, value, lost = map(int, counted.groups())
    assert (expected, value + lost) == (1_000_000, 1_000_000)
    assert (process.returncode, "AssertionError" in err) == ((1, True) if lost else (0, False))


# ── writer-reader ────────────────────────────────────────────────────────────

WRITTEN = [f"put {letter} to queue" for letter in "abcd"]
READ = [f"get {letter} from queue" for letter in "abcd"]


@pytest.mark.parametrize("method", METHODS)
def test_every_letter_written_is_read_in_order(runner: Runner, method: str) -> None:
    lines = runner.lines(WRITER_READER, method)
    assert len(lines) == 8
    assert [line for line in lines if line.startswith("put")] == WRITTEN
    assert [line for line in lines if line.startswith("get")] == READ


def test_the_published_reader_reads_a_beginning_at_most(runner: Runner) -> None:
    """Its process is terminated anywhere, but letters come in the order they were put."""
    lines = runner.lines(WRITER_READER_AS_PUBLISHED)
    read = [line for line in lines if line.startswith("get")]
    assert [line for line in lines if line.startswith("put")] == WRITTEN
    assert read == READ[: len(read)]


# ── odd-even ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 2, 9])
def test_each_number_reaches_who_wants_it_in_order(runner: Runner, count: int) -> None:
    lines = runner.lines(ODD_EVEN, count=count)
    start, consuming = 1 + count, lines[2 + count : -1]
    numbers = range(1, count + 1)
    assert lines[: start + 1] == [
        "开始产生消息",
        *[f"put {number} to queue" for number in numbers],
        "开始消费消息",
    ]
    assert [line for line in consuming if "EVEN" in line] == [
        f"get {number} from queue EVEN, thread name is Thread-2" for number in numbers[1::2]
    ]
    assert [line for line in consuming if "ODD" in line] == [
        f"get {number} from queue ODD, thread name is Thread-3" for number in numbers[::2]
    ]
    assert len(consuming) == count
    assert lines[-1] == "消息消费完成"


def test_the_published_odd_even_puts_nine_numbers_before_it_consumes(runner: Runner) -> None:
    """What follows is luck, and may never end: the program is ended after these lines."""
    assert runner.first_lines(ODD_EVEN_AS_PUBLISHED, 11) == [
        "开始产生消息",
        *[f"put {number} to queue" for number in range(1, 10)],
        "开始消费消息",
    ]


# ── pipe ─────────────────────────────────────────────────────────────────────


def sent(numbers: Sequence[int]) -> list[str]:
    return [f"send {number} to pipe" for number in numbers]


def received(numbers: Sequence[int]) -> list[str]:
    return [f"recv {number} from pipe" for number in numbers]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("program", [PIPE, PIPE_AS_PUBLISHED], ids=lambda path: path.stem)
def test_nine_numbers_pass_through_the_pipe_in_order(
    runner: Runner, program: Path, method: str
) -> None:
    lines = runner.lines(program, method)
    assert len(lines) == 18
    assert [line for line in lines if line.startswith("send")] == sent(range(1, 10))
    assert [line for line in lines if line.startswith("recv")] == received(range(1, 10))


@pytest.mark.parametrize("method", METHODS)
def test_each_question_is_answered_on_the_same_pair(runner: Runner, method: str) -> None:
    """Each process prints into a buffer of its own and empties it when it ends.

    So the two processes' lines are two blocks: the asker's (send n, recv 10 n) and the
    answerer's (recv n, send 10 n).
    """
    lines = runner.lines(PIPE, method, count=3, duplex=True)
    asker = [line for n in (1, 2, 3) for line in sent([n]) + received([10 * n])]
    answerer = [line for n in (1, 2, 3) for line in received([n]) + sent([10 * n])]
    assert lines in (asker + answerer, answerer + asker)


KILLED = """\
import importlib, multiprocessing, os, signal, sys

def dying(connection, other, count, duplex):
    other.close()
    connection.send(1)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[2])
    sys.path.insert(0, sys.argv[1])
    pipe = importlib.import_module("pipe")
    pipe.proc1 = dying
    pipe.main(count=9)
"""


@pytest.mark.parametrize("method", METHODS)
def test_a_sender_that_is_killed_leaves_no_receiver_waiting(tmp_path: Path, method: str) -> None:
    """The receiver hears EOF: nobody else holds the speaking end, whatever the method."""
    killed = tmp_path / "killed.py"
    killed.write_text(KILLED, encoding="utf-8")
    assert finish(start([killed, PIPE.parent, method])) == received([1])
