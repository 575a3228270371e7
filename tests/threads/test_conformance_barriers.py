"""Semaphores, events and barriers: the same scripts over the library and over ours.

Of the cases in CPython's ``lock_tests`` these are covered: EventTests (is_set, notify,
timeout, repr), BaseSemaphoreTests, SemaphoreTests and BoundedSemaphoreTests, and
BarrierTests. Not covered: ``_at_fork_reinit``, as nothing is forked under control; how long
a bounded wait really took. That ``Event.set`` and then ``clear`` wake all who wait is not
sure in the library unless one sleeps first: tests/kernel has it for every schedule.
"""

from __future__ import annotations

import re
import sys
import threading
from typing import Any

import pytest
from alike import Script, assert_alike, refused
from side_by_side import OURS, REAL, meanwhile

BROKEN = threading.BrokenBarrierError


def both_semaphores(t: Any) -> list[Any]:
    return [t.Semaphore, t.BoundedSemaphore]


def semaphores_are_made(t: Any) -> object:
    return [
        (
            *[refused(make, value=-1), refused(make, -sys.maxsize), refused(make, "x")],
            *[make()._value, make(3)._value, make(value=0).acquire(False)],
        )
        for make in both_semaphores(t)
    ]


def permits(t: Any) -> object:
    told: list[object] = []
    for make in both_semaphores(t):
        semaphore = make(2)
        told += [semaphore.acquire(), semaphore.acquire(False), semaphore.acquire(False)]
        told += [semaphore.acquire(timeout=0.01), semaphore.acquire(timeout=-1)]
        told += [semaphore.acquire(True, 0), semaphore.release(), semaphore.acquire(timeout=5)]
        told += [refused(semaphore.acquire, False, timeout=1.0), semaphore.release(n=2)]
        told += [semaphore._value, semaphore.acquire(blocking=0), semaphore._value]
    return told


def permits_given_back_too_often(t: Any) -> object:
    told: list[object] = []
    for make in both_semaphores(t):
        semaphore = make(1)
        told += [refused(semaphore.release), refused(semaphore.release, 0)]
        told += [refused(semaphore.release, -1), semaphore._value]
        told += [semaphore.acquire(), refused(semaphore.release, 2), semaphore._value]
    return told


def tries_for_permits(t: Any) -> object:
    """Five threads try twice for the three permits that are left."""
    told = []
    for make in both_semaphores(t):
        semaphore = make(4)
        semaphore.acquire()
        results = meanwhile(t, *[lambda s=semaphore: [s.acquire(False), s.acquire(False)]] * 5)
        told.append(sorted(got for pair in results for got in pair))  # type: ignore[attr-defined]
    return told


def permits_for_ten(t: Any) -> object:
    """Ten threads take two each; as many are given out, one by one and many at once."""
    told = []
    for amounts in ([1] * 20, [7, 6, 5, 2], [20]):
        semaphore = t.Semaphore(0)

        def takes(semaphore: Any = semaphore) -> object:
            return semaphore.acquire(), semaphore.acquire(timeout=60)

        def gives(semaphore: Any = semaphore, amounts: list[int] = amounts) -> None:
            for amount in amounts:
                semaphore.release(amount)

        told.append([meanwhile(t, *[takes] * 10, gives), semaphore.acquire(False)])
    return told


def semaphores_in_with(t: Any) -> object:
    told: list[object] = []

    def inside(semaphore: Any, error: type[Exception] | None = None) -> None:
        with semaphore:
            told.append(semaphore.acquire(False))
            semaphore.release()
            with semaphore:
                told.append(semaphore.acquire(False))
                if error is not None:
                    raise error

    for make in both_semaphores(t):
        semaphore = make(2)
        told.append(refused(inside, semaphore))
        told.append(refused(inside, semaphore, TypeError))
        told.append(semaphore._value)
    return told


def reprs(t: Any) -> object:
    def look(thing: object) -> str:
        return re.sub(" at .*?: ", " at X: ", repr(thing))

    event, condition, lock = t.Event(), t.Condition(), t.Lock()
    told = [look(event), event.set(), look(event)]
    for make in both_semaphores(t):
        semaphore = make(3)
        told += [look(semaphore), semaphore.acquire(), look(semaphore)]
    told.append(re.sub(r"\(<.*>, ", "(X, ", repr(condition)))
    told.append(repr(t.Condition(lock)) == f"<Condition({lock!r}, 0)>")
    barrier = t.Barrier(3)
    return [*told, look(barrier), barrier.abort(), look(barrier)]


def flag_up_and_down(t: Any) -> object:
    event = t.Event()
    told = [event.is_set(), event.wait(0), event.wait(timeout=0.01), event.wait(-1)]
    told += [event.set(), event.is_set(), event.set(), event.wait(), event.wait(0)]
    return [*told, event.clear(), event.is_set(), event.clear(), event.is_set(), event.wait(0.01)]


def one_set_for_five(t: Any) -> object:
    event = t.Event()
    told = meanwhile(t, *[lambda: (event.wait(), event.wait(60))] * 5, event.set)
    event.clear()
    return [*told, *meanwhile(t, event.set, *[lambda: (event.wait(60), event.is_set())] * 5)]


def barriers_are_made(t: Any) -> object:
    barrier = t.Barrier(5, timeout=2.0)
    return [
        *([refused(t.Barrier, 0), refused(t.Barrier, parties=-1)]),
        (barrier.parties, barrier.n_waiting, barrier.broken),
        refused(setattr, barrier, "parties", 3).partition(":")[0],
        [t.Barrier(1).wait(), t.Barrier(parties=1, action=None, timeout=1).wait(timeout=0)],
    ]


def ten_rounds_in_step(t: Any) -> object:
    barrier, counts, flaws = t.Barrier(5), [0], []
    lock = t.Lock()

    def runs() -> object:
        indices = []
        for number in range(10):
            with lock:
                counts[0] += 1
            indices.append(barrier.wait(60))
            if counts[0] != 5 * (number + 1):
                flaws.append(number)
            barrier.wait(60)
        return indices

    results = meanwhile(t, *[runs] * 5)
    rounds = [sorted(each) for each in zip(*results, strict=True)]  # type: ignore[call-overload]
    return rounds, flaws, barrier.n_waiting, barrier.broken


def actions(t: Any) -> object:
    ran: list[int] = []
    barrier = t.Barrier(3, lambda: ran.append(len(ran)), timeout=60)
    told = meanwhile(t, *[lambda: (barrier.wait() in range(3), len(ran))] * 3)

    def fails() -> None:
        raise LookupError("no")

    failing = t.Barrier(3, fails)
    told += sorted(meanwhile(t, *[failing.wait] * 3), key=str)
    return [*told, failing.broken, failing.n_waiting, refused(failing.wait)]


def aborted_in_the_second_round(t: Any) -> object:
    barrier, other = t.Barrier(5, timeout=60), t.Barrier(5, timeout=60)

    def runs() -> object:
        told: list[object] = []
        try:
            if barrier.wait() == 2:
                told.append("abort")
                barrier.abort()
            else:
                barrier.wait()
        except BROKEN as error:
            told.append(repr(error))
        if other.wait() == 2:  # everybody has left, so that it can be reset
            barrier.reset()
        other.wait()
        told.append(barrier.wait() in range(5))
        return told

    # Whoever is still in the first round when it is aborted is broken off there.
    return sorted(meanwhile(t, *[runs] * 5), key=str), barrier.broken


def reset_while_four_wait(t: Any) -> object:
    barrier = t.Barrier(5, timeout=60)

    def runs() -> object:
        told: list[object] = []
        if barrier.wait() == 2:
            while barrier.n_waiting < 4:
                pass
            barrier.reset()
        else:
            try:
                barrier.wait()
            except BROKEN:
                told.append("broken")
        told.append(barrier.wait() in range(5))
        return told

    return sorted(meanwhile(t, *[runs] * 5), key=str), barrier.broken


def bounds_of_barriers(t: Any) -> object:
    told: list[object] = []
    for barrier, bound in ((t.Barrier(3), 0.01), (t.Barrier(3, timeout=0.01), None)):
        told += meanwhile(t, *[lambda b=barrier, bound=bound: b.wait(bound)] * 2)
        told += [barrier.broken, barrier.n_waiting, barrier.reset(), barrier.broken]
    late = t.Barrier(2, timeout=0.01)
    told += [refused(late.wait, -1), late.abort(), refused(late.wait), late.broken]
    return told


SCRIPTS: tuple[Script, ...] = (
    semaphores_are_made,
    permits,
    permits_given_back_too_often,
    tries_for_permits,
    permits_for_ten,
    semaphores_in_with,
    reprs,
    flag_up_and_down,
    one_set_for_five,
    barriers_are_made,
    ten_rounds_in_step,
    actions,
    aborted_in_the_second_round,
    reset_while_four_wait,
    bounds_of_barriers,
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_semaphores_events_and_barriers_do_the_same_under_control_as_in_the_library(
    script: Script,
) -> None:
    assert_alike(script, REAL, OURS)
