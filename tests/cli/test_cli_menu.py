"""The menu, at a real terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no pseudo-terminals")

ASK = {
    "en": "A number or a name (Enter: chefs, q: leave) >",
    "zh": "输入编号或名称（回车：chefs，q：离开）>",
}
#: One line says what exists today, and nothing else.
AFTER = {
    "en": "Enter  again    b  the broken one    q  leave",
    "zh": "回车  再来一次    b  有毛病的版本    q  离开",
}
AFTER_BROKEN = {
    "en": "Enter  again    b  the repaired one    q  leave",
    "zh": "回车  再来一次    b  修好的版本    q  离开",
}


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("answer", ["7", "valley-echo", "VALLEY_ECHO", "va", "７"])
def test_a_lesson_starts_by_its_number_or_its_name(
    answer: str, lang: str, terminal: Callable
) -> None:
    """Full-width digits too: a Chinese input method may well be on."""
    person = terminal("--lang", lang)
    person.until(ASK[lang])
    person.type(f"{answer}\n")
    assert "echo 2 False\n" in person.until(AFTER[lang])
    person.type("q")
    assert person.code() == 0


def test_enter_starts_the_first(terminal: Callable) -> None:
    person = terminal()
    person.until(ASK["en"])
    person.type("\n")
    assert "厨师 Thread-1" in person.until(AFTER["en"])


@pytest.mark.usefixtures("echo")
def test_enter_starts_it_again(terminal: Callable) -> None:
    person = terminal()
    person.until(ASK["en"])
    person.type("valley-echo\n")
    person.until(AFTER["en"])
    person.type("\n")
    assert person.until_count(AFTER["en"], 2).count("echo 2 False\n") == 2
    person.type("q")
    assert person.code() == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_b_starts_the_broken_one_and_then_the_repaired_one(
    lang: str, terminal: Callable, add_lesson: Callable
) -> None:
    """Ctrl-C stops what never ends, and the person is asked again."""
    add_lesson(endless=True)
    person = terminal("--lang", lang)
    person.until(ASK[lang])
    person.type("valley-echo\n")
    person.until(AFTER[lang])
    person.type("b")
    text = person.until("echo as published 2\n")
    assert {"en": "This program never ends.", "zh": "这个程序不会自己结束。"}[lang] in text
    person.type("\x03")
    person.until(AFTER_BROKEN[lang])
    person.type("b")
    assert person.until_count(AFTER[lang], 2).count("echo 2 False\n") == 2
    person.type("q")
    assert person.code() == 0


def test_being_told_to_end_leaves_the_menu_too(terminal: Callable, add_lesson: Callable) -> None:
    add_lesson(endless=True)
    person = terminal()
    person.until(ASK["en"])
    person.type("valley-echo\n")
    person.until(AFTER["en"])
    person.type("b")
    person.until("echo as published 2\n")
    person.process.terminate()
    assert person.code() == 143


def test_a_lesson_with_one_version_offers_no_broken_one(terminal: Callable) -> None:
    person = terminal()
    person.until(ASK["en"])
    person.type("5\n")
    person.until("Enter  again    q  leave")
    person.type("bq")
    assert person.code() == 0


@pytest.mark.parametrize("leave", ["q\n", "Q\n", "ｑ\n", "\x04"], ids=ascii)
def test_q_and_the_end_of_input_leave(leave: str, terminal: Callable) -> None:
    person = terminal()
    person.until(ASK["en"])
    person.type(leave)
    assert person.code() == 0


def test_ctrl_c_at_the_question_leaves_with_130(terminal: Callable) -> None:
    person = terminal()
    person.until(ASK["en"])
    person.type("\x03")
    assert person.code() == 130
    assert "Traceback" not in person.text


def test_an_answer_that_means_nothing_is_asked_again(typed: Callable) -> None:
    """7 is no lesson's number, pip- no beginning of a name, but pipe is near it."""
    answer = typed("", keys="7\npip-\nq\n")
    assert 'There is no lesson "7". 1 to 6, or a name: chefs\n' in answer.out
    assert 'There is no lesson "pip-". 1 to 6, or a name: pipe\n' in answer.out
    assert answer.out.count(ASK["en"]) == 3
    assert answer.code == 0


@pytest.mark.usefixtures("echo")
def test_the_terminal_is_as_it_was_after_the_menu(terminal: Callable) -> None:
    import termios

    person = terminal()
    before = termios.tcgetattr(person.descriptor)
    person.until(ASK["en"])
    person.type("6\n")
    person.until("Enter  again")
    person.type("q")
    assert person.code() == 0
    assert termios.tcgetattr(person.descriptor) == before


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_off_a_terminal_there_is_the_list_and_no_question(lang: str, typed: Callable) -> None:
    answer = typed("", lang=lang)
    start = {"en": "Start one with: pyqdemo chefs\n", "zh": "这样开始：pyqdemo chefs\n"}
    assert answer.code == 0
    assert answer.out.endswith(start[lang])
    assert ASK[lang] not in answer.out
