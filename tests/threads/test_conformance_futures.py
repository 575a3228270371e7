"""Executors and futures: the same scripts over ``concurrent.futures`` and over our own.

Of the cases in CPython's ``test_concurrent_futures`` these are covered, for threads:
``executor`` (submit, also with keywords, map, its exceptions, its bound and its references,
wrong numbers of workers), ``test_thread_pool`` (map submits without being asked, saturation,
reuse of idle workers, what a map cancels when its bound is reached), ``test_future``
(callbacks of all kinds, cancel, the states, result and exception with their bounds, setting
twice, repr), ``test_wait`` and ``test_as_completed`` (all conditions and bounds, duplicates,
futures completed before, references), ``test_init`` (initializers, also failing),
``test_shutdown`` (submit afterwards, cancel_futures, without waiting, threads and their
names, a lost executor; the interpreter's own end stands in ``test_executors_end``). Not
covered: process pools, which are not under control, fork, and the number of workers where
none is given, which is ours everywhere.
"""

from __future__ import annotations

import concurrent.futures
import re
import sys
import threading
import time
import weakref
from operator import add
from types import SimpleNamespace
from typing import Any

import pytest
from alike import Script, assert_alike, refused

from pyqdemo.worlds.threads.stand_ins import executors, flags, threads, times

REAL = SimpleNamespace(
    **{name: getattr(concurrent.futures, name) for name in executors.NAMES},
    Event=threading.Event,
    Thread=threading.Thread,
    current_thread=threading.current_thread,
    sleep=time.sleep,
)
OURS = SimpleNamespace(
    **executors.NAMES,
    Event=flags.Event,
    Thread=threads.Thread,
    current_thread=threads.current_thread,
    sleep=times.NAMES["sleep"],
)


def of_all_states(t: Any) -> dict[str, Any]:
    """A future of each kind, by what it is."""
    found = {name: t.Future() for name in ("pending", "running", "cancelled", "noticed")}
    found["running"].set_running_or_notify_cancel()
    found["cancelled"].cancel()
    found["noticed"].cancel()
    found["noticed"].set_running_or_notify_cancel()
    found["failed"] = t.Future()
    found["failed"].set_exception(OSError("disk"))
    found["finished"] = t.Future()
    found["finished"].set_result(42)
    return found


def named(futures: Any, known: dict[str, Any]) -> list[str]:
    """The names of futures, sorted."""
    return sorted(name for name, future in known.items() if future in futures)


def states(t: Any) -> object:
    told: list[object] = []
    for name, future in of_all_states(t).items():
        shown = re.sub("0x[0-9a-f]+", "0x", repr(future))
        told.append((name, future.done(), future.cancelled(), future.running(), shown))
        told.append((refused(future.result, 0.001), refused(future.exception, timeout=-1)))
        told.append((future.cancel(), future.cancelled()))
    return told


def results_and_exceptions(t: Any) -> object:
    known = of_all_states(t)
    told: list[object] = [known["finished"].result(), known["finished"].exception()]
    told += [repr(known["failed"].exception()), known["finished"].result(timeout=5)]
    late = t.Future()
    setter = t.Thread(target=lambda: late.set_result("late"))
    setter.start()
    told.append(late.result(timeout=30))
    setter.join()
    failing = t.Future()
    setter = t.Thread(target=lambda: failing.set_exception(KeyError("late")))
    setter.start()
    told += [refused(failing.result), repr(failing.exception(timeout=30))]
    setter.join()
    canceled = t.Future()
    canceller = t.Thread(target=canceled.cancel)
    canceller.start()
    told += [refused(canceled.result), refused(canceled.exception)]
    canceller.join()
    return told


def setting_twice(t: Any) -> object:
    def shown(text: str) -> str:
        return re.sub("0x[0-9a-f]+", "0x", text)

    told = []
    for name, future in of_all_states(t).items():
        told.append((name, shown(refused(future.set_result, 1))))
        told.append((name, shown(refused(future.set_exception, OSError("again")))))
    told.append(refused(of_all_states(t)["running"].set_running_or_notify_cancel))
    told.append(refused(of_all_states(t)["finished"].set_running_or_notify_cancel))
    return told


def callbacks(t: Any) -> object:
    told: list[object] = []

    def ends(future: Any) -> None:
        future.cancel()

    for end in (lambda f: f.set_result(5), lambda f: f.set_exception(OSError("x")), ends):
        future = t.Future()
        future.add_done_callback(lambda f: told.append(("first", f.done(), f.cancelled())))
        future.add_done_callback(lambda f: 1 / 0)
        future.add_done_callback(lambda f: told.append(("second", f is future)))  # noqa: B023
        end(future)
        future.add_done_callback(lambda f: told.append("at once"))
        future.add_done_callback(lambda f: 1 / 0)
        told.append(future.cancel())
    return told


def submitting(t: Any) -> object:
    def capture(*args: object, **kwargs: object) -> object:
        return args, kwargs

    def fail() -> None:
        raise LookupError("no")

    def leave() -> None:
        raise SystemExit(3)

    with t.ThreadPoolExecutor(2) as pool:
        told: list[object] = [pool.submit(pow, 2, 8).result(), pool.submit(add, 2, 3).result()]
        told.append(pool.submit(capture, 1, self=2, fn=3).result())
        told += [refused(pool.submit), refused(lambda: pool.submit(fn=capture))]
        failed = pool.submit(fail)
        told += [refused(failed.result), repr(failed.exception()), refused(failed.result)]
        told += [repr(pool.submit(leave).exception()), pool.submit(int).result()]
    told += [refused(pool.submit, int), pool.shutdown(), refused(pool.submit, int)]
    for wrong in (0, -1):
        told.append(refused(t.ThreadPoolExecutor, wrong))
    told.append(refused(t.ThreadPoolExecutor, 1, initializer=3))
    told.append(refused(t.Executor().submit, int))
    return told


def mapping(t: Any) -> object:
    done: list[int] = []
    with t.ThreadPoolExecutor(3) as pool:
        told: list[object] = [list(pool.map(pow, range(10), range(10)))]
        told.append(list(pool.map(pow, range(5), range(10), chunksize=3, timeout=60)))
        failing = pool.map(divmod, [1, 1, 1, 1], [2, 3, 0, 5])
        told += [next(failing), next(failing), refused(next, failing), refused(next, failing)]
        pool.map(done.append, range(10))
        told.append(list(pool.map(int, [])))
    return [*told, sorted(done)]


def a_map_whose_bound_is_reached(t: Any) -> object:
    """What was not taken is cancelled: with one worker that is busy, all of it."""
    gate, ran = t.Event(), []

    def work(name: str) -> None:
        ran.append(name)
        gate.wait()

    with t.ThreadPoolExecutor(1) as pool:
        first = pool.submit(work, "first")
        while not first.running():
            t.sleep(0.001)
        given = pool.map(work, ["second", "third"], timeout=0)
        told = [refused(next, given), refused(next, given)]
        gate.set()
    return told, ran


def waiting(t: Any) -> object:
    told: list[object] = []
    known = of_all_states(t)
    groups = (
        ("finished", "failed", "noticed"),
        ("finished", "pending", "noticed"),
        ("failed", "pending"),
        ("cancelled", "finished", "noticed"),
        ("cancelled", "running", "pending"),
        (),
    )
    for group in groups:
        for when in (t.FIRST_COMPLETED, t.FIRST_EXCEPTION, t.ALL_COMPLETED, "sometime"):
            futures = [known[name] for name in group]
            try:
                done, late = t.wait(iter(futures * 2), timeout=0.001, return_when=when)
            except ValueError as error:
                told.append(str(error))
            else:
                told.append((when, named(done, known), named(late, known)))
    both = t.wait([known["finished"]])
    return [*told, type(both).__name__, both.done == {known["finished"]}, both.not_done]


def waiting_for_workers(t: Any) -> object:
    gate, told = t.Event(), []
    with t.ThreadPoolExecutor(4) as pool:
        late = pool.submit(gate.wait)
        quick = pool.submit(add, 1, 2)
        done, left = t.wait([late, quick], return_when=t.FIRST_COMPLETED)
        told += [done == {quick}, left == {late}]
        failing = pool.submit(divmod, 1, 0)
        done, left = t.wait({late, failing}, return_when=t.FIRST_EXCEPTION, timeout=30)
        told += [done == {failing}, left == {late}]
        gate.set()
        done, left = t.wait([late, quick, failing])
        told += [len(done), left]
    return told


def as_they_complete(t: Any) -> object:
    known = of_all_states(t)
    told: list[object] = [
        list(t.as_completed([])),
        list(
            t.as_completed(
                iter(
                    [],
                ),
                timeout=0,
            )
        ),
    ]
    came = []
    try:
        for future in t.as_completed(known.values(), timeout=0.001):
            came.append(future)
    except TimeoutError as error:
        told.append(str(error))
    told += [named(came, known), len(came)]
    with t.ThreadPoolExecutor(2) as pool:
        futures = {pool.submit(pow, number, 2): number for number in range(6)}
        told.append(sorted(future.result() for future in t.as_completed(futures)))
        again = t.as_completed([*futures, *futures], timeout=30)
        told.append(sorted(futures[future] for future in again))
    one, two, three = (t.Future() for _ in range(3))
    stream = t.as_completed([one, two, three])
    two.set_result("two")
    told.append(next(stream).result())
    three.cancel()
    three.set_running_or_notify_cancel()
    one.set_result("one")
    told.append([next(stream) is three, next(stream) is one, next(stream, "over")])
    return told


def finishing_order(t: Any) -> object:
    """Each call ends before the next may: they come in that order, whatever their own."""
    gates = [t.Event() for _ in range(5)]

    def work(number: int) -> int:
        gates[number].wait()
        return number

    with t.ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(work, number) for number in range(4)]
        got = []
        gates[2].set()
        for future in t.as_completed(futures):
            got.append(future.result())
            gates[(future.result() + 3) % 4].set()
    return got


def cancelling(t: Any) -> object:
    gate, told = t.Event(), []
    with t.ThreadPoolExecutor(1) as pool:
        busy = pool.submit(gate.wait)
        while not busy.running():
            t.sleep(0.001)
        waiting, other = pool.submit(int), pool.submit(int)
        waiting.add_done_callback(lambda f: told.append(("callback", f.cancelled())))
        told += [busy.cancel(), waiting.cancel(), waiting.cancel(), waiting.done()]
        told += [waiting.running(), refused(waiting.result), other.done()]
        gate.set()
        told += [other.result(), busy.result()]
        told.append(len(t.wait([waiting, other]).done))
    return told


def shutting_down(t: Any) -> object:
    gate, told = t.Event(), []
    pool = t.ThreadPoolExecutor(1)
    busy = pool.submit(gate.wait)
    while not busy.running():
        t.sleep(0.001)
    left = [pool.submit(int) for _ in range(3)]
    left[0].add_done_callback(lambda f: told.append(("callback", f.cancelled())))
    pool.shutdown(wait=False, cancel_futures=True)
    told += [future.cancelled() for future in left]
    # They are cancelled, and no worker will ever notice: that is how the library does it.
    told.append(len(t.wait(left, timeout=0.001).done))
    told.append(refused(pool.submit, int))
    gate.set()
    pool.shutdown()
    told.append(busy.result())
    second = t.ThreadPoolExecutor(2)
    futures = [second.submit(pow, number, 2) for number in range(5)]
    second.shutdown(wait=False)
    told.append([future.result() for future in futures])
    third = t.ThreadPoolExecutor(1)
    told.append(refused(third.submit(third.shutdown).result))
    third.shutdown()
    return told


def threads_and_names(t: Any) -> object:
    """Nine calls that wait for a gate: nobody is ever idle, so all three workers are made."""
    told: list[object] = []
    with t.ThreadPoolExecutor(3, "Cook") as pool:
        gate = t.Event()
        names = [pool.submit(lambda: (gate.wait(), t.current_thread().name)) for _ in range(9)]
        told.append(len(pool._threads))
        gate.set()
        told.append({name.result()[1] for name in names} <= {"Cook_0", "Cook_1", "Cook_2"})
        told.append(sorted(thread.name for thread in pool._threads))
    told.append([thread.is_alive() for thread in pool._threads])
    with t.ThreadPoolExecutor(1) as pool:
        name = pool.submit(lambda: t.current_thread().name).result()
        told.append(re.sub(r"-\d+", "-N", name))
    return told


def a_lost_executor(t: Any) -> object:
    """Its workers do what was submitted, and end."""
    pool = t.ThreadPoolExecutor(2, "Lost")
    futures = [pool.submit(pow, number, 2) for number in range(5)]
    workers = list(pool._threads)
    del pool
    for worker in workers:
        worker.join()
    return [future.result() for future in futures], [w.is_alive() for w in workers]


def initializers(t: Any) -> object:
    started: list[object] = []
    with t.ThreadPoolExecutor(1, initializer=started.append, initargs=("up",)) as pool:
        told: list[object] = [pool.submit(len, started).result(), started]

    def fail() -> None:
        raise OSError("no kitchen")

    with t.ThreadPoolExecutor(1, initializer=fail) as broken:
        future = broken.submit(int)
        told += [refused(future.result), type(future.exception()).__mro__[1].__name__]
        told.append(refused(broken.submit, int))
        told.append(refused(lambda: list(broken.map(int, "12"))))
    return told


def kept_references(t: Any) -> object:
    class Thing:
        def me(self) -> Thing:
            return Thing()

    told = []
    with t.ThreadPoolExecutor(1) as pool:
        thing = Thing()
        seen = weakref.ref(thing)
        pool.submit(thing.me).result()
        del thing
        pool.submit(int).result()  # by then the worker has let go of the call before
        told.append(seen() is None)
        for given in pool.map(lambda _: Thing(), range(3)):
            seen = weakref.ref(given)
            del given
            told.append(seen() is None)
    futures = [t.Future() for _ in range(2)]
    for future in futures:
        future.set_result(1)
    for future in t.as_completed(futures):
        futures.remove(future)
        seen_future = weakref.ref(future)
        del future
        told.append(seen_future() is None)
    return told


def names(t: Any) -> object:
    kinds = (t.Future, t.Executor, t.ThreadPoolExecutor, t.wait, t.as_completed)
    told = [(kind.__module__, kind.__qualname__) for kind in kinds]
    return told, repr(t.Future[int]), issubclass(t.ThreadPoolExecutor, t.Executor)


SCRIPTS = [
    states,
    results_and_exceptions,
    setting_twice,
    callbacks,
    submitting,
    mapping,
    a_map_whose_bound_is_reached,
    waiting,
    waiting_for_workers,
    as_they_complete,
    finishing_order,
    cancelling,
    shutting_down,
    threads_and_names,
    a_lost_executor,
    initializers,
    kept_references,
    names,
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_a_script_has_one_result_over_the_library_and_over_ours(script: Script) -> None:
    assert_alike(script, REAL, OURS)


def buffered_map(t: Any) -> object:
    """No more than that many calls are submitted ahead of the results that were taken."""
    given: list[int] = []

    def numbers() -> Any:
        for number in range(6):
            given.append(number)
            yield number

    with t.ThreadPoolExecutor(2) as pool:
        told: list[object] = []
        results = pool.map(pow, numbers(), range(6), buffersize=2)
        told.append(len(given))
        for result in results:
            told.append((result, len(given)))
        told += [refused(pool.map, int, [1], buffersize=0)]
        told += [refused(pool.map, int, [1], buffersize=1.5)]
    return told


@pytest.mark.skipif(sys.version_info < (3, 14), reason="map has a buffersize from 3.14 on")
def test_a_buffered_map_is_as_the_librarys() -> None:
    assert_alike(buffered_map, REAL, OURS)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="map has a buffersize from 3.14 on")
def test_a_map_has_no_buffersize_where_the_librarys_has_none() -> None:
    assert_alike(lambda t: refused(t.Executor().map, int, [1], buffersize=1), REAL, OURS)
