"""The queues as plain data: what puts and gets do to each other, and what they record."""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable
from typing import Any

import pytest
from commuting import Case, commuting
from every import every
from plain import Chosen, Code, drive, start

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.locks import Acquire, Release
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.queue_attributes import AssignQueue, LookQueue
from pyqdemo.kernel.queues import (
    AskQueue,
    Get,
    JoinQueue,
    Put,
    QueueModel,
    ShutDownQueue,
    TaskDone,
)
from pyqdemo.kernel.stores import FifoStore, HeapStore, LifoStore, OwnStore
from pyqdemo.kernel.tasks import Task
from pyqdemo.trace import Event, OutcomeKind, Wait

STORES: dict[str, type[OwnStore]] = {
    "queue": FifoStore,
    "lifo": LifoStore,
    "priority": HeapStore,
    "simple": FifoStore,
}
shutting_down = pytest.mark.skipif(
    sys.version_info < (3, 13), reason="queues can be shut down from 3.13 on"
)


def made(execution: Execution, task: Task, maxsize: int = 0, kind: str = "queue") -> QueueModel:
    model = QueueModel(kind, STORES[kind](), maxsize, lambda value: (repr(value), 0))
    execution.register(model, task, capacity=maxsize)
    return model


def outcomes(
    program: Callable[[QueueModel, list[Any]], list[Callable[[Task], Code]]],
    maxsize: int = 0,
    *,
    loose: bool = False,
) -> set[tuple[str, tuple[Any, ...]]]:
    """How every execution ends, and what its tasks noted, in their order.

    Args:
        program: given a queue and the notes, the code of each task; the last is the main one.
    """
    notes: list[Any] = []

    def main(execution: Execution, task: Task) -> Code:
        notes.clear()
        *bodies, last = program(made(execution, task, maxsize), notes)
        for body in bodies:
            yield start(task, body)
        yield from last(task)

    return {(str(done.outcome().kind), tuple(notes)) for done in every(main, Limits(loose=loose))}


def trying(operation: Any) -> Code:
    """Yields an operation and gives its answer, or the name of what it raised."""
    try:
        return (yield operation)
    except Exception as error:
        return type(error).__name__


def test_two_puts_reach_one_taker_in_either_order() -> None:
    """Each producer puts one item; the taker gets both. Nothing else can happen."""

    def program(q: QueueModel, notes: list[Any]) -> list[Callable[[Task], Code]]:
        def a(task: Task) -> Code:
            yield Put(q, "a")

        def b(task: Task) -> Code:
            yield Put(q, "b")

        def taker(task: Task) -> Code:
            for _ in range(2):
                notes.append((yield Get(q)))

        return [a, b, taker]

    for size in (0, 1):
        assert outcomes(program, size) == {("completed", ("a", "b")), ("completed", ("b", "a"))}


def test_one_producer_and_one_taker_keep_the_order_whatever_the_schedule() -> None:
    def program(q: QueueModel, notes: list[Any]) -> list[Callable[[Task], Code]]:
        def producer(task: Task) -> Code:
            for number in range(3):
                yield Put(q, number)

        def taker(task: Task) -> Code:
            for _ in range(3):
                notes.append((yield Get(q)))

        return [producer, taker]

    assert outcomes(program, 1) == {("completed", (0, 1, 2))}


def test_a_get_too_many_is_a_deadlock_in_every_schedule() -> None:
    def program(q: QueueModel, notes: list[Any]) -> list[Callable[[Task], Code]]:
        def producer(task: Task) -> Code:
            yield Put(q, 1)

        def taker(task: Task) -> Code:
            for _ in range(2):
                notes.append((yield Get(q)))

        return [producer, taker]

    assert outcomes(program) == {("deadlock", (1,))}


def test_a_get_that_does_not_wait_finds_the_item_or_nothing() -> None:
    def program(q: QueueModel, notes: list[Any]) -> list[Callable[[Task], Code]]:
        def producer(task: Task) -> Code:
            yield Put(q, 1)

        def taker(task: Task) -> Code:
            notes.append((yield from trying(Get(q, block=False))))

        return [producer, taker]

    assert outcomes(program) == {("completed", (1,)), ("completed", ("Empty",))}


def test_a_bound_is_reached_where_nobody_else_can_go_on_or_in_loose_time_at_any_moment() -> None:
    """The second put into a queue of one waits a second. Strict: the taker is always first,
    as time passes only when nobody else can go on. Loose: the bound may come first."""

    def program(q: QueueModel, notes: list[Any]) -> list[Callable[[Task], Code]]:
        def producer(task: Task) -> Code:
            yield Put(q, 1)
            notes.append((yield from trying(Put(q, 2, timeout_s=1.0))))

        def taker(task: Task) -> Code:
            yield Get(q)

        return [producer, taker]

    assert outcomes(program, 1) == {("completed", (None,))}
    assert outcomes(program, 1, loose=True) == {
        ("completed", (None,)),
        ("completed", ("Full",)),
    }


def test_join_ends_when_every_item_put_before_is_done() -> None:
    """The joiner sees both items done: it can note only after them."""

    def program(q: QueueModel, notes: list[Any]) -> list[Callable[[Task], Code]]:
        def producer(task: Task) -> Code:
            yield Put(q, 1)
            yield Put(q, 2)
            yield JoinQueue(q)
            notes.append("joined")

        def taker(task: Task) -> Code:
            for _ in range(2):
                yield Get(q)
                notes.append("done")
                yield TaskDone(q)

        return [producer, taker]

    assert outcomes(program) == {("completed", ("done", "done", "joined"))}


@shutting_down
def test_a_shutdown_lets_takers_drain_the_queue_and_an_immediate_one_does_not() -> None:
    """Draining: both items come, then ShutDown. Immediate: it may come before either get."""

    def program(immediate: bool) -> Any:
        def parts(q: QueueModel, notes: list[Any]) -> list[Callable[[Task], Code]]:
            def producer(task: Task) -> Code:
                yield Put(q, 1)
                yield Put(q, 2)
                yield ShutDownQueue(q, immediate)

            def taker(task: Task) -> Code:
                for _ in range(3):
                    notes.append((yield from trying(Get(q))))

            return [producer, taker]

        return parts

    assert outcomes(program(False)) == {("completed", (1, 2, "ShutDown"))}
    assert outcomes(program(True)) == {
        ("completed", (1, 2, "ShutDown")),
        ("completed", (1, "ShutDown", "ShutDown")),
        ("completed", ("ShutDown", "ShutDown", "ShutDown")),
    }


@shutting_down
def test_an_immediate_shutdown_counts_what_it_throws_away_as_done() -> None:
    execution = Execution(Chosen(), Limits(), Log())
    q = made(execution, execution.main)
    for value in "abc":
        Put(q, value).apply(execution, execution.main)
    Get(q).apply(execution, execution.main)
    ShutDownQueue(q, immediate=True).apply(execution, execution.main)
    assert (q.store.size(), q.unfinished, q.is_shutdown) == (0, 1, True)


def test_whoever_holds_the_mutex_keeps_everybody_out_also_those_who_do_not_wait() -> None:
    """The holder notes before it lets go, so no put or get is noted in between."""

    def program(q: QueueModel, notes: list[Any]) -> list[Callable[[Task], Code]]:
        def holder(task: Task) -> Code:
            lock = yield LookQueue(q, "mutex")
            yield Acquire(lock, task)
            notes.append("held")
            yield LookQueue(q, "unfinished_tasks")
            notes.append("let go")
            yield Release(lock)

        def other(task: Task) -> Code:
            notes.append((yield from trying(Get(q, block=False))))

        return [holder, other]

    assert outcomes(program) == {
        ("completed", ("held", "let go", "Empty")),
        ("completed", ("Empty", "held", "let go")),
    }


def test_a_put_under_ones_own_mutex_is_a_deadlock_with_oneself() -> None:
    def main(execution: Execution, task: Task) -> Code:
        q = made(execution, task)
        lock = yield LookQueue(q, "mutex")
        yield Acquire(lock, task)
        yield Put(q, 1)

    ended = drive(main).outcome()
    assert ended.kind is OutcomeKind.DEADLOCK
    assert ended.waits == (Wait("0", "put", "0/queue/1", holders=("0",), since_ns=0),)


def moves(execution: Execution) -> list[tuple[Any, ...]]:
    """(operation, phase, item, value, depth, result) of the events on queues."""
    assert execution.log is not None
    return [
        (event.operation, str(event.phase), event.item, event.value, event.depth, event.result)
        for event in execution.log.records
        if isinstance(event, Event) and event.resource is not None
    ]


def test_puts_and_gets_are_recorded_as_in_a_native_trace() -> None:
    """Item, value and depth of each that moved one; the exception of each that did not."""

    def main(execution: Execution, task: Task) -> Code:
        q = made(execution, task, 1)
        yield Put(q, "a")
        yield from trying(Put(q, "b", block=False))
        yield from trying(Put(q, "c", timeout_s=1.0))
        yield Get(q)
        yield from trying(Get(q, timeout_s=-1.0))
        yield from trying(Get(q, block=False))
        yield AskQueue(q, "qsize")
        yield TaskDone(q)
        yield from trying(TaskDone(q))

    assert moves(drive(main)) == [
        ("put", "done", "0#1", "'a'", 1, None),
        ("put", "done", None, "'b'", None, "raised Full"),
        ("put", "blocked", None, None, None, None),
        ("put", "done", None, "'c'", None, "raised Full"),
        ("get", "done", "0#1", "'a'", 0, None),
        (
            "get",
            "done",
            None,
            None,
            None,
            "raised ValueError: 'timeout' must be a non-negative number",
        ),
        ("get", "done", None, None, None, "raised Empty"),
        ("qsize", "done", None, None, None, "0"),
        ("task_done", "done", None, None, None, None),
        (
            "task_done",
            "done",
            None,
            None,
            None,
            "raised ValueError: task_done() called too many times",
        ),
    ]


def test_a_queue_that_is_not_recorded_asks_for_no_repr() -> None:
    def never(value: object) -> tuple[str, int]:
        raise AssertionError("its repr is not wanted")

    execution = Execution(Chosen(), Limits())
    q = QueueModel("queue", FifoStore(), 0, never)
    execution.register(q, execution.main)
    execution.perform(execution.main, Put(q, 1))
    assert execution.perform(execution.main, Get(q)) == 1


@pytest.mark.parametrize(
    ("kind", "out"),
    [("queue", [1, 2, 3, 4]), ("lifo", [4, 3, 2, 1]), ("priority", [4, 2, 1, 3])],
)
def test_ids_leave_with_their_items(kind: str, out: list[int]) -> None:
    """The puts are of 5, 4, 5 (the same object) and 3; of equal objects the first put's id
    leaves first."""
    execution = Execution(Chosen(), Limits(), Log())
    task = execution.main
    q = made(execution, task, kind=kind)
    put = [5, 4, 5, 3]
    for value in put:
        Put(q, value).apply(execution, task)
    for number in out:
        get = Get(q)
        assert (get.apply(execution, task), get.item) == (put[number - 1], f"0#{number}")


@pytest.mark.parametrize("kind", ["queue", "lifo", "priority"])
def test_items_moved_by_hand_lose_their_ids_until_the_queue_is_empty(kind: str) -> None:
    """One put, one thrown out by hand, one put: which of the ids is whose is not known."""
    execution = Execution(Chosen(), Limits(), Log())
    task = execution.main
    q = made(execution, task, kind=kind)
    Put(q, "one").apply(execution, task)
    LookQueue(q, "queue").apply(execution, task).clear()
    Put(q, "two").apply(execution, task)
    first = Get(q)
    first.apply(execution, task)
    Put(q, "three").apply(execution, task)
    second = Get(q)
    second.apply(execution, task)
    unknown_or_right = "0#2" if kind == "priority" else None  # a heap knows ids by object
    assert (first.item, second.item) == (unknown_or_right, "0#3")


def test_a_comparison_that_raises_leaves_the_item_without_an_id_and_mints_none() -> None:
    execution = Execution(Chosen(), Limits(), Log())
    task = execution.main
    q = made(execution, task, kind="priority")
    Put(q, (1, "one")).apply(execution, task)
    with pytest.raises(TypeError):
        Put(q, (1, 2)).apply(execution, task)
    assert (q.store.size(), q.unfinished, task.items) == (2, 1, 1)


def states(kind: str, maxsize: int, inside: int, *, closed: bool, locked: bool) -> Any:
    """A queue with that many items, none of them done, and all that can be attempted on it."""

    def make(execution: Execution, main: Task) -> Case:
        q = made(execution, main, maxsize, kind)
        for number in range(inside):
            Put(q, number).apply(execution, main)
        q.is_shutdown = closed
        if locked:
            LookQueue(q, "mutex").apply(execution, main)
        operations: dict[str, Callable[[Task], Any]] = {
            "put": lambda task: Put(q, task.id),
            "put at once": lambda task: Put(q, task.id, block=False),
            "put in time": lambda task: Put(q, task.id, timeout_s=1.0),
            "put too late": lambda task: Put(q, task.id, timeout_s=-1.0),
            "get": lambda task: Get(q),
            "get at once": lambda task: Get(q, block=False),
            "get in time": lambda task: Get(q, timeout_s=1.0),
            "get too late": lambda task: Get(q, timeout_s=-1.0),
            "qsize": lambda task: AskQueue(q, "qsize"),
            "empty": lambda task: AskQueue(q, "empty"),
            "full": lambda task: AskQueue(q, "full"),
        }
        if kind != "simple":
            operations |= {
                "task_done": lambda task: TaskDone(q),
                "join": lambda task: JoinQueue(q),
                "shutdown": lambda task: ShutDownQueue(q, immediate=False),
                "shutdown now": lambda task: ShutDownQueue(q, immediate=True),
                "look at maxsize": lambda task: LookQueue(q, "maxsize"),
                "look at unfinished": lambda task: LookQueue(q, "unfinished_tasks"),
                "set maxsize": lambda task: AssignQueue(q, "maxsize", 1),
                "set unfinished": lambda task: AssignQueue(q, "unfinished_tasks", 0),
            }
        if locked:
            assert q.mutex is not None
            lock = q.mutex
            operations["lock"] = lambda task: Acquire(lock, task)

        def shown() -> object:
            return list(q.store.items), q.unfinished, q.is_shutdown, q.maxsize

        return Case(operations, shown)

    return make


def cases(*kinds: str) -> list[Any]:
    return [
        states(kind, maxsize, inside, closed=closed, locked=locked)
        for kind in kinds
        for maxsize in ((0,) if kind == "simple" else (0, 1, 2))
        for inside in range(min(maxsize or 2, 2) + 1)
        for closed in ((False,) if kind == "simple" else (False, True))
        for locked in ((False,) if kind == "simple" else (False, True))
    ]


@pytest.mark.parametrize("kind", ["queue", "lifo", "priority", "simple"])
def test_operations_that_are_called_independent_commute_in_every_state(kind: str) -> None:
    """Queues of 0 to 2 items, unbounded or of 1 or 2, open or shut down, every pair."""
    assert commuting(cases(kind)).wrong == set()


def test_a_put_and_a_get_are_independent_at_the_two_ends_of_a_fifo_only() -> None:
    """A get that may give up sees whether the put came first; a put that may, whether the get
    did, if the queue has a bound at all. Where it is refused (below 0) it is as one at once."""

    def independent(kind: str) -> set[tuple[str, str]]:
        found = commuting(cases(kind)).independent
        return {pair for pair in found if pair[0][:3] == "put" and pair[1][:3] == "get"}

    waiting = {("put", "get")}
    unbounded = {(put, "get") for put in ("put at once", "put in time", "put too late")}
    assert independent("queue") == waiting | unbounded
    assert independent("simple") == waiting | unbounded
    assert independent("lifo") == independent("priority") == set()


def test_an_exception_is_of_the_librarys_own_class() -> None:
    execution = Execution(Chosen(), Limits(), Log())
    q = made(execution, execution.main, 1)
    with pytest.raises(queue.Empty):
        Get(q, block=False).apply(execution, execution.main)
    Put(q, 1).apply(execution, execution.main)
    with pytest.raises(queue.Full):
        Put(q, 1, block=False).apply(execution, execution.main)
