"""Real processes under control: the coordinator chooses, and every process does as it is told.

It keeps the models of what processes share and decides who goes next. One process goes at a
time; all others stand still, each in its line to the coordinator. A process may die at any
moment: its line then ends, and what the system says of it becomes part of the run.
"""

from __future__ import annotations

import select
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from pyqdemo.errors import RunError
from pyqdemo.kernel.execution import Execution, Written
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import Signalled, Task
from pyqdemo.trace import Event, Loss, OutcomeKind, Resource
from pyqdemo.trace import Task as TaskRecord
from pyqdemo.worlds.processes.channels import Listener, Watched
from pyqdemo.worlds.processes.forms import form_of_error, read_record, shown
from pyqdemo.worlds.processes.mirror import Own
from pyqdemo.worlds.processes.nursery import Nursery, NurseryLost
from pyqdemo.worlds.processes.wire import Wire

__all__ = ["Coordinator", "RealExecution"]

TICK_S = 0.05
BOOT_S = 30.0  # for a process to say hello
FAREWELL_S = 2.0  # for a process to say what was not yet told
PATIENCE_S = 15.0  # for one step; a loop in Python is noticed earlier, by its own process
_FROM_OUTSIDE = "a process was ended from outside"


class RealExecution(Execution):
    """An execution whose processes are real: it tells of each that is started or ends."""

    def __init__(self, *args: Any) -> None:
        self.on_start: Callable[[Task, str, bytes | None], None] | None = None
        self.on_end: list[tuple[Task, int]] = []
        super().__init__(*args)

    def started(self, process: Task, method: str, payload: bytes | None) -> None:
        assert self.on_start is not None, "set by the coordinator"
        self.on_start(process, method, payload)

    def end_process(
        self, process: Task, code: int, killed: bool = False, told: bool = False
    ) -> None:
        if process.state.alive and killed and not told:
            self.on_end.append((process, code))
        super().end_process(process, code, killed, told)


class _Peer:
    """A process of the program as the coordinator sees it.

    Attributes:
        main: its main task.
        parent: the process that forked it; None for one that came from the nursery.
        begin: what it is sent when it has said hello, for one that begins anew.
        wire: the line to it; None until it has said hello, and when it is gone.
        watched: the process; None until its number is known.
    """

    def __init__(self, main: Task, parent: Task | None) -> None:
        self.main = main
        self.parent = parent
        self.begin: tuple[Any, bytes] | None = None
        self.wire: Wire | None = None
        self.watched: Watched | None = None


class Coordinator:
    """One run with real processes.

    Args:
        execution: what decides.
        nursery, listener: they may serve other runs before and after.
        facts: of the program and the run, for every process that begins anew.
        tick: called some 20 times a second while the run goes on.
        asked_to_stop: gives the name of a signal that asked for the end, or None.

    Attributes:
        files: names of the program's files that its processes have imported.
    """

    def __init__(
        self,
        execution: RealExecution,
        nursery: Nursery,
        listener: Listener,
        facts: Mapping[str, Any],
        *,
        tick: Callable[[], None] | None = None,
        asked_to_stop: Callable[[], str | None] | None = None,
    ) -> None:
        self.execution = execution
        self._nursery = nursery
        self._listener = listener
        self._facts = dict(facts)
        self._tick = tick
        self._asked_to_stop = asked_to_stop
        self.files: dict[str, None] = {}
        self._peers: dict[Task, _Peer] = {}
        self._lines = select.poll()
        self._by_line: dict[int, _Peer] = {}
        self._asked: dict[Task, tuple[str, Any]] = {}
        self._interrupted: dict[Task, tuple[Any, Operation]] = {}
        self._next_look = 0.0
        self._error: Exception | None = None
        execution.on_start = self._started

    def run(self) -> None:
        """Carries the run to its end; afterwards no process of it is left.

        Raises:
            RunError: the program does what cannot be controlled.
            PyqdemoError: what the strategy raised.
        """
        execution = self.execution
        try:
            self._start_first()
            while (task := execution.choose()) is not None:
                self._go(task)
                self._sweep()
                if (now := monotonic()) > self._next_look:
                    self._look_round()
                    self._next_look = now + TICK_S
        except NurseryLost:
            execution.end(OutcomeKind.ABORTED, "the process that starts processes has died")
        finally:
            self._clear()
        execution.tell_strategy()
        if self._error is not None:
            raise self._error

    # Processes begin.

    def _start_first(self) -> None:
        main = self.execution.main
        peer = self._peers[main] = _Peer(main, None)
        self._born(peer, self._nursery.fork(*self._entry("first", main)))
        peer.begin = (self._facts, b"")

    def _entry(self, name: str, main: Task) -> tuple[str, str, str, str]:
        function = f"pyqdemo.worlds.processes.entering:{name}"
        return function, self._listener.address, self._listener.token, main.id

    def _started(self, process: Task, method: str, payload: bytes | None) -> None:
        """A process is started by the operation under way."""
        if payload is None:
            self._peers[process] = _Peer(process, self.execution.running.process)
            return
        peer = self._peers[process] = _Peer(process, None)
        how = self._nursery.spawn if method == "spawn" else self._nursery.fork
        self._born(peer, how(*self._entry("further", process)))
        parent = self.execution.running.process
        facts = {
            **self._facts,
            "name": process.name,
            "number": process.state.number,
            "daemon": process.daemon,
            "method": method,
            "parent": parent.id,
        }
        peer.begin = (facts, payload)

    def _born(self, peer: _Peer, pid: int) -> None:
        peer.watched = Watched(pid)

    def _meet(self, peer: _Peer) -> bool:
        """Waits for a process's hello; False if it died before."""
        watched = peer.watched
        alive = (lambda: not watched.gone(0.0)) if watched is not None else (lambda: True)
        wire = self._listener.accept(peer.main.id, monotonic() + BOOT_S, alive)
        if wire is None:
            return False
        peer.wire = wire
        self._by_line[wire.fileno()] = peer
        self._lines.register(wire.fileno(), select.POLLIN)
        if peer.begin is not None:
            wire.send(*peer.begin)
        return True

    # One step.

    def _go(self, task: Task) -> None:
        """The chosen task goes on: what it attempts happens, and its process goes its step."""
        peer = self._peers[task.process]
        execution, operation = self.execution, task.pending
        if peer.wire is None and not self._meet(peer):
            self._died(peer)
            return
        own = isinstance(operation, Own)
        how, answer, payload = "own" if own else "value", None, None
        try:
            answer = execution.take_effect(task)
        except Signalled as signalled:
            how, answer = "signal", signalled.number
            assert operation is not None, "it is attempted still"
            self._interrupted[task] = (self._asked.get(task), operation)
        except Exception as error:
            how, answer = "raised", form_of_error(error)
        if isinstance(answer, bytes):
            how, answer, payload = "bytes", None, answer
        message = ["go", task.id, execution.steps, execution.now_ns, how, answer, task.items]
        self._end_really()
        try:
            assert peer.wire is not None, "it was met"
            peer.wire.send(message, payload)
        except EOFError:
            self._died(peer)
            return
        if task.process.state.alive:
            self._hear_of_step(peer)
        else:
            self._gone(peer)
            if peer.main is execution.main:
                self._hear_farewell(peer)

    def _hear_of_step(self, peer: _Peer) -> None:
        wire, since, execution = peer.wire, monotonic(), self.execution
        assert wire is not None, "it was met"
        try:
            while not wire.poll(TICK_S):
                self._look_round()
                if execution.over is None and monotonic() - since > PATIENCE_S:
                    name = execution.running.name
                    told = f"{name} went on for {PATIENCE_S:g} s without an operation"
                    execution.end(OutcomeKind.ABORTED, told)
                if execution.over is not None:
                    return
            self._take_in(peer, *wire.receive())
        except (EOFError, ValueError):
            self._died(peer)

    def _look_round(self) -> None:
        """Passes on what was printed, and looks whether the run shall stop."""
        if self._tick is not None:
            self._tick()
        asked = None if self._asked_to_stop is None else self._asked_to_stop()
        if asked is not None:
            self.execution.end(OutcomeKind.INTERRUPTED, asked)

    def _take_in(self, peer: _Peer, message: Any, payload: bytes | None) -> None:
        """What a process has done in its step, and what its tasks attempt now."""
        items, pending, ready, now_ns, (runner, count) = message
        execution = self.execution
        execution.task(runner).items = count
        execution.now_ns = max(execution.now_ns, now_ns)
        for item in items:
            self._item(peer, *item)
        for id, form in pending:
            self._attempt(execution.task(id), form, payload)
        can = set(ready)
        for task in execution.alive:
            if task.process is peer.main and isinstance(task.pending, Own):
                task.pending.can = task.id in can
        if execution.over is not None:
            self._hear_farewell(peer)

    def _attempt(self, task: Task, form: list[Any], payload: bytes | None) -> None:
        execution = self.execution
        if form[0] == "own":
            task.pending = Own(execution, form[1:])
            return
        _, name, args, location = form
        self._asked[task] = (name, args)
        before = self._interrupted.get(task)
        if before is not None and before[0] == (name, args):
            del self._interrupted[task]
            task.pending = before[1]  # its bound is still the old one
            return
        operation = execution.operation(task, name, tuple(shown(args, payload)))
        operation.location = location
        execution.attempt(task, operation)

    def _item(self, peer: _Peer, kind: str, *facts: Any) -> None:
        """One thing that a process tells of its step."""
        execution = self.execution
        match kind:
            case "event" | "resource" | "task":
                self._record(read_record(kind, facts))
            case "aside":
                id, name, args = facts
                execution.aside(execution.task(id), name, tuple(args))
            case "share":
                id, resource_kind, args, (capacity, of, location, name, quiet) = facts
                execution.share(
                    execution.task(id),
                    resource_kind,
                    tuple(args),
                    capacity=capacity,
                    of=of,
                    location=location,
                    name=name,
                    quiet=quiet,
                )
            case "born":
                self._born(self._peers[execution.task(facts[0])], facts[1])
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
            case "ending":
                if peer.main is execution.main:
                    execution.ending_with(facts[0])
            case "over":
                execution.end(OutcomeKind(facts[0]), facts[1])
            case "error":
                self._error = RunError(facts[0], **facts[1])
            case "broken":
                execution.end(OutcomeKind.ABORTED, facts[0])

    def _record(self, record: Any) -> None:
        execution, log = self.execution, self.execution.log
        if isinstance(record, TaskRecord):
            maker = execution.task(record.parent or record.process)
            execution.spawn(record.id, record.name, record.role, record.daemon, maker)
            return
        if isinstance(record, Resource):
            # Several processes may have it, each with a log of its own that announces it.
            if log is not None and not log.knows(record.id):
                log.resource(
                    *(record.id, record.kind, record.name),
                    *(record.capacity, record.of, record.location),
                )
            return
        task = execution.task(record.task)
        state = task.process.state
        match record.operation:
            case "write":
                state.unwritten.clear()
                stream = (record.resource or "").rpartition("/")[2]
                execution.output.append(Written(stream, task.id, record.value or ""))
            case "buffer":
                state.unwritten.append(record.value or "")
            case "end":
                task.alive = False
                if task.process is not task:
                    execution.retire(task)
        if log is not None:
            log.take(execution, task, record)

    # Processes end.

    def _end_really(self) -> None:
        """What has been ended by the operation under way is ended by the system too."""
        for main, code in self.execution.on_end:
            peer = self._peers[main]
            if peer.wire is None and peer.watched is None:
                continue
            if peer.watched is not None:
                peer.watched.signal(-code)
                peer.watched.gone(FAREWELL_S)
            self._gone(peer)
        self.execution.on_end.clear()

    def _gone(self, peer: _Peer) -> None:
        """A process has ended, or is about to: its code is the one that the system gives."""
        if peer.main is self.execution.main:
            return
        code = self._code(peer)
        self._hang_up(peer)
        if code is not None:
            peer.main.state.exit_code = code

    def _code(self, peer: _Peer) -> int | None:
        watched = peer.watched
        if watched is None or not watched.gone(FAREWELL_S):
            return None
        parent = None if peer.parent is None else self._peers.get(peer.parent)
        if parent is not None and parent.main.state.alive and parent.wire is not None:
            try:
                parent.wire.send(["reap", watched.pid])
                code: int | None = parent.wire.receive()[0][1]
            except EOFError:
                return None  # it has died itself, which is noticed in its turn
            return code
        return self._nursery.wait(watched.pid)

    def _died(self, peer: _Peer) -> None:
        """A process has ended without being asked to."""
        execution, main = self.execution, peer.main
        if not main.state.alive:
            return
        alive = peer.watched is not None and not peer.watched.gone(FAREWELL_S)
        if alive:
            told = f"{main.name} closed the channel by which it is controlled"
            execution.end(OutcomeKind.ABORTED, told)
            return
        code = -signal.SIGKILL if peer.watched is None else self._code(peer)
        self._hang_up(peer)
        execution.end_process(main, -signal.SIGKILL if code is None else code, killed=True)
        execution.on_end = [each for each in execution.on_end if each[0] is not main]
        if main is execution.main and execution.over is None:
            execution.end(OutcomeKind.ABORTED, "the program's first process has died")

    def _hang_up(self, peer: _Peer) -> None:
        if peer.wire is not None:
            del self._by_line[peer.wire.fileno()]
            self._lines.unregister(peer.wire.fileno())
            peer.wire.close()
            peer.wire = None

    def _sweep(self) -> None:
        """Notices who has died while it stood still, and looks round now and then."""
        for descriptor, _ in self._lines.poll(0):
            self.execution.note_uncontrolled(_FROM_OUTSIDE)
            self._died(self._by_line[descriptor])

    def _hear_farewell(self, peer: _Peer) -> None:
        """The last words of a process that ends the run."""
        if peer.wire is None:
            return
        with suppress(EOFError, ValueError):
            if peer.wire.poll(FAREWELL_S):
                items = peer.wire.receive()[0][0]
                for item in items if self.execution.over is not None else ():
                    self._item(peer, *item)
        self._hang_up(peer)

    def _clear(self) -> None:
        for peer in self._peers.values():
            self._hang_up(peer)
        self._listener.forget()
        try:
            self._nursery.clear()
        except NurseryLost:
            self.execution.losses.append(Loss("the process that starts processes has died"))
