"""``pyqdemo explain`` as people use it."""

from __future__ import annotations

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
    assert "那里可以出现的是：\n    b\n" in out


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
