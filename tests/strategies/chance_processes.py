"""Small programs made by chance, over every kind of thing that processes share."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Hashable
from typing import Any

from carrying import Family, get, put
from exhaustive import Following, Program
from modelled import ModelBarrier, ModelCondition, ModelEvent
from piping import Run, recv, send
from several import Code, drive, process, thread

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.tasks import Task

__all__ = ["PROCESS_FAMILIES", "processes_by_chance"]

LIMITS = Limits(loose=True, max_steps=500)
Bound = float | None
Call = Callable[["Shared", Task, Bound], Code]
Plan = list[tuple[Call, Bound]]


class Shared:
    """One of each, made anew for each execution."""

    def __init__(self, execution: Execution, main: Task) -> None:
        self.lock = execution.share(main, "mp_lock", ())
        self.rlock = execution.share(main, "mp_rlock", ())
        self.semaphore = execution.share(main, "mp_semaphore", (1,))
        self.bounded = execution.share(main, "mp_bounded_semaphore", (1,))
        self.value = execution.share(main, "mp_value", ("i", 4, bytes(4).hex()))
        self.condition = ModelCondition(execution, main, "mp_lock")
        self.event = ModelEvent(execution, main)
        self.barrier = ModelBarrier(execution, main, 2, False)


def one(make: Callable[[Shared, Task, Bound], tuple[Any, ...]]) -> Call:
    def call(shared: Shared, task: Task, bound: Bound) -> Code:
        return (yield make(shared, task, bound))

    return call


def wait(shared: Shared, task: Task, bound: Bound) -> Code:
    yield from shared.condition.enter()
    notified = yield from shared.condition.wait(bound)
    yield from shared.condition.exit()
    return notified


def notify(shared: Shared, task: Task, bound: Bound) -> Code:
    yield from shared.condition.enter()
    yield from shared.condition.notify(1 if bound is None else None)
    yield from shared.condition.exit()


def write(shared: Shared, task: Task, bound: Bound) -> tuple[Any, ...]:
    data = struct.pack("i", int(task.id[-1]))
    return ("mp.write", shared.value, None, [0, 1, 1], data)


LOCKS: list[Call] = [
    one(lambda m, t, b: ("mp.acquire", m.lock, True, b)),
    one(lambda m, t, b: ("mp.acquire", m.lock, False, None)),
    one(lambda m, t, b: ("mp.release", m.lock)),
    one(lambda m, t, b: ("mp.acquire", m.rlock, True, b)),
    one(lambda m, t, b: ("mp.release", m.rlock)),
    one(lambda m, t, b: ("mp.read", m.value, None if b is None else m.lock, [0, 1, 1])),
    one(write),
]
SEMAPHORES: list[Call] = [
    one(lambda m, t, b: ("mp.acquire", m.semaphore, True, b)),
    one(lambda m, t, b: ("mp.release", m.semaphore)),
    one(lambda m, t, b: ("mp.acquire", m.bounded, True, b)),
    one(lambda m, t, b: ("mp.release", m.bounded)),
    one(lambda m, t, b: ("mp.sem_value", m.semaphore)),
]
CONDITIONS: list[Call] = [wait, notify, notify, *LOCKS[:3]]
EVENTS: list[Call] = [
    lambda m, t, b: m.event.set(),
    lambda m, t, b: m.event.clear(),
    lambda m, t, b: m.event.wait(b),
    lambda m, t, b: m.event.is_set(),
]
BARRIERS: list[Call] = [
    *[lambda m, t, b: m.barrier.wait(b)] * 3,
    lambda m, t, b: m.barrier.abort(),
    lambda m, t, b: m.barrier.reset(),
]
SHARED = {
    "locks": LOCKS,
    "semaphores": SEMAPHORES,
    "conditions": CONDITIONS,
    "events": EVENTS,
    "barriers": BARRIERS,
    "killed": [*LOCKS, *SEMAPHORES, *CONDITIONS, *EVENTS, *BARRIERS],
}
QUEUES = ("mp_queue", "mp_joinable")
PROCESS_FAMILIES = (*SHARED, *QUEUES, "pipes")


def processes_by_chance(draw: random.Random, family: str) -> Program:
    """A program of two processes, or of a process and a thread, that make up to two calls."""
    if family in QUEUES:
        return _over_a_queue(draw, family)
    if family == "pipes":
        return _over_a_pipe(draw)
    plans: list[Plan] = [
        [(draw.choice(SHARED[family]), draw.choice((None, None, 1.0))) for _ in range(count)]
        for count in (draw.randint(1, 2), draw.randint(1, 2))
    ]
    threaded, daemon = draw.random() < 0.3, draw.random() < 0.2
    joined, kills = draw.random() < 0.7, family == "killed"

    def program(strategy: Following) -> tuple[Execution, Hashable]:
        told: dict[str, list[Any]] = {}

        def main(execution: Execution, task: Task) -> Code:
            execution.clock_matters = False
            shared = Shared(execution, task)
            first, second = (_body(plan, shared, told) for plan in plans)
            yield process(first)
            yield (thread if threaded else process)(second, daemon)
            if kills:
                yield ("process.kill", "0.1")
            if joined:
                yield ("process.join", "0.1", None)
                told["0"] = [(yield ("process.exitcode", "0.1"))]

        execution = drive(main, strategy, LIMITS)
        return execution, _ending(execution, told, threaded or daemon)

    return program


def _body(plan: Plan, shared: Shared, told: dict[str, list[Any]]) -> Callable[..., Code]:
    def body(execution: Execution, task: Task) -> Code:
        answers = told[task.id] = []
        for call, bound in plan:
            try:
                answers.append((yield from call(shared, task, bound)))
            except Exception as error:
                answers.append(type(error).__name__)

    return body


def _ending(execution: Execution, told: dict[str, list[Any]], daemons: bool) -> Hashable:
    kind = str(execution.outcome().kind)
    if daemons and kind == "deadlock":  # which of a daemon's steps came before it is not asked
        return ("deadlock",)
    return kind, tuple((task, repr(answers)) for task, answers in sorted(told.items()))


def _over_a_queue(draw: random.Random, kind: str) -> Program:
    """Two processes that put and get; the first may be killed. Feeders are daemons."""
    calls: list[Callable[[str, int], Code]] = [
        *[lambda id, number: _asked(put(id, number))] * 3,
        *[lambda id, number: get(id)] * 2,
        lambda id, number: get(id, False),
        lambda id, number: get(id, True, 1.0),
        lambda id, number: _asked(put(id, number, False)),
        lambda id, number: _asked(put(id, number, True, 1.0)),
        lambda id, number: _asked(put(id, UNPICKLABLE)),
        lambda id, number: _asked(("mp.ask", id, "qsize")),
        lambda id, number: _asked(("mp.ask", id, "empty")),
    ]
    if kind == "mp_joinable":
        calls += [lambda id, number: _asked(("mp.task_done", id))] * 3
    plans = [[draw.choice(calls) for _ in range(draw.randint(1, 2))] for _ in range(2)]
    size, kills, joined = draw.choice((0, 1, 2)), draw.random() < 0.4, draw.random() < 0.8

    def program(strategy: Following) -> tuple[Execution, Hashable]:
        told: dict[str, list[Any]] = {}

        def main(family: Family) -> Code:
            family.execution.clock_matters = False
            id = family.share(kind, size)
            for number, plan in enumerate(plans, 1):
                yield family.process(_code(plan, id, told.setdefault(f"0.{number}", []), number))
            if kills:
                yield ("process.kill", "0.1")
            for number in (1, 2) if joined else ():
                yield ("process.join", f"0.{number}", None)

        execution = Family(main, strategy, LIMITS, _pickled).execution
        return execution, _ending(execution, told, daemons=True)

    return program


def _over_a_pipe(draw: random.Random) -> Program:
    """A process and its parent, each of which has both ends of a pipe at first, and sends,
    receives, polls and closes; the parent may kill the child."""
    calls: list[Callable[[str, str], Code]] = [
        lambda out, into: send(out, b"1"),
        lambda out, into: send(out, bytes(70_000)),
        *[lambda out, into: _shown(recv(into))] * 2,
        lambda out, into: _asked(("pipe.poll", into, False, None)),
        lambda out, into: _asked(("pipe.close", into)),
        lambda out, into: _asked(("pipe.close", out)),
    ]
    plans = [[draw.choice(calls) for _ in range(draw.randint(1, 3))] for _ in range(2)]
    duplex, kills, joined = draw.random() < 0.6, draw.random() < 0.4, draw.random() < 0.8

    def program(strategy: Following) -> tuple[Execution, Hashable]:
        told: dict[str, list[Any]] = {"0": [], "0.1": []}

        def main(run: Run) -> Code:
            first, second = run.pipe(duplex)
            theirs = (first, first) if duplex else (second, first)  # to write, to read
            yield run.process(lambda: _turns(plans[0], theirs, told["0.1"]))
            yield from _turns(plans[1], (second, second) if duplex else theirs, told["0"])
            if kills:
                yield ("process.kill", "0.1")
            if joined:
                yield ("process.join", "0.1", None)

        execution = Run(main, strategy).execution
        return execution, _ending(execution, told, daemons=False)

    return program


def _turns(plan: list[Callable[[str, str], Code]], ends: tuple[str, str], told: list[Any]) -> Code:
    for call in plan:
        try:
            told.append((yield from call(*ends)))
        except Exception as error:
            told.append(type(error).__name__)


def _shown(received: Code) -> Code:
    return len((yield from received))


UNPICKLABLE = -1


def _pickled(family: Family, number: int) -> bytes:
    if number == UNPICKLABLE:
        raise TypeError("cannot be pickled")
    return b"%d" % number


def _asked(request: tuple[Any, ...]) -> Code:
    return (yield request)


def _code(
    plan: list[Callable[[str, int], Code]], id: str, told: list[Any], process: int
) -> Callable[[], Code]:
    def code() -> Code:
        for number, call in enumerate(plan):
            try:
                told.append((yield from call(id, 10 * process + number)))
            except Exception as error:
                told.append(type(error).__name__)

    return code
