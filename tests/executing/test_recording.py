"""Whether anybody records or looks on does not change a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import BUSY, CROSSING

import pyqdemo
from pyqdemo.executing import Plan, carry, execute
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.log import Log
from pyqdemo.loading import load
from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.threads.carriers import Carriers

#: The program's own code runs wherever a value is told: in a repr, a comparison, a queue's hook.
#: Every plain object is kept: whether the next one gets a dead one's address is the allocator's
#: affair.
OWN_CODE = """
import queue, random
from concurrent.futures import ThreadPoolExecutor

class Item:
    def __repr__(self):
        return f"Item({random.random()})"

kept = []

class Plain:
    def __init__(self):
        kept.append(self)

class Ranked:
    def __init__(self, rank):
        self.rank = rank
    def __lt__(self, other):
        random.random()
        return self.rank < other.rank

class Counting(queue.Queue):
    def _qsize(self):
        random.random()
        return super()._qsize()

def square(item):
    return [item, Plain()]

line, ranked, counting = queue.Queue(), queue.PriorityQueue(), Counting(3)
for number in range(3):
    line.put(Item())
    line.put([Plain(), Item()])
    ranked.put(Ranked(-number))
    counting.put(Plain())
with ThreadPoolExecutor(2) as pool:
    print([pool.submit(square, Item()).result()[1] for _ in range(2)])
print(random.random(), Plain(), line.get(), line.queue)
"""


def executed(program: Path, log: Log | None, seed: int) -> Execution:
    plan = Plan(program, seed=seed)
    with Carriers() as carriers:
        return carry(load(program), plan, Random(seed), carriers, log)


@pytest.mark.parametrize("text", [BUSY, CROSSING, OWN_CODE], ids=["busy", "crossing", "own code"])
def test_output_and_choices_are_the_same_with_a_record_and_without(
    text: str, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(text, encoding="utf-8")
    for seed in range(10):
        recorded, bare = executed(program, Log(), seed), executed(program, None, seed)
        assert (bare.output, bare.choices) == (recorded.output, recorded.choices), seed


def test_a_watcher_that_fails_does_not_alter_the_run(tmp_path: Path) -> None:
    """It is told nothing more, and its exception comes when the run is over: the program has
    come to its last line."""
    program = tmp_path / "program.py"
    end = tmp_path / "end"
    text = f"print('a')\nopen({str(end)!r}, 'w').close()\n"
    program.write_text(text, encoding="utf-8")

    class Failing:
        told = 0

        def printed(self, stream: str, text: str) -> None:
            self.told += 1
            raise LookupError(text)

        def tick(self, elapsed_ns: int) -> None:
            raise AssertionError("it has failed before")

    watcher = Failing()
    with pytest.raises(LookupError):
        execute(Plan(program), watcher)
    assert watcher.told == 1
    assert end.exists()


def test_an_operation_that_raises_what_ends_a_program_is_recorded_and_replays(
    tmp_path: Path,
) -> None:
    """SystemExit comes out of a comparison inside a put, and the program catches it."""
    program = tmp_path / "program.py"
    program.write_text(
        "import queue, sys\n"
        "class Leaving:\n"
        "    def __lt__(self, other):\n"
        "        sys.exit(3)\n"
        "line = queue.PriorityQueue()\n"
        "line.put(Leaving())\n"
        "try:\n"
        "    line.put(Leaving())\n"
        "except SystemExit:\n"
        "    print('caught')\n",
        encoding="utf-8",
    )
    trace = pyqdemo.run(program)
    assert [event.result for event in trace.events if event.operation == "put"] == [
        None,
        "raised SystemExit: 3",
    ]
    assert pyqdemo.replay(trace, program) == trace


HEARTBEAT = CROSSING.replace(
    "a.join()\nb.join()\n",
    """
import time
def beat():
    while True:
        time.sleep(1)
threading.Thread(target=beat).start()
""",
)


def test_a_circle_of_locks_is_told_though_a_thread_beats_on_for_ever(tmp_path: Path) -> None:
    """The heart is no daemon: the run goes on to its bound, and what is told is the circle.
    About half of the seeds deadlock; those that do not reach the bound as such."""
    program = tmp_path / "program.py"
    program.write_text(HEARTBEAT, encoding="utf-8")
    kinds = set()
    for seed in range(20):
        outcome = pyqdemo.run(program, seed=seed, max_steps=300).outcome
        assert outcome is not None
        kinds.add(outcome.kind)
        if outcome.kind is OutcomeKind.DEADLOCK:
            told = "they wait for each other; the others were stopped after 300 steps"
            assert outcome.detail == told
            assert {wait.task for wait in outcome.waits} >= {"0.1", "0.2"}
    assert kinds == {OutcomeKind.DEADLOCK, OutcomeKind.STEP_BOUND}


def test_a_loop_that_counts_threads_gives_them_their_turn(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(1,)).start()\n"
        "while threading.active_count() > 1:\n"
        "    time.sleep(0.1)\n",
        encoding="utf-8",
    )
    outcome = pyqdemo.run(program).outcome
    assert outcome is not None
    assert outcome.kind is OutcomeKind.COMPLETED
