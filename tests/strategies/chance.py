"""Small programs made by chance, over every kind of thing that threads share."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable
from typing import Any

from exhaustive import Program, Self, answers, beside
from plain import Code

from pyqdemo.kernel.barriers import Abort, Arrive, BarrierModel, CountWaiting, IsBroken, Pass, Reset
from pyqdemo.kernel.conditions import ConditionModel, Enter, Leave, LetGo, Notify, TakeBack
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.flags import Clear, FlagModel, IsSet, Look, Set
from pyqdemo.kernel.locks import Acquire, Locked, LockModel, Release, RLockModel
from pyqdemo.kernel.operations import Model, Operation, Sleep
from pyqdemo.kernel.queues import (
    AskQueue,
    Get,
    JoinQueue,
    Put,
    QueueModel,
    ShutDownQueue,
    TaskDone,
)
from pyqdemo.kernel.semaphores import AcquirePermit, ReadValue, ReleasePermits, SemaphoreModel
from pyqdemo.kernel.stores import FifoStore, HeapStore, LifoStore, Store

__all__ = ["FAMILIES", "program_by_chance"]


class Shared:
    """One of each, made anew for each execution."""

    def __init__(self) -> None:
        self.lock = LockModel()
        self.rlock = RLockModel()
        self.condition = ConditionModel(self.lock)
        self.beside = ConditionModel(None)
        self.flag = FlagModel()
        self.semaphore = SemaphoreModel(1)
        self.signal = SemaphoreModel(0)
        self.bounded = SemaphoreModel(2, 2)
        self.barrier = BarrierModel(2)
        self.narrow = _queue("queue", FifoStore(), 1)
        self.wide = _queue("queue", FifoStore(), 0)
        self.lifo = _queue("lifo", LifoStore(), 2)
        self.heap = _queue("priority", HeapStore(), 0)
        self.simple = _queue("simple", FifoStore(), 0)

    def all(self) -> list[Model]:
        return list(vars(self).values())


def _queue(kind: str, store: Store, maxsize: int) -> QueueModel:
    return QueueModel(kind, store, maxsize, lambda value: (repr(value), 0))


Call = Callable[[Shared, Self, float | None], Code]


def single(make: Callable[[Shared, Self, float | None], Operation]) -> Call:
    def call(shared: Shared, self: Self, bound: float | None) -> Code:
        return (yield make(shared, self, bound))

    return call


def wait_holding(shared: Shared, self: Self, bound: float | None) -> Code:
    yield Acquire(shared.lock, self.task)
    notified = yield from wait(shared, self, bound)
    yield Release(shared.lock)
    return notified


def wait(shared: Shared, self: Self, bound: float | None) -> Code:
    waiter = yield LetGo(shared.condition, shared.lock, self.task, bound)
    if (yield waiter):
        return True
    yield TakeBack(waiter)
    return False


def notify_holding(shared: Shared, self: Self, bound: float | None) -> Code:
    yield Acquire(shared.lock, self.task)
    yield Notify(shared.condition, 1 if bound is None else None)
    yield Release(shared.lock)


def wait_beside(shared: Shared, self: Self, bound: float | None) -> Code:
    waiter = yield Enter(shared.beside, bound)
    if (yield waiter):
        return True
    yield Leave(waiter)
    return False


def wait_for_flag(shared: Shared, self: Self, bound: float | None) -> Code:
    waiter = yield Look(shared.flag, bound)
    return True if waiter is None else (yield waiter)


def meet(shared: Shared, self: Self, bound: float | None) -> Code:
    answer = yield Arrive(shared.barrier, False, bound)
    return (yield answer) if isinstance(answer, Pass) else answer


def _moves(*names: str) -> list[Call]:
    """Puts and gets of these queues."""
    return [
        call
        for name in names
        for call in (
            single(lambda m, s, b, n=name: Put(getattr(m, n), s.task.id, timeout_s=b)),  # type: ignore[misc]
            single(lambda m, s, b, n=name: Get(getattr(m, n), timeout_s=b)),  # type: ignore[misc]
        )
    ]


FAMILIES: dict[str, list[Call]] = {
    "locks": [
        single(lambda m, s, b: Acquire(m.lock, s.task, timeout_s=b)),
        single(lambda m, s, b: Acquire(m.lock, s.task, block=False)),
        single(lambda m, s, b: Release(m.lock)),
        single(lambda m, s, b: Locked(m.lock)),
        single(lambda m, s, b: Acquire(m.rlock, s.task, timeout_s=b)),
        single(lambda m, s, b: Release(m.rlock)),
    ],
    "conditions": [notify_holding, notify_holding, wait_holding, wait_holding, wait],
    "conditions beside": [
        single(lambda m, s, b: Notify(m.beside, 1 if b is None else None)),
        wait_beside,
    ],
    "flags": [
        single(lambda m, s, b: Set(m.flag)),
        single(lambda m, s, b: Clear(m.flag)),
        single(lambda m, s, b: IsSet(m.flag)),
        wait_for_flag,
        wait_for_flag,
    ],
    "semaphores": [
        single(lambda m, s, b: AcquirePermit(m.semaphore, timeout_s=b)),
        single(lambda m, s, b: ReleasePermits(m.semaphore)),
        single(lambda m, s, b: ReadValue(m.semaphore)),
        single(lambda m, s, b: AcquirePermit(m.signal, timeout_s=b)),
        single(lambda m, s, b: ReleasePermits(m.signal, 1 if b is None else 2)),
        single(lambda m, s, b: AcquirePermit(m.bounded, timeout_s=b)),
        single(lambda m, s, b: ReleasePermits(m.bounded)),
    ],
    "barriers": [
        *(meet, meet, meet),
        single(lambda m, s, b: Abort(m.barrier)),
        single(lambda m, s, b: Reset(m.barrier)),
        single(lambda m, s, b: CountWaiting(m.barrier)),
        single(lambda m, s, b: IsBroken(m.barrier)),
    ],
    "queues": [
        *_moves("narrow", "narrow", "wide"),
        single(lambda m, s, b: Put(m.narrow, s.task.id, block=False)),
        single(lambda m, s, b: Get(m.narrow, block=False)),
        single(lambda m, s, b: AskQueue(m.narrow, "qsize")),
        single(lambda m, s, b: TaskDone(m.wide)),
        single(lambda m, s, b: JoinQueue(m.wide)),
        single(lambda m, s, b: ShutDownQueue(m.wide, b is not None)),
    ],
    "other queues": _moves("lifo", "heap", "simple"),
}
FAMILIES["all"] = [call for calls in FAMILIES.values() for call in calls]
FAMILIES["all"].append(single(lambda m, s, b: Sleep(1.0, "1")))

After = Callable[[Self], None]


def _fails(self: Self) -> None:
    if len(self.told) % 2:
        raise LookupError(len(self.told))


AFTER: list[After] = [
    *[lambda self: self.told.append(self.read("x"))] * 4,
    *[lambda self: self.write("x", self.task.id)] * 4,
    *[lambda self: self.told.append(self.read("y"))] * 4,
    *[lambda self: self.write("y", self.task.id)] * 4,
    lambda self: self.told.append(self.draw(2)),
    _fails,
    *[lambda self: None] * 16,
]
"""What plain code may follow an operation in its step."""


def program_by_chance(draw: random.Random, family: str, tasks: int, most: int) -> Program:
    """A program of tasks that make up to ``most`` calls each; some may be daemons, and they may
    be joined or not."""
    plans = [
        [
            (
                draw.choice(FAMILIES[family]),
                draw.choice((None, None, None, 1.0)),
                draw.choice(AFTER),
            )
            for _ in range(draw.randint(1, most))
        ]
        for _ in range(tasks)
    ]
    daemons = draw.choice((0, 0, 1))

    def code_of(plan: list[tuple[Call, float | None, After]]) -> Callable[..., Code]:
        def code(self: Self, *models: Model) -> Code:
            shared = Shared.__new__(Shared)
            for name, model in zip(vars(Shared()), models, strict=True):
                setattr(shared, name, model)
            for call, bound, after in plan:
                try:
                    answer = yield from call(shared, self, bound)
                except Exception as error:
                    answer = type(error).__name__
                self.told.append(answer)
                after(self)

        return code

    def ending(execution: Execution, told: dict[str, list[Any]]) -> Hashable:
        # Which of a daemon's steps came before a deadlock is not asked.
        if daemons and execution.outcome().kind == "deadlock":
            return ("deadlock",)
        return answers(execution, told)

    codes = [code_of(plan) for plan in plans]
    joined = draw.random() < 0.7
    return beside(
        lambda: Shared().all(), *codes, daemons=daemons, joined=joined, ending=ending, max_steps=400
    )
