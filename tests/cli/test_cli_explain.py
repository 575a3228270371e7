"""``pyqdemo explain`` as people use it."""

from __future__ import annotations

import json
import shlex
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from pyqdemo.cli.app import main
from pyqdemo.cli.console import Console
from pyqdemo.errors import Exit

TWO = """
from threading import Thread

for word in ("a", "b"):
    Thread(target=print, args=(word,)).start()
"""


#: Its schedule is long: each thread takes a step a line.
LONG = """
from threading import Thread

def count(name):
    for number in range(150):
        print(name, number)

for name in "ab":
    Thread(target=count, args=(name,)).start()
"""


def answered(words: list[str], typed: bytes = b"") -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    keys = TextIOWrapper(BytesIO(typed), encoding="utf-8")
    code = main(words, Console(out, err, keys, {"COLUMNS": "100"}))
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("program.py").write_text(TWO, encoding="utf-8")
    return "program.py"


def test_a_transcript_that_can_happen_is_shown_with_its_run(program: str) -> None:
    Path("seen.txt").write_text("b\na\n", encoding="utf-8")
    code, out, _ = answered(["explain", program, "seen.txt"])
    assert code == Exit.FINE
    assert out.startswith("This is how it can happen\n")
    assert "pyqdemo run program.py --schedule" in out


def test_what_was_found_is_the_same_run_when_it_is_replayed(program: str) -> None:
    code, _, _ = answered(["explain", program, "-", "--save", "run.jsonl"], b"b\na\n")
    assert code == Exit.FINE
    code, out, _ = answered(["replay", "run.jsonl", "--plain"])
    assert code == Exit.FINE
    assert out.startswith("b\na\n")


def test_a_transcript_that_cannot_happen_is_told_with_what_can(program: str) -> None:
    code, out, _ = answered(["explain", program, "-"], b"a\nc\n")
    assert code == Exit.FAILED
    head, rest = out.split("What can come there:\n")
    assert head.startswith("This cannot happen\n")
    assert rest.startswith("    b\n")


def test_chinese_says_the_same(program: str) -> None:
    code, out, _ = answered(["explain", program, "-", "--lang", "zh"], b"a\nc\n")
    assert code == Exit.FAILED
    assert out.startswith("这不可能发生\n")
    assert "此处可能出现的是：\n    b\n" in out


@pytest.mark.parametrize(
    ("typed", "code", "told"),
    [
        (b"", Exit.USAGE, "no line that a program has printed"),
        (b"\xff\xfe\0\0", Exit.USAGE, "not text"),
        (b"a\n" * 5_000_000, Exit.USAGE, "too long"),
    ],
)
def test_what_is_no_transcript_is_one_clear_error(
    program: str, typed: bytes, code: int, told: str
) -> None:
    answer, out, err = answered(["explain", program, "-"], typed)
    assert (answer, out, err.count("\n")) == (code, "", 1)
    assert told in err


@pytest.mark.parametrize("name", ["folder", "missing.txt"])
def test_a_transcript_that_cannot_be_read_is_one_clear_error(program: str, name: str) -> None:
    Path("folder").mkdir()
    answer, out, err = answered(["explain", program, name])
    assert (answer, out, err.count("\n")) == (Exit.UNUSABLE, "", 1)
    assert f"the transcript {name} cannot be read" in err


def test_where_no_such_run_is_found_that_is_why_nothing_is_kept(program: str) -> None:
    code, _, err = answered(["explain", program, "-", "--save", "run.jsonl"], b"a\nc\n")
    told = "no run that prints these lines was found, so nothing was saved in run.jsonl"
    assert (code, err) == (Exit.FAILED, f"pyqdemo: {told}.\n")
    assert not Path("run.jsonl").exists()


def offered(out: str) -> list[str]:
    """The words of the command in the last line."""
    return shlex.split(out.splitlines()[-1].partition("pyqdemo ")[2])


def test_the_command_offered_for_piped_lines_makes_that_run_again(program: str) -> None:
    """Its choices say it all: the lines are not needed once more."""
    code, out, _ = answered(["explain", program, "-", "--lang", "en"], b"b\na\n")
    assert code == Exit.FINE
    assert offered(out)[:4] == ["run", program, "--lang", "en"]
    code, out, _ = answered([*offered(out), "--plain"])
    assert out.startswith("b\na\n")


def test_a_long_run_of_piped_lines_is_kept_if_they_are_piped_again(program: str) -> None:
    """A hundred and fifty turns of each: no schedule that anybody would copy."""
    Path(program).write_text(LONG, encoding="utf-8")
    lines = "".join(f"{name} {number}\n" for number in range(150) for name in "ab").encode()
    _, out, _ = answered(["explain", program, "-"], lines)
    assert "type or pipe the lines in once more, to keep that run" in out
    assert offered(out) == ["explain", program, "-", "--save", "run.jsonl"]
    code, out, _ = answered(offered(out), lines)
    assert (code, offered(out)) == (Exit.FINE, ["replay", "run.jsonl"])


@pytest.mark.parametrize(
    ("typed", "offer"),
    [
        ("program.py seen.txt --foo", "program.py seen.txt -- --foo"),
        ("program.py - --foo 3", "program.py - -- --foo 3"),
        ("program.py --foo 3 seen.txt", "program.py seen.txt -- --foo 3"),
        ("--foo 3 program.py seen.txt", "program.py seen.txt -- --foo 3"),
        ("program.py --time 3 --foo", "program.py output.txt --time 3 -- --foo"),
    ],
)
def test_an_option_of_the_programs_own_leaves_the_transcript_where_it_is(
    program: str, typed: str, offer: str
) -> None:
    code, _, err = answered(["explain", *typed.split()])
    assert code == Exit.USAGE
    assert err.endswith(f"If it is the program's own, try: pyqdemo explain {offer}\n")


def test_the_json_is_one_object_and_nothing_else(program: str) -> None:
    code, out, err = answered(["explain", program, "-", "--json"], b"a\nc\n")
    told = json.loads(out)
    assert (code, err, told["format"]) == (Exit.FAILED, "", "pyqdemo.explanation/1")
    assert (told["verdict"], told["matched"], told["next"]) == ("impossible", 1, ["b"])


def test_one_line_is_told_as_one(program: str) -> None:
    """The first of two: the program would go on. Left out is the prompt."""
    code, out, _ = answered(["explain", program, "-"], b"$ python program.py\na\n")
    assert code == Exit.FINE
    assert "begins with exactly this line;" in out
    assert "  1 line was left out: prompt, command, traceback or ^C" in out
    _, out, _ = answered(["explain", program, "-"], b"a\nc\n")
    assert "The first of them can be printed. Line 2 is:" in out


def test_a_lost_update_of_the_lesson_is_explained_as_its_card_has_it() -> None:
    """Between the lines: at operation granularity it cannot be lost."""
    lost = b"expected 2, counted 1, lost 1\n"
    words = ["explain", "counter", "-", "--as-published", "--times", "1"]
    code, out, _ = answered(words, lost)
    assert (code, out.splitlines()[0]) == (Exit.FINE, "This is how it can happen")
    assert "granularity=line" in out
    code, out, _ = answered([*words, "--granularity", "operation"], lost)
    assert code == Exit.NOT_EXHAUSTED
    assert " --granularity line " in f"{out.splitlines()[-1]} "
