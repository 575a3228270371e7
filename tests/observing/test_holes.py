"""Programs whose plain data is touched where it is hard to see, on which 'proved' was once wrong.

In each of them two threads run a body each. What plain depth-first search finds, which observes
nothing, every other strategy finds as well, or says why its claim is weaker.

The programs are in ``holes.txt``: a name, and what is expected; what comes before the threads,
both bodies, and what the program ends with.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest

import pyqdemo

_PROGRAM = """
import threading, time
from threading import Thread
{before}
out = {{}}
def a():
{first}
def b():
{second}
if __name__ == '__main__':
    threads = [Thread(target=a), Thread(target=b)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    raise Exception(repr({end}))
"""


class Hole(NamedTuple):
    """A program.

    Attributes:
        found: all of its ends are found; else it is enough to say what could not be seen.
    """

    found: bool
    text: str


def _holes() -> dict[str, Hole]:
    holes: dict[str, Hole] = {}
    for told in Path(__file__).with_name("holes.txt").read_text("utf-8").split("== ")[1:]:
        head, _, rest = told.partition("\n")
        name, expected = head.split()
        before, first, second, end = rest.split("\n--\n")
        first, second = (textwrap.indent(each, "    ") for each in (first, second))
        text = _PROGRAM.format(before=before, first=first, second=second, end=end.strip())
        holes[name] = Hole(expected == "found", text)
    return holes


HOLES = _holes()


def _ends(report: pyqdemo.Report) -> set[tuple[str, str]]:
    return {(str(ending.kind), ending.detail.en) for ending in report.endings}


#: In the suite one in five; all of them under ``make soak``.
CHOSEN = [
    pytest.param(name, marks=[pytest.mark.soak] if number % 5 else [])
    for number, name in enumerate(HOLES)
]


@pytest.mark.parametrize("name", CHOSEN)
def test_what_cannot_be_seen_makes_the_claim_weaker(name: str, tmp_path: Path) -> None:
    """Depth-first search is stopped after 400 executions: what it has found by then is enough to
    tell whether another one misses something."""
    program = tmp_path / "program.py"
    program.write_text(HOLES[name].text, encoding="utf-8")
    ends = _ends(pyqdemo.explore(program, strategy="dfs", max_executions=400))
    for strategy in ("dpor", "states", "auto"):
        report = pyqdemo.explore(program, strategy=strategy)
        if HOLES[name].found:
            assert not report.reasons, strategy
        assert report.reasons or _ends(report) >= ends, strategy


def test_everyday_python_is_seen(tmp_path: Path) -> None:
    """``everyday.txt`` uses a little of everything that is often used, in two threads that have
    one list in common, behind a lock."""
    program = tmp_path / "program.py"
    program.write_text(Path(__file__).with_name("everyday.txt").read_text("utf-8"), "utf-8")
    report = pyqdemo.explore(program)
    assert (report.verdict, report.reasons) == ("proved", ())
