"""Lock and RLock as plain data: how many schedules there are, and how they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from plain import Code, drive
from schedules import Body, every, happened, side_by_side

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.locks import Acquire, Locked, LockModel, Release, RLockModel
from pyqdemo.kernel.tasks import Task
from pyqdemo.trace import OutcomeKind

Main = Callable[[Execution, Task], Code]


def taking(*models: LockModel, times: int = 1) -> Body:
    """Takes the locks in that order and lets go of them, so many times."""

    def body(task: Task) -> Code:
        for _ in range(times):
            for lock in models:
                yield Acquire(lock, task)
            for lock in reversed(models):
                yield Release(lock)

    return body


@pytest.mark.parametrize(
    ("tasks", "times", "schedules"),
    [(2, 1, 2), (3, 1, 6), (2, 2, 6), (3, 2, 90)],
)
def test_under_one_lock_a_schedule_is_an_order_of_its_holders(
    tasks: int, times: int, schedules: int
) -> None:
    """While one holds it nobody else can go on, so what is left to choose is who is next:
    (tasks * times)! / times! ** tasks orders, which are 2, 6, 6 and 90."""

    def program() -> Main:
        lock = LockModel()
        return side_by_side([lock], [taking(lock, times=times)] * tasks)

    kinds = [done.outcome().kind for done in every(program)]
    assert kinds == [OutcomeKind.COMPLETED] * schedules


def test_two_locks_in_opposite_order_end_in_both_ways() -> None:
    """Of the orders of their first steps: both have one lock, and that is the deadlock (2
    schedules: whoever was first), or one has both (2), and then the other has its turn."""

    def program() -> Main:
        a, b = LockModel(), LockModel()
        return side_by_side([a, b], [taking(a, b), taking(b, a)])

    ends = Counter(done.outcome().kind for done in every(program))
    assert set(ends) == {OutcomeKind.COMPLETED, OutcomeKind.DEADLOCK}
    assert ends[OutcomeKind.DEADLOCK] == 2


@pytest.mark.parametrize("model", [LockModel, RLockModel])
def test_the_same_order_never_deadlocks(model: type[LockModel]) -> None:
    def program() -> Main:
        a, b = model(), model()
        return side_by_side([a, b], [taking(a, b)] * 3)

    assert {done.outcome().kind for done in every(program)} == {OutcomeKind.COMPLETED}


@pytest.mark.parametrize(
    ("model", "refusal"),
    [(LockModel, "release unlocked lock"), (RLockModel, "cannot release un-acquired lock")],
)
def test_a_lock_that_nobody_holds_cannot_be_released(model: type[LockModel], refusal: str) -> None:
    lock = model()

    def main(execution: Execution, task: Task) -> Code:
        execution.register(lock, task)
        yield Acquire(lock, task)
        yield Locked(lock)
        yield Release(lock)
        yield Locked(lock)
        with pytest.raises(RuntimeError, match=refusal):
            yield Release(lock)

    told = ["acquire", "locked -> True", "release", "locked -> False"]
    told.append(f"release -> raised RuntimeError: {refusal}")
    assert happened(drive(main)) == [f"0 {each}" for each in told]


def test_whoever_tries_does_not_wait() -> None:
    """Each of two tries once and lets go if it got it: one fails, or they come in turn."""
    got: list[dict[str, bool]] = []

    def program() -> Main:
        lock, mine = LockModel(), {}
        got.append(mine)

        def body(task: Task) -> Code:
            mine[task.id] = yield Acquire(lock, task, block=False)
            if mine[task.id]:
                yield Release(lock)

        return side_by_side([lock], [body] * 2)

    seen = {tuple(sorted(got[-1].items())) for _ in every(program)}
    assert {tuple(value for _, value in each) for each in seen} == {
        (True, True),
        (True, False),
        (False, True),
    }
