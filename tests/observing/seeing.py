"""Runs programs that are texts, with their plain data observed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pyqdemo.executing import Plan, carry
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.loading import Program, load
from pyqdemo.observing import Unordered, races
from pyqdemo.point import Draw, Point, Step, Strategy
from pyqdemo.strategies.dfs import Dfs
from pyqdemo.strategies.dpor import Dpor
from pyqdemo.strategies.random import Random
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.sights import Sight


class Keeping:
    """Chooses as another strategy does, and keeps what each step touched."""

    observes = True

    def __init__(self, inner: Strategy) -> None:
        self._inner = inner
        self.steps: list[Step] = []

    def begin(self) -> None:
        self._inner.begin()
        self.steps = []

    def choose(self, point: Point) -> str:
        assert point.last is not None
        self.steps.append(point.last)
        return self._inner.choose(point)

    def over(self, last: Step) -> None:
        self.steps.append(last)


class First:
    """The first who can go on, by the order of the tasks' ids; or the last."""

    def __init__(self, last: bool = False) -> None:
        self._at = -1 if last else 0

    def begin(self) -> None: ...

    def choose(self, point: Point) -> str:
        return point.enabled[self._at]

    def draw(self, draw: Draw) -> int:
        return 0


@dataclass(slots=True)
class Seen:
    """One execution and what was seen of it."""

    execution: Execution
    steps: list[Step]
    opaque: set[str]
    learned: set[str]
    log: Log = field(repr=False)

    @property
    def output(self) -> str:
        return "".join(written.text for written in self.execution.output)

    def data(self, task: str) -> list[tuple[str, str]]:
        """What a task's steps touched of plain data, in their order, but for ``data:?``."""
        return [
            (part.removeprefix("data:"), mode)
            for step in self.steps
            if step.task == task
            for part, mode in step.accesses
            if part.startswith("data:") and part != "data:?"
        ]


def written(folder: Path, text: str, **beside: str) -> Program:
    """A program ``program.py``, with modules beside it."""
    for name, source in beside.items():
        Path(folder, f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    path = Path(folder, "program.py")
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return load(path)


def seen(
    program: Program,
    strategy: Strategy | None = None,
    *,
    data: bool = True,
    learned: Iterable[str] = (),
    max_steps: int = 2_000,
    loose: bool = True,
) -> Seen:
    """One execution; by default the first task goes on whenever it can."""
    keeping = Keeping(strategy or First())
    sight, log = Sight(data=data, learned=frozenset(learned)), Log()
    plan = Plan(program=program.path, limits=Limits(max_steps, loose=loose))
    with Carriers(pinned=True) as carriers:
        execution = carry(program, plan, keeping, carriers, log, sight=sight)
    return Seen(execution, keeping.steps, sight.opaque, sight.learned_anew, log)


def by_seed(program: Program, seed: int, data: bool) -> Seen:
    """One execution with random choices."""
    return seen(program, Random(seed), data=data, loose=seed % 2 == 0, max_steps=400)


@dataclass(slots=True)
class Explored:
    """All executions that a strategy makes of a program.

    Attributes:
        ends: how each ended: its outcome and what each task wrote.
        complete: it came to its end.
        nondeterminism: as the strategy tells it.
    """

    ends: set[tuple[object, ...]]
    executions: int
    complete: bool
    opaque: set[str]
    nondeterminism: str | None
    learned: frozenset[str]


def explored(program: Program, how: str, most: int = 5_000, max_steps: int = 300) -> Explored:
    """Explores a program: ``dfs`` without observation, ``sleep`` or ``dpor`` with it. What was
    learned anew has it begin again."""
    learned: frozenset[str] = frozenset()
    while True:
        strategy: Dfs | Dpor = Dpor() if how == "dpor" else Dfs(sleep=how == "sleep")
        found = _explored(program, strategy, how != "dfs", learned, most, max_steps)
        if found.learned <= learned:
            return found
        learned |= found.learned


def _explored(
    program: Program,
    strategy: Dfs | Dpor,
    data: bool,
    learned: frozenset[str],
    most: int,
    max_steps: int,
) -> Explored:
    sight = Sight(clock=False, data=data, learned=learned)
    plan = Plan(program=program.path, limits=Limits(max_steps, loose=True))
    ends: set[tuple[object, ...]] = set()
    executions = 0
    with Carriers(pinned=True) as carriers:
        while strategy.more and executions < most and not sight.learned_anew:
            execution = carry(program, plan, strategy, carriers, sight=sight)
            executions += 1
            if not strategy.pruned:
                ends.add(_end(execution))
    return Explored(
        ends,
        executions,
        not strategy.more,
        sight.opaque,
        strategy.nondeterminism,
        frozenset(sight.learned_anew) | learned,
    )


def _end(execution: Execution) -> tuple[object, ...]:
    outcome = execution.outcome()
    texts: dict[str, str] = {}
    for each in execution.output:
        texts[each.task] = texts.get(each.task, "") + each.text
    failures = frozenset((task.id, told) for task, told in execution.failures)
    return (outcome.kind, failures, tuple(sorted(texts.items())))


def racing(program: Program, strategy: Strategy | None = None) -> list[Unordered]:
    """The races of one execution."""
    keeping = Keeping(strategy or First())
    sight = Sight(data=True, placed=True)
    plan = Plan(program=program.path, limits=Limits(2_000, loose=True))
    with Carriers(pinned=True) as carriers:
        carry(program, plan, keeping, carriers, sight=sight)
    return races(keeping.steps, sight.touches)
