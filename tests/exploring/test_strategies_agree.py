"""All strategies that cover a program find the same ways in which it can end.

The programs are made at random of a few lines over everything that threads share. The exit code
tells what has become of their data, so that whatever differs is another ending.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from asking import report_of

from pyqdemo.exploring import Bounds
from pyqdemo.report import Report

HEAD = """
import queue, random, threading, time
from concurrent.futures import ThreadPoolExecutor
q = queue.Queue(1)
s = queue.LifoQueue()
w = queue.PriorityQueue()
lock, inner = threading.Lock(), threading.RLock()
flag = threading.Event()
ready = threading.Condition()
gate = threading.Semaphore(1)
both = threading.Semaphore(2)
meet = threading.Barrier(2)
held, table, told = [], {}, []
class Box:
    full = 0
box = Box()
"""

#: A line or two of a task called ``{me}``.
LINES = (
    "held.append({me!r})",
    "held.append({me!r}); time.sleep(0)",
    "time.sleep(0); told.append(len(held))",
    "told.append(({me!r}, tuple(held)))",
    "table[len(table)] = {me!r}",
    "seen = box.full; time.sleep(0); box.full = seen + 1",
    "box.full += 1",
    "told.append(box.full)",
    "mine = []; time.sleep(0); mine.append(1); time.sleep(0)",
    "for turn in range(2): time.sleep(0)",
    "print({me!r}); time.sleep(0)",
    "told.append(q.qsize())",
    "s.put({me!r})",
    "w.put({me!r})",
    "q.put({me!r}, timeout=1)",
    "try: q.put_nowait({me!r})\\nexcept queue.Full: told.append('full')",
    "try: told.append(q.get_nowait())\\nexcept queue.Empty: told.append('empty')",
    "try: told.append(q.get(timeout=1))\\nexcept queue.Empty: told.append('late')",
    "try: told.append(s.get_nowait())\\nexcept queue.Empty: told.append('none')",
    "with lock:\\n box.full += 1",
    "with lock:\\n  with inner: held.append({me!r})",
    "with inner:\\n  with lock: held.append({me!r})",
    "told.append(lock.acquire(False) and lock.release())",
    "flag.set()",
    "told.append(flag.is_set())",
    "told.append(flag.wait(1)); flag.clear()",
    "with ready:\\n ready.notify()",
    "with ready:\\n  told.append(ready.wait(1))",
    "with gate: held.append({me!r})",
    "with both: seen = box.full; box.full = seen + 1",
    "try: meet.wait(1)\\nexcept threading.BrokenBarrierError: told.append('broken')",
    "told.append(threading.active_count())",
    "told.append(threads[0].is_alive())",
    "if threads[0] is not threading.current_thread(): threads[0].join()",
    "inside = threading.Thread(target=held.append, args=(1,)); inside.start()",
    "with ThreadPoolExecutor(1) as pool: told.append(pool.submit(held.append, 2).result())",
    "assert not held",
    "told.append(random.random() < 0.5)",
)
FOOT = """
code = 0
for letter in repr((held, table, told, box.full, q.qsize(), s.qsize())):
    code = (code * 31 + ord(letter)) % 1_000_003
raise SystemExit(code)
"""


def program(seed: str) -> str:
    """Two or three tasks of a few lines each, which main joins, or not."""
    draw = random.Random(seed)
    text, made = [HEAD], []
    for me in "abc"[: draw.choice((2, 2, 3))]:
        text.append(f"def {me}():")
        for _ in range(draw.choice((1, 2, 2, 3))):
            line = draw.choice(LINES).format(me=me).replace("\\n", "\n")
            text += [f"    {each}" for each in line.splitlines()]
        made.append(f"threading.Thread(target={me}, daemon={draw.random() < 0.1})")
    text.append(f"threads = [{', '.join(made)}]")
    text.append("for thread in threads: thread.start()")
    if draw.random() < 0.8:
        text.append("for thread in threads: thread.join()")
    return "\n".join(text) + FOOT


def endings(path: Path, strategy: str, most: int) -> tuple[set[str], Report]:
    bounds = Bounds(max_executions=most, after_failure_s=1_000)
    report = report_of(path, strategy, bounds=bounds, max_steps=2_000)
    return {f"{each.kind}: {each.detail.en}" for each in report.endings}, report


#: Programs with which something was lost once.
KNOWN = (56, 117, 201)


def test_programs_made_at_random_end_alike_under_all_strategies(
    tmp_path: Path, how_many: Callable[..., int]
) -> None:
    compared = whole = 0
    for seed in (*KNOWN, *range(how_many(1, soak=1_000))):
        file = tmp_path / f"program{seed}.py"
        file.write_text(program(f"agree/{seed}"), encoding="utf-8")
        reduced, first = endings(file, "dpor", 400)
        states, second = endings(file, "states", 400)
        if first.reasons or second.reasons:
            continue
        compared += 1
        assert reduced == states, file.read_text(encoding="utf-8")
        everything, third = endings(file, "dfs", how_many(60, soak=800))
        if not third.reasons:
            whole += 1
            assert reduced == everything, file.read_text(encoding="utf-8")
    print(f"{compared} compared, {whole} with depth-first search")
    assert compared >= 3
