"""The state of a run at one moment: tasks, queues and locks, kept up to date event by event.

It drives the live picture, so ``add`` is cheap, and it forgives a record that arrives a
little out of order: a get may come before the put of its item. What a program merely
tried (a put that raised Full) changes nothing but the task.
"""

from __future__ import annotations

from collections.abc import Callable

from pyqdemo.analysis.channels import CHANNELS, Channels
from pyqdemo.analysis.names import Names
from pyqdemo.analysis.now import Finished, LockNow, State, TaskNow, failure_of
from pyqdemo.analysis.processes import SURVIVES, Processes
from pyqdemo.analysis.reasons import FOR_OTHERS, LOCKS, PERMITS, Reason, reason_for
from pyqdemo.trace import Event, Outcome, Phase, Record, Resource, Task, TaskKind

__all__ = ["RunState"]

_HELD = LOCKS | PERMITS


class RunState:
    """What has come of all records added so far.

    Args:
        speed: the header's: the program's sleeps were divided by it.

    Attributes:
        tasks, queues, locks: by id, in the order they were announced.
        resources: every resource, those among them.
        processes: what each process has for itself.
        now_ns: time of the latest event.
        current: task of the last event; the running one in a controlled run.
        longest: the longest finished wait but for those for others to end (``FOR_OTHERS``),
            which last as long as the others' work.
        longest_join: the longest finished one of those.
        outcome: once the run has ended.
    """

    def __init__(self, speed: float | None = None) -> None:
        self.speed = speed or 1.0
        self.tasks: dict[str, TaskNow] = {}
        self.processes = Processes()
        self.locks: dict[str, LockNow] = {}
        self.resources: dict[str, Resource] = {}
        self.now_ns = 0
        self.current: str | None = None
        self.longest: Finished | None = None
        self.longest_join: Finished | None = None
        self.outcome: Outcome | None = None
        self._names = Names()
        self._channels = Channels()
        self.queues = self._channels.queues

    def add(self, record: Record) -> None:
        """Takes in the next record."""
        self.processes.add(record)
        if type(record) is Event:
            self._event(record)
        elif type(record) is Task:
            known = self.tasks.get(record.id)
            if known is None:
                self.tasks[record.id] = TaskNow(record)
            else:
                known.task = record
        elif type(record) is Resource:
            self._resource(record)

    def finish(self, outcome: Outcome) -> None:
        """Takes in how the run ended: who was doomed has failed, and no wait goes on."""
        self.outcome = outcome
        if outcome.ended_ns is not None:
            self.now_ns = max(self.now_ns, outcome.ended_ns)
        for now in self.tasks.values():
            if now.doomed and now.over is None:
                self._gone(now.task.id, State.FAILED)
            if now.state is State.BLOCKED:
                self._note_wait(now, self.now_ns - now.since_ns)

    @property
    def made(self) -> int:
        """Completed puts and sends."""
        return self._channels.made

    @property
    def moved(self) -> int:
        """Completed gets and receives."""
        return self._channels.moved

    def name(self, id: str | None) -> str:
        """The label of a task or resource; the id itself where nothing of that id is known.

        Resources of one name are told apart by numbers, as ``forks 1`` and ``forks 2``.
        """
        if id is None:
            return "?"
        if id in self.tasks:
            return self.tasks[id].task.name
        return self._names.of(self.resources[id]) if id in self.resources else id

    def is_only(self, id: str | None) -> bool:
        """Whether the program has no other resource of that kind."""
        return id not in self.resources or self._names.is_only(self.resources[id or ""])

    def reason(self, operation: str, resource: str | None, value: str | None = None) -> Reason:
        """Why an operation on that resource (or task) waits.

        Args:
            value: that of its blocked event.
        """
        known = self.resources.get(resource or "")
        return reason_for(operation, known.kind if known else None, value)

    def lock_of(self, resource: str | None) -> LockNow | None:
        """The lock that an operation on a lock, semaphore or condition takes and gives back.

        A condition stands for the lock it belongs to (``of``), else for itself.
        """
        if resource is None:
            return None
        known = self.resources.get(resource)
        if known is None:
            return None
        if known.kind.endswith("condition") and known.of in self.locks:
            return self.locks[known.of]
        return self.locks.get(resource)

    def _resource(self, resource: Resource) -> None:
        self.resources[resource.id] = resource
        self._names.add(resource)
        if resource.kind in CHANNELS:
            self._channels.announce(resource)
        elif resource.kind in _HELD or resource.kind.endswith("condition"):
            self.locks.setdefault(resource.id, LockNow(resource))

    def _event(self, event: Event) -> None:
        now = self.tasks.get(event.task)
        if now is None:  # told before its task: a live record may be
            kind = TaskKind.THREAD
            unknown = Task(event.task, kind, event.task, event.task)
            now = self.tasks[event.task] = TaskNow(unknown)
        real = event.real_ns
        at = real if real is not None else event.virtual_ns or 0
        if at > self.now_ns:
            self.now_ns = at
        self.current = event.task
        if event.location is not None:
            now.location = event.location
        if event.phase is Phase.BLOCKED:
            self._block(now, event, at)
            return
        if now.state is not State.READY:
            self._wake(now, at)
        self._channels.done(event)
        effect = _EFFECTS.get(event.operation)
        if effect is not None:
            effect(self, now, event)

    def _block(self, now: TaskNow, event: Event, at: int) -> None:
        now.operation, now.resource = event.operation, event.resource
        now.since_ns = at
        now.timeout_s, now.value = event.timeout_s, event.value
        now.holders = ()
        if event.operation == "sleep":
            now.state = State.SLEEPING
            if event.timeout_s is not None:
                now.until_ns = at + int(event.timeout_s / self.speed * 1e9)
            return
        now.state = State.BLOCKED
        if event.operation == "acquire":
            lock = self.lock_of(event.resource)
            now.holders = tuple(lock.holders) if lock else ()
        elif event.operation == "wait":
            self._set_aside(event)

    def _wake(self, now: TaskNow, at: int) -> None:
        """A completed operation ends whatever the task waited in."""
        if now.state is State.BLOCKED:
            waited = max(0, at - now.since_ns)
            now.waited_ns += waited
            self._note_wait(now, waited)
        now.operation = now.resource = now.value = now.timeout_s = now.until_ns = None
        now.since_ns = at
        now.state = now.over or State.READY

    def _note_wait(self, now: TaskNow, waited: int) -> None:
        operation = now.operation or ""
        joins = operation in FOR_OTHERS
        best = self.longest_join if joins else self.longest
        if best is not None and best.waited_ns >= waited:
            return
        since, holders = now.since_ns, now.holders
        found = Finished(now.task.id, operation, now.resource, since, waited, holders, now.value)
        if joins:
            self.longest_join = found
        else:
            self.longest = found

    def _acquire(self, now: TaskNow, event: Event) -> None:
        lock = self.lock_of(event.resource)
        if lock is not None and event.result != "False" and not event.raised:
            lock.holders[event.task] = lock.holders.get(event.task, 0) + 1

    def _release(self, now: TaskNow, event: Event) -> None:
        """One hold less; a plain lock or semaphore may be released by another task."""
        lock = self.lock_of(event.resource)
        if lock is None or not lock.holders or event.raised:
            return
        times = int(event.value) if event.value and event.value.isdecimal() else 1
        while times > 0 and lock.holders:
            task = event.task if event.task in lock.holders else next(iter(lock.holders))
            taken = min(times, lock.holders[task])
            times -= taken
            lock.holders[task] -= taken
            if not lock.holders[task]:
                del lock.holders[task]

    def _set_aside(self, event: Event) -> None:
        """A wait on a condition lets go of its lock, however often it is held."""
        lock = self.lock_of(event.resource)
        if lock is not None and event.task in lock.holders:
            lock.set_aside[event.task] = lock.holders.pop(event.task)

    def _waited(self, now: TaskNow, event: Event) -> None:
        """A wait on a condition ends with its lock taken again, timed out or not."""
        lock = self.lock_of(event.resource)
        if lock is not None and event.task in lock.set_aside:
            held = lock.holders.get(event.task, 0)
            lock.holders[event.task] = held + lock.set_aside.pop(event.task)

    def _end(self, now: TaskNow, event: Event) -> None:
        now.doomed = False
        now.failure = failure_of(event)
        now.over = now.state = State.FAILED if now.failure is not None else State.ENDED

    def _exit(self, now: TaskNow, event: Event) -> None:
        """The process is gone, and its daemon threads and feeders with it."""
        main = self.tasks.get(now.task.process, now)
        code = event.result or (
            f"exit code {event.value}" if event.value not in (None, "0") else None
        )
        if code is not None and main.over is not State.FAILED:
            main.failure = code
            main.over = main.state = State.FAILED
        self._gone(now.task.process, State.ENDED)

    def _die(self, now: TaskNow, event: Event) -> None:
        """A signal ended the process, or it broke off; whoever called for that is known."""
        main = self.tasks.get(now.task.process, now)
        if not main.doomed:
            main.failure = f"exit code {event.value}"
        self._gone(now.task.process, State.FAILED)

    def _joined(self, now: TaskNow, event: Event) -> None:
        """A process that is killed does not tell of its end; whoever joins it does."""
        target = self.tasks.get(event.resource or "")
        if target is None or target.task.kind is not TaskKind.PROCESS or event.raised:
            return
        if target.over is not None or event.result == "still running":
            return
        if not target.doomed:
            target.failure = event.result
        self._gone(target.task.id, State.FAILED if target.failure else State.ENDED)

    def _doom(self, now: TaskNow, event: Event) -> None:
        target = self.tasks.get(event.resource or "")
        survives = event.raised or event.result in SURVIVES
        if target is not None and target.over is None and not survives:
            target.doomed = True
            target.failure = f"{event.operation} by {event.task}"

    def _gone(self, process: str, how: State) -> None:
        for now in self.tasks.values():
            if now.task.process == process and now.over is None:
                self._wake(now, self.now_ns)
                now.over = now.state = how
                now.doomed = False


_EFFECTS: dict[str, Callable[[RunState, TaskNow, Event], None]] = {
    "acquire": RunState._acquire,
    "release": RunState._release,
    "wait": RunState._waited,
    "end": RunState._end,
    "exit": RunState._exit,
    "die": RunState._die,
    "join": RunState._joined,
    "terminate": RunState._doom,
    "kill": RunState._doom,
}
