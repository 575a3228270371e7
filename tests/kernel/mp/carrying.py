"""Carries processes and feeders that are generators of requests: the models without a world.

A task's code yields ``(name, *arguments)`` and is sent the answer. Queued objects are
numbers that the test gives; what a feeder delivers for one is ``pickled`` of it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from depth_first import ByPlaces, searched

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.process_state import ProcessState
from pyqdemo.kernel.tasks import End, Exit, Start, Task
from pyqdemo.point import Strategy
from pyqdemo.trace import Event, Phase, Resource

__all__ = [
    "Code",
    "Family",
    "events",
    "every",
    "get",
    "getting",
    "happened",
    "losses",
    "once",
    "put",
    "trying",
]

Code = Generator[Any, Any, Any]
MOST = 100_000
ASIDE = frozenset({"start", "begin", "end", "exit"})
"""What commutes with all but a task's own steps here; a ``join`` may be a queue's."""


class Family:
    """One execution.

    Args:
        main: the first process's code.
        pickled: the payload that a feeder makes of a number, given the execution too; raises
            TypeError for one that it cannot pickle. It is called in the step in which the
            feeder takes the item.
        fed: by default a process that leaves waits for the feeders that it then has; or else
            for those of these queues, whether it has them or not.

    Attributes:
        notes: what the program's code keeps.
    """

    def __init__(
        self,
        main: Callable[[Family], Code],
        strategy: Strategy,
        limits: Limits | None = None,
        pickled: Callable[[Family, int], bytes] = lambda family, number: b"%d" % number,
        fed: Callable[[Family], list[str]] | None = None,
    ) -> None:
        self.execution = Execution(strategy, limits or Limits(max_steps=2_000), Log())
        self.pickled = pickled
        self.fed = fed
        self.notes: list[Any] = []
        self._bodies: dict[str, Callable[[], Code]] = {}
        first = self.execution.main
        self._codes: dict[Task, Code] = {first: self._life(first, lambda: main(self))}
        self._drive()

    @property
    def kind(self) -> str:
        return str(self.execution.outcome().kind)

    def share(self, kind: str, *args: Any) -> str:
        """A resource of the first process's."""
        return self.execution.share(self.execution.main, kind, args)

    def process(self, code: Callable[[], Code]) -> tuple[Any, ...]:
        """The request by which the first process forks one of that code."""
        main = self.execution.main
        id = f"{main.id}.{main.children + 1}"
        self._bodies[id] = code
        return ("process.start", id, code.__name__, None, False, "fork", [])

    def thread(self, maker: str, code: Callable[[], Code]) -> Start:
        """The operation that starts a thread; a daemon."""
        task = self.execution.task(maker)
        start = Start(f"{maker}.{task.children + 1}", code.__name__, None, True)
        start.code = code  # type: ignore[attr-defined]
        return start

    def _drive(self) -> None:
        execution = self.execution
        while (task := execution.choose()) is not None:
            operation, error, answer = task.pending, None, None
            try:
                answer = execution.take_effect(task)
            except Exception as raised:
                error = raised
            assert operation is not None, "it has taken effect"
            self._born(operation, answer)
            if task in execution.alive:
                self._goes_on(task, error, answer)
        execution.tell_strategy()

    def _born(self, operation: Operation, answer: Any) -> None:
        """A task that an operation has made gets its code."""
        if isinstance(operation, Start):
            code = operation.code  # type: ignore[attr-defined]
            self._codes[answer] = self._life(answer, code)
        elif operation.kind == "start":
            task = self.execution.task(operation.target or "")
            self._codes[task] = self._life(task, self._bodies[task.id])
        elif operation.kind == "put" and isinstance(answer, str):
            task = self.execution.task(answer)
            queue = operation.target
            self._codes[task] = self._life(task, lambda: self._feed(queue or ""))

    def _goes_on(self, task: Task, error: Exception | None, answer: Any) -> None:
        code = self._codes[task]
        try:
            if error is not None:
                wanted = code.throw(error)
            else:
                wanted = next(code) if answer is None else code.send(answer)
        except StopIteration:
            return
        if not isinstance(wanted, Operation):
            wanted = self.execution.operation(task, wanted[0], wanted[1:])
        self.execution.attempt(task, wanted)

    def _life(self, task: Task, body: Callable[[], Code]) -> Code:
        yield from body()
        if task.process is task:
            fed = _fed(task.state) if self.fed is None else self.fed(self)
            for id in fed:
                yield ("mp.hang_up", id)
            for id in fed:
                yield ("mp.finish", id)
        yield End(task, None)
        if task.process is task:
            yield Exit(task, self.execution)

    def _feed(self, id: str) -> Code:
        while (handle := (yield ("mp.feed", id))) is not None:
            try:
                payload = self.pickled(self, int(handle))
            except TypeError as error:
                if (yield ("mp.drop", id, f"raised TypeError: {error}")):
                    continue
                return
            whole = yield ("mp.deliver", id, payload, repr(payload[:9]), 0)
            while not whole:
                whole = yield ("mp.deliver", id, None)


def _fed(state: ProcessState) -> list[str]:
    """The queues of which a process has feeders, that of its youngest feeder first."""
    youth = {
        id: int(side.feeder.id.rpartition("~")[2])
        for id, side in state.buffers.items()
        if side.feeder is not None
    }
    return sorted(youth, key=youth.__getitem__, reverse=True)


def get(id: str, block: bool = True, timeout_s: float | None = None) -> Code:
    """The requests of one ``get``; gives the payload."""
    deadline = yield ("mp.read_lock", id, block, timeout_s)
    payload = yield ("mp.get", id, block, deadline)
    while payload is None:
        payload = yield ("mp.get", id)
    return payload


def put(
    id: str, number: int, block: bool = True, timeout_s: float | None = None
) -> tuple[Any, ...]:
    """The request of one ``put``."""
    return ("mp.put", id, str(number), str(number), 0, block, timeout_s)


def trying(request: tuple[Any, ...]) -> Code:
    """Gives the answer of a request, or the exception that it raises."""
    try:
        return (yield request)
    except Exception as error:
        return error


def getting(family: Family, *args: Any) -> Code:
    """Notes what a ``get`` gives, or the name of what it raises."""
    try:
        family.notes.append((yield from get(*args)))
    except Exception as error:
        family.notes.append(type(error).__name__)


def every(main: Callable[[Family], Code], *, loose: bool = False, **given: Any) -> Iterator[Family]:
    """One execution for each schedule."""
    limits = Limits(loose=loose, max_steps=2_000)
    return searched(lambda strategy: Family(main, strategy, limits, **given), ASIDE, MOST)


def once(main: Callable[[Family], Code], **given: Any) -> Family:
    """The execution in which, at each point, the first who can go on does."""
    return Family(main, ByPlaces([], ASIDE), **given)


def losses(family: Family) -> list[tuple[str, str | None, str | None]]:
    """What ended processes lost and kept: operation, item, value."""
    kinds = ("lost", "kept")
    return [(e.operation, e.item, e.value) for e in events(family) if e.operation in kinds]


def events(family: Family) -> list[Event]:
    """The done events on resources, in order."""
    assert family.execution.log is not None
    records = family.execution.log.records
    known = {record.id for record in records if isinstance(record, Resource)}
    return [
        record
        for record in records
        if isinstance(record, Event) and record.resource in known and record.phase is Phase.DONE
    ]


def happened(family: Family, *, blocked: bool = False) -> list[str]:
    """``0.1~1 deliver 0.1#1`` for each event on a resource, with its result if it has one."""
    assert family.execution.log is not None
    told = []
    shown = {event.seq for event in events(family)}
    for record in family.execution.log.records:
        if not isinstance(record, Event) or "/" not in (record.resource or ""):
            continue
        if record.seq not in shown and not (blocked and record.phase is Phase.BLOCKED):
            continue
        text = f"{record.task} {record.operation}"
        text += f" {record.item}" if record.item else ""
        text += " ..." if record.phase is Phase.BLOCKED else ""
        told.append(text + (f" -> {record.result}" if record.result else ""))
    return told
