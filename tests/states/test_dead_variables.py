"""Variables that nothing reads any more, and what a program sees of them."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType

import pytest

import pyqdemo
from pyqdemo.worlds.threads.dead_variables import dead_variables


def stop() -> None:
    """Called where a test looks."""


def dead_at_stops(function: Callable[..., object]) -> list[set[str]]:
    """Names of the dead variables while ``stop`` is under way, for each call of it."""
    code = function.__code__
    dead = dead_variables(code)
    found, called = [], False
    for number, each in enumerate(dis.get_instructions(code, show_caches=False)):
        if each.argval == "stop":
            called = True
        elif called and each.opname == "CALL":
            found.append({code.co_varnames[place] for place in dead[number]})
            called = False
    return found


def read_no_more(a: int) -> int:
    b = a + 1
    stop()
    return b


def written_first(a: int) -> int:
    stop()
    a = 2
    return a


def read_in_the_next_round(values: list[int]) -> None:
    last = 0
    while values:
        stop()
        print(last)
        last = values.pop()
        stop()


def written_in_the_next_round(values: list[int]) -> None:
    while values:
        stop()
        last = values.pop()
        print(last)
        stop()


def read_on_one_way(a: int, b: int) -> int:
    stop()
    return a if b else 0


def read_by_a_handler(a: int) -> int:
    try:
        stop()
        a = 2
    except ValueError:
        return a
    return 0


def deleted(a: int) -> None:
    stop()
    del a


def read_within(a: int) -> Callable[[], int]:
    stop()
    return lambda: a


def had_by_a_comprehension(x: int) -> list[int]:
    stop()
    found = [x + 1 for x in range(3)]
    return [*found, x]


@pytest.mark.parametrize(
    ("function", "dead"),
    [
        (read_no_more, [{"a"}]),
        (written_first, [{"a"}]),
        (read_in_the_next_round, [set(), set()]),
        (written_in_the_next_round, [{"last"}, {"last"}]),
        (read_on_one_way, [set()]),
        (read_by_a_handler, [set()]),
        (deleted, [set()]),
        (read_within, [set()]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_variable_is_dead_where_no_way_reads_it_before_it_is_written(
    function: Callable[..., object], dead: list[set[str]]
) -> None:
    assert dead_at_stops(function) == dead


def test_a_variable_that_a_comprehension_has_too_is_live() -> None:
    assert "x" not in dead_at_stops(had_by_a_comprehension)[0]


def functions_of(code: CodeType) -> list[CodeType]:
    found = [code]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += functions_of(constant)
    return found


@pytest.mark.parametrize("name", ["argparse", "dataclasses", "queue", "threading", "typing"])
def test_every_instruction_of_the_library_is_known(name: str) -> None:
    """Each variable, if it is no cell, is dead somewhere: before its function has set it, if
    nowhere else; so an instruction that is not known would show."""
    file = sys.modules[name].__file__ if name in sys.modules else __import__(name).__file__
    assert file is not None
    whole = compile(Path(file).read_text(encoding="utf-8"), file, "exec")
    for code in functions_of(whole):
        own = set(code.co_varnames) - set(code.co_cellvars)
        if own and len(code.co_code) > 40 and not code.co_freevars:
            assert any(dead_variables(code)), code.co_qualname


PROGRAM = """
from queue import Queue
from threading import Thread

todo, done = Queue(), Queue()

def work():
    for _ in range(2):
        number = todo.get()
        done.put(number)
        {look}

for number in (1, 2):
    todo.put(number)
threads = [Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
"""


def states_of(folder: Path, look: str) -> int:
    file = folder / "program.py"
    file.write_text(PROGRAM.format(look=look), encoding="utf-8")
    report = pyqdemo.explore(file, strategy="states")
    assert report.states is not None
    return report.states


def test_a_program_that_can_look_at_dead_variables_has_more_states(tmp_path: Path) -> None:
    assert states_of(tmp_path, "pass") < states_of(tmp_path, "vars()")
