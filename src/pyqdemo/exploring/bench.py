"""One program, executed again and again, and every execution judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType

from pyqdemo.errors import ReplayMismatch
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import Signals, carry, ground_of, program_for, trace_of
from pyqdemo.exploring.asked import Asked
from pyqdemo.exploring.judging import Judge, Judged, stdout_of
from pyqdemo.exploring.stopping import Later
from pyqdemo.exploring.watching import Watched
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.mp.bytes_in_pipes import PAGES
from pyqdemo.observing import Touch
from pyqdemo.point import Strategy
from pyqdemo.schedule import Schedule, schedule_of
from pyqdemo.strategies import Replay
from pyqdemo.trace import Header, TaskKind, Trace
from pyqdemo.worlds.threads.sights import Sight
from pyqdemo.worlds.threads.world import World

__all__ = ["Bench", "Done", "Repeated"]

_WITH_PIPES = frozenset({"mp_queue", "mp_simple", "mp_joinable", "pipe_end"})


@dataclass(frozen=True, slots=True)
class Done:
    """An execution that is over.

    Attributes:
        judged: how it ended.
    """

    execution: Execution
    judged: Judged

    @property
    def output(self) -> str:
        """What the program wrote to its stdout."""
        return stdout_of(self.execution)

    @property
    def draws(self) -> tuple[int, ...] | None:
        """The values that were chosen; None where draws followed the seed."""
        execution = self.execution
        return tuple(execution.draws) if execution.chooses_draws else None


@dataclass(frozen=True, slots=True)
class Repeated:
    """An execution once more, with its record."""

    done: Done
    trace: Trace

    @property
    def schedule(self) -> Schedule:
        """Enough to repeat it anywhere."""
        return schedule_of(self.trace)


@dataclass(slots=True)
class _Sight(Sight):
    """Shows the execution to a strategy that is watched."""

    watched: Watched | None = None

    def open(self, world: World) -> None:
        Sight.open(self, world)
        if self.watched is not None:
            self.watched.open(world.execution)


class Bench:
    """A program, loaded once, that can be executed as often as wanted; a context manager.

    Args:
        asked: what is explored.
        signals: looked at while an execution goes on. Until ``end_search`` they end it, and
            that is how it ended.

    Attributes:
        program: loaded.
        learned: what executions have shown that was assumed not to happen (``clock``: the
            program reads the time; ``pages``: a pipe was nearly full). An exploration that
            meets a new one begins again.
        opaque: what of the program's plain data could not be observed.
        drew: the program drew values that followed the seed.
        draws: most values that were chosen in one execution in place of being drawn.
        read_clock: the program itself asked what time it is.
        uncontrolled: what it used that no schedule decides.
        lost: what could not be done or recorded.
        controlled: some execution had a second task.
        kills: some execution ended a process from outside.
        names: of all tasks there were, by id.
        lasting: those of them that need not end: daemons and feeders.
        header: of an execution; of one with processes if there was any.
        later: the signals since the search is over; None before, or if nobody looks at any.
        differed: what was otherwise when an execution was to be repeated; None if nothing was.
    """

    def __init__(self, asked: Asked, signals: Signals | None = None) -> None:
        self.asked = asked
        self.plan = asked.plan
        self.program = program_for(asked.plan)
        self.learned: set[str] = set()
        self.opaque: dict[str, None] = {}
        self.uncontrolled: dict[str, None] = {}
        self.lost: dict[str, None] = {}
        self.drew = False
        self.draws = 0
        self.read_clock = False
        self.controlled = False
        self.kills = False
        self.names: dict[str, str] = {}
        self.lasting: set[str] = set()
        self.header: Header | None = None
        self.differed: str | None = None
        self.later: Later | None = None
        self._pipes = self._processes = False
        self._signals = signals
        self._judge = Judge(asked.card, asked.same_output)
        self._ground = ground_of(asked.plan)

    def __enter__(self) -> Bench:
        self._ground.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ground.__exit__(kind, error, trace)

    def end_search(self) -> None:
        """What is executed from now on raises Stopped or KeyboardInterrupt at a signal."""
        if self._signals is not None:
            self._signals = self.later = Later(self._signals)

    @property
    def capacity(self) -> int | None:
        """Pages that a pipe is taken to hold, if the program has any."""
        return PAGES if self._pipes else None

    def once(
        self,
        strategy: Strategy,
        *,
        data: bool = False,
        states: bool = False,
        limits: Limits | None = None,
    ) -> Done:
        """One execution.

        Args:
            data: the program's plain data is observed.
            states: the strategy asks for states.
            limits: in the place of the plan's, for this once.
        """
        plan = self.plan if limits is None else replace(self.plan, limits=limits)
        # A record takes as long as the run itself: it is made where it is needed.
        log = Log() if self._judge.needs_log else None
        done, _ = self._execute(plan, strategy, log, data, states)
        return done

    def repeat(
        self, choices: Sequence[str], draws: tuple[int, ...] | None, *, loose: bool
    ) -> Repeated:
        """The execution of these choices, with its record.

        Args:
            draws: as of ``Done``.
            loose: sleeps may overrun in it.
        """
        plan = replace(self.plan, limits=Limits(loose=loose))
        log = Log()
        done, execution = self._execute(plan, Replay(choices, draws=draws), log, False, False)
        return Repeated(done, trace_of(self.program, plan, execution, log))

    def once_more(self, done: Done) -> Repeated:
        """An execution that is over, with its record.

        Where it goes otherwise now, ``differed`` says so, and it is the one that was met, without
        its events.
        """
        execution = done.execution
        try:
            return self.repeat(execution.choices, done.draws, loose=execution.limits.loose)
        except ReplayMismatch as mismatch:
            self.differed = str(mismatch)
        plan = replace(self.plan, limits=execution.limits)
        return Repeated(done, trace_of(self.program, plan, execution, Log()))

    def compare(self, met: Judged, again: Judged) -> bool:
        """Whether an execution ended as before when it was repeated; else ``differed`` says so."""
        if met.key != again.key:
            self.differed = f"{met.kind} {met.detail.en}; {again.kind} {again.detail.en}"
        return met.key == again.key

    def schedule(self, done: Done) -> Schedule:
        """Of an execution, without another one."""
        execution = done.execution
        plan = replace(self.plan, limits=Limits(loose=execution.limits.loose))
        schedule = schedule_of(trace_of(self.program, plan, execution, Log()))
        return replace(schedule, choices=tuple(execution.choices), draws=done.draws)

    def touches(self, watched: Watched, *, loose: bool) -> list[tuple[Touch, ...]]:
        """One execution; what of the plain data each step touched, and in which lines."""
        sight = _Sight(
            clock=True,
            data=True,
            placed=True,
            learned=frozenset(self.learned),
            watched=watched,
        )
        plan = replace(self.plan, limits=Limits(loose=loose))
        self.heed()
        carry(self.program, plan, watched, self._ground, signals=self._signals, sight=sight)
        self.heed()
        return sight.touches

    def heed(self) -> None:
        """Raises Stopped or KeyboardInterrupt if a signal has come since the search is over."""
        if self.later is not None:
            self.later.heed()

    def _execute(
        self, plan: Plan, strategy: Strategy, log: Log | None, data: bool, states: bool
    ) -> tuple[Done, Execution]:
        self.heed()
        self._judge.begin(log)
        sight = _Sight(
            clock="clock" in self.learned or not plan.limits.loose,
            stream=self.asked.same_output,
            data=data,
            states=states,
            besides=self._judge.standing,
            learned=frozenset(self.learned),
            watched=strategy if isinstance(strategy, Watched) else None,
        )
        execution = carry(
            self.program, plan, strategy, self._ground, log, signals=self._signals, sight=sight
        )
        self.heed()
        self._learn(plan, execution, sight)
        return Done(execution, self._judge.judge(execution)), execution

    def _learn(self, plan: Plan, execution: Execution, sight: Sight) -> None:
        self.learned |= sight.learned_anew
        if execution.clock_was_read and execution.limits.loose:
            self.learned.add("clock")
        if any(model.is_crowded() for model in execution.shared.values()):
            self.learned.add("pages")
        self.opaque.update(dict.fromkeys(sorted(sight.opaque)))
        self.uncontrolled.update(dict.fromkeys(execution.uncontrolled))
        self.lost.update(dict.fromkeys(loss.reason for loss in execution.losses))
        self.drew = self.drew or execution.drew
        self.draws = max(self.draws, len(execution.draws))
        self.kills = self.kills or execution.killed
        for task in execution.tasks:
            self.names[task.id] = task.name
            self.read_clock = self.read_clock or task.saw_ns is not None
            if task.daemon or task.kind is TaskKind.FEEDER:
                self.lasting.add(task.id)
        self.controlled = len(self.names) > 1
        self._pipes = self._pipes or any(
            model.kind in _WITH_PIPES for model in execution.shared.values()
        )
        if self.header is None or (len(execution.processes) > 1 and not self._processes):
            self._processes = len(execution.processes) > 1
            self.header = trace_of(self.program, plan, execution, Log()).header
