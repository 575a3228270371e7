"""For each rule behind 'proved' a program on which an exploration that breaks it is wrong.

Each program is small enough for its endings to be told by hand. Where a rule says that something
matters, an ending is missed without it; where it says that something does not matter, there are
more executions, or a failure that is none.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from asking import ended, failing, missing, report_of

from pyqdemo.report import Report, Verdict

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

_HEAD = """
import multiprocessing, queue, random, threading, time
from threading import BoundedSemaphore, Condition, Event, Lock, Semaphore, Thread

def side_by_side(*jobs):
    threads = [Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

"""


def of(folder: Path, text: str, strategy: str = "dpor", **how: object) -> Report:
    """The report on a program whose first lines are above."""
    return report_of(_HEAD + text.lstrip("\n"), strategy, folder=folder, **how)  # type: ignore[arg-type]


def test_1_plain_data_behind_an_operation_belongs_to_its_step(tmp_path: Path) -> None:
    """Two sleeps have nothing in common, what follows them has: one order fails."""
    report = of(
        tmp_path,
        """
box = []
def fill():
    time.sleep(1)
    box.append(1)
def look():
    time.sleep(1)
    assert box
side_by_side(fill, look)
""",
    )
    assert failing(report) == {"exception"}
    assert ended(report) == {"completed": 1, "exception": 1}


#: A program whose second task fails only if it comes between two operations of the first one, or
#: before them; and its kinds of endings.
OBSERVING = {
    "a try sees a lock that is held": """
lock = Lock()
def hold():
    lock.acquire()
    lock.release()
def attempt():
    assert lock.acquire(blocking=False)
    lock.release()
side_by_side(hold, attempt)
""",
    "a bounded semaphore is given back too early": """
places = BoundedSemaphore(1)
def take():
    places.acquire()
def give():
    places.release()
side_by_side(take, give)
""",
    "task_done comes before the put": """
jobs = queue.Queue()
def put():
    jobs.put(1)
def done():
    jobs.task_done()
side_by_side(put, done)
""",
    "qsize sees both ends of a queue": """
jobs = queue.Queue()
jobs.put(1)
def put():
    jobs.put(2)
def get():
    jobs.get()
def look():
    assert jobs.qsize() == 1
side_by_side(put, get, look)
""",
    "a stack is put upon before it is taken from": """
stack = queue.LifoQueue()
stack.put(1)
def put():
    stack.put(2)
def get():
    assert stack.get() == 1
side_by_side(put, get)
""",
    "who has a queue's mutex looks at both of its ends": """
jobs = queue.Queue()
def put():
    jobs.put(1)
def look():
    with jobs.mutex:
        assert not jobs.queue
side_by_side(put, look)
""",
}


@pytest.mark.parametrize("what", OBSERVING)
def test_2_operations_commute_only_where_neither_sees_the_other(tmp_path: Path, what: str) -> None:
    """In one order at least it fails, in another it does not; the first one tried may be
    either."""
    report = of(tmp_path, OBSERVING[what])
    assert set(ended(report)) == {"completed", "exception"}


def test_2_both_ends_of_a_fifo_queue_commute(tmp_path: Path) -> None:
    """One thing is in the queue: a put behind it and a get before it are two ends."""
    report = of(
        tmp_path,
        """
jobs = queue.Queue()
jobs.put(1)
side_by_side(lambda: jobs.put(2), jobs.get)
""",
    )
    assert (report.verdict, report.executions) == (Verdict.PROVED, 1)


def test_3_a_daemon_may_come_before_the_end_that_takes_it_away(tmp_path: Path) -> None:
    """The daemon fails if it comes so far before the program is over; nothing else that the main
    task does has to do with it."""
    report = of(
        tmp_path,
        """
def fail():
    time.sleep(1)
    raise ValueError
Thread(target=fail, daemon=True).start()
""",
    )
    assert set(ended(report)) == {"completed", "exception"}


@pytest.mark.parametrize(
    ("strategy", "kinds"), [("dfs", {"completed", "exception"}), ("dpor", {"completed"})]
)
def test_3_nothing_is_proved_where_one_process_ends_another(
    tmp_path: Path, strategy: str, kinds: set[str]
) -> None:
    """What it sends arrives before it is ended, or does not: with every schedule both are seen.
    A reduction that sees one of them has to say that it may not be all."""
    report = of(
        tmp_path,
        """
def put(there):
    there.send(1)
def main():
    there, here = multiprocessing.Pipe()
    process = multiprocessing.Process(target=put, args=(there,))
    process.start()
    process.terminate()
    process.join()
    assert not here.poll()
if __name__ == "__main__":
    main()
""",
        strategy,
        start_method="fork",
    )
    assert set(ended(report)) >= kinds
    assert report.verdict is not Verdict.PROVED
    assert "kills" in missing(report)


def test_4_each_task_draws_from_a_stream_of_its_own(tmp_path: Path) -> None:
    """With one stream for all, who draws first would decide what is printed."""
    report = of(
        tmp_path,
        """
drawn = {}
def draw(name):
    drawn[name] = random.random()
side_by_side(lambda: draw("a"), lambda: draw("b"))
print(drawn["a"], drawn["b"])
""",
        same_output=True,
    )
    assert (report.verdict, report.reasons) == (Verdict.PROVED, ())


def test_4_a_random_instance_that_tasks_share_is_data_that_they_share(tmp_path: Path) -> None:
    """Of its first two values either task can get either: two outputs."""
    report = of(
        tmp_path,
        """
dice, drawn = random.Random(1), {}
def draw(name):
    time.sleep(1)
    drawn[name] = dice.random()
side_by_side(lambda: draw("a"), lambda: draw("b"))
print(drawn["a"] < drawn["b"])
""",
        same_output=True,
    )
    assert len({ending.output for ending in report.endings}) == 2


def test_4_who_reads_the_clock_depends_on_the_sleeps_of_others(tmp_path: Path) -> None:
    """Time passes where the other one's sleep ends before the second look."""
    report = of(
        tmp_path,
        """
def look():
    began = time.monotonic()
    assert time.monotonic() - began < 1
def sleep():
    time.sleep(1)
side_by_side(look, sleep)
""",
    )
    assert set(ended(report)) == {"completed", "exception"}


def test_5_printing_orders_nobody_and_the_order_of_lines_is_asked_for(tmp_path: Path) -> None:
    """Of two tasks with two lines each there is one execution; where the output counts there are
    4! / (2! * 2!) = 6 orders of their lines."""
    text = """
def count():
    print(threading.current_thread().name, 1)
    print(threading.current_thread().name, 2)
side_by_side(count, count)
"""
    assert of(tmp_path, text).executions == 1
    report = of(tmp_path, text, same_output=True)
    assert report.verdict is Verdict.FAILED
    assert len({ending.output for ending in report.endings}) == 6


@pytest.mark.parametrize("stdout", ["terminal", "pipe"])
@pytest.mark.parametrize("strategy", ["dpor", "states", "dfs"])
def test_5_what_was_printed_differs_though_all_else_is_the_same(
    tmp_path: Path, strategy: str, stdout: str
) -> None:
    """Two tasks print a line each: two outputs, and behind them one and the same state."""
    text = """
side_by_side(lambda: print("one"), lambda: print("two"))
"""
    report = of(tmp_path, text, strategy, same_output=True, stdout=stdout)
    assert {ending.output for ending in report.endings} == {"one\ntwo\n", "two\none\n"}
    assert failing(report) == {"output"}


#: What has been taken from it stands in no variable of the program.
HIDDEN = {
    "an iterator": "numbers = iter((0, 1))",
    "a generator": "numbers = (number for number in range(2))",
    "a counter in C": "import itertools\nnumbers = itertools.count()",
    "a Random instance": """
class Draws(random.Random):
    def __next__(self):
        self.seed(self.seen)
        self.seen += 1
        return self.seen - 1
numbers = Draws()
numbers.seen = 0
""",
}


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("what", HIDDEN)
def test_6_states_that_differ_in_what_is_hidden_are_not_one(
    tmp_path: Path, what: str, first: int
) -> None:
    """One task takes a number if it comes before the other one: then the next number is 1, else
    0. All that the program can name is the same in the end, in both orders. Whichever order
    comes first, the other one must not be taken for it."""
    report = of(
        tmp_path,
        HIDDEN[what]
        + f"""
lock, late = Lock(), []
def take():
    with lock:
        if not late:
            next(numbers)
def come():
    with lock:
        late.append(1)
side_by_side(take, come)
time.sleep(1)
assert next(numbers) == {first}
""",
        "states",
    )
    assert failing(report) == {"exception"}
    assert "completed" in ended(report)


def test_7_who_spins_with_a_lock_lets_the_other_in_some_day(tmp_path: Path) -> None:
    """In the circle the lock is free again and again, so strong fairness ends it."""
    report = of(
        tmp_path,
        """
lock, done = Lock(), []
def spin():
    while True:
        with lock:
            if done:
                return
def finish():
    with lock:
        done.append(1)
side_by_side(spin, finish)
""",
        "states",
    )
    assert (report.verdict, report.reasons) == (Verdict.PROVED, ())


#: Two that give way to each other, and what each does once more each time.
_SPINNING = """
flags = [Event(), Event()]
def go(me):
    flags[me].set()
    while flags[1 - me].is_set():
        flags[me].clear()
        SAY
        flags[me].set()
    flags[me].clear()
side_by_side(lambda: go(0), lambda: go(1))
"""


@pytest.mark.parametrize(("say", "kind"), [("pass", "livelock"), ("print(me)", "runs_for_ever")])
def test_7_two_who_give_way_to_each_other_go_on_for_ever(
    tmp_path: Path, say: str, kind: str
) -> None:
    """Both set their flags, see each other's, clear their own, and so on, in step: everybody runs
    in that circle. Where it prints it is not called a livelock."""
    report = of(tmp_path, _SPINNING.replace("SAY", say), "states")
    assert failing(report) == {kind}


def test_8_a_heartbeat_hides_no_deadlock(tmp_path: Path) -> None:
    """Two locks in opposite order, and a daemon that can always go on."""
    report = of(
        tmp_path,
        """
one, other = Lock(), Lock()
def beat():
    while True:
        time.sleep(1)
def take(first, second):
    with first, second:
        pass
Thread(target=beat, daemon=True).start()
side_by_side(lambda: take(one, other), lambda: take(other, one))
""",
        "states",
    )
    assert failing(report) == {"deadlock"}


def test_9_a_waiter_whose_time_is_over_can_swallow_a_notify(tmp_path: Path) -> None:
    """Both wait, the one with a bound first. Its time is over, but before it has the lock again
    it is the first of the waiters, and is notified; it believes that it was not."""
    report = of(
        tmp_path,
        """
bell, called = Condition(), []
def patient():
    with bell:
        if not called:
            bell.wait()
def impatient():
    with bell:
        if not called and bell.wait(1):
            bell.notify()
def call():
    with bell:
        called.append(1)
        bell.notify()
side_by_side(impatient, patient, call)
""",
    )
    assert set(ended(report)) == {"completed", "deadlock"}


@pytest.mark.parametrize(("messages", "kind"), [(16, "completed"), (17, "deadlock")])
def test_10_a_pipe_holds_sixteen_pages(tmp_path: Path, messages: int, kind: str) -> None:
    """A message of 3,000 bytes and its length, 3,004 together, takes a page for itself. Counted in
    bytes, 65,536 would hold 21 of them. Nobody reads."""
    report = of(
        tmp_path,
        f"""
here, there = multiprocessing.Pipe(duplex=False)
def send():
    for _ in range({messages}):
        there.send_bytes(bytes(3_000))
side_by_side(send, lambda: time.sleep(1))
""",
    )
    assert set(ended(report)) == {kind}
    assert report.capacity == 16


@pytest.mark.parametrize("hoped", ["[1]", "[1, 2]"])
def test_11_a_change_behind_a_put_can_come_before_the_feeder_and_after(
    tmp_path: Path, hoped: str
) -> None:
    """Both lists can arrive, so either hope can fail."""
    report = of(
        tmp_path,
        f"""
there, data = multiprocessing.Queue(), [1]
there.put(data)
data.append(2)
assert there.get() == {hoped}
""",
    )
    assert set(ended(report)) == {"completed", "exception"}


def test_11_what_has_been_put_may_not_be_there_yet(tmp_path: Path) -> None:
    """``empty`` looks into the pipe, to which the feeder may not have come."""
    report = of(
        tmp_path,
        """
there = multiprocessing.Queue()
there.put(1)
assert not there.empty()
there.get()
""",
    )
    assert set(ended(report)) == {"completed", "exception"}


@needs_linux
def test_12_a_finding_in_simulated_processes_is_repeated_with_real_ones(tmp_path: Path) -> None:
    """The child waits for what nobody sends, and its parent for the child."""
    report = of(
        tmp_path,
        """
def wait(here):
    here.get()
if __name__ == "__main__":
    here = multiprocessing.Queue()
    process = multiprocessing.Process(target=wait, args=(here,))
    process.start()
    process.join()
""",
        start_method="fork",
    )
    assert failing(report) == {"deadlock"}
    assert report.counterexample is not None
    assert report.counterexample.confirmed is True


#: What no schedule decides, as one of two tasks uses it; and the reason that is given.
UNDECIDED = {
    "os.urandom": ("import os", "os.urandom(8)", "uncontrolled"),
    "secrets": ("import secrets", "secrets.token_hex()", "uncontrolled"),
    "uuid": ("import uuid", "uuid.uuid4()", "uncontrolled"),
    "the wall clock of datetime": ("import datetime", "datetime.datetime.now()", "uncontrolled"),
    "where an object lies": ("", "id(jobs)", "opaque"),
    "the text of an object": ("", "repr(object())", "nondeterministic"),
    "the hash of a text": ("", "hash('text')", "opaque"),
    "the order of a set": ("", "list({str(n) for n in range(20)})", "nondeterministic"),
}


@pytest.mark.parametrize("what", UNDECIDED)
def test_13_nothing_is_proved_of_a_run_that_no_schedule_decides(tmp_path: Path, what: str) -> None:
    """It is put into a queue, so that an execution elsewhere is seen to differ. Nothing fails."""
    imported, value, reason = UNDECIDED[what]
    report = of(
        tmp_path,
        f"""
{imported}
jobs = queue.Queue()
def put():
    jobs.put({value})
side_by_side(put, put)
""",
    )
    assert report.verdict is Verdict.NOT_EXHAUSTED
    assert reason in missing(report)


def test_13_an_execution_that_goes_otherwise_when_repeated_proves_nothing(tmp_path: Path) -> None:
    """What happens depends on how often it was done before, which a file tells."""
    report = of(
        tmp_path,
        f"""
import os
jobs = queue.Queue()
def put():
    if os.path.exists({str(tmp_path / "seen")!r}):
        jobs.put(1)
    else:
        os.mkdir({str(tmp_path / "seen")!r})
    jobs.put(2)
side_by_side(put, put)
""",
    )
    assert report.verdict is Verdict.NOT_EXHAUSTED
    assert "nondeterministic" in missing(report)


#: What works on shared data where nobody sees what it does.
OPAQUE = {
    "exec": "exec('box.append(1)')",
    "eval": "eval('box.append(1)')",
    "globals": "globals()['box'].append(1)",
    "a frame": "import sys; sys._getframe().f_globals['box'].append(1)",
}


@pytest.mark.parametrize("what", OPAQUE)
def test_15_what_cannot_be_seen_makes_the_claim_weaker(tmp_path: Path, what: str) -> None:
    """And it is said where: three lines behind the one that makes the box."""
    report = of(
        tmp_path,
        f"""
box = []
def work():
    time.sleep(1)
    {OPAQUE[what]}
side_by_side(work, work)
""",
    )
    assert report.verdict is Verdict.NOT_EXHAUSTED
    (line,) = (n for n, text in enumerate((_HEAD + "\nbox = []").splitlines()) if "box" in text)
    details = [reason.detail for reason in report.reasons if reason.kind == "opaque"]
    assert details
    assert all(detail.endswith(f"program.py:{line + 3}") for detail in details)
