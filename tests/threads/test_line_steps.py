"""Line granularity: others may go between any two lines of the program's own files."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from loading_runs import written

import pyqdemo
from pyqdemo.errors import RunError, UsageError
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import carry, ground_of, program_for
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.point import Point
from pyqdemo.report import Verdict
from pyqdemo.schedule import from_text, schedule_of, to_text
from pyqdemo.strategies.dpor import Dpor
from pyqdemo.strategies.replay import Replay
from pyqdemo.strategies.round_robin import RoundRobin
from pyqdemo.trace import OutcomeKind, Phase, Trace
from pyqdemo.worlds.threads.sights import Sight

MONITORED = hasattr(sys, "monitoring")
TOOLS = range(6)

COUNTING = """
    from threading import Lock, Thread

    total, lock = 0, Lock()

    def count():
        global total
        seen = total
        total = seen + 1

    def main():
        threads = [Thread(target=count) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(total)

    if __name__ == "__main__":
        main()
"""
LOCKED = COUNTING.replace(
    """        seen = total
        total = seen + 1
""",
    """        with lock:
            seen = total
            total = seen + 1
""",
)
WORKER = """
from threading import Thread
made = []
thread = Thread(target=work)
thread.start()
thread.join()
print(made)
"""


class Every:
    """A strategy that follows a prefix of places among the workers that can go, then the first.

    Whatever else is enabled comes first, without a branch: starts, begins, ends and joins
    commute with the workers' steps, and so do the main task's lines, which touch only what
    is its own until both have been joined.
    """

    def __init__(self) -> None:
        self.places: list[int] = []
        self.widths: list[int] = []

    def begin(self) -> None:
        self.widths = []

    def choose(self, point: Point) -> str:
        for pending in point.look():
            aside = pending.operation in ("begin", "end") or pending.task == "0"
            if pending.enabled and aside:
                return pending.task
        number = len(self.widths)
        self.widths.append(len(point.enabled))
        if number == len(self.places):
            self.places.append(0)
        return point.enabled[self.places[number]]

    def more(self) -> bool:
        """Whether there is another; the next execution takes it."""
        while self.places and self.places[-1] + 1 == self.widths[len(self.places) - 1]:
            self.places.pop()
        if self.places:
            self.places[-1] += 1
        return bool(self.places)


def every(program: Path, granularity: str) -> Iterator[Execution]:
    """An execution for each schedule of the two threads."""
    plan = Plan(program=program, granularity=granularity)
    strategy, loaded = Every(), program_for(plan)
    with ground_of(plan) as ground:
        while True:
            yield carry(loaded, plan, strategy, ground)
            if not strategy.more():
                return


def printed(execution: Execution) -> str:
    return "".join(written.text for written in execution.output).strip()


def lines(trace: Trace, task: str = "0.1") -> list[int]:
    """The lines that a task came to, as numbers."""
    return [
        int((event.location or "").partition(":")[2])
        for event in trace.events
        if event.operation == "line" and event.task == task
    ]


def by_line(program: Path, **more: object) -> Trace:
    return pyqdemo.run(program, granularity="line", **more)  # type: ignore[arg-type]


# ── the lost update ──────────────────────────────────────────────────────────


def test_two_threads_that_count_lose_an_update_in_four_of_six_schedules(tmp_path: Path) -> None:
    """Each takes two steps, the read and the write, and C(4, 2) = 6 orders there are.

    The count is 2 only if one writes before the other reads, which two of the six do. In
    the other four both read 0.
    """
    program = written(tmp_path, main=COUNTING)
    assert Counter(map(printed, every(program, "line"))) == {"2": 2, "1": 4}


def test_at_operation_granularity_no_schedule_loses_it(tmp_path: Path) -> None:
    """A thread has no operation between its begin and its end: its two lines are one step."""
    program = written(tmp_path, main=COUNTING)
    assert set(map(printed, every(program, "operation"))) == {"2"}


def test_under_a_lock_no_schedule_loses_it(tmp_path: Path) -> None:
    """At line granularity, and there is more than the one schedule of the step before."""
    outcomes = Counter(map(printed, every(written(tmp_path, main=LOCKED), "line")))
    assert set(outcomes) == {"2"}
    assert outcomes["2"] > 2


@pytest.mark.parametrize(
    ("text", "expected"), [(COUNTING, {"1": 2, "2": 2}), (LOCKED, {"2": 2})], ids=["bare", "locked"]
)
def test_what_the_lines_touch_is_all_that_orders_them(
    text: str, expected: dict[str, int], tmp_path: Path
) -> None:
    """Each read conflicts with the other's write, and the writes with each other.

    Without a lock that makes four ways: one thread after the other, two; and both reads
    first, with either write the last, two more. Under the lock it is whose turn is first.
    """
    plan = Plan(program=written(tmp_path, main=text), granularity="line", limits=Limits(loose=True))
    program, strategy, outcomes = program_for(plan), Dpor(), Counter[str]()
    with ground_of(plan) as ground:
        while True:
            sight = Sight(clock=False, data=True)
            outcomes[printed(carry(program, plan, strategy, ground, sight=sight))] += 1
            if not strategy.more:
                break
    assert outcomes == expected


# ── where a task stops ───────────────────────────────────────────────────────

EXACT = {
    "a loop": (
        """
        def work():
            n = 0
            while n < 2:
                n += 1
            for n in range(2):
                made.append(n)
        """,
        [3, 4, 5, 4, 5, 4, 6, 7, 6, 7, 6],
    ),
    "recursion": (
        """
        def work(n=2):
            if n:
                work(n - 1)
            made.append(n)
        """,
        [3, 4, 3, 4, 3, 5, 5, 5],
    ),
    "a generator": (
        """
        def numbers():
            yield 1
            yield 2

        def work():
            for n in numbers():
                made.append(n)
        """,
        [7, 3, 8, 7, 4, 8, 7],
    ),
    "a coroutine": (
        """
        async def cook():
            made.append(1)

        def work():
            try:
                cook().send(None)
            except StopIteration:
                made.append(2)
        """,
        [6, 7, 3, 8, 9],
    ),
    "an exception": (
        """
        def work():
            try:
                made.append(1)
                raise ValueError
            except ValueError:
                made.append(2)
            finally:
                made.append(3)
        """,
        [3, 4, 5, 6, 7, 9],
    ),
    "a decorator": (
        """
        def twice(call):
            def inner():
                call()
                call()
            return inner

        def work():
            @twice
            def cook():
                made.append(1)

            cook()
        """,
        [9, 3, 6, 13, 4, 11, 5, 11],
    ),
    "a context manager by contextlib": (
        """
        from contextlib import contextmanager

        @contextmanager
        def kitchen():
            made.append(1)
            yield
            made.append(2)

        def work():
            with kitchen():
                made.append(3)
        """,
        [11, 6, 7, 12, 11, 8],
    ),
    "an object that dies": (
        """
        class Dish:
            def __del__(self):
                made.append(1)

        def work():
            dish = Dish()
            del dish
            made.append(2)
        """,
        [7, 8, 4, 9],
    ),
    "a library that calls the program: not in there": (
        """
        import re

        def call(match):
            made.append(1)
            return "x"

        def work():
            re.sub("a", call, "aa")
            made.append(2)
        """,
        [9, 10],
    ),
    "a comparison inside an operation: not in there": (
        """
        from queue import PriorityQueue

        class Dish:
            def __lt__(self, other):
                made.append(1)
                return True

        def work():
            dishes = PriorityQueue()
            dishes.put(Dish())
            dishes.put(Dish())
            made.append(2)
        """,
        [10, 11, 12, 13],
    ),
    "what exec makes: not in there": (
        """
        def work():
            exec("made.append(1)\\nmade.append(2)")
        """,
        [3],
    ),
    "a statement on several lines: once": (
        """
        def work():
            made.extend([
                n
                for n in (1, 2)
                if n
            ])
            made.append(
                3,
            )
        """,
        [3, 8],
    ),
    "several statements on a line: once": (
        """
        def work():
            n = 1; n += 1; made.append(n)
        """,
        [3],
    ),
    "a loop on one line: each time round": (
        """
        def work():
            for n in range(3): made.append(n)
            while made: made.pop()
        """,
        [3, 3, 3, 3, 4, 4, 4],
    ),
    "a lambda, whose body is part of its statement": (
        """
        def work():
            double = lambda n: (
                n * 2)
            made.append(double(2))
        """,
        [3, 5, 3],
    ),
    "a key of sorted, which no library's frame stands above": (
        """
        def work():
            made.extend(sorted([2, 1], key=lambda n: n))
        """,
        [3, 3, 3],
    ),
    "the body of a class": (
        """
        def work():
            class Dish:
                name = "rice"

                def cook(self):
                    return self.name

            made.append(Dish().cook())
        """,
        [3, 3, 4, 6, 9, 7],
    ),
}


def of_work(folder: Path, text: str) -> Trace:
    """The run of a program that calls ``work`` in a thread, while the main task waits."""
    program = folder / "main.py"
    program.write_text(dedent(text) + WORKER, encoding="utf-8")
    return by_line(program, strategy="round-robin")


@pytest.mark.parametrize("what", EXACT)
def test_a_task_stops_at_each_line_in_the_order_in_which_it_comes_there(
    what: str, tmp_path: Path
) -> None:
    """The numbers are read off the text, whose first line is empty."""
    text, expected = EXACT[what]
    trace = of_work(tmp_path, text)
    assert lines(trace) == expected
    assert (trace.outcome.kind, trace.outcome.uncontrolled) == (OutcomeKind.COMPLETED, ())  # type: ignore[union-attr]


@pytest.mark.parametrize("what", EXACT)
def test_a_program_that_notes_its_data_stops_at_the_same_lines(what: str, tmp_path: Path) -> None:
    """So a schedule that an exploration has found is one of the program as it stands."""
    program = tmp_path / "main.py"
    program.write_text(dedent(EXACT[what][0]) + WORKER, encoding="utf-8")
    plan = Plan(program=program, granularity="line")
    loaded, records = program_for(plan), []
    with ground_of(plan) as ground:
        for sight in (None, Sight(data=True)):
            log = Log()
            carry(loaded, plan, RoundRobin(), ground, log, sight=sight)
            records.append(log.records)
    assert records[0] == records[1]


def test_no_task_stops_before_there_is_a_second_one(tmp_path: Path) -> None:
    """Before the first start nobody else could go. After the last thread's end nobody can
    either, but that is its step's doing: a line that was left out then would read it unseen."""
    program = written(
        tmp_path,
        main="""
            from threading import Thread

            def work():
                pass

            n = 1
            thread = Thread(target=work)
            thread.start()
            thread.join()
            n = 2
            n = 3
        """,
    )
    trace = by_line(program)
    main = lines(trace, "0")
    assert main == [10, 11, 12]


@pytest.mark.parametrize("strategy", ["states", "dpor"])
def test_where_a_step_ends_does_not_hang_on_who_else_is_alive(
    tmp_path: Path, strategy: str
) -> None:
    """The main task's lines come between joins and after them, while another ends or after it:
    an end and a join lead to the same state in either order, as ``states`` takes for granted."""
    program = written(
        tmp_path,
        main="""
            from threading import Thread
            d = []
            def f(k):
                d.append(k)
                d.append(k)
                return k
            def a():
                [f(k) for k in (1,)]
            def b():
                [f(k) for k in (2,)]
            if __name__ == "__main__":
                ts = [Thread(target=a), Thread(target=b)]
                for t in ts: t.start()
                for t in ts: t.join()
                print(len(d))
        """,
    )
    report = pyqdemo.explore(program, granularity="line", strategy=strategy)
    assert (report.verdict, report.reasons) == (Verdict.PROVED, ())


def test_modules_beside_the_program_are_its_own_and_libraries_are_not(tmp_path: Path) -> None:
    """``textwrap`` has lines in plenty; none of them counts."""
    program = written(
        tmp_path,
        main="""
            from threading import Thread
            from helper import work

            thread = Thread(target=work)
            thread.start()
            thread.join()
        """,
        helper="""
            import textwrap

            def work():
                textwrap.fill("a b c")
        """,
    )
    places = {e.location for e in by_line(program).events if e.operation == "line"}
    assert places == {"main.py:7", "helper.py:5"}


@pytest.mark.parametrize("loop", ["while True: n = 1", "while True:\n        pass"])
def test_a_loop_without_operations_goes_on_to_the_bound(loop: str, tmp_path: Path) -> None:
    """At operation granularity it is broken into after ten seconds; here each turn is steps."""
    program = tmp_path / "main.py"
    program.write_text(
        f"""
from threading import Thread

def work():
    {loop}

Thread(target=work).start()
""",
        encoding="utf-8",
    )
    trace = by_line(program, max_steps=200)
    assert trace.outcome is not None
    assert (trace.outcome.kind, trace.outcome.detail) == (
        OutcomeKind.STEP_BOUND,
        "stopped after 200 steps",
    )


def test_a_task_that_is_taken_off_its_stack_stops_no_more(tmp_path: Path) -> None:
    """The ``finally`` runs when the bound is reached, and is no part of the run."""
    program = written(
        tmp_path,
        main="""
            from threading import Thread

            def work():
                try:
                    while True:
                        pass
                finally:
                    n = 1
                    print(n)

            Thread(target=work).start()
        """,
    )
    trace = by_line(program, max_steps=50)
    assert {9, 10}.isdisjoint(lines(trace))
    assert trace.printed() == ""


def test_a_stack_that_is_used_up_does_no_harm(tmp_path: Path) -> None:
    """Where there is no room for a stop there is none, and each of two threads finds the bottom.

    Before Python 3.12 a thread is not told of lines any more after that, which the outcome
    owns up to.
    """
    program = written(
        tmp_path,
        main="""
            from threading import Thread

            def deep(n):
                return deep(n + 1)

            def work():
                try:
                    deep(0)
                except RecursionError:
                    print("deep")

            threads = [Thread(target=work) for _ in range(2)]
            for thread in threads:
                thread.start()
        """,
    )
    trace = by_line(program)
    assert trace.outcome is not None
    told = () if MONITORED else ("lines that Python did not tell",)
    assert (trace.printed(), trace.outcome.kind) == ("deep\ndeep\n", OutcomeKind.COMPLETED)
    assert trace.outcome.uncontrolled == told
    assert pyqdemo.replay(trace, program) == trace


# ── the same run again ───────────────────────────────────────────────────────


@pytest.mark.parametrize("text", [COUNTING, LOCKED], ids=["counting", "locked"])
def test_a_replay_is_an_equal_trace(text: str, tmp_path: Path) -> None:
    program = written(tmp_path, main=text)
    for seed in range(10):
        trace = by_line(program, seed=seed)
        assert trace.header.granularity == "line"
        assert pyqdemo.replay(trace, program) == trace
        assert by_line(program, seed=seed) == trace


def test_a_schedule_says_that_it_is_of_lines_and_its_text_makes_the_same_run(
    tmp_path: Path,
) -> None:
    program = written(tmp_path, main=COUNTING)
    trace = by_line(program, seed=3)
    text = to_text(schedule_of(trace))
    assert ",granularity=line" in text
    schedule = from_text(text)
    plan = Plan(program=program, seed=3, granularity=schedule.granularity)
    with ground_of(plan) as ground:
        again = carry(program_for(plan), plan, Replay(schedule.choices), ground)
    assert again.choices == list(schedule.choices)
    assert printed(again) == trace.printed().strip()


def test_recording_changes_nothing(tmp_path: Path) -> None:
    """The same choices with a log and without one."""
    program = written(tmp_path, main=LOCKED)
    trace = by_line(program, seed=5)
    plan = Plan(program=program, granularity="line")
    choices = schedule_of(trace).choices
    with ground_of(plan) as ground:
        assert carry(program_for(plan), plan, Replay(choices), ground).choices == list(choices)


def test_each_step_of_a_line_has_one_event_by_who_took_it(tmp_path: Path) -> None:
    trace = by_line(written(tmp_path, main=COUNTING), seed=1)
    events = [event for event in trace.events if event.operation == "line"]
    assert all(event.phase is Phase.DONE and event.resource is None for event in events)
    assert len({event.step for event in events}) == len(events)


def test_the_same_program_is_run_again_and_again_on_the_same_ground(tmp_path: Path) -> None:
    """What is watched stays watched: the third execution has as many steps as the first."""
    plan = Plan(program=written(tmp_path, main=COUNTING), granularity="line")
    program = program_for(plan)
    with ground_of(plan) as ground:
        steps = [carry(program, plan, Every(), ground).steps for _ in range(3)]
    assert steps == [steps[0]] * 3
    with ground_of(plan) as ground:
        assert carry(program, plan, Every(), ground).steps == steps[0]


def test_after_a_run_by_lines_the_same_program_runs_by_operations(tmp_path: Path) -> None:
    """Begin, two starts, two begins, two ends, two joins, a write, end and exit: 12 steps."""
    lined = Plan(program=written(tmp_path, main=COUNTING), granularity="line")
    program, plan = program_for(lined), replace(lined, granularity="operation")
    with ground_of(lined) as ground:
        carry(program, lined, Every(), ground)
    with ground_of(plan) as ground:
        assert carry(program, plan, Every(), ground).steps == 12


def test_simulated_processes_stop_at_lines_too(tmp_path: Path) -> None:
    """One that is spawned imports the main module first, while others are alive."""
    program = written(
        tmp_path,
        main="""
            from multiprocessing import Process

            def work():
                n = 1
                print(n)

            def main():
                processes = [Process(target=work) for _ in range(2)]
                for process in processes:
                    process.start()
                for process in processes:
                    process.join()

            if __name__ == "__main__":
                main()
        """,
    )
    for method, before in (("fork", []), ("spawn", [2, 4, 8, 15])):
        trace = by_line(program, start_method=method)
        assert lines(trace, "0.1") == lines(trace, "0.2") == [*before, 5, 6]
        assert pyqdemo.replay(trace, program) == trace


# ── what cannot be had ───────────────────────────────────────────────────────


def test_real_processes_are_refused(tmp_path: Path) -> None:
    program = written(tmp_path, main=COUNTING)
    with pytest.raises(UsageError, match="real processes cannot be stopped at lines"):
        by_line(program, world="real")
    with pytest.raises(UsageError, match="real processes cannot be stopped at lines"):
        pyqdemo.replay(by_line(program), program, world="real")


def test_another_granularity_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the granularity is 'opcode', but can be operation or"):
        pyqdemo.run(written(tmp_path, main=COUNTING), granularity="opcode")


# ── whoever else looks on ────────────────────────────────────────────────────


def test_the_trace_function_of_the_calling_thread_is_left_as_it_is(tmp_path: Path) -> None:
    """It stays, and sees nothing of the program, whose threads are others."""
    program, files, before = written(tmp_path, main=COUNTING), set(), sys.gettrace()

    def look(frame, event, argument):  # type: ignore[no-untyped-def]
        files.add(frame.f_code.co_filename)

    sys.settrace(look)
    try:
        by_line(program)
        mine = sys.gettrace()
    finally:
        sys.settrace(before)
    assert mine is look
    assert str(program) not in files


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    before = set(sys._current_frames())
    by_line(written(tmp_path, main=COUNTING))
    assert set(sys._current_frames()) <= before


def test_two_runs_in_two_threads_do_not_see_each_other(tmp_path: Path) -> None:
    program = written(tmp_path, main=LOCKED)
    alone = [by_line(program, seed=seed) for seed in (1, 2)]
    beside: dict[int, Trace] = {}

    def run(seed: int) -> None:
        beside[seed] = by_line(program, seed=seed)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [beside[1], beside[2]] == alone


@pytest.fixture
def tools() -> Iterator[Callable[[int], None]]:
    """Takes a place in ``sys.monitoring``; all that were taken are given back."""
    taken: list[int] = []

    def take(tool: int) -> None:
        sys.monitoring.use_tool_id(tool, "host")  # type: ignore[attr-defined]
        taken.append(tool)

    yield take
    for tool in taken:
        sys.monitoring.free_tool_id(tool)  # type: ignore[attr-defined]


def places() -> list[str | None]:
    return [sys.monitoring.get_tool(tool) for tool in TOOLS]  # type: ignore[attr-defined]


@pytest.mark.skipif(not MONITORED, reason="sys.monitoring came with Python 3.12")
def test_a_tool_of_the_host_is_told_what_it_was_told_before(
    tmp_path: Path, tools: Callable[[int], None]
) -> None:
    """It has the place that we would take, and events of a function of its own."""
    monitoring = sys.monitoring  # type: ignore[attr-defined]
    seen = []

    def watched() -> None:
        pass

    tools(4)
    before = places()
    monitoring.register_callback(4, monitoring.events.LINE, lambda code, line: seen.append(code))
    monitoring.set_local_events(4, watched.__code__, monitoring.events.LINE)
    by_line(written(tmp_path, main=COUNTING))
    watched()
    monitoring.set_local_events(4, watched.__code__, 0)
    monitoring.register_callback(4, monitoring.events.LINE, None)
    assert seen == [watched.__code__]
    assert places() == before


@pytest.mark.skipif(not MONITORED, reason="sys.monitoring came with Python 3.12")
def test_where_every_place_is_taken_that_is_said(
    tmp_path: Path, tools: Callable[[int], None]
) -> None:
    for tool in TOOLS:
        if sys.monitoring.get_tool(tool) is None:  # type: ignore[attr-defined]
            tools(tool)
    with pytest.raises(RunError, match="every place there is"):
        by_line(written(tmp_path, main=COUNTING))


def test_a_bound_within_the_lines_stops_the_run_there(tmp_path: Path) -> None:
    program = written(tmp_path, main=COUNTING)
    plan = Plan(program=program, granularity="line", limits=Limits(9))
    with ground_of(plan) as ground:
        stopped = carry(program_for(plan), plan, Every(), ground)
    assert (stopped.steps, stopped.outcome().kind) == (9, OutcomeKind.STEP_BOUND)
