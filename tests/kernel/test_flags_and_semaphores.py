"""Event and Semaphore as plain data: exact outcomes over every schedule."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from plain import Chosen, Code, drive, start
from schedules import Body, every, happened, in_turn, side_by_side

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.flags import Clear, FlagModel, IsSet, Look, Set
from pyqdemo.kernel.semaphores import AcquirePermit, ReadValue, ReleasePermits, SemaphoreModel
from pyqdemo.kernel.tasks import Task
from pyqdemo.trace import OutcomeKind

Main = Callable[[Execution, Task], Code]


def waits(flag: FlagModel, got: dict[str, object], timeout_s: float | None = None) -> Body:
    def body(task: Task) -> Code:
        got[task.id] = "stuck"
        waiter = yield Look(flag, timeout_s)
        got[task.id] = True if waiter is None else (yield waiter)

    return body


def pulse(flag: FlagModel) -> Body:
    def body(task: Task) -> Code:
        yield Set(flag)
        yield Clear(flag)

    return body


def test_a_set_reaches_all_who_wait_though_the_flag_is_down_again() -> None:
    """Who looked before the clear goes on; who looks behind it waits for ever. Of two tasks
    that makes each of the four, and nobody who joined the waiters before the set is stuck."""
    results: list[dict[str, object]] = []

    def program() -> Main:
        flag, got = FlagModel(), {}
        results.append(got)
        return side_by_side([flag], [waits(flag, got), waits(flag, got), pulse(flag)])

    seen = set()
    for done in every(program):
        got = results[-1]
        seen.add((got["0.1"], got["0.2"]))
        told = happened(done)
        for task in ("0.1", "0.2"):
            looked = next(n for n, text in enumerate(told) if text.split()[0] == task)
            cleared = told.index("0.3 clear") if "0.3 clear" in told else len(told)
            assert (got[task] is True) == (looked < cleared)
    assert seen == set(product([True, "stuck"], repeat=2))


def test_a_wait_with_a_bound_ends_in_both_ways() -> None:
    """Set in time, or not before the bound."""
    results: list[dict[str, object]] = []

    def program() -> Main:
        flag, got = FlagModel(), {}
        results.append(got)
        return side_by_side([flag], [waits(flag, got, 1.0), lambda task: in_turn(Set(flag))])

    assert {results[-1]["0.1"] for _ in every(program, loose=True)} == {True, False}


def test_the_events_of_a_flag() -> None:
    """A wait that finds it set is one event; else it joins the waiters, waits, and goes on."""
    flag = FlagModel()
    got: dict[str, object] = {}

    def main(execution: Execution, task: Task) -> Code:
        execution.register(flag, task)
        yield IsSet(flag)
        yield from waits(flag, got, 0.5)(task)
        yield Set(flag)
        yield from waits(flag, got)(task)
        yield IsSet(flag)
        yield Clear(flag)

    assert happened(drive(main)) == [
        "0 is_set -> False",
        "0 enter",
        "0 wait ...",
        "0 wait -> False",
        "0 set",
        "0 wait",
        "0 is_set -> True",
        "0 clear",
    ]
    assert flag.waiters == []


@pytest.mark.parametrize(("value", "most"), [(1, 1), (2, 2), (3, 3)])
def test_no_more_tasks_are_inside_than_there_are_permits(value: int, most: int) -> None:
    """Three tasks: in some schedule as many as are allowed are inside, in none are more."""
    highest: list[int] = []

    def program() -> Main:
        semaphore = SemaphoreModel(value)
        inside: set[str] = set()
        highest.append(0)

        def body(task: Task) -> Code:
            yield AcquirePermit(semaphore)
            inside.add(task.id)
            highest[-1] = max(highest[-1], len(inside))
            yield ReleasePermits(semaphore)
            inside.discard(task.id)

        return side_by_side([semaphore], [body] * 3)

    for done in every(program):
        assert done.outcome().kind is OutcomeKind.COMPLETED
    # A task counts as inside from its acquire until its step behind the release; with one
    # permit the next acquire can only follow that, for both are in the same step.
    assert max(highest) == most


def test_of_two_that_only_try_for_one_permit_just_one_gets_it() -> None:
    """Unless the first gives it back in between: then both do."""
    results: list[dict[str, bool]] = []

    def program() -> Main:
        semaphore, got = SemaphoreModel(1), {}
        results.append(got)

        def body(task: Task) -> Code:
            got[task.id] = yield AcquirePermit(semaphore, block=False)
            if got[task.id]:
                yield ReleasePermits(semaphore)

        return side_by_side([semaphore], [body] * 2)

    seen = {(results[-1]["0.1"], results[-1]["0.2"]) for _ in every(program)}
    assert seen == {(True, False), (False, True), (True, True)}


def test_a_bounded_semaphore_refuses_what_was_never_taken() -> None:
    """Two permits: with one taken, two are too many to give back and one is not."""
    semaphore = SemaphoreModel(2, 2)
    refusals = []

    def main(execution: Execution, task: Task) -> Code:
        execution.register(semaphore, task)
        yield AcquirePermit(semaphore)
        for count in (2, 1, 1):
            try:
                yield ReleasePermits(semaphore, count)
            except ValueError as error:
                refusals.append((count, str(error)))
        yield ReadValue(semaphore)

    done = drive(main)
    text = "Semaphore released too many times"
    assert refusals == [(2, text), (1, text)]
    assert happened(done) == [
        "0 acquire",
        f"0 release -> raised ValueError: {text}",
        "0 release",
        f"0 release -> raised ValueError: {text}",
        "0 value -> 2",
    ]


def test_who_waits_for_a_permit_waits_for_those_who_have_one() -> None:
    """Two tasks take two semaphores of one permit in opposite order."""
    one, other = SemaphoreModel(1), SemaphoreModel(1)

    def crossing(first: SemaphoreModel, second: SemaphoreModel) -> Body:
        return lambda task: in_turn(AcquirePermit(first), AcquirePermit(second))

    main = side_by_side([one, other], [crossing(one, other), crossing(other, one)])
    outcome = drive(main, Chosen(["0"] * 3 + ["0.1"] * 2 + ["0.2"] * 2)).outcome()
    assert outcome.kind is OutcomeKind.DEADLOCK
    assert [(w.task, w.operation, w.resource, w.holders) for w in outcome.waits] == [
        ("0", "join", "0.1", ("0.1",)),
        ("0.1", "acquire", "0/semaphore/2", ("0.2",)),
        ("0.2", "acquire", "0/semaphore/1", ("0.1",)),
    ]


def test_who_waits_for_a_signal_waits_for_nobody_by_name() -> None:
    """Main gives two permits that it never took; 0.1 takes both and wants a third. They are
    no permits to be given back, so 0.1 does not wait for itself."""
    semaphore = SemaphoreModel(0)

    def main(execution: Execution, task: Task) -> Code:
        execution.register(semaphore, task)
        yield start(task, lambda task: in_turn(*(AcquirePermit(semaphore) for _ in range(3))))
        yield ReleasePermits(semaphore, 2)

    outcome = drive(main).outcome()
    assert outcome.kind is OutcomeKind.DEADLOCK
    assert [(w.task, w.operation, w.holders) for w in outcome.waits] == [
        ("0", "exit", ("0.1",)),
        ("0.1", "acquire", ()),
    ]


def test_a_wait_for_a_permit_gives_up_at_its_bound() -> None:
    semaphore = SemaphoreModel(0)
    got = []

    def main(execution: Execution, task: Task) -> Code:
        execution.register(semaphore, task)
        got.append((yield AcquirePermit(semaphore, timeout_s=0.5)))
        got.append((yield AcquirePermit(semaphore, block=False)))
        yield ReleasePermits(semaphore, 3)
        got.append((yield AcquirePermit(semaphore, timeout_s=0.5)))

    done = drive(main)
    assert got == [False, False, True]
    assert done.now_ns == 500_000_000
    assert semaphore.value == 2
