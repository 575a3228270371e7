"""Barrier between processes: every outcome the library has, and no other."""

from __future__ import annotations

from functools import partial

import pytest
from by_the_book import BookBarrier
from modelled import ModelBarrier
from several import done, ended
from together import Part, doing, killer, outcomes, told_of

from pyqdemo.trace import OutcomeKind

WAIT, WAIT_1 = ("wait",), ("wait", 1.0)
ABORT, RESET = ("abort",), ("reset",)
PROGRAMS: list[tuple[str, tuple[Part, ...], bool, bool]] = [
    ("two", (doing(WAIT), doing(WAIT)), False, False),
    ("an action", (doing(WAIT), doing(WAIT)), True, False),
    ("a bound", (doing(WAIT_1), doing(WAIT)), False, True),
    ("a bound and an action", (doing(WAIT_1), doing(WAIT_1)), True, True),
    ("aborted", (doing(WAIT), doing(ABORT)), False, False),
    ("reset", (doing(WAIT), doing(RESET)), False, False),
    ("killed", (doing(WAIT), doing(WAIT), killer()), False, False),
    ("killed and aborted", (doing(WAIT), doing(ABORT), killer()), False, False),
]


@pytest.mark.parametrize(
    ("parts", "acts", "loose"), [each[1:] for each in PROGRAMS], ids=[each[0] for each in PROGRAMS]
)
def test_a_barrier_has_just_the_librarys_outcomes(
    parts: tuple[Part, ...], acts: bool, loose: bool
) -> None:
    book = outcomes(partial(BookBarrier, parties=2, acts=acts), *parts, loose=loose)
    assert outcomes(partial(ModelBarrier, parties=2, acts=acts), *parts, loose=loose) == book


def test_two_go_on_together_and_have_different_places() -> None:
    assert outcomes(partial(ModelBarrier, parties=2, acts=False), doing(WAIT), doing(WAIT)) == {
        ((0,), (1,)),
        ((1,), (0,)),
    }


def test_again_and_again() -> None:
    """Both come twice: each time one is the first. Who is through first may be back at the door
    before the other has left, and waits there."""
    kind = partial(ModelBarrier, parties=2, acts=False)
    twice = doing(WAIT, WAIT)
    assert outcomes(kind, twice, twice) == {
        ((0, 0), (1, 1)),
        ((0, 1), (1, 0)),
        ((1, 0), (0, 1)),
        ((1, 1), (0, 0)),
    }


def test_the_last_to_come_waits_for_one_that_was_killed_asleep() -> None:
    """It has woken all, and one of them will never acknowledge it."""
    kind = partial(ModelBarrier, parties=2, acts=False)
    run = told_of(kind, doing(WAIT), killer(), doing(WAIT), doing(RESET), places=[0, 0, 0])
    told, waits = ended(run)
    assert told is OutcomeKind.DEADLOCK
    assert waits == [("0.3", "notify", ("0.1",)), ("0.4", "reset", ("0.3",))]
    assert done(run)[:3] == ["0.1 enter", "0.1 wait ...", "0.1 kept place among the waiters"]
