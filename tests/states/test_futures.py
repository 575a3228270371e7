"""Equal fingerprints have equal futures: what each is told to be is what can follow from it.

Every execution of a program is carried out. Two points with one fingerprint must have the same
set of continuations: choices, texts that are printed, and how it ends; and the tasks must stand
alike in both.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from told import TooBig, everything, futures, plan_of

HEAD = """
import queue, random, threading, time
q = queue.Queue(1)
s = queue.LifoQueue()
lock = threading.Lock()
flag = threading.Event()
ready = threading.Condition()
gate = threading.Semaphore(1)
held, table, names = [], {}, set()
class Box:
    full = 0
box = Box()
def numbers():
    for number in (1, 2):
        yield number
"""

#: Each is a line or two of a task called ``{me}``, and waits for nobody for ever.
LINES = (
    "held.append({me!r}); time.sleep(0)",
    "time.sleep(0); print(held)",
    "table[len(table)] = {me!r}; time.sleep(0); print(list(table))",
    "seen = box.full; time.sleep(0); box.full = seen + 1",
    "print(box.full)",
    "print(q.qsize())",
    "s.put({me!r})",
    "with lock:\n box.full += 1",
    "with lock:\n held.append(box.full)",
    "print(lock.acquire(False) and lock.release())",
    "flag.set()",
    "print(flag.wait(1)); flag.clear()",
    "with ready:\n ready.notify()",
    "with ready:\n  print(ready.wait(1))",
    "with gate: time.sleep(1)",
    "try: q.put_nowait({me!r})\nexcept queue.Full: print('full')",
    "try: print(q.get_nowait())\nexcept queue.Empty: print('empty')",
    "try: print(q.get(timeout=1))\nexcept queue.Empty as e: held.append(type(e).__name__)",
    "for n in numbers(): box.full += n; time.sleep(0)",
    "for n in [1, 1]: time.sleep(0)",
    "names.add({me!r}); time.sleep(0); print(len(names))",
    "held.append(random.random() < 0.5); time.sleep(0); print(held[-1])",
    "held.append(held); time.sleep(0)",
    "max(1, time.sleep(0) or 2, len(held))",
    "assert not held",
    "q.put({me!r}, timeout=1)",
)


def programs(seed: int) -> Iterator[str]:
    """Random programs, of two tasks with a line or two each."""
    draw = random.Random(seed)
    while True:
        text = [HEAD]
        for me in ("a", "b"):
            lines = [draw.choice(LINES).format(me=me) for _ in range(draw.choice((1, 2, 2)))]
            text.append(f"def {me}():")
            text += [f"    {line}" for each in lines for line in each.splitlines()]
        text.append("ts = [threading.Thread(target=each, daemon=%s) for each in (a, b)]")
        text[-1] %= draw.random() < 0.2
        text.append("for t in ts: t.start()")
        if draw.random() < 0.5:
            text.append("for t in ts: t.join()\nprint(held, box.full)")
        yield "\n".join(text)


def check(path: Path, text: str) -> tuple[int, int]:
    """That equal fingerprints have equal futures; gives states, and points not told exactly."""
    found, inexact = futures(plan_of(path, text))
    for state, ways in found.items():
        assert all(way == ways[0] for way in ways), f"{state.hex()} in\n{text}"
    return len(found), inexact


@pytest.mark.parametrize("part", range(4))
def test_equal_fingerprints_have_equal_futures(tmp_path: Path, part: int, how_many) -> None:  # type: ignore[no-untyped-def]
    seed = random.SystemRandom().randrange(2**32) if how_many(0, soak=1) else part
    print("seed", seed)
    left, tried = how_many(1, soak=100), 0
    for text in programs(seed):
        try:
            _, inexact = check(tmp_path / f"program{tried}.py", text)
        except TooBig:
            continue
        assert inexact == 0, text
        tried += 1
        if tried == left:
            return


PROCESSES = {
    "a queue and its feeder": """
from multiprocessing import Process, Queue
def put(q): q.put([1])
if __name__ == "__main__":
    q = Queue()
    p = Process(target=put, args=(q,))
    p.start()
    print(q.get())
    p.join()
""",
    "a pipe whose ends close": """
from multiprocessing import Process, Pipe
def say(end, other):
    other.close()
    end.send("x")
    end.close()
if __name__ == "__main__":
    mine, its = Pipe()
    p = Process(target=say, args=(its, mine))
    p.start()
    its.close()
    try:
        print(mine.recv()); print(mine.recv())
    except EOFError:
        print("over")
""",
    "a value under a lock": """
from multiprocessing import Process, Value
def add(v):
    with v.get_lock(): v.value += 1
if __name__ == "__main__":
    v = Value("i", 0)
    p = Process(target=add, args=(v,))
    p.start()
    add(v)
    p.join()
    print(v.value)
""",
    "a kill": """
from multiprocessing import Process, Event
def wait(e): e.wait(); print("woken")
if __name__ == "__main__":
    e = Event()
    p = Process(target=wait, args=(e,))
    p.start(); e.set(); p.terminate(); p.join()
    print(p.exitcode)
""",
}


@pytest.mark.parametrize("case", PROCESSES)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_equal_fingerprints_of_processes_have_equal_futures(
    tmp_path: Path, case: str, method: str
) -> None:
    plan = plan_of(tmp_path / "program.py", PROCESSES[case], start_method=method)
    found, inexact = futures(plan)
    assert inexact == 0
    assert all(way == ways[0] for ways in found.values() for way in ways)
    assert max(map(len, found.values())) > 1  # some have been come to by several ways


def test_one_schedule_has_the_same_states_each_time(tmp_path: Path) -> None:
    """Also where code is quickened in between, and calls are no longer made by way of C."""
    text = next(programs(0))
    plan = plan_of(tmp_path / "program.py", text)
    by_prefix: dict[tuple[str, ...], bytes] = {}
    for seen, choices, _ in everything(plan):
        for number, point in enumerate(seen):
            prefix = tuple(choices[:number])
            assert by_prefix.setdefault(prefix, point.state) == point.state
