"""Condition as plain data: its three operations, who is woken, and what may be lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from plain import Chosen, Code, drive, start
from schedules import Body, every, happened, in_turn, side_by_side

from pyqdemo.kernel.conditions import ConditionModel, LetGo, Notify, TakeBack
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.locks import Acquire, LockModel, Release, RLockModel
from pyqdemo.kernel.operations import Sleep
from pyqdemo.kernel.tasks import Join, Task
from pyqdemo.trace import OutcomeKind

Main = Callable[[Execution, Task], Code]


class Monitor:
    """A lock, its condition, and what each waiter got: ``stuck`` if nothing."""

    def __init__(self, lock: LockModel | None = None) -> None:
        self.lock = lock or LockModel()
        self.condition = ConditionModel(self.lock)
        self.got: dict[str, object] = {}
        self.entered: list[str] = []

    def waiter(self, timeout_s: float | None = None) -> Body:
        def waits(task: Task) -> Code:
            self.got[task.id] = "stuck"
            yield Acquire(self.lock, task)
            waiter = yield LetGo(self.condition, self.lock, task, timeout_s)
            self.entered.append(task.id)
            notified = yield waiter
            if not notified:
                yield TakeBack(waiter)
            self.got[task.id] = notified
            yield Release(self.lock)

        return waits

    def notifier(self, count: int | None = 1) -> Body:
        def notifies(task: Task) -> Code:
            yield Acquire(self.lock, task)
            yield Notify(self.condition, count)
            yield Release(self.lock)

        return notifies

    def main(self, *bodies: Body) -> Main:
        return side_by_side([self.lock, self.condition], list(bodies))


def got(*waiters: float | None, count: int | None = 1, loose: bool = False) -> set[object]:
    """What the waiters got, in every schedule of them and one notifier.

    Args:
        waiters: bounds of their waits.
    """
    made: list[Monitor] = []

    def program() -> Main:
        made.append(Monitor())
        one = made[-1]
        return one.main(*map(one.waiter, waiters), one.notifier(count))

    return {tuple(made[-1].got.values()) for _ in every(program, loose=loose)}


def test_a_notify_before_the_wait_is_lost() -> None:
    """Either the waiter is among the waiters when the notify comes, or it waits for ever."""
    assert got(None) == {(True,), ("stuck",)}


def test_one_notify_wakes_one_of_two() -> None:
    """None, if it comes before both; else the first that waits; never both."""
    assert got(None, None) == {("stuck", "stuck"), (True, "stuck"), ("stuck", True)}


def test_notify_all_wakes_just_those_who_wait_already() -> None:
    assert got(None, None, count=None) == {
        ("stuck", "stuck"),
        (True, "stuck"),
        ("stuck", True),
        (True, True),
    }


def test_a_waiter_whose_bound_is_reached_can_swallow_the_notify() -> None:
    """The second waits without a bound, and there is one notify.

    If the first gets it: (True, stuck). If its bound was reached, and it has not left: it
    swallows it, (False, stuck), as also if the notify came too early. If the second stands
    before it, or the first has left: (False, True). Never does one notify wake both.
    """
    assert got(1.0, None, loose=True) == {(True, "stuck"), (False, "stuck"), (False, True)}


def test_a_swallowed_notify_in_its_one_order() -> None:
    """Both wait, the notifier holds the lock, then the bound of the first is reached: it is
    still among the waiters, so the notify goes to it, and the second waits for ever."""
    one = Monitor()
    main = one.main(one.waiter(1.0), one.waiter(), one.notifier())
    choices = ["0"] * 4
    choices += ["0.1"] * 3 + ["0.2"] * 3  # begin, acquire, let go
    choices += ["0.3", "0.3", "0.1", "0.3", "0.3"]  # begin, acquire; bound; notify, release
    done = drive(main, Chosen(choices), Limits(loose=True))
    assert one.got == {"0.1": False, "0.2": "stuck"}
    outcome = done.outcome()
    assert outcome.kind is OutcomeKind.DEADLOCK
    assert [(w.task, w.operation, w.resource, w.holders) for w in outcome.waits] == [
        ("0", "join", "0.2", ("0.2",)),
        ("0.2", "wait", "0/condition/1", ()),
    ]
    assert happened(done, "wait", "notify", "release", "acquire")[2:] == [
        "0.1 wait ...",
        "0.2 acquire",
        "0.2 release",
        "0.2 wait ...",
        "0.3 acquire",
        "0.1 wait -> False",
        "0.1 acquire ...",
        "0.3 notify",
        "0.3 release",
        "0.1 acquire",
        "0.1 release",
    ]


def test_notify_wakes_in_the_order_in_which_they_began_to_wait() -> None:
    """Three waiters, two wakes: in every schedule in which all three wait before, the first
    two that let go of the lock are those that are woken."""
    made: list[Monitor] = []

    def program() -> Main:
        made.append(Monitor())
        one = made[-1]

        def main(execution: Execution, task: Task) -> Code:
            for model in (one.lock, one.condition):
                execution.register(model, task)
            others = []
            for _ in range(3):
                others.append((yield start(task, one.waiter())))
            yield Sleep(1, "1")  # strict: all three wait by then
            yield from one.notifier(2)(task)
            for other in others:
                yield Join(other)

        return main

    orders = set()
    for _ in every(program):
        one = made[-1]
        orders.add(tuple(one.entered))
        assert {task for task, what in one.got.items() if what is True} == set(one.entered[:2])
    assert len(orders) == 6  # each order of the three


def test_a_wait_lets_go_of_the_lock_and_holds_it_again() -> None:
    one = Monitor()
    choices = ["0"] * 3 + ["0.1"] * 3
    done = drive(one.main(one.waiter(), one.notifier()), Chosen(choices))
    assert happened(done) == [
        "0.1 acquire",
        "0.1 release",
        "0.1 wait ...",
        "0.2 acquire",
        "0.2 notify",
        "0.2 release",
        "0.1 acquire",
        "0.1 wait",
        "0.1 release",
    ]


def test_an_rlock_held_twice_is_let_go_of_and_taken_back_twice() -> None:
    """By whichever way the wait ends; the waiter then gives it back twice."""
    for timeout_s, ended in ((None, ["wait"]), (1.0, ["wait -> False"])):
        one = Monitor(RLockModel())

        def twice(task: Task, one: Monitor = one, timeout_s: float | None = timeout_s) -> Code:
            yield Acquire(one.lock, task)
            yield from one.waiter(timeout_s)(task)
            assert (one.lock.owner, one.lock.times) == (task, 1)
            yield Release(one.lock)

        bodies = [twice] if timeout_s else [twice, one.notifier()]
        done = drive(one.main(*bodies), Chosen(["0"] * (1 + len(bodies)) + ["0.1"] * 4))
        mine = [text.removeprefix("0.1 ") for text in happened(done) if text.startswith("0.1")]
        took, gave = ["acquire"] * 2, ["release"] * 2
        again = [*ended, *took] if timeout_s else [*took, *ended]
        assert mine == [*took, *gave, "wait ...", *again, *gave]
        assert one.lock.owner is None


@pytest.mark.parametrize("lock", [LockModel, RLockModel])
def test_wait_and_notify_without_the_lock_are_refused(lock: type[LockModel]) -> None:
    one = Monitor(lock())
    told = []

    def main(execution: Execution, task: Task) -> Code:
        execution.register(one.lock, task)
        execution.register(one.condition, task)
        for operation in (
            LetGo(one.condition, one.lock, task, None),
            Notify(one.condition, 1),
            Notify(one.condition, None),
        ):
            try:
                yield operation
            except RuntimeError as error:
                told.append(str(error))

    done = drive(main)
    wait, notify = "cannot wait on un-acquired lock", "cannot notify on un-acquired lock"
    assert told == [wait, notify, notify]
    assert happened(done) == [
        f"0 wait -> raised RuntimeError: {wait}",
        f"0 notify -> raised RuntimeError: {notify}",
        f"0 notify -> raised RuntimeError: {notify}",
    ]


def test_a_plain_lock_held_by_another_is_good_enough_to_wait() -> None:
    """As in the library: who holds a Lock is not known, and the wait lets go of it."""
    one = Monitor()

    def main(execution: Execution, task: Task) -> Code:
        execution.register(one.lock, task)
        execution.register(one.condition, task)
        yield start(task, lambda task: in_turn(Acquire(one.lock, task)))
        yield Sleep(1, "1")
        waiter = yield LetGo(one.condition, one.lock, task, 1.0)
        assert one.lock.owner is None
        yield waiter
        yield TakeBack(waiter)
        assert one.lock.owner is task

    assert drive(main).outcome().kind is OutcomeKind.COMPLETED


def test_whoever_was_notified_has_no_bound_any_more() -> None:
    """It waits a second; it is notified at once, but the lock is held for ten: it was woken."""
    one = Monitor()

    def notifies(task: Task) -> Code:
        yield Acquire(one.lock, task)
        yield Notify(one.condition, 1)
        yield Sleep(10, "10")
        yield Release(one.lock)

    done = drive(one.main(one.waiter(1.0), notifies), Chosen(["0"] * 3 + ["0.1"] * 3))
    assert one.got == {"0.1": True}
    assert done.now_ns == 10_000_000_000


def test_a_circle_through_a_notified_waiter_is_not_hidden_by_a_heartbeat() -> None:
    """0.1 was notified and needs the lock; its owner 0.2 waits for 0.1 to end."""
    one = Monitor()

    def notifies(task: Task) -> Code:
        yield Acquire(one.lock, task, scoped=True)
        yield Notify(one.condition, 1)
        yield Join(waiters[0])

    waiters: list[Task] = []

    def main(execution: Execution, task: Task) -> Code:
        execution.register(one.lock, task)
        execution.register(one.condition, task)
        waiters.append((yield start(task, one.waiter())))
        yield Sleep(1, "1")
        yield start(task, notifies)
        yield start(task, heartbeat, daemon=True)

    outcome = drive(main, limits=Limits(max_steps=1_000)).outcome()
    assert outcome.kind is OutcomeKind.DEADLOCK
    assert [(w.task, w.operation, w.holders) for w in outcome.waits if w.operation != "sleep"] == [
        ("0", "exit", ("0.1", "0.2")),
        ("0.1", "wait", ("0.2",)),
        ("0.2", "join", ("0.1",)),
    ]


def heartbeat(task: Task) -> Code:
    while True:
        yield Sleep(1, "1")
