"""Every schedule of a small program of threads, and what comes of each.

A task's start, begin, end and join come first wherever they can, without a branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from depth_first import searched
from plain import Code, drive, start

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.tasks import Join, Task
from pyqdemo.trace import Event, Phase, Resource

__all__ = ["Body", "every", "happened", "in_turn", "side_by_side"]

Body = Callable[[Task], Code]


def every(
    program: Callable[[], Callable[[Execution, Task], Code]], *, loose: bool = False
) -> Iterator[Execution]:
    """An execution for each schedule.

    Args:
        program: makes the main task's code, with models of its own, for each execution.
    """
    return searched(lambda strategy: drive(program(), strategy, Limits(loose=loose)))


def side_by_side(
    models: list[Model], bodies: list[Body], before: Callable[[Task], Code] | None = None
) -> Callable[[Execution, Task], Code]:
    """A main task that registers models, starts a task for each body and joins them all."""

    def main(execution: Execution, task: Task) -> Code:
        for model in models:
            execution.register(model, task)
        if before is not None:
            yield from before(task)
        others = []
        for body in bodies:
            others.append((yield start(task, body)))
        for other in others:
            yield Join(other)

    return main


def in_turn(*operations: Operation) -> Code:
    """A body that attempts them one after another; gives their answers."""
    answers = []
    for operation in operations:
        answers.append((yield operation))
    return answers


def happened(execution: Execution, *operations: str) -> list[str]:
    """``0.1 wait -> False`` for each event on a resource, ``0.1 wait ...`` while blocked.

    Args:
        operations: only these; by default all.
    """
    assert execution.log is not None
    known = {record.id for record in execution.log.records if isinstance(record, Resource)}
    told = []
    for record in execution.log.records:
        if not isinstance(record, Event) or record.resource not in known:
            continue
        if operations and record.operation not in operations:
            continue
        text: Any = f"{record.task} {record.operation}"
        if record.phase is Phase.BLOCKED:
            text += " ..."
        elif record.result is not None:
            text += f" -> {record.result}"
        told.append(text)
    return told
