"""What comes out differently when the same is done again is noticed by ``States``."""

from __future__ import annotations

import pytest
from systems import Move, System, cover, walk

from pyqdemo.strategies import states
from pyqdemo.strategies.states import States


def test_equal_states_with_different_futures_are_noticed() -> None:
    """After one step of each task, which was first is not shown, and later it is after all. So
    the state has two futures, and a way that is repeated comes to the other one."""

    def moves(state: str) -> dict[str, Move]:
        return {task: Move(state + task) for task in "12" if state.count(task) < 3}

    def shown(state: str) -> str:
        return "".join(sorted(state)) if len(state) == 2 else state

    strategy = States()
    cover(System("", moves, shown), strategy)
    assert strategy.nondeterminism == (
        "1 was chosen twice in the same state; data behind it differed"
    )
    assert not strategy.more


def test_tasks_that_stand_otherwise_in_an_equal_state_are_noticed() -> None:
    """Both orders of a step each lead to a state that shows the same; in one a task waits."""

    def moves(state: str) -> dict[str, Move]:
        if len(state) == 2:
            return {"1": Move("over"), "2": Move("over", blocked=state == "12")}
        return {task: Move(state + task) for task in "12" if task not in state and len(state) < 2}

    strategy = States()
    cover(System("", moves, lambda state: "".join(sorted(state))), strategy)
    assert strategy.nondeterminism == (
        "step 3: in the same state before: 1 go, 2 go (blocked); now 1 go, 2 go"
    )


class Unsteady:
    """A program that is another one from its second execution on."""

    def __init__(self, first: System, then: System) -> None:
        self.executions = 0
        self._first, self._then = first, then

    def next(self) -> System:
        self.executions += 1
        return self._first if self.executions == 1 else self._then


def cover_unsteady(first: System, then: System) -> str | None:
    program, strategy = Unsteady(first, then), States(draws=True)
    while strategy.more:
        walked = walk(program.next(), strategy)
        if not strategy.pruned:
            strategy.ended(repr(walked.end))
    return strategy.nondeterminism


def test_a_repeated_way_that_leads_elsewhere_is_noticed() -> None:
    """The first step leads to a state of the same tasks with other data."""

    def moves_to(second: str) -> System:
        def moves(state: str) -> dict[str, Move]:
            if state == "begin":
                return {"1": Move(second)}
            if len(state) > 1 and not state.endswith("."):
                return {task: Move(f"{state}.") for task in "12"}
            return {}

        return System("begin", moves)

    assert cover_unsteady(moves_to("here"), moves_to("there")) == (
        "1 was chosen twice in the same state; data behind it differed"
    )


def test_another_beginning_is_noticed() -> None:
    def moves(state: str) -> dict[str, Move]:
        return {task: Move(f"{state}.") for task in "12"} if "." not in state else {}

    assert cover_unsteady(System("a", moves), System("b", moves)) == (
        "the first state is another one"
    )


def test_a_draw_among_other_values_is_noticed() -> None:
    def throwing(options: int) -> System:
        def moves(state: str) -> dict[str, Move]:
            return {"1": Move(str, options=options)} if state == "throw" else {}

        return System("throw", moves)

    assert cover_unsteady(throwing(3), throwing(2)) == (
        "1 was chosen twice in the same state; "
        "then: 1 draws randrange(3); now: 1 draws randrange(2)"
    )


def test_an_end_that_is_another_one_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Either task leads to where task 1 ends the program; with what, changes. The second
    execution has nothing new behind its first step, and is taken for an audit."""
    monkeypatch.setattr(states, "AUDIT", 1)

    def ending(key: str) -> System:
        def moves(state: str) -> dict[str, Move]:
            match state:
                case "a":
                    return {"1": Move("b"), "2": Move("b")}
                case "b":
                    return {"1": Move(key)}
            return {}

        return System("a", moves)

    assert cover_unsteady(ending("x"), ending("y")) == (
        "1 was chosen twice in the same state; then: the end ('x'); now: the end ('y')"
    )


def test_now_and_then_an_execution_goes_on_along_what_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a wheel of one place for each of two tasks everything is known after one step of
    each. With every prune taken for such an audit, 16 known steps follow."""
    monkeypatch.setattr(states, "AUDIT", 1)

    def moves(state: int) -> dict[str, Move]:
        return {"1": Move(0), "2": Move(0)}

    strategy = States()
    walked = cover(System(0, moves), strategy)
    assert [len(each.choices) for each in walked] == [2 + 16]


def test_an_audit_finds_what_no_repeated_way_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind step 1 of task 1 or 2 the fingerprint is the same, but what follows differs in
    the second step from there. Every edge behind it was tried once, by the first way."""

    def moves(state: str) -> dict[str, Move]:
        match state:
            case "":
                return {"1": Move("1"), "2": Move("2")}
            case "1" | "2":
                return {"1": Move(f"{state}-")}
            case "1-" | "2-":
                return {"1": Move("good" if state == "1-" else "bad")}
        return {}

    system = System("", moves, lambda state: f"{len(state)}")
    careless = States()
    cover(system, careless)
    assert careless.nondeterminism is None
    monkeypatch.setattr(states, "AUDIT", 1)
    careful = States()
    cover(system, careful)
    assert careful.nondeterminism == (
        "1 was chosen twice in the same state; then: the end ('good'); now: the end ('bad')"
    )
