"""Histories: the same for executions that differ in the order of steps that commute alone."""

from __future__ import annotations

from itertools import permutations

import pytest

from pyqdemo.point import Access, Step
from pyqdemo.worlds.threads.histories import History

Touched = tuple[str, ...]


def digest(*steps: tuple[str, str], draws: tuple[int, ...] = ()) -> bytes:
    """Of steps: a task, and what it touches, as ``xw yr``; the last one draws."""
    history = History()
    for number, (task, touched) in enumerate(steps, 1):
        accesses = tuple(Access(each[:-1], each[-1]) for each in touched.split())
        history.add(Step(task, accesses), draws if number == len(steps) else ())
    return history.digest()


COMMUTE = {
    "they touch nothing": ("", ""),
    "they touch different parts": ("xw", "yw"),
    "both read": ("xr", "xr yw"),
    "both add": ("xa", "xa"),
}
DEPEND = {
    "both write": ("xw", "xw"),
    "one reads what the other writes": ("xr", "xw"),
    "one reads what the other adds to": ("xr", "xa"),
    "one adds to what the other writes": ("xa", "xw"),
    "one does both": ("xr xa", "xr"),
}


@pytest.mark.parametrize("case", COMMUTE)
def test_steps_that_commute_have_one_history(case: str) -> None:
    one, other = COMMUTE[case]
    assert digest(("1", one), ("2", other)) == digest(("2", other), ("1", one))


@pytest.mark.parametrize("case", DEPEND)
def test_steps_that_depend_on_each_other_have_two(case: str) -> None:
    one, other = DEPEND[case]
    assert digest(("1", one), ("2", other)) != digest(("2", other), ("1", one))


def test_readers_between_two_writers_are_in_no_order_among_themselves() -> None:
    """All six orders of three readers are one history, however often one writes around them."""
    readers = [("1", "xr"), ("2", "xr"), ("3", "xr")]
    orders = {digest(("0", "xw"), *each, ("0", "xw")) for each in permutations(readers)}
    assert len(orders) == 1
    assert digest(("0", "xw"), ("0", "xw"), *readers) not in orders


def test_one_task_has_an_order_of_its_own() -> None:
    assert digest(("1", "xr"), ("1", "yr")) != digest(("1", "yr"), ("1", "xr"))


def test_what_was_drawn_is_part_of_it() -> None:
    assert digest(("1", ""), draws=(0,)) != digest(("1", ""), draws=(1,))
