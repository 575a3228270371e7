"""The picture: every row as wide as it should be, everything in it told apart, at any size."""

from __future__ import annotations

import re
import unicodedata

import pytest
from goldens import FOLDER, goldens
from kitchen import Kitchen, chefs_card, director_at, picture

from pyqdemo.languages import LANGUAGES, Text
from pyqdemo.trace import Event, Phase, Resource, Task, TaskKind
from pyqdemo.views import ending_words, words
from pyqdemo.views.cells import cell_len
from pyqdemo.views.director import Director
from pyqdemo.views.dress import UNICODE, Glyphs

AT_NS = 2_600_000_000


@pytest.mark.parametrize("name", goldens())
def test_it_looks_as_it_should(name: str) -> None:
    """Written anew by ``python tests/views/goldens.py``."""
    assert goldens()[name]() == (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_row_fills_its_width_to_the_cell(lang: str) -> None:
    """One cell less than the terminal has: nothing stands in the last column."""
    director = director_at(Kitchen(), AT_NS, lang, card=chefs_card())
    for columns in range(20, 201):
        for line in picture(director, columns, 24, lang):
            assert cell_len(line.text) == columns - 1 == line.cells


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tasks", [1, 5, 40])
def test_the_program_keeps_a_quarter_of_the_rows_and_three(lang: str, tasks: int) -> None:
    kitchen = Kitchen(chefs=tasks, eaters=max(1, tasks // 2), dishes=3)
    director = director_at(kitchen, 500_000_000, lang, card=chefs_card())
    for rows in range(10, 61):
        drawn = picture(director, 80, rows, lang)
        assert len(drawn) <= rows - max(3, rows // 4)


def test_the_columns_stand_still_while_tasks_wait_and_wake() -> None:
    """From the first bucket to the last, the strip begins and ends in the same columns."""
    places = set()
    for tenth in range(5, 30):
        director = director_at(Kitchen(), tenth * 100_000_000, "en", card=chefs_card())
        axis = picture(director, 80, 24, "en")[2].text
        places.add((axis.index("last"), axis.index("now"), axis.index("waited")))
    assert len(places) == 1


def test_of_a_thousand_tasks_each_is_in_a_row_or_in_a_number() -> None:
    """1,000 tasks in 24 rows: rows of tasks plus the numbers of the groups make 1,000."""
    kitchen = Kitchen(chefs=600, eaters=400, capacity=300, dishes=2)
    director = director_at(kitchen, 1_200_000_000, "en", card=chefs_card())
    texts = [line.text for line in picture(director, 100, 24, "en")]
    alone = [text for text in texts if re.match(r". [RBSEX] ", text)]
    grouped = [int(found[1]) for text in texts if (found := re.match(r"\+ +(\d+) more", text))]
    assert len(alone) + sum(grouped) == 1000


def test_a_task_that_failed_has_a_row_however_many_there_are() -> None:
    director = director_at(Kitchen(chefs=90, eaters=9), 100_000_000, "en", card=chefs_card())
    end = Event(0, "0.77", Phase.DONE, "end", result="raised ValueError: bad", real_ns=100_000_000)
    director.recorded([end])
    rows = [line.text for line in picture(director, 80, 24, "en")]
    (failed,) = [row for row in rows if "Thread-77 " in row]
    assert failed.startswith("✗ X Thread-77")
    assert "ValueError" in failed


def test_the_main_task_is_left_out_while_it_only_starts_and_joins_others() -> None:
    director = director_at(Kitchen(), 500_000_000, "en", card=chefs_card())
    assert not any("MainThread" in line.text for line in picture(director, 80, 24, "en"))


def test_the_main_task_is_there_when_it_is_the_only_one() -> None:
    director = Director(None, "alone.py", "en", 1.0)
    director.recorded([Task("0", TaskKind.MAIN, "MainThread", "0")])
    director.tick(1_000_000)
    assert any("MainThread" in line.text for line in picture(director, 80, 24, "en"))


def test_every_place_of_a_bounded_queue_is_drawn() -> None:
    """After one put and nothing else: one item at the way out, four empty places before it."""
    director = _queue_with(["'a'"], capacity=5)
    (gauge,) = [line.text for line in picture(director, 80, 24, "en") if "'a'" in line.text]
    assert gauge.rstrip() == "    Maker ▸ [ ] [ ] [ ] [ ] ['a'] ▸"


def test_items_stand_in_the_order_they_leave() -> None:
    """In at the left, out at the right: what was put first stands last."""
    director = _queue_with(["1", "2", "3"], capacity=3)
    (gauge,) = [line.text for line in picture(director, 80, 24, "en") if "[2]" in line.text]
    assert "[3] [2] [1]" in gauge


def test_a_long_queue_shows_both_ends_and_the_number_between() -> None:
    director = _queue_with([str(n) for n in range(500)], capacity=0)
    (gauge,) = [line.text for line in picture(director, 80, 24, "en") if "more" in line.text]
    before, between, after = re.split(r" \.\.(\d+) more\.\. ", gauge)
    shown = re.findall(r"\[(\d+)\]", before), re.findall(r"\[(\d+)\]", after)
    assert shown[0][0] == "499" and shown[1][-1] == "0"
    assert len(shown[0]) + int(between) + len(shown[1]) == 500


def test_a_value_cannot_break_the_picture() -> None:
    """A newline, a colour, a mark that turns the writing, a lone surrogate, a long text."""
    nasty = ["a\nb", "\x1b[31m", "\u202eabc", "\ud800", "x" * 10_000]
    director = _queue_with(nasty, capacity=9)
    for line in picture(director, 120, 24, "en"):
        assert line.text.isprintable()
        assert cell_len(line.text) == 119


def test_every_shape_is_one_cell_on_every_terminal() -> None:
    """East Asian Width neutral or narrow; ambiguous ones are two cells on some terminals."""
    shapes = "".join(getattr(UNICODE, name) for name in Glyphs.__slots__ if name != "braille")
    shapes += "".join(chr(0x2800 + dots) for dots in range(256))
    assert {unicodedata.east_asian_width(shape) for shape in shapes} <= {"N", "Na"}


def test_no_word_of_ours_has_a_character_of_ambiguous_width() -> None:
    texts = [
        value
        for module in (words, ending_words)
        for value in vars(module).values()
        if isinstance(value, Text)
    ]
    assert len(texts) > 50
    for text in texts:
        assert not {c for c in text.en + text.zh if unicodedata.east_asian_width(c) == "A"}


def _queue_with(values: list[str], capacity: int) -> Director:
    director = Director(None, "queue.py", "en", 1.0)
    director.recorded(
        [
            Task("0", TaskKind.MAIN, "MainThread", "0"),
            Task("0.1", TaskKind.THREAD, "Thread-1", "0", "Maker", "0"),
            Resource("0/queue/1", "queue", "queue-1", capacity),
        ]
    )
    director.recorded(
        [
            Event(0, "0.1", Phase.DONE, "put", "0/queue/1", f"0.1#{n}", value, real_ns=n * 1000)
            for n, value in enumerate(values, 1)
        ]
    )
    director.tick(1_000_000)
    return director
