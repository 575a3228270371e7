"""Watched runs from outside: what goes where, what is kept, and the exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pyqdemo.codec import read_trace
from pyqdemo.trace import OutcomeKind

QUICK = ("chefs", "--dishes", "2", "--speed", "1000")


def program(folder: Path, text: str) -> Path:
    file = folder / "program.py"
    file.write_text(text)
    return file


def test_a_lesson_prints_its_lines_and_then_its_summary(ran: Callable) -> None:
    """Two dishes of three chefs: six lines of chefs, six of eaters, a blank, the summary.

    Lines of two threads may share a row, so they are counted by how they begin.
    """
    answer = ran(*QUICK)
    lines, _, summary = answer.out.partition("\n\nmade 6   eaten 6   left 0")
    assert (answer.code, answer.err) == (0, "")
    assert (lines.count("厨师 Thread"), lines.count("吃货Thread")) == (6, 6)
    assert "promises kept" in summary


def test_a_pipe_gets_no_escape_even_if_colour_is_forced(ran: Callable) -> None:
    answer = ran(*QUICK, FORCE_COLOR="1")
    assert "\x1b[?" not in answer.out and "\x1b[2K" not in answer.out and "\r" not in answer.out


def test_quiet_leaves_the_programs_own_lines(ran: Callable) -> None:
    answer = ran(*QUICK, "--quiet")
    assert (answer.code, answer.err, answer.out.count("\n")) == (0, "", 12)


def test_json_puts_the_record_on_stdout_and_all_text_on_stderr(ran: Callable) -> None:
    answer = ran(*QUICK, "--json")
    records = [json.loads(line) for line in answer.out.splitlines()]
    assert answer.code == 0
    assert records[0]["format"] == "pyqdemo.trace/1"
    assert records[0]["parameters"]["dishes"] == 2
    assert records[-1]["outcome"]["kind"] == "completed"
    assert answer.err.count("厨师 Thread") == 6
    assert "made 6" in answer.err


def test_save_writes_a_record_that_can_be_read(ran: Callable, tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    answer = ran(*QUICK, "--save", file)
    trace = read_trace(file)
    assert answer.out.endswith(f"recorded in    {file}\n")
    assert (trace.header.lesson, trace.header.variant) == ("chefs", "repaired")
    assert trace.header.speed == 1000
    assert trace.outcome and trace.outcome.kind is OutcomeKind.COMPLETED


def test_a_record_may_be_replaced_by_the_next(ran: Callable, tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    for _ in range(2):
        assert ran(*QUICK, "--quiet", "--save", file).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["run.jsonl"]


def test_the_words_after_the_file_are_the_programs(ran: Callable, tmp_path: Path) -> None:
    file = program(tmp_path, "import sys; print(sys.argv[1:], __name__)")
    answer = ran("run", file, "--quiet", "one", "--", "--lang", "zh", "--quiet")
    assert answer.out == "['one', '--lang', 'zh', '--quiet'] __main__\n"


def test_a_program_reads_what_we_are_given(ran: Callable, tmp_path: Path) -> None:
    file = program(tmp_path, "print(input())")
    assert ran("run", file, "--quiet", stdin="hello\n").out == "hello\n"


@pytest.mark.skipif(sys.platform != "linux", reason="no pseudo-terminals")
def test_a_program_at_a_terminal_reads_the_keyboard_under_plain(
    terminal: Callable, tmp_path: Path
) -> None:
    file = program(tmp_path, "print('hello', input('who? '))")
    person = terminal("run", str(file), "--plain")
    person.until("who?")
    person.type("me\n")
    person.until("hello me")
    assert person.code() == 0


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
}


@pytest.mark.parametrize(("text", "code"), CODES.values(), ids=CODES.keys())
def test_the_exit_code_says_how_the_program_ended(
    text: str, code: int, ran: Callable, tmp_path: Path
) -> None:
    assert ran("run", program(tmp_path, text)).code == code


def test_a_bound_that_was_reached_is_fine(ran: Callable, tmp_path: Path) -> None:
    file = program(tmp_path, "while True: pass")
    assert ran("run", file, "--for", "0.3").code == 0


@pytest.mark.parametrize(
    ("lang", "announced"),
    [
        ("en", "This program never ends. Ctrl-C stops it; left alone it is stopped after 5 s.\n"),
        ("zh", "这个程序不会自己结束。按 Ctrl-C 停止；不管它，5 秒后会替你停下。\n"),
    ],
)
def test_a_program_that_never_ends_says_so_and_is_stopped(
    lang: str, announced: str, ran: Callable
) -> None:
    answer = ran("chefs", "--as-published", "--lang", lang)
    assert (answer.code, answer.err) == (0, announced)
    assert answer.out.count("厨师 Thread") > 3


def test_a_bound_of_ones_own_takes_the_place_of_that(ran: Callable, tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    answer = ran("chefs", "--as-published", "--stop-after", "3", "--save", file)
    outcome = read_trace(file).outcome
    assert answer.err == "This program never ends. Ctrl-C stops it.\n"
    assert answer.code == 0
    assert outcome and outcome.kind is OutcomeKind.STEP_BOUND


def started(*words: str | Path) -> subprocess.Popen[str]:
    """pyqdemo on pipes, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pyqdemo", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


#: Says that it is there, then works for ever with a process and two threads.
ENDLESS = """
import multiprocessing, threading
def work(queue):
    while True:
        queue.put(1)
        queue.get()
if __name__ == "__main__":
    queue = multiprocessing.Queue()
    multiprocessing.Process(target=work, args=[queue]).start()
    threading.Thread(target=work, args=[queue]).start()
    print("here", flush=True)
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_the_run_and_what_happened_is_kept(
    name: str, code: int, tmp_path: Path
) -> None:
    """Nothing may be left running: the fixture for every test looks for that."""
    file = tmp_path / "run.jsonl"
    with started("run", program(tmp_path, ENDLESS), "--save", file) as running:
        assert running.stdout and running.stderr
        assert running.stdout.readline() == "here\n"
        running.send_signal(getattr(signal, name))
        errors = running.stderr.read()
        assert running.wait(30) == code
    trace = read_trace(file)
    assert "Traceback" not in errors
    assert trace.outcome and trace.outcome.kind is OutcomeKind.INTERRUPTED


UNREAD = "pyqdemo: nobody reads the output any more, so it stopped here.\n"


def test_a_closed_pipe_ends_the_run_with_one_line_and_it_is_kept(tmp_path: Path) -> None:
    """141, as a shell has it for a program that wrote to nobody: lines were lost."""
    text = "print('one', flush=True)\nwhile True: print('more' * 100)\n"
    file = tmp_path / "run.jsonl"
    with started("run", program(tmp_path, text), "--save", file) as running:
        assert running.stdout and running.stderr
        assert running.stdout.readline() == "one\n"
        running.stdout.close()
        assert running.wait(30) == 141
        assert running.stderr.read() == UNREAD
    trace = read_trace(file)
    assert trace.outcome and trace.outcome.kind is OutcomeKind.INTERRUPTED


@pytest.mark.parametrize("words", [["list"], ["--help"], ["--version"], ["source", "chefs"]])
def test_a_pipe_that_nobody_reads_is_no_traceback(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "pyqdemo", *words], stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, UNREAD.encode())


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "cp936", "utf-8"])
@pytest.mark.parametrize("words", [["list"], ["nowhere"], QUICK], ids=" ".join)
def test_no_encoding_makes_a_command_fail(words: list[str], encoding: str) -> None:
    """Where Chinese cannot be shown our words are English, the program's are escapes."""
    environ = {**os.environ, "PYTHONIOENCODING": encoding, "PYQDEMO_LANG": "zh"}
    command = [sys.executable, "-m", "pyqdemo", *words]
    done = subprocess.run(command, capture_output=True, env=environ)
    told = (done.stdout + done.stderr).decode(encoding)
    chinese = encoding in ("cp936", "utf-8")
    assert done.returncode == (2 if words == ["nowhere"] else 0)
    assert ("试试" in told or "课" in told or "承诺" in told) is chinese
    assert "Traceback" not in told


@pytest.mark.parametrize("descriptor", [0, 1, 2])
def test_a_stream_that_is_closed_makes_no_command_fail(descriptor: int) -> None:
    closing = f"import os, sys; os.close({descriptor}); os.execv(sys.executable, sys.argv[1:])"
    words = [sys.executable, "-m", "pyqdemo", *QUICK]
    done = subprocess.run([sys.executable, "-c", closing, *words], capture_output=True)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
