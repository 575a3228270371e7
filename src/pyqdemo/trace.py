"""A trace: what happened in one run, as plain data.

Every view, check and export reads this and nothing else. Native and controlled
runs fill the same shapes; what only one of them can see is ``None`` in the other.

Ids are strings that do not depend on who ran first:

- a task is its creator's id and a counter: ``0`` is the program's main task,
  ``0.2`` the second task it made, ``0.2.1`` the first task made by that one;
  ``0.1~1`` is the first feeder of the process ``0.1``;
- a resource is its creator's id, its kind and a counter: ``0/queue/1``; the program's
  streams are ``0/stream/stdout`` and ``0/stream/stderr``, whichever process writes;
- an item is the task that put it and a counter: ``0.2#5``.

Times are whole nanoseconds since the run began. ``real_ns`` is wall-clock time
of a native run, ``virtual_ns`` the clock of a controlled one; an event has
exactly one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pyqdemo.kinds import OutcomeKind, Phase, TaskKind

__all__ = [
    "FORMAT",
    "Control",
    "Event",
    "Header",
    "Loss",
    "Outcome",
    "OutcomeKind",
    "Phase",
    "Processes",
    "ProgramFile",
    "Record",
    "Resource",
    "Sleeps",
    "Task",
    "TaskKind",
    "Trace",
    "Wait",
]

FORMAT = "pyqdemo.trace/1"


class Control(StrEnum):
    """Who decided the order of the tasks."""

    NATIVE = "native"  # the operating system
    CONTROLLED = "controlled"  # our scheduler


class Processes(StrEnum):
    """What a process of the program was in this run."""

    NONE = "none"  # the program made none
    REAL = "real"
    SIMULATED = "simulated"


class Sleeps(StrEnum):
    """How sleeps and other bounds end under control."""

    STRICT = "strict"  # in the order of their ends, when nobody else can go on
    LOOSE = "loose"  # at any moment from then on


@dataclass(frozen=True, slots=True)
class ProgramFile:
    """A file of the program as it was when it ran.

    Attributes:
        name: path relative to the program's folder, with forward slashes.
        digest: ``sha256:`` and the hex digest of its bytes.
        text: its text, so that a picture can show the line. A text of more than
            200,000 characters is cut in a file; the digest is of the whole.
    """

    name: str
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class Header:
    """What was run, how, and where.

    Attributes:
        program: the program's files, the one that was started first.
        lesson: name of the lesson, or None for a program of the user's own.
        variant: ``repaired`` or ``published`` for a lesson, else None.
        function: name of the function that was called, None for a script or a lesson.
        parameters: keyword arguments of ``main`` (a lesson) or of the function, as JSON has
            them: numbers, texts, true, false, null, lists, and tables named by texts.
        arguments: ``sys.argv[1:]`` (a program of the user's own).
        start_method: ``fork``, ``spawn``, ``forkserver``, or None where no process was made.
            Under control the one that counts where the program says none itself; by which a
            process was started stands in its ``start``.
        stdout: ``pipe`` where what a process printed waited in a buffer; None for a terminal,
            and natively.
        prints: ``parted`` where somebody could come between the parts of one ``print``; None
            where nobody could, and natively.
        draws: ``chosen`` where random draws from small ranges were choices too, whose options
            stand in the events; None where all of them followed the seed, and natively.
        speed: by how much the program's sleeps were divided; None where the clock is virtual.
        started: local wall-clock start, ISO 8601 with offset, or None.
        seed: what the program's random draws follow; None if it was not given.
        sleeps: ``strict`` or ``loose``; None for a native run, as are the next three.
        granularity: ``operation`` or ``line``.
        model: version of the models and of the step's grain.
        strategy: who chose, as typed: ``random``, ``pct 3``, ``round-robin``, ``schedule``.
        bounds: ``for_s``, ``max_steps``, ``stop_after``, those that were in force.
    """

    program: tuple[ProgramFile, ...]
    control: Control = Control.NATIVE
    processes: Processes = Processes.NONE
    lesson: str | None = None
    variant: str | None = None
    function: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    start_method: str | None = None
    stdout: str | None = None
    prints: str | None = None
    draws: str | None = None
    clock: str = "monotonic"
    speed: float | None = None
    started: str | None = None
    python: str = ""
    platform: str = ""
    seed: int | None = None
    sleeps: str | None = None
    granularity: str | None = None
    model: str | None = None
    strategy: str | None = None
    bounds: Mapping[str, float | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """What takes steps: a thread, a process's main thread, or a feeder.

    Attributes:
        name: label as the program sees it (``Thread-1``).
        role: name of its class (``Producer``) or of its target (``write``), if it has one.
        process: id of the task that is the main thread of its process.
        pid: process id of the operating system; None unless the process was real.
    """

    id: str
    kind: TaskKind
    name: str
    process: str
    role: str | None = None
    parent: str | None = None
    daemon: bool = False
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """What operations are attempted on.

    Attributes:
        kind: ``queue``, ``lifo``, ``priority``, ``simple``, ``mp_queue``, ``mp_simple``,
            ``mp_joinable``, ``pipe_end``, ``lock``, ``rlock``, ``condition``, ``semaphore``,
            ``bounded_semaphore``, ``event``, ``barrier``, the last seven with ``mp_`` before
            them, ``executor``, ``future`` (of its executor), or ``stream`` (stdout, stderr).
        name: label, from the variable where that is known, else from kind and counter.
        capacity: items it can hold, 0 for no limit; for a semaphore its first value, for a
            barrier its parties, for an executor its workers; None where that means nothing
            or was not observed.
        of: resource it belongs to (a pipe's second end to its first, a condition to its
            lock, a future to its executor), if any.
    """

    id: str
    kind: str
    name: str
    capacity: int | None = None
    of: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One immutable record: a task attempted an operation.

    Attributes:
        seq: place in the one causally consistent order, from 1.
        operation: ``start begin end exit join terminate kill put get task_done empty full
            qsize shutdown send recv poll close feed acquire release wait notify set clear
            is_set abort reset sleep time write flush line`` …; the list is in
            docs/trace-format.md.
        resource: id of the resource, or of the task for start, join, terminate, kill,
            is_alive.
        item: id of the item moved.
        value: short repr of the item or argument; for write the text itself.
        result: short repr of what came back, or ``raised NAME: text``.
        location: ``file.py:31`` in the program.
        began_ns: when the operation was attempted (native).
        depth: items left in the queue after the operation, where that can be seen.
        timeout_s: bound of the wait in seconds as the program gave it, None for no bound.
        cut: characters left out of ``value``.
        option: of ``draw``: which of the values was chosen, from 0.
        step: number of the step it belongs to, from 1 (controlled). The first ``done`` event
            of a step is by the task that was chosen, so the choices stand in the events. A
            ``blocked`` event belongs to the step during which its task began to wait.
    """

    seq: int
    task: str
    phase: Phase
    operation: str
    resource: str | None = None
    item: str | None = None
    value: str | None = None
    result: str | None = None
    location: str | None = None
    real_ns: int | None = None
    virtual_ns: int | None = None
    began_ns: int | None = None
    depth: int | None = None
    timeout_s: float | None = None
    cut: int = 0
    option: int | None = None
    step: int | None = None

    @property
    def at_ns(self) -> int:
        """The event's time on the run's own clock, real or virtual."""
        if self.real_ns is not None:
            return self.real_ns
        return self.virtual_ns or 0

    @property
    def raised(self) -> bool:
        return self.result is not None and self.result.startswith("raised ")


Record = Task | Resource | Event
"""What stands between a trace's header and its outcome, one to a line of its file."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One row of who waits for what.

    Attributes:
        task: the task that waits.
        operation: what it attempts.
        resource: on what (a resource's id, or a task's).
        holders: tasks that could let it go on by giving up what they hold; empty if unknown.
        since_ns: when it began to wait.
        timeout_s: bound of the wait in seconds, None for no bound.
    """

    task: str
    operation: str
    resource: str | None = None
    holders: tuple[str, ...] = ()
    since_ns: int | None = None
    location: str | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """Records that are missing, said openly.

    Attributes:
        task: whose records, or None for the whole run.
        reason: one sentence in English.
        events: how many, None where that is unknown.
    """

    reason: str
    task: str | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the execution ended.

    Attributes:
        detail: one sentence in English: the exception, the bound, the signal.
        exit_code: the program's own exit code, None if it had none.
        waits: who waited for what at the end.
        losses: records that are missing.
        ended_ns: when it ended.
        uncontrolled: controlled runs: what the program used that no schedule decides, so that
            another run with the same choices may differ.
    """

    kind: OutcomeKind
    detail: str = ""
    exit_code: int | None = None
    waits: tuple[Wait, ...] = ()
    losses: tuple[Loss, ...] = ()
    ended_ns: int | None = None
    uncontrolled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """One run: header, the tables of tasks and resources, events in order, outcome.

    Attributes:
        outcome: None where the record breaks off (a killed recorder, a cut file).
        losses: what the *reader* of a file had to leave out: its cut last line. What was
            lost while recording stands in the outcome.
    """

    header: Header
    tasks: tuple[Task, ...]
    resources: tuple[Resource, ...]
    events: tuple[Event, ...]
    outcome: Outcome | None
    losses: tuple[Loss, ...] = ()

    def printed(self, stream: str = "stdout") -> str:
        """What the program wrote to that stream, ``stdout`` or ``stderr``, as text."""
        wanted = f"0/stream/{stream}"
        return "".join(
            event.value or ""
            for event in self.events
            if event.operation == "write" and event.resource == wanted
        )

    def task(self, id: str) -> Task:
        """The task of that id. Raises KeyError."""
        for task in self.tasks:
            if task.id == id:
                return task
        raise KeyError(id)

    def resource(self, id: str) -> Resource:
        """The resource of that id. Raises KeyError."""
        for resource in self.resources:
            if resource.id == id:
                return resource
        raise KeyError(id)
