"""The program's text on a screen that also carries our picture."""

from __future__ import annotations

import pytest

from pyqdemo.views.cells import broken_up, cell_len, fit, shown
from pyqdemo.views.lines import ProgramLines, encodable


def test_lines_come_out_whole_and_in_the_order_of_their_ends() -> None:
    """What has no newline waits for it; nothing is cut, nothing is added."""
    lines = ProgramLines()
    told = [lines.add(text) for text in ("one\ntw", "o", "\nthree\n\nfo", "ur")]
    assert told == ["one\n", "", "two\nthree\n\n", ""]
    assert lines.end() == "four\n"


def test_a_long_line_is_neither_cut_nor_wrapped() -> None:
    assert ProgramLines().add("饭" * 5000 + "\n") == "饭" * 5000 + "\n"


def test_the_unfinished_line_is_shown_meanwhile() -> None:
    lines = ProgramLines()
    lines.add("name? ")
    assert lines.rows(79) == ["name? "]


def test_a_long_unfinished_line_shows_its_last_rows() -> None:
    """100 cells in rows of 30: the last three of four."""
    lines = ProgramLines()
    lines.add("x" * 90 + "y" * 10)
    assert lines.rows(30) == ["x" * 30, "x" * 30, "y" * 10]


@pytest.mark.parametrize(
    "code",
    [
        "\x1b[2J",
        "\x1b[10;5H",
        "\x1b[3A",
        "\x1b[?25l",
        "\x1b[?1049h",
        "\x1b]0;a title\x07",
        "\x1b]8;;http://a\x1b\\",
        "\x1bPq#0\x1b\\",
        "\x1bc",
        "\x1b(0",
        "\x07",
        "\x0c",
        "\x9b",
    ],
)
def test_what_would_garble_the_screen_is_left_out(code: str) -> None:
    assert ProgramLines().add(f"be{code}fore\n") == "before\n"


def test_colours_pass_and_end_with_their_line() -> None:
    assert ProgramLines().add("\x1b[31mred\x1b[0m ink\n") == "\x1b[31mred\x1b[0m ink\n"


def test_a_colour_left_on_does_not_run_into_our_picture_but_goes_on_in_the_next_line() -> None:
    lines = ProgramLines()
    assert lines.add("\x1b[31mred\n") == "\x1b[31mred\x1b[0m\n"
    assert lines.add("still\n") == "\x1b[31mstill\x1b[0m\n"
    assert lines.add("\x1b[0mink\n") == "\x1b[31m\x1b[0mink\x1b[0m\n"
    assert lines.add("plain\n") == "plain\n"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("10 %\r20 %\r100 %", "100 %"),
        ("abcdef\rXY", "XYcdef"),
        ("from a terminal\r", "from a terminal"),
        ("-\b\\\b|", "|"),
        ("\b\bx", "x"),
    ],
)
def test_carriage_return_and_backspace_write_over(written: str, seen: str) -> None:
    assert ProgramLines().add(written + "\n") == seen + "\n"


def test_an_endless_progress_line_does_not_pile_up() -> None:
    """A million rewritings of one line keep a few thousand characters at most."""
    lines = ProgramLines()
    for number in range(20_000):
        lines.add(f"\r{number} of many")
    assert lines.rows(79) == ["19999 of many"]
    assert len(lines._rest) < 5000


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8", "no-such", None])
def test_no_character_ever_raises(encoding: str | None) -> None:
    """Chinese, a lone surrogate, an emoji: whatever comes back can be encoded."""
    told = encodable("厨师 \ud800 \U0001f35a x", encoding)
    told.encode(encoding if encoding and encoding != "no-such" else "utf-8")
    assert told.endswith(" x")


def test_cut_and_padded_texts_have_exactly_the_cells_asked_for() -> None:
    """Wide characters are never halved: a blank takes the odd cell."""
    for text in ("", "abc", "厨师与吃货", "a厨b师c", "e\u0301te", "x" * 50):
        for cells in range(40):
            assert cell_len(fit(text, cells)) == cells == cell_len(fit(text, cells, right=True))


CHINESE = "Process-1 结束，而它的 feeder 线程（“甲”）在等队列背后的管道空出位置：要先取完，再 join"


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("room", [10, 16, 20, 24, 32, 40, 60])
def test_chinese_is_broken_between_its_characters_and_no_mark_leaves_what_it_belongs_to(
    room: int, dense: bool
) -> None:
    lines = broken_up(CHINESE, room, dense=dense)
    assert "".join(lines).replace(" ", "") == CHINESE.replace(" ", "")
    assert max(map(cell_len, lines)) <= room
    assert not {line[0] for line in lines} & set("，。；：！？、）》”’")
    assert not {line[-1] for line in lines} & set("（《“‘")


def test_a_clause_that_fits_is_broken_in_a_narrow_column_only() -> None:
    text = "自己的 feeder 线程把东西都送走"
    assert broken_up(text, 20) == ["自己的 feeder", "线程把东西都送走"]
    assert broken_up(text, 20, dense=True) == ["自己的 feeder 线程把", "东西都送走"]


def test_no_character_has_the_last_line_for_itself() -> None:
    assert broken_up("结束才能退出。", 10, dense=True) == ["结束才能", "退出。"]


def test_a_word_that_is_wider_than_the_room_stays_whole() -> None:
    assert broken_up("a " + "x" * 30 + " y", 10) == ["a", "x" * 30, "y"]


def test_what_cannot_be_seen_is_shown_as_an_escape() -> None:
    nasty = "a\n\t\x1b[0m\u202e\ud800\u200d\ufe0f\x9b"
    assert shown(nasty, 80) == r"a\n\t\e[0m\u202e\ud800\u200d\ufe0f\x9b"
