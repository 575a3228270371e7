"""What processes tell of their steps, put into the one execution that decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyqdemo.errors import RunError
from pyqdemo.kernel.execution import Execution, Written
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import MustWait, Task
from pyqdemo.point import Draw
from pyqdemo.trace import Loss, OutcomeKind
from pyqdemo.worlds.processes.forms import form_of_error, shown, taken_apart
from pyqdemo.worlds.processes.mirror import Own

__all__ = ["Hearing"]


class Hearing:
    """Takes the reports of ``Branch`` in.

    Args:
        execution: what decides.
        log: takes the records, as the execution's own; None records nothing.
        born: told of each copy that a process has made of itself: its main task and its pid.

    Attributes:
        files: names of the program's files that its processes have imported, in order.
        error: what the program does that cannot be controlled.
        about: what a task that starts a process says of its own, by the task.
    """

    def __init__(
        self, execution: Execution, log: Log | None, born: Callable[[Task, int], None]
    ) -> None:
        self.files: dict[str, None] = {}
        self.error: RunError | None = None
        self.about: dict[Task, dict[str, Any]] = {}
        self._execution = execution
        self._log = log
        self._born = born
        self._interrupted: list[Operation] = []

    def report(self, process: Task, message: list[Any], payload: bytes | None) -> None:
        """What a process has done in its step, and what its tasks attempt now."""
        items, pending, ready, now_ns, (runner, count), lengths = message
        execution = self._execution
        parts = taken_apart(payload, lengths)
        execution.task(runner).items = count
        execution.now_ns = max(execution.now_ns, now_ns)
        for item in items:
            self._item(process, parts, *item)
        for id, form in pending:
            self._attempt(execution.task(id), form, parts)
        can = set(ready)
        for task in execution.alive:
            if task.process is process and isinstance(task.pending, Own):
                task.pending.can = task.id in can

    def inside(self, process: Task, message: list[Any], payload: bytes | None) -> list[Any]:
        """An operation that a task performs inside another, at once; gives how it went and
        what came of it. See ``Branch.perform_inside``."""
        _, items, id, (_, _, name, args, location, _), now_ns, count, lengths = message
        execution = self._execution
        parts, task = taken_apart(payload, lengths), self._execution.task(id)
        task.items, execution.now_ns = count, max(execution.now_ns, now_ns)
        for item in items:
            self._item(process, parts, *item)
        operation = execution.operation(task, name, tuple(shown(args, parts)))
        operation.location = location
        try:
            return ["value", execution.perform_inside(task, operation)]
        except MustWait as wait:
            return ["wait", wait.kind]
        except Exception as error:
            return ["raised", form_of_error(error)]

    def draw(self, process: Task, message: list[Any], payload: bytes | None) -> Draw:
        """A draw within a step, and what the process has done before in it."""
        _, items, told, now_ns, lengths = message
        self.so_far(process, ["so_far", items, now_ns, lengths], payload)
        return Draw(*told)

    def so_far(self, process: Task, message: list[Any], payload: bytes | None) -> None:
        """What a process has done in a step that takes long."""
        _, items, now_ns, lengths = message
        self._execution.now_ns = max(self._execution.now_ns, now_ns)
        parts = taken_apart(payload, lengths)
        for item in items:
            self._item(process, parts, *item)

    def last_words(self, process: Task, message: list[Any], payload: bytes | None) -> None:
        """What a process had not told yet when it was over."""
        parts = taken_apart(payload, message[5])
        for item in message[0]:
            self._item(process, parts, *item)

    def interrupted(self, operation: Operation) -> int:
        """A number under which the task will attempt the same operation once more, when its
        process has handled a signal."""
        self._interrupted.append(operation)
        return len(self._interrupted) - 1

    def _attempt(self, task: Task, form: list[Any], parts: list[bytes]) -> None:
        execution = self._execution
        how, again, *facts = form
        if again is not None:
            task.pending = self._interrupted[again]  # its bound is still the old one
            return
        if how == "own":
            task.pending = Own(execution, facts)
            return
        name, args, location, about = facts
        if about is not None:
            self.about[task] = about
        operation = execution.operation(task, name, tuple(shown(args, parts)))
        operation.location = location
        execution.attempt(task, operation)

    def _item(self, process: Task, parts: list[bytes], kind: str, *facts: Any) -> None:
        """One thing that a process tells of its step."""
        execution = self._execution
        match kind:
            case "event":
                self._event(*facts)
            case "resource":
                self._resource(*facts)
            case "task":
                id, name, role, daemon, maker = facts
                execution.spawn(id, name, role, daemon, execution.task(maker))
            case "aside":
                id, name, args = facts
                execution.aside(execution.task(id), name, tuple(shown(args, parts)))
            case "share":
                id, resource_kind, args, named = facts
                made = tuple(shown(args, parts))
                execution.share(execution.task(id), resource_kind, made, **named)
            case "born":
                self._born(execution.task(facts[0]), facts[1])
            case "file":
                self.files[facts[0]] = None
            case "took":
                execution.took()
            case "failed":
                execution.failures.append((execution.task(facts[0]), facts[1]))
            case "loss":
                execution.losses.append(Loss(*facts))
            case "uncontrolled":
                execution.note_uncontrolled(facts[0])
            case "seeded":
                execution.note_seeded(facts[0])
            case "ending":
                if process is execution.main:
                    execution.ending_with(facts[0])
            case "over":
                execution.end(OutcomeKind(facts[0]), facts[1])
            case "error":
                self.error = self.error or RunError(facts[0], **facts[1])
                execution.end(OutcomeKind.ABORTED, facts[0])
            case "broken":
                execution.end(OutcomeKind.ABORTED, facts[0])

    def _resource(self, id: str, *facts: Any) -> None:
        """Several processes may have it, each with rows of its own that announce it."""
        log = self._log
        if log is not None and not log.knows(id):
            log.resource(id, *facts)

    def _event(self, id: str, operation: str, resource: str | None, *facts: Any) -> None:
        """An event that is the process's own affair, and what it means here."""
        execution = self._execution
        task = execution.task(id)
        unwritten, stream = task.process.state.unwritten, resource or ""
        match operation:
            case "write":
                unwritten.pop(stream, None)
                execution.output.append(Written(stream.rpartition("/")[2], id, facts[1] or ""))
            case "buffer":
                unwritten.setdefault(stream, []).append(facts[1] or "")
            case "end":
                task.alive = False
                if task.process is not task:
                    execution.retire(task)
        if self._log is not None:
            self._log.take(execution, task, operation, resource, *facts)
