"""Races: two tasks, one place each, nothing between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from seeing import First, racing, written

_HEAD = """import threading, queue, time
box, menu, total, lock, q, bell = [], {}, 0, threading.Lock(), queue.Queue(), threading.Event()
class Shop:
    def __init__(self): self.items = []; self.cash = 0
    def sell(self): self.cash += 1
shop = Shop()
"""
_STARTING = """
threads = [threading.Thread(target=f) for f in (one, two)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(box, total, shop.cash)
"""
_LINES = {"one": 9, "two": 12}


def races_of(folder: Path, one: str, two: str, last: bool = False) -> set[tuple[str, str, str]]:
    """Names and lines of the races between two functions: ``one``'s lines are 9 and 10,
    ``two``'s 13 and 14."""
    text = _HEAD
    for name, body in (("one", one), ("two", two)):
        lines = [*body.split("\n"), "pass"][:2]
        text += f"def {name}():\n    global total\n" + "".join(f"    {line}\n" for line in lines)
    found = racing(written(folder, text + _STARTING), First(last))
    return {(race.name, *(place.partition(":")[2] for place in race.places)) for race in found}


#: What both do, and the races.
RACES: dict[tuple[str, str], set[tuple[str, str, str]]] = {
    ("box.append(1)", "box.append(2)"): {("box", "9", "13")},
    ("box.append(1)", "print(sum(box))"): {("box", "9", "13")},
    ("total += 1", "total += 1"): {("total", "9", "13")},
    ("shop.items.append(1)", "len(shop.items)"): {("shop.items", "9", "13")},
    ("shop.sell()", "shop.sell()"): {("self.cash", "5", "5")},
    ("menu['a'] = 1", "menu['b'] = 2"): {("menu", "9", "13")},
    ("print(box)", "print(box)"): set(),
    ("with lock: box.append(1)", "with lock: box.append(2)"): set(),
    ("total = 1\nq.put(1)", "q.get()\nprint(total)"): set(),
    ("q.put(1)\ntotal = 1", "q.get()\nprint(total)"): {("total", "10", "14")},
    ("total = 1\nbell.set()", "bell.wait()\nprint(total)"): set(),
    ("total = 1\ntime.sleep(1)", "time.sleep(5)\nprint(total)"): {("total", "9", "14")},
    ("mine = [1]\nmine.append(2)", "mine = [1]\nmine.append(2)"): set(),
}


@pytest.mark.parametrize(("one", "two"), RACES, ids=lambda text: text.replace("\n", "; "))
@pytest.mark.parametrize("last", [False, True], ids=["first", "last"])
def test_a_race_is_found_whoever_came_first(one: str, two: str, last: bool, tmp_path: Path) -> None:
    """A put publishes what came before it, not what its task does then. Sleep orders nothing."""
    assert races_of(tmp_path, one, two, last) == RACES[one, two]


def test_what_comes_before_the_start_and_behind_the_join_is_ordered(tmp_path: Path) -> None:
    text = """
    import threading
    box = []
    thread = threading.Thread(target=lambda: box.append(1))
    box.append(0)
    thread.start()
    thread.join()
    print(box)
    """
    assert racing(written(tmp_path, text)) == []


def test_what_follows_a_start_in_the_same_step_is_not_ordered(tmp_path: Path) -> None:
    text = """
    import threading
    box = []
    thread = threading.Thread(target=lambda: box.append(1))
    thread.start()
    box.append(0)
    thread.join()
    """
    (race,) = racing(written(tmp_path, text))
    assert (race.name, race.places, race.tasks) == (
        "box",
        ("program.py:4", "program.py:6"),
        ("0.1", "0"),
    )
