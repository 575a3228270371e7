"""The execution as one process of the program knows it: its own tasks, and a line to the rest.

What belongs to the process alone happens here. Who goes next, and whatever happens to things
that processes share, the coordinator decides: after each step it is told what was done and
what each task here attempts next, and it answers when a task of this process goes on.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from bisect import insort
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.execution import Execution, next_id
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import Begin, MustWait, Signalled, Task
from pyqdemo.kernel.texts import told
from pyqdemo.kinds import OutcomeKind, TaskKind
from pyqdemo.point import Draw, Point
from pyqdemo.worlds.processes.forms import error_of, hidden, put_together
from pyqdemo.worlds.processes.rows import Rows
from pyqdemo.worlds.processes.wire import ChannelLost, Wire
from pyqdemo.worlds.threads.sources import Sources

if TYPE_CHECKING:
    from pyqdemo.trace import Wait

__all__ = ["GONE", "Branch"]

GONE = 70  # exit code of a process that has lost its coordinator
_by_place = attrgetter("place")


class Remote(Operation):
    """An operation that the coordinator performs, and here only its name and arguments.

    Args:
        about: what the coordinator is to know beside them.
    """

    shared = True

    def __init__(
        self, name: str, args: tuple[Any, ...], about: dict[str, Any] | None = None
    ) -> None:
        self.name = name
        self.args = args
        self.about = about

    def ready(self) -> bool:
        return False  # nobody here knows

    def apply(self, execution: Execution, task: Task) -> Any:
        return None  # a task that is being unwound gives back nothing: its process ends


class _Nobody:
    """No strategy: others choose.

    Args:
        draws: the values of random draws too.
    """

    def __init__(self, draws: bool) -> None:
        self.draws = draws

    def begin(self) -> None:
        pass

    def choose(self, point: Point) -> str:
        raise NotImplementedError


class Branch(Execution):
    """The execution in one process.

    Args:
        wire: to the coordinator.
        main: the process's main task.
        sources: of the program's modules, as far as this process has imported any.
        about: what a process that is started anew is to know of this one; called at its start.
        draws: as ``Execution.chooses_draws``.

    Attributes:
        leaving: the process has ended its part.
        broke_off: it has ended the whole run, and says farewell.
    """

    def __init__(
        self,
        wire: Wire,
        main: Task,
        sources: Sources,
        about: Callable[[], dict[str, Any]],
        draws: bool,
    ) -> None:
        self._wire = wire
        self._about = about
        self._sources = sources
        self._told_files: set[str] = set()
        self._answer: tuple[str, Any] = ("own", None)
        self._attempted: dict[Task, Operation] = {}
        self._interrupted: dict[Operation, int] = {}  # by signals, with the coordinator's number
        self._speaking = allocate_lock()
        self._told = True  # that the main task is to begin, the coordinator knows
        self.leaving = self.broke_off = False
        log = Rows()
        super().__init__(_Nobody(draws), Limits(), log, main)
        log.rows.clear()
        self._items = log.rows

    # What the world calls.

    def attempt(self, task: Task, operation: Operation) -> None:
        super().attempt(task, operation)
        self._attempted[task] = operation

    def choose(self) -> Task | None:
        # For want of room on the stack it may be called once more: nothing is told twice.
        if self.leaving:
            return None
        if not self._told:
            with self._speaking:
                self._report()
        if self.over is not None:
            self.leaving = True
            return None
        return self._wait()

    def take_effect(self, task: Task) -> Any:
        how, answer = self._answer
        if how == "own":
            return super().take_effect(task)
        operation = task.pending
        assert operation is not None, "attempted before"
        if how == "signal":
            number, self._interrupted[operation] = answer
            raise Signalled(number)
        task.pending = None
        if how == "raised":
            raise error_of(answer)
        if type(operation) is Remote:
            self._done(task, operation)
        return answer

    def perform_inside(self, task: Task, operation: Operation) -> Any:
        if type(operation) is not Remote:
            return super().perform_inside(task, operation)
        with self._speaking:
            items, parts = self._told_now()
            form = self._form(operation, parts)
            message = ["inside", items, task.id, form, self.now_ns, task.items, _lengths(parts)]
            self._say(message, put_together(parts))
        (how, answer, self.now_ns, task.items), payload = self._hear()
        if how == "wait":
            raise MustWait(answer)
        if how == "raised":
            raise error_of(answer)
        return payload if how == "bytes" else answer

    def decide(self, draw: Draw) -> int:
        with self._speaking:
            items, parts = self._told_now()
            told = [draw.task, draw.options, draw.told]
            message = ["draw", items, told, self.now_ns, _lengths(parts)]
            self._say(message, put_together(parts))
        (option,), _ = self._hear()
        return int(option)

    def so_far(self) -> None:
        """Tells what was done in the step under way, if that is anything: for the thread that
        looks on, so that what is printed before a long calculation is seen in time."""
        if self.elsewhere or not self._items:
            return
        with self._speaking:
            if not self.elsewhere and self._items:
                items, parts = self._told_now()
                message = ["so_far", items, self.now_ns, _lengths(parts)]
                self._say(message, put_together(parts))

    def farewell(self, error: BaseException | None) -> None:
        """The last message of this process: what was not yet told."""
        for loss in self.losses:
            self._items.append(["loss", loss.reason, loss.task])
        happened = getattr(error, "happened", None)
        if happened is not None:
            self._items.append(["error", happened, getattr(error, "facts", {})])
        elif error is not None:
            self._items.append(["broken", told(error)])
        with self._speaking:
            self._report()

    # What operations and stand-ins call.

    def operation(self, task: Task, name: str, args: tuple[Any, ...]) -> Operation:
        return Remote(name, args, self._about() if name == "process.start" else None)

    def await_threads(self, main: Task) -> Operation:
        return Remote("process.await_threads", ())

    def leave(self, main: Task, awaited: bool, code: int) -> Operation:
        return Remote("process.leave", (awaited, code))

    def aside(self, task: Task, name: str, args: tuple[Any, ...]) -> None:
        self._items.append(["aside", task.id, name, args])

    def task(self, id: str) -> Task:
        if id not in self._tasks:  # the coordinator has made a feeder
            feeder = Task(id, "", TaskKind.FEEDER, self.main, True)
            feeder.pending = Begin()
            self._tasks[id] = feeder
            insort(self.alive, feeder, key=_by_place)
        return self._tasks[id]

    def share(
        self,
        task: Task,
        kind: str,
        args: tuple[Any, ...],
        *,
        capacity: int | None = None,
        of: str | None = None,
        location: str | None = None,
        name: str | None = None,
        quiet: bool = False,
    ) -> str:
        id, _ = next_id(task, kind, quiet)
        facts = {
            "capacity": capacity,
            "of": of,
            "location": location,
            "name": name,
            "quiet": quiet,
        }
        self._items.append(["share", task.id, kind, args, facts])
        return id

    def retire(self, task: Task) -> None:
        super().retire(task)
        self._attempted.pop(task, None)

    def took(self) -> None:
        self._items.append(["took"])

    def failed(self, task: Task, error: BaseException) -> None:
        self._items.append(["failed", task.id, told(error)])

    def note_uncontrolled(self, what: str) -> None:
        if what not in self.uncontrolled:
            self.uncontrolled.append(what)
            self._items.append(["uncontrolled", what])

    def note_seeded(self, call: str) -> None:
        if call not in self.seeded:
            self.seeded.append(call)
            self._items.append(["seeded", call])

    def ending_with(self, code: int) -> None:
        self._items.append(["ending", code])

    def end(self, kind: OutcomeKind, detail: str = "", waiting: tuple[Wait, ...] = ()) -> None:
        if self.over is None:
            self.broke_off = True
            self._items.append(["over", kind.value, detail])
        super().end(kind, detail, waiting)

    def born(self, id: str, pid: int) -> None:
        """A copy of this process has been made for the main task of that id."""
        self._items.append(["born", id, pid])

    # The line.

    def _report(self) -> None:
        """Tells what was done since the last time, and what the tasks attempt now."""
        items, parts = self._told_now()
        pending = [[task.id, self._form(each, parts)] for task, each in self._attempted.items()]
        ready = [
            task.id
            for task in self.alive
            if task.pending is not None and type(task.pending) is not Remote
            if task.pending.ready()
        ]
        counts = [self.running.id, self.running.items]
        message = [items, pending, ready, self.now_ns, counts, _lengths(parts)]
        self._say(message, put_together(parts))
        self._told = True
        for operation in self._attempted.values():
            self._interrupted.pop(operation, None)
        self._attempted.clear()

    def _told_now(self) -> tuple[list[Any], list[bytes]]:
        """What was done since the last time, for a message, and the bytes beside it."""
        for file in self._sources.files:
            if file.name not in self._told_files:
                self._told_files.add(file.name)
                self._items.append(["file", file.name])
        parts: list[bytes] = []
        count = len(self._items)  # another thread may add to them
        items = [_plain(item, parts) for item in self._items[:count]]
        del self._items[:count]
        return items, parts

    def _form(self, operation: Operation, parts: list[bytes]) -> list[Any]:
        """What the coordinator has to know of an operation that a task attempts."""
        again = self._interrupted.get(operation)
        if again is not None:
            return ["again", again]
        if type(operation) is Remote:
            args = hidden(operation.args, parts)
            return ["shared", None, operation.name, args, operation.location, operation.about]
        return [
            *("own", None, operation.kind, operation.target, operation.value),
            *(operation.timeout_s, operation.deadline_ns, operation.location),
            [holder.id for holder in operation.holders()],
            [holder.id for holder in operation.needs()],
        ]

    def _wait(self) -> Task:
        self.elsewhere = True
        try:
            while True:
                message, payload = self._hear()
                if message[0] != "reap":
                    break
                self._say(["reaped", _reap(message[1])], None)
        finally:
            self.elsewhere = False
        self._told = False
        _, id, self.steps, self.now_ns, how, answer, items = message
        task = self.running = self._tasks[id]
        task.items = items
        self._answer = (how, payload if how == "bytes" else answer)
        return task

    def _done(self, task: Task, operation: Remote) -> None:
        """An operation of the coordinator's has happened: what it means here."""
        if operation.name == "process.start":
            task.children += 1
        elif operation.name == "process.leave":
            self.leaving = True
            super().end(OutcomeKind.COMPLETED)

    def _say(self, message: object, payload: bytes | None) -> None:
        try:
            self._wire.send(message, payload)
        except (EOFError, ChannelLost):
            os._exit(GONE)

    def _hear(self) -> tuple[Any, bytes | None]:
        try:
            return self._wire.receive()
        except (EOFError, ChannelLost):
            os._exit(GONE)


def _lengths(parts: list[bytes]) -> list[int]:
    return [len(part) for part in parts]


def _plain(item: Any, parts: list[bytes]) -> list[Any]:
    """What a process tells, in a form for a message."""
    return [hidden(each, parts) if type(each) is tuple else each for each in item]


def _reap(pid: int) -> int | None:
    """The exit code of a child of this process that is over; None if it is none of its."""
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status)
