"""Lock and RLock, and what all that waits has in common: one script over the library and ours.

Of the cases in CPython's ``lock_tests`` these are covered: BaseLockTests, LockTests and
RLockTests (constructor, repr, acquire, try and contended acquires, with, bounds and their
errors, state after a bound, release by another thread, recursion, ownership, weak
references). Not covered: ``_at_fork_reinit``, as nothing is forked under control; thread
leaks and foreign threads, which cannot use these objects; how long a bounded wait really
took.
"""

from __future__ import annotations

import copy
import gc
import pickle
import re
import threading
import warnings
import weakref
from typing import Any

import pytest
from alike import Script, assert_alike, refused
from side_by_side import OURS, REAL, meanwhile


def both_kinds(t: Any) -> list[Any]:
    return [t.Lock, t.RLock]


def acquire_and_release(t: Any) -> object:
    told: list[object] = []
    for make in both_kinds(t):
        lock = make()
        told += [lock.acquire(), lock.release(), lock.acquire(False), lock.release()]
        told += [lock.acquire(blocking=True, timeout=5), lock.release(), lock.__enter__()]
        told += [lock.__exit__(None, None, None)]
    return told


def reprs_of_locks(t: Any) -> object:
    told: list[object] = []
    for make in both_kinds(t):
        lock = make()
        told.append(re.match(r"<unlocked .* object (.*)?at .*>", repr(lock)) is not None)
        lock.acquire()
        told.append(re.match(r"<locked .* object (.*)?at .*>", repr(lock)) is not None)
    return told


def tries_while_it_is_held(t: Any) -> object:
    told: list[object] = []
    for make in both_kinds(t):
        lock = make()
        lock.acquire()
        told.append(
            meanwhile(
                t,
                lambda lock=lock: lock.acquire(False),
                lambda lock=lock: lock.acquire(blocking=False),
                lambda lock=lock: lock.acquire(timeout=0),
                lambda lock=lock: lock.acquire(timeout=0.01),
            )
        )
        lock.release()
        told += [lock.acquire(timeout=threading.TIMEOUT_MAX), lock.release()]
    return told


def contended(t: Any) -> object:
    """Five threads count under the lock; none of the additions is lost."""
    told = []
    for make in both_kinds(t):
        lock, count = make(), [0]

        def add(lock: Any = lock, count: list[int] = count) -> None:
            for _ in range(3):
                with lock:
                    before = count[0]
                    count[0] = before + 1

        meanwhile(t, *[add] * 5)
        told.append(count)
    return told


def with_gives_back_what_an_exception_leaves(t: Any) -> object:
    told: list[object] = []
    for make in both_kinds(t):
        lock = make()
        try:
            with lock as entered:
                told.append(entered)
                raise KeyError("inside")
        except KeyError:
            told += meanwhile(t, lambda lock=lock: (lock.acquire(False), lock.release()))
    return told


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((False, 1), {}),
    ((False, 0), {}),
    ((False, -1.0), {}),
    ((True, -5), {}),
    ((True, -0.5), {}),
    ((), {"timeout": 1e100}),
    ((), {"timeout": threading.TIMEOUT_MAX + 1}),
    ((), {"timeout": float("inf")}),
    ((), {"timeout": float("nan")}),
    ((True, None), {}),
    ((True, "x"), {}),
    ((None,), {}),
    (("x",), {}),
    ((2.0,), {}),
    ((0,), {}),
    ((1,), {"timeout": True}),
]


def arguments_of_acquire(t: Any) -> object:
    return [
        refused(make().acquire, *given, **named) for make in both_kinds(t) for given, named in CALLS
    ]


def a_lock_after_its_bound(t: Any) -> object:
    lock = t.Lock()
    lock.acquire()
    told = [lock.acquire(timeout=0.01), lock.locked(), lock.release(), lock.locked()]
    return [*told, lock.acquire(blocking=False)]


def a_lock_is_released_by_another(t: Any) -> object:
    lock = t.Lock()
    lock.acquire()
    told = meanwhile(t, lock.release)
    told.append(lock.acquire(False))
    helper = t.Thread(target=lock.release)
    helper.start()
    told.append(lock.acquire())  # opened by the helper
    helper.join()
    return [*told, lock.release(), refused(lock.release), refused(lock.__exit__, 1, 2, 3)]


def recursion(t: Any) -> object:
    lock = t.RLock()
    told: list[object] = [refused(lock.release), refused(lock._release_save)]
    told += [lock._is_owned(), lock._recursion_count()]
    for _ in range(3):
        lock.acquire()
    told += [lock._is_owned(), lock._recursion_count()]
    told += meanwhile(
        t, lock._is_owned, lock._recursion_count, lock.release, lambda: lock.acquire(False)
    )
    saved = lock._release_save()
    told += [lock._is_owned(), lock._recursion_count()]
    told += meanwhile(t, lambda: (lock.acquire(False), lock.release()))
    lock._acquire_restore(saved)
    told.append(lock._recursion_count())
    for _ in range(3):
        lock.release()
    told += [lock._recursion_count(), refused(lock.release), hasattr(lock, "locked")]
    return told


def locks_are_objects(t: Any) -> object:
    told: list[object] = []
    for make in both_kinds(t):
        lock = make()
        weak = weakref.ref(lock)
        told += [weak() is lock, lock == lock, lock == make(), {lock: 1}[lock]]
        told += [
            refused(pickle.dumps, lock),
            refused(copy.copy, lock),
            refused(copy.deepcopy, lock),
        ]
        told.append(refused(setattr, lock, "name", 1).partition(":")[0])
        del lock
        gc.collect()
        told.append(weak() is None)
    for make in (t.Event, t.Semaphore, t.BoundedSemaphore, t.Condition):
        told.append(refused(pickle.dumps, make()))
    return [*told, refused(pickle.dumps, t.Barrier(2)), isinstance(t.Lock(), type(t.Lock()))]


def deprecated_names(t: Any) -> object:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        condition = t.Condition()
        with condition:
            condition.notifyAll()
        t.Event().isSet()
        t.RLock(1)
    return [(seen.category, str(seen.message), seen.filename.rpartition("/")[2]) for seen in caught]


SCRIPTS: tuple[Script, ...] = (
    acquire_and_release,
    reprs_of_locks,
    tries_while_it_is_held,
    contended,
    with_gives_back_what_an_exception_leaves,
    arguments_of_acquire,
    a_lock_after_its_bound,
    a_lock_is_released_by_another,
    recursion,
    locks_are_objects,
    deprecated_names,
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_locks_do_the_same_under_control_as_in_the_library(script: Script) -> None:
    assert_alike(script, REAL, OURS)
