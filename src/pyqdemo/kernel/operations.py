"""What a task can attempt: the shape of every operation, and those on no resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.mp.shared import Lost
    from pyqdemo.kernel.tasks import Task

__all__ = [
    "Line",
    "Model",
    "Note",
    "Operation",
    "ReadClock",
    "Sleep",
    "seconds_ns",
]


def seconds_ns(seconds: float) -> int:
    """Seconds as whole nanoseconds, to the nearest."""
    return round(seconds * 1_000_000_000)


class Model:
    """The state of one resource.

    Attributes:
        id: as in ``trace.Resource``; given by ``Execution.register``.
        kind: as there.
        untold: attributes on which nothing depends that can follow.
    """

    kind: str = ""
    untold: ClassVar[frozenset[str]] = frozenset({"id"})

    def __init__(self) -> None:
        self.id = ""

    def is_crowded(self) -> bool:
        """Of what has a pipe: whether how much fits has hung on where bytes lie in its pages."""
        return False

    def matters(self) -> Mapping[str, Any]:
        """All of it on which what follows can depend, for the fingerprints of states."""
        return {name: held for name, held in vars(self).items() if name not in self.untold}

    def process_over(self, process: Task, killed: bool) -> Iterable[Lost]:
        """What a process that has ended has lost here, and what it holds for ever.

        Args:
            process: its main task.
            killed: it did not leave by itself.
        """
        return ()


class Operation:
    """What a task attempts on a resource.

    It can take effect when it is ``ready``. If it has a bound (``timeout_s``) it can also
    take effect when that is reached, ready or not: ``apply`` then does what a timeout does.
    An operation that does not wait (``block=False``) is always ready.

    Subclasses change state in ``apply`` only. They must say in ``accesses`` all that
    ``ready``, the answer and the exception depend on, and all that they change.

    Attributes:
        kind: the operation's name in a trace.
        target: id of the resource or task it is attempted on.
        value: short text of its argument.
        timeout_s: bound of the wait as the program gave it, None for no bound.
        item, depth, result, option: of its event; set by ``apply``.
        deadline_ns: when the bound is reached; set when it is attempted.
        told: whether its being blocked has been recorded.
        since_ns: since when it has been blocked.
        location: ``file.py:31`` in the program.
        quiet: it is a library's own affair and leaves no event unless it waits.
        shared: it is attempted on what processes share; then it is made of plain data.
        idle: that it waits is nobody's affair (who waits for work has nothing to do).
        untold: attributes on which nothing depends that can follow, or that follow from others.
    """

    untold: ClassVar[frozenset[str]] = frozenset(
        {
            *("target", "value", "item", "depth", "result", "cut", "since_ns", "told"),
            *("deadline_ns", "location", "quiet"),
        }
    )

    kind = ""
    target: str | None = None
    value: str | None = None
    timeout_s: float | None = None
    item: str | None = None
    depth: int | None = None
    result: str | None = None
    cut = 0
    deadline_ns: int | None = None
    since_ns: int | None = None
    option: int | None = None
    told = False
    location: str | None = None
    quiet = False
    shared = False
    idle = False

    def matters(self) -> Mapping[str, Any]:
        """As of a model; its deadline, on a clock that may not count, is left to whoever asks."""
        return {name: held for name, held in vars(self).items() if name not in self.untold}

    def ready(self) -> bool:
        """Whether it could take effect now without a timeout."""
        return True

    def apply(self, execution: Execution, task: Task) -> Any:
        """Takes effect; gives the program's answer or raises the program's exception.

        Called when it is ready, or when its deadline is reached.
        """
        raise NotImplementedError

    def accesses(self) -> tuple[Access, ...]:
        """What it reads and changes; see ``point.Access``."""
        return ()

    def sends(self, task: Task) -> tuple[Access, ...]:
        """What it touches besides where the order counts in which texts are printed."""
        return ()

    def seen(self, task: Task) -> str | None:
        """Its value, so far as that can be told before it takes effect."""
        return self.value

    def holders(self) -> tuple[Task, ...]:
        """Tasks that could let it go on by giving up what they hold, or by ending."""
        return ()

    def needs(self) -> tuple[Task, ...]:
        """Those of them without whom it can surely not go on, while it waits without a bound."""
        return ()


class Note(Operation):
    """Nothing that is attempted, but an event that says what a step has brought about."""

    def __init__(
        self,
        kind: str,
        target: str | None = None,
        item: str | None = None,
        value: str | None = None,
        cut: int = 0,
    ) -> None:
        self.kind = kind
        self.target = target
        self.item = item
        self.value = value
        self.cut = cut


class Sleep(Operation):
    """``time.sleep``: ready when the time is over; in loose time at any later moment too."""

    kind = "sleep"

    def __init__(self, seconds: float, value: str) -> None:
        self.timeout_s = seconds
        self.value = value

    def ready(self) -> bool:
        return False  # it ends by its deadline

    def apply(self, execution: Execution, task: Task) -> None:
        return None

    def accesses(self) -> tuple[Access, ...]:
        # The clock becomes the later of two moments, whichever sleep ends first.
        return (Access("clock", "a"),)


class Line(Operation):
    """Coming to a line of the program's code, at line granularity.

    It touches nothing by itself. What the line does to plain data is seen as that of any step.
    """

    kind = "line"

    def apply(self, execution: Execution, task: Task) -> None:
        return None


class ReadClock(Operation):
    """Reading the time. A task that finds it as it last saw it moves it on by a little.

    So a program that divides by the time it took, or waits in a loop for a moment to come,
    does what it does on a real clock, though steps take no time. It is a microsecond at first,
    and twice as much each further time without anything else in between, up to a millisecond.
    """

    kind = "time"
    TICK_NS = 1_000
    DOUBLED = 10

    def __init__(self, clock: str = "time") -> None:
        self.value = clock

    def apply(self, execution: Execution, task: Task) -> int:
        execution.clock_was_read = True
        if task.saw_ns == execution.now_ns:
            execution.now_ns += self.TICK_NS << min(task.looks, self.DOUBLED)
            task.looks += 1
        else:
            task.looks = 0
        task.saw_ns = execution.now_ns
        return execution.now_ns

    def accesses(self) -> tuple[Access, ...]:
        return (Access("clock", "w"),)
