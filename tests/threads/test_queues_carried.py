"""The queues on threads: the program's own code inside them, and runs that are stopped."""

from __future__ import annotations

from typing import Any

from harness import carry

from pyqdemo.kernel.execution import Execution
from pyqdemo.strategies.random import Random
from pyqdemo.trace import Event, OutcomeKind, Resource
from pyqdemo.worlds.threads.stand_ins.locks import Lock
from pyqdemo.worlds.threads.stand_ins.queues import LifoQueue, PriorityQueue, Queue, SimpleQueue
from pyqdemo.worlds.threads.stand_ins.threads import Thread


def on_queues(execution: Execution) -> list[Event]:
    assert execution.log is not None
    return [
        record
        for record in execution.log.records
        if isinstance(record, Event) and record.resource is not None and "/" in record.resource
    ]


def test_queues_are_announced_with_their_kinds_and_capacities() -> None:
    def main() -> None:
        for queue in (Queue(3), LifoQueue(), PriorityQueue(-2), SimpleQueue()):
            queue.put(1)

    log = carry(main).log
    assert log is not None
    queues = [
        each for each in log.records if isinstance(each, Resource) and each.capacity is not None
    ]
    assert [(each.id, each.name, each.capacity) for each in queues] == [
        ("0/queue/1", "queue-1", 3),
        ("0/lifo/1", "lifo-1", 0),
        ("0/priority/1", "priority-1", 0),
        ("0/simple/1", "simple-1", 0),
    ]
    places = {str(each.location).partition(":")[0] for each in queues}
    assert places == {"test_queues_carried.py"}


def test_a_comparison_may_use_a_lock_and_nobody_comes_in_between() -> None:
    """The comparisons of one put happen within its step, with their operations."""
    lock: Any = None

    class Job:
        def __init__(self, urgent: int) -> None:
            self.urgent = urgent

        def __lt__(self, other: Job) -> bool:
            with lock:
                return self.urgent < other.urgent

    def main() -> None:
        nonlocal lock
        lock = Lock()
        queue: Any = PriorityQueue()

        def feed() -> None:
            for urgent in (2, 1, 3):
                queue.put(Job(urgent))

        others = [Thread(target=feed) for _ in range(2)]
        for other in others:
            other.start()
        for other in others:
            other.join()
        got.append([queue.get().urgent for _ in range(6)])

    got: list[list[int]] = []
    for seed in range(10):
        done = carry(main, Random(seed))
        assert done.outcome().kind is OutcomeKind.COMPLETED
        by_step: dict[int | None, set[str]] = {}
        for event in on_queues(done):
            by_step.setdefault(event.step, set()).add(event.task)
        assert all(len(tasks) == 1 for tasks in by_step.values())
    assert got == [[1, 1, 2, 2, 3, 3]] * 10


def test_a_size_that_asks_another_queue_is_asked_wherever_the_scheduler_needs_it() -> None:
    """A taker waits for a queue whose size is that of another one. A task that has ended asks
    for it too, as it says who comes next. The record has only what the taker itself asks: the
    sizes before and after its get."""

    def main() -> None:
        inner: Any = Queue()

        class Outer(Queue):
            def _qsize(self) -> int:
                return int(inner.qsize())

            def _get(self) -> Any:
                return inner.get()

        outer = Outer()
        others = [
            Thread(target=lambda: got.append(outer.get())),
            Thread(target=lambda: None),
            Thread(target=inner.put, args=("item",)),
        ]
        for other in others:
            other.start()
        for other in others:
            other.join()

    got: list[str] = []
    for seed in range(40):
        done = carry(main, Random(seed))
        assert done.outcome().kind is OutcomeKind.COMPLETED, seed
        asked = [event for event in on_queues(done) if event.operation == "qsize"]
        assert [event.result for event in asked] == ["1", "0"]
    assert got == ["item"] * 40


def test_a_stopped_run_passes_through_finally_without_a_trace() -> None:
    """The takers' ``task_done`` after the bound is neither an event nor a failure."""

    def main() -> None:
        queue: Any = Queue()

        def take() -> None:
            while True:
                item = queue.get()
                try:
                    queue.put(item)
                finally:
                    queue.task_done()

        for _ in range(2):
            Thread(target=take).start()
        queue.put(1)
        queue.join()

    stopped = carry(main, Random(3), max_steps=60)
    assert stopped.outcome().kind is OutcomeKind.STEP_BOUND
    assert (stopped.failures, stopped.losses) == ([], [])
    assert on_queues(stopped)[-1].step == 60


def test_a_hundred_thousand_items_pass() -> None:
    def main() -> None:
        queue: Any = Queue()
        for number in range(50_000):
            queue.put(number)
        got.append(sum(queue.get() for _ in range(50_000)))

    got: list[int] = []
    assert carry(main, max_steps=200_000).outcome().kind is OutcomeKind.COMPLETED
    assert got == [50_000 * 49_999 // 2]


def test_a_repr_that_fails_or_is_huge_does_not_harm_a_put() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise LookupError

    class Huge:
        def __repr__(self) -> str:
            return "y" * 100_000

    def main() -> None:
        queue: Any = Queue()
        for value in (Odd(), Huge(), "z" * 100):
            queue.put(value)

    odd, huge, text = on_queues(carry(main))
    assert odd.value == "<Odd instance at #1>"  # as reprlib tells it
    assert huge.value is not None
    assert len(huge.value) == 80
    assert (text.value, text.cut) == (repr("z" * 80), 20)


def test_an_item_that_a_hook_changes_is_recorded_as_it_lies_in_the_queue() -> None:
    """As natively: the put and the get of one item tell the same value. Of what comes past
    the class it inherits from, the ids are not known."""

    class Doubling(Queue):
        def _put(self, item: Any) -> None:
            super()._put(item * 2)

    class Bag(Queue):
        def _init(self, maxsize: int) -> None:
            self.queue = set()

        def _put(self, item: Any) -> None:
            self.queue.add(item)

        def _get(self) -> Any:
            return self.queue.pop()

    def main() -> None:
        for kind in (Doubling, Bag):
            queue: Any = kind()
            queue.put(4)
            queue.get()

    told = [(event.operation, event.item, event.value) for event in on_queues(carry(main))]
    assert told == [
        ("put", "0#1", "8"),
        ("get", "0#1", "8"),
        ("put", None, "4"),
        ("get", None, "4"),
    ]
