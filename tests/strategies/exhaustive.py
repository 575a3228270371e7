"""All executions that a strategy begins, and what makes two of them the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from plain import Code, drive, start

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.operations import Model
from pyqdemo.kernel.tasks import Join, Task
from pyqdemo.point import Access, Draw, Point, Step, depend
from pyqdemo.strategies import Dfs, Dpor

__all__ = [
    "MOST",
    "Explored",
    "Following",
    "Program",
    "Self",
    "TooMany",
    "answers",
    "beside",
    "explore",
    "form_of",
]

MOST = 20_000  # executions: a program with more is too big for a test


class TooMany(Exception):
    """A program has more executions than were to be begun."""


class Following:
    """Passes everything on to a strategy, and keeps the steps of the execution under way.

    Attributes:
        told: that it is over.
    """

    observes = True

    def __init__(self, strategy: Dfs | Dpor) -> None:
        self.strategy = strategy
        self.draws = strategy.draws
        self.steps: list[Step] = []
        self.told = False

    def begin(self) -> None:
        self.steps, self.told = [], False
        self.strategy.begin()

    def choose(self, point: Point) -> str:
        if point.last is not None and point.step > 1:
            self.steps.append(point.last)
        return self.strategy.choose(point)

    def draw(self, draw: Draw) -> int:
        return self.strategy.draw(draw)

    def over(self, last: Step) -> None:
        self.told = True
        if not self.strategy.pruned:
            self.steps.append(last)
        over = getattr(self.strategy, "over", None)
        if over is not None:
            over(last)


def form_of(steps: Iterable[Step]) -> Hashable:
    """What is left of an execution when the order of independent steps is forgotten.

    **Source**: dependence graphs of traces, Mazurkiewicz, "Trace Theory", 1986. It is told by
    ``point.depend`` alone, pair by pair.
    """
    counted: Counter[str] = Counter()
    named = []
    for step in steps:
        counted[step.task] += 1
        named.append((step.task, counted[step.task]))
    steps = list(steps)
    pairs = (
        (named[one], named[other])
        for other in range(len(steps))
        for one in range(other)
        if depend(steps[one].accesses, steps[other].accesses)
    )
    return frozenset(named), frozenset(pairs)


@dataclass
class Explored:
    """What a strategy has covered.

    Attributes:
        begun, pruned: executions.
        endings: how often each was met, with what makes it differ from others.
        forms: how often each form was.
    """

    begun: int = 0
    pruned: int = 0
    endings: Counter[Hashable] = field(default_factory=Counter)
    forms: Counter[Hashable] = field(default_factory=Counter)

    @property
    def traces(self) -> int:
        """Executions that came to their end."""
        return self.begun - self.pruned


Program = Callable[[Following], tuple[Execution, Hashable]]
"""One execution under a strategy, and what is to be told of how it ended."""


def explore(
    program: Program,
    strategy: Dfs | Dpor,
    most: int = MOST,
) -> Explored:
    """Begins executions until there is nothing more.

    Raises:
        TooMany: there are more than ``most``.
    """
    explored = Explored()
    following = Following(strategy)
    while strategy.more:
        if explored.begun == most:
            raise TooMany
        execution, ending = program(following)
        if not following.told:
            execution.tell_strategy()
        explored.begun += 1
        if strategy.pruned:
            explored.pruned += 1
            continue
        explored.endings[ending] += 1
        explored.forms[form_of(following.steps), ending] += 1
    assert strategy.nondeterminism is None, strategy.nondeterminism
    return explored


@dataclass
class Self:
    """What a task's code has at hand.

    Attributes:
        told: its answers, as the test wants them.
        plain: the program's plain data, by name; to be used by ``read`` and ``write``.
    """

    task: Task
    told: list[Any]
    plain: dict[str, Any]
    noted: list[Access]
    strategy: Following

    def read(self, name: str) -> Any:
        self.noted.append(Access(f"data:{name}", "r"))
        return self.plain.get(name)

    def write(self, name: str, value: Any) -> None:
        self.noted.append(Access(f"data:{name}", "w"))
        self.plain[name] = value

    def draw(self, options: int) -> int:
        return self.strategy.draw(Draw(self.task.id, options, f"randrange({options})"))


Body = Callable[..., Code]
Ending = Callable[[Execution, dict[str, list[Any]]], Hashable]


def beside(
    models: Callable[[], list[Model]],
    *codes: Body,
    daemons: int = 0,
    joined: bool = True,
    ending: Ending | None = None,
    max_steps: int = 1_000,
) -> Program:
    """A main task that starts a task for each code and joins those that are no daemons.

    Args:
        models: makes them; the codes get them behind their ``Self``.
        daemons: so many of the codes, the last ones, are daemons'.
        joined: else nobody is joined.
        ending: what is told of an execution: by default how it ended, and all answers.
    """

    def program(strategy: Following) -> tuple[Execution, Hashable]:
        made, told, noted = models(), {}, []
        plain: dict[str, Any] = {}

        def body_of(code: Body) -> Callable[[Task], Code]:
            def body(task: Task) -> Code:
                told[task.id] = []
                yield from code(Self(task, told[task.id], plain, noted, strategy), *made)

            return body

        def main(execution: Execution, task: Task) -> Code:
            execution.clock_matters = False
            execution.data = lambda: _taken(noted)
            for model in made:
                execution.register(model, task)
            tasks = []
            for number, code in enumerate(codes):
                daemon = number >= len(codes) - daemons
                tasks.append((yield start(task, body_of(code), daemon)))
            for each in tasks if joined else ():
                if not each.daemon:
                    yield Join(each)

        execution = drive(main, strategy, Limits(loose=True, max_steps=max_steps))
        return execution, (ending or answers)(execution, told)

    return program


def _taken(noted: list[Access]) -> list[Access]:
    taken = list(noted)
    noted.clear()
    return taken


def answers(execution: Execution, told: dict[str, list[Any]]) -> Hashable:
    """How it ended, what each task has told, and what it failed with."""
    said = tuple((task, tuple(map(repr, each))) for task, each in sorted(told.items()))
    failed = tuple(sorted(what for _, what in execution.failures))
    return str(execution.outcome().kind), said, failed
