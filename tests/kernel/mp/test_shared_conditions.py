"""Condition and Event between processes: every outcome the library has, and no other.

The library's own steps (``by_the_book``) and the models are run through every schedule of the
same small programs; the sets of outcomes are equal.
"""

from __future__ import annotations

from typing import Any

import pytest
from by_the_book import BookCondition, BookEvent
from modelled import ModelCondition, ModelEvent
from several import Body, Code, done, ended
from together import Part, doing, killer, outcomes, told_of

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.tasks import Task
from pyqdemo.trace import OutcomeKind


def waiter(timeout_s: float | None = None) -> Part:
    def part(condition: Any, got: dict[str, object]) -> Body:
        def body(execution: Execution, task: Task) -> Code:
            yield from condition.enter()
            notified = yield from condition.wait(timeout_s)
            yield from condition.exit()
            got[task.id] = notified

        return body

    return part


def notifier(count: float | None = 1, times: int = 1) -> Part:
    def part(condition: Any, got: dict[str, object]) -> Body:
        def body(execution: Execution, task: Task) -> Code:
            for _ in range(times):
                yield from condition.enter()
                yield from condition.notify(count)
                yield from condition.exit()
            got[task.id] = "through"

        return body

    return part


CONDITIONS: list[tuple[str, tuple[Part, ...], bool]] = [
    ("one waits, one notifies", (waiter(), notifier()), False),
    ("a bound", (waiter(1.0), notifier()), True),
    ("two wait, one is notified", (waiter(), waiter(), notifier()), False),
    ("a bound swallows it", (waiter(1.0), waiter(), notifier()), True),
    ("all are notified", (waiter(), waiter(), notifier(None)), False),
    ("twice", (waiter(1.0), notifier(1, times=2)), True),
    ("killed", (waiter(), notifier(), killer()), False),
    ("killed with a bound", (waiter(1.0), notifier(), killer()), True),
]


@pytest.mark.parametrize(
    ("parts", "loose"),
    [(parts, loose) for _, parts, loose in CONDITIONS],
    ids=[name for name, _, _ in CONDITIONS],
)
def test_a_condition_has_just_the_librarys_outcomes(parts: tuple[Part, ...], loose: bool) -> None:
    book = outcomes(BookCondition, *parts, loose=loose)
    assert outcomes(ModelCondition, *parts, loose=loose) == book


WAIT, WAIT_1 = ("wait",), ("wait", 1.0)
SET, CLEAR, IS_SET = ("set",), ("clear",), ("is_set",)
EVENTS: list[tuple[str, tuple[Part, ...], bool]] = [
    ("one waits, one sets", (doing(WAIT), doing(SET)), False),
    ("a bound", (doing(WAIT_1), doing(SET)), True),
    ("cleared at once", (doing(WAIT), doing(SET, CLEAR)), False),
    ("cleared, with a bound", (doing(WAIT_1, IS_SET), doing(SET, CLEAR)), True),
    ("asked between", (doing(IS_SET), doing(SET, CLEAR)), False),
    ("killed", (doing(WAIT), doing(SET, IS_SET), killer()), False),
    ("killed with a bound", (doing(WAIT_1), doing(SET), killer()), True),
]


@pytest.mark.parametrize(
    ("parts", "loose"), [(parts, loose) for _, parts, loose in EVENTS], ids=[e[0] for e in EVENTS]
)
def test_an_event_has_just_the_librarys_outcomes(parts: tuple[Part, ...], loose: bool) -> None:
    book = outcomes(BookEvent, *parts, loose=loose)
    assert outcomes(ModelEvent, *parts, loose=loose) == book


def test_a_clear_right_behind_the_set_makes_a_wait_come_back_with_false() -> None:
    """The waiter looks again when it has the lock: before the clear, after it, or it comes
    too late and waits for ever."""
    assert outcomes(ModelEvent, doing(WAIT), doing(SET, CLEAR)) == {
        ((True,), (None, None)),
        ((False,), (None, None)),
        (("stuck",), (None, None)),
    }


def test_one_permit_goes_to_whoever_wakes_first() -> None:
    """Not to the one that has waited longest: either, or neither where the notify came first."""
    assert outcomes(ModelCondition, waiter(), waiter(), notifier()) == {
        (True, "stuck", "through"),
        ("stuck", True, "through"),
        ("stuck", "stuck", "through"),
    }


def test_a_notify_waits_for_one_that_was_killed_asleep() -> None:
    """Its place among the waiters stays, nobody acknowledges for it, and the notifier, whom
    the table tells to wait for the dead, keeps the lock: the third, who wants that, waits for
    the notifier. In order: the first acquires and lets go, the killer, the notifier."""
    run = told_of(
        ModelCondition, waiter(), killer(), notifier(), notifier(), places=[0, 0, 0, 0, 0]
    )
    kind, waits = ended(run)
    assert kind is OutcomeKind.DEADLOCK
    assert waits == [("0.3", "notify", ("0.1",)), ("0.4", "acquire", ("0.3",))]
    told = ["0.1 kept place among the waiters", "0.3 wake 1", "0.3 notify 1 ..."]
    assert done(run, "kept", "wake", "notify") == told


def test_a_set_waits_for_one_that_was_killed_asleep() -> None:
    """It keeps the event's lock, so that who asks whether it is set waits for it."""
    run = told_of(ModelEvent, doing(WAIT), killer(), doing(SET), doing(IS_SET), places=[0, 0])
    kind, waits = ended(run)
    assert kind is OutcomeKind.DEADLOCK
    assert waits == [("0.3", "notify", ("0.1",)), ("0.4", "is_set", ("0.3",))]
    assert done(run)[:3] == ["0.1 enter", "0.1 wait ...", "0.1 kept place among the waiters"]
