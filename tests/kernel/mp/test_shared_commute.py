"""What two operations on locks and the like between processes say they touch is enough to tell
when they commute.

At random points of random small programs, of which one may be killed at any moment, every two
tasks that stand side by side are looked at. If by their accesses they are independent, neither
may change whether the other can go on, and both orders must give the same answers and lead to
the same further run.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations
from threading import BrokenBarrierError
from typing import Any

import pytest
from commuting import First, Wandering, independent
from modelled import ModelBarrier, ModelCondition, ModelEvent
from several import Body, Code, drive, process

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.tasks import Task
from pyqdemo.strategies import Replay
from pyqdemo.trace import Event

STEPS = 24

Call = Callable[[Any, float | None], Code]
"""A call on what a family's programs share, with a bound where it takes one."""


class Locks:
    """A lock, two semaphores, and a number under the lock."""

    def __init__(self, execution: Execution, maker: Task) -> None:
        self.lock = execution.share(maker, "mp_rlock", ())
        self.semaphore = execution.share(maker, "mp_semaphore", (1,))
        self.bounded = execution.share(maker, "mp_bounded_semaphore", (2,))
        self.memory = execution.share(maker, "mp_value", ("i", 4, "00000000"))


def single(name: str, attribute: str, *args: object) -> Call:
    def call(shared: Any, bound: float | None) -> Code:
        given = [bound if each is ... else each for each in args]
        yield (name, getattr(shared, attribute), *given)

    return call


def method(name: str, *args: object) -> Call:
    def call(shared: Any, bound: float | None) -> Code:
        given = [bound if each is ... else each for each in args]
        yield from getattr(shared, name)(*given)

    return call


def writing(lock: bool) -> Call:
    def call(shared: Any, bound: float | None) -> Code:
        under = shared.lock if lock else None
        data = struct.pack("i", int(bound or 0) + 1)
        yield ("mp.write", shared.memory, under, [0, 1, 1], data)

    return call


def reading(lock: bool) -> Call:
    def call(shared: Any, bound: float | None) -> Code:
        yield ("mp.read", shared.memory, shared.lock if lock else None, [0, 1, 1])

    return call


def killing(shared: Any, bound: float | None) -> Code:
    yield ("process.kill", "0.1")


FAMILIES: dict[str, tuple[Any, tuple[Call, ...]]] = {
    "locks": (
        Locks,
        (
            single("mp.acquire", "lock", True, ...),
            single("mp.acquire", "lock", False),
            single("mp.release", "lock"),
            single("mp.locked", "lock"),
            reading(True),
            writing(True),
            reading(False),
        ),
    ),
    "semaphores": (
        Locks,
        (
            single("mp.acquire", "semaphore", True, ...),
            single("mp.acquire", "semaphore", False),
            single("mp.release", "semaphore"),
            single("mp.sem_value", "semaphore"),
            single("mp.acquire", "bounded", True, ...),
            single("mp.release", "bounded"),
        ),
    ),
    "conditions": (
        ModelCondition,
        (
            single("mp.acquire", "lock", True, ...),
            single("mp.release", "lock"),
            method("wait", ...),
            method("wait", ...),
            method("notify", 1),
            method("notify", None),
        ),
    ),
    "events": (
        ModelEvent,
        (method("wait", ...), method("wait", ...), *map(method, ("set", "clear", "is_set"))),
    ),
    "barriers": (
        partial(ModelBarrier, parties=2, acts=False),
        (
            *(method("wait", ...), method("wait", ...), method("abort"), method("reset")),
            *(single("mp.n_waiting", "id"), single("mp.broken", "id")),
        ),
    ),
}

Plan = Sequence[Sequence[tuple[Call, float | None]]]


def planned(make: Any, plan: Plan) -> Body:
    def body_of(shared: Any, calls: Sequence[tuple[Call, float | None]]) -> Body:
        def body(execution: Execution, task: Task) -> Code:
            for call, bound in calls:
                try:
                    yield from call(shared, bound)
                except (AssertionError, ValueError, BrokenBarrierError):
                    continue  # it shows in the events

        return body

    def main(execution: Execution, task: Task) -> Code:
        shared = make(execution, task)
        for calls in plan:
            yield process(body_of(shared, calls))

    return main


def after(main: Body, choices: Sequence[str]) -> tuple[object, ...]:
    """What can be seen behind those choices: who attempts what, and how the run goes on.

    But not what the dead are said to have kept: whether a permit was somebody's or a signal is
    only known from who gives it back.
    """
    rest = First()
    run = drive(main, Replay(choices, rest), Limits(loose=True, max_steps=1_000))
    assert run.log is not None
    told: dict[str, list[object]] = {}
    for record in run.log.records:
        if not isinstance(record, Event) or record.operation == "kept":
            continue
        if record.phase == "done":
            told.setdefault(record.task, []).append((record.operation, record.result))
    outcome = run.outcome()
    assert outcome.kind != "aborted"
    return told, rest.look, outcome.kind, len(outcome.waits)


def look_after(main: Body, choices: Sequence[str]) -> set[str]:
    """Who can go on behind those choices; nobody where the run is over."""
    rest = First()
    drive(main, Replay(choices, rest), Limits(loose=True, max_steps=1_000))
    return {pending.task for pending in rest.look or () if pending.enabled}


@pytest.mark.parametrize("family", FAMILIES)
def test_independent_operations_commute(family: str, how_many: Callable[..., int]) -> None:
    compared = 0
    make, calls = FAMILIES[family]
    for seed in range(how_many(20, soak=500)):
        draw = random.Random(f"{family}/{seed}")
        plan = [
            [
                (draw.choice(calls), draw.choice((None, None, 1.0)))
                for _ in range(draw.randint(1, 4))
            ]
            for _ in range(3)
        ]
        plan[1].insert(draw.randint(0, len(plan[1])), (killing, None))
        main = planned(make, plan)
        wandering = Wandering(draw)
        drive(main, wandering, Limits(loose=True, max_steps=STEPS))
        for step, look in enumerate(wandering.looks):
            prefix = wandering.choices[:step]
            for one, other in combinations(look, 2):
                if not independent(one, other) or not (one.enabled or other.enabled):
                    continue
                if one.enabled and other.enabled:
                    both = after(main, [*prefix, one.task, other.task])
                    assert both == after(main, [*prefix, other.task, one.task]), (seed, one, other)
                else:
                    first, second = (one, other) if one.enabled else (other, one)
                    behind = look_after(main, [*prefix, first.task])
                    assert second.task not in behind, (seed, first, second)
                compared += 1
    assert compared > 60, compared


def test_who_leaves_a_barrier_last_depends_on_who_leaves_first_where_one_died_at_its_door() -> None:
    """Of three that go on together one is gone; another came to the door and was killed. Of the
    two that are left the second opens the door and waits for the dead one to acknowledge that,
    for ever: so they do not commute, though else two that pass do."""
    wait = method("wait", ...)
    make = partial(ModelBarrier, parties=3, acts=False)
    main = planned(make, [*([[(wait, None)]] * 4), [(killing, None)]])
    started = ["0"] * 6
    inside = [*started, *("0.2", "0.2", "0.3", "0.3", "0.4", "0.4")]
    for kills in (False, True):
        at_door = [*inside, "0.1", "0.1", *(["0.5", "0.5"] if kills else [])]
        rest = First()
        drive(main, Replay(at_door, rest), Limits(max_steps=100))
        one, other = (each for each in rest.look or () if each.task in ("0.2", "0.3"))
        assert one.operation == other.operation == "wait"
        assert independent(one, other) == (not kills)
        first = after(main, [*at_door, one.task, other.task])
        assert (first == after(main, [*at_door, other.task, one.task])) == (not kills)
