"""Barrier as plain data: rounds, bounds, the action, abort and reset."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import BrokenBarrierError
from typing import Any

from plain import Chosen, Code, drive
from schedules import Body, every, happened, in_turn, side_by_side

from pyqdemo.kernel.barriers import (
    Abort,
    Arrive,
    BarrierModel,
    CountWaiting,
    IsBroken,
    OpenUp,
    Pass,
    Reset,
)
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.operations import Sleep
from pyqdemo.kernel.tasks import Task
from pyqdemo.trace import OutcomeKind

Main = Callable[[Execution, Task], Code]
Got = dict[str, list[object]]


def wait(
    barrier: BarrierModel,
    timeout_s: float | None = None,
    action: Callable[[], Code] | None = None,
) -> Code:
    """What ``Barrier.wait`` does; gives the index, or ``broken``."""
    try:
        answer = yield Arrive(barrier, action is not None, timeout_s)
        if isinstance(answer, Pass):
            answer = yield answer
        elif isinstance(answer, OpenUp):
            assert action is not None
            try:
                yield from action()
            except ValueError:
                answer.failure = "raised ValueError"
                yield answer
                return "failed"
            answer = yield answer
    except BrokenBarrierError:
        return "broken"
    return answer


def rounds(barrier: BarrierModel, got: Got, count: int = 1, **how: Any) -> Body:
    def body(task: Task) -> Code:
        got[task.id] = []
        for _ in range(count):
            got[task.id].append((yield from wait(barrier, **how)))

    return body


def results(parties: int, bodies: Callable[[BarrierModel, Got], Iterable[Body]]) -> set[object]:
    """What the tasks got, in every schedule; they that wait for ever got nothing."""
    made: list[Got] = []

    def program() -> Main:
        barrier = BarrierModel(parties)
        made.append({})
        return side_by_side([barrier], list(bodies(barrier, made[-1])))

    seen = set()
    for _ in every(program):
        seen.add(tuple(tuple(each) for each in made[-1].values()))
    return seen


def test_each_round_gives_every_index_in_turn() -> None:
    """Two tasks, two rounds: in each round either of them is the first."""
    seen = results(2, lambda barrier, got: [rounds(barrier, got, 2)] * 2)
    assert seen == {((a, b), (1 - a, 1 - b)) for a in (0, 1) for b in (0, 1)}


def test_of_three_at_a_barrier_for_two_one_is_left() -> None:
    """Whichever comes last; the two others have the indices 0 and 1."""
    seen = results(2, lambda barrier, got: [rounds(barrier, got)] * 3)
    assert seen == {
        *(((a,), (1 - a,), ()) for a in (0, 1)),
        *(((a,), (), (1 - a,)) for a in (0, 1)),
        *(((), (a,), (1 - a,)) for a in (0, 1)),
    }


def test_who_comes_while_others_leave_waits_until_they_have_left() -> None:
    """0.1 arrives, 0.2 opens it; 0.3 is blocked until 0.1 has passed, and then joins a new
    round, in which nobody else comes."""
    barrier = BarrierModel(2)
    got: Got = {}
    main = side_by_side([barrier], [rounds(barrier, got)] * 3)
    done = drive(main, Chosen(["0"] * 4 + ["0.1", "0.1", "0.2", "0.2", "0.3"]))
    assert happened(done) == [
        "0.1 enter",
        "0.1 wait ...",
        "0.2 wait -> 1",
        "0.3 wait ...",
        "0.1 wait -> 0",
        "0.3 enter",
        "0.3 wait ...",
    ]
    assert done.outcome().kind is OutcomeKind.DEADLOCK


def test_an_abort_breaks_the_barrier_for_all_who_have_not_passed() -> None:
    """A barrier for two, and two tasks: aborted before the second arrives, both break off;
    behind that, the second is through, and the first is if it passed before."""
    seen = results(
        2, lambda barrier, got: [rounds(barrier, got)] * 2 + [lambda task: in_turn(Abort(barrier))]
    )
    broken = "broken"
    assert seen == {
        ((broken,), (broken,)),
        ((0,), (1,)),
        ((1,), (0,)),
        ((broken,), (1,)),
        ((1,), (broken,)),
    }


def test_a_reset_breaks_those_inside_and_nobody_else() -> None:
    """One task at a barrier for two: reset while it waits, it breaks off; before, it is stuck."""
    seen = results(
        2, lambda barrier, got: [rounds(barrier, got), lambda task: in_turn(Reset(barrier))]
    )
    assert seen == {(("broken",),), ((),)}


def test_a_barrier_that_was_reset_is_new_when_those_inside_have_left() -> None:
    """0.1 waits, main resets; 0.2 comes meanwhile and is blocked; when 0.1 has left, broken,
    0.2 and 0.3 make a round."""
    barrier = BarrierModel(2)
    got: Got = {}
    main = side_by_side(
        [barrier],
        [rounds(barrier, got), lambda task: in_turn(Reset(barrier))] + [rounds(barrier, got)] * 2,
    )
    choices = ["0"] * 5 + ["0.1", "0.1", "0.2", "0.2", "0.3"]
    assert drive(main, Chosen(choices)).outcome().kind is OutcomeKind.COMPLETED
    assert got == {"0.1": ["broken"], "0.3": [0], "0.4": [1]}


def test_a_broken_barrier_stays_broken_until_it_is_reset() -> None:
    barrier = BarrierModel(1)
    told: list[object] = []

    def main(execution: Execution, task: Task) -> Code:
        execution.register(barrier, task)
        told.append((yield from wait(barrier)))
        yield Abort(barrier)
        told.append((yield from wait(barrier)))
        told.append((yield IsBroken(barrier)))
        yield Reset(barrier)
        told.append((yield IsBroken(barrier)))
        told.append((yield from wait(barrier)))

    done = drive(main)
    assert told == [0, "broken", True, False, 0]
    assert happened(done) == [
        "0 wait -> 0",
        "0 abort",
        "0 wait -> raised BrokenBarrierError",
        "0 broken -> True",
        "0 reset",
        "0 broken -> False",
        "0 wait -> 0",
    ]


def test_one_whose_bound_is_reached_breaks_it_for_the_others() -> None:
    """Three parties, two come; the one with half a second gives up for both."""
    barrier = BarrierModel(3)
    got: Got = {}
    main = side_by_side([barrier], [rounds(barrier, got), rounds(barrier, got, timeout_s=0.5)])
    done = drive(main)
    assert got == {"0.1": ["broken"], "0.2": ["broken"]}
    assert done.now_ns == 500_000_000
    assert barrier.broken


def test_the_action_runs_before_anybody_goes_on() -> None:
    """It sleeps ten seconds; a waiter whose bound is one second is through all the same, as
    the barrier is open when it gets to look; whoever asks meanwhile sees all parties there."""
    barrier = BarrierModel(2)
    got: Got = {}
    seen = []

    def action() -> Code:
        yield Sleep(10, "10")
        seen.append((yield CountWaiting(barrier)))

    bodies = [rounds(barrier, got, timeout_s=1.0, action=action)] * 2
    done = drive(side_by_side([barrier], bodies), Chosen(["0"] * 3 + ["0.1"] * 2 + ["0.2"] * 2))
    assert got == {"0.1": [0], "0.2": [1]}
    assert seen == [2]
    assert happened(done) == [
        "0.1 enter",
        "0.1 wait ...",
        "0.2 enter",
        "0.2 n_waiting -> 2",
        "0.2 wait -> 1",
        "0.1 wait -> 0",
    ]


def test_an_abort_waits_until_the_action_is_over() -> None:
    """0.3 aborts while 0.2 runs the action: the barrier opens first, and 0.1, which has not
    passed yet, is broken off."""
    barrier = BarrierModel(2)
    got: Got = {}

    def action() -> Code:
        yield Sleep(1, "1")

    bodies = [rounds(barrier, got, action=action)] * 2 + [lambda task: in_turn(Abort(barrier))]
    choices = ["0"] * 4 + ["0.1"] * 2 + ["0.2"] * 2 + ["0.3"] + ["0.2"] * 2 + ["0.3"]
    done = drive(side_by_side([barrier], bodies), Chosen(choices))
    assert got == {"0.1": ["broken"], "0.2": [1]}
    assert happened(done, "abort") == ["0.3 abort ...", "0.3 abort"]


def test_an_action_that_raises_breaks_the_barrier() -> None:
    """The last one gets the exception itself, the others BrokenBarrierError."""
    barrier = BarrierModel(2)
    got: Got = {}

    def action() -> Code:
        raise ValueError
        yield

    bodies = [rounds(barrier, got, action=action)] * 2
    done = drive(side_by_side([barrier], bodies), Chosen(["0"] * 3 + ["0.1"] * 2 + ["0.2"] * 2))
    assert got == {"0.1": ["broken"], "0.2": ["failed"]}
    assert happened(done, "wait")[1:] == [
        "0.2 wait -> raised ValueError",
        "0.1 wait -> raised BrokenBarrierError",
    ]
    assert barrier.broken
