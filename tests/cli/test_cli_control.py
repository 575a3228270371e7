"""Runs under control from outside: the same run every time, its summary, its last line."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Answer

from pyqdemo import executing
from pyqdemo.cli import runs
from pyqdemo.cli.controlling import MOST_STEPS, USUAL_STEPS
from pyqdemo.codec import read_trace
from pyqdemo.kernel.limits import Limits
from pyqdemo.schedule import MAX_STEPS
from pyqdemo.trace import Control, OutcomeKind

#: Two threads, two locks, opposite order: with some seeds they wait for each other.
DEADLOCKING = """
import threading

left, right = threading.Lock(), threading.Lock()


def anna():
    with left:
        with right:
            print("anna")


def otto():
    with right:
        with left:
            print("otto")


for work in (anna, otto):
    threading.Thread(target=work).start()
"""


@pytest.fixture
def dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The deadlocking program, in the current folder; its name has a blank."""
    monkeypatch.chdir(tmp_path)
    file = Path("two locks.py")
    file.write_text(DEADLOCKING)
    return file


def program(folder: Path, text: str) -> Path:
    file = folder / "program.py"
    file.write_text(text)
    return file


def timeless(told: str) -> str:
    """The text without the real time that the run took, which is another each time."""
    return re.sub(r"(in|用时) \d\S* (us|ms|s|微秒|毫秒|秒)\b", r"\1 TIME", told)


def first_deadlock(typed: Callable, *words: str) -> Answer:
    """The first seed's answer with which the program cannot go on. Fails after 50."""
    for seed in range(50):
        answer: Answer = typed(["run", "two locks.py", "--seed", str(seed), *words])
        if answer.code == 3:
            return answer
    pytest.fail("no seed of 50 makes two locks in opposite order a deadlock")


def test_the_same_seed_gives_the_same_lines_and_another_seed_others(typed: Callable) -> None:
    first, again, other = (typed(f"chefs --dishes 2 --seed {seed}") for seed in (7, 7, 8))
    assert timeless(first.out) == timeless(again.out)
    assert first.out.splitlines()[:12] != other.out.splitlines()[:12]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_summary_of_a_seeded_run_is_as_it_should_look(
    lang: str, typed: Callable, golden: Callable
) -> None:
    answer = typed("chefs --dishes 2 --seed 7 --show-schedule", lang=lang)
    assert (answer.code, answer.err) == (0, "")
    golden(f"chefs-seed-7.{lang}", timeless(answer.out))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.usefixtures("dead")
def test_a_deadlock_is_diagnosed_as_it_should_look(
    lang: str, typed: Callable, golden: Callable
) -> None:
    answer = first_deadlock(typed, "--lang", lang)
    assert (answer.code, answer.err) == (3, "")
    golden(f"deadlock.{lang}", timeless(answer.out))


@pytest.mark.usefixtures("dead")
def test_the_last_line_of_a_deadlock_does_it_again_to_the_letter(typed: Callable) -> None:
    answer = first_deadlock(typed)
    last = answer.out.splitlines()[-1]
    assert last.startswith("Replay: pyqdemo run 'two locks.py' --seed ")
    again = typed(shlex.split(last.removeprefix("Replay: pyqdemo ")))
    assert (again.code, timeless(again.out)) == (3, timeless(answer.out))


@pytest.mark.usefixtures("dead")
def test_the_last_line_of_a_saved_deadlock_replays_the_file(typed: Callable) -> None:
    answer = first_deadlock(typed, "--save", "my run.jsonl")
    last = answer.out.splitlines()[-1]
    assert last == "Replay: pyqdemo replay 'my run.jsonl'"
    again = typed(shlex.split(last.removeprefix("Replay: pyqdemo ")))
    assert again.code == 3
    assert "\nas recorded  every event, and how it ended\n" in again.out


@pytest.mark.usefixtures("dead")
def test_a_program_that_replay_would_not_find_is_named_in_the_last_line(typed: Callable) -> None:
    Path("kept").mkdir()
    os.chdir("kept")
    for seed in range(50):
        answer = typed(
            ["run", "../two locks.py", "--seed", str(seed), "--save", "run.jsonl", "--lang", "zh"]
        )
        if answer.code == 3:
            break
    last = answer.out.splitlines()[-1]
    assert last == "重放：pyqdemo replay run.jsonl '../two locks.py' --lang zh"
    assert typed(shlex.split(last.removeprefix("重放：pyqdemo "))).code == 3


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("chefs --dishes 1 --seed 7", "chefs --dishes 1 --seed 8"),
        ("chefs --strategy pct --dishes 1", "chefs --strategy pct --dishes 1 --seed 1"),
        ("chefs --dishes 1 --strategy round-robin", "chefs --dishes 1 --seed 1"),
        ("chefs --dishes 1 --seed 9223372036854775807", "chefs --dishes 1 --seed 0"),
        ("queue-kinds --sleeps loose --plain", "queue-kinds --sleeps loose --seed 1"),
    ],
)
def test_a_good_run_offers_another_seed(words: str, offered: str, typed: Callable) -> None:
    answer = typed(words)
    last = answer.out.splitlines()[-1]
    assert answer.code == 0
    assert last.startswith("Try: pyqdemo ")
    assert sorted(last.split()[2:]) == sorted(offered.split())


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["--max-steps", "5"], "--max-steps 50"),
        (["--max-steps", "5", "--lang", "en"], "--max-steps 50 --lang en"),
        (["--max-steps", "1000000000"], None),
    ],
)
def test_a_run_that_was_stopped_is_offered_ten_times_the_bound(
    words: list[str], offered: str | None, typed: Callable
) -> None:
    """The last ends by itself, so that another seed is offered."""
    answer = typed(["run", "two locks.py", "--seed", "1", *words])
    assert answer.code == 0
    last = shlex.split(answer.out.splitlines()[-1])[4:]
    wanted = "--max-steps 1000000000 --seed 2" if offered is None else f"{offered} --seed 1"
    assert sorted(last) == sorted(wanted.split())


def test_a_program_that_was_stopped_by_time_is_offered_more_of_it(
    typed: Callable, tmp_path: Path
) -> None:
    file = program(tmp_path, "import time\nfor _ in range(9): time.sleep(1)\n")
    answer = typed(["run", str(file), "--seed", "3", "--for", "2.5"])
    assert answer.out.endswith(f"\nTry: pyqdemo run {file} --for 25 --seed 3\n")


def test_an_endless_program_that_was_stopped_is_offered_another_seed(typed: Callable) -> None:
    answer = typed("chefs --as-published --seed 7 --for 3")
    assert answer.out.endswith("\nTry: pyqdemo chefs --as-published --for 3 --seed 8\n")


@pytest.mark.parametrize(
    "option", ["--strategy random", "--sleeps strict", "--max-steps 1000000", "--show-schedule"]
)
def test_any_of_these_options_alone_means_the_seed_0(option: str, typed: Callable) -> None:
    assert "\nseed 0   " in typed(f"chefs --dishes 1 {option}").out


def test_the_programs_arguments_stay_in_the_line_that_repeats_it(
    typed: Callable, tmp_path: Path
) -> None:
    file = program(tmp_path, "import sys; sys.exit(str(sys.argv[1:]))")
    answer = typed(["run", str(file), "--seed", "3", "--", "a b", "--loud"])
    assert (answer.code, answer.err) == (1, "['a b', '--loud']\n")
    assert answer.out.endswith(f"Replay: pyqdemo run {file} --seed 3 -- 'a b' --loud\n")


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "EOFError: EOF when reading a line (a run under control has no keyboard)\n"),
        ("zh", "EOFError: EOF when reading a line（受控的运行没有键盘）\n"),
    ],
)
def test_a_program_that_reads_the_keyboard_is_told_that_there_is_none(
    lang: str, told: str, ran: Callable, tmp_path: Path
) -> None:
    file = program(tmp_path, "print(input())")
    answer = ran("run", file, "--seed", "1", "--lang", lang, stdin="3\n")
    assert (answer.code, told in answer.out) == (1, True)


SWALLOWING = """
import threading


def stubborn():
    while True:
        try:
            threading.Event().wait()
        except:
            pass


threading.Thread(target=stubborn).start()
"""


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "\ndid not end  Thread-1 (stubborn) catches its own end again and again: its"),
        ("zh", "\n没有正常结束  Thread-1 (stubborn) 一再捕获要它结束的异常，它的线程停不下来\n"),
    ],
)
def test_a_task_that_could_not_be_ended_is_no_missing_record(
    lang: str, told: str, ran: Callable, tmp_path: Path
) -> None:
    """In a process of its own, since that thread stays."""
    answer = ran("run", program(tmp_path, SWALLOWING), "--seed", "1", "--lang", lang)
    assert (answer.code, told in answer.out) == (3, True)


def test_what_is_not_controlled_is_named(typed: Callable, tmp_path: Path) -> None:
    file = program(tmp_path, "import os\nos.urandom(1)\n")
    answer = typed(["run", str(file), "--seed", "3"])
    told = "not controlled  os.urandom: the same seed may give another run\n"
    assert (answer.code, told in answer.out) == (0, True)


def test_a_controlled_run_shows_no_picture_even_on_a_terminal(typed: Callable) -> None:
    assert "\x1b[" not in re.sub(
        r"\x1b\[[0-9;]*m", "", typed("chefs --dishes 1 --seed 7", keys="").out
    )


def test_quiet_leaves_the_programs_own_lines(typed: Callable) -> None:
    answer = typed("chefs --dishes 2 --seed 7 --quiet")
    assert (answer.code, answer.err, answer.out.count("\n")) == (0, "", 12)


def test_json_puts_the_record_on_stdout_and_all_text_on_stderr(typed: Callable) -> None:
    answer = typed("chefs --dishes 1 --seed 7 --json")
    records = [json.loads(line) for line in answer.out.splitlines()]
    header = records[0]
    assert answer.code == 0
    assert (header["control"], header["seed"], header["lesson"]) == ("controlled", 7, "chefs")
    assert records[-1]["outcome"]["kind"] == "completed"
    assert answer.err.count("厨师 Thread") == 3
    assert answer.err.endswith("\nTry: pyqdemo chefs --dishes 1 --seed 8\n")


def test_save_writes_a_record_that_says_how_to_have_the_run_again(
    typed: Callable, tmp_path: Path
) -> None:
    file = tmp_path / "run.jsonl"
    answer = typed(
        f"chefs --dishes 1 --strategy pct --depth 2 --seed 9 --sleeps loose --save {file}"
    )
    header = read_trace(file).header
    assert answer.code == 0
    assert (header.control, header.strategy, header.seed) == (Control.CONTROLLED, "pct 2", 9)
    assert (header.sleeps, dict(header.bounds)) == ("loose", {"max_steps": 1_000_000})


def test_an_endless_lesson_is_stopped_in_virtual_time_and_says_so(typed: Callable) -> None:
    """Wherever its output goes: the same seed is the same run."""
    answer = typed("chefs --as-published --seed 7")
    terminal = typed("chefs --as-published --seed 7", keys="")
    assert answer.code == 0
    assert answer.err == ("This program never ends. It is stopped after 20 s of virtual time.\n")
    assert "\nstopped  after 20.0 s of virtual time: it never ends\n" in answer.out
    told = answer.out.count("厨师 Thread"), terminal.out.count("厨师 Thread")
    assert told[0] == told[1] > 10


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        ("--for 3", "after 3.0 s of virtual time: it never ends"),
        ("--stop-after 5", "after 5 items, "),
        ("--max-steps 100", "after 100 steps, "),
    ],
)
def test_an_endless_lesson_stops_at_the_bound_that_was_asked_for(
    bound: str, told: str, typed: Callable
) -> None:
    answer = typed(f"chefs --as-published --seed 7 {bound}")
    assert (answer.code, f"\nstopped  {told}" in answer.out) == (0, True)


CODES = {
    "ends well": ("pass", 0),
    "raises": ("raise ValueError('boom')", 1),
    "raises in a thread": (
        "import threading\nthread = threading.Thread(target=int, args=['x'])\n"
        "thread.start()\nthread.join()",
        1,
    ),
    "exits with three": ("raise SystemExit(3)", 1),
    "waits for itself": (
        "import threading\nlock = threading.Lock()\nlock.acquire(); lock.acquire()",
        3,
    ),
    "shares by a manager": ("import multiprocessing.managers", 4),
    "starts threads by _thread": ("import _thread\n_thread.start_new_thread(print, ())", 4),
}


@pytest.mark.parametrize(("text", "code"), CODES.values(), ids=CODES.keys())
def test_the_exit_code_says_how_the_program_ended(
    text: str, code: int, typed: Callable, tmp_path: Path
) -> None:
    assert typed(["run", str(program(tmp_path, text)), "--seed", "0"]).code == code


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        (
            "import multiprocessing.managers",
            "uses multiprocessing.managers, which nobody can control; a Queue or a Pipe that is"
            " handed to the processes can be. Try: pyqdemo run ",
            "用到 multiprocessing.managers，它无法控制；改用 Queue 或 Pipe，作为参数交给进程，"
            "就可以。试试：pyqdemo run ",
        ),
        (
            "import _thread\n_thread.start_new_thread(print, ())",
            "uses _thread.start_new_thread, which nobody can control; threading.Thread and"
            " threading.Lock can be. Try: pyqdemo run ",
            "用到 _thread.start_new_thread，它无法控制；改用 threading.Thread、threading.Lock"
            " 就可以。试试：pyqdemo run ",
        ),
        (
            "import os\nos.fork()",
            "uses os.fork, which would copy pyqdemo itself. Try: pyqdemo run ",
            "用到 os.fork，会把 pyqdemo 自己也复制一份。试试：pyqdemo run ",
        ),
    ],
    ids=["managers", "_thread", "fork"],
)
def test_what_cannot_be_controlled_is_told_in_one_line(
    text: str, en: str, zh: str, typed: Callable, tmp_path: Path
) -> None:
    words = ["run", str(program(tmp_path, text)), "--seed", "0"]
    english, chinese = typed(words), typed(words, lang="zh")
    where = f"program.py:{len(text.splitlines())}"
    assert (english.code, english.out, english.err.count("\n")) == (4, "", 1)
    assert english.err.startswith(f"pyqdemo: {where} {en}")
    assert (chinese.code, chinese.out, chinese.err.count("\n")) == (4, "", 1)
    assert chinese.err.startswith(f"pyqdemo：{where} {zh}")


@pytest.mark.parametrize(
    "text", ["import multiprocessing.managers", "import getpass", "import os; os.fork()"]
)
def test_what_cannot_be_controlled_is_offered_without_control(
    text: str, typed: Callable, tmp_path: Path
) -> None:
    """Its arguments, the language and the file for the record stay."""
    file, run = program(tmp_path, f"{text}\n"), tmp_path / "run.jsonl"
    plain = "--plain " if "getpass" in text else ""
    words = f"run {file} --lang en --save {run} --strategy pct --seed 3 --max-steps 9 -- a b"
    answer = typed(words)
    assert answer.code == 4
    offered = answer.err.rpartition(" Try: pyqdemo ")[2]
    assert offered == f"run {file} {plain}--lang en --save {run} -- a b\n"


# Schedules as texts.


def schedule_in(out: str) -> str:
    return next(line for line in out.splitlines() if line.startswith("Schedule: "))[10:]


def test_a_schedule_that_was_shown_makes_the_same_run_when_typed(typed: Callable) -> None:
    shown = typed("chefs --dishes 1 --seed 7 --show-schedule")
    again = typed(f"chefs --schedule {schedule_in(shown.out)}")
    assert again.code == shown.code == 0
    assert again.out.partition("\n\n")[0] == shown.out.partition("\n\n")[0]
    assert "\nseed 7   by its schedule   " in again.out


def test_a_schedule_longer_than_a_line_says_what_is_shorter(typed: Callable) -> None:
    lines = typed("chefs --dishes 1 --seed 7 --show-schedule").out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("Schedule: "))
    assert len(lines[at]) > 80
    assert lines[at + 1] == (
        "The schedule is long. The same run in short: pyqdemo chefs --dishes 1 --seed 7"
    )


def test_a_run_by_a_schedule_is_offered_what_was_not_usual_in_it(typed: Callable) -> None:
    text = schedule_in(typed("chefs --dishes 1 --sleeps loose --seed 7 --show-schedule").out)
    assert "capacity=10,consumers=2" in text
    answer = typed(f"chefs --schedule {text} --producers 3")
    last = answer.out.splitlines()[-1]
    assert last.startswith("Try: pyqdemo chefs ")
    wanted = "--producers 3 --dishes 1 --sleeps loose --seed 8"
    assert sorted(last.split()[3:]) == sorted(wanted.split())


@pytest.mark.usefixtures("dead")
def test_a_schedule_that_fits_says_nothing_more(typed: Callable) -> None:
    answer = first_deadlock(typed, "--show-schedule")
    assert len(schedule_in(answer.out)) < 70
    assert "is long" not in answer.out


@pytest.mark.usefixtures("dead")
def test_the_last_line_of_a_schedules_deadlock_has_the_schedule(typed: Callable) -> None:
    text = schedule_in(first_deadlock(typed, "--show-schedule").out)
    answer = typed(["run", "two locks.py", "--schedule", text])
    assert answer.code == 3
    assert answer.out.endswith(f"Replay: pyqdemo run 'two locks.py' --schedule {text}\n")


def test_options_that_agree_with_the_schedule_may_stand_beside_it(typed: Callable) -> None:
    text = schedule_in(typed("chefs --dishes 1 --seed 7 --for 30 --show-schedule").out)
    beside = "--dishes 01 --seed 7 --for 30.0 --max-steps 1000000 --sleeps strict"
    answer = typed(f"chefs --schedule {text} {beside}")
    assert (answer.code, answer.err) == (0, "")


def test_the_programs_arguments_stand_in_the_schedule(typed: Callable, tmp_path: Path) -> None:
    file = program(tmp_path, "import sys; print(sys.argv[1:])")
    shown = typed(["run", str(file), "--show-schedule", "--", "one", "two"])
    text = schedule_in(shown.out)
    assert typed(["run", str(file), "--schedule", text]).out.startswith("['one', 'two']\n")
    other = typed(["run", str(file), "--schedule", text, "--", "three"])
    assert (other.code, other.out) == (2, "")
    assert other.err == (
        "pyqdemo: the program's arguments are not those of the schedule."
        f" Try: pyqdemo run {file} --schedule {text}\n"
    )


@pytest.mark.usefixtures("dead")
def test_a_schedule_that_cannot_be_followed_says_step_wanted_and_enabled(typed: Callable) -> None:
    """The main task runs alone at first: no other can take the second step."""
    text = schedule_in(first_deadlock(typed, "--show-schedule").out)
    stamp = text.partition(":")[0]
    answer = typed(["run", "two locks.py", "--schedule", f"{stamp}:0,2"])
    assert answer.code == 4
    assert re.fullmatch(
        r"pyqdemo: step 2 cannot be repeated: 0\.2 should go on, but only MainThread \(0\) can\."
        r" Try: pyqdemo run 'two locks\.py' --seed \d+\n",
        answer.err,
    )


# Signals and pipes.

#: Says that it is there, then takes steps for ever in which no virtual time passes.
ENDLESS = """
import queue
own = queue.Queue()
print("here", flush=True)
while True:
    own.put(1)
    own.get()
"""


def started(*words: str | Path) -> subprocess.Popen[str]:
    """pyqdemo on pipes, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pyqdemo", *map(str, words), "--max-steps", "1000000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_the_run_and_its_record_replays(
    name: str, code: int, typed: Callable, tmp_path: Path
) -> None:
    file, run = program(tmp_path, ENDLESS), tmp_path / "run.jsonl"
    running = started("run", file, "--seed", "0", "--save", run)
    with running:
        assert running.stdout and running.stdout.readline() == "here\n"
        running.send_signal(getattr(signal, name))
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (code, "")
    assert "\ninterrupted  after " in out
    trace = read_trace(run)
    assert trace.outcome and trace.outcome.kind is OutcomeKind.INTERRUPTED
    assert "\nas recorded    every event, and how it ended\n" in typed(["replay", str(run)]).out


def test_a_pipe_that_is_closed_ends_the_run_and_its_record_is_kept(tmp_path: Path) -> None:
    text = ENDLESS + "    print('more', flush=True)\n"
    file, run = program(tmp_path, text), tmp_path / "run.jsonl"
    with started("run", file, "--seed", "0", "--save", run) as running:
        assert running.stdout and running.stderr
        assert running.stdout.readline() == "here\n"
        running.stdout.close()
        assert running.wait(60) == 141
        assert "nobody reads the output any more" in running.stderr.read()
    trace = read_trace(run)
    assert trace.outcome and trace.outcome.kind is OutcomeKind.INTERRUPTED


# What stands in two places, since one of them must load fast.


def test_the_strategies_that_are_offered_are_those_there_are() -> None:
    assert runs.STRATEGY.choices == executing.STRATEGIES


def test_the_usual_bound_of_steps_is_the_same_everywhere() -> None:
    assert USUAL_STEPS == MAX_STEPS == Limits().max_steps < MOST_STEPS
    shown = {option.name: option.shown for option in runs.CONTROL}
    assert int(shown["max-steps"]) == USUAL_STEPS


def test_what_was_printed_before_a_run_is_refused_is_shown(
    typed: Callable[..., Answer], tmp_path: Path
) -> None:
    file = program(tmp_path, "print('a')\nimport multiprocessing.managers\n")
    answer = typed(["run", str(file), "--seed", "0"])
    assert (answer.code, answer.out) == (4, "a\n")


BESIDE_A_HEART = """
import threading, time

left, right = threading.Lock(), threading.Lock()

def cross(first, second):
    first.acquire()
    second.acquire()
    second.release()
    first.release()

def beat():
    while True:
        time.sleep(1)

threading.Thread(target=beat, name="heart", daemon=True).start()
for name, pair in (("anna", (left, right)), ("otto", (right, left))):
    threading.Thread(target=cross, args=pair, name=name).start()
"""


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "stopped  after 300 steps, {time}; anna and otto wait for each other"),
        ("zh", "停下  走了 300 步，{time}；anna、otto 互相等待"),
    ],
)
def test_who_waits_in_a_circle_is_told_though_a_bound_ended_the_run(
    lang: str, told: str, typed: Callable[..., Answer], tmp_path: Path
) -> None:
    """Locks that were taken by plain acquire may be let go of by anybody, so it is no verdict."""
    file = program(tmp_path, BESIDE_A_HEART)
    for seed in range(40):
        answer = typed(["run", str(file), "--seed", str(seed), "--max-steps", "300"], lang=lang)
        if "anna" in answer.out:
            before, _, after = told.partition("{time}")
            assert before in answer.out
            assert after in answer.out
            return
    raise AssertionError("no seed of 0 to 39 has the circle")
