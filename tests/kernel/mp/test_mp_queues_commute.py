"""What two operations on a queue say they touch is enough to tell when they commute.

At random points of random small programs every two tasks that stand side by side are looked
at. If by their accesses they are independent and both can go on, neither may stop the other,
and both orders must give each task the same answers and lead to the same further run. (That
one lets another go on is an order of its own, which need not show in their accesses.)
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import combinations

import pytest
from carrying import Code, Family, get
from commuting import Wandering, independent

from pyqdemo.kernel.limits import Limits
from pyqdemo.point import Pending, Point, Step
from pyqdemo.trace import Event

LIMITS = Limits(loose=True, max_steps=1_000)
STEPS = 30

Call = Callable[[str, str, int], Code]
"""A call of the program's, on one of two queues, with a number of its own."""


def one(name: str, *args: object) -> Call:
    def call(q: str, other: str, number: int) -> Code:
        yield (name, q, *args)

    return call


def putting(block: bool, timeout_s: float | None, on_other: bool = False) -> Call:
    def call(q: str, other: str, number: int) -> Code:
        queue = other if on_other else q
        if (yield ("mp.put", queue, str(number), None, 0, block, timeout_s)) is False:
            yield ("mp.hang", queue, "put")

    return call


def getting(block: bool, timeout_s: float | None) -> Call:
    def call(q: str, other: str, number: int) -> Code:
        yield from get(q, block, timeout_s)

    return call


def leaving(q: str, other: str, number: int) -> Code:
    yield ("mp.put", q, str(number), None, 0)
    yield ("mp.leave", q, str(number))


def joining(q: str, other: str, number: int) -> Code:
    match (yield ("mp.join", q)):
        case "wait":
            yield ("mp.joined", q)
        case "stuck":
            yield ("mp.hang", q, "join")


def finishing(q: str, other: str, number: int) -> Code:
    if not (yield ("mp.task_done", q)):
        yield ("mp.hang", q, "task_done")


def writing(q: str, other: str, number: int) -> Code:
    whole = yield ("mp.simple_put", q, bytes(number % 3 * 40_000 + 1))
    while not whole:
        whole = yield ("mp.simple_put", q, None)


COMMON = (getting(True, None), getting(True, 1.0), getting(False, None))
PUTS = (putting(True, None), putting(True, 1.0), putting(False, None))
ASKS = (one("mp.ask", "empty"), one("mp.ask", "qsize"), one("mp.ask", "full"))
ENDS = (one("mp.close"), one("mp.join_thread"), one("mp.cancel_join"))

#: By family: the queue's kind, its limit if it has one, and the calls.
FAMILIES: dict[str, tuple[tuple[object, ...], tuple[Call, ...]]] = {
    "unlimited": (("mp_queue", 0), (*PUTS, *COMMON, *ASKS, leaving, putting(True, None, True))),
    "limited": (("mp_queue", 2), (*PUTS, *COMMON, *ASKS)),
    "closing": (("mp_queue", 0), (*PUTS[:1], *PUTS[:1], *COMMON, *ENDS)),
    "joinable": (("mp_joinable", 3), (*PUTS, *COMMON[:2], joining, finishing, finishing)),
    "simple": (("mp_simple",), (writing, writing, *COMMON[:1], one("mp.ask", "empty"))),
}

Plan = Sequence[Sequence[Call]]


def carried(name: str, plan: Plan, strategy: object, limits: Limits = LIMITS) -> Family:
    """The first two lists of calls are two processes' main tasks, the third is a thread's."""

    def main(family: Family) -> Code:
        kind, _ = FAMILIES[name]
        q, other = family.share(*kind), family.share("mp_queue", 0)

        def body(place: int) -> Callable[[], Code]:
            def code() -> Code:
                for number, call in enumerate(plan[place]):
                    try:
                        yield from call(q, other, 10 * place + number)
                    except Exception:
                        continue  # it shows in the events

            return code

        yield family.process(body(0))
        yield family.thread("0", body(1))
        yield from body(2)()

    def pickled(family: Family, handle: int) -> bytes:
        if handle % 5 == 4:
            raise TypeError("cannot pickle it")
        return bytes(handle % 4 * 25_000 + 1)

    def fed(family: Family) -> list[str]:
        # What a process has at its end is no secret of its last step's then.
        return [id for id in family.execution.shared if "simple" not in id]

    return Family(main, strategy, limits, pickled, fed)  # type: ignore[arg-type]


class Follows:
    """Makes the given choices, then goes on with whoever comes first.

    Attributes:
        steps: what each step touched.
        look: what it saw behind the given choices.
    """

    observes = True

    def __init__(self, choices: Sequence[str]) -> None:
        self._choices = choices
        self.look: tuple[Pending, ...] | None = None
        self.steps: list[Step] = []

    def begin(self) -> None:
        """One execution only."""

    def over(self, last: Step) -> None:
        self.steps.append(last)

    def choose(self, point: Point) -> str:
        number = point.step - 1
        if number and point.last is not None:
            self.steps.append(point.last)
        if number < len(self._choices):
            return self._choices[number]
        if self.look is None:
            self.look = point.look()
        return point.enabled[0]


def after(name: str, plan: Plan, choices: Sequence[str]) -> tuple[tuple[object, ...], bool]:
    """What can be seen behind those choices: who attempts what, and how the run goes on; and
    whether by all that they touched the last two steps are independent."""
    rest = Follows(choices)
    done = carried(name, plan, rest)
    assert done.execution.log is not None
    told: dict[str, list[object]] = {}
    for event in done.execution.log.records:
        if isinstance(event, Event) and event.phase == "done":
            seen = (event.operation, event.item, event.result)
            told.setdefault(event.task, []).append(seen)
    assert done.kind != "aborted"
    last, next_to_last = rest.steps[len(choices) - 1], rest.steps[len(choices) - 2]
    return (told, rest.look, done.kind), independent(next_to_last, last)


@pytest.mark.parametrize("name", FAMILIES)
def test_independent_operations_commute(name: str, how_many: Callable[..., int]) -> None:
    compared = 0
    for seed in range(how_many(3, soak=300)):
        draw = random.Random(f"{name}/{seed}")
        calls = FAMILIES[name][1]
        plan = [[draw.choice(calls) for _ in range(draw.randint(1, 4))] for _ in range(3)]
        wandering = Wandering(draw)
        carried(name, plan, wandering, Limits(loose=True, max_steps=STEPS))
        for step, look in enumerate(wandering.looks):
            prefix = wandering.choices[:step]
            for one, other in combinations(look, 2):
                if not (one.enabled and other.enabled and independent(one, other)):
                    continue
                both, still = after(name, plan, [*prefix, one.task, other.task])
                if not still:
                    continue
                swapped, _ = after(name, plan, [*prefix, other.task, one.task])
                assert both == swapped, (seed, step, one, other)
                compared += 1
    assert compared > 30, compared
