"""Whether anything can still move, judged from outside: who waits, and for whom."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pyqdemo.trace import Event, Phase, Record, Task, TaskKind, Wait

__all__ = ["Waiting", "alive"]

_LOCKS = ("lock", "rlock", "mp_lock", "mp_rlock")


class Waiting:
    """Follows a run's records and knows at any moment who waits for what.

    A native run is called stuck by inference: every task that is alive waits without a
    bound inside an operation that only another task could end, and nothing moves. A task
    that computes, sleeps, or waits where we cannot see it, forbids the inference.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._last: dict[str, Event] = {}
        self._holders: dict[str, list[str]] = {}
        self._kinds: dict[str, str] = {}
        self._refused: set[str] = set()  # tasks whose start failed
        self.failed: list[Event] = []  # ends by an exception

    def add(self, record: Record) -> None:
        """Takes in one record, in order."""
        if isinstance(record, Task):
            self._tasks[record.id] = record
        elif isinstance(record, Event):
            self._last[record.task] = record
            if record.phase is Phase.DONE and record.operation in _NOTED:
                self._note(record)
        else:
            self._kinds[record.id] = record.kind

    def see(self, last: Sequence[Event]) -> None:
        """Takes in each task's last event, where ``add`` was not given every one."""
        for event in last:
            self._last[event.task] = event

    def _note(self, event: Event) -> None:
        if event.operation == "start":
            if event.raised and event.resource is not None:
                self._refused.add(event.resource)
        elif event.operation == "end":
            if event.raised and not (event.result or "").startswith("raised SystemExit"):
                self.failed.append(event)
        elif event.resource is not None and self._kinds.get(event.resource) in _LOCKS:
            holders = self._holders.setdefault(event.resource, [])
            if event.operation == "release":
                if event.task in holders:
                    holders.remove(event.task)
            elif event.result is None:
                holders.append(event.task)

    def nothing_moves(self, pids: dict[str, int]) -> bool:
        """Whether every task that is alive waits, without a bound, for another.

        Args:
            pids: process id of each process, by the id of its main task.
        """
        known: Counter[str] = Counter()  # threads that wait or idle, by process
        waiting = 0
        for task in self._tasks.values():
            event = self._last.get(task.id)
            if task.id in self._refused or self._dead(task.id, pids):
                continue
            if event is None:
                return False  # at its beginning, or at work where we cannot see it
            if self._over(task.id, event):
                continue
            known[task.process] += 1
            if event.phase is Phase.BLOCKED:
                if not self._waits_for_another(event):
                    return False
                waiting += 1
            elif task.kind is not TaskKind.FEEDER:  # one whose buffer is empty idles
                return False
        return waiting > 0 and not any(
            _more_goes_on(pids[process], threads)
            for process, threads in known.items()
            if process in pids
        )

    def _waits_for_another(self, event: Event) -> bool:
        """Whether a blocked operation ends by another task only."""
        if event.operation == "exit":
            return bool(self._keeping_open(event.task))
        return event.timeout_s is None and event.operation != "sleep"

    def waits(self, pids: dict[str, int]) -> tuple[Wait, ...]:
        """Who waits for what now, in the order in which they began to wait."""
        rows = [
            Wait(
                task=task,
                operation=event.operation,
                resource=event.resource,
                holders=self._who_could_help(task, event),
                since_ns=event.real_ns,
                location=event.location,
            )
            for task, event in self._last.items()
            if event.phase is Phase.BLOCKED
            and event.operation != "sleep"
            and not self._dead(task, pids)
        ]
        return tuple(sorted(rows, key=lambda row: (row.since_ns or 0, row.task)))

    def _over(self, task: str, event: Event) -> bool:
        """Whether a task is at its end; the main task of a process has an exit after it."""
        leads = self._tasks[task].kind in (TaskKind.MAIN, TaskKind.PROCESS)
        return event.phase is Phase.DONE and event.operation == ("exit" if leads else "end")

    def _dead(self, task: str, pids: dict[str, int]) -> bool:
        pid = pids.get(self._tasks[task].process)
        return pid is not None and not alive(pid)

    def _who_could_help(self, task: str, event: Event) -> tuple[str, ...]:
        if event.resource in self._tasks:
            return (event.resource,)
        if event.operation == "exit":
            return self._keeping_open(task)
        if event.operation == "get" and event.value == "read lock":
            return tuple(
                other
                for other, last in self._last.items()
                if last.resource == event.resource
                and last.phase is Phase.BLOCKED
                and last.operation == "get"
                and last.value != "read lock"
            )
        return tuple(self._holders.get(event.resource or "", ()))

    def _keeping_open(self, leader: str) -> tuple[str, ...]:
        """The tasks that a process waits for at its end: threads, children, a busy feeder."""
        process = self._tasks[leader].process
        return tuple(
            task
            for task, last in self._last.items()
            if task != leader
            and not self._over(task, last)
            and (self._tasks[task].process == process or self._tasks[task].parent == leader)
            and (
                last.phase is Phase.BLOCKED
                if self._tasks[task].kind is TaskKind.FEEDER
                else not self._tasks[task].daemon
            )
        )


_NOTED = frozenset(("start", "end", "acquire", "release"))

# What a program asks the system to send it later, or has sent by a program that it runs.
# (SIGUSR2 is caught in every watched process: lane.DISMISSAL.)
_CALLS = ("SIGALRM", "SIGVTALRM", "SIGPROF", "SIGCHLD", "SIGIO", "SIGUSR1")
_CALLED = sum(1 << getattr(signal, name) - 1 for name in _CALLS if hasattr(signal, name))


def _more_goes_on(pid: int, threads: int) -> bool:
    """Whether a process has more threads than those, or a handler for a signal to come.

    A thread of a library is none of our tasks, and may do what the others wait for.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    facts = dict(line.split(":", 1) for line in status.splitlines())
    return int(facts["Threads"]) > threads or bool(int(facts["SigCgt"], 16) & _CALLED)


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has waited for does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        pass
    if Path("/proc/self/stat").exists():
        return False
    if os.name != "posix":
        return True  # os.kill would end it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
