"""Carries tasks that are generators of operations: the kernel as plain data, no threads."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import End, Exit, Start, Task
from pyqdemo.kernel.texts import raised
from pyqdemo.point import Point, Strategy

__all__ = ["Chosen", "Code", "drive", "start"]

Code = Generator[Any, Any, Any]
"""What a task does: it yields operations and is sent their answers."""


class Chosen:
    """A strategy that makes the given choices, and then takes the first who can go on."""

    def __init__(self, choices: Iterable[str] = ()) -> None:
        self._choices = tuple(choices)
        self.points: list[Point] = []

    def begin(self) -> None:
        self.points = []

    def choose(self, point: Point) -> str:
        self.points.append(point)
        if point.step <= len(self._choices):
            return self._choices[point.step - 1]
        return point.enabled[0]


def start(maker: Task, body: Callable[[Task], Code], daemon: bool = False) -> Start:
    """Starts a task whose code is ``body(task)``; yields as an operation, answers the task."""
    operation = Start(f"{maker.id}.{maker.children + 1}", body.__name__, body.__name__, daemon)
    operation.body = body  # type: ignore[attr-defined]
    return operation


def drive(
    main: Callable[[Execution, Task], Code],
    strategy: Strategy | None = None,
    limits: Limits | None = None,
) -> Execution:
    """One execution of ``main`` and of what it starts; its record is ``execution.log``."""
    execution = Execution(strategy or Chosen(), limits or Limits(), Log())
    codes = {execution.main: _life(execution, execution.main, lambda task: main(execution, task))}
    while (task := execution.choose()) is not None:
        operation = task.pending
        assert operation is not None
        code = codes[task]
        try:
            answer = execution.take_effect(task)
        except Exception as error:
            wanted = _next(code, error, None)
        else:
            if isinstance(operation, Start):
                codes[answer] = _life(execution, answer, operation.body)  # type: ignore[attr-defined]
            wanted = _next(code, None, answer)
        if wanted is not None:
            execution.attempt(task, wanted)
    return execution


def _next(code: Code, error: Exception | None, answer: Any) -> Operation | None:
    """What the task attempts next; None where its life is over."""
    try:
        if error is not None:
            wanted = code.throw(error)
        else:
            # The first answer, its begin's, goes to a generator that has not begun.
            wanted = next(code) if answer is None else code.send(answer)
    except StopIteration:
        return None
    assert isinstance(wanted, Operation)
    return wanted


def _life(execution: Execution, task: Task, body: Callable[[Task], Code]) -> Code:
    result = None
    try:
        yield from body(task)
    except Exception as error:
        execution.failed(task, error)
        result = raised(error)
    yield End(task, result)
    if task is execution.main:
        yield Exit(task, execution)
