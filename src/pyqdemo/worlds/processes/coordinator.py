"""Real processes under control: the coordinator chooses, and every process does as it is told.

It keeps the models of what processes share and decides who goes next. One process goes at a
time; all others stand still, each in its line to the coordinator. A process may die at any
moment: its line then ends, and what the system says of it becomes part of the run.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from pyqdemo.errors import RunError
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.mp.processes import ExitCode
from pyqdemo.kernel.tasks import Signalled, Task
from pyqdemo.point import Exhausted, Strategy
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.processes.branch import GONE
from pyqdemo.worlds.processes.channels import Listener, Watched
from pyqdemo.worlds.processes.forms import form_of_error
from pyqdemo.worlds.processes.hearing import Hearing
from pyqdemo.worlds.processes.mirror import Own
from pyqdemo.worlds.processes.nursery import Nursery, NurseryLost
from pyqdemo.worlds.processes.peers import Peer

__all__ = ["Coordinator", "RealExecution"]

TICK_S = 0.05
BOOT_S = 30.0  # for a process to say hello
ENDING_S = 5.0  # for a process that has been ended to be gone, and for its last words
LONGER = 1.5  # than a process, which notices a loop in Python itself, the coordinator waits
MOST_LEAVING = 64  # processes whose end nobody has asked about
_UNEXPECTED = "a process's unexpected death"


class RealExecution(Execution):
    """An execution whose processes are real: it tells of each that is started or ends."""

    def __init__(self, strategy: Strategy, limits: Limits, log: Log | None) -> None:
        self.records = log
        self.on_start: Callable[[Task, str, bytes | None], None] | None = None
        self.on_end: list[tuple[Task, int]] = []
        super().__init__(strategy, limits, log)

    def started(self, process: Task, method: str, payload: bytes | None) -> None:
        assert self.on_start is not None, "set by the coordinator"
        self.on_start(process, method, payload)

    def end_process(
        self, process: Task, code: int, killed: bool = False, told: bool = False
    ) -> None:
        if process.state.alive and killed and not told:
            self.on_end.append((process, code))
        super().end_process(process, code, killed, told)


class Coordinator:
    """One run with real processes.

    Args:
        execution: what decides.
        nursery, listener: they may serve other runs before and after.
        entry: as of ``Grounds``.
        facts: of the program and the run, for every process that begins anew;
            ``patience_s`` among them: real seconds that one step may take.
        tick: called some 20 times a second while the run goes on.
        asked_to_stop: gives the name of a signal that asked for the end, or None.

    Attributes:
        files: names of the program's files that its processes have imported.
        bereft: the nursery has died.
    """

    bereft = False

    def __init__(
        self,
        execution: RealExecution,
        nursery: Nursery,
        listener: Listener,
        entry: str,
        facts: Mapping[str, Any],
        *,
        tick: Callable[[], None] | None = None,
        asked_to_stop: Callable[[], str | None] | None = None,
    ) -> None:
        self.execution = execution
        self._nursery = nursery
        self._listener = listener
        self._entry_module = entry
        self._facts = dict(facts)
        self._patience_s: float = facts["patience_s"] * LONGER
        self._tick = tick
        self._asked_to_stop = asked_to_stop
        self._hearing = Hearing(execution, execution.records, self._copied)
        self._peers: dict[Task, Peer] = {}
        self._leaving: list[Peer] = []  # their exit codes have not been asked for
        self._lines = select.poll()
        self._by_line: dict[int, Peer] = {}
        self._next_look = 0.0
        execution.on_start = self._started

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self._hearing.files)

    def run(self) -> None:
        """Carries the run to its end; afterwards no process of it is left.

        Raises:
            RunError: the program does what cannot be controlled, or the system starts no
                more processes.
            PyqdemoError: what the strategy raised.
            NurseryLost: the process that starts processes had died before the run began.
        """
        execution = self.execution
        self._start_first()
        try:
            while (task := execution.choose()) is not None:
                self._go(task)
                self._sweep()
        except NurseryLost:
            self._bereft()
        finally:
            self._clear()
        execution.tell_strategy()
        if self._hearing.error is not None:
            raise self._hearing.error

    # Processes begin.

    def _start_first(self) -> None:
        main = self.execution.main
        peer = self._peers[main] = Peer(main, None)
        self._nursery.prepare(f"{self._entry_module}:read", self._facts["program"])
        pid = self._nursery.fork(*self._entry("first", main), self._facts)
        peer.watched = Watched(pid)

    def _entry(self, name: str, main: Task) -> tuple[str, str, str, str]:
        function = f"{self._entry_module}:{name}"
        return function, self._listener.address, self._listener.token, main.id

    def _started(self, process: Task, method: str, payload: bytes | None) -> None:
        """A process is started by the operation under way."""
        starter = self.execution.running
        about = self._hearing.about.pop(starter)
        if payload is None:
            self._peers[process] = Peer(process, self._peers[starter.process])
            return
        peer = self._peers[process] = Peer(process, None)
        how = self._nursery.spawn if method == "spawn" else self._nursery.fork
        peer.watched = Watched(how(*self._entry("further", process)))
        facts = {
            **self._facts,
            **about,
            "name": process.name,
            "number": process.state.number,
            "daemon": process.daemon,
            "method": method,
            "parent": starter.process.id,
            "on_sigterm": process.state.on_sigterm,
        }
        peer.begin = (facts, payload)

    def _copied(self, process: Task, pid: int) -> None:
        self._peers[process].watched = Watched(pid)

    def _meet(self, peer: Peer) -> bool:
        """Waits for a process's hello; False if it died before, or does not come."""

        def awaited() -> bool:
            self._look_round()
            return self.execution.over is None and peer.lives()

        try:
            os.close(os.dup(self._listener.fileno()))
        except OSError as error:
            told = f"{peer.main.name} cannot be reached: {error.strerror}"
            self.execution.end(OutcomeKind.ABORTED, told)
            return False
        peer.wire = self._listener.accept(peer.main.id, monotonic() + BOOT_S, awaited)
        if peer.wire is None:
            return False
        self._by_line[peer.wire.fileno()] = peer
        self._lines.register(peer.wire.fileno(), select.POLLIN)
        begin, peer.begin = peer.begin, None
        return begin is None or peer.say(*begin)

    # One step.

    def _go(self, task: Task) -> None:
        """The chosen task goes on: what it attempts happens, and its process goes its step."""
        peer, execution = self._peers[task.process], self.execution
        if peer.wire is None and not self._meet(peer):
            self._died(peer)
            return
        message, payload = self._take_effect(task)
        self._end_really()
        if not peer.say(message, payload):
            self._died(peer)
        elif task.process.state.alive:
            self._hear_of_step(peer)
        elif peer.main is execution.main:
            self._hear_last_words(peer)
        else:
            self._hang_up(peer)
            self._leaving.append(peer)

    def _take_effect(self, task: Task) -> tuple[list[Any], bytes | None]:
        """What a task attempts happens as far as it is ours; what its process is told of it."""
        execution, operation = self.execution, task.pending
        assert operation is not None, "it was chosen"
        if type(operation) is ExitCode or len(self._leaving) > MOST_LEAVING:
            self._settle()
        how: str = "own" if type(operation) is Own else "value"
        answer: Any = None
        payload = None
        try:
            answer = execution.take_effect(task)
        except Signalled as signalled:
            how, answer = "signal", [signalled.number, self._hearing.interrupted(operation)]
        except (NurseryLost, RunError):
            raise
        except Exception as error:
            how, answer = "raised", form_of_error(error)
        if isinstance(answer, bytes):
            how, answer, payload = "bytes", None, answer
        steps, now_ns = execution.steps, execution.now_ns
        return ["go", task.id, steps, now_ns, how, answer, task.items], payload

    def _hear_of_step(self, peer: Peer) -> None:
        execution, wire = self.execution, peer.wire
        assert wire is not None, "it was told to go on"
        try:
            while True:
                if not self._await_word(peer):
                    return
                message, payload = wire.receive()
                if message[0] == "inside":
                    self._answer_inside(peer, message, payload)
                elif message[0] == "so_far":
                    self._hearing.so_far(peer.main, message, payload)
                elif message[0] == "draw":
                    if not self._answer_draw(peer, message, payload):
                        return
                else:
                    break
            self._hearing.report(peer.main, message, payload)
        except (EOFError, ValueError):
            self._died(peer)
            return
        if execution.over is not None:
            self._hear_last_words(peer)

    def _answer_inside(self, peer: Peer, message: list[Any], payload: bytes | None) -> None:
        """A task performs an operation inside another: in the middle of its step."""
        assert peer.wire is not None, "it has just spoken"
        how, answer = self._hearing.inside(peer.main, message, payload)
        how = "bytes" if isinstance(answer, bytes) else how
        task, execution = self.execution.task(message[2]), self.execution
        said = [how, None if how == "bytes" else answer, execution.now_ns, task.items]
        peer.wire.send(said, answer if how == "bytes" else None)

    def _answer_draw(self, peer: Peer, message: list[Any], payload: bytes | None) -> bool:
        """A task draws, in the middle of its step; False if the run is over with that."""
        assert peer.wire is not None, "it has just spoken"
        draw = self._hearing.draw(peer.main, message, payload)
        try:
            option = self.execution.decide(draw)
        except Exhausted as stopped:
            self.execution.end(OutcomeKind.STEP_BOUND, str(stopped))
            return False
        peer.wire.send([option])
        return True

    def _await_word(self, peer: Peer) -> bool:
        """Waits for a process's next word; False if the run is over without it."""
        execution, wire, since = self.execution, peer.wire, monotonic()
        assert wire is not None, "it was told to go on"
        while not wire.poll(TICK_S):
            self._look_round()
            if execution.over is None and monotonic() - since > self._patience_s:
                name = execution.running.name
                told = f"{name} went on for {self._patience_s:g} s without an operation"
                if peer.stopped():
                    told = f"{peer.main.name} was stopped by a signal from outside"
                execution.end(OutcomeKind.ABORTED, told)
            if execution.over is not None:
                return False
        return True

    def _look_round(self) -> None:
        """Passes on what was printed, and looks whether the run shall stop; now and then."""
        now = monotonic()
        if now < self._next_look:
            return
        self._next_look = now + TICK_S
        if self._tick is not None:
            self._tick()
        asked = None if self._asked_to_stop is None else self._asked_to_stop()
        if asked is not None:
            self.execution.end(OutcomeKind.INTERRUPTED, asked)

    def _hear_last_words(self, peer: Peer) -> None:
        """What a process says that has ended the run, or was the first one."""
        wire = peer.wire
        if wire is not None:
            with suppress(EOFError, ValueError):
                if wire.poll(ENDING_S):
                    message, payload = wire.receive()
                    while message[0] == "so_far":
                        self._hearing.so_far(peer.main, message, payload)
                        message, payload = wire.receive()
                    self._hearing.last_words(peer.main, message, payload)
        self._hang_up(peer)

    # Processes end.

    def _end_really(self) -> None:
        """What has been ended by the operation under way is ended by the system too."""
        ended, self.execution.on_end = self.execution.on_end, []
        for main, code in ended:
            peer = self._peers[main]
            if peer.watched is not None:
                peer.watched.signal(-code)
                if peer.stopped():
                    peer.watched.signal(signal.SIGKILL)
            self._leaving.append(peer)

    def _settle(self) -> None:
        """The processes that have ended get the exit codes that the system gives them."""
        leaving, self._leaving = self._leaving, []
        for peer in leaving:
            code = self._code(peer)
            self._let_go(peer)
            if code is not None and peer.main is not self.execution.main:
                peer.main.state.exit_code = code

    def _code(self, peer: Peer) -> int | None:
        """The exit code of a process that has ended, or is about to; None if nobody knows."""
        watched, parent = peer.watched, peer.parent
        if watched is None or not watched.gone(ENDING_S):
            return None
        if parent is None or not parent.main.state.alive or not parent.say(["reap", watched.pid]):
            return self._nursery.wait(watched.pid, ENDING_S)
        assert parent.wire is not None, "it was told"
        with suppress(EOFError, ValueError):  # it has died itself, which is noticed in its turn
            if self._await_word(parent):
                code: int | None = parent.wire.receive()[0][1]
                return code
        return None

    def _died(self, peer: Peer) -> None:
        """A process has ended without being asked to, or does not answer."""
        execution, main = self.execution, peer.main
        if not main.state.alive or execution.over is not None:
            return
        if peer.watched is not None and not peer.watched.gone(ENDING_S):
            told = f"{main.name} closed the channel by which it is controlled"
            if peer.wire is None:
                told = f"{main.name} did not begin within {BOOT_S:g} s"
            execution.end(OutcomeKind.ABORTED, told)
            return
        code = self._code(peer)
        self._let_go(peer)
        if code == GONE:
            told = f"{main.name} closed the channel by which it is controlled"
            execution.end(OutcomeKind.ABORTED, told)
            return
        execution.note_uncontrolled(_UNEXPECTED)
        code = -signal.SIGKILL if code is None else code
        if main is execution.main:
            told = f"the program's first process has died: exit code {code}"
            execution.end(OutcomeKind.ABORTED, told)
        execution.end_process(main, code, killed=True)
        execution.on_end.clear()

    def _hang_up(self, peer: Peer) -> None:
        if peer.wire is not None:
            del self._by_line[peer.wire.fileno()]
            self._lines.unregister(peer.wire.fileno())
            peer.wire.close()
            peer.wire = None

    def _let_go(self, peer: Peer) -> None:
        self._hang_up(peer)
        if peer.watched is not None:
            peer.watched.close()

    def _sweep(self) -> None:
        """Notices who has died while it stood still, and looks round now and then."""
        for descriptor, _ in self._lines.poll(0):
            peer = self._by_line.get(descriptor)
            if peer is not None:
                self._died(peer)
        self._look_round()

    def _clear(self) -> None:
        for peer in self._peers.values():
            self._let_go(peer)
        self._listener.forget()
        try:
            self._nursery.clear()
        except NurseryLost:
            self._bereft()

    def _bereft(self) -> None:
        self.bereft = True
        self.execution.end(OutcomeKind.ABORTED, "the process that starts processes has died")
