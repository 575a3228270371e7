"""The queues: the same scripts over ``queue`` and over our stand-ins, with equal results.

Of the cases in CPython's ``test_queue`` these are covered: BaseQueueTestMixin (task_done,
join, basic, negative timeouts, nowait, the shrinking queue, and shutdown: empty, non-empty,
immediate, its transitions, all methods in one thread, and with put, get and join pending),
FailingQueueTest (hooks that raise) and BaseSimpleQueueTest (basic, negative timeouts, order,
many threads, also without blocking and with bounds, references). Not covered: re-entrancy
from ``__del__`` at any moment (``gc`` is off during a run), and shutdown in many threads
at random moments (its results depend on the schedule; tests/kernel has the exact ones).
"""

from __future__ import annotations

import queue
import sys
import threading
import weakref
from collections import OrderedDict
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from alike import Script, assert_alike, refused

from pyqdemo.worlds.threads.stand_ins import queues, threads

REAL = SimpleNamespace(
    **{name: getattr(queue, name) for name in queues.NAMES}, Thread=threading.Thread
)
OURS = SimpleNamespace(**queues.NAMES, Thread=threads.Thread)
KINDS = ("Queue", "LifoQueue", "PriorityQueue")


def meanwhile(t: Any, *calls: Any) -> list[object]:
    """What calls give, or raise, that run in threads of their own until all are over."""
    results: list[object] = [None] * len(calls)

    def run(number: int) -> None:
        try:
            results[number] = calls[number]()
        except Exception as error:
            results[number] = type(error).__name__

    running = [t.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return results


def orders_and_sizes(t: Any) -> object:
    told: list[object] = []
    for kind in KINDS:
        q = getattr(t, kind)(3)
        told.append((q.qsize(), q.empty(), q.full(), q.maxsize))
        for number in (111, 333, 222):
            q.put(number)
        told.append((q.qsize(), q.empty(), q.full(), q.unfinished_tasks, list(q.queue)))
        told.append([q.get(), q.get(False), q.get(timeout=1), q.qsize(), q.empty()])
    return told


def full_and_empty(t: Any) -> object:
    told: list[object] = []
    for kind in KINDS:
        q = getattr(t, kind)(1)
        told += [refused(q.get, False), refused(q.get_nowait), refused(q.get, timeout=0.001)]
        told += [refused(q.get, True, 0), refused(q.get, block=0, timeout=-1)]
        q.put("one", 0)
        told += [refused(q.put, 2, block=0), refused(q.put_nowait, 2)]
        told += [refused(q.put, 2, timeout=0.001), refused(q.put, 2, False, -1), q.get()]
    return told


def negative_bounds(t: Any) -> object:
    """An unbounded queue's put does not look at them; a full queue's says so before Full."""
    told: list[object] = []
    for kind in KINDS:
        bounded, unbounded = getattr(t, kind)(1), getattr(t, kind)()
        told += [refused(bounded.put, 1, timeout=-1), refused(unbounded.put, 1, timeout=-1)]
        told += [refused(bounded.get, timeout=-1), refused(unbounded.get, True, -1)]
        bounded.put(1)
        told += [refused(bounded.put, 2, timeout=-1), bounded.qsize(), unbounded.qsize()]
    return told


def endless_bounds(t: Any) -> object:
    """More than a lock can wait is refused where a queue would have to wait; a SimpleQueue
    refuses it in any case."""
    told: list[object] = []
    for bound in (threading.TIMEOUT_MAX * 2, 1e100, float("inf")):
        for kind in KINDS:
            q = getattr(t, kind)(1)
            told += [refused(q.get, timeout=bound), refused(q.get, False, bound)]
            told += [q.put(1, timeout=bound), refused(q.put, 2, timeout=bound), q.qsize()]
            told += [refused(q.put, 2, False, bound), q.get(timeout=bound), q.qsize()]
            told.append(getattr(t, kind)().put(1, timeout=bound))
        simple = t.SimpleQueue()
        simple.put(1)
        told += [refused(simple.get, timeout=bound).partition(":")[0], simple.qsize()]
        told += [simple.get(False, bound), simple.put(1, timeout=bound)]
    return told


def odd_sizes(t: Any) -> object:
    none = t.Queue(None)
    told = [refused(none.put, 1), refused(none.full), none.qsize(), none.empty()]
    for size in (-1, 0, 0.5, 2.5, True):
        q = t.Queue(size)
        told.append([refused(q.put, number, block=False) for number in range(4)])
        told.append((q.full(), q.maxsize))
    return told


def shrinking(t: Any) -> object:
    q = t.Queue(3)
    for number in range(3):
        q.put(number)
    q.maxsize = 2
    told = [refused(q.put_nowait, 4), q.qsize(), q.full(), q.get()]
    told.append(refused(q.put_nowait, 4))
    q.maxsize = 0
    return [*told, refused(q.put_nowait, 4), q.qsize()]


def task_done_and_join(t: Any) -> object:
    q: Any = t.Queue()
    told = [refused(q.task_done)]
    got: list[int] = []

    def work() -> None:
        while (number := q.get()) >= 0:
            got.append(number)
            q.task_done()
        q.task_done()

    workers = [t.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for number in range(20):
        q.put(number)
    q.join()
    told += [str(sorted(got)), str(q.unfinished_tasks)]
    q.put(-1)
    q.put(-1)
    q.join()
    for worker in workers:
        worker.join()
    return [*told, refused(q.task_done)]


def blocked_ones_go_on(t: Any) -> object:
    told: list[object] = []
    for kind in KINDS:
        q = getattr(t, kind)(1)
        told.append(meanwhile(t, q.get, partial(q.put, 1)))
        told.append(meanwhile(t, partial(q.get, True, 30), partial(q.put, 1, timeout=30)))
        q.put(0)
        told.append(sorted(meanwhile(t, q.get, partial(q.put, 0)), key=str))
        told.append(q.get())
    return told


def one_to_one_keeps_the_order(t: Any) -> object:
    told = []
    for q in (t.Queue(2), t.SimpleQueue()):
        got: list[int] = []

        def feed(q: Any = q) -> None:
            for number in range(30):
                q.put(number)
            q.put(None)

        def take(q: Any = q, got: list[int] = got) -> None:
            got.extend(iter(q.get, None))

        meanwhile(t, feed, take)
        told.append(got)
    return told


def many_to_many_loses_nothing(t: Any) -> object:
    told = []
    for make in (t.Queue, lambda: t.Queue(3), t.LifoQueue, t.PriorityQueue, t.SimpleQueue):
        q, got = make(), []

        def feed(first: int, q: Any = q) -> None:
            for number in range(first, first + 10):
                q.put(number)

        def take(q: Any = q, got: list[int] = got) -> None:
            for turn in range(10):
                while True:
                    try:
                        got.append(q.get(timeout=0.001) if turn % 2 else q.get())
                        break
                    except t.Empty:
                        pass

        feeds = [lambda first=first, feed=feed: feed(first) for first in (0, 10, 20)]
        meanwhile(t, *feeds, take, take, take)
        told.append((sorted(got), q.empty()))
    return told


def priorities(t: Any) -> object:
    class Job:
        def __init__(self, urgent: int, name: str) -> None:
            self.urgent, self.name = urgent, name

        def __lt__(self, other: Job) -> bool:
            return self.urgent < other.urgent

    q = t.PriorityQueue()
    for number, name in enumerate("abcdefghij"):
        q.put(Job(number % 3, name))
    told: list[object] = [[q.get().name for _ in range(10)]]
    for pair in ((2, "b"), (1, "z"), (2, "a"), (1, "y")):
        q.put(pair)
    return [*told, [q.get() for _ in range(4)]]


def a_comparison_that_raises(t: Any) -> object:
    """The item stays in the heap, and is counted by ``qsize`` but not as unfinished."""
    q = t.PriorityQueue()
    q.put((1, "one"))
    told: list[object] = [refused(q.put, (1, 2)), q.qsize(), q.unfinished_tasks, q.queue]
    told += [refused(q.get), q.qsize(), q.get(), q.empty()]
    return told


def hooks_of_ones_own(t: Any) -> object:
    class Once(t.Queue):  # type: ignore[misc, name-defined]
        def _init(self, maxsize: int) -> None:
            self.queue = OrderedDict()
            self.seen = maxsize

        def _qsize(self) -> int:
            return len(self.queue)

        def _put(self, item: object) -> None:
            self.queue[item] = None

        def _get(self) -> object:
            return self.queue.popitem(last=False)[0]

    class Doubling(t.Queue):  # type: ignore[misc, name-defined]
        def _put(self, item: Any) -> None:
            super()._put(item * 2)

    class Reversed(t.Queue):  # type: ignore[misc, name-defined]
        def _get(self) -> object:
            return self.queue.pop()

    class Counting(t.PriorityQueue):  # type: ignore[misc, name-defined]
        def _init(self, maxsize: int) -> None:
            super()._init(maxsize)
            self.puts = 0

        def _put(self, item: object) -> None:
            super()._put(item)
            self.puts += 1

    class Wrapping(t.LifoQueue):  # type: ignore[misc, name-defined]
        def put(self, item: object, block: bool = True, timeout: float | None = None) -> None:
            super().put((item,), block, timeout)

        def get(self, block: bool = True, timeout: float | None = None) -> object:
            return super().get(block, timeout)[0]

    class Weighing(t.Queue):  # type: ignore[misc, name-defined]
        def _qsize(self) -> int:
            return sum(self.queue)

    told: list[object] = []
    for kind in (Once, Doubling, Reversed, Counting, Wrapping, Weighing):
        q = kind(4)
        for number in (1, 2, 1):
            told.append(refused(q.put_nowait, number))
        told.append((kind.__name__, q.qsize(), q.full(), q.unfinished_tasks, len(q.queue)))
        while not q.empty():
            told.append(q.get())
        told.append((refused(q.get_nowait), isinstance(q, t.Queue)))
    return told


def hooks_that_raise(t: Any) -> object:
    class Failing(t.Queue):  # type: ignore[misc, name-defined]
        def __init__(self, *size: int) -> None:
            self.fails = False
            super().__init__(*size)

        def _put(self, item: object) -> None:
            if self.fails:
                raise LookupError("put")
            super()._put(item)

        def _get(self) -> object:
            if self.fails:
                raise LookupError("get")
            return super()._get()

    q = Failing(2)
    q.put(1)
    q.fails = True
    told: list[object] = [refused(q.put, 2), refused(q.put, 2, timeout=1), refused(q.get)]
    told += [refused(q.get, False), q.qsize(), q.unfinished_tasks]
    q.fails = False
    q.put(2)
    return [*told, q.get(), q.get(), q.qsize(), q.unfinished_tasks]


def a_size_that_raises(t: Any) -> object:
    class Blind(t.Queue):  # type: ignore[misc, name-defined]
        def _qsize(self) -> int:
            raise LookupError("size")

    q = Blind(2)
    return [refused(call) for call in (q.get, lambda: q.put(1), q.qsize, q.empty, q.full)]


def the_mutex_and_what_is_inside(t: Any) -> object:
    q = t.Queue(2)
    q.put(1)
    q.put(2)
    with q.mutex:
        told: list[object] = [list(q.queue), q.mutex.locked(), q.mutex is q.mutex]
        q.queue.clear()
        q.not_full.notify_all()
        q.all_tasks_done.notify_all()
        q.unfinished_tasks = 0
    q.join()
    told += [q.qsize(), q.mutex.locked(), refused(q.not_empty.notify), refused(q.get, False)]
    with q.not_empty:
        q.queue.append(5)
        q.not_empty.notify()
    return [*told, q.get(), q.unfinished_tasks]


def simple_ones(t: Any) -> object:
    q = t.SimpleQueue()
    told: list[object] = [q.empty(), q.qsize(), refused(q.get, timeout=-1), refused(q.get, False)]
    q.put(1)
    q.put(2, block=False, timeout=-5)
    q.put_nowait(3)
    q.put(item=4)
    told += [q.qsize(), q.get(), q.get_nowait(), q.get(block=False), q.get(timeout=0.1)]
    told += [refused(q.get, True, 0.001), refused(q.get_nowait), refused(t.SimpleQueue, 3)]
    told += [hasattr(q, name) for name in ("maxsize", "task_done", "join", "full", "queue")]

    class Named(t.SimpleQueue):  # type: ignore[misc, name-defined]
        def __init__(self, name: str) -> None:
            self.name = name

    named = Named("mine")
    named.put(1)
    return [*told, named.name, named.get()]


def kept_references(t: Any) -> object:
    """A queue has let go of what was taken out of it."""

    class Thing:
        def __lt__(self, other: Thing) -> bool:
            return False

    told = []
    for q in (t.Queue(), t.LifoQueue(), t.PriorityQueue(), t.SimpleQueue()):
        for _ in range(3):
            q.put(Thing())
        told += [weakref.ref(q.get())() is None for _ in range(3)]
    return told


def names(t: Any) -> object:
    kinds = (t.Queue, t.LifoQueue, t.PriorityQueue, t.SimpleQueue)
    told = [(kind.__module__, kind.__qualname__, repr(kind[int])) for kind in kinds]
    return told, [repr(kind()).partition(" at ")[0] for kind in kinds]


SCRIPTS = [
    orders_and_sizes,
    full_and_empty,
    negative_bounds,
    endless_bounds,
    odd_sizes,
    shrinking,
    task_done_and_join,
    blocked_ones_go_on,
    one_to_one_keeps_the_order,
    many_to_many_loses_nothing,
    priorities,
    a_comparison_that_raises,
    hooks_of_ones_own,
    hooks_that_raise,
    a_size_that_raises,
    the_mutex_and_what_is_inside,
    simple_ones,
    kept_references,
    names,
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_a_script_has_one_result_over_the_library_and_over_ours(script: Script) -> None:
    assert_alike(script, REAL, OURS)


def shut_down_in_one_thread(t: Any) -> object:
    told: list[object] = []
    for kind in KINDS:
        for immediate in (False, True):
            q = getattr(t, kind)(3)
            told.append(q.is_shutdown)
            q.put(1)
            q.put_nowait(1)
            q.shutdown(immediate)
            told += [q.is_shutdown, q.qsize(), q.unfinished_tasks]
            told += [refused(q.put, 2), refused(q.put_nowait, 2), refused(q.put, 2, timeout=-1)]
            while not q.empty():
                told.append(q.get())
                q.task_done()
            told += [refused(q.get), refused(q.get_nowait), refused(q.get, True, 1.0)]
            told += [refused(q.get, timeout=-1), refused(q.task_done)]
            q.join()
            q.shutdown(immediate=True)
            q.shutdown()
            told.append(q.is_shutdown)
    return told


def shut_down_with_others_waiting(t: Any) -> object:
    told: list[object] = []
    for immediate in (False, True):
        empty, full, joined = t.Queue(), t.Queue(1), t.Queue()
        full.put(0)
        told.append(meanwhile(t, empty.get, empty.get, partial(empty.shutdown, immediate)))
        told.append(
            meanwhile(
                t,
                partial(full.put, 1),
                partial(full.put, 1, timeout=30),
                partial(full.shutdown, immediate),
            )
        )
        joined.put(1)
        if immediate:
            told.append(meanwhile(t, joined.join, partial(joined.shutdown, True)))
        told.append((empty.qsize(), full.qsize(), joined.qsize(), joined.unfinished_tasks))
    return told


@pytest.mark.skipif(sys.version_info < (3, 13), reason="queues can be shut down from 3.13 on")
@pytest.mark.parametrize(
    "script",
    [shut_down_in_one_thread, shut_down_with_others_waiting],
    ids=lambda script: script.__name__,
)
def test_a_shutdown_is_as_the_librarys(script: Script) -> None:
    assert_alike(script, REAL, OURS)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="from 3.13 on queues can be shut down")
def test_a_queue_cannot_be_shut_down_where_the_library_cannot() -> None:
    assert not hasattr(queues.Queue, "shutdown")
    assert not hasattr(queues.Queue, "is_shutdown")
    assert "ShutDown" not in queues.NAMES
