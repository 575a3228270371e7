"""The state of a run at one moment: tasks, queues and locks, kept up to date event by event.

It drives the live picture, so ``add`` is cheap, and it forgives a record that arrives a
little out of order: a get may come before the put of its item. What a program merely
tried (a put that raised Full) changes nothing but the task.
"""

from __future__ import annotations

from collections.abc import Callable

from pyqdemo.analysis.now import Finished, LockNow, QueueNow, State, TaskNow, failure_of
from pyqdemo.analysis.reasons import FOR_OTHERS, LOCKS, PERMITS, Reason, reason_for
from pyqdemo.trace import Event, Outcome, Phase, Record, Resource, Task, TaskKind

__all__ = ["RunState"]

_BUFFERED = frozenset({"mp_queue", "mp_joinable"})
_CHANNELS = _BUFFERED | {"queue", "lifo", "priority", "simple", "mp_simple", "pipe_end"}
_HELD = LOCKS | PERMITS


class RunState:
    """What has come of all records added so far.

    Args:
        speed: the header's: the program's sleeps were divided by it.

    Attributes:
        tasks, queues, locks: by id, in the order they were announced.
        resources: every resource, those among them.
        now_ns: time of the latest event.
        current: task of the last event; the running one in a controlled run.
        made, moved: completed put and send, completed get and recv.
        longest: the longest finished wait but for those for others to end (``FOR_OTHERS``),
            which last as long as the others' work.
        longest_join: the longest finished one of those.
        outcome: once the run has ended.
    """

    def __init__(self, speed: float | None = None) -> None:
        self.speed = speed or 1.0
        self.tasks: dict[str, TaskNow] = {}
        self.queues: dict[str, QueueNow] = {}
        self.locks: dict[str, LockNow] = {}
        self.resources: dict[str, Resource] = {}
        self.now_ns = 0
        self.current: str | None = None
        self.made = 0
        self.moved = 0
        self.longest: Finished | None = None
        self.longest_join: Finished | None = None
        self.outcome: Outcome | None = None
        self._lies_in: dict[str, QueueNow] = {}  # item → queue, while it lies there
        self._early: set[str] = set()  # items whose get was told before their put

    def add(self, record: Record) -> None:
        """Takes in the next record."""
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

    def name(self, id: str | None) -> str:
        """The label of a task or resource; the id itself where nothing of that id is known."""
        if id is None:
            return "?"
        if id in self.tasks:
            return self.tasks[id].task.name
        return self.resources[id].name if id in self.resources else id

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
        if resource.kind in _CHANNELS:
            self.queues.setdefault(resource.id, QueueNow(resource))
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

    def _put(self, now: TaskNow, event: Event) -> None:
        if event.raised:
            return
        self.made += 1
        queue = self.queues.get(event.resource or "")
        if queue is None:
            return
        queue.put += 1
        item = event.item
        if item is None:
            queue.unnamed += 1
        elif item in self._early:
            self._early.discard(item)
            queue.got += 1
        else:
            where = queue.buffered if queue.resource.kind in _BUFFERED else queue.items
            where[item] = event.value
            self._lies_in[item] = queue
        depth = event.depth if event.depth is not None else queue.depth
        if depth > queue.deepest:
            queue.deepest = depth

    def _get(self, now: TaskNow, event: Event) -> None:
        if event.raised:
            return
        self.moved += 1
        item = event.item
        if item is None:
            queue = self.queues.get(event.resource or "")
            if queue is not None:
                queue.got += 1
                queue.unnamed = max(0, queue.unnamed - 1)
            return
        found = self._lies_in.pop(item, None)
        if found is None:
            self._early.add(item)
            return
        found.got += 1
        if item in found.items:
            del found.items[item]
        else:
            del found.buffered[item]

    def _feed(self, now: TaskNow, event: Event) -> None:
        queue = self._lies_in.get(event.item or "")
        if queue is not None and event.item in queue.buffered and not event.raised:
            queue.items[event.item] = queue.buffered.pop(event.item)

    def _shutdown(self, now: TaskNow, event: Event) -> None:
        """A queue closed for good; at once means that what lies in it is thrown away."""
        queue = self.queues.get(event.resource or "")
        if queue is not None and event.value == "immediate":
            for item in queue.items:
                self._lies_in.pop(item, None)
            queue.items.clear()
            queue.unnamed = 0

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
        if event.result is not None and now.over is not State.FAILED:
            now.failure = event.result
            now.over = now.state = State.FAILED
        self._gone(now.task.id, State.ENDED)

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
        if target is not None and target.over is None and not event.raised:
            target.doomed = True
            target.failure = f"{event.operation} by {event.task}"

    def _gone(self, process: str, how: State) -> None:
        for now in self.tasks.values():
            if now.task.process == process and now.over is None:
                self._wake(now, self.now_ns)
                now.over = now.state = how
                now.doomed = False


_EFFECTS: dict[str, Callable[[RunState, TaskNow, Event], None]] = {
    "put": RunState._put,
    "send": RunState._put,
    "get": RunState._get,
    "recv": RunState._get,
    "feed": RunState._feed,
    "acquire": RunState._acquire,
    "release": RunState._release,
    "wait": RunState._waited,
    "shutdown": RunState._shutdown,
    "end": RunState._end,
    "exit": RunState._exit,
    "join": RunState._joined,
    "terminate": RunState._doom,
    "kill": RunState._doom,
}
