"""A lesson is a folder's affair: its command, help and parameters come from its card."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pyqdemo.lessons import catalogue


@pytest.mark.usefixtures("echo")
def test_a_lesson_in_a_folder_of_its_own_has_a_command(ran: Callable) -> None:
    """The whole way: the real entry point, the real run, the card's parameters."""
    answer = ran("valley-echo", "--calls", "7", "--far-away", "--quiet")
    assert (answer.code, answer.out, answer.err) == (0, "echo 7 True\n", "")


@pytest.mark.usefixtures("echo")
def test_its_published_program_takes_only_the_tutorials_own_parameters(ran: Callable) -> None:
    answer = ran("valley-echo", "--as-published", "--calls", "7", "--quiet")
    assert (answer.code, answer.out, answer.err) == (0, "echo as published 7\n", "")
    wrong = ran("valley-echo", "--as-published", "--far-away")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith("pyqdemo: valley-echo as published takes no --far-away.")


@pytest.mark.usefixtures("echo")
def test_its_help_is_made_of_its_card(typed: Callable) -> None:
    english, chinese = typed("valley-echo --help").out, typed("valley-echo --help", lang="zh").out
    assert (
        "A voice calls, the wall answers.\n\nThe valley\n"
        "  --calls N         times, 1 to 9                             2\n"
        "  --far-away        from far away\n\nThe picture\n"
    ) in english
    assert "\n山谷\n  --calls N         次数，1 到 9                              2\n" in chinese


@pytest.mark.usefixtures("echo")
def test_it_stands_in_the_list_the_menu_and_the_help(typed: Callable) -> None:
    number = len(catalogue())
    row = f"  {number}  valley-echo    one voice and a wall\n"
    assert row in typed("list").out
    assert row in typed("", keys="q\n").out
    assert "  valley-echo      one voice and a wall\n" in typed("--help").out
    assert json.loads(typed("list --json").out)[-1]["name"] == "valley-echo"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"name": "plain"}, "valley_echo.toml does not hold together: --plain is an option"),
        ({"file": "list"}, "list.toml does not hold together: list is a command of pyqdemo"),
    ],
)
def test_a_name_that_is_taken_is_told(
    names: dict[str, str], told: str, typed: Callable, add_lesson: Callable
) -> None:
    add_lesson(**names)
    answer = typed("valley-echo" if "name" in names else "chefs-and-eaters")
    assert (answer.code, answer.out) == (4, "")
    assert told in answer.err


def test_a_card_with_a_slip_is_told_in_one_line_and_by_the_doctor(
    typed: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slip.toml").write_text("order = one\n")
    monkeypatch.setenv("PYQDEMO_DEMOS", str(tmp_path))
    answer = typed("list")
    assert (answer.code, answer.out, answer.err.count("\n")) == (4, "", 1)
    doctor = typed("doctor")
    assert doctor.code == 1
    assert "✗ lessons" in doctor.out
    assert "Something needed is missing" in doctor.out
