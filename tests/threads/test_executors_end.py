"""Executors on threads: their workers' names and ends, what goes wrong, and what is told."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from harness import carry

from pyqdemo.kernel.execution import Execution
from pyqdemo.strategies.random import Random
from pyqdemo.trace import Event, OutcomeKind, Task
from pyqdemo.worlds.threads.stand_ins import executors, futures
from pyqdemo.worlds.threads.stand_ins.executors import ThreadPoolExecutor
from pyqdemo.worlds.threads.stand_ins.flags import Event as Flag
from pyqdemo.worlds.threads.stand_ins.locks import Lock
from pyqdemo.worlds.threads.stand_ins.threads import Thread, current_thread


def completed(main: Callable[[], object], seed: int = 0) -> Execution:
    done = carry(main, Random(seed))
    assert done.outcome().kind is OutcomeKind.COMPLETED, (seed, done.outcome())
    return done


def printed(execution: Execution, stream: str = "stderr") -> str:
    return "".join(each.text for each in execution.output if each.stream == stream)


def test_a_program_that_forgets_to_shut_down_ends_when_every_call_is_done() -> None:
    """As over the library: the interpreter tells the workers, and waits for them."""
    got: list[int] = []

    def main() -> None:
        pool = ThreadPoolExecutor(2)
        for number in range(4):
            pool.submit(got.append, number)
        keep.append(pool)  # else it were lost, and that would tell them

    keep: list[Any] = []
    for seed in range(10):
        got.clear()
        completed(main, seed)
        assert sorted(got) == [0, 1, 2, 3]
    text = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor(2)\n"
        "for number in range(4): pool.submit(print, number, flush=True)\n"
    )
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, timeout=60)
    assert sorted(run.stdout.split()) == [b"0", b"1", b"2", b"3"]


def test_a_thread_that_submits_after_main_has_ended_is_refused() -> None:
    """The executor is made in time, but the call comes when main's code is over: it waits
    until main does not live any more."""
    told: list[str] = []

    def late(pool: ThreadPoolExecutor, main: Any) -> None:
        while main.is_alive():
            pass
        try:
            pool.submit(int)
        except RuntimeError as error:
            told.append(str(error))

    def main() -> None:
        Thread(target=late, args=(ThreadPoolExecutor(1), current_thread())).start()

    completed(main)
    assert told == ["cannot schedule new futures after interpreter shutdown"]


def test_workers_are_tasks_named_as_the_library_names_them() -> None:
    """Three calls wait for each other's workers to be there: all three are made. Prefixes are
    counted from 0 in each run, and a name of one's own takes no number."""

    def main() -> None:
        for pool in (ThreadPoolExecutor(3), ThreadPoolExecutor(1, "Oven"), ThreadPoolExecutor(1)):
            with pool:
                gate = Flag()
                for _ in range(3):
                    pool.submit(gate.wait)
                gate.set()

    log = completed(main).log
    assert log is not None
    workers = [record for record in log.records if isinstance(record, Task) and record.parent]
    assert [(each.id, each.name, each.role, each.daemon) for each in workers] == [
        ("0.1", "ThreadPoolExecutor-0_0", "worker", False),
        ("0.2", "ThreadPoolExecutor-0_1", "worker", False),
        ("0.3", "ThreadPoolExecutor-0_2", "worker", False),
        ("0.4", "Oven_0", "worker", False),
        ("0.5", "ThreadPoolExecutor-1_0", "worker", False),
    ]


def test_a_call_that_submits_to_its_own_full_pool_and_waits_is_a_deadlock() -> None:
    """Both calls run before either submits. Main waits for them, and they for calls that
    only they themselves could take."""

    def cook(pool: ThreadPoolExecutor, mine: Any, other: Any) -> None:
        mine.set()
        other.wait()
        pool.submit(int).result()

    def main() -> None:
        one, two = Flag(), Flag()
        with ThreadPoolExecutor(2) as pool:
            futures.wait([pool.submit(cook, pool, one, two), pool.submit(cook, pool, two, one)])

    for seed in range(10):
        ended = carry(main, Random(seed)).outcome()
        assert ended.kind is OutcomeKind.DEADLOCK
        waits = [(each.task, each.operation, each.resource, each.holders) for each in ended.waits]
        assert waits == [
            ("0", "collect", "0/executor/1", ("0.1", "0.2")),
            ("0.1", "result", "0.1/future/1", ("0.1", "0.2")),
            ("0.2", "result", "0.2/future/1", ("0.1", "0.2")),
        ]


def test_a_set_of_futures_is_gone_through_in_the_same_order_in_every_run() -> None:
    """Those of one maker by their making, whatever the schedule, wherever they lie."""
    orders = set()
    for seed in range(20):

        def main() -> None:
            with ThreadPoolExecutor(3) as pool:
                given = {pool.submit(int, number): number for number in "72460"}
                done = futures.wait(set(given)).done
                orders.add(tuple(given[future] for future in done))

        completed(main, seed)
    assert orders == {tuple("72460")}


def test_one_seed_gives_one_record() -> None:
    def main() -> None:
        lock, sum = Lock(), [0]

        def work(number: int) -> None:
            with lock:
                sum[0] += number

        with ThreadPoolExecutor(3) as pool:
            for future in futures.as_completed([pool.submit(work, each) for each in range(5)]):
                print(future, future.result())
            list(pool.map(work, range(4)))

    for seed in range(5):
        one, two = completed(main, seed), completed(main, seed)
        assert one.log is not None
        assert two.log is not None
        assert one.log.records == two.log.records


@pytest.fixture
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    """No handler is set up, as in a program that does not use logging."""
    monkeypatch.setattr(futures._log, "hasHandlers", lambda: False)


@pytest.mark.usefixtures("quiet_logging")
def test_a_callback_that_raises_is_told_on_the_programs_stderr() -> None:
    def main() -> None:
        future = futures.Future()
        future.add_done_callback(lambda f: 1 / 0)
        future.set_result(3)

    told = printed(completed(main))
    heading = "exception calling callback for <Future at #1 state=finished returned int>\n"
    assert told.startswith(heading + "Traceback (most recent call last):\n")
    assert told.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.usefixtures("quiet_logging")
def test_an_initializer_that_raises_is_told_and_what_is_pending_fails() -> None:
    """One worker: it fails before it can take a call. Both submits come before that, or the
    second is refused."""

    def fail() -> None:
        raise OSError("no gas")

    for seed in range(10):
        errors: list[str] = []

        def main(errors: list[str] = errors) -> None:
            pool = ThreadPoolExecutor(1, initializer=fail)
            for _ in range(2):
                try:
                    errors.append(type(pool.submit(int).exception()).__name__)
                except RuntimeError as error:
                    errors.append(type(error).__name__)

        told = printed(completed(main, seed))
        assert told.startswith("Exception in initializer:\nTraceback")
        assert told.endswith("OSError: no gas\n")
        assert errors == ["BrokenThreadPool", "BrokenThreadPool"]


def test_what_a_call_raises_is_no_failure_of_the_worker() -> None:
    """Not even SystemExit or KeyboardInterrupt: they are the future's."""

    def leave(error: type[BaseException]) -> None:
        raise error

    kinds = [SystemExit, KeyboardInterrupt, OSError]
    told: list[str] = []

    def main() -> None:
        with ThreadPoolExecutor(1) as pool:
            for kind in kinds:
                told.append(type(pool.submit(leave, kind).exception()).__name__)

    assert completed(main).failures == []
    assert told == [kind.__name__ for kind in kinds]


def test_a_run_that_is_stopped_within_an_executor_leaves_no_thread_and_no_event_behind() -> None:
    """Endless calls, in a ``with``, and a map half taken: after the bound nobody does anything
    any more, and every real thread is gone."""

    def endless() -> None:
        while True:
            current_thread()
            gate.is_set()

    def main() -> None:
        with ThreadPoolExecutor(2) as pool:
            pool.submit(endless)
            for _ in pool.map(len, ["one", "two", "three"]):
                pool.submit(endless)

    gate: Any = None

    def run() -> None:
        nonlocal gate
        gate = Flag()
        main()

    before = threading.active_count()
    stopped = carry(run, Random(1), max_steps=200)
    assert stopped.outcome().kind is OutcomeKind.STEP_BOUND
    assert stopped.log is not None
    last = [record for record in stopped.log.records if isinstance(record, Event)][-1]
    assert last.step == 200
    assert threading.active_count() == before


def test_a_buffered_map_submits_no_more_than_that_many_calls_ahead() -> None:
    """By the rule of Python 3.14: two at first, then one more before each result but for the
    last two, for which nothing is left."""
    given: list[int] = []
    ahead: list[tuple[int, int]] = []

    def numbers() -> Any:
        for number in range(5):
            given.append(number)
            yield number

    def main() -> None:
        with ThreadPoolExecutor(2) as pool:
            results = executors._map(pool, abs, (numbers(),), None, 2)
            ahead.append((-1, len(given)))
            ahead.extend((result, len(given)) for result in results)

    completed(main)
    assert ahead == [(-1, 2), (0, 3), (1, 4), (2, 5), (3, 5), (4, 5)]
