"""A card is read whole, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyqdemo.card import Card, Made, Parameter, Promises, Reference, Show, Trial, Used, read_card
from pyqdemo.errors import CardError, Exit
from pyqdemo.languages import Text

SMALLEST = """\
order = 3
title = { en = "Bakery", zh = "面包房" }
summary = { en = "one baker", zh = "一位师傅" }
about = { en = "A baker bakes.", zh = "师傅烤面包。" }
[promises]
keep = ["clean_end"]
[words]
parameters = { en = "The bakery", zh = "面包房" }
made = { en = "baked", zh = "烤了" }
used = { en = "sold", zh = "卖了" }
"""

LOAVES = """\
[[parameters]]
name = "loaves"
kind = "int"
default = 5
minimum = 1
maximum = 9
help = { en = "loaves baked", zh = "烤几个面包" }
"""


def card_of(folder: Path, text: str, *, published: bool = False) -> Card:
    (folder / "night_bakery.py").touch()
    if published:
        (folder / "night_bakery_as_published.py").touch()
    card = folder / "night_bakery.toml"
    card.write_text(text, encoding="utf-8")
    return read_card(card)


def refusal_of(folder: Path, text: str, *, published: bool = False) -> str:
    with pytest.raises(CardError) as caught:
        card_of(folder, text, published=published)
    assert caught.value.exit_code == Exit.UNUSABLE
    assert caught.value.facts["file"] == str(folder / "night_bakery.toml")
    return str(caught.value.facts["reason"])


def test_the_smallest_card_has_the_documented_defaults(tmp_path: Path) -> None:
    card = card_of(tmp_path, SMALLEST)
    assert (card.name, card.order, card.speed) == ("night-bakery", 3, 1.0)
    assert (card.processes, card.endless, card.published, card.trial) == (False, False, None, None)
    assert (card.parameters, card.flaws, card.references) == ((), (), ())
    assert card.program == tmp_path / "night_bakery.py"
    assert card.promises == Promises(keep=("clean_end",))


def test_texts_are_read_in_both_languages(tmp_path: Path) -> None:
    assert card_of(tmp_path, SMALLEST).title == Text(en="Bakery", zh="面包房")


def test_a_whole_number_will_do_for_the_speed(tmp_path: Path) -> None:
    assert card_of(tmp_path, "speed = 4\n" + SMALLEST).speed == 4.0


def test_a_whole_parameter_is_read(tmp_path: Path) -> None:
    assert card_of(tmp_path, SMALLEST + LOAVES).parameters == (
        Parameter("loaves", "int", Text("loaves baked", "烤几个面包"), 5, 1, 9),
    )


def test_a_flag_is_off_unless_given(tmp_path: Path) -> None:
    row = '[[parameters]]\nname = "two_ovens"\nkind = "flag"\nhelp = { en = "two", zh = "两个" }\n'
    (flag,) = card_of(tmp_path, SMALLEST + row).parameters
    assert (flag.default, flag.minimum, flag.maximum) == (False, None, None)
    assert flag.option == "--two-ovens"


def test_only_published_parameters_belong_to_the_published_program(tmp_path: Path) -> None:
    more = "published = true\n" + LOAVES.replace("loaves", "ovens") + "[published]\n"
    card = card_of(tmp_path, SMALLEST + LOAVES + more, published=True)
    assert [p.name for p in card.parameters_of(published=True)] == ["loaves"]
    assert [p.name for p in card.parameters_of(published=False)] == ["loaves", "ovens"]


def test_promises_about_items_say_what_makes_and_what_uses(tmp_path: Path) -> None:
    promises = """\
keep = ["nothing_lost", "clean_end"]
made = { operation = "put", by = ["Baker"] }
used = { operation = "get", by = ["Shop"], printed = '^sold \\d+$' }
"""
    card = card_of(tmp_path, SMALLEST.replace('keep = ["clean_end"]\n', promises))
    assert card.promises == Promises(
        ("nothing_lost", "clean_end"),
        Made("put", ("Baker",)),
        Used("get", ("Shop",), r"^sold \d+$"),
    )


def test_flaws_references_and_a_trial_are_read(tmp_path: Path) -> None:
    more = """\
[published]
endless = true
[[published.flaws]]
id = "never_ends"
en = "It never ends."
zh = "不会结束。"
[[references]]
title = "queue"
url = "https://docs.python.org/3/library/queue.html"
[try]
options = "--loaves 1"
question = { en = "who waits?", zh = "谁在等？" }
"""
    card = card_of(tmp_path, SMALLEST + LOAVES + more, published=True)
    assert card.endless
    assert [flaw.id for flaw in card.flaws] == ["never_ends"]
    assert card.references == (Reference("queue", "https://docs.python.org/3/library/queue.html"),)
    assert card.trial == Trial("--loaves 1", Text("who waits?", "谁在等？"))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("order = 3", "order = ", ""),  # the words are tomllib's
        ("order = 3\n", "", "order is missing"),
        ("order = 3", 'order = "3"', "order is '3', expected a whole number"),
        ("order = 3", "order = true", "order is True, expected a whole number"),
        ("order = 3", "order = 3\nspeed = true", "speed is True, expected a number"),
        ("order = 3", "order = 3\nspeed = 0", "speed is 0, expected more than 0"),
        ("order = 3", "order = 3\nspeed = nan", "speed is nan, expected more than 0"),
        ("order = 3", "order = 3\nspeed = inf", "speed is inf, expected more than 0"),
        ("order = 3", "order = 3\nprocesses = 1", "processes is 1, expected true or false"),
        ("order = 3", "order = 3\ncolour = 1", "nothing here is called colour"),
        (', zh = "面包房" }\nsummary', " }\nsummary", "zh is missing"),
        ('title = { en = "Bakery", zh = "面包房" }', 'title = "Bakery"', "expected a table"),
        ('"clean_end"', '"fresh"', "'fresh' is no promise"),
        ('"clean_end"', '"nothing_lost"', "a promise about items needs made and used"),
        (
            "[words]",
            '[promises.made]\noperation = "bake"\nby = ["Baker"]\n[words]',
            "operation is 'bake', expected put or send",
        ),
        (
            "[words]",
            '[promises.used]\noperation = "get"\nby = []\n[words]',
            "by names nobody",
        ),
        (
            "[words]",
            '[promises.used]\noperation = "get"\nby = ["Shop"]\nprinted = "("\n[words]',
            "printed is no regular expression",
        ),
        ("[promises]", "[published]\nendless = true\n[promises]", "is missing beside it"),
    ],
)
def test_a_card_that_does_not_hold_together_is_refused(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    assert before in SMALLEST
    assert reason in refusal_of(tmp_path, SMALLEST.replace(before, after, 1))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('"int"', '"float"', "kind is 'float', expected 'int' or 'flag'"),
        ('"loaves"', '"Loaves"', "name is 'Loaves', expected small letters"),
        ("default = 5", "default = 10", "default 10 is outside its range"),
        ("default = 5\n", "", "default is missing"),
        ("maximum = 9\n", "", "maximum is missing"),
        ("maximum = 9\n", "maximum = 9\npublished = true\n", "is missing beside it"),
    ],
)
def test_a_parameter_that_does_not_hold_together_is_refused(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    assert reason in refusal_of(tmp_path, SMALLEST + LOAVES.replace(before, after, 1))


FLAW = """\
[published]
[[published.flaws]]
id = "never_ends"
en = "It never ends."
zh = "不会结束。"
[[published.flaws]]
id = "eats_twice"
en = "A loaf is sold twice."
zh = "同一个面包卖了两次。"
[published.flaws.show]
options = "--seed 12 --loaves 3"
"""


def test_a_flaw_may_name_the_run_that_shows_it(tmp_path: Path) -> None:
    card = card_of(tmp_path, SMALLEST + LOAVES + FLAW, published=True)
    assert [flaw.show for flaw in card.flaws] == [None, Show("--seed 12 --loaves 3")]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("--seed 12 ", "", "show: options has neither --seed nor --schedule"),
        ("--seed 12", "--seed '12", "show: options cannot be typed: No closing quotation"),
        ("options", "option", "show: options is missing"),
        ("options =", "seed = 12\noptions =", "nothing here is called seed"),
        ('"eats_twice"', '"never_ends"', "two flaws of one id among never_ends, never_ends"),
        ('"eats_twice"', '"eats twice"', "id is 'eats twice', expected small letters"),
    ],
)
def test_a_flaw_that_does_not_hold_together_is_refused(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    assert before in FLAW
    text = SMALLEST + LOAVES + FLAW.replace(before, after, 1)
    assert reason in refusal_of(tmp_path, text, published=True)


def test_two_parameters_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "two parameters of one name" in refusal_of(tmp_path, SMALLEST + LOAVES + LOAVES)


def test_a_published_program_needs_a_word_about_it(tmp_path: Path) -> None:
    assert "published is missing" in refusal_of(tmp_path, SMALLEST, published=True)


def test_a_card_without_a_program_beside_it_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "bakery.toml"
    card.write_text(SMALLEST, encoding="utf-8")
    with pytest.raises(CardError, match=r"bakery\.py is missing beside the card"):
        read_card(card)


def test_a_card_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "bakery.toml"
    card.write_bytes("标题".encode("gb18030"))
    with pytest.raises(CardError) as caught:
        read_card(card)
    assert caught.value.happened == "card_unreadable"


def test_a_card_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CardError) as caught:
        read_card(tmp_path / "bakery.toml")
    assert caught.value.happened == "card_unreadable"


EXPLORED = """
[explore]
granularity = "line"
repaired = [{ loaves = 1 }, { loaves = 2 }]
"""


def test_a_size_takes_the_defaults_of_what_it_does_not_name(tmp_path: Path) -> None:
    card = card_of(tmp_path, SMALLEST + LOAVES + LOAVES.replace("loaves", "rolls") + EXPLORED)
    assert card.explored.granularity == "line"
    assert card.sizes_of(False) == ({"loaves": 1, "rolls": 5}, {"loaves": 2, "rolls": 5})


def test_without_sizes_the_defaults_are_the_only_one(tmp_path: Path) -> None:
    card = card_of(tmp_path, SMALLEST + LOAVES)
    assert card.sizes_of(False) == ({"loaves": 5},)


@pytest.mark.parametrize(
    ("explore", "reason"),
    [
        ("repaired = [{ buns = 1 }]", "main() takes no buns"),
        ("repaired = [{ loaves = 10 }]", "loaves is 10, which main() does not take"),
        ("repaired = [{ loaves = true }]", "loaves is True, which main() does not take"),
        ('granularity = "word"', "granularity is 'word', expected 'operation' or 'line'"),
        ('fails = "m1.abcdef:0"', "there is no published program"),
        ("smallest = 1", "nothing here is called smallest"),
    ],
)
def test_what_is_wrong_under_explore_is_named(tmp_path: Path, explore: str, reason: str) -> None:
    told = refusal_of(tmp_path, f"{SMALLEST}{LOAVES}[explore]\n{explore}\n")
    assert told.endswith(reason)
