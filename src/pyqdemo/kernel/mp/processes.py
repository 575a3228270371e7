"""Processes: what each has for itself, how they start and end, and what then is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.queue_models import forked
from pyqdemo.kernel.mp.shared import SharedOperation
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.kernel.tasks import LIVES, AwaitThreads, Exit, Task
from pyqdemo.kernel.turnless import follows
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution

__all__ = ["KILLED", "MODELS", "OPERATIONS", "TERMINATED"]

TERMINATED, KILLED = -15, -9


class _OnProcess(SharedOperation):
    """An operation on another process, named by the id of its main task."""

    def __init__(self, execution: Execution, task: Task, other: str) -> None:
        super().__init__(execution, task)
        self.other = execution.task(other)
        self.target = other

    def _reads(self) -> tuple[Access, ...]:
        """Also that who sees the end of a child has reaped it."""
        parts = (("life", "r"), ("alive", "r"), ("reaped", "a"))
        return tuple(Access(f"{part}:{self.target}", mode) for part, mode in parts)

    def _see(self) -> bool:
        """Whether it is over; a parent that sees this has reaped it."""
        state = self.other.state
        state.reaped |= not state.alive and state.parent is self.task.process
        return not state.alive


class StartProcess(SharedOperation):
    """A task starts a process; the answer is the new one's number among processes (its pid).

    Args:
        id, name, role, daemon: of the new process's main task, as in ``trace.Task``.
        method: ``fork``, ``spawn`` or ``forkserver``.
        handles: ids of the pipe ends that are sent to it, once for each handle. Under fork it
            gets a copy of every handle its parent holds.
        payload: its pickled object, but for fork.
    """

    kind = "start"

    def __init__(
        self,
        execution: Execution,
        task: Task,
        id: str,
        name: str,
        role: str | None,
        daemon: bool,
        method: str,
        handles: list[str],
        payload: bytes | None = None,
    ) -> None:
        super().__init__(execution, task)
        self.target = id
        self.value = method
        self._new = (name, role, daemon)
        self._handles = handles
        self._payload = payload

    def apply(self, execution: Execution, task: Task) -> int:
        name, role, daemon = self._new
        method = self.value or ""
        for child in self._children():
            child.state.reaped |= not child.state.alive  # as the library does in passing
        new = execution.spawn_process(self.target or "", name, role, daemon, task, method)
        if method == "fork":
            new.state.ends.update(task.process.state.ends)
            new.state.buffers.update(forked(task.process.state.buffers))
        else:
            for end in self._handles:
                new.state.ends[end] = new.state.ends.get(end, 0) + 1
        execution.behind(lambda: execution.tell_ends(new))
        execution.started(new, method, self._payload)
        return new.state.number

    def accesses(self) -> tuple[Access, ...]:
        # Its number depends on how many there were; its handles keep pipes open.
        ends = {*self.task.process.state.ends, *self._handles}
        holders = (Access(f"{end}.holders", "w") for end in sorted(ends))
        parts = (("life", "r"), ("alive", "r"), ("reaped", "a"))
        seen = (
            Access(f"{part}:{child.id}", mode) for child in self._children() for part, mode in parts
        )
        return (Access(f"life:{self.target}", "w"), LIVES, Access("pids", "w"), *holders, *seen)

    def _children(self) -> list[Task]:
        mine = self.task.process
        return [main for main in self.execution.processes if main.state.parent is mine]


class JoinProcess(_OnProcess):
    """Waits until a process is over; the answer is whether it is."""

    kind = "join"

    def __init__(
        self, execution: Execution, task: Task, other: str, timeout_s: float | None = None
    ) -> None:
        super().__init__(execution, task, other)
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return not self.other.state.alive

    def apply(self, execution: Execution, task: Task) -> bool:
        over = self._see()
        self.result = None if over else "still running"
        return over

    def accesses(self) -> tuple[Access, ...]:
        waits = (follows(f"alive:{self.target}"),) if self.timeout_s is None else ()
        return (*self._reads(), *waits)

    def holders(self) -> tuple[Task, ...]:
        return (self.other,)

    def needs(self) -> tuple[Task, ...]:
        return (self.other,)


class IsProcessAlive(_OnProcess):
    """Asks whether a process is still there."""

    kind = "is_alive"

    def apply(self, execution: Execution, task: Task) -> bool:
        alive = not self._see()
        self.result = str(alive)
        return alive

    def accesses(self) -> tuple[Access, ...]:
        return self._reads()


class ExitCode(_OnProcess):
    """Asks how a process has ended: its exit code, None while it is there."""

    kind = "exitcode"

    def apply(self, execution: Execution, task: Task) -> int | None:
        code = self.other.state.exit_code if self._see() else None
        self.result = str(code)
        return code

    def accesses(self) -> tuple[Access, ...]:
        return self._reads()


class Children(SharedOperation):
    """Asks which of one's children are still there; the answer is their ids.

    Args:
        ids: of all that have been started and not yet been seen to be over.
    """

    kind = "active_children"

    def __init__(self, execution: Execution, task: Task, ids: list[str]) -> None:
        super().__init__(execution, task)
        self._ids = ids

    def apply(self, execution: Execution, task: Task) -> list[str]:
        states = {id: execution.task(id).state for id in self._ids}
        for state in states.values():
            state.reaped |= not state.alive
        alive = [id for id, state in states.items() if state.alive]
        self.result = str(len(alive))
        return alive

    def accesses(self) -> tuple[Access, ...]:
        parts = (("life", "r"), ("alive", "r"), ("reaped", "a"))
        return tuple(Access(f"{part}:{id}", mode) for id in self._ids for part, mode in parts)


class Signal(_OnProcess):
    """SIGTERM or SIGKILL to a process. One that is over notices nothing.

    SIGTERM does what the process has asked for: as a rule it ends at once. A handler of its
    own runs when its main task goes on next, whatever that waits for.
    """

    code = TERMINATED

    def apply(self, execution: Execution, task: Task) -> str:
        """Answers ``ended``, ``ignored``, ``handled`` or ``over``."""
        other = self.other
        if not other.state.alive:
            return "over"
        how = other.state.on_sigterm if self.code == TERMINATED else "default"
        if how == "ignore":
            self.result = "ignored"
            return "ignored"
        if how == "handle":
            other.signals.append(-self.code)
            self.result = "handled"
            return "handled"
        execution.behind(lambda: execution.end_process(other, self.code, killed=True))
        return "ended"

    def accesses(self) -> tuple[Access, ...]:
        parts = ("life", "alive", "sigterm")
        return (*(Access(f"{part}:{self.target}", "w") for part in parts), LIVES)


class Terminate(Signal):
    """``Process.terminate``."""

    kind = "terminate"


class Kill(Signal):
    """``Process.kill``."""

    kind = "kill"
    code = KILLED


class KillByNumber(SharedOperation):
    """``os.kill``: 0 only asks whether there is such a process.

    Args:
        number: of the process, its pid.
        signal: 0, SIGTERM or SIGKILL.
    """

    kind = "kill"

    def __init__(self, execution: Execution, task: Task, number: int, signal: int) -> None:
        super().__init__(execution, task)
        self._signal = signal
        others = [main for main in execution.processes if main.state.number == number]
        self._other = others[0] if others else None
        self.target = others[0].id if others else None
        self.value = str(signal)

    def apply(self, execution: Execution, task: Task) -> str | None:
        """Answers as ``Signal``, None for 0. Raises ProcessLookupError."""
        other = self._other
        if other is None or other.state.reaped:
            raise ProcessLookupError(3, "No such process")
        if not self._signal or not other.state.alive:
            return None
        kind = Kill if -self._signal == KILLED else Terminate
        inner = kind(execution, task, other.id)
        answer = inner.apply(execution, task)
        self.result = inner.result
        return answer

    def accesses(self) -> tuple[Access, ...]:
        if self._other is None:
            return (Access("pids", "r"),)
        reaped = Access(f"reaped:{self._other.id}", "r")
        return (reaped, *Terminate(self.execution, self.task, self._other.id).accesses())


class OnSigterm(SharedOperation):
    """A process says what SIGTERM shall do: ``default``, ``ignore`` or ``handle``."""

    kind = "signal"
    quiet = True

    def __init__(self, execution: Execution, task: Task, how: str) -> None:
        super().__init__(execution, task)
        self.value = how

    def apply(self, execution: Execution, task: Task) -> None:
        task.process.state.on_sigterm = self.value or ""

    def accesses(self) -> tuple[Access, ...]:
        return (Access(f"sigterm:{self.task.process.id}", "w"),)


class Vanish(SharedOperation):
    """The process ends at once: ``os._exit``, ``os.abort``, or a signal to itself.

    Args:
        code: its exit code; below 0 the signal that ended it.
        kind: ``exit`` or ``die``.
    """

    def __init__(self, execution: Execution, task: Task, code: int, kind: str) -> None:
        super().__init__(execution, task)
        self.kind = kind
        self._code = code
        self.value = str(code)

    def apply(self, execution: Execution, task: Task) -> None:
        process = task.process
        execution.behind(lambda: execution.end_process(process, self._code, True, told=True))

    def accesses(self) -> tuple[Access, ...]:
        id = self.task.process.id
        return (Access(f"life:{id}", "w"), Access(f"alive:{id}", "w"), LIVES)


MODELS: dict[str, Callable[..., Model]] = {}

OPERATIONS: dict[str, Callable[..., Operation]] = {
    "process.start": StartProcess,
    "process.join": JoinProcess,
    "process.is_alive": IsProcessAlive,
    "process.exitcode": ExitCode,
    "process.children": Children,
    "process.terminate": Terminate,
    "process.kill": Kill,
    "process.kill_by_number": KillByNumber,
    "process.on_sigterm": OnSigterm,
    "process.await_threads": lambda execution, task: AwaitThreads(task, execution),
    "process.leave": lambda execution, task, *args: Exit(task, execution, *args),
    "process.vanish": Vanish,
}
