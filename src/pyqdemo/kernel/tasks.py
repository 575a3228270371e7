"""A task: what the scheduler runs, and the operations on its life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pyqdemo.ids import place
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.process_state import ProcessState
from pyqdemo.kernel.turnless import follows, settles
from pyqdemo.kinds import TaskKind
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution

__all__ = [
    "LIVES",
    "AwaitThreads",
    "Begin",
    "Census",
    "End",
    "Exit",
    "IsAlive",
    "Join",
    "MustWait",
    "Signalled",
    "Start",
    "Task",
]


Place = tuple[tuple[bool, int], ...]

#: That there is one more or one less: which of two comes first, only a census can tell.
LIVES = Access("lives", "a")
_MORE_TO_AWAIT = "births"


class Signalled(BaseException):
    """Not the operation happens, but a signal is delivered to its task, which then attempts
    the operation again.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class MustWait(Exception):
    """An operation inside another cannot take effect now, and nobody else may go first.

    Attributes:
        kind: of that operation.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Task:
    """What takes steps.

    Attributes:
        id: ``0.2``; see ``trace.Task``.
        place: of the id among others, by which tasks are ordered.
        process: the task that is the main thread of its process; itself for such a one.
        pending: what it attempts next; None once it is over.
        alive: from its start to the end of its own code.
        saw_ns: the time when it last read the clock; None before that.
        looks: how often in a row it then found it as it was.
        life: what the world that carries it keeps with it.
        signals: those that wait for a handler of the program's own to be called in it.
        children, items, made: how many tasks it made, items it put, resources by kind.
    """

    __slots__ = (
        "alive",
        "children",
        "daemon",
        "id",
        "items",
        "kind",
        "life",
        "looks",
        "made",
        "name",
        "of_process",
        "pending",
        "place",
        "process",
        "saw_ns",
        "signals",
    )

    def __init__(
        self,
        id: str,
        name: str,
        kind: TaskKind,
        process: Task | None,
        daemon: bool,
        maker: Task | None = None,
    ) -> None:
        self.id = id
        #: See ``ids.place``; here it need not be read off the id.
        self.place: Place = place(id) if maker is None else (*maker.place, (False, maker.children))
        self.name = name
        self.kind = kind
        self.process = self if process is None else process
        self.daemon = daemon
        self.pending: Operation | None = None
        self.alive = True
        self.life: Any = None
        self.of_process: ProcessState | None = None
        self.signals: list[int] = []
        self.saw_ns: int | None = None
        self.looks = 0
        self.children: int = 0
        self.items = 0
        self.made: dict[str, int] = {}

    @property
    def state(self) -> ProcessState:
        """Of its process, where it is the main task of one."""
        assert self.of_process is not None, "a main task"
        return self.of_process

    def __repr__(self) -> str:
        return f"<Task {self.id} {self.name}>"


class Begin(Operation):
    """A task's first step: from here its own code runs."""

    kind = "begin"

    def apply(self, execution: Execution, task: Task) -> None:
        return None


class Start(Operation):
    """A task makes another; its answer is that other.

    Args:
        id: the new task's.
        name, role, daemon: of the new task, as in ``trace.Task``.
    """

    kind = "start"

    def __init__(self, id: str, name: str, role: str | None, daemon: bool) -> None:
        self.target = id
        self.name = name
        self.role = role
        self.daemon = daemon

    def apply(self, execution: Execution, task: Task) -> Task:
        return execution.spawn(self.target or "", self.name, self.role, self.daemon, task)

    def accesses(self) -> tuple[Access, ...]:
        born = (Access(f"life:{self.target}", "w"), LIVES)
        return born if self.daemon else (*born, Access(_MORE_TO_AWAIT, "a"))


class Join(Operation):
    """Waits until another task is over; its answer is whether it is."""

    kind = "join"

    def __init__(self, other: Task, timeout_s: float | None = None) -> None:
        self.other = other
        self.target = other.id
        self.timeout_s = timeout_s

    def ready(self) -> bool:
        return not self.other.alive

    def apply(self, execution: Execution, task: Task) -> bool:
        if self.other.alive:
            self.result = "still running"
        return not self.other.alive

    def accesses(self) -> tuple[Access, ...]:
        life = f"life:{self.target}"
        seen = Access(life, "r")
        return (seen, follows(life)) if self.timeout_s is None else (seen,)

    def holders(self) -> tuple[Task, ...]:
        return (self.other,)

    def needs(self) -> tuple[Task, ...]:
        return (self.other,)


class IsAlive(Operation):
    """Asks whether another task is still running."""

    kind = "is_alive"

    def __init__(self, other: Task) -> None:
        self.other = other
        self.target = other.id

    def apply(self, execution: Execution, task: Task) -> bool:
        self.result = str(self.other.alive)
        return self.other.alive

    def accesses(self) -> tuple[Access, ...]:
        return (Access(f"life:{self.target}", "r"),)


class Census(Operation):
    """Asks which threads of its process are alive; the answer is those, in the order of ids."""

    kind = "enumerate"

    def apply(self, execution: Execution, task: Task) -> list[Task]:
        # A main task is seen until its process exits.
        alive = [
            each
            for each in execution.alive
            if each.process is task.process
            and (each.alive or each.process is each)
            and each.kind is not TaskKind.FEEDER
        ]
        self.result = str(len(alive))
        return alive

    def accesses(self) -> tuple[Access, ...]:
        return (Access(LIVES.part, "r"),)


class End(Operation):
    """A task's own code is over.

    Args:
        task: whose.
        result: ``raised NAME: text`` if by an exception.
    """

    kind = "end"

    def __init__(self, task: Task, result: str | None) -> None:
        self.result = result
        life = f"life:{task.id}"
        self._access = (Access(life, "w"), LIVES, settles(life))

    def apply(self, execution: Execution, task: Task) -> None:
        task.alive = False
        if task.process is not task:  # a main task stays until its process exits
            execution.retire(task)

    def accesses(self) -> tuple[Access, ...]:
        return self._access


class AwaitThreads(Operation):
    """A process's main task waits for the process's threads, but for the daemons and feeders.

    Args:
        main: the main task.
        execution: asked for who is alive, whenever that matters.
    """

    kind = "join"
    shared = True
    value: str | None = "threads"
    untold = Operation.untold | {"_ever"}

    def __init__(self, main: Task, execution: Execution) -> None:
        self._main = main
        self._tasks = execution.alive
        self._ever = execution.tasks

    def ready(self) -> bool:
        main = self._main
        for task in self._tasks:
            if not task.daemon and task.process is main and task is not main:
                return False
        return True

    def apply(self, execution: Execution, task: Task) -> None:
        return None

    def accesses(self) -> tuple[Access, ...]:
        ends = (follows(f"life:{task.id}") for task in self._threads(self._ever))
        return (Access(_MORE_TO_AWAIT, "r"), *ends)  # a daemon may start one more

    def holders(self) -> tuple[Task, ...]:
        return tuple(self._threads(self._tasks))

    def _threads(self, tasks: Iterable[Task]) -> Iterator[Task]:
        main = self._main
        for task in tasks:
            if task is not main and task.process is main and not task.daemon:
                yield task

    def needs(self) -> tuple[Task, ...]:
        return self.holders()


class Exit(AwaitThreads):
    """The process ends, when its threads have ended, and takes its daemons with it.

    Args:
        awaited: that was waited for before, so that nobody is waited for any more.
        code: its exit code.
    """

    kind = "exit"
    value = None

    def __init__(
        self, main: Task, execution: Execution, awaited: bool = False, code: int = 0
    ) -> None:
        super().__init__(main, execution)
        self._awaited = awaited
        self._code = code

    def ready(self) -> bool:
        return self._awaited or super().ready()

    def apply(self, execution: Execution, task: Task) -> None:
        execution.behind(lambda: execution.end_process(task, self._code))

    def accesses(self) -> tuple[Access, ...]:
        alive = f"alive:{self._main.id}"
        waits = () if self._awaited else super().accesses()
        return (Access(alive, "w"), settles(alive), *waits)
