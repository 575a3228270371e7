"""The exact words: goldens of every text, and both languages for every mistake."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import pyqdemo
from pyqdemo.cli.helping import cells, padded, wrapped
from pyqdemo.cli.mistakes import tell
from pyqdemo.cli.words import WORDS
from pyqdemo.errors import (
    PyqdemoError,
    ReplayMismatch,
    TraceError,
    UnusableFile,
    UsageError,
)
from pyqdemo.sentences import SENTENCES

SOURCE = Path(pyqdemo.__file__).parent

TEXTS = {
    "list": "",
    "help": "--help",
    "chefs-help": "chefs --help",
    "chefs-help-all": "chefs --help-all",
    "pipe-help-all": "pipe --help-all",
    "queue-kinds-help": "queue-kinds --help",
    "run-help": "run --help",
    "explore-help": "explore --help",
    "explore-help-all": "explore --help-all",
    "explain-help": "explain --help",
    "explain-help-all": "explain --help-all",
    "replay-help": "replay --help",
    "list-help": "list --help",
    "source-help": "source --help",
    "copy-help": "copy --help",
    "doctor-help": "doctor --help",
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_has_the_words_of_its_golden(
    name: str, lang: str, typed: Callable, golden: Callable
) -> None:
    answer = typed(TEXTS[name], lang=lang)
    assert (answer.code, answer.err) == (0, "")
    golden(f"{name}.{lang}", answer.out)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", TEXTS)
def test_no_line_is_wider_than_80_cells(name: str, lang: str, typed: Callable) -> None:
    lines = typed(TEXTS[name], lang=lang).out.splitlines()
    assert [line for line in lines if cell_len(line) > 80] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_menu_has_the_words_of_its_golden(lang: str, typed: Callable, golden: Callable) -> None:
    answer = typed("", lang=lang, keys="q\n")
    assert (answer.code, answer.err) == (0, "")
    golden(f"menu.{lang}", answer.out)


def raised() -> Iterator[tuple[str, str]]:
    """Where a mistake is raised, and its key or its sentence."""
    for module in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(key)), *_]) if (
                    name in ERRORS
                ):
                    yield f"{module.name}:{node.lineno}", key


ERRORS = {"PyqdemoError"} | {
    kind.__name__
    for first in PyqdemoError.__subclasses__()
    for kind in [first, *first.__subclasses__()]
}


def test_every_mistake_that_is_raised_has_a_sentence() -> None:
    assert [told for told in raised() if told[1] not in SENTENCES and " " not in told[1]] == []


def test_every_reason_to_refuse_a_program_under_control_has_a_sentence() -> None:
    """They are raised in one place, by keys that stand in tables."""
    keys = {
        node.value
        for module in sorted((SOURCE / "worlds" / "threads").rglob("*.py"))
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch("refused_[a-z]+", str(node.value))
    }
    assert keys - {"refused_class"} <= set(SENTENCES) and keys


@pytest.mark.parametrize("words", [WORDS, SENTENCES], ids=["words", "sentences"])
def test_both_languages_fill_the_same_places(words: dict) -> None:
    def places(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    assert [key for key, text in words.items() if places(text.en) != places(text.zh)] == []


@pytest.mark.parametrize("words", [WORDS, SENTENCES], ids=["words", "sentences"])
def test_chinese_words_use_full_width_punctuation_and_english_straight_quotes(words: dict) -> None:
    """Between Han characters no half-width comma, colon, or bracket; no curly quote in English."""
    half = re.compile(r"[\u4e00-\u9fff][,:;?!()]|[,:;?!()][\u4e00-\u9fff]")
    tight = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9{]|[A-Za-z0-9][\u4e00-\u9fff]")
    wrong = [
        key for key, text in words.items() if half.search(text.zh) or set(text.en) & set("“”‘’")
    ]
    assert wrong == []
    assert [key for key, text in words.items() if tight.search(text.zh)] == []


def test_a_key_without_a_sentence_is_told_as_it_is() -> None:
    assert tell(PyqdemoError("the moon is full"), "en") == "pyqdemo: the moon is full"


def test_a_sentence_whose_fact_is_missing_is_still_one_line() -> None:
    told = tell(UsageError("option_range", option="--x"), "zh")
    assert told == "pyqdemo：option_range (option=--x)"


def test_a_sentence_whose_next_command_nobody_knows_offers_none() -> None:
    mistake = TraceError("trace_too_big", file="a.jsonl", seen=3, most=2)
    assert tell(mistake, "en") == ("pyqdemo: a.jsonl has 3 bytes, but 2 are the most that is read")
    assert tell(mistake, "zh") == "pyqdemo：a.jsonl 有 3 字节，最多只读 2"


def test_lists_have_the_comma_of_their_language() -> None:
    """Those of values and of tasks; a name in a text stays as it is."""
    mistake = ReplayMismatch("replay_mismatch", 3, "0.1", "0.2, 0.3")
    mistake.facts["next"] = "run a.py"
    assert "but only 0.2, 0.3 can." in tell(mistake, "en")
    assert "可运行的只有 0.2、0.3。" in tell(mistake, "zh")
    named = UnusableFile("cannot_compile", file="a, b.py", line=1, reason="x")
    assert (
        tell(named, "zh") == "pyqdemo：a, b.py 第 1 行不是正确的 Python：x。试试：python 'a, b.py'"
    )


@pytest.mark.parametrize(
    ("next", "offered"),
    [
        ("run a.py", "run a.py --lang zh"),
        ("run a.py -- x", "run a.py --lang zh -- x"),
        ("run a.py --lang zh", "run a.py --lang zh"),
    ],
)
def test_the_language_that_was_typed_is_offered_too(next: str, offered: str) -> None:
    mistake = UsageError("option_empty", option="--x", next=next)
    assert tell(mistake, "zh", typed_lang="zh").endswith(f"试试：pyqdemo {offered}")
    assert tell(mistake, "zh").endswith(f"试试：pyqdemo {next}")


def test_a_fact_cannot_break_the_line_or_move_the_cursor() -> None:
    told = tell(UsageError("unknown_lesson_far", name="a\nb\x1b[2Jc"), "en")
    assert told == r'pyqdemo: there is no lesson "a\nb\x1b[2Jc". Try: pyqdemo list'


words_of_a_help = st.text(st.sampled_from("abc ab，。（）厨师吃货 1 到 50, --x"), max_size=200)


@given(words_of_a_help)
def test_widths_are_those_of_rich(line: str) -> None:
    """Help measures by itself only because Rich takes as long to load as the rest."""
    assert cells(line) == cell_len(line)
    assert cell_len(padded(line, cells(line) + 7)) == cell_len(line) + 7


@given(words_of_a_help, st.integers(8, 80))
def test_wrapping_loses_nothing_but_blanks(paragraph: str, width: int) -> None:
    assert "".join("".join(wrapped(paragraph, width)).split()) == "".join(paragraph.split())


def test_wrapping_breaks_english_at_blanks_and_chinese_before_no_closing_mark() -> None:
    """Twelve cells: five Han and a comma fill them, so the break comes before the sixth."""
    assert wrapped("a queue is full of dishes", 12) == ["a queue is", "full of", "dishes"]
    assert wrapped("厨师做好饭菜，吃货吃", 12) == ["厨师做好饭", "菜，吃货吃"]
