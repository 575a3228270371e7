"""Programs of generators whose exact state can be told: where each stands, and its variables.

In such a program loops are ``while`` loops, since what a ``for`` loop keeps to itself does not
show; and variables hold numbers, texts, and what the kernel gives.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.tasks import End, Exit, Join, Start, Task
from pyqdemo.kernel.texts import raised
from pyqdemo.point import Strategy
from pyqdemo.trace import OutcomeKind

__all__ = ["Body", "Code", "Program", "all_outcomes", "carry", "outcome_of"]

Code = Generator[Operation, Any, Any]
Body = Callable[[Task], Code]
Program = Callable[[], tuple[list[Model], list[Body]]]
"""Makes models of its own for each execution, and the bodies of the tasks over them."""


class Carried:
    """One execution of a program, whose state can be asked for at every point.

    Attributes:
        results: what each task's code gave in the end, or how it ended.
    """

    def __init__(self, program: Program, strategy: Strategy, limits: Limits) -> None:
        self.models, self._bodies = program()
        self.results: dict[str, Any] = {}
        self.execution = execution = Execution(strategy, limits)
        execution.clock_matters = False
        execution.state = self.state
        execution.place = self.place
        self._codes = {execution.main: self._life(execution.main, self._main)}
        while (task := execution.choose()) is not None:
            self._step(task)
        execution.tell_strategy()

    def state(self) -> bytes:
        told = [
            (task.id, _shown(task.pending), *_places(self._codes[task]))
            for task in self.execution.alive
        ]
        models = [_shown(model, whole=True) for model in self.models]
        return repr((told, models, sorted(self.results.items()))).encode()

    def place(self, id: str) -> int:
        (task,) = (each for each in self.execution.alive if each.id == id)
        return hash(repr((id, _shown(task.pending), *_places(self._codes[task]))))

    def _step(self, task: Task) -> None:
        operation, code = task.pending, self._codes[task]
        try:
            answer = self.execution.take_effect(task)
            if isinstance(operation, Start):
                body = self._bodies[task.children - 1]
                self._codes[answer] = self._life(answer, body)
            wanted = next(code) if answer is None else code.send(answer)
        except StopIteration:
            return
        except Exception as error:
            wanted = code.throw(error)
        self.execution.attempt(task, wanted)

    def _life(self, task: Task, body: Body) -> Code:
        result = None
        try:
            self.results[task.id] = yield from body(task)
        except Exception as error:
            self.execution.failed(task, error)
            self.results[task.id] = result = raised(error)
        yield End(task, result)
        if task is self.execution.main:
            yield Exit(task, self.execution)

    def _main(self, task: Task) -> Code:
        for model in self.models:
            self.execution.register(model, task)
        others: list[Task] = []
        while len(others) < len(self._bodies):
            others.append((yield Start(f"0.{len(others) + 1}", "", None, False)))
        while others:
            yield Join(others[0])
            others.pop(0)


def carry(program: Program, strategy: Strategy, limits: Limits | None = None) -> Carried:
    """One execution; its main task starts a task for each body and joins them in that order."""
    return Carried(program, strategy, limits or Limits(loose=True))


def outcome_of(carried: Carried) -> str:
    """How it ended: of what kind, who waits on what, and what each task came to."""
    outcome = carried.execution.outcome()
    waits = [(wait.task, wait.operation, wait.resource) for wait in outcome.waits]
    return f"{outcome.kind} {waits} {sorted(carried.results.items())}"


class _Chosen:
    """Makes choices, then takes whoever comes first; keeps who could be chosen."""

    def __init__(self, choices: list[str]) -> None:
        self._choices = choices

    def begin(self) -> None:
        self.enabled: list[tuple[str, ...]] = []

    def choose(self, point: Any) -> str:
        self.enabled.append(point.enabled)
        step = point.step - 1
        return self._choices[step] if step < len(self._choices) else point.enabled[0]


def all_outcomes(
    program: Program, most: int = 20_000, limits: Limits | None = None
) -> set[str] | None:
    """Outcomes of all executions, one by one; None if there are more than ``most``, or if one
    is stopped by a limit."""
    found = set()
    for number, carried in enumerate(_every(program, limits)):
        if number == most or carried.execution.outcome().kind is OutcomeKind.STEP_BOUND:
            return None
        found.add(outcome_of(carried))
    return found


def _every(program: Program, limits: Limits | None) -> Iterator[Carried]:
    prefix: list[str] | None = []
    while prefix is not None:
        strategy = _Chosen(prefix)
        carried = carry(program, strategy, limits)
        yield carried
        choices, prefix = carried.execution.choices, None
        for step in reversed(range(len(choices))):
            enabled = strategy.enabled[step]
            later = enabled[enabled.index(choices[step]) + 1 :]
            if later:
                prefix = [*choices[:step], later[0]]
                break


def _places(code: Any) -> Iterator[object]:
    """Where a generator stands, and those within it, with the variables of each."""
    while code is not None and hasattr(code, "gi_frame"):
        frame = code.gi_frame
        if frame is not None:
            variables = {name: _shown(value) for name, value in frame.f_locals.items()}
            yield code.gi_code.co_name, frame.f_lasti, sorted(variables.items())
        code = code.gi_yieldfrom


def _shown(value: Any, whole: bool = False) -> object:
    """A value as far as it can matter: models by their ids, unless they are to be ``whole``."""
    match value:
        case int() | str() | float() | None:
            return value
        case Task():
            return value.id
        case Model() if not whole:
            return value.id
        case list() | tuple():
            return [_shown(each) for each in value]
        case dict():
            return [(_shown(key), _shown(each)) for key, each in value.items()]
        case Model() | Operation():
            inner = {name: _shown(each) for name, each in vars(value).items() if name not in _ASIDE}
            return type(value).__name__, sorted(inner.items())
    if hasattr(value, "items") and hasattr(value, "popleft"):
        return [_shown(each) for each in value]
    if type(value).__name__ == "FifoStore":
        return [_shown(each) for each in value.items]
    return type(value).__name__


#: What nothing that follows depends on; nobody here calls ``task_done``.
_ASIDE = {
    *("told", "since_ns", "deadline_ns", "item", "result", "location", "depth", "_access"),
    "unfinished",
}
