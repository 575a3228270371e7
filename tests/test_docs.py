"""The check of the documents tells each kind of slip, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import check_docs
import pytest


def written(folder: Path, name: str, text: str) -> Path:
    document = folder / name
    document.write_text(text, encoding="utf-8")
    return document


def told(slips: Iterable[check_docs.Slip]) -> list[tuple[int, str]]:
    return [(slip.line, slip.what) for slip in slips]


def kitchen(command: str) -> str | None:
    """Stands for the help of two commands; each has one option."""
    return {"": "--lang", "chefs": "--producers N"}.get(command)


def test_a_link_to_a_missing_file_is_told_with_its_line(tmp_path: Path) -> None:
    document = written(tmp_path, "a.md", "# A\n\nSee [b](b.md) and ![c](c.png).\n")
    written(tmp_path, "b.md", "# B\n")
    assert told(check_docs.check_links(document)) == [(3, "c.png: there is no c.png")]


def test_an_anchor_is_looked_for_among_the_headings(tmp_path: Path) -> None:
    document = written(tmp_path, "a.md", "# Who waits, and why?\n[1](#who-waits-and-why) [2](#x)\n")
    assert told(check_docs.check_links(document)) == [(2, "#x: no heading of a.md is called x")]


def test_chinese_headings_and_repeated_ones_can_be_linked_to(tmp_path: Path) -> None:
    """Punctuation of either width goes, spaces become hyphens, the second gets ``-1``."""
    document = written(tmp_path, "a.md", "# 谁在等，为什么？\n# 两条 命令\n# 两条 命令\n")
    assert check_docs.anchors(document) == {"谁在等为什么", "两条-命令", "两条-命令-1"}


def test_what_stands_in_code_is_no_link_and_no_heading(tmp_path: Path) -> None:
    document = written(tmp_path, "a.md", "`[x](y.md)`\n```\n# no heading\n[x](y.md)\n```\n")
    assert told(check_docs.check_links(document)) == []
    assert check_docs.headings(document) == []


@pytest.mark.parametrize(
    ("line", "slip"),
    [
        ("pyqdemo chefs --producers 3", None),
        ("uv run pyqdemo chefs --producers=3  # three chefs", None),
        (r".venv\Scripts\pyqdemo chefs", None),
        ("PYQDEMO_LANG=zh pyqdemo", None),
        ("pyqdemo --lang zh", None),
        ("cd here && pyqdemo chefs -- --anything", None),
        ("make test", None),
        ("pip install pyqdemo", None),
        ("pyqdemo cheffs", "pyqdemo cheffs: no such command"),
        ("pyqdemo chefs --produce 3", "pyqdemo chefs: its help has no --produce"),
        ("ls | pyqdemo chefs --x", "pyqdemo chefs: its help has no --x"),
        ("make tests", "make tests: no such target"),
    ],
)
def test_a_command_in_a_shell_block_has_to_exist(
    tmp_path: Path, line: str, slip: str | None
) -> None:
    document = written(tmp_path, "a.md", f"```sh\n{line}\n```\n")
    expected = [(2, slip)] if slip else []
    assert told(check_docs.check_commands(document, kitchen)) == expected


def test_in_a_console_block_only_typed_lines_are_commands(tmp_path: Path) -> None:
    text = "```console\n$ pyqdemo chefs\npyqdemo nonsense is printed here\n$ pyqdemo x\n```\n"
    document = written(tmp_path, "a.md", text)
    slips = told(check_docs.check_commands(document, kitchen))
    assert slips == [(4, "pyqdemo x: no such command")]


def test_twins_may_differ_in_words_and_in_comments_only(tmp_path: Path) -> None:
    document = written(tmp_path, "a.md", "# A\n```sh\nmake demo  # watch\n```\n")
    written(tmp_path, "a.zh.md", "# 甲\n```sh\nmake demo      # 观看\n```\n")
    assert told(check_docs.check_twins(document)) == []


def test_a_heading_or_a_command_missing_from_the_twin_is_told(tmp_path: Path) -> None:
    document = written(tmp_path, "a.md", "# A\n## B\n```sh\nmake demo\n```\n")
    written(tmp_path, "a.zh.md", "# 甲\n```sh\nmake test\n```\n")
    assert told(check_docs.check_twins(document)) == [
        (1, "headings [1] where a.md has [1, 2]"),
        (1, "code blocks differ: 'make test' where a.md has 'make demo'"),
    ]
