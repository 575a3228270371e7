"""Start, follow, bound, end and reap one native run."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import Empty
from time import perf_counter_ns
from typing import Any, Protocol

from pyqdemo.errors import RunError, UsageError
from pyqdemo.trace import (
    Event,
    Header,
    Outcome,
    OutcomeKind,
    Processes,
    ProgramFile,
    Record,
    Resource,
    Task,
    TaskKind,
    Trace,
    Wait,
)
from pyqdemo.worlds.native.carrying import Carrier
from pyqdemo.worlds.native.lane import allow_many_files
from pyqdemo.worlds.native.merging import Follower, Merge, Tables
from pyqdemo.worlds.native.waiting import Waiting, alive
from pyqdemo.worlds.program import check_program
from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["Bounds", "Recording", "Request", "Watcher", "check_program", "run"]

TICK_S = 0.02
GLANCE_S = 0.25  # between looks at the record when nobody wants it as it comes
GRACE_S = 1.0  # for what a program does on Ctrl-C
DRAIN_S = 0.5  # for output that others still hold open after the root has ended
CHUNKS = 16  # of text that are passed on before the clock is looked at again
LEAVING_S = 0.3  # for printing what its buffers hold, when it is told to leave


@dataclass(frozen=True, slots=True)
class Request:
    """What to run, and how.

    Attributes:
        program: the file.
        parameters: keyword arguments for the file's ``main`` (a lesson); None runs the
            file as a script with ``arguments`` as its ``sys.argv[1:]``.
        start_method: ``fork``, ``spawn``, ``forkserver``; None leaves Python's default.
        speed: the program's sleeps are divided by it; more than 0.
        terminal: (columns, rows) when the program's stdout shall be a terminal, which it
            sees as its own; None makes it a pipe.
        keyboard: whether the program may read our stdin; else it reads nothing.
    """

    program: Path
    parameters: Mapping[str, object] | None = None
    arguments: tuple[str, ...] = ()
    lesson: str | None = None
    variant: str | None = None
    start_method: str | None = None
    speed: float = 1.0
    terminal: tuple[int, int] | None = None
    keyboard: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """When to stop a run from outside.

    Attributes:
        for_s: wall-clock seconds, None for no bound.
        stop_after: items taken (completed get or recv), None for no bound. A native
            program cannot be held, so a few more may have been taken.
        stuck_s: how long nothing may move while every task waits before the run is
            called stuck.
    """

    for_s: float | None = None
    stop_after: int | None = None
    stuck_s: float = 1.0


class Watcher(Protocol):
    """Who looks on while a program runs. It cannot alter the run.

    Attributes:
        follows: whether it wants every record as it comes. Following takes a share of a
            core, which a fast program on few cores may miss.
    """

    follows: bool

    def printed(self, stream: str, text: str) -> None:
        """The program's text as it arrives; ``stream`` is ``stdout`` or ``stderr``."""

    def recorded(self, records: Sequence[Record]) -> None:
        """New records, in nearly the final order; ``seq`` is provisional (0).

        Without ``follows``, only tasks, resources and a few of the events.
        """

    def tick(self, elapsed_ns: int) -> None:
        """Called at least 20 times a second, whether or not anything happened."""


@dataclass(slots=True)
class Recording:
    """A finished run: its record lies in a scratch folder until ``close``.

    Use it as a context manager. ``records`` reads in bounded memory, any number of times.
    """

    header: Header
    outcome: Outcome
    scratch: Path = field(repr=False)
    merge: Merge = field(repr=False)

    def records(self) -> Iterator[Record]:
        """Tasks, resources and events in the final, causally consistent order.

        A task or resource comes before the first event that names it.
        """
        return iter(self.merge)

    def trace(self) -> Trace:
        """The whole run in memory."""
        records = list(self.records())
        return Trace(
            header=self.header,
            tasks=tuple(record for record in records if isinstance(record, Task)),
            resources=tuple(record for record in records if isinstance(record, Resource)),
            events=tuple(record for record in records if isinstance(record, Event)),
            outcome=self.outcome,
        )

    def close(self) -> None:
        """Removes the scratch folder."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def run(request: Request, bounds: Bounds, watcher: Watcher) -> Recording:
    """Runs a program to its end or to a bound; always reaps every process of it.

    In the main thread, Ctrl-C and SIGTERM end the run early and do not raise: the recording
    comes back with outcome ``interrupted`` and the signal's name as its detail. A second
    one ends the program without grace.

    Raises:
        UnusableFile: the program cannot be read or compiled.
        UsageError: the start method does not exist here.
        RunError: the child could not be started.
    """
    program = check_program(request.program)
    check_start_method(request.start_method)
    allow_many_files()
    sweep()
    scratch = Path(tempfile.mkdtemp(prefix=f"pyqdemo-{os.getpid()}-"))
    try:
        with StopSignals() as signals:
            run = _Run(request, bounds, watcher, signals, scratch)
            return run.to_its_end(program)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def sweep() -> None:
    """Removes the scratch folders of runs whose watching process was killed outright."""
    for folder in Path(tempfile.gettempdir()).glob("pyqdemo-[0-9]*-*"):
        pid = folder.name.split("-")[1]
        if pid.isdecimal() and not alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)  # others' we may not


def check_start_method(method: str | None) -> None:
    """Raises UsageError where this Python has no such start method."""
    if method is not None:
        from multiprocessing import get_all_start_methods

        known = get_all_start_methods()
        if method not in known:
            raise UsageError("no_start_method", method=method, known=", ".join(known))


@dataclass(slots=True)
class _Stop:
    """Why a run is being ended from outside, and when that was decided."""

    kind: OutcomeKind
    detail: str
    at: int


class _Run:
    """One native run on its way."""

    def __init__(
        self,
        request: Request,
        bounds: Bounds,
        watcher: Watcher,
        signals: StopSignals,
        scratch: Path,
    ) -> None:
        self.request = request
        self.bounds = bounds
        self.watcher = watcher
        self.signals = signals
        self.scratch = scratch
        self.waiting = Waiting()
        self.tasks: dict[str, Task] = {}
        self.start_method: str | None = None
        self.open_streams = {"stdout", "stderr"}
        self.stop: _Stop | None = None
        self.waits: tuple[Wait, ...] = ()
        self.origin = self.moved_at = perf_counter_ns()
        self.follower = Follower(str(scratch), request.program.resolve().parent, self.origin)

    def to_its_end(self, program: ProgramFile) -> Recording:
        started = datetime.now().astimezone().isoformat(timespec="milliseconds")
        carrier = Carrier(self._config(), self.request.terminal, self.request.keyboard)
        try:
            self._follow(carrier)
        finally:
            carrier.close()
        self._drain(carrier)
        self._poll(self.watcher.follows)
        while self.follower.behind:
            self._poll(False)  # a watcher that is far behind is not told the rest
        self.follower.close()
        if not self.tasks and self.stop is None:
            raise RunError("cannot_start", reason="its Python ended before the program began")
        until = self.stop.at if self.stop else None
        merge = Merge(str(self.scratch), self.follower.tables, self.origin, until)
        return Recording(
            header=self._header(program, started, self.follower.tables),
            outcome=self._outcome(carrier.process.returncode),
            scratch=self.scratch,
            merge=merge,
        )

    def _config(self) -> dict[str, Any]:
        path = self.request.program.resolve()
        parameters = self.request.parameters
        return {
            "path": str(path),
            "program": str(path.parent) + os.sep,
            "folder": str(self.scratch),
            "speed": self.request.speed,
            "arguments": list(self.request.arguments),
            "parameters": None if parameters is None else dict(parameters),
            "start_method": self.request.start_method,
        }

    def _follow(self, carrier: Carrier) -> None:
        eager = self.watcher.follows or self.bounds.stop_after is not None
        pause_ns = 0 if eager else int(GLANCE_S * 1e9)
        next_look = self.origin + pause_ns
        while not carrier.ended():
            self._show_text(carrier, TICK_S)
            if perf_counter_ns() >= next_look:
                self._poll(self.watcher.follows)
                next_look = perf_counter_ns() + (0 if self.follower.behind else pause_ns)
            self.watcher.tick(perf_counter_ns() - self.origin)
            self.stop = self._reason_to_stop()
            if self.stop is not None:
                self._end(carrier, self.stop)
                return

    def _end(self, carrier: Carrier, stop: _Stop) -> None:
        """Ends a run from outside, such that its record and what it has printed agree.

        Ctrl-C is the program's own affair first: it gets some time for it, and what it does
        in that time belongs to the run.
        """
        if stop.kind is OutcomeKind.INTERRUPTED:
            asked = len(self.signals.asked)
            carrier.interrupt()
            self._wait_for_end(carrier, GRACE_S, lambda: len(self.signals.asked) > asked)
            stop.at = perf_counter_ns()
        carrier.dismiss()
        self._wait_for_end(carrier, LEAVING_S, lambda: False)
        carrier.kill()

    def _wait_for_end(self, carrier: Carrier, most_s: float, hurry: Callable[[], bool]) -> None:
        deadline = perf_counter_ns() + int(most_s * 1e9)
        while not carrier.ended() and perf_counter_ns() < deadline and not hurry():
            self._show_text(carrier, TICK_S)
            self._poll(self.watcher.follows)
            self.watcher.tick(perf_counter_ns() - self.origin)

    def _reason_to_stop(self) -> _Stop | None:
        now = perf_counter_ns()
        elapsed_s = (now - self.origin) / 1e9
        bounds = self.bounds
        if self.signals.asked:
            name = signal.Signals(self.signals.asked[0]).name
            return _Stop(OutcomeKind.INTERRUPTED, name, now)
        if bounds.for_s is not None and elapsed_s >= bounds.for_s:
            return _Stop(OutcomeKind.TIME_BOUND, f"stopped after {bounds.for_s:g} s", now)
        taken = self.follower.taken
        if bounds.stop_after is not None and taken >= bounds.stop_after:
            return _Stop(OutcomeKind.STEP_BOUND, f"stopped after {taken} items", now)
        if now - self.moved_at > bounds.stuck_s * 1e9:
            self.moved_at = now
            self.waiting.see(self.follower.latest())
            pids = self.follower.tables.pids
            if self.waiting.nothing_moves(pids):
                self.waits = self.waiting.waits(pids)
                detail = "nothing moves, and every task waits for another"
                return _Stop(OutcomeKind.STUCK, detail, now)
        return None

    def _poll(self, everything: bool) -> None:
        seen = self.follower.seen
        records = self.follower.poll(everything)
        for record in records:
            self.waiting.add(record)
            if isinstance(record, Task):
                self.tasks[record.id] = record
            elif isinstance(record, Event) and record.operation == "start" and record.value:
                self.start_method = self.start_method or record.value
        if self.follower.seen > seen:
            self.moved_at = perf_counter_ns()
        if records:
            self.watcher.recorded(records)

    def _show_text(self, carrier: Carrier, wait_s: float) -> None:
        """Passes on what was printed; waits a little for the first of it."""
        with contextlib.suppress(Empty):
            self._pass_on(*carrier.text.get(timeout=wait_s))
            for _ in range(CHUNKS):  # not all: who prints without end must not keep us here
                self._pass_on(*carrier.text.get(False))

    def _drain(self, carrier: Carrier) -> None:
        """The rest of the text; others may still hold the streams open, but not for long."""
        deadline = perf_counter_ns() + int(DRAIN_S * 1e9)
        while self.open_streams and perf_counter_ns() < deadline:
            self._show_text(carrier, TICK_S)

    def _pass_on(self, stream: str, text: str | None) -> None:
        if text is None:
            self.open_streams.discard(stream)
        elif self.stop is None or stream == "stdout":
            # What a program says on stderr while it is being ended is about our ending it.
            self.watcher.printed(stream, text)

    def _header(self, program: ProgramFile, started: str, tables: Tables) -> Header:
        real = any(task.kind is TaskKind.PROCESS for task in self.tasks.values())
        request = self.request
        return Header(
            program=(program,),
            processes=Processes.REAL if real else Processes.NONE,
            lesson=request.lesson,
            variant=request.variant,
            parameters=dict(request.parameters or {}),
            arguments=request.arguments,
            start_method=self.start_method,
            clock="perf_counter",
            speed=request.speed,
            started=started,
            python=platform.python_version(),
            platform=sys.platform,
        )

    def _outcome(self, code: int) -> Outcome:
        ended = (self.stop.at if self.stop else perf_counter_ns()) - self.origin
        losses = self.follower.losses()
        if self.stop is not None:
            return Outcome(self.stop.kind, self.stop.detail, None, self.waits, losses, ended)
        kind, detail = OutcomeKind.COMPLETED, ""
        if code < 0:
            kind = OutcomeKind.ABORTED
            detail = f"the program was ended by {_signal_name(-code)}"
        elif self.waiting.failed:
            kind = OutcomeKind.EXCEPTION
            event = self.waiting.failed[0]
            detail = f"{self.tasks[event.task].name}: {(event.result or '')[len('raised ') :]}"
        return Outcome(kind, detail, code, (), losses, ended)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
