"""Executors and futures as plain data: who takes what, who is told, and what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from commuting import Case, commuting
from every import every
from plain import Code, drive, start

from pyqdemo.kernel.collecting import AwaitFutures, Collector, NextCompleted, WatchFutures
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.executors import (
    AwaitWorkers,
    BreakExecutor,
    ExecutorModel,
    LoseExecutor,
    ShutDownExecutor,
    Submit,
    Take,
)
from pyqdemo.kernel.futures import (
    AddCallback,
    AskFuture,
    CancelFuture,
    Finish,
    FutureModel,
    FutureState,
    Result,
    SetRunning,
)
from pyqdemo.kernel.tasks import Task
from pyqdemo.trace import Event, OutcomeKind, Wait

Call = Callable[[Task], Code]


def text(value: object) -> tuple[str, int]:
    return repr(value), 0


class Pool:
    """An executor whose workers are generators.

    A call is the code of a task; what it returns or raises is its future's.
    """

    def __init__(self, execution: Execution, task: Task, workers: int) -> None:
        self.execution = execution
        self.model = ExecutorModel(workers)
        execution.register(self.model, task, capacity=workers)

    def submit(self, task: Task, call: Call) -> Code:
        future = FutureModel(pool=self.model)
        self.execution.register(future, task, of=self.model.id)
        told = (f"{call.__name__}()", 0)
        number = yield Submit(self.model, future, (future, call), task, lambda: told)
        if number is not None:
            self.model.workers.append((yield start(task, self.worker)))
        return future

    def worker(self, task: Task) -> Code:
        waits = False
        while True:
            take = Take(self.model, task, waits)
            yield take
            if take.is_last:
                return
            waits = take.is_idle
            if take.call is not None:
                future, call = take.call
                try:
                    value = yield from call(task)
                except Exception as error:
                    yield Finish(future, None, error, text)
                else:
                    yield Finish(future, value, None, text)

    def shut_down(self, task: Task, *, cancel: bool = False) -> Code:
        yield ShutDownExecutor(self.model, cancel)
        yield AwaitWorkers(self.model, task)


def nothing(task: Task) -> Code:
    yield from ()
    return task.name


def outcomes(main: Callable[[Pool, Task, list[Any]], Code], workers: int) -> set[Any]:
    """How every execution of ``main(pool, task, notes)`` ends, and the notes it made."""
    notes: list[Any] = []

    def run(execution: Execution, task: Task) -> Code:
        notes.clear()
        yield from main(Pool(execution, task, workers), task, notes)

    return {(str(done.outcome().kind), tuple(notes)) for done in every(run)}


def test_a_second_worker_is_made_unless_the_first_has_said_that_it_is_idle() -> None:
    """The first call is over before the second is submitted; its worker may or may not have
    looked for more by then. Whoever takes the second, both are over at the end."""

    def main(pool: Pool, task: Task, notes: list[Any]) -> Code:
        for _ in range(2):
            future = yield from pool.submit(task, nothing)
            yield Result(future)
        yield from pool.shut_down(task)
        notes.append(len(pool.model.workers))

    assert outcomes(main, 2) == {("completed", (1,)), ("completed", (2,))}
    assert outcomes(main, 1) == {("completed", (1,))}


def test_calls_are_taken_in_the_order_of_their_submission() -> None:
    def main(pool: Pool, task: Task, notes: list[Any]) -> Code:
        def a(task: Task) -> Code:
            notes.append("a")
            yield from ()

        def b(task: Task) -> Code:
            notes.append("b")
            yield from ()

        yield from pool.submit(task, a)
        yield from pool.submit(task, b)
        yield from pool.shut_down(task)

    assert outcomes(main, 1) == {("completed", ("a", "b"))}


def test_a_cancel_comes_before_the_call_is_taken_or_too_late() -> None:
    def main(pool: Pool, task: Task, notes: list[Any]) -> Code:
        def call(task: Task) -> Code:
            notes.append("ran")
            yield from ()

        future = yield from pool.submit(task, call)
        cancelled = yield CancelFuture(future)
        yield from pool.shut_down(task)
        notes.append((cancelled, str(future.state)))

    assert outcomes(main, 1) == {
        ("completed", ((True, "CANCELLED_AND_NOTIFIED"),)),
        ("completed", ("ran", (False, "FINISHED"))),
    }


def test_a_shutdown_that_cancels_leaves_what_is_not_taken_cancelled_and_unnoticed() -> None:
    """Either call may have been taken before; nobody ever notices the cancelled ones."""

    def main(pool: Pool, task: Task, notes: list[Any]) -> Code:
        futures = []
        for _ in range(2):
            futures.append((yield from pool.submit(task, nothing)))
        yield from pool.shut_down(task, cancel=True)
        notes.extend(str(future.state) for future in futures)

    assert outcomes(main, 1) == {
        ("completed", ("FINISHED", "FINISHED")),
        ("completed", ("FINISHED", "CANCELLED")),
        ("completed", ("CANCELLED", "CANCELLED")),
    }


def test_as_completed_gives_the_order_in_which_calls_finish() -> None:
    """Two workers, two calls: they may finish in either order before the collector looks, or
    one by one. What is done before it begins comes in the order of making."""

    def main(pool: Pool, task: Task, notes: list[Any]) -> Code:
        one, two = FutureModel(), FutureModel()
        for future in (one, two):
            pool.execution.register(future, task)

        def finishing(future: FutureModel) -> Call:
            def other(task: Task) -> Code:
                yield Finish(future, None, None, text)

            return other

        yield start(task, finishing(one))
        yield start(task, finishing(two))
        collector = Collector(2)
        pool.execution.register(collector, task, quiet=True)
        came = yield WatchFutures(collector, (one, two))
        while True:
            notes.extend(future.number for future in came)
            if len(notes) == 2:
                return
            came = yield NextCompleted(collector, (one, two), None)

    assert outcomes(main, 1) == {("completed", (1, 2)), ("completed", (2, 1))}


def test_a_call_that_waits_for_one_behind_it_is_a_deadlock_whose_waits_say_so() -> None:
    """The only worker runs the first call, which waits for the second, which only that
    worker could take; main waits for the first."""

    def main(execution: Execution, task: Task) -> Code:
        pool = Pool(execution, task, 1)

        def outer(worker: Task) -> Code:
            inner = yield from pool.submit(worker, nothing)
            yield Result(inner)

        yield Result((yield from pool.submit(task, outer)))

    for done in every(main):
        ended = done.outcome()
        assert ended.kind is OutcomeKind.DEADLOCK
        assert ended.waits == (
            Wait("0", "result", "0/future/1", holders=("0.1",), since_ns=0),
            Wait("0.1", "result", "0.1/future/1", holders=("0.1",), since_ns=0),
        )


def test_idle_workers_end_when_main_does_and_others_cannot_submit_any_more() -> None:
    """Main ends without a shutdown. A thread that submits afterwards is refused; before,
    its call is done, as workers do what is pending before they end."""

    def main(pool: Pool, task: Task, notes: list[Any]) -> Code:
        def late(task: Task) -> Code:
            try:
                yield from pool.submit(task, nothing)
            except RuntimeError as error:
                notes.append(str(error))
            else:
                notes.append("submitted")

        yield start(task, late)

    assert outcomes(main, 1) == {
        ("completed", ("submitted",)),
        ("completed", ("cannot schedule new futures after interpreter shutdown",)),
    }


def test_a_lost_executors_workers_do_what_is_pending_and_end() -> None:
    def main(pool: Pool, task: Task, notes: list[Any]) -> Code:
        futures = []
        for _ in range(2):
            futures.append((yield from pool.submit(task, nothing)))
        yield LoseExecutor(pool.model)
        yield AwaitWorkers(pool.model, task)
        notes.extend(str(future.state) for future in futures)

    assert outcomes(main, 1) == {("completed", ("FINISHED", "FINISHED"))}


def test_a_broken_executor_fails_what_is_pending_and_refuses_the_rest() -> None:
    def main(execution: Execution, task: Task) -> Code:
        pool = Pool(execution, task, 1)
        future = FutureModel(pool=pool.model)
        execution.register(future, task)
        yield Submit(pool.model, future, "call", task, lambda: ("call", 0))
        assert (yield BreakExecutor(pool.model)) == ["call"]
        assert type(future.error).__name__ == "BrokenThreadPool"
        with pytest.raises(RuntimeError, match="initializer failed"):
            yield from pool.submit(task, nothing)

    assert drive(main).outcome().kind is OutcomeKind.COMPLETED


def test_a_worker_that_shuts_its_own_executor_down_cannot_wait_for_itself() -> None:
    def main(pool: Pool, task: Task, notes: list[Any]) -> Code:
        def closing(worker: Task) -> Code:
            yield from pool.shut_down(worker)

        future = yield from pool.submit(task, closing)
        yield Result(future)
        notes.append(str(future.error))

    assert outcomes(main, 1) == {("completed", ("cannot join current thread",))}


def test_what_executors_do_is_recorded() -> None:
    """A call that gives a value, one that raises, one that is cancelled; with one worker, main
    first wherever it can go on. (task, operation, resource, value, result), blocked as such."""

    def main(execution: Execution, task: Task) -> Code:
        pool = Pool(execution, task, 1)

        def fail(worker: Task) -> Code:
            yield from ()
            raise OSError("burnt")

        def cook(worker: Task) -> Code:
            yield from ()
            return "dish"

        good = yield from pool.submit(task, cook)
        bad = yield from pool.submit(task, fail)
        none = yield from pool.submit(task, nothing)
        yield CancelFuture(none)
        yield Result(good)
        yield Result(bad)
        yield AskFuture(none, "done")
        yield AwaitFutures((good, bad, none), "ALL_COMPLETED", None)
        yield from pool.shut_down(task)

    done = drive(main)
    assert done.log is not None
    told = [
        " ".join(
            str(each)
            for each in (
                event.task,
                event.operation,
                "..." if event.phase == "blocked" else "",
                event.resource,
                event.value,
                event.result,
            )
            if each
        )
        for event in done.log.records
        if isinstance(event, Event) and "/" in str(event.resource)
    ]
    assert told == [
        "0 submit 0/future/1 cook()",
        "0 submit 0/future/2 fail()",
        "0 submit 0/future/3 nothing()",
        "0 cancel 0/future/3 True",
        "0 result ... 0/future/1",
        "0.1 take 0/future/1 cook()",
        "0.1 finish 0/future/1 'dish'",
        "0 result 0/future/1 'dish'",
        "0 result ... 0/future/2",
        "0.1 take 0/future/2 fail()",
        "0.1 finish 0/future/2 raised OSError: burnt",
        "0 result 0/future/2 raised OSError: burnt",
        "0 done 0/future/3 True",
        "0 collect ... 0/executor/1 ALL_COMPLETED of 3",
        "0.1 take 0/future/3 nothing() cancelled",
        "0 collect 0/executor/1 ALL_COMPLETED of 3 3 done",
        "0 shutdown 0/executor/1",
        "0 shutdown ... 0/executor/1 wait",
        "0.1 take 0/executor/1 shutdown",
        "0 shutdown 0/executor/1 wait",
    ]


def test_a_futures_number_orders_by_maker_and_then_by_making() -> None:
    ids = ["0/future/1", "0/future/2", "0.1/future/1", "0.1/future/300", "0.2/future/1"]
    ids += ["0.1.1/future/1"]
    numbers = []
    for id in ids:
        future = FutureModel()
        future.id = id
        numbers.append(future.number)
    assert numbers == sorted(set(numbers))


STATES = ("PENDING", "RUNNING", "CANCELLED", "CANCELLED_AND_NOTIFIED", "FINISHED")


def on_futures(state: str, *, collected: bool) -> Any:
    """One future in that state and one that is pending, and all that can be done to them."""

    def make(execution: Execution, main: Task) -> Case:
        one, two = FutureModel(), FutureModel()
        collector = Collector(2)
        for model in (one, two, collector):
            execution.register(model, main)
        if collected:
            WatchFutures(collector, (one, two)).apply(execution, main)
        one.state = FutureState(state)
        operations: dict[str, Callable[[Task], Any]] = {
            "wait": lambda task: AwaitFutures((one, two), "ALL_COMPLETED", None),
            "wait in time": lambda task: AwaitFutures((one, two), "ALL_COMPLETED", 1.0),
            "wait first": lambda task: AwaitFutures((one, two), "FIRST_COMPLETED", None),
            "wait error": lambda task: AwaitFutures((one, two), "FIRST_EXCEPTION", 1.0),
            "watch": lambda task: WatchFutures(Collector(2), (one, two)),
            "next": lambda task: NextCompleted(collector, (one, two), None),
            "next in time": lambda task: NextCompleted(collector, (one, two), 1.0),
        }
        for name, each in (("one", one), ("two", two)):
            operations |= _on_one(name, each)

        def shown() -> object:
            models = (one, two)
            return (
                [(str(m.state), m.value, repr(m.error), len(m.callbacks)) for m in models],
                [len(m.collectors) for m in models],
                [m.number for m in collector.arrived],
            )

        return Case(operations, shown)

    return make


def _on_one(name: str, model: FutureModel) -> dict[str, Callable[[Task], Any]]:
    return {
        f"result {name}": lambda task: Result(model),
        f"result {name} in time": lambda task: Result(model, 1.0),
        f"cancel {name}": lambda task: CancelFuture(model),
        f"begin {name}": lambda task: SetRunning(model),
        f"finish {name}": lambda task: Finish(model, task.id, None, text),
        f"fail {name}": lambda task: Finish(model, None, OSError("x"), text),
        f"done {name}": lambda task: AskFuture(model, "done"),
        f"running {name}": lambda task: AskFuture(model, "running"),
        f"callback {name}": lambda task: AddCallback(model, len),
    }


def test_operations_on_futures_that_are_called_independent_commute() -> None:
    """Also that two futures can be finished in either order, unless somebody collects them."""
    watched = commuting([on_futures(state, collected=True) for state in STATES])
    alone = commuting([on_futures(state, collected=False) for state in STATES])
    assert (watched.wrong, alone.wrong) == (set(), set())
    assert ("finish one", "finish two") in alone.independent - watched.independent


def on_executors(pending: int, *, closed: bool, idle: int, main_alive: bool) -> Any:
    """A pool of two with one worker made, and all that can be done to it."""

    def make(execution: Execution, main: Task) -> Case:
        pool = ExecutorModel(2)
        futures = [FutureModel(pool=pool) for _ in range(pending)]
        new = [FutureModel(pool=pool) for _ in range(2)]
        for model in (pool, *futures, *new):
            execution.register(model, main)
        for future in futures:
            pool.pending.append((future, future.id))
        pool.places, pool.idle, pool.is_shutdown, main.alive = 1, idle, closed, main_alive
        operations: dict[str, Callable[[Task], Any]] = {
            "submit": lambda task: Submit(
                pool, new[int(task.id[-1] == "9")], task.id, task, lambda: ("call", 0)
            ),
            "take": lambda task: Take(pool, task, waits=True),
            "take at once": lambda task: Take(pool, task, waits=False),
            "shutdown": lambda task: ShutDownExecutor(pool, cancel=False),
            "cancel all": lambda task: ShutDownExecutor(pool, cancel=True),
            "await": lambda task: AwaitWorkers(pool, task),
            "break": lambda task: BreakExecutor(pool),
            "lose": lambda task: LoseExecutor(pool),
        }
        for number, future in enumerate(futures):
            operations |= _on_one(str(number), future)

        def shown() -> object:
            return (
                [call for _, call in pool.pending],
                [str(future.state) for future in (*futures, *new)],
                (pool.idle, pool.places, pool.is_shutdown, pool.is_lost, pool.is_broken),
            )

        return Case(operations, shown)

    return make


def test_operations_on_an_executor_that_are_called_independent_commute() -> None:
    """Pools with 0 to 2 calls pending, open or shut down, with or without an idle worker."""
    found = commuting(
        [
            on_executors(pending, closed=closed, idle=idle, main_alive=alive)
            for pending in range(3)
            for closed in (False, True)
            for idle in (0, 1)
            for alive in (False, True)
        ]
    )
    assert found.wrong == set()
    assert ("take", "done 1") in found.independent  # the first is taken, not the second
