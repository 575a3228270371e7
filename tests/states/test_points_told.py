"""The states of small programs: how many there are, and which are told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from told import one_run, plan_of

STEPS = 60


def states(tmp_path: Path, text: str, steps: int = STEPS) -> tuple[list[bytes], list[str | None]]:
    """The states of one run in which always the first goes on, and why any is not exact."""
    plan = plan_of(tmp_path / "program.py", text, steps=steps)
    strategy, _ = one_run(plan, [])
    return [seen.state for seen in strategy.seen], strategy.why


#: An endless program, and how many states it has.
ENDLESS: dict[str, tuple[str, int]] = {
    # The begin, and the places in a round.
    "a loop over a list": ("while True:\n for _ in [1, 1, 1]: time.sleep(1)", 1 + 3),
    "a loop over a range": ("while True:\n for _ in range(4): time.sleep(1)", 1 + 4),
    "a loop over a dictionary": ("while True:\n for _ in {1: 2, 3: 4}: time.sleep(1)", 1 + 2),
    "a loop in a loop": (
        "while True:\n for n in range(2):\n  for _ in range(3): time.sleep(1)",
        1 + 2 * 3,
    ),
    "a comprehension": ("while True: [time.sleep(1) for _ in (1, 2)]", 1 + 2),
    "a lock in a with statement": (
        "lock = threading.Lock()\nwhile True:\n with lock: time.sleep(1)",
        1 + 3,
    ),
    "operands that wait": ("while True: max(3, 4, time.sleep(1) or 5)", 1 + 1),
    "an exception handled": (
        "while True:\n try: q.get_nowait()\n except queue.Empty: time.sleep(1)",
        # The traceback of the first round's is like every other's.
        1 + 2,
    ),
    "a generator": (
        "def go():\n while True:\n  yield 1\n  yield 2\nfor n in go(): time.sleep(n)",
        1 + 2,
    ),
    "something put back": ("q.put(1)\nwhile True: q.put(q.get())", 1 + 1 + 2),
    "a queue until None": (
        "while True:\n q.put(1)\n q.put(None)\n for n in iter(q.get, None): pass",
        # A round is four steps; in the first one ``n`` has no value before the second get.
        1 + 4 + 3,
    ),
    "a condition's wait with a bound": (
        "c = threading.Condition()\nwhile True:\n with c: c.wait(1)",
        1 + 5,
    ),
    "an event's": (
        "e = threading.Event()\nwhile True:\n e.set()\n e.wait()\n e.clear()",
        1 + 3,
    ),
    "a callback": (
        "from functools import partial\nsleep = partial(time.sleep, 1)\nwhile True: sleep()",
        1 + 1,
    ),
    "draws that change nothing any more": (
        "import random\nwhile True:\n random.seed(3)\n time.sleep(random.random())",
        # The first sleep is preceded by no generator; then it is always the same one.
        1 + 1,
    ),
}

BEFORE = "import queue, threading, time\nq = queue.Queue()\n"


@pytest.mark.parametrize("case", ENDLESS)
def test_an_endless_program_has_as_many_states_as_places(tmp_path: Path, case: str) -> None:
    """From the derivation beside each: a step's state is where it stands and what it holds."""
    text, count = ENDLESS[case]
    seen, why = states(tmp_path, BEFORE + text)
    assert set(why) == {None}
    assert len(set(seen)) == count
    assert len(seen) == STEPS


#: Programs that go on for ever, each state of which is a new one.
GROWING = {
    "a counter": "n = 0\nwhile True:\n n += 1\n time.sleep(1)",
    "a list": "held = []\nwhile True:\n held.append(1)\n time.sleep(1)",
    "an attribute of a function": (
        "def f(): pass\nf.n = 0\nwhile True:\n f.n += 1\n time.sleep(1)"
    ),
    "an attribute of a class": ("class C: n = 0\nwhile True:\n C.n += 1\n time.sleep(1)"),
    "an attribute of a stand-in's class": (
        "threading.Thread.n = 0\nwhile True:\n threading.Thread.n += 1\n time.sleep(1)"
    ),
    "an attribute of a stand-in": ("time.n = 0\nwhile True:\n time.n += 1\n time.sleep(1)"),
    "a default": "def f(held=[]): held.append(1)\nwhile True:\n f()\n time.sleep(1)",
    "a cell": (
        "def f():\n n = 0\n def g():\n  nonlocal n\n  n += 1\n return g\n"
        "g = f()\nwhile True:\n g()\n time.sleep(1)"
    ),
    "what a task has for itself": (
        "mine = threading.local()\nmine.n = 0\nwhile True:\n mine.n += 1\n time.sleep(1)"
    ),
    "draws": "import random\nwhile True: time.sleep(random.random())",
    "items in a queue": "while True: q.put(1)",
    "an exception's context": (
        "last = None\nwhile True:\n try: raise ValueError from last\n"
        " except ValueError as e: last = e\n time.sleep(1)"
    ),
    "unfinished items that can be counted": (
        "while True:\n q.put(q.put(1) or q.get())\n q.get()\n if not q: q.task_done()"
    ),
    "time, where it was looked at": "while True:\n time.time()\n time.sleep(1)",
}


@pytest.mark.parametrize("case", GROWING)
def test_what_can_still_matter_is_told_apart(tmp_path: Path, case: str) -> None:
    """No two of the states behind one and the same line are the same."""
    seen, why = states(tmp_path, BEFORE + GROWING[case])
    assert set(why) == {None}
    assert len(set(seen)) > STEPS // 5
    assert len(set(seen[-STEPS // 5 :])) == STEPS // 5


UNTOLD = {
    "a sum under way": "def go():\n while True:\n  time.sleep(1)\n  yield 1\nsum(go())",
    "what a key is sorted by": "sorted(range(99), key=lambda n: time.sleep(1) or n)",
    "a real lock": (
        "import _thread\nlock = type(_thread.RLock)\nheld = iter(open.__doc__ or '')\n"
        "while True: time.sleep(1)"
    ),
    "frames": "import sys\nframe = sys._getframe()\nwhile True: time.sleep(1)",
    "the environment": "import os\nos.environ['x'] = 'y'\nwhile True: time.sleep(1)",
    "a module that keeps something": "import decimal\nwhile True: time.sleep(1)",
}


@pytest.mark.parametrize("case", UNTOLD)
def test_what_cannot_be_told_makes_every_state_its_own(tmp_path: Path, case: str) -> None:
    seen, why = states(tmp_path, BEFORE + UNTOLD[case], steps=20)
    assert all(reason is not None for reason in why[2:])
    assert len(set(seen)) == len(seen) == 20


def test_without_exactness_a_state_is_told_by_the_way_to_it(tmp_path: Path) -> None:
    """The same choices, the same bytes, though nothing of it can be told."""
    text = BEFORE + UNTOLD["frames"]
    assert states(tmp_path, text, 10) == states(tmp_path, text, 10)


PROCESSES: dict[str, tuple[str, int]] = {
    # Behind the beginning, which has each state but once.
    "ball over a pipe": (
        "def play(end):\n while True: end.send(end.recv())\n"
        "if __name__ == '__main__':\n"
        " mine, its = Pipe()\n Process(target=play, args=(its,)).start()\n"
        " mine.send(1)\n play(mine)\n",
        60,
    ),
    "a queue with its feeder": (
        "if __name__ == '__main__':\n q = Queue()\n q.put(1)\n while True: q.put(q.get())\n",
        60,
    ),
}


@pytest.mark.parametrize("case", PROCESSES)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_an_endless_exchange_between_processes_comes_round(
    tmp_path: Path, case: str, method: str
) -> None:
    """Whatever is numbered on the way (messages, handles, bytes) is not told."""
    text, steps = PROCESSES[case]
    head = "from multiprocessing import Pipe, Process, Queue\n"
    plan = plan_of(tmp_path / "program.py", head + text, steps=steps, start_method=method)
    strategy, _ = one_run(plan, [])
    assert set(strategy.why) == {None}
    late: list[Any] = [seen.state for seen in strategy.seen[steps // 2 :]]
    assert len(set(late)) < len(late) // 2
