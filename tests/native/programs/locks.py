"""Every call on the locks of threading or of multiprocessing; prints what came back.

python locks.py threading | multiprocessing
"""

import importlib
import sys


def attempt(call, *args, **kwargs):
    try:
        print(call.__name__, args, kwargs, "->", call(*args, **kwargs))
    except (RuntimeError, ValueError, AssertionError) as error:
        print(call.__name__, args, kwargs, "raised", type(error).__name__, error)


def main(make):
    lock = make.Lock()
    attempt(lock.acquire)
    attempt(lock.acquire, False)
    attempt(lock.acquire, timeout=0.01)
    attempt(lock.release)
    attempt(lock.release)
    with lock as got:
        print("with", got)

    rlock = make.RLock()
    attempt(rlock.acquire)
    with rlock:
        attempt(rlock.acquire, True, 1)
        attempt(rlock.release)
    attempt(rlock.release)
    attempt(rlock.release)

    semaphore = make.Semaphore(1)
    attempt(semaphore.acquire)
    attempt(semaphore.acquire, False)
    attempt(semaphore.acquire, timeout=0.01)
    attempt(semaphore.release)
    attempt(semaphore.release)
    with semaphore as got:
        print("with", got)

    bounded = make.BoundedSemaphore(1)
    attempt(bounded.acquire)
    attempt(bounded.release)
    attempt(bounded.release)

    event = make.Event()
    attempt(event.is_set)
    attempt(event.wait, 0.01)
    attempt(event.set)
    attempt(event.is_set)
    attempt(event.wait)
    attempt(event.clear)
    attempt(event.is_set)

    condition = make.Condition()
    attempt(condition.wait, 0.01)
    attempt(condition.notify)
    with condition as got:
        print("with", got)
        attempt(condition.notify)
        attempt(condition.wait, 0.01)
        attempt(condition.wait_for, bool, 0.01)
        attempt(condition.notify_all)

    barrier = make.Barrier(1)
    attempt(barrier.wait)
    print(barrier.parties, barrier.n_waiting, barrier.broken)
    broken = make.Barrier(2)
    attempt(broken.wait, 0.01)
    print(broken.broken)
    attempt(broken.reset)
    print(broken.broken)
    attempt(broken.abort)
    attempt(broken.wait)


if __name__ == "__main__":
    main(importlib.import_module(sys.argv[1]))
