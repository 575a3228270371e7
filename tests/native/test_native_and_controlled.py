"""The same program, natively and under control: one schema, the same lines, equal tables."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from watching import PROGRAMS, bare, steps, watch, write

import pyqdemo
from pyqdemo.analysis.spans import tables
from pyqdemo.codec import encode_record
from pyqdemo.executing import Plan, execute
from pyqdemo.trace import Trace

SCHEMA = json.loads(
    Path(pyqdemo.__file__).with_name("trace.schema.json").read_text(encoding="utf-8")
)

TINY = """
import queue, threading, time

def cook(counter):
    for dish in ("rice", "soup", "noodles"):
        time.sleep(0.1)
        counter.put(dish)
    counter.put(None)

def main():
    counter = queue.Queue(1)
    thread = threading.Thread(target=cook, args=(counter,))
    thread.start()
    while (dish := counter.get()) is not None:
        time.sleep(0.25)
    thread.join()

main()
"""


def lines_of(trace: Trace) -> Iterator[object]:
    yield json.loads(encode_record(trace.header))
    for record in (*trace.tasks, *trace.resources, *trace.events):
        yield json.loads(encode_record(record))
    assert trace.outcome is not None
    yield json.loads(encode_record(trace.outcome))


def test_a_tiny_program_has_equal_tables_natively_and_under_control(tmp_path: Path) -> None:
    """Its sleeps decide who waits for whom. In seconds: rice is put at 0.1, where the eater
    waits; soup at 0.2; the noodles wait from 0.3 to 0.35 for a place; the eater never again
    for a dish, but for the cook's end at the join not either."""
    program = write(tmp_path, TINY)
    native, controlled = watch(program).trace, pyqdemo.run(program, strategy="round-robin")
    assert tables(controlled) == tables(native)


@pytest.mark.parametrize("control", ["native", "controlled"])
def test_both_traces_hold_to_the_one_schema(control: str, tmp_path: Path) -> None:
    program = write(tmp_path, TINY)
    trace = watch(program).trace if control == "native" else pyqdemo.run(program)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert [
        error.message for line in lines_of(trace) for error in validator.iter_errors(line)
    ] == []


#: Programs whose lines do not depend on the schedule.
SAME = (
    ("queues_of_threads.py",),
    ("locks.py", "threading"),
    ("own_queues.py",),
    ("as_main.py", "one", "--two"),
)


MARKS = re.compile(r" *[~^]+[ ~^]*\n")


def prints_the_same(program: Path, *arguments: str) -> None:
    alone = bare(program, *arguments)
    trace = execute(Plan(program, arguments=arguments)).trace
    text = {"stdout": "", "stderr": ""}
    for event in trace.events:
        if event.operation == "write":
            text[str(event.resource).rpartition("/")[2]] += event.value or ""
    assert trace.outcome is not None
    # Under control a traceback names its files from the program's folder on, without marks.
    lines = alone.stderr.replace(f'File "{program.resolve().parent}{os.sep}', 'File "')
    shown = [line for line in lines.splitlines(keepends=True) if not MARKS.fullmatch(line)]
    assert (text["stdout"], text["stderr"]) == (alone.stdout, "".join(shown))
    # A program that Ctrl-C ended has ended itself by that signal.
    code = alone.returncode if alone.returncode >= 0 else 128 - alone.returncode
    assert trace.outcome.exit_code == code


@pytest.mark.parametrize("call", SAME, ids=" ".join)
def test_a_program_prints_and_returns_under_control_what_it_does_bare(
    call: tuple[str, ...],
) -> None:
    prints_the_same(PROGRAMS / call[0], *call[1:])


ENDINGS = {
    "text": "import sys\nsys.exit('a text')",
    "a number": "import sys\nsys.exit(3)",
    "none": "raise SystemExit(None)",
    "an exception": "def f():\n    return {}['missing']\nf()",
    "a chain": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('x') from e",
    "an interrupt": "raise KeyboardInterrupt",
    "its own class": "class Own(Exception):\n    pass\nraise Own('text')",
    "at exit": "import atexit\natexit.register(print, 'last')\nprint('first')",
    "in the library": "import queue\nqueue.Queue().get_nowait",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_ends_under_control_as_it_does_bare(ending: str, tmp_path: Path) -> None:
    prints_the_same(write(tmp_path, ENDINGS[ending]))


ORDINARY = """
import queue, threading, time

line, last = queue.Queue(2), queue.LifoQueue()
ranked, simple = queue.PriorityQueue(), queue.SimpleQueue()
for each in (line, last, ranked, simple):
    each.put("b")
    each.put("a")
    print(each.empty(), each.qsize(), each.get(), each.get(timeout=1))
try:
    line.get_nowait()
except queue.Empty:
    line.put("c", timeout=1)
    print(line.full())
line.task_done(), line.task_done(), line.task_done()
line.join()
lock, again = threading.Lock(), threading.RLock()
few, flag = threading.Semaphore(2), threading.Event()
with lock:
    print(lock.acquire(False), lock.locked())
with again, again, few, few:
    print(few.acquire(blocking=False), flag.is_set())

def helper():
    flag.wait()
    with lock:
        line.put("late")

thread = threading.Thread(target=helper)
thread.start()
time.sleep(0.1)
flag.set()
print(line.get(), line.get())
thread.join()
"""


def test_each_ordinary_call_leaves_the_same_in_both_traces(tmp_path: Path) -> None:
    """Operation, value, result, and whether it waited, of each task by itself; but for
    ``enter``, by which a controlled task joins those who wait."""
    program = write(tmp_path, ORDINARY)
    kinds = ("queue", "lifo", "priority", "simple", "lock", "rlock", "semaphore", "event")
    native, controlled = watch(program).trace, pyqdemo.run(program, strategy="round-robin")
    for task in native.tasks:
        ours = [each for each in steps(controlled, *kinds, task=task.id) if each != "enter"]
        assert ours == steps(native, *kinds, task=task.id)
