"""A published flaw by its id: the run that shows it, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pyqdemo.card import Card
from pyqdemo.cli.lesson_command import lesson_command
from pyqdemo.lessons import catalogue

FLAWS = """
[[published.flaws]]
id = "too_loud"
en = "It calls more often than was asked for, however far away the wall may be standing."
zh = "不管墙离得多远，它喊的次数都比要求的多，多到听的人都烦了，这一点谁也没有料到。"
[published.flaws.show]
options = "--seed 3 --calls 4"
[[published.flaws]]
id = "no_echo"
en = "The wall does not answer."
zh = "墙不回答。"
[published.flaws.show]
options = "--sleeps=loose --seed 5"
[[published.flaws]]
id = "never_seen"
en = "It ends too early."
zh = "它结束得太早。"
"""


@pytest.fixture
def flawed(add_lesson: Callable, tmp_path: Path) -> Path:
    """The lesson valley-echo, two of whose flaws can be shown; its card."""
    add_lesson()
    card = tmp_path / "lessons" / "echoes" / "valley_echo.toml"
    text = card.read_text(encoding="utf-8")
    place = text.index("[words.parameters]")
    card.write_text(text[:place] + FLAWS + text[place:], encoding="utf-8")
    return card


@pytest.mark.usefixtures("flawed")
def test_a_flaw_runs_what_its_card_names_and_says_what_it_was(typed: Callable) -> None:
    answer = typed("valley-echo --as-published --flaw too_loud")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("echo as published 4\n")
    assert "\nseed 3   " in answer.out
    assert answer.out.endswith(
        "\n\n"
        "too_loud: It calls more often than was asked for, however far away the wall may\n"
        "be standing.\n"
        "--flaw too_loud stands for --seed 3 --calls 4\n"
        "\n"
        "Try: pyqdemo valley-echo --as-published --calls 4 --seed 4\n"
    )


@pytest.mark.usefixtures("flawed")
def test_a_flaw_is_told_in_chinese(typed: Callable) -> None:
    answer = typed("valley-echo --as-published --flaw no_echo --lang zh")
    assert answer.out.endswith(
        "\n\n"
        "no_echo：墙不回答。\n"
        "--flaw no_echo 就是 --sleeps=loose --seed 5\n"
        "\n"
        "试试：pyqdemo valley-echo --as-published --sleeps loose --lang zh --seed 6\n"
    )


@pytest.mark.usefixtures("flawed")
def test_quiet_leaves_the_flaw_untold(typed: Callable) -> None:
    answer = typed("valley-echo --as-published --flaw too_loud --quiet")
    assert (answer.out.count("\n"), "too_loud" in answer.out) == (1, False)


@pytest.mark.usefixtures("flawed")
def test_how_it_is_shown_and_kept_may_be_typed_beside_a_flaw(
    typed: Callable, tmp_path: Path
) -> None:
    file = tmp_path / "run.jsonl"
    words = f"valley-echo --as-published --flaw too_loud --world simulated --save {file}"
    assert typed(words).code == 0
    header = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
    assert (header["seed"], header["parameters"]) == (3, {"calls": 4})


MISTAKES = [
    (
        "--flaw too_loud",
        "only valley-echo as published has that flaw."
        " Try: pyqdemo valley-echo --as-published --flaw too_loud",
        "只有 valley-echo 的原版才有这个毛病。"
        "试试：pyqdemo valley-echo --as-published --flaw too_loud",
    ),
    (
        "--flaw too_loud --seed 9 --calls 2",
        "only valley-echo as published has that flaw."
        " Try: pyqdemo valley-echo --as-published --flaw too_loud",
        "只有 valley-echo 的原版才有这个毛病。"
        "试试：pyqdemo valley-echo --as-published --flaw too_loud",
    ),
    (
        "--flaw",
        "--flaw needs a value. Try: pyqdemo valley-echo --flaw too_loud --as-published",
        "--flaw 后面要有值。试试：pyqdemo valley-echo --flaw too_loud --as-published",
    ),
    (
        "--as-published --flaw",
        "--flaw needs a value. Try: pyqdemo valley-echo --as-published --flaw too_loud",
        "--flaw 后面要有值。试试：pyqdemo valley-echo --as-published --flaw too_loud",
    ),
    (
        "--flaw too-lout --lang {lang}",
        'valley-echo has no flaw "too-lout" to show; there are: too_loud, no_echo.'
        " Try: pyqdemo valley-echo --as-published --lang {lang} --flaw too_loud",
        "valley-echo 没有叫“too-lout”的毛病可以演示，只有：too_loud、no_echo。"
        "试试：pyqdemo valley-echo --as-published --lang {lang} --flaw too_loud",
    ),
    (
        "--as-published --flaw never_seen",
        'valley-echo has no flaw "never_seen" to show; there are: too_loud, no_echo.'
        " Try: pyqdemo valley-echo --as-published --flaw too_loud",
        "valley-echo 没有叫“never_seen”的毛病可以演示，只有：too_loud、no_echo。"
        "试试：pyqdemo valley-echo --as-published --flaw too_loud",
    ),
    (
        "--as-published --flaw too_loud --calls 2 --seed 9",
        "--seed and --flaw do not go together."
        " Try: pyqdemo valley-echo --as-published --flaw too_loud",
        "--seed 和 --flaw 不能一起用。试试：pyqdemo valley-echo --as-published --flaw too_loud",
    ),
    (
        "--as-published --flaw no_echo --strategy pct",
        "--strategy and --flaw do not go together."
        " Try: pyqdemo valley-echo --as-published --flaw no_echo",
        "--strategy 和 --flaw 不能一起用。试试：pyqdemo valley-echo --as-published --flaw no_echo",
    ),
    (
        "--as-published --flaw too_loud --world native",
        "--world native leaves the choices to the operating system, and --seed takes them from"
        " it. Try: pyqdemo valley-echo --as-published --calls 4 --seed 3",
        "--world native 让操作系统决定轮到谁，和 --seed 正好相反。"
        "试试：pyqdemo valley-echo --as-published --calls 4 --seed 3",
    ),
]


@pytest.mark.usefixtures("flawed")
@pytest.mark.parametrize(("words", "en", "zh"), MISTAKES, ids=[words for words, _, _ in MISTAKES])
def test_a_flaw_that_cannot_be_shown_is_told_in_one_line(
    words: str, en: str, zh: str, typed: Callable
) -> None:
    for lang, told in (("en", f"pyqdemo: {en}\n"), ("zh", f"pyqdemo：{zh}\n")):
        answer = typed(f"valley-echo {words}".format(lang=lang), lang=lang)
        assert (answer.code, answer.out, answer.err) == (2, "", told.format(lang=lang))


@pytest.mark.usefixtures("flawed")
def test_the_help_has_the_flaws_and_what_they_are(typed: Callable) -> None:
    short, long = typed("valley-echo --help").out, typed("valley-echo --help-all").out
    assert "\n  --flaw ID         one of its flaws, shown on purpose: see --help-all\n" in short
    assert (
        "\n\n"
        "Its flaws, with --as-published --flaw ID\n"
        "  too_loud          It calls more often than was asked for, however far away the\n"
        "                    wall may be standing.\n"
        "  no_echo           The wall does not answer.\n"
        "\n"
    ) in long


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.usefixtures("flawed")
def test_the_list_has_the_flaws_by_their_ids(lang: str, typed: Callable) -> None:
    told = {
        "en": "Flaws on purpose: pyqdemo NAME --as-published --flaw ID\n",
        "zh": "专门演示一个毛病：pyqdemo 课名 --as-published --flaw 编号\n",
    }
    ids = ["valley-echo", "too_loud,", "no_echo"]
    out = typed("list", lang=lang).out
    assert "never_seen" not in out
    assert f"\n\n{told[lang]}" in out
    assert ids in [line.split() for line in out.partition(told[lang])[2].splitlines()]


@pytest.mark.usefixtures("flawed")
def test_the_list_for_programs_has_every_flaw_and_how_it_is_shown(typed: Callable) -> None:
    lessons = {one["name"]: one for one in json.loads(typed("list --json").out)}
    flaws = lessons["valley-echo"]["published_flaws"]
    assert [(flaw["id"], flaw["show"]) for flaw in flaws] == [
        ("too_loud", "--seed 3 --calls 4"),
        ("no_echo", "--sleeps=loose --seed 5"),
        ("never_seen", None),
    ]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("--seed 3 --cals 4", "'--cals' is no option that may stand here"),
        ("--seed 3 --as-published", "'--as-published' is no option that may stand here"),
        ("--calls 4 --seed", "--seed has no value"),
        ("--seed 3 --far-away", "'--far-away' is no option that may stand here"),
        ("3 --seed 3", "'3' is no option that may stand here"),
    ],
)
def test_a_card_whose_flaw_cannot_be_typed_is_refused(
    options: str, reason: str, flawed: Path, typed: Callable
) -> None:
    text = flawed.read_text(encoding="utf-8").replace("--seed 3 --calls 4", options)
    flawed.write_text(text, encoding="utf-8")
    answer = typed("valley-echo --help")
    assert answer.code == 4
    assert f"published: flaws: too_loud: show: {reason}" in answer.err


@pytest.mark.usefixtures("flawed")
def test_a_shell_completes_the_flaws(ran: Callable) -> None:
    line = "pyqdemo valley-echo --as-published --flaw "
    answer = ran(COMP_WORDS=line, COMP_CWORD="4", _PYQDEMO_COMPLETE="complete_bash")
    assert answer.out.split() == ["too_loud", "no_echo"]


@pytest.mark.parametrize("card", catalogue(), ids=lambda card: card.name)
def test_every_lessons_flaws_are_shown_by_options_that_its_command_takes(card: Card) -> None:
    """Making the command checks them."""
    command = lesson_command(card)
    offered = [option for option in command.options if option.name == "flaw"]
    shown = tuple(flaw.id for flaw in card.flaws if flaw.show)
    assert [option.choices for option in offered] == ([shown] if shown else [])
