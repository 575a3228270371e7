"""Reading a lesson's program, copying it, and asking the doctor."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from pyqdemo.lessons import lesson


def test_source_on_a_pipe_is_the_file_to_the_letter(ran: Callable) -> None:
    assert ran("source", "chefs").out == lesson("chefs").program.read_text(encoding="utf-8")


def test_source_as_published_is_the_tutorials_file(ran: Callable) -> None:
    published = lesson("chefs").published
    assert published
    assert ran("source", "chefs", "--as-published").out == published.read_text(encoding="utf-8")


def test_the_difference_on_a_pipe_is_one_that_patch_understands(ran: Callable) -> None:
    lines = ran("source", "pipe", "--diff").out.splitlines()
    assert lines[:2] == ["--- pipe_as_published.py", "+++ pipe.py"]
    assert lines[2].startswith("@@ -1,")
    assert {line[:1] for line in lines[3:]} == {" ", "-", "+"}


def test_source_on_a_terminal_is_highlighted_and_says_the_same(terminal: Callable) -> None:
    person = terminal("source", "pipe", size=(120, 80))
    assert person.code() == 0
    colours = {cell.fg for row in person.screen.buffer.values() for cell in row.values()}
    program = lesson("pipe").program.read_text(encoding="utf-8")
    assert person.text.strip() == program.strip()
    assert len(colours) > 1


def test_source_without_colour_has_none(terminal: Callable) -> None:
    person = terminal("source", "pipe", size=(120, 80), NO_COLOR="1")
    assert person.code() == 0
    assert {cell.fg for row in person.screen.buffer.values() for cell in row.values()} == {
        "default"
    }


@pytest.mark.parametrize("columns", [80, 200])
def test_the_difference_on_a_terminal_is_side_by_side_where_both_fit(
    columns: int, terminal: Callable
) -> None:
    person = terminal("source", "pipe", "--diff", size=(columns, 100))
    assert person.code() == 0
    first = person.text.splitlines()[0]
    if columns == 80:
        assert first == "--- pipe_as_published.py"
    else:
        assert first.split() == ["pipe_as_published.py", "pipe.py"]
        widths = {cell_len(line) for line in person.text.splitlines()}
        assert max(widths) < columns


def test_copy_copies_both_programs_and_says_what_to_type(typed: Callable, tmp_path: Path) -> None:
    folder = tmp_path / "my" / "chefs"
    answer = typed(["copy", "chefs", str(folder)])
    assert answer.code == 0
    assert answer.out == (
        f"copied  {folder / 'chefs.py'}\ncopied  {folder / 'chefs_as_published.py'}\n"
        f"\nTry: pyqdemo run {folder / 'chefs.py'}\n"
    )
    assert (folder / "chefs.py").read_bytes() == lesson("chefs").program.read_bytes()
    assert len(list(folder.iterdir())) == 2


def test_copy_never_replaces_a_file(typed: Callable, tmp_path: Path) -> None:
    """Not even the first of two, where only the second is there."""
    mine = tmp_path / "chefs_as_published.py"
    mine.write_text("mine")
    answer = typed(["copy", "chefs", str(tmp_path)])
    next_ = f"pyqdemo copy chefs {tmp_path} --force"
    assert (answer.code, answer.out) == (4, "")
    assert answer.err == f"pyqdemo: {mine} is there already and stays as it is. Try: {next_}\n"
    assert mine.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [mine]


def test_copy_with_force_replaces_it(typed: Callable, tmp_path: Path) -> None:
    mine = tmp_path / "chefs.py"
    mine.write_text("mine")
    assert typed(["copy", "chefs", str(tmp_path), "--force"]).code == 0
    assert mine.read_bytes() == lesson("chefs").program.read_bytes()


def test_copy_into_a_file_is_told(typed: Callable, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = typed(["copy", "pipe", str(tmp_path / "file")])
    assert (answer.code, answer.out) == (4, "")
    assert "cannot be written: it is no folder. Try: pyqdemo copy pipe my-pipe" in answer.err


@pytest.mark.parametrize(
    ("lang", "verdict"), [("en", "All that is needed is here."), ("zh", "需要的都有了。")]
)
def test_the_doctor_finds_nothing_missing_here(lang: str, verdict: str, typed: Callable) -> None:
    answer = typed("doctor", lang=lang)
    assert (answer.code, answer.out.splitlines()[-1]) == (0, verdict)
    assert "✗" not in answer.out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_the_doctor_finds_stands_in_one_column(lang: str, typed: Callable) -> None:
    lines = typed("doctor", lang=lang).out.splitlines()[2:-2]
    before = [re.match(r"  . \S+( \S+)*  +", line) for line in lines]
    assert len({cell_len(found[0]) for found in before if found}) == 1
    assert all(before)
    assert max(map(cell_len, lines)) <= 80


def test_the_doctor_fails_where_processes_cannot_share_a_lock(
    typed: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(38, "no semaphores here")

    monkeypatch.setattr("multiprocessing.Lock", refuse)
    answer = typed("doctor")
    assert answer.code == 1
    assert "  ✗ shared locks    [Errno 38] no semaphores here\n" in answer.out
    assert answer.out.endswith("\nSomething needed is missing: see above.\n")


def test_what_is_only_nice_to_have_does_not_fail_the_doctor(
    typed: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.metadata import PackageNotFoundError

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    answer = typed("doctor")
    assert answer.code == 0
    assert (
        "  - textual         not installed (interactive screens): pip install textual\n"
        in answer.out
    )


def test_the_doctor_speaks_ascii_where_nothing_else_is_shown(ran: Callable) -> None:
    answer = ran("doctor", PYTHONIOENCODING="ascii")
    assert answer.code == 0
    assert "  v Python" in answer.out
    assert (
        "  - encoding        ascii cannot show Chinese. Try: PYTHONIOENCODING=utf-8" in answer.out
    )
