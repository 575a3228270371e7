"""Carries processes that are generators of requests on pipes, by schedules told or all there are.

A task's code yields ``(name, *arguments)`` and is sent the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from depth_first import ByPlaces, searched

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import End, Exit, Start, Task
from pyqdemo.point import Point, Strategy
from pyqdemo.trace import Event, Phase

__all__ = ["Code", "Run", "by", "every", "recv", "send", "told"]

Code = Generator[Any, Any, Any]
ASIDE = frozenset({"begin"})
"""A beginning commutes with everything."""


class Run:
    """One execution.

    Args:
        main: the first process's code.
        strategy: by default the first who can go on is chosen, once all who can have begun.

    Attributes:
        notes: what the program notes, in that order.
    """

    def __init__(self, main: Callable[[Run], Code], strategy: Strategy | None = None) -> None:
        self.notes: list[Any] = []
        self._bodies: dict[str, Callable[[], Code]] = {}
        self.execution = Execution(strategy or ByPlaces([], ASIDE), Limits(max_steps=2_000), Log())
        first = self.execution.main
        self._codes: dict[Task, Code] = {first: self._life(first, lambda: main(self))}
        while (task := self.execution.choose()) is not None:
            self._step(task)

    # For the program.

    def pipe(self, duplex: bool = False) -> tuple[str, str]:
        """A new pipe of the running task's."""
        execution = self.execution
        task = execution.running
        first, second = (execution.share(task, "pipe_end", (duplex,)) for _ in range(2))
        execution.aside(task, "pipe.open", (first, second))
        return first, second

    def process(self, code: Callable[[], Code], *sent: str, method: str = "fork") -> Any:
        """The request that starts a process.

        Args:
            sent: the handles it is given, where it does not inherit them.
        """
        maker = self.execution.running
        id = f"{maker.id}.{maker.children + 1}"
        self._bodies[id] = code
        return ("process.start", id, code.__name__, None, False, method, list(sent))

    def thread(self, code: Callable[[], Code]) -> Start:
        """The operation that starts a thread."""
        maker = self.execution.running
        start = Start(f"{maker.id}.{maker.children + 1}", code.__name__, None, False)
        self._bodies[start.target or ""] = code
        return start

    def noting(self, code: Code) -> Code:
        """The same code; what it answers or raises is noted."""
        try:
            self.notes.append((yield from code))
        except Exception as error:
            self.notes.append(f"{type(error).__name__}: {error}".removesuffix(": "))

    # Inside.

    def _step(self, task: Task) -> None:
        execution, error, answer = self.execution, None, None
        operation = task.pending
        assert operation is not None, "it was chosen"
        try:
            answer = execution.take_effect(task)
        except Exception as raised:
            error = raised
        if operation.kind == "start" and error is None:
            born = execution.task(operation.target or "")
            self._codes[born] = self._life(born, self._bodies[born.id])
        if task not in execution.alive:
            return
        code = self._codes[task]
        try:
            if error is not None:
                wanted = code.throw(error)
            else:
                wanted = next(code) if answer is None else code.send(answer)
        except StopIteration:
            return
        if not isinstance(wanted, Operation):
            wanted = execution.operation(task, wanted[0], wanted[1:])
        execution.attempt(task, wanted)

    def _life(self, task: Task, body: Callable[[], Code]) -> Code:
        yield from body()
        yield End(task, None)
        if task.process is task:
            yield Exit(task, self.execution)


def by(ids: str, main: Callable[[Run], Code]) -> Run:
    """The execution in which these tasks are chosen in turn, told as ``"0 0.1 0"``; then the
    first that can be, in the order of their ids. Beginnings are left out.

    Every one of them must be enabled where it is chosen.
    """
    return Run(main, _Told(ids.split()))


class _Told:
    """Chooses these tasks, then the first that can be; beginnings come in between, untold."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = iter(ids)

    def begin(self) -> None:
        """One execution only."""

    def choose(self, point: Point) -> str:
        for pending in point.look():
            if pending.enabled and pending.operation in ASIDE:
                return pending.task
        return next(self._ids, point.enabled[0])


def every(main: Callable[[Run], Code]) -> Iterator[Run]:
    """One execution for each schedule."""
    return searched(lambda strategy: Run(main, strategy), ASIDE)


def told(run: Run, *operations: str) -> list[str]:
    """``0.1 send 0.1#1`` for each event of these operations, ``...`` behind a wait's beginning,
    with its result if it has one."""
    log = run.execution.log
    assert log is not None
    found = []
    for record in log.records:
        if isinstance(record, Event) and record.operation in operations:
            text = f"{record.task} {record.operation}"
            text += f" {record.item}" if record.item else ""
            text += " ..." if record.phase is Phase.BLOCKED else ""
            found.append(text + (f" -> {record.result}" if record.result else ""))
    return found


def send(end: str, data: bytes, value: str | None = None) -> Code:
    """All requests of one send."""
    whole = yield ("pipe.send", end, data, value)
    while not whole:
        whole = yield ("pipe.send_on", end)


def recv(end: str, longest: int | None = None) -> Code:
    """All requests of one receive; gives the message, False if it is too long."""
    data = yield ("pipe.recv", end, longest)
    while data is None:
        data = yield ("pipe.recv_on", end)
    return data
