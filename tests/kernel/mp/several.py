"""Carries processes that are generators of requests: what they share, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from depth_first import searched
from plain import Chosen

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import End, Start, Task
from pyqdemo.kernel.texts import raised
from pyqdemo.point import Strategy
from pyqdemo.trace import Event, Outcome, OutcomeKind, Phase

__all__ = ["Body", "Code", "done", "drive", "ended", "every", "process", "thread"]

Code = Generator[tuple[Any, ...], Any, Any]
"""What a task does: it yields requests, ``("mp.release", lock)``, or ``("itself", operation)``,
and is sent their answers."""

Body = Callable[[Execution, Task], Code]


def process(body: Body, daemon: bool = False) -> tuple[Any, ...]:
    """A request that starts a process; its answer is the task's id."""
    return ("a process", body, daemon)


def thread(body: Body, daemon: bool = False) -> tuple[Any, ...]:
    """A request that starts a thread; its answer is the task's id."""
    return ("a thread", body, daemon)


def every(main: Body, *, loose: bool = False) -> Iterator[Execution]:
    """An execution for each schedule, ``main`` being the first process's code."""
    return searched(lambda strategy: drive(main, strategy, Limits(loose=loose)))


def drive(main: Body, strategy: Strategy | None = None, limits: Limits | None = None) -> Execution:
    """One execution; its record is ``execution.log``."""
    execution = Execution(strategy or Chosen(), limits or Limits(), Log())
    codes = {execution.main.id: _life(execution, execution.main, main)}
    bodies: dict[str, Body] = {}
    while (task := execution.choose()) is not None:
        code = codes[task.id]
        begun = task.pending is not None and task.pending.kind == "begin"
        try:
            answer = execution.take_effect(task)
        except Exception as error:
            wanted = _next(code, error, None)
        else:
            wanted = _next(code, None, None if begun else answer)
        if wanted is None or not task.process.state.alive:
            continue
        match wanted:
            case ("a process" | "a thread" as what, body, daemon):
                id = f"{task.id}.{task.children + 1}"
                bodies[id] = body
                operation = _start(execution, task, what, id, daemon)
            case ("itself", Operation() as operation):
                pass
            case (name, *args):
                operation = execution.operation(task, name, tuple(args))
        execution.attempt(task, operation)
        for other in execution.alive:
            if other.id not in codes:
                codes[other.id] = _life(execution, other, bodies[other.id])
    return execution


def _start(execution: Execution, task: Task, what: str, id: str, daemon: bool) -> Operation:
    if what == "a thread":
        return Start(id, f"Thread-{id}", None, daemon)
    args = (id, f"Process-{id}", None, daemon, "spawn", [])
    return execution.operation(task, "process.start", args)


def _next(code: Code, error: Exception | None, answer: Any) -> tuple[Any, ...] | None:
    """What the task attempts next; None where its life is over."""
    try:
        if error is not None:
            return code.throw(error)
        return next(code) if answer is None else code.send(answer)
    except StopIteration:
        return None


def _life(execution: Execution, task: Task, body: Body) -> Code:
    result = None
    try:
        yield from body(execution, task)
    except Exception as error:
        execution.failed(task, error)
        result = raised(error)
    yield ("itself", End(task, result))
    if task.process is task:
        yield ("itself", execution.leave(task, False, 0))


def done(execution: Execution, *operations: str) -> list[str]:
    """``0.1 wait -> False`` for each event on a resource, ``0.1 wait ...`` while blocked.

    Args:
        operations: only these; by default all.
    """
    assert execution.log is not None
    told = []
    for record in execution.log.records:
        if not isinstance(record, Event) or "/" not in (record.resource or ""):
            continue
        if operations and record.operation not in operations:
            continue
        text = f"{record.task} {record.operation}"
        if record.value is not None:
            text += f" {record.value}"
        if record.phase is Phase.BLOCKED:
            text += " ..."
        elif record.result is not None:
            text += f" -> {record.result}"
        told.append(text)
    return told


def ended(execution: Execution) -> tuple[OutcomeKind, list[tuple[str, str, tuple[str, ...]]]]:
    """How it ended: the kind, and of each who waits (task, operation, holders)."""
    outcome: Outcome = execution.outcome()
    return outcome.kind, [(wait.task, wait.operation, wait.holders) for wait in outcome.waits]
