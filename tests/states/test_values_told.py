"""Values that differ are told differently, and values that are alike are told alike."""

from __future__ import annotations

import collections
import enum
import functools
import itertools
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from told import digest

from pyqdemo.worlds.threads.encoding import Inexact


class Point:
    """Plain attributes."""

    def __init__(self, **held: Any) -> None:
        vars(self).update(held)


class Slotted:
    __slots__ = ("left", "right")


class Several(list[int]):
    """A list with attributes of its own."""


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def cells(first: Any, second: Any) -> Callable[[], Any]:
    return lambda: (first, second)


def counted(start: int) -> Iterator[int]:
    for number in range(start, start + 3):  # noqa: UP028  # its variables are looked for
        yield number


def after(steps: int, iterator: Iterator[Any]) -> Iterator[Any]:
    for _ in range(steps):
        next(iterator)
    return iterator


def aliased() -> Any:
    one: list[int] = []
    return [one, one]


def cyclic(length: int) -> Any:
    first: list[Any] = []
    last = first
    for _ in range(length - 1):
        last.append([])
        last = last[0]
    last.append(first)
    return first


def slotted(**held: Any) -> Slotted:
    made = Slotted()
    for name, value in held.items():
        setattr(made, name, value)
    return made


def caught(call: Callable[[], Any]) -> BaseException:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError


def without(numbers: list[int], gone: list[int]) -> set[int]:
    """A set to which these came one by one, and which those left again."""
    made: set[int] = set()
    for number in numbers:
        made.add(number)
    for number in gone:
        made.discard(number)
    return made


def with_attribute(value: Any, **held: Any) -> Any:
    vars(value).update(held)
    return value


def held_beside(copied: bool) -> Any:
    one = Point(x=1)
    return one, dict(vars(one)) if copied else vars(one)


DIFFER: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "one list by two names, two equal lists": (aliased, lambda: [[], []]),
    "one object by two names, two alike": (
        lambda: [Point(x=1)] * 2,
        lambda: [Point(x=1), Point(x=1)],
    ),
    "an object's dictionary, and a copy": (
        lambda: held_beside(copied=False),
        lambda: held_beside(copied=True),
    ),
    "lists that hold themselves after one step or two": (lambda: cyclic(1), lambda: cyclic(2)),
    "list, tuple": (lambda: [1], lambda: (1,)),
    "an empty set, an empty frozenset": (set, frozenset),
    "1, True": (lambda: 1, lambda: True),
    "1, 1.0": (lambda: 1, lambda: 1.0),
    "within a tuple": (lambda: (1, (True,)), lambda: (1, (1,))),
    "0.0, -0.0": (lambda: 0.0, lambda: -0.0),
    "not a number, infinity": (lambda: float("nan"), lambda: float("inf")),
    "text, bytes": (lambda: "#1", lambda: b"#1"),
    "text, a text's class": (lambda: "str", lambda: str),
    "one text, two": (lambda: ["ab"], lambda: ["a", "b"]),
    "None, a text": (lambda: None, lambda: "None"),
    "2**64, -2**64": (lambda: 2**64, lambda: -(2**64)),
    "order of a dictionary": (lambda: {1: 0, 2: 0}, lambda: {2: 0, 1: 0}),
    "a dictionary's key, its value": (lambda: {1: 2}, lambda: {2: 1}),
    "dict, OrderedDict": (lambda: {1: 2}, lambda: collections.OrderedDict({1: 2})),
    "default of a defaultdict": (
        lambda: collections.defaultdict(list),
        lambda: collections.defaultdict(dict),
    ),
    "how much a deque holds": (
        lambda: collections.deque([1], 2),
        lambda: collections.deque([1], 3),
    ),
    "a list below a class": (lambda: Several([1]), lambda: Several([2])),
    "attributes of a list below a class": (
        lambda: with_attribute(Several(), x=1),
        lambda: with_attribute(Several(), x=2),
    ),
    "order of attributes": (lambda: Point(x=1, y=2), lambda: Point(y=2, x=1)),
    "slots": (lambda: slotted(left=1), lambda: slotted(right=1)),
    "cells": (lambda: cells([], 1), lambda: cells([], 2)),
    "whether two cells hold one list": (
        lambda: cells(*aliased()),
        lambda: cells([], []),
    ),
    "an object's method, another's": (
        lambda: [one := Point(x=1), Point(x=1), one.__init__],  # type: ignore[misc]
        lambda: [Point(x=1), one := Point(x=1), one.__init__],  # type: ignore[misc]
    ),
    "a list's method, another's": (lambda: [].append, lambda: [].pop),
    "a partial's arguments": (
        lambda: functools.partial(print, 1),
        lambda: functools.partial(print, 2),
    ),
    "members of an enumeration": (lambda: Colour.RED, lambda: Colour.BLUE),
    "place of an iterator": (lambda: after(1, iter([7, 7])), lambda: after(2, iter([7, 7]))),
    "one through, one with nothing left to come": (
        lambda: (given := [7], after(1, iter(given))),
        lambda: (given := [7], next(iter(given)) and iter([])),
    ),
    "an iterator over a list that grows, and one over another": (
        lambda: (given := [1], iter(given)),
        lambda: ([1], iter([1])),
    ),
    "place of an iterator over a range": (
        lambda: after(1, iter(range(5, 9))),
        lambda: after(2, iter(range(5, 9))),
    ),
    "place of enumerate": (
        lambda: after(1, enumerate("aaa")),
        lambda: after(2, enumerate("aaa")),
    ),
    "place of an iterator over a dictionary": (
        lambda: after(1, iter({1: 1, 2: 2})),
        lambda: after(2, iter({1: 1, 2: 2})),
    ),
    "place of an iterator over a set": (
        lambda: after(1, iter({1, 2})),
        lambda: after(2, iter({1, 2})),
    ),
    "where map has come to": (
        lambda: after(1, map(str, [1, 1])),
        lambda: after(2, map(str, [1, 1])),
    ),
    "a counter": (lambda: itertools.count(3), lambda: itertools.count(3, 2)),
    "place of a generator": (lambda: after(1, counted(0)), lambda: after(2, counted(0))),
    "variables of a generator": (lambda: after(1, counted(0)), lambda: after(1, counted(1))),
    "a generator that has not begun, one that is over": (
        lambda: counted(0),
        lambda: (made := counted(0), list(made))[0],
    ),
    "an exception's arguments": (lambda: ValueError(1), lambda: ValueError("1")),
    "where an exception came through": (
        lambda: ValueError("x"),
        lambda: caught(lambda: (_ for _ in ()).throw(ValueError("x"))),
    ),
    "an exit's code": (lambda: SystemExit(1), lambda: SystemExit(2)),
    "a generator of random numbers": (
        lambda: random.Random(1),
        lambda: (made := random.Random(1), made.random())[0],
    ),
    "elements of a set": (lambda: {1, 2}, lambda: {1, 3}),
    "sets in which one element found its place taken": (
        lambda: without([0, 8], []),
        lambda: without([8, 0], []),
    ),
    "a set that something has left": (lambda: without([1, 2], [2]), lambda: without([1], [])),
    "an empty set, one that holds something": (set, lambda: {1}),
    "attributes of a namespace": (lambda: SimpleNamespace(a=1), lambda: SimpleNamespace(a=2)),
}

SAME: dict[str, Callable[[], Any]] = {
    "a cycle": lambda: cyclic(3),
    "nested containers": lambda: {"a": [1, (2, [3])], "b": collections.deque([{4}])},
    "not a number": lambda: [float("nan")],
    "an object": lambda: Point(x=[1], y=Point()),
    "a generator": lambda: after(2, counted(5)),
    "closures": lambda: cells([1], {2: 3}),
    "an exception": lambda: caught(lambda: int("x")),
    "a member of an enumeration": lambda: {Colour.RED: [Colour.BLUE]},
    "a generator of random numbers": lambda: random.Random(7),
    "texts that are not the same object": lambda: ["".join(["a", "b"]), int("1" + "0" * 30)],
    "a counter": lambda: after(4, itertools.count(1)),
}


@pytest.mark.parametrize("case", DIFFER)
def test_what_is_not_the_same_is_told_differently(case: str) -> None:
    one, other = DIFFER[case]
    assert digest(one()) != digest(other())


@pytest.mark.parametrize("case", SAME)
def test_what_is_made_the_same_way_is_told_alike(case: str) -> None:
    """Two makings have no object in common, so that no address can be in what is told."""
    make = SAME[case]
    one, other = make(), make()
    assert digest(one) == digest(other)


def test_a_set_is_told_by_its_elements_not_by_when_they_came() -> None:
    """0 to 7 have places of their own in a table of eight, of which a set uses at most five."""
    orders = itertools.permutations([0, 3, 5])
    assert len({digest(without(list(order), [])) for order in orders}) == 1


class Unhashed:
    """An element whose hash is its address."""


def test_two_objects_of_a_set_that_nothing_tells_apart_are_refused() -> None:
    with pytest.raises(Inexact, match="set"):
        digest({Unhashed(), Unhashed()})


REFUSED: dict[str, Callable[[], Any]] = {
    "standard output": lambda: sys.__stdout__,
    "a lock of the system's": lambda: __import__("_thread").allocate_lock(),
    "an iterator in C that says nothing": lambda: itertools.islice([1, 2], 1),
    "a weak reference": lambda: __import__("weakref").ref(Point),
    "an empty set that something has left": lambda: without([1], [1]),
    "a function that remembers": lambda: remembering(),
    "a dictionary that has changed its size on the way": lambda: changed_on_the_way(),
    "a place in a dictionary that something has left": lambda: left_on_the_way(),
}


def remembering() -> Any:
    made = functools.cache(lambda number: number)
    made(1)
    return made


def changed_on_the_way() -> Any:
    held = {1: 1, 2: 2}
    iterator = after(1, iter(held))
    held[3] = 3
    return iterator


def left_on_the_way() -> Any:
    """1 has left before the iterator began, so it is at the third place of two."""
    held = {1: 1, 2: 2, 3: 3}
    del held[1]
    return after(1, iter(held))


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_told_exactly_is_refused(case: str) -> None:
    with pytest.raises(Inexact):
        digest(REFUSED[case]())


SEEDED = """
import sys
sys.path.insert(0, {here!r})
from told import digest
print(digest({{"x", "y"}}, {{"x": 1, "y": {{b"z"}}}}, frozenset({{("x", 1)}})).hex())
print(*{{"x", "y"}})
"""


def test_what_is_told_does_not_depend_on_the_hashes_of_texts() -> None:
    """Under the seeds 2 and 5 ``x`` and ``y`` come in different orders, each at the place that
    its hash says."""
    told = []
    for seed in ("2", "5"):
        script = SEEDED.format(here=str(Path(__file__).parent))
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        told.append(done.stdout.splitlines())
    (first, order), (second, other) = told
    assert first == second
    assert order.split() == other.split()[::-1]
