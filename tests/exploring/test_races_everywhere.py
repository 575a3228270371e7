"""Races are found in whatever order of operations they show, and nothing else is called one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from asking import MAX_STEPS, report_of

from pyqdemo.analysis.report_words import headline, verdict_word
from pyqdemo.executing import Plan
from pyqdemo.exploring import Bounds
from pyqdemo.exploring.asked import Asked
from pyqdemo.exploring.bench import Bench
from pyqdemo.exploring.racing import Racing, races_in
from pyqdemo.exploring.watching import Watched
from pyqdemo.kernel.limits import Limits
from pyqdemo.observing import Pair, pair_of
from pyqdemo.point import Step
from pyqdemo.report import Race, Report, Verdict
from pyqdemo.strategies import Dfs, Dpor, States
from pyqdemo.testing import LabReport
from pyqdemo.testing.records import Case

#: Strategies under which a program can be proved.
WAYS = ("dpor", "states", "dfs")
#: What is made, and what two threads do; ``TOUCH`` stands for a lost update of ``x``.
UNORDERED = {
    "nothing": ("", "TOUCH"),
    "semaphore for two": ("s = Semaphore(2)", "s.acquire(); TOUCH; s.release()"),
    "bounded semaphore for two": ("s = BoundedSemaphore(2)", "s.acquire(); TOUCH; s.release()"),
    "two items": ("q = Queue(); q.put(1); q.put(2)", "q.get(); TOUCH; q.put(1)"),
    "two items, last first": ("q = LifoQueue(); q.put(1); q.put(2)", "q.get(); TOUCH; q.put(1)"),
    "two items, least first": (
        "q = PriorityQueue(); q.put(1); q.put(2)",
        "q.get(); TOUCH; q.put(1)",
    ),
    "two items, simple": ("q = SimpleQueue(); q.put(1); q.put(2)", "q.get(); TOUCH; q.put(1)"),
    "room for two": ("q = Queue(2)", "q.put(1); TOUCH; q.get()"),
    "room for all": ("q = Queue()", "q.put(1); TOUCH; q.get()"),
    "an RLock before and behind": (
        "a = RLock()",
        "a.acquire(); a.release(); TOUCH; a.acquire(); a.release()",
    ),
    "a try": ("a = Lock()", "got = a.acquire(blocking=False); TOUCH; got and a.release()"),
    "an event": ("e = Event()", "e.set(); TOUCH; e.is_set()"),
}
ORDERED = {
    "lock": ("a = Lock()", "a.acquire(); TOUCH; a.release()"),
    "semaphore for one": ("s = Semaphore(1)", "s.acquire(); TOUCH; s.release()"),
    "one item": ("q = Queue(); q.put(1)", "q.get(); TOUCH; q.put(1)"),
    "one item with a bound": ("q = Queue(); q.put(1)", "q.get(timeout=None); TOUCH; q.put(1)"),
    "one item, least first": ("q = PriorityQueue(); q.put(1)", "q.get(); TOUCH; q.put(1)"),
    "one item, simple": ("q = SimpleQueue(); q.put(1)", "q.get(); TOUCH; q.put(1)"),
    "room for one": ("q = Queue(1)", "q.put(1); TOUCH; q.get()"),
}


def program(made: str, done: str) -> str:
    """The lines of a program whose threads lose updates in line 8."""
    return f"""from threading import *
from queue import *
x = 0
{made}

def work():
    global x
    {done.replace("TOUCH", "v = x; x = v + 1")}

threads = [Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(x)
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "program.py"
    file.write_text(text, encoding="utf-8")
    return file


def racing_of(program: Path, way: str, most: int = 3_000) -> tuple[Racing, set[Pair]] | None:
    """The races that a strategy's executions show; and those that show by themselves: between
    two steps in a row, or with nothing of the first task's in between. None if it has too many."""
    with Bench(Asked(Plan(program, limits=Limits(MAX_STEPS, loose=True)), way)) as bench:
        while True:
            learned = len(bench.learned)
            found = _covered(bench, way, most)
            if len(bench.learned) == learned:
                return found


def _covered(bench: Bench, way: str, most: int) -> tuple[Racing, set[Pair]] | None:
    strategy: Dfs | Dpor | States
    strategy = {"dfs": Dfs, "dpor": Dpor, "states": States}[way](draws=False)
    racing, shown, learned = Racing(), set[Pair](), len(bench.learned)
    while strategy.more and len(bench.learned) == learned:
        watched = Watched(strategy)
        done = bench.once(
            strategy if way == "states" else watched, data=True, states=way == "states"
        )
        most -= 1
        if not most:
            return None
        if isinstance(strategy, States):
            if not strategy.pruned:
                strategy.ended(done.judged.key)
        else:
            racing.add(watched, done)
            shown |= _shown(watched.steps)
    assert strategy.nondeterminism is None
    return races_in(strategy, draws=False) if isinstance(strategy, States) else racing, shown


def _shown(steps: list[Step]) -> set[Pair]:
    found: set[Pair] = set()
    last: dict[str, dict[str, str]] = {}
    for step in steps:
        data = {
            part: mode
            for part, mode in step.accesses
            if part.startswith("data:") and part != "data:?"
        }
        for other, its in last.items():
            if other != step.task:
                both = data.keys() & its.keys()
                race = {part for part in both if data[part] == "w" or data[part] != its[part]}
                found |= {pair_of(part, step.task, other) for part in race}
        last[step.task] = data
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", UNORDERED)
def test_a_race_shows_behind_whatever_lets_two_tasks_in(
    name: str, way: str, tmp_path: Path
) -> None:
    """Whoever comes second is let in before the first one's next operation in some order only."""
    found = racing_of(written(tmp_path, program(*UNORDERED[name])), way)
    assert found is not None
    assert set(found[0].found) == {("data:0|program.py|x", "0.1", "0.2")}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ORDERED)
def test_whatever_lets_one_task_in_at_a_time_leaves_no_race(
    name: str, way: str, tmp_path: Path
) -> None:
    found = racing_of(written(tmp_path, program(*ORDERED[name])), way)
    assert found is not None
    assert found[0].found == {}


#: What the threads of a random program do. Nobody but those who wait for ever is kept.
DO = (
    *("a.acquire()", "a.release()", "b.acquire()", "b.release()", "s.acquire()", "s.release()"),
    *("q.put(1)", "q.get()", "r.put(1)", "r.get()", "k.put(2)", "k.get()", "q.get(block=False)"),
    *("r.put(1, timeout=1)", "t.acquire(timeout=1)", "t.release()", "time.sleep(1)"),
    *("e.set()", "e.wait()", "e.is_set()", "c.acquire(); c.notify(); c.release()"),
    *("c.acquire(); c.wait(); c.release()", "y += 1", "print(y)", "print('-')"),
)


def random_program(seed: int) -> str:
    random = Random(seed)
    bodies = []
    for number in range(3 if random.random() < 0.15 else 2):
        lines = [
            random.choice(("x += 1", "print(x)") if random.random() < 0.4 else DO)
            for _ in range(random.randint(2, 4))
        ]
        body = "".join(f"\n    try: {line}\n    except Exception: pass" for line in lines)
        bodies.append(f"def work{number}():\n    global x, y{body}\n")
    names = ", ".join(f"work{number}" for number in range(len(bodies)))
    return (
        "import time\nfrom threading import *\nfrom queue import *\nx = y = 0\n"
        "a, b, s, e, t = Lock(), RLock(), Semaphore(1), Event(), Lock()\n"
        "q, r, k, c = Queue(), Queue(1), SimpleQueue(), Condition()\nq.put(0)\n"
        + "".join(bodies)
        + f"threads = [Thread(target=each) for each in ({names},)]\n"
        "for thread in threads: thread.start()\nfor thread in threads: thread.join()\nprint(x)\n"
    )


def test_random_programs_race_alike_under_every_strategy(
    tmp_path: Path, how_many: Callable[..., int]
) -> None:
    """Every schedule by dfs shows each race with nothing of the first task's between the two; a
    few orders with vector clocks, and a graph of states, have to tell the same ones."""
    compared = 0
    for seed in range(how_many(2, soak=30)):
        file = written(tmp_path, random_program(seed))
        every = racing_of(file, "dfs", 1_500)
        if every is None:
            continue
        racing, shown = every
        compared += 1
        assert set(racing.found) == shown, f"program {seed}, dfs"
        for way in ("dpor", "states"):
            found = racing_of(file, way)
            assert found is not None, f"program {seed}, {way}"
            assert set(found[0].found) == shown, f"program {seed}, {way}"
    assert compared


def test_random_schedules_are_looked_at_for_races_too(tmp_path: Path) -> None:
    text = program(*UNORDERED["two items"])
    bounds = Bounds(max_executions=30)
    report = report_of(text, "random", folder=tmp_path, bounds=bounds)
    assert {race.name for race in report.races} == {"x"}


BANK = """
from threading import Thread
balance = 10
def take(amount):
    global balance
    current = balance

    balance = current - amount
threads = [Thread(target=take, args=(amount,)) for amount in (1, 2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.parametrize("way", WAYS)
def test_a_proof_beside_a_race_names_the_lines_in_its_verdict(way: str, tmp_path: Path) -> None:
    report = report_of(BANK, way, folder=tmp_path)
    assert report.verdict is Verdict.PROVED
    assert verdict_word(report).en == "proved at operation granularity"
    assert verdict_word(report).zh == "已证明（仅限操作粒度）"
    told = headline(report)
    assert "lines 6 and 8 touch balance unordered: what happens between and inside" in told.en
    assert "第 6、8 行读写 balance，先后没有保证" in told.zh
    places = {tuple(place.partition(":")[2] for place in race.places) for race in report.races}
    assert places == {("6", "8"), ("8", "8")}


def test_a_test_claims_no_proof_beside_a_race_unless_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case("test_bank.py::test_it", tmp_path, lambda: tmp_path / "run.jsonl", 100)
    report = LabReport.of(report_of(BANK, folder=tmp_path), case)
    with pytest.raises(AssertionError) as failed:
        report.assert_proved()
    told = str(failed.value)
    assert "lines 6 and 8 touch balance unordered" in " ".join(told.split())
    assert 'granularity="line"' in told.splitlines()[-1]
    monkeypatch.setenv("PYQDEMO_LANG", "zh")
    with pytest.raises(AssertionError, match="就不管这些"):
        report.assert_proved()
    report.assert_proved(despite_races=True)
    lines = report_of(BANK, folder=tmp_path, granularity="line")
    LabReport.of(lines, case).assert_proved()


def test_with_lines_as_steps_there_is_no_race_left(tmp_path: Path) -> None:
    report = report_of(BANK, folder=tmp_path, granularity="line")
    assert (verdict_word(report).en, report.races) == ("proved", ())


@pytest.mark.parametrize(
    ("races", "told"),
    [
        ([("x", "p.py:8", "p.py:8")], "line 8 touches x unordered"),
        ([("x", "p.py:12", "p.py:8"), ("x", "p.py:8", "p.py:9")], "lines 8, 9 and 12 touch x unor"),
        ([("x", "p.py:8", "q.py:3")], "p.py:8 and q.py:3 touch x unordered"),
        ([("x", "p.py:8", "p.py:8"), ("y", "p.py:9", "p.py:9")], "unordered (1 more below):"),
    ],
)
def test_a_headline_tells_lines(races: list[tuple[str, str, str]], told: str) -> None:
    found = tuple(Race(name, (one, other), ("0.1", "0.2")) for name, one, other in races)
    report = Report(
        *("p.py", Verdict.PROVED, "dpor", "ends", 1, 0, 1, None, "operation", 0.0), races=found
    )
    assert told in headline(report).en


CLOCK = """
import time
from threading import Thread
began, slow = {began}, []
def work():
    if {late}: slow.append(1)
threads = [Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not slow
"""


@pytest.mark.parametrize(
    ("began", "late"), [("time.time()", "time.time() - began > 0"), ("0", "time.time_ns() % 2")]
)
def test_a_program_that_reads_the_clock_is_proved_for_a_clock_like_ours(
    began: str, late: str, tmp_path: Path
) -> None:
    """Natively these programs fail: there time goes on while nobody sleeps."""
    report = report_of(CLOCK.format(began=began, late=late), folder=tmp_path)
    assert (report.verdict, report.clock) == (Verdict.PROVED, True)
    assert verdict_word(report).en == "proved for a clock that moves only in sleeps and timeouts"
    assert verdict_word(report).zh == "已证明（仅限只在睡眠和超时中走动的时钟）"


@pytest.mark.parametrize("sleeps", [True, False], ids=["loose", "strict"])
def test_a_program_that_only_sleeps_reads_no_clock(sleeps: bool, tmp_path: Path) -> None:
    text = """
import threading, time
for _ in range(2): threading.Thread(target=time.sleep, args=(1,)).start()
"""
    plan = Plan(written(tmp_path, text), limits=Limits(MAX_STEPS, loose=sleeps))
    with Bench(Asked(plan)) as bench:
        bench.once(Dfs())
        assert not bench.read_clock


def test_draws_that_are_choices_are_counted(tmp_path: Path) -> None:
    text = """
import random, threading
def work():
    random.randrange(2)
for _ in range(2): threading.Thread(target=work).start()
"""
    seeded = report_of(text, folder=tmp_path)
    assert (seeded.seed, seeded.draws, verdict_word(seeded).en) == (0, None, "proved for seed 0")
    chosen = report_of(text, folder=tmp_path, draws=True)
    assert (chosen.seed, chosen.draws, verdict_word(chosen).en) == (None, 2, "proved")
