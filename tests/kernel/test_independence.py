"""What two operations on locks and the like say they touch is enough to tell when they commute.

At random points of random small programs every two tasks that stand side by side are looked
at. If by their accesses they are independent, neither may change whether the other can go
on, and both orders must give the same answers and lead to the same further run.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import combinations

import pytest
from commuting import First, Wandering, independent
from plain import Code, drive
from schedules import Body, side_by_side

from pyqdemo.kernel.barriers import Abort, Arrive, BarrierModel, CountWaiting, IsBroken, Pass, Reset
from pyqdemo.kernel.conditions import ConditionModel, Enter, Leave, LetGo, Notify, TakeBack
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.flags import Clear, FlagModel, IsSet, Look, Set
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.locks import Acquire, Locked, LockModel, Release, RLockModel
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.semaphores import AcquirePermit, ReadValue, ReleasePermits, SemaphoreModel
from pyqdemo.kernel.tasks import Task
from pyqdemo.strategies import Replay
from pyqdemo.trace import Event

STEPS = 24


class Models:
    """One of each, made anew for each execution."""

    def __init__(self) -> None:
        self.lock = LockModel()
        self.rlock = RLockModel()
        self.condition = ConditionModel(self.lock)
        self.beside = ConditionModel(None)
        self.flag = FlagModel()
        self.semaphore = SemaphoreModel(1)
        self.bounded = SemaphoreModel(2, 2)
        self.barrier = BarrierModel(2)

    def all(self) -> list[Model]:
        return list(vars(self).values())


def conditional_wait(models: Models, task: Task, bound: float | None) -> Code:
    waiter = yield LetGo(models.condition, models.lock, task, bound)
    if not (yield waiter):
        yield TakeBack(waiter)


def wait_beside(models: Models, task: Task, bound: float | None) -> Code:
    """As over a lock of the program's own; that lock itself is left out."""
    waiter = yield Enter(models.beside, bound)
    if not (yield waiter):
        yield Leave(waiter)


def flag_wait(models: Models, task: Task, bound: float | None) -> Code:
    waiter = yield Look(models.flag, bound)
    if waiter is not None:
        yield waiter


def barrier_wait(models: Models, task: Task, bound: float | None) -> Code:
    answer = yield Arrive(models.barrier, False, bound)
    if isinstance(answer, Pass):
        yield answer


Call = Callable[[Models, Task, float | None], Code]


def single(make: Callable[[Models, Task, float | None], Operation]) -> Call:
    def call(models: Models, task: Task, bound: float | None) -> Code:
        yield make(models, task, bound)

    return call


CALLS: dict[str, tuple[Call, ...]] = {
    "locks": (
        single(lambda m, t, bound: Acquire(m.lock, t, timeout_s=bound)),
        single(lambda m, t, bound: Acquire(m.lock, t, block=False)),
        single(lambda m, t, bound: Release(m.lock)),
        single(lambda m, t, bound: Locked(m.lock)),
        single(lambda m, t, bound: Acquire(m.rlock, t, timeout_s=bound)),
        single(lambda m, t, bound: Release(m.rlock)),
    ),
    "conditions": (
        single(lambda m, t, bound: Acquire(m.lock, t, timeout_s=bound)),
        single(lambda m, t, bound: Release(m.lock)),
        single(lambda m, t, bound: Notify(m.condition, 1)),
        single(lambda m, t, bound: Notify(m.condition, None)),
        conditional_wait,
        conditional_wait,
    ),
    "conditions beside": (
        single(lambda m, t, bound: Notify(m.beside, 1)),
        single(lambda m, t, bound: Notify(m.beside, None)),
        wait_beside,
        wait_beside,
    ),
    "flags": (
        single(lambda m, t, bound: Set(m.flag)),
        single(lambda m, t, bound: Clear(m.flag)),
        single(lambda m, t, bound: IsSet(m.flag)),
        flag_wait,
        flag_wait,
    ),
    "semaphores": (
        single(lambda m, t, bound: AcquirePermit(m.semaphore, timeout_s=bound)),
        single(lambda m, t, bound: AcquirePermit(m.semaphore, block=False)),
        single(lambda m, t, bound: ReleasePermits(m.semaphore, 2)),
        single(lambda m, t, bound: ReadValue(m.semaphore)),
        single(lambda m, t, bound: AcquirePermit(m.bounded, timeout_s=bound)),
        single(lambda m, t, bound: ReleasePermits(m.bounded)),
    ),
    "barriers": (
        barrier_wait,
        barrier_wait,
        single(lambda m, t, bound: Abort(m.barrier)),
        single(lambda m, t, bound: Reset(m.barrier)),
        single(lambda m, t, bound: CountWaiting(m.barrier)),
        single(lambda m, t, bound: IsBroken(m.barrier)),
    ),
}

Plan = Sequence[Sequence[tuple[Call, float | None]]]


def planned(plan: Plan) -> Callable[[Execution, Task], Code]:
    models = Models()

    def body_of(calls: Sequence[tuple[Call, float | None]]) -> Body:
        def body(task: Task) -> Code:
            for call, bound in calls:
                try:
                    yield from call(models, task, bound)
                except (RuntimeError, ValueError):
                    continue  # it shows in the events

        return body

    return side_by_side(models.all(), [body_of(calls) for calls in plan])


def after(plan: Plan, choices: Sequence[str]) -> tuple[object, ...]:
    """What can be seen behind those choices: who attempts what, and how the run goes on."""
    rest = First()
    done = drive(planned(plan), Replay(choices, rest), Limits(loose=True, max_steps=1_000))
    assert done.log is not None
    events = [record for record in done.log.records if isinstance(record, Event)]
    told: dict[str, list[object]] = {}
    for event in events:
        if event.phase == "done":
            told.setdefault(event.task, []).append((event.operation, event.result))
    assert done.outcome().kind != "aborted"
    return told, rest.look, done.outcome().kind, done.outcome().waits and len(done.outcome().waits)


def look_after(plan: Plan, choices: Sequence[str]) -> set[str]:
    """Who can go on behind those choices; nobody where the run is over."""
    rest = First()
    drive(planned(plan), Replay(choices, rest), Limits(loose=True, max_steps=1_000))
    return {pending.task for pending in rest.look or () if pending.enabled}


@pytest.mark.parametrize("family", CALLS)
def test_independent_operations_commute(family: str, how_many: Callable[..., int]) -> None:
    compared = 0
    for seed in range(how_many(25, soak=500)):
        draw = random.Random(f"{family}/{seed}")
        plan = [
            [
                (draw.choice(CALLS[family]), draw.choice((None, None, 1.0)))
                for _ in range(draw.randint(1, 4))
            ]
            for _ in range(3)
        ]
        wandering = Wandering(draw)
        drive(planned(plan), wandering, Limits(loose=True, max_steps=STEPS))
        for step, look in enumerate(wandering.looks):
            prefix = wandering.choices[:step]
            for one, other in combinations(look, 2):
                if not independent(one, other) or not (one.enabled or other.enabled):
                    continue
                if one.enabled and other.enabled:
                    both = after(plan, [*prefix, one.task, other.task])
                    assert both == after(plan, [*prefix, other.task, one.task]), (seed, one, other)
                else:
                    first, second = (one, other) if one.enabled else (other, one)
                    behind = look_after(plan, [*prefix, first.task])
                    assert second.task not in behind, (seed, first, second)
                compared += 1
    assert compared > 100, compared
