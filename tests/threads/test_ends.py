"""However a program under control ends, every task is over and the outcome is clear."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import Any

import pytest
from harness import carry

from pyqdemo.kernel.execution import Execution
from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.threads.stand_ins import randoms
from pyqdemo.worlds.threads.stand_ins.locks import Lock
from pyqdemo.worlds.threads.stand_ins.queues import Queue
from pyqdemo.worlds.threads.stand_ins.streams import program_print
from pyqdemo.worlds.threads.stand_ins.threads import Thread
from pyqdemo.worlds.threads.stand_ins.times import NAMES

sleep = NAMES["sleep"]


def printed(execution: Execution) -> str:
    return "".join(each.text for each in execution.output)


def started(*targets: Any, daemon: bool = False) -> list[Thread]:
    threads = [Thread(target=target, daemon=daemon) for target in targets]
    for thread in threads:
        thread.start()
    return threads


def test_an_exception_in_a_thread_is_printed_as_python_prints_it_and_the_rest_goes_on() -> None:
    def failing() -> None:
        raise ValueError("no")

    def main() -> None:
        for thread in started(failing):
            thread.join()
        program_print("main goes on")

    done = carry(main)
    assert done.outcome().kind is OutcomeKind.EXCEPTION
    assert done.outcome().detail == "Thread-1 (failing): ValueError: no"
    text = printed(done)
    assert text.startswith("Exception in thread Thread-1 (failing):\nTraceback")
    assert text.endswith("ValueError: no\nmain goes on\n")
    assert "pyqdemo/worlds" not in text


@pytest.mark.parametrize("error", [SystemExit, SystemExit(3)])
def test_sys_exit_in_a_thread_ends_only_that_thread_and_prints_nothing(error: Any) -> None:
    def leaving() -> None:
        raise error

    def main() -> None:
        for thread in started(leaving):
            thread.join()

    done = carry(main)
    assert (done.outcome().kind, done.outcome().exit_code) == (OutcomeKind.COMPLETED, 0)
    assert printed(done) == ""


def test_keyboard_interrupt_raised_in_a_thread_is_an_exception_like_any_other() -> None:
    def failing() -> None:
        raise KeyboardInterrupt

    done = carry(lambda: started(failing))
    assert done.outcome().kind is OutcomeKind.EXCEPTION


def test_an_exception_in_main_is_the_outcome_after_its_threads_have_ended() -> None:
    def slow() -> None:
        sleep(1)
        program_print("thread ends")

    def main() -> None:
        started(slow)
        raise KeyError("k")

    done = carry(main)
    assert done.outcome().detail == "MainThread: KeyError: 'k'"
    assert printed(done) == "thread ends\n"


def test_a_finally_that_uses_primitives_runs_while_a_daemon_is_unwound() -> None:
    """The daemon holds a lock and sleeps for ever; what it lets go of and prints as it is
    taken off its stack is no part of the run."""
    left = []

    def main() -> None:
        lock = Lock()

        def daemon() -> None:
            with lock:
                try:
                    sleep(1_000_000)
                finally:
                    left.append(True)
                    program_print("never seen")
                    lock.acquire(False)

        started(daemon, daemon=True)
        sleep(1)

    done = carry(main)
    assert done.outcome().kind is OutcomeKind.COMPLETED
    assert (left, printed(done)) == ([True], "")


def test_a_bare_except_that_swallows_its_own_end_once_is_ended_all_the_same() -> None:
    def main() -> None:
        def stubborn() -> None:
            with contextlib.suppress(BaseException):
                sleep(1_000_000)
            sleep(1_000_000)

        started(stubborn, daemon=True)
        sleep(1)

    done = carry(main)
    assert (done.outcome().kind, done.outcome().losses) == (OutcomeKind.COMPLETED, ())


def test_a_task_that_swallows_its_end_for_ever_is_left_behind_and_reported() -> None:
    """The thread stays, which is why this test's own end does not look for it."""

    def main() -> None:
        def never() -> None:
            while True:
                with contextlib.suppress(BaseException):
                    sleep(1_000_000)

        started(never, daemon=True)
        sleep(1)

    outcome = carry(main).outcome()
    assert outcome.kind is OutcomeKind.COMPLETED
    (loss,) = outcome.losses
    assert loss.task == "0.1"
    assert "catches its own end again and again" in loss.reason


def test_a_loop_without_an_operation_is_broken_into_and_says_where() -> None:
    def spinning() -> None:
        while True:
            pass

    done = carry(lambda: started(spinning), patience_s=0.3)
    assert done.outcome().kind is OutcomeKind.ABORTED
    told = "Thread-1 (spinning) went on for 0.3 s without an operation (test_ends.py:"
    assert done.outcome().detail.startswith(told)


def test_a_loop_that_catches_everything_is_broken_into_again_and_again() -> None:
    def spinning() -> None:
        stop = False
        while not stop:
            try:
                while True:
                    pass
            except BaseException:
                stop = True

    done = carry(lambda: started(spinning), patience_s=0.3)
    assert done.outcome().kind is OutcomeKind.ABORTED


def test_a_recursion_without_end_is_the_programs_recursion_error() -> None:
    def deeper() -> None:
        deeper()

    done = carry(lambda: started(deeper))
    assert done.outcome().detail.startswith("Thread-1 (deeper): RecursionError")


def test_a_thousand_tasks_begin_and_end() -> None:
    ended = []

    def main() -> None:
        for thread in started(*[lambda: ended.append(1)] * 1_000):
            thread.join()

    done = carry(main, max_steps=100_000)
    assert (done.outcome().kind, len(ended)) == (OutcomeKind.COMPLETED, 1_000)


def test_a_deadlock_is_found_and_its_tasks_are_ended() -> None:
    """Under a random schedule two locks in opposite order deadlock for about half of the
    seeds; 40 seeds without one would be a chance of 1 in 10**12."""

    def main() -> None:
        a, b = Lock(), Lock()

        def crossing(first: Lock, second: Lock) -> None:
            with first, second:
                pass

        started(lambda: crossing(a, b), lambda: crossing(b, a))

    kinds = {carry(main, Random(seed)).outcome().kind for seed in range(40)}
    assert kinds == {OutcomeKind.COMPLETED, OutcomeKind.DEADLOCK}


def test_no_thread_is_left_after_a_run() -> None:
    before = threading.active_count()

    def main() -> None:
        started(lambda: sleep(1_000), daemon=True)

    carry(main)
    assert threading.active_count() == before


def test_a_strategy_that_fails_ends_the_run_and_is_raised_where_it_was_started() -> None:
    class Failing:
        def begin(self) -> None:
            pass

        def choose(self, point: Any) -> str:
            if point.step == 3:
                raise LookupError("step 3")
            return str(point.enabled[0])

    with pytest.raises(LookupError, match="step 3"):
        carry(lambda: started(lambda: sleep(1)), Failing())


class Locked:
    """Its repr takes a lock, draws and prints."""

    def __init__(self, lock: Lock) -> None:
        self.lock = lock

    def __repr__(self) -> str:
        randoms.NAMES["random"]()
        with self.lock:
            program_print("looked at")
        return "Locked"


def test_a_value_that_is_told_does_nothing_in_the_run() -> None:
    """Its repr would wait for the lock that the putter holds; natively nobody asks for it."""

    def main(tell: bool) -> float:
        lock, line = Lock(), Queue()
        with lock:
            line.put(Locked(lock) if tell else 1)
        line.get()
        return float(randoms.NAMES["random"]())

    drawn = []
    told, plain = (carry(lambda tell=tell: drawn.append(main(tell))) for tell in (True, False))
    assert drawn[0] == drawn[1]
    assert printed(told) == ""
    assert told.choices == plain.choices
    values = [event.value for event in told.log.records if getattr(event, "operation", "") == "put"]
    assert values == ["<Locked>"]


def test_an_exception_whose_text_leaves_the_program_ends_only_its_thread() -> None:
    class Leaving(Exception):
        def __str__(self) -> str:
            raise SystemExit(9)

    def failing() -> None:
        raise Leaving

    done = carry(lambda: started(failing))
    assert done.outcome().detail == "Thread-1 (failing): Leaving: <exception str() failed>"


def test_a_program_at_the_bottom_of_its_stack_can_still_wait() -> None:
    """At each depth near the recursion limit it starts a thread and joins it, or is refused."""
    limit = sys.getrecursionlimit()
    refused, joined = [], []

    def deep(left: int) -> None:
        if left:
            deep(left - 1)
        else:
            thread = Thread(target=lambda: None)
            thread.start()
            thread.join()
            joined.append(1)

    def main() -> None:
        for depth in range(limit - 120, limit, 3):
            try:
                deep(depth)
            except RecursionError:
                refused.append(1)

    done = carry(main, max_steps=100_000)
    assert done.outcome().kind is OutcomeKind.COMPLETED
    assert joined
    assert refused
    assert sys.getrecursionlimit() == limit
