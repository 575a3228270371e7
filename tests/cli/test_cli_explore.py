"""``pyqdemo explore``: verdicts and exit codes, what is kept and offered, and every slip."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from pyqdemo.cli.explore_command import EXPLORE, STRATEGIES
from pyqdemo.errors import Exit
from pyqdemo.exploring import MAX_STEPS
from pyqdemo.exploring import STRATEGIES as THEIRS

#: Each takes its own lock first: both orders of the two acquires, and one deadlock.
LOCKS = """\
import threading
one, two = threading.Lock(), threading.Lock()
def hold(first, second):
    with first:
        with second:
            pass
threads = [threading.Thread(target=hold, args=pair) for pair in ((one, two), (two, one))]
for t in threads: t.start()
for t in threads: t.join()
"""
FINE = """\
import queue, threading
q = queue.Queue()
threads = [threading.Thread(target=q.put, args=(n,)) for n in range(2)]
for t in threads: t.start()
for t in threads: t.join()
"""
#: Far more orders than anybody waits for.
HUGE = """\
import queue, threading
q = queue.Queue()
def work(n):
    for i in range(50):
        q.put((n, i))
for n in range(4): threading.Thread(target=work, args=(n,)).start()
"""
DEADLINE_S = 60.0


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """``program(text)``: its name in the current folder, an empty one."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "p.py") -> str:
        Path(name).write_text(text, encoding="utf-8")
        return name

    return write


def command_of(answer_out: str) -> list[str]:
    """The words of the first command that is offered."""
    line = next(line for line in answer_out.splitlines() if "pyqdemo run " in line)
    return shlex.split(line.partition("pyqdemo ")[2])


def test_a_program_without_a_flaw_is_proved(program: Callable, typed: Callable) -> None:
    """Two puts into one queue: two orders."""
    answer = typed(f"explore {program(FINE)}")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("✓ proved   Every schedule was covered, and none fails.\n")
    assert "2 executions, 2 inequivalent schedules." in " ".join(answer.out.split())


def test_a_deadlock_is_failed_and_the_offered_command_repeats_it(
    program: Callable, typed: Callable
) -> None:
    answer = typed(f"explore {program(LOCKS)}")
    assert answer.code == 1
    assert answer.out.startswith("✗ failed   They wait for each other: Thread-")
    again = typed(command_of(answer.out))
    assert again.code == 3
    assert "wait for each other" in again.out


def test_the_bounds_are_told_and_end_the_search(program: Callable, typed: Callable) -> None:
    answer = typed(f"explore {program(HUGE)} --max-executions 3")
    assert answer.code == 5
    assert answer.out.startswith("▹ not exhausted\n")
    told = " ".join(answer.out.split())
    assert "Bounds: 10,000 steps a run, 3 executions, 60 s." in told
    assert "- it was stopped after 3 executions" in told
    assert answer.out.splitlines()[-1].endswith("pyqdemo explore p.py --max-executions 30")


def test_the_json_is_one_object_and_nothing_else(program: Callable, typed: Callable) -> None:
    answer = typed(f"explore {program(LOCKS)} --json")
    told = json.loads(answer.out)
    assert (answer.code, answer.err) == (1, "")
    assert (told["format"], told["verdict"]) == ("pyqdemo.report/1", "failed")
    assert told["bounds"] == {"max_steps": 10_000, "time_s": 60}


def test_the_kept_run_can_be_replayed(program: Callable, typed: Callable) -> None:
    answer = typed(f"explore {program(LOCKS)} --save found.jsonl")
    assert answer.code == 1
    assert "the same run again   pyqdemo replay found.jsonl" in answer.out
    again = typed("replay found.jsonl")
    assert again.code == 3
    assert "as recorded" in again.out


def test_where_nothing_fails_nothing_is_kept(program: Callable, typed: Callable) -> None:
    answer = typed(f"explore {program(FINE)} --save found.jsonl")
    told = "pyqdemo: nothing failed, so nothing was saved in found.jsonl.\n"
    assert (answer.code, answer.err) == (0, told)
    assert not Path("found.jsonl").exists()


def test_one_execution_is_told_as_one(program: Callable, typed: Callable) -> None:
    told = " ".join(typed(f"explore {program(HUGE)} --max-executions 1").out.split())
    assert "Bounds: 10,000 steps a run, 1 execution, 60 s." in told
    assert "- it was stopped after 1 execution " in told


def test_a_race_stands_in_the_verdict_and_what_covers_it_is_offered(
    program: Callable, typed: Callable
) -> None:
    """Each thread adds in one step: every order is fine, but inside the step there is more."""
    racy = """\
import threading
count = 0
def add():
    global count
    count += 1
for n in range(2): threading.Thread(target=add).start()
"""
    answer = typed(f"explore {program(racy)}")
    told = " ".join(answer.out.split())
    assert told.startswith("\u25b9 proved at operation granularity ")
    assert "- count is touched by two tasks" in told
    assert "--granularity line" in told.rpartition("pyqdemo explore")[2]


def test_hash_is_told_to_answer_otherwise_elsewhere(program: Callable, typed: Callable) -> None:
    """Every process has a hash seed of its own."""
    text = FINE.replace("range(2)", "range(2) if hash('a')")
    answer = typed(f"explore {program(text)}")
    assert "- what hash answers differs between processes: p.py:3" in answer.out


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", ["80", "100"])
def test_no_line_but_a_command_is_wider_than_the_terminal(
    lang: str, columns: str, program: Callable, typed: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    answer = typed(f"explore {program(LOCKS)}", lang=lang)
    wide = [line for line in answer.out.splitlines() if cell_len(line) > int(columns)]
    assert [line for line in wide if "pyqdemo run" not in line] == []
    assert "\x1b" not in answer.out


def test_what_ascii_cannot_show_is_dressed_otherwise(program: Callable, ran: Callable) -> None:
    answer = ran("explore", program(LOCKS), PYTHONIOENCODING="ascii", PYQDEMO_LANG="zh")
    assert answer.code == 1
    assert answer.out.isascii() and answer.out.startswith("X failed   They wait")


def test_ctrl_c_ends_with_what_is_known_so_far(program: Callable) -> None:
    """Nothing has failed by then: not exhausted, because it was interrupted."""
    words = [sys.executable, "-m", "pyqdemo", "explore", program(HUGE), "--lang", "en"]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert running.stderr is not None
        # Its first line of progress says that the search goes on.
        assert b"executions" in running.stderr.readline()
        os.kill(running.pid, signal.SIGINT)
        out, _ = running.communicate(timeout=DEADLINE_S)
    finally:
        running.kill()
        running.wait()
    assert running.returncode == 5
    assert out.decode().startswith("▹ not exhausted\n")
    assert "- it was interrupted\n" in out.decode()


def test_at_a_terminal_one_line_tells_the_progress_and_goes_away(
    program: Callable, terminal: Callable
) -> None:
    person = terminal("explore", program(HUGE), "--time", "4", PYQDEMO_LANG="en")
    seen = person.until(" s more")
    assert " a second, " in seen
    assert person.code() == 5
    assert " s more" not in person.text and "▹ not exhausted" in person.text


def test_a_lesson_is_explored_at_the_sizes_of_its_card(typed: Callable) -> None:
    """Smallest first, each proved before the next; the last one is what the report is about."""
    answer = typed("explore counter")
    assert answer.code == 0
    told = " ".join(answer.out.split())
    claim = (
        "counter, threads 2, times 2. 6 executions, 6 inequivalent schedules. Granularity: line."
    )
    assert claim in told
    assert "Smaller ones were covered before: threads 2, times 1." in told
    assert answer.out.splitlines()[-1].endswith("pyqdemo explore counter --as-published")


def test_a_lessons_own_options_take_the_place_of_the_cards_sizes(typed: Callable) -> None:
    """One thread counts: nobody else could be chosen but main, who waits."""
    answer = typed("explore counter --times 1 --json")
    told = json.loads(answer.out)
    assert (told["parameters"], told["smaller"]) == ({"threads": 2, "times": 1}, [])


def test_the_published_counter_loses_an_update(typed: Callable) -> None:
    answer = typed("explore counter --as-published", lang="zh")
    assert answer.code == 1
    assert answer.out.startswith("✗ 失败     异常结束了程序：MainThread: AssertionError。\n")
    assert answer.out.splitlines()[-1].endswith("pyqdemo explore counter")


def test_output_that_depends_on_the_order_fails_only_where_that_was_asked(
    program: Callable, typed: Callable
) -> None:
    """Two prints of two threads: two outputs."""
    name = program(FINE.replace("q.put", "print"))
    assert typed(f"explore {name}").code == 0
    answer = typed(f"explore {name} --expect-same-output")
    assert answer.code == 1
    head = "What it prints depends on the schedule: 2 different outputs."
    assert answer.out.startswith(f"✗ failed   {head}\n")


def test_the_strategies_and_the_bound_are_those_of_the_explorer() -> None:
    assert STRATEGIES == THEIRS
    shown = {option.name: option.shown for option in EXPLORE.options}
    assert shown["max-steps"] == str(MAX_STEPS)


SLIPS = {
    "explore": (2, "explore needs PROGRAM. Try: pyqdemo explore odd-even"),
    "explore chefss": (2, 'there is no lesson "chefss". Nearest: pyqdemo explore chefs'),
    "explore chefs --count 3": (2, "chefs takes no --count. Try: pyqdemo explore chefs"),
    "explore chefs --as-published --dishes 3": (
        2,
        "chefs as published takes no --dishes. Try: pyqdemo explore chefs --as-published",
    ),
    "explore chefs --dishes 0": (
        2,
        "--dishes is 0, but takes 1 to 1000. Try: pyqdemo explore chefs --dishes 20",
    ),
    "explore chefs -- a": (2, 'chefs has no use for "a". Try: pyqdemo explore chefs'),
    "explore chefs --stdout pipe": (
        2,
        "chefs starts no process, so --stdout means nothing here. Try: pyqdemo explore chefs",
    ),
    "explore queue-kinds --as-published": (
        2,
        "queue-kinds has only one version. Try: pyqdemo explore queue-kinds",
    ),
    "explore p.py --dishes 3": (
        2,
        "--dishes is for lessons, and p.py is a program. Try: pyqdemo explore p.py",
    ),
    "explore p.py --foo": (
        2,
        "explore has no option --foo. If it is the program's own, try:"
        " pyqdemo explore p.py -- --foo",
    ),
    "explore p.py --max-executions 0": (
        2,
        "--max-executions is 0, but takes 1 to 1000000000."
        " Try: pyqdemo explore p.py --max-executions 1000",
    ),
    "explore p.py --time 0": (
        2,
        "--time is 0, but takes 0.1 to 86400. Try: pyqdemo explore p.py --time 60",
    ),
    "explore p.py --strategy dpor --preemptions 2": (
        2,
        "preemptions can be bounded with the strategy dfs only, not with dpor."
        " Try: pyqdemo explore p.py --strategy dfs --preemptions 2",
    ),
    "explore p.py --strategy dpor --sleeps strict": (
        2,
        "the strategy dpor needs loose sleeps: in strict time every step depends on the clock."
        " Try: pyqdemo explore p.py --strategy states --sleeps strict",
    ),
    "explore nowhere.py": (
        4,
        "nowhere.py cannot be read: there is no such file or folder. Try: pyqdemo explore --help",
    ),
}


@pytest.mark.parametrize("words", SLIPS)
def test_a_slip_is_told_in_one_line(words: str, program: Callable, typed: Callable) -> None:
    program(FINE)
    code, told = SLIPS[words]
    answer = typed(words)
    assert (answer.code, answer.out, answer.err) == (code, "", f"pyqdemo: {told}\n")


def test_a_program_that_cannot_be_controlled_is_told_with_a_command(
    program: Callable, typed: Callable
) -> None:
    answer = typed(f"explore {program('import multiprocessing; multiprocessing.Manager()')}")
    assert answer.code == 4
    assert answer.err.count("\n") == 1 and answer.err.endswith("Try: pyqdemo run p.py\n")


@pytest.mark.parametrize("command", ["explore p.py", "explain p.py p.py"])
def test_a_module_that_is_not_there_is_one_clear_error(
    program: Callable, typed: Callable, command: str
) -> None:
    """It is nothing that a schedule decides."""
    program("import no_such_module\nprint(1)\n")
    answer = typed(command)
    told = "p.py cannot be loaded: No module named 'no_such_module'. Try: python p.py"
    assert (answer.code, answer.out, answer.err) == (Exit.UNUSABLE, "", f"pyqdemo: {told}\n")


def test_an_import_that_fails_in_some_thread_is_a_failure(
    program: Callable, typed: Callable
) -> None:
    text = "import threading\ndef work():\n import no_such_module\nthreading.Thread(target=work)"
    answer = typed(f"explore {program(text + '.start()')}")
    assert answer.code == Exit.FAILED


def test_what_exploring_does_not_show_of_a_published_program_is_told(typed: Callable) -> None:
    """And it is not offered as the broken one."""
    answer = typed("explore pipe --as-published --count 1")
    assert (answer.code, answer.out.count("sender dies half-way")) == (0, 1)
    answer = typed("explore pipe --count 1")
    assert answer.out.splitlines()[-1].split("   ")[0].strip() == "the published program"


def test_what_a_process_outside_of_control_prints_does_not_stand_in_the_answer(
    program: Callable,
) -> None:
    name = program(
        "import subprocess, threading\n"
        "def work(): subprocess.run(['echo', 'hi'])\n"
        "threading.Thread(target=work).start()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pyqdemo", "explore", name, "--json"], capture_output=True, text=True
    )
    assert json.loads(done.stdout)["program"] == name
