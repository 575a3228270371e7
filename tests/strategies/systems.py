"""Programs as tables of states: who can move in each, and where that leads."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pyqdemo.analysis.state_graph import StateGraph
from pyqdemo.point import Access, Draw, Exhausted, Pending, Point, Step
from pyqdemo.strategies.states import States

__all__ = ["Move", "System", "Walked", "cover", "graph_of", "grid", "walk"]

SHARED = Access("shared", "w")
MOST = 10_000  # executions; a system that takes more is too big for a test


@dataclass(frozen=True)
class Move:
    """What a task can do in a state.

    Attributes:
        then: the state behind it; where something is drawn, a function of the value.
        operation: its name.
        local: it touches nothing.
        touches: what it touches, if it is not local.
        hidden: it touches something, but its operation does not say so.
        blocked: it cannot be chosen.
        overdue: it can, but only late.
        options: how many values there are, where one is drawn.
    """

    then: Any = None
    operation: str = "go"
    local: bool = False
    touches: tuple[Access, ...] = (SHARED,)
    hidden: bool = False
    blocked: bool = False
    overdue: bool = False
    options: int = 0


Moves = Callable[[Any], Mapping[str, Move]]


@dataclass
class System:
    """A start, the moves in a state, and how states look from outside.

    Attributes:
        shown: the state as its fingerprint tells it.
        place: what a task has for itself in a state, and where it stands.
    """

    start: Hashable
    moves: Moves
    shown: Callable[[Any], str] = repr
    place: Callable[[Any, str], Hashable] | None = None


@dataclass
class Walked:
    """One execution: its choices, its draws, and the state it ended in; None if stopped."""

    choices: list[str]
    draws: list[int]
    end: Any


class Chooser(Protocol):
    def begin(self) -> None: ...

    def choose(self, point: Point) -> str: ...

    def draw(self, draw: Draw) -> int: ...

    def over(self, last: Step) -> None: ...


def walk(system: System, strategy: Chooser, most: int = 10_000) -> Walked:
    """One execution, over when nobody can be chosen or after ``most`` steps."""
    strategy.begin()
    state, choices, draws = system.start, [], []
    last, look = Step("0", ()), tuple[Pending, ...]()
    while len(choices) < most:
        moves = system.moves(state)
        look = tuple(_pending(task, move) for task, move in moves.items())
        enabled = tuple(task for task, move in moves.items() if not move.blocked)
        if not enabled:
            break
        running = choices[-1] if choices else "0"
        shown = system.shown(state).encode()
        point = Point(
            len(choices) + 1,
            running,
            enabled,
            last,
            lambda look=look: look,
            lambda s=shown: s,
            _place(system, state),
        )
        try:
            task = strategy.choose(point)
        except Exhausted:
            strategy.over(Step(running, ()))
            return Walked(choices, draws, None)
        move = moves[task]
        choices.append(task)
        if move.options:
            draws.append(strategy.draw(Draw(task, move.options, f"randrange({move.options})")))
            state = move.then(draws[-1])
        else:
            state = move.then
        last = Step(task, () if move.local else move.touches)
    strategy.over(last._replace(left=look))
    return Walked(choices, draws, state)


def cover(system: System, strategy: States) -> list[Walked]:
    """Executions until there is nothing more; an ending's key is its state."""
    walked: list[Walked] = []
    while strategy.more:
        assert len(walked) < MOST, "too many executions"
        walked.append(walk(system, strategy))
        if not strategy.pruned:
            strategy.ended(repr(walked[-1].end))
    return walked


def graph_of(strategy: States) -> StateGraph:
    return StateGraph(*strategy.graph())


def endings(strategy: States) -> set[str]:
    """The keys of all endings that were found."""
    graph = graph_of(strategy)
    return {key for node in range(len(graph)) if (key := graph.ending(node)) is not None}


def grid(*steps: int, local: bool = False) -> System:
    """Tasks ``1``, ``2`` and so on side by side, each of which takes so many steps, all but the
    last of them ``local``."""

    def moves(state: tuple[int, ...]) -> dict[str, Move]:
        return {
            str(place + 1): Move(
                (*state[:place], at + 1, *state[place + 1 :]),
                local=local and at + 1 < steps[place],
            )
            for place, at in enumerate(state)
            if at < steps[place]
        }

    return System((0,) * len(steps), moves, place=lambda state, task: (task, state[int(task) - 1]))


def _place(system: System, state: Any) -> Callable[[str], int] | None:
    where = system.place
    return None if where is None else lambda task: hash(where(state, task))


def _pending(task: str, move: Move) -> Pending:
    touched = () if move.local or move.hidden else move.touches
    enabled = not move.blocked
    return Pending(task, enabled, move.overdue, move.operation, None, touched, None)
