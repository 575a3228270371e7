"""What is noted of which access: the parts that steps touch, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from seeing import First, Seen, seen, written

_HEAD = """
import threading
box, menu, total = [1, 2], {"a": 1}, 0
class Shop:
    def __init__(self): self.cash = 0
    def sell(self): self.cash += 1
shop = Shop()
def work():
    global total
    WORK
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def worked(folder: Path, work: str, last: bool = False) -> Seen:
    """A run in which one thread does ``work``; the main task does nothing meanwhile.

    Births: 0:1 is the list, 0:2 the dictionary, 0:3 the class, 0:4 its object, 0:5 the thread.
    """
    return seen(written(folder, _HEAD.replace("WORK", work)), First(last))


#: By what the thread does: what it touches, in order.
TOUCHED: dict[str, list[tuple[str, str]]] = {
    "pass": [],
    "local = 1; local += 1": [],
    "box[0]": [("0:1[0]", "r"), ("0:1[]", "r")],
    "box[0] = 5": [("0:1[0]", "w"), ("0:1[]", "r"), ("0:1[*]", "a")],
    "box[0] += 5": [("0:1[0]", "w"), ("0:1[]", "r"), ("0:1[*]", "a")],
    "box[-1]": [("0:1[*]", "r")],
    "box.append(5)": [("0:1[*]", "w"), ("0:1[]", "w")],
    "len(box)": [("0:1[*]", "r")],
    "for each in box: pass": [("0:1[*]", "r")],
    "if box: pass": [("0:1[*]", "r")],
    "del box[0]": [("0:1[*]", "w"), ("0:1[]", "w")],
    "box == [1]": [("0:1[*]", "r"), ("0.1:1[*]", "r")],
    "f'{box}'": [("0:1[*]", "r")],
    "menu['a']": [("0:2['a']", "r"), ("0:2[]", "r")],
    "menu['a'] = 2": [("0:2['a']", "w"), ("0:2[]", "r"), ("0:2[*]", "a")],
    "menu['b'] = 2": [("0:2[*]", "w"), ("0:2[]", "w")],
    "menu.get('b')": [("0:2[*]", "r")],
    "seen = shop": [],  # bound once, before there is a second task
    "total = 1": [("0|program.py|total", "w")],
    "total += 1": [("0|program.py|total", "w")],
    "shop.cash": [("0:4.cash", "r")],
    "shop.cash = 1": [("0:4.cash", "w"), ("0:4[*]", "a")],
    "shop.sell()": [("0:4.cash", "w"), ("0:4[*]", "a")],
    "new = []; new.append(1)": [("0.1:1[*]", "w"), ("0.1:1[]", "w")],
    "threading.current_thread().name": [("0:5.name", "r")],
    "print('plain', 1)": [],
}


@pytest.mark.parametrize("work", TOUCHED)
def test_an_access_touches_these_parts_and_no_others(work: str, tmp_path: Path) -> None:
    run = worked(tmp_path, work)
    assert (run.data("0.1"), run.opaque) == (TOUCHED[work], set())


#: What cannot be seen, and why it is said to be so.
OPAQUE = {
    "exec('box.append(1)')": "call of exec",
    "eval('box')": "call of eval",
    "globals()": "call of globals",
    "vars(shop)": "call of vars",
    "shop.__dict__": "use of __dict__",
    "open('nowhere')": "call of open",
    "import logging; logging.info('done')": "call of logging.info",
    "str(thread)": "the text of a thread, which tells whether it runs",
    "threading.value = 1": "threading.value set",
}


@pytest.mark.parametrize("work", OPAQUE)
def test_what_cannot_be_seen_is_one_write_that_all_depend_on(work: str, tmp_path: Path) -> None:
    run = worked(tmp_path, work)
    assert run.opaque == {f"{OPAQUE[work]}, program.py:10"}
    steps = [step for step in run.steps if step.task == "0.1"]
    assert ("data:?", "w") in [access for step in steps for access in step.accesses]


def test_whoever_touches_any_plain_data_adds_to_the_unseen(tmp_path: Path) -> None:
    """So that it comes in another order with what could not be seen, and with nothing else."""
    run = worked(tmp_path, "box[0]")
    touching = [dict(step.accesses) for step in run.steps if "data:0:1[0]" in dict(step.accesses)]
    assert [accesses["data:?"] for accesses in touching] == ["a"]


def test_nothing_is_noted_before_there_is_a_second_task(tmp_path: Path) -> None:
    """All that the module does before it starts a thread comes before all that thread does."""
    assert worked(tmp_path, "pass").data("0") == []


def test_the_names_of_objects_do_not_depend_on_who_comes_first(tmp_path: Path) -> None:
    """Each task makes a list and reads the other's, in both orders of the tasks."""
    text = """
    import threading
    made = {}
    def work(key):
        made[key] = [key]
    threads = [threading.Thread(target=work, args=(key,)) for key in "ab"]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(made["a"][0], made["b"][0])
    """
    program = written(tmp_path, text)
    runs = [seen(program, First(last)) for last in (False, True)]
    assert runs[0].execution.choices != runs[1].execution.choices
    last = [[part for part in run.data("0") if part[0].startswith(("0.1", "0.2"))] for run in runs]
    assert last[0] == last[1] == [
        ("0.1:1[0]", "r"), ("0.1:1[]", "r"), ("0.2:1[0]", "r"), ("0.2:1[]", "r"),
    ]  # fmt: skip


def test_an_append_belongs_to_the_step_in_which_its_argument_came(tmp_path: Path) -> None:
    run = worked(tmp_path, "import queue; q = queue.Queue(); q.put(1); box.append(q.get())")
    (step,) = [step for step in run.steps if ("data:0:1[*]", "w") in step.accesses]
    assert step.accesses[0].part == "0.1/queue/1.head"


def test_each_process_has_globals_of_its_own(tmp_path: Path) -> None:
    """Parent and child both add to ``total`` and touch different parts."""
    text = """
    import multiprocessing
    total = 0
    def work():
        global total
        total += 1
    if __name__ == "__main__":
        child = multiprocessing.get_context("fork").Process(target=work)
        child.start()
        work()
        child.join()
        print(total)
    """
    run = seen(written(tmp_path, text))
    touched = {(task, part) for task in ("0", "0.1") for part, _ in run.data(task)}
    assert {each for each in touched if "total" in each[1]} == {
        ("0", "0|program.py|total"),
        ("0.1", "0.1|program.py|total"),
    }


def test_a_module_beside_the_program_is_observed_as_well(tmp_path: Path) -> None:
    text = """
    import threading, shared
    def work(): shared.add(1); shared.total = 5
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    """
    program = written(tmp_path, text, shared="box = []\ntotal = 0\ndef add(n): box.append(n)\n")
    assert seen(program).data("0.1") == [
        ("0|shared.py|add", "r"),
        ("0:1[*]", "w"),
        ("0:1[]", "w"),
        ("0|shared.py|total", "w"),
    ]


def test_a_program_with_del_is_run_as_it_is_and_nothing_is_claimed(tmp_path: Path) -> None:
    run = worked(tmp_path, "class Last:\n        def __del__(self): pass\n    Last()")
    assert run.opaque == {"what __del__ does when an object dies, "}
    touched = [access for step in run.steps for access in step.accesses]
    assert {access.mode for access in touched if access.part == "data:?"} == {"w"}
