"""Every item from its put to its use, from records made by hand."""

from __future__ import annotations

import pytest
from hand_made import COOKS, FIXTURES, QUEUE, Story, fed

from pyqdemo.analysis.items import Item, ItemTable
from pyqdemo.analysis.numbers import Numbers
from pyqdemo.card import Made, Promises, Used
from pyqdemo.codec import read_trace
from pyqdemo.trace import TaskKind

# As in odd-even: an item counts as used when its taker prints it.
PICKY = Promises(
    ("nothing_lost",), Made("put", ("Cook",)), Used("get", ("Eater", "Porter"), r"^eats \d+$")
)


def table_of(story: Story, promises: Promises | None = None, *, forget: bool = False) -> ItemTable:
    return fed(ItemTable(promises, forget=forget), story.records)


def only(table: ItemTable) -> Item:
    (item,) = table.items.values()
    return item


def test_an_item_goes_from_its_maker_through_the_queue_to_its_user() -> None:
    item = only(table_of(Story("Cook", "Eater").put("0.1", "7").get("0.2", "0.1#1", "7")))
    assert (item.id, item.value, item.maker, item.number) == ("0.1#1", "7", "0.1", 1)
    moves = [(move.seq, move.task, move.operation, move.resource) for move in item.moves]
    assert moves == [(1, "0.1", "put", QUEUE), (2, "0.2", "get", QUEUE)]
    assert (item.users, item.hand, item.place) == (["0.2"], "0.2", None)


def test_an_item_that_nobody_takes_lies_where_it_was_put() -> None:
    item = only(table_of(Story("Cook").put("0.1", "7")))
    assert (item.place, item.hand, item.users) == (QUEUE, None, [])


def test_an_item_of_a_process_is_buffered_until_its_feeder_moves_it() -> None:
    story = Story("Cook", kind="mp_queue").task("0~1", TaskKind.FEEDER, "feeder")
    assert only(table_of(story.put("0.1", "7"))).buffered
    item = only(table_of(story.done("0~1", "feed", QUEUE, item="0.1#1")))
    assert not item.buffered
    assert [move.operation for move in item.moves] == ["put", "feed"]


def test_an_item_put_back_is_still_the_same_item() -> None:
    """T2 takes 1 and puts it back as 0.2#1; T3 takes that and eats it."""
    story = Story("Cook", "Eater", "Eater").put("0.1", "1")
    story.get("0.2", "0.1#1", "1").put("0.2", "1").get("0.3", "0.2#1", "1")
    story.prints("0.3", "eats 1")
    table = table_of(story, PICKY)
    item = only(table)
    assert [move.item for move in item.moves] == ["0.1#1", "0.1#1", "0.2#1", "0.2#1"]
    assert item.users == ["0.3"]
    assert (table.made, table.used) == (1, 1)


def test_an_item_that_was_eaten_is_not_the_next_one_put() -> None:
    """T2 eats 1 and then puts a 1 of its own making, which the card does not count."""
    story = Story("Cook", "Eater").put("0.1", "1").get("0.2", "0.1#1", "1")
    story.prints("0.2", "eats 1").put("0.2", "1")
    table = table_of(story, PICKY)
    assert [item.counted for item in table.items.values()] == [True, False]
    assert (table.made, table.used) == (1, 1)


def test_a_changed_item_is_still_the_same_item() -> None:
    """A porter that is no user of the card takes raw and puts cooked."""
    story = Story("Cook", "Waiter").put("0.1", "'raw'").get("0.2", "0.1#1", "'raw'")
    assert only(table_of(story.put("0.2", "'cooked'"), COOKS)).value == "'raw'"


def test_a_sign_to_stop_is_no_item_that_goes_on() -> None:
    """T2 takes 1, prints nothing, and puts None: the 1 stays with it."""
    story = Story("Cook", "Eater").put("0.1", "1").get("0.2", "0.1#1", "1").put("0.2", "None")
    first, second = table_of(story, PICKY).items.values()
    assert (first.hand, first.users) == ("0.2", [])
    assert (second.maker, second.value) == ("0.2", "None")


def test_a_sign_to_stop_that_is_passed_on_is_one_item() -> None:
    story = Story("Cook", "Eater").put("0", "None").get("0.2", "0#1", "None").put("0.2", "None")
    assert [move.item for move in only(table_of(story, PICKY)).moves] == ["0#1", "0#1", "0.2#1"]


def test_without_a_card_an_item_goes_on_only_with_the_same_value() -> None:
    """T2 takes 1 and puts 1: passed on, so not used; T3 takes it and puts 5: used, and new."""
    story = Story("A", "B", "C").put("0.1", "1").get("0.2", "0.1#1", "1").put("0.2", "1")
    story.get("0.3", "0.2#1", "1").put("0.3", "5")
    first, second = table_of(story).items.values()
    assert (first.users, second.id) == (["0.3"], "0.3#1")


def test_a_line_may_be_written_in_pieces_and_across_other_tasks() -> None:
    story = Story("Cook", "Eater", "Eater").put("0.1", "1").get("0.2", "0.1#1", "1")
    for task, text in (("0.2", "eats"), ("0.3", "eats 9"), ("0.2", " 1"), ("0.2", "\n")):
        story.done(task, "write", "0/stream/stdout", value=text)
    assert only(table_of(story, PICKY)).users == ["0.2"]


@pytest.mark.parametrize("line", ["takes 1", "it eats 1", "eats 1!"])
def test_a_line_that_does_not_match_uses_nothing(line: str) -> None:
    story = Story("Cook", "Eater").put("0.1", "1").get("0.2", "0.1#1", "1").prints("0.2", line)
    assert only(table_of(story, PICKY)).users == []


def test_what_goes_to_stderr_uses_nothing() -> None:
    story = Story("Cook", "Eater").resource("0/stream/stderr", "stream", "stderr")
    story.put("0.1", "1").get("0.2", "0.1#1", "1")
    story.done("0.2", "write", "0/stream/stderr", value="eats 1\n")
    assert only(table_of(story, PICKY)).users == []


def test_a_line_printed_after_the_next_take_uses_the_next_item() -> None:
    story = Story("Cook", "Eater").put("0.1", "1").put("0.1", "2")
    story.get("0.2", "0.1#1", "1").get("0.2", "0.1#2", "2").prints("0.2", "eats 1")
    assert [item.users for item in table_of(story, PICKY).items.values()] == [[], ["0.2"]]


def test_only_the_card_s_makers_and_users_count() -> None:
    """main puts and takes as well; of the two made by others one is not counted."""
    story = Story("Cook", "Eater").put("0", "x").put("0.1", "1")
    story.get("0", "0.1#1", "1").get("0.2", "0#1", "x")
    table = table_of(story, COOKS)
    assert (table.made, table.used) == (1, 0)


def test_a_record_that_names_no_item_is_counted_as_unknown() -> None:
    story = Story("Cook", "Eater").done("0.1", "put", QUEUE, value="1")
    assert table_of(story, COOKS).unnamed == 1


def test_a_take_told_before_its_put_is_unknown_until_the_put_is_told() -> None:
    story = Story("Cook", "Eater").get("0.2", "0.1#1", "1")
    assert table_of(story, COOKS).unnamed == 1
    table = table_of(story.put("0.1", "1"), COOKS)
    assert (table.unnamed, table.made, table.used) == (0, 1, 1)


@pytest.mark.parametrize("forget", [False, True])
def test_an_item_taken_twice_is_used_twice(forget: bool) -> None:
    """No queue does that, but a broker may; a table that forgets still notices."""
    story = Story("Cook", "Eater", "Eater").put("0.1", "1")
    story.get("0.2", "0.1#1", "1")
    table = table_of(story, COOKS, forget=forget)
    again = table.add(story.get("0.3", "0.1#1", "1").records[-1])
    assert again is not None
    assert (len(again.users), again.users[-1], table.used) == (2, "0.3", 1)


def test_a_table_that_forgets_keeps_only_what_is_under_way() -> None:
    """Of 1,000 items all but the last were used, and 1,000 signs to stop were passed round."""
    story = Story("Cook", "Eater")
    for n in range(1, 1000):
        story.put("0.1", "1").get("0.2", f"0.1#{n}", "1")
        story.put("0", "None").get("0", f"0#{n}", "None")
    table = table_of(story.put("0.1", "1"), COOKS, forget=True)
    assert (table.made, table.used) == (1000, 999)
    assert [item.number for item in table.items.values() if item.counted] == [1000]
    assert len(table.items) == 2


def test_numbers_are_in_once_they_were_added_in_any_order() -> None:
    numbers = Numbers()
    for number in (3, 1, 7, 2):
        numbers.add(number)
    assert [number for number in range(10) if number in numbers] == [1, 2, 3, 7]


def test_the_items_of_the_fixture_are_the_three_of_its_program() -> None:
    """cook puts 'rice' and 'noodles', main a None; eat takes all three."""
    trace = read_trace(FIXTURES / "trace-1.jsonl")
    items = fed(ItemTable(), (*trace.tasks, *trace.resources, *trace.events)).items
    told = {item.value: (item.maker, item.users) for item in items.values()}
    assert told == {
        "'rice'": ("0.1", ["0.2"]),
        "'noodles'": ("0.1", ["0.2"]),
        "None": ("0", ["0.2"]),
    }
