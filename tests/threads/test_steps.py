"""A strategy that observes is told what each step turned out to touch."""

from __future__ import annotations

from collections.abc import Callable

from harness import carry

from pyqdemo.kernel.execution import Execution
from pyqdemo.point import Access, Point, Step
from pyqdemo.worlds.threads.stand_ins.flags import Event
from pyqdemo.worlds.threads.stand_ins.locks import Lock
from pyqdemo.worlds.threads.stand_ins.queues import PriorityQueue
from pyqdemo.worlds.threads.stand_ins.threads import Thread
from pyqdemo.worlds.threads.stand_ins.times import NAMES


class Observing:
    """Goes on with the first who can, and keeps what it is told."""

    observes = True

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.overs = 0

    def begin(self) -> None:
        self.steps = []

    def choose(self, point: Point) -> str:
        assert (point.last is None) == (point.step == 1) or point.last is not None
        if point.step > 1:
            assert point.last is not None
            self.steps.append(point.last)
        return point.enabled[0]

    def over(self, last: Step) -> None:
        self.steps.append(last)
        self.overs += 1


def observed(main: Callable[[], object]) -> tuple[Execution, list[Step]]:
    strategy = Observing()
    execution = carry(main, strategy)
    assert strategy.overs == 1
    return execution, strategy.steps


def test_there_is_one_step_told_for_each_that_was_taken_the_last_one_too() -> None:
    execution, steps = observed(lambda: Lock().acquire())
    assert [step.task for step in steps] == execution.choices


def test_a_step_touches_what_its_operation_says() -> None:
    """begin, acquire, release, end, exit; who acquires waits for who releases."""

    def main() -> None:
        with Lock():
            pass

    _, steps = observed(main)
    assert [step.accesses for step in steps] == [
        (),
        (Access("0/lock/1", "w"), Access("let:0/lock/1", "r")),
        (Access("0/lock/1", "w"), Access("let:0/lock/1", "a")),
        (Access("life:0", "w"), Access("lives", "a"), Access("once:life:0", "a")),
        (Access("alive:0", "w"), Access("once:alive:0", "a"), Access("births", "r")),
    ]


def test_what_a_comparison_inside_a_put_asks_is_part_of_that_step() -> None:
    flag: list[Event] = []

    class Asking:
        def __lt__(self, other: object) -> bool:
            return flag[0].is_set()

    def main() -> None:
        flag.append(Event())
        line = PriorityQueue()
        line.put(Asking())
        line.put(Asking())

    _, steps = observed(main)
    asked = [any(access.part.startswith("0/event/1") for access in step.accesses) for step in steps]
    assert asked == [False, False, True, False, False]  # begin, put, put, end, exit


def test_who_makes_an_unnamed_thread_touches_the_counter_of_names() -> None:
    """In the step behind which it is made: here that of the begin."""
    _, steps = observed(lambda: (Thread(), Thread(name="own")))
    assert steps[0].accesses == (Access("names:Thread", "w"),)


def test_a_bound_is_counted_from_the_clock_which_the_step_before_has_read() -> None:
    _, steps = observed(lambda: NAMES["sleep"](1))
    assert steps[0].accesses == (Access("clock", "r"),)
    assert steps[1].accesses == (Access("clock", "a"),)
