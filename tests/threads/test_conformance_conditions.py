"""Condition: the same scripts over the library and over ours, with equal results.

Of the cases in CPython's ``lock_tests`` all of ConditionTests are covered: acquire,
unacquired wait and notify, notify of some and of all, bounds, wait_for with and without
one; but for how long a bounded wait really took.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from alike import Script, assert_alike, refused
from side_by_side import OURS, REAL, meanwhile


def a_condition_lends_its_lock(t: Any) -> object:
    condition = t.Condition()
    told = [condition.acquire(), condition.acquire(), condition.release(), condition.release()]
    lock = t.Lock()
    over = t.Condition(lock)
    told += [over.acquire(), lock.acquire(False), over.release(), lock.acquire(False)]
    told += [over.acquire(False), lock.release()]
    with over as entered:
        told += [entered, lock.acquire(False)]
    return [*told, lock.locked(), over.__exit__ is not None]


def conditions_without_their_lock(t: Any) -> object:
    return [
        refused(call)
        for make in (t.Condition, lambda: t.Condition(t.Lock()))
        for condition in [make()]
        for call in (
            condition.wait,
            condition.notify,
            condition.notify_all,
            condition.release,
            lambda condition=condition: condition.wait_for(lambda: False),
            lambda condition=condition: condition.wait_for(lambda: True),
        )
    ]


def all_waiting(t: Any, condition: Any, count: int, body: Callable[[int], None]) -> list[Any]:
    """Threads that have all begun to wait, in this order: each said so under the lock."""
    threads = []
    for number in range(count):
        ready: list[int] = []

        def enter(number: int = number, ready: list[int] = ready) -> None:
            with condition:
                ready.append(number)
                body(number)

        thread = t.Thread(target=enter)
        thread.start()
        threads.append(thread)
        while not ready:
            with condition:
                pass
        with condition:
            pass  # it has let go of the lock, so it waits
    return threads


def notified_in_order(t: Any) -> object:
    """Two, then one, then all: who is woken is who has waited longest."""
    condition, woken = t.Condition(), []
    waiting = all_waiting(
        t, condition, 6, lambda number: woken.append((number, condition.wait(60)))
    )
    told = []
    for count in (2, 1, None):
        with condition:
            before = len(woken)
            if count is None:
                condition.notify_all()
            else:
                condition.notify(n=count)
        while True:
            with condition:
                if len(woken) == (6 if count is None else before + count):
                    break
        told.append(sorted(woken))
    for thread in waiting:
        thread.join()
    with condition:
        condition.notify(5)  # nobody is left to wake
    return told


def bounded_waits(t: Any) -> object:
    told = []
    for condition in (t.Condition(), t.Condition(t.Lock())):
        with condition:
            told += [condition.wait(bound) for bound in (0.01, 0, -3, -1.5)]
            told += [condition.wait_for(list, timeout=0.01), condition.wait_for(lambda: 7)]
            told += [condition.wait_for(lambda: 0, -1), condition.wait_for(lambda: "yes", 0)]
    return told


def waits_that_cannot_be(t: Any) -> object:
    told = []
    for bound in (1e100, float("inf"), "x", threading.TIMEOUT_MAX * 2):
        condition = t.Condition()
        with condition:
            told.append(refused(condition.wait, bound))
            condition.notify_all()
    return told


def wait_for_a_count(t: Any) -> object:
    condition, count, told = t.Condition(), [0], []

    def waits() -> object:
        with condition:
            result = condition.wait_for(lambda: count[0] == 4 and "four", timeout=60)
            return result, count[0] >= 4

    def counts() -> None:
        for _ in range(4):
            with condition:
                count[0] += 1
                condition.notify()

    told.append(meanwhile(t, waits, counts))
    return told


def a_buffer_under_a_condition(t: Any) -> object:
    """Three producers, two consumers, room for two; all items arrive once."""
    condition, box, taken = t.Condition(t.Lock()), [], []

    def produces(base: int) -> None:
        for number in range(4):
            with condition:
                condition.wait_for(lambda: len(box) < 2)
                box.append(base + number)
                condition.notify_all()

    def consumes() -> None:
        for _ in range(6):
            with condition:
                while not box:
                    condition.wait()
                taken.append(box.pop(0))
                condition.notify_all()

    meanwhile(t, *[lambda base=base: produces(base) for base in (10, 20, 30)], *[consumes] * 2)
    return sorted(taken), box


def a_recursive_wait(t: Any) -> object:
    """Held three times, it is free while the wait goes on, and held three times behind it."""
    condition, told = t.Condition(), []

    def notifies() -> None:
        with condition:
            told.append("notified")
            condition.notify()

    with condition, condition, condition:
        helper = t.Thread(target=notifies)
        helper.start()
        told.append(condition.wait(60))
        told.append(condition.wait(0.01))
    told.append(refused(condition.release))
    helper.join()
    return told


class OwnLock:
    """A lock of the program's own, as a logging wrapper would be."""

    def __init__(self, lock: Any) -> None:
        self._inner = lock
        self.calls: list[str] = []

    def acquire(self, *args: Any) -> bool:
        got: bool = self._inner.acquire(*args)
        self.calls.append(f"acquire{args}")
        return got

    def release(self) -> None:
        self.calls.append("release()")
        self._inner.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class OwnedLock(OwnLock):
    """One that knows its owner, so that it is not tried for."""

    def _is_owned(self) -> bool:
        return bool(self._inner._is_owned())


def a_condition_over_a_lock_of_ones_own(t: Any) -> object:
    told: list[object] = []
    for lock in (OwnLock(t.Lock()), OwnedLock(t.RLock())):
        condition = t.Condition(lock)
        told += [refused(condition.wait), refused(condition.notify)]
        with condition:
            told += [condition.wait(0.01), condition.wait_for(lambda: True)]
        told.append(list(lock.calls))
        woken: list[object] = []
        waiting = all_waiting(
            t, condition, 2, lambda number, c=condition, w=woken: w.append(c.wait(60))
        )
        with condition:
            condition.notify_all()
        for thread in waiting:
            thread.join()
        told.append(woken)
    return told


def subclasses(t: Any) -> object:
    told: list[object] = []

    class Counting(t.Condition):  # type: ignore[misc, name-defined]
        def wait(self, timeout: float | None = None) -> bool:
            told.append("wait")
            return bool(super().wait(timeout))

    class Named(t.Semaphore):  # type: ignore[misc, name-defined]
        def __init__(self, name: str, **how: Any) -> None:
            super().__init__(**how)
            self.name = name

        def release(self, n: int = 1) -> None:
            told.append(f"release of {self.name}")
            super().release(n)

    with Counting() as entered:
        told.append(entered)
    counting = Counting()
    with counting:
        told.append(counting.wait_for(lambda: len(told) > 2, 0.01))
    with Named("n", value=2) as entered:
        told.append(entered)
    told.append(isinstance(Named("m"), t.Semaphore))
    told.append(issubclass(t.BoundedSemaphore, t.Semaphore))
    return told


SCRIPTS: tuple[Script, ...] = (
    a_condition_lends_its_lock,
    conditions_without_their_lock,
    notified_in_order,
    bounded_waits,
    waits_that_cannot_be,
    wait_for_a_count,
    a_buffer_under_a_condition,
    a_recursive_wait,
    a_condition_over_a_lock_of_ones_own,
    subclasses,
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_conditions_do_the_same_under_control_as_in_the_library(script: Script) -> None:
    assert_alike(script, REAL, OURS)
