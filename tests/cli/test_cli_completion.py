"""What a shell is offered to complete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

LESSONS = ["chefs", "writer-reader", "pipe", "odd-even", "queue-kinds", "counter"]


@pytest.fixture
def completed(ran: Callable) -> Callable[[str], list[str]]:
    """``completed("pyqdemo ch")``: what bash is offered for the last word."""

    def complete(line: str) -> list[str]:
        at = str(len(line.split(" ")) - 1)
        variables = {"COMP_WORDS": line, "COMP_CWORD": at, "_PYQDEMO_COMPLETE": "complete_bash"}
        answer = ran(**variables)
        assert answer.err == ""
        return answer.out.split()

    return complete


OFFERED = {
    "pyqdemo ": [
        *LESSONS,
        "run",
        "explore",
        "explain",
        "replay",
        "list",
        "source",
        "copy",
        "doctor",
    ],
    "pyqdemo ch": ["chefs"],
    "pyqdemo --lang ": ["en", "zh"],
    "pyqdemo --lang zh pi": ["pipe"],
    "pyqdemo chefs --p": ["--producers", "--plain"],
    "pyqdemo chefs --start": [],
    "pyqdemo pipe --start": ["--start-method"],
    "pyqdemo pipe --start-method ": ["fork", "forkserver", "spawn"],
    "pyqdemo explore ": LESSONS,
    "pyqdemo explore --strategy d": ["dpor", "dfs"],
    "pyqdemo source ": LESSONS,
    "pyqdemo source --diff od": ["odd-even"],
    "pyqdemo copy chefs ": [],
    "pyqdemo nowhere --": [],
}


@pytest.mark.parametrize("line", OFFERED)
def test_a_shell_is_offered_what_may_come_next(line: str, completed: Callable) -> None:
    assert completed(line) == OFFERED[line]


def test_a_slip_in_a_card_prints_nothing_into_the_shell(
    completed: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slip.toml").write_text("order = one\n")
    monkeypatch.setenv("PYQDEMO_DEMOS", str(tmp_path))
    assert completed("pyqdemo ") == []


def test_the_help_beside_what_is_offered_is_in_the_persons_language(ran: Callable) -> None:
    answer = ran(
        _PYQDEMO_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="pyqdemo ch", PYQDEMO_LANG="zh"
    )
    assert "三位厨师，两位吃货，十个位置的柜台" in answer.out


def test_the_script_for_a_shell_can_be_shown(ran: Callable) -> None:
    answer = ran("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert (answer.code, answer.err) == (0, "")
    assert "_PYQDEMO_COMPLETE=complete_bash" in answer.out


def test_the_script_for_a_shell_can_be_installed(ran: Callable, tmp_path: Path) -> None:
    answer = ran(
        "--install-completion",
        "bash",
        HOME=str(tmp_path),
        _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1",
    )
    assert answer.code == 0
    script = (tmp_path / ".bash_completions" / "pyqdemo.sh").read_text()
    assert "_PYQDEMO_COMPLETE=complete_bash" in script
