"""One execution: its tasks, its clock, who can go next, and how it ended."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterable
from operator import attrgetter
from signal import Signals
from typing import TYPE_CHECKING, Any, NamedTuple

from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.operations import Model, Note, Operation, seconds_ns
from pyqdemo.kernel.printing import Write
from pyqdemo.kernel.process_state import FIRST_NUMBER, ProcessState
from pyqdemo.kernel.room import with_room
from pyqdemo.kernel.tasks import AwaitThreads, Begin, Exit, MustWait, Signalled, Task
from pyqdemo.kernel.texts import raised, told
from pyqdemo.kernel.waiting import Circles, waits
from pyqdemo.kinds import OutcomeKind, TaskKind
from pyqdemo.point import Access, Draw, Exhausted, Pending, Point, Step, Strategy

if TYPE_CHECKING:
    from pyqdemo.kernel.noting import Notes
    from pyqdemo.trace import Loss, Outcome, Wait

__all__ = ["MODEL", "Execution", "Written", "next_id"]

#: Version of the models and of the step's grain. A schedule means the same run only under
#: the version it was made with, so whatever changes a run changes this.
MODEL = "1"
THEY_WAIT = "they wait for each other"

_by_place = attrgetter("place")
_new = tuple.__new__
_NOW = Access("clock", "r")
_NEVER_NS = 2**127

Describe = Callable[[Any], tuple[str, int]]
"""A short repr of a program's value, and how many characters of it were left out. What the
program does in its own ``__repr__`` must not happen in the run."""


class Written(NamedTuple):
    """What one task sent to one stream."""

    stream: str
    task: str
    text: str


class _Ending(NamedTuple):
    """How the execution ends, while tasks may still be unwound."""

    kind: OutcomeKind
    detail: str = ""
    waits: tuple[Wait, ...] = ()


def next_id(task: Task, kind: str, quiet: bool) -> tuple[str, int]:
    """The id of the next resource of a kind that a task makes, and its number.

    Args:
        quiet: it is a library's own affair; those are counted apart.
    """
    counted = f"~{kind}" if quiet else kind
    task.made[counted] = number = task.made.get(counted, 0) + 1
    return f"{task.id}/{kind}{'~' if quiet else '/'}{number}", number


class Execution:
    """One run of a program whose every step we choose.

    Args:
        strategy: decides at every point; ``begin`` is called here.
        limits: when to stop.
        log: takes the records; None records nothing (while exploring).
        main: the main task, where this is not the program's first process.

    Attributes:
        elsewhere: nobody here goes on, but somebody in another process may.
        alive: tasks that are not over, in the order of their ids. Of a process that has
            ended its own code the main task stays until its exit.
        running: the task that took the last step.
        now_ns: the virtual clock, from 0.
        steps: steps taken.
        choices: the chosen task's id at each step.
        decisions: points at which more than one task could be chosen.
        preemptions: choices of another task while the running one could have gone on.
        overruns: choices, in loose time, of a task whose sleep or bound is over only if
            somebody who could have gone on, or was due before, is late.
        chooses_draws: the strategy chooses the values of random draws too.
        draws: the options that it chose, in order.
        seeded: calls whose draws followed the run's seed, each once.
        taken: items taken so far.
        output: what was written, in order.
        failures: exceptions that ended a task's code: (task, ``NAME: text``).
        exit_code: the program's own, once its main code is over.
        uncontrolled: what the program used that is not under control; while it is not
            empty, nothing may be claimed of other executions.
        processes: main tasks of all processes there were, in the order in which they started.
        shared: the models of what processes share, by their resource's id.
        killed: some process was ended from outside.
        losses: what could not be done or recorded, said openly.
        clock_matters: sleeps and bounds count as changes of the clock. Where time is loose and
            nobody has read the clock (``clock_was_read``) it makes no difference, and orders
            that differ in it alone need not be tried.
        stream_matters: sending a text to a stream counts as a change of it, so that orders
            that differ in what is printed alone are tried too.
        draws_matter: a draw reads whether the program has set the generator that tasks share.
            As long as it has not, no draw of a task has to do with another's.
        clock_was_read: the program, or a bound on time, asked what time it is.
        data: gives what the program's own code has touched of its plain data since it was last
            asked, for a strategy that observes; None where that is not looked at.
        state, place: as of ``Point``.
        witness: told every step when it is over, for a strategy that observes.
        over: how it ended; None while it goes on.
    """

    elsewhere = False

    def __init__(
        self,
        strategy: Strategy,
        limits: Limits,
        log: Notes | None = None,
        main: Task | None = None,
    ) -> None:
        self.strategy = strategy
        self.limits = limits
        self.log = log
        self.alive: list[Task] = []
        self.now_ns = 0
        self.steps = 0
        self.choices: list[str] = []
        self.decisions = 0
        self.preemptions = 0
        self.overruns = 0
        self.chooses_draws: bool = getattr(strategy, "draws", False)
        self.draws: list[int] = []
        self.seeded: list[str] = []
        self.taken = 0
        self.output: list[Written] = []
        self.failures: list[tuple[Task, str]] = []
        self.exit_code = 0
        self.uncontrolled: list[str] = []
        self.killed = False
        self.losses: list[Loss] = []
        self.processes: list[Task] = []
        self.shared: dict[str, Model] = {}
        self.clock_matters = True
        self.stream_matters = False
        self.draws_matter = False
        self.clock_was_read = limits.for_s is not None or not limits.loose
        self.data: Callable[[], Iterable[Access]] | None = None
        self.state: Callable[[], bytes] | None = None
        self.place: Callable[[str], int | None] | None = None
        self.witness: Callable[[Step], object] | None = None
        self.over: _Ending | None = None
        self._tasks: dict[str, Task] = {}
        self._bounded = limits.for_s is not None or limits.stop_after is not None
        self._until_ns = None if limits.for_s is None else seconds_ns(limits.for_s)
        self._touched: list[Access] | None = [] if getattr(strategy, "observes", False) else None
        self._left: tuple[Pending, ...] = ()
        self._circles = Circles()
        self._behind: list[Callable[[], object]] = []
        strategy.begin()
        if main is None:
            main = Task("0", "MainThread", TaskKind.MAIN, None, False)
            main.of_process = ProcessState()
        self.main = self.running = self._make(main)

    # What a carrier of tasks calls, in this order.

    def attempt(self, task: Task, operation: Operation) -> None:
        """A task says what it does next; it takes effect when the task is chosen."""
        if operation.timeout_s is not None and operation.deadline_ns is None:
            operation.deadline_ns = self.now_ns + seconds_ns(operation.timeout_s)
            if self.clock_matters:
                self.touch(_NOW)
        task.pending = operation

    def choose(self) -> Task | None:
        """Takes the decision: the task that takes the next step, None if there is none.

        Then the execution is over, and ``over`` says how.

        Raises:
            PyqdemoError: the strategy cannot choose what it was told to.
            ValueError: it chose a task that is not enabled.
        """
        if self.over is not None or (
            (self._bounded or self.steps >= self.limits.max_steps) and self._at_a_bound()
        ):
            return None
        enabled = self._enabled() or self._enabled_later()
        if not enabled or (self._circles.changed and self._doomed()):
            return None
        step = self.steps + 1
        try:
            # As Point(...) does, in half the time.
            last = None if self._touched is None else self._step()
            told = (step, self.running.id, enabled, last, self._look, self.state, self.place)
            point = _new(Point, told)
            id = self.strategy.choose(point)
        except Exhausted as stopped:
            self.end(OutcomeKind.STEP_BOUND, str(stopped))
            return None
        if id not in enabled:
            raise ValueError(f"step {step}: {id} was chosen, of {enabled}")
        self.steps = step
        self.choices.append(id)
        self.decisions += len(enabled) > 1
        if id != self.running.id and self.running.id in enabled:
            self.preemptions += 1
        self.running = chosen = self._tasks[id]
        operation = chosen.pending
        assert operation is not None, "a task that is alive attempts something"
        due = operation.deadline_ns
        if due is not None and due > self.now_ns and not operation.ready() and not chosen.signals:
            self.overruns += self._somebody_is_late(enabled, due)
            self.now_ns = due
        return chosen

    def take_effect(self, task: Task) -> Any:
        """What the task attempts happens; gives its answer, or raises its exception.

        Raises:
            Signalled: a signal is delivered first; the operation has not happened, and the
                task is to attempt it again.
        """
        operation = task.pending
        assert operation is not None, "attempted before"
        if task.signals and type(operation) is not Begin:
            self._deliver(task)  # before its begin nobody is there to handle it
        task.pending = None
        return self.perform(task, operation)

    def perform(self, task: Task, operation: Operation) -> Any:
        """An operation happens within the step of the running task, without a choice."""
        if self.log is None and self._touched is None:
            answer = operation.apply(self, task)
            if self._behind:
                self._catch_up()
            return answer
        if self._touched is not None:
            self.touch(*self._accesses(task, operation))
        try:
            answer = operation.apply(self, task)
        except BaseException as error:
            # Also what ends the program: each step has an event. But not what ends a task
            # because the execution is over.
            operation.result = raised(error)
            if self.over is None:
                self._record(task, operation)
            raise
        self._record(task, operation)
        if self._behind:
            self._catch_up()
        return answer

    def perform_inside(self, task: Task, operation: Operation) -> Any:
        """An operation inside another: in a comparison, a ``repr``, a ``__del__``.

        Raises:
            MustWait: it cannot take effect now.
        """
        if not operation.ready():
            raise MustWait(operation.kind)
        return self.perform(task, operation)

    def operation(self, task: Task, name: str, args: tuple[Any, ...]) -> Operation:
        """The operation of a name in ``kernel.mp.catalogue``, to be attempted by a task."""
        from pyqdemo.kernel.mp.catalogue import OPERATIONS

        return OPERATIONS[name](self, task, *args)

    def aside(self, task: Task, name: str, args: tuple[Any, ...]) -> None:
        """Such an operation happens within the running step, without a choice; no answer."""
        self.perform(task, self.operation(task, name, args))

    def await_threads(self, main: Task) -> Operation:
        """A main task waits for the threads of its process."""
        return AwaitThreads(main, self)

    def leave(self, main: Task, awaited: bool, code: int) -> Operation:
        """A process ends with that code; see ``tasks.Exit``."""
        return Exit(main, self, awaited, code)

    def ending_with(self, code: int) -> None:
        """The program's first process says with which code it is going to end."""
        self.exit_code = code

    def seen_as(self, task: Task, resource: str | None) -> str | None:
        """The id under which a task's use of a resource is told.

        A forked process has copies of what is its parent's alone: each is a resource of its
        own, ``0/queue/1@0.2``.
        """
        if len(self.processes) < 2 or resource is None or resource in self.shared:
            return resource
        maker, _, kind = resource.partition("/")
        made_by = self._tasks.get(maker)
        if not kind or kind.startswith("stream/") or made_by is None:
            return resource
        return resource if made_by.process is task.process else f"{resource}@{task.process.id}"

    @property
    def tasks(self) -> Collection[Task]:
        """All tasks there were, in the order in which they were made."""
        return self._tasks.values()

    def task(self, id: str) -> Task:
        """The task of an id."""
        return self._tasks[id]

    def _record(self, task: Task, operation: Operation) -> None:
        log = self.log
        if log is None or operation.quiet:
            return
        try:
            log.done(self, task, operation)
        except RecursionError:
            with_room(lambda: log.done(self, task, operation))

    # What operations do to the execution.

    def spawn(self, id: str, name: str, role: str | None, daemon: bool, maker: Task) -> Task:
        """Makes a thread, ready to begin."""
        maker.children += 1
        task = Task(id, name, TaskKind.THREAD, maker.process, daemon, maker)
        return self._make(task, role, maker)

    def retire(self, task: Task) -> None:
        """A thread's code is over."""
        task.alive = False
        self.alive.remove(task)
        self._circles.ended()

    def spawn_process(
        self, id: str, name: str, role: str | None, daemon: bool, maker: Task, method: str
    ) -> Task:
        """Makes a process: its main task, ready to begin."""
        maker.children += 1
        before = maker.process.state
        task = Task(id, name, TaskKind.PROCESS, None, daemon)
        count = FIRST_NUMBER + len(self.processes)
        state = task.of_process = ProcessState(count, method, maker.process)
        if method == "fork" or before.on_sigterm == "ignore":
            state.on_sigterm = before.on_sigterm
        return self._make(task, role, maker)

    def tell_ends(self, process: Task) -> None:
        """Each pipe end that a new process holds from its beginning gets an event."""
        for end, count in process.state.ends.items():
            self._note(process, Note("inherit", end, value=str(count) if count > 1 else None))

    def started(self, process: Task, method: str, payload: bytes | None) -> None:
        """A process has been started: for a carrier of processes to know.

        Args:
            payload: what it needs to begin; None where it is a copy of its parent.
        """

    def spawn_feeder(self, process: Task) -> Task:
        """Makes a feeder of a process, ready to begin."""
        process.made["feeder"] = count = process.made.get("feeder", 0) + 1
        task = Task(
            f"{process.id}~{count}", "QueueFeederThread", TaskKind.FEEDER, process, daemon=True
        )
        return self._make(task, None, process)

    def behind(self, what: Callable[[], object]) -> None:
        """Has something done when the operation that takes effect has got its event."""
        self._behind.append(what)

    def end_process(
        self, process: Task, code: int, killed: bool = False, told: bool = False
    ) -> None:
        """A process has ended, and everybody in it; the last one ends the execution.

        Args:
            process: its main task.
            code: its exit code.
            killed: it did not leave by itself.
            told: its end has got an event already.
        """
        state = process.state
        if not state.alive:
            return
        state.alive, state.exit_code = False, code
        self.killed = self.killed or killed
        state.reaped = state.method == "forkserver"  # by the server, at once
        if killed and not told:
            self._note(process, Note("die", value=str(code)))
        for stream, held in state.unwritten.items():
            self._note(process, Note("lost", stream, value="".join(held)))
        for model in self.shared.values():
            for lost in model.process_over(process, killed):
                note = Note(lost.operation, lost.resource, lost.item, lost.value, lost.cut)
                self._note(process, note)
        for task in [task for task in self.alive if task.process is process]:
            task.pending = None
            self.retire(task)
        if process is self.main:
            self.exit_code = code
        if not self.alive:
            self.end(OutcomeKind.COMPLETED)

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
        """Makes the model of something that processes share and gives its id.

        Args:
            kind: in ``kernel.mp.catalogue.MODELS``, of which it is made with ``args``.
            task, capacity, of, location, name, quiet: as of ``register``.
        """
        from pyqdemo.kernel.mp.catalogue import MODELS

        model = MODELS[kind](*args)
        self.register(
            model, task, capacity=capacity, of=of, location=location, name=name, quiet=quiet
        )
        self.shared[model.id] = model
        return model.id

    def register(
        self,
        model: Model,
        task: Task,
        *,
        capacity: int | None = None,
        of: str | None = None,
        location: str | None = None,
        name: str | None = None,
        quiet: bool = False,
    ) -> None:
        """Gives a resource its id and, unless it is a library's own, announces it.

        Args:
            task: who makes it.
            capacity, of, location, name: as in ``trace.Resource``.
        """
        model.id, number = next_id(task, model.kind, quiet)
        if self.log is not None and not quiet:
            label = name or f"{model.kind}-{number}"
            self.log.resource(model.id, model.kind, label, capacity, of, location)

    def write(self, task: Task, operation: Operation, text: str, last: bool = False) -> None:
        """One part of what goes out; ``take_effect`` records the last one's event."""
        stream = operation.target or ""
        text = task.process.state.tidy(text)
        self.output.append(Written(stream.rpartition("/")[2], task.id, text))
        operation.value = text
        if not last:
            self._record(task, operation)

    def flush(self, task: Task, stream: str) -> None:
        """What the buffer of a stream holds in a task's process is written out."""
        held = task.process.state.unwritten.pop(stream, None)
        if held is not None:
            text = "".join(held)
            self.write(task, Write(stream, (text,)), text)

    def draw(
        self, task: Task, draw: Draw, location: str | None, shown: Callable[[int], str | None]
    ) -> int:
        """A value is chosen in the place of being drawn, within the step of the running task.

        Args:
            location: of its event.
            shown: a short text of the value that an option stands for.

        Raises:
            PyqdemoError, Exhausted: as ``choose``, from the strategy.
            ValueError: the strategy chose an option that there is none of.
        """
        option = self.decide(draw)
        if self.log is not None:
            note = Note("draw", value=draw.told)
            note.option, note.result, note.location = option, shown(option), location
            self._note(task, note)
        return option

    def decide(self, draw: Draw) -> int:
        """The option that the strategy chooses; where ``chooses_draws``."""
        option: int = self.strategy.draw(draw)  # type: ignore[attr-defined]  # it draws
        if not 0 <= option < draw.options:
            raise ValueError(f"step {self.steps}: {option} was chosen, of {draw.options} values")
        self.draws.append(option)
        return option

    def note_seeded(self, call: str) -> None:
        """A call drew what the run's seed decides."""
        if call not in self.seeded:
            self.seeded.append(call)

    @property
    def drew(self) -> bool:
        """Whether anything hung on the run's seed."""
        return bool(self.seeded)

    def touch(self, *accesses: Access) -> None:
        """What the step under way reads or changes beside its operations, as the counter by
        which threads are named; for a strategy that observes."""
        if self._touched is not None:
            self._touched.extend(accesses)

    def describe(self, operation: Operation, describe: Describe, value: object) -> None:
        """Puts a short text of a value into an operation, for its event, if anybody records.

        A repr may be the program's own code; see ``describe`` for why that changes nothing.
        """
        if self.log is not None:
            operation.value, operation.cut = describe(value)

    def took(self) -> None:
        """An item was taken out of a queue or a pipe."""
        self.taken += 1

    def new_item(self, task: Task) -> str:
        """The id of the next item that a task puts."""
        task.items += 1
        return f"{task.id}#{task.items}"

    def failed(self, task: Task, error: BaseException) -> None:
        """A task's code ended by an exception that nobody caught."""
        self.failures.append((task, told(error)))

    def note_uncontrolled(self, what: str) -> None:
        """The program uses something whose order we do not decide."""
        if what not in self.uncontrolled:
            self.uncontrolled.append(what)

    # How it ends.

    def end(self, kind: OutcomeKind, detail: str = "", waiting: tuple[Wait, ...] = ()) -> None:
        """The execution is over; the first reason stands."""
        if self.over is None:
            self.over = _Ending(kind, detail, waiting)
            if self._touched is not None:
                self._left = self._look()

    def tell_strategy(self) -> None:
        """Tells a strategy that observes the last step; called once, when nobody runs."""
        if self._touched is not None:
            last = self._step()._replace(left=self._left)
            self.strategy.over(last)  # type: ignore[attr-defined]  # it observes

    def outcome(self) -> Outcome:
        """How the execution ended, once it is over."""
        from pyqdemo.trace import Outcome  # who decides tells it: no process of the program

        ending = self.over
        assert ending is not None, "it is over"
        kind, detail, code = ending.kind, ending.detail, self.exit_code or None
        if kind is OutcomeKind.COMPLETED:
            code = self.exit_code
            if self.failures:
                task, what = self.failures[0]
                kind, detail = OutcomeKind.EXCEPTION, f"{task.name}: {what}"
        return Outcome(
            kind,
            detail,
            code,
            ending.waits,
            tuple(self.losses),
            self.now_ns,
            tuple(self.uncontrolled),
        )

    # Inside.

    def _deliver(self, task: Task) -> None:
        """A signal comes before what the task attempts."""
        number = task.signals.pop(0)
        self._note(task, Note("signal", value=Signals(number).name))
        self.touch(Access(f"sigterm:{task.process.id}", "w"))
        raise Signalled(number)

    def _catch_up(self) -> None:
        while self._behind:
            self._behind.pop(0)()

    def _note(self, task: Task, note: Note) -> None:
        if self.log is not None:
            self.log.done(self, task, note)

    def _make(self, task: Task, role: str | None = None, maker: Task | None = None) -> Task:
        task.pending = Begin()
        if self.log is not None:
            self.log.task(task, role, None if maker is None else maker.id)
        # What can fail for want of room has been done.
        self._tasks[task.id] = task
        if task.process is task:
            self.processes.append(task)
        insort(self.alive, task, key=_by_place)
        return task

    def _enabled(self) -> tuple[str, ...]:
        """Ids of those who can be chosen now; notes who has to wait."""
        enabled = []
        for task in self.alive:
            operation = task.pending
            if operation is None:
                continue
            if operation.ready() or task.signals:
                enabled.append(task.id)
                continue
            if not operation.told and not operation.idle:
                self._tell_blocked(task, operation)
            due = operation.deadline_ns
            if due is not None and due <= self._latest_ns():
                enabled.append(task.id)
        return tuple(enabled)

    def _latest_ns(self) -> int:
        """Up to which moment bounds may be taken as reached now."""
        if not self.limits.loose:
            return self.now_ns
        return _NEVER_NS if self._until_ns is None else self._until_ns

    def _enabled_later(self) -> tuple[str, ...]:
        """Moves the clock to where somebody can be chosen; nobody, if only a bound or nothing
        at all lies ahead."""
        due = [
            task.pending.deadline_ns
            for task in self.alive
            if task.pending is not None and task.pending.deadline_ns is not None
        ]
        if not due:
            self.end(OutcomeKind.DEADLOCK, "nobody can go on", waits(self))
            return ()
        if self._until_ns is not None and min(due) > self._until_ns:
            self._out_of_time()
            return ()
        self.now_ns = min(due)
        return self._enabled()

    def _somebody_is_late(self, enabled: tuple[str, ...], due: int) -> bool:
        """Whether one of them could have gone on before that moment."""
        for id in enabled:
            operation = self._tasks[id].pending
            assert operation is not None, "it is enabled"
            earlier = operation.deadline_ns
            if operation.ready() or (earlier is not None and earlier < due):
                return True
        return False

    def _tell_blocked(self, task: Task, operation: Operation) -> None:
        operation.since_ns = self.now_ns
        if self.log is not None:
            self.log.blocked(self, task, operation)
        if operation.needs():
            self._circles.suspect(task)
        operation.told = True  # last: what fails above is done again

    def _doomed(self) -> bool:
        """Whether everybody who keeps the program alive waits for a circle of tasks."""
        if not self._circles.hold(self.alive):
            return False
        self.end(OutcomeKind.DEADLOCK, THEY_WAIT, waits(self))
        return True

    def _at_a_bound(self) -> bool:
        limits = self.limits
        if self._until_ns is not None and self.now_ns >= self._until_ns:
            self._out_of_time()
        elif limits.stop_after is not None and self.taken >= limits.stop_after:
            self._stop(OutcomeKind.STEP_BOUND, f"stopped after {self.taken} items")
        elif self.steps >= limits.max_steps:
            told = "step" if self.steps == 1 else "steps"
            self._stop(OutcomeKind.STEP_BOUND, f"stopped after {self.steps} {told}")
        return self.over is not None

    def _out_of_time(self) -> None:
        self.now_ns = max(self.now_ns, self._until_ns or 0)
        self._stop(OutcomeKind.TIME_BOUND, f"stopped after {self.limits.for_s:g} s")

    def _stop(self, kind: OutcomeKind, detail: str) -> None:
        """A bound is reached. If a circle keeps the program from ever ending, that is told:
        whoever else was still busy would not have changed it."""
        if self._circles.keep_from_ending():
            kind, detail = OutcomeKind.DEADLOCK, f"{THEY_WAIT}; the others were {detail}"
        self.end(kind, detail, waits(self))

    def _step(self) -> Step:
        """The step that has just been taken; the next one begins with nothing."""
        assert self._touched is not None, "asked by the callers"
        if self.data is not None:
            self._touched.extend(self.data())
        step = Step(self.running.id, tuple(dict.fromkeys(self._touched)))
        self._touched.clear()
        if self.witness is not None:
            self.witness(step)
        return step

    def _accesses(self, task: Task, operation: Operation) -> tuple[Access, ...]:
        """What an operation touches: what it says itself, and what every one in its place does."""
        accesses = operation.accesses()
        if not self.clock_matters:
            accesses = tuple(access for access in accesses if access.part != "clock")
        elif operation.deadline_ns is not None:
            accesses = (*accesses, Access("clock", "a"))  # its end may move the clock
        if self.stream_matters:
            accesses = (*accesses, *operation.sends(task))
        if task.daemon or task.process is not self.main:
            accesses = (*accesses, Access(f"alive:{task.process.id}", "r"))
        return accesses

    def _look(self) -> tuple[Pending, ...]:
        return tuple(
            self._seen(task, task.pending) for task in self.alive if task.pending is not None
        )

    def _seen(self, task: Task, operation: Operation) -> Pending:
        due, ready = operation.deadline_ns, operation.ready()
        overdue = not ready and due is not None and due <= self._latest_ns()
        return Pending(
            task=task.id,
            enabled=ready or overdue or bool(task.signals),
            overdue=overdue,
            operation=operation.kind,
            resource=operation.target,
            accesses=self._accesses(task, operation),
            value=operation.seen(task),
        )
