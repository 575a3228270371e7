"""Operations on pipes commute wherever their accesses say so, tried out in both orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from commuting import Case, commuting

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.mp.pipe_ends import PipeEnd
from pyqdemo.kernel.mp.ways import Way
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import Task
from pyqdemo.point import Access


class Die(Operation):
    """The second process is killed."""

    def __init__(self, execution: Execution, process: Task) -> None:
        self._process = process

    def apply(self, execution: Execution, task: Task) -> None:
        execution.end_process(self._process, -9)

    def accesses(self) -> tuple[Access, ...]:
        return (Access(f"alive:{self._process.id}", "w"),)


def shown(way: Way | None) -> object:
    """Everything of one way that a later operation could see."""
    if way is None:
        return None
    room = {name: repr(getattr(way.room, name)) for name in type(way.room).__slots__}
    left = [bytes(chunk) for chunk in way._chunks]
    return room, b"".join(left)[way._first :], way.reset, len(way.sending), len(way.receiving)


def states(duplex: bool) -> list[Callable[[Execution, Task], Case]]:
    """Nothing there; something; no more room; and these after one process closed an end."""
    before: list[list[tuple[str, ...]]] = [
        [],
        [("pipe.send", "first")],
        [("pipe.send", "second")],
        [("pipe.send", "second"), ("pipe.send", "second")],
        [("fill", "second")],
        [("fill", "second"), ("pipe.recv", "first")],
        [("pipe.send", "second"), ("pipe.close", "first")],
        [("pipe.send", "second"), ("pipe.close", "second")],
        [("pipe.close", "first"), ("pipe.close", "second")],
        [("pipe.close", "second"), ("its pipe.close", "second")],
        [("pipe.send", "second"), ("its pipe.close", "first"), ("its pipe.close", "second")],
        [("pipe.send", "second"), ("pipe.close", "first"), ("its pipe.close", "first")],
    ]
    return [
        lambda execution, main, steps=steps: case(execution, main, duplex, steps)
        for steps in before
        if duplex or ("pipe.send", "first") not in steps
    ]


def case(execution: Execution, main: Task, duplex: bool, steps: list[tuple[str, ...]]) -> Case:
    """A pipe of which two processes hold both ends, after these steps."""
    first, second = (execution.share(main, "pipe_end", (duplex,)) for _ in range(2))
    ends = {"first": first, "second": second}
    execution.aside(main, "pipe.open", (first, second))
    other = execution.spawn_process("0.1", "", None, False, main, "fork")
    other.state.ends.update(main.state.ends)
    body = bytes(16_000)  # as long as one write may be, so that a few fill it

    def arguments(name: str, end: str) -> tuple[Any, ...]:
        more = {"pipe.send": (body,), "pipe.poll": (True, 1.0)}
        return (ends[end], *more.get(name, ()))

    for name, end in steps:
        who = other if name.startswith("its ") else main
        if name == "fill":
            while (send := execution.operation(main, "pipe.send", (ends[end], body))).ready():
                execution.perform(main, send)
        else:
            plain = name.removeprefix("its ")
            execution.aside(who, plain, arguments(plain, end))

    operations: dict[str, Callable[[Task], Operation]] = {}
    for end in ends:
        names = ["pipe.poll", "pipe.close", "pipe.lend"]
        names += ["pipe.recv"] if duplex or end == "first" else []
        names += ["pipe.send"] if duplex or end == "second" else []
        for name in names:

            def mine(task: Task, name: str = name, end: str = end) -> Operation:
                return execution.operation(task, name, arguments(name, end))

            def its(task: Task, name: str = name, end: str = end) -> Operation:
                return execution.operation(other, name, arguments(name, end))

            operations[f"{name} {end}"] = mine
            operations[f"its {name} {end}"] = its
    operations["wait"] = lambda task: execution.operation(task, "pipe.wait", ([first], ["0.1"]))
    operations["die"] = lambda task: Die(execution, other)

    def all_of_it() -> object:
        handles = [dict(sorted(process.state.ends.items())) for process in (main, other)]
        model = execution.shared[first]
        assert isinstance(model, PipeEnd)
        return handles, shown(model.incoming), shown(model.outgoing)

    return Case(operations, all_of_it)


@pytest.mark.parametrize("duplex", [False, True])
def test_no_order_matters_that_is_called_independent(duplex: bool) -> None:
    """An operation of the process that dies reads whether it lives, which the execution adds:
    those pairs are left out."""
    found = commuting(states(duplex))
    wrong = {
        pair
        for pair in found.wrong
        if not ("die" in pair and any(name.startswith("its ") for name in pair))
    }
    assert wrong == set()
    poll, close, send = "pipe.poll first", "pipe.close first", "pipe.send second"
    assert (poll, f"its {poll}") in found.independent
    # The last one to close an end of two ways may leave something unread.
    assert ((close, f"its {close}") in found.independent) is not duplex
    assert ("pipe.recv first", send) not in found.independent
    assert (send, "pipe.recv first") not in found.independent
    if duplex:
        assert ("pipe.send first", send) in found.independent
