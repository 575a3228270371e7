"""Executions of one program, guided by the lines that it is to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pyqdemo.errors import UnusableFile
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import Ground, carry, trace_of
from pyqdemo.explaining.following import Following
from pyqdemo.explaining.wanted import Wanted
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.loading import Program
from pyqdemo.observing import Touch, races
from pyqdemo.report import Reason
from pyqdemo.strategies import Replay
from pyqdemo.strategies.guided import Guided
from pyqdemo.trace import OutcomeKind, Trace
from pyqdemo.worlds.stop_signals import StopSignals
from pyqdemo.worlds.threads.sights import Sight
from pyqdemo.worlds.threads.world import World

__all__ = ["MAX_STEPS", "Search", "repeated"]

MAX_STEPS = 20_000  # of one execution
_ENDS = (OutcomeKind.COMPLETED, OutcomeKind.EXCEPTION, OutcomeKind.DEADLOCK)
Way = tuple[tuple[str, ...], tuple[int, ...]]


class Search:
    """One search, which goes on whenever it is asked to.

    Args:
        plan: with the way in which prints part.
        exact: with exact states and an eye on plain data, so that something is proved if
            nothing is found.
        worth: as of ``Following``.
        clock: the program reads the time.

    Attributes:
        guide: knows how far it got.
        executions: that were begun.
        met: choices and draws of a run that prints all lines; None while there is none.
        whole: choices and draws of one that is over then, or stuck for ever.
        read_clock: the time was read, which was not expected.
        interrupted: somebody asked to stop.
    """

    def __init__(
        self,
        program: Program,
        plan: Plan,
        ground: Ground,
        wanted: Wanted,
        *,
        exact: bool = False,
        worth: float,
        clock: bool = False,
        signals: StopSignals | None = None,
    ) -> None:
        self._program = program
        self._plan = replace(plan, limits=Limits(MAX_STEPS, loose=True))
        self._ground = ground
        self._exact = exact
        self._clock = clock
        self._signals = signals
        self._missing: dict[Reason, None] = {}
        #: Where bytes lie in a pipe counts from the beginning: nobody begins again here.
        self._learned: frozenset[str] = frozenset({"pages"})
        self.guide = Following(wanted, worth=worth)
        self.strategy = Guided(self.guide, states=exact)
        self.executions = 0
        self.met: Way | None = None
        self.whole: Way | None = None
        self.read_clock = False
        self.interrupted = False

    @property
    def more(self) -> bool:
        """Whether anything has not been tried."""
        return self.strategy.more and not self.interrupted

    def once(self) -> None:
        """One execution more."""
        sight = _Guided(
            self.guide,
            clock=self._clock,
            data=self._exact,
            states=self._exact,
            placed=self._exact,
            besides=self.guide.standing,
            learned=self._learned,
        )
        execution = carry(
            self._program,
            self._plan,
            self.strategy,
            self._ground,
            sight=sight,
            signals=self._signals,
        )
        self.executions += 1
        self.read_clock = execution.clock_was_read
        self._learned |= sight.learned_anew
        self.strategy.ended()
        self._check_loaded(execution)
        kind = execution.outcome().kind
        self.interrupted = kind is OutcomeKind.INTERRUPTED
        if kind in _ENDS and self.guide.ended():
            self.whole = tuple(execution.choices), tuple(execution.draws)
        if self.met is None and self.guide.met:
            self.met = self.guide.way
        self._missing.update(dict.fromkeys(self._lacks(execution, sight)))

    def _check_loaded(self, execution: Execution) -> None:
        """Raises UnusableFile where an import fails before all else."""
        for _, told in execution.failures if len(execution.tasks) == 1 else ():
            kind, _, reason = told.partition(": ")
            if kind in ("ModuleNotFoundError", "ImportError"):
                raise UnusableFile("cannot_import", file=self._program.file.name, reason=reason)

    def missing(self) -> tuple[Reason, ...]:
        """Why it proves nothing that nothing was found; empty if it does."""
        return tuple(self._missing)

    def _lacks(self, execution: Execution, sight: Sight) -> Iterator[Reason]:
        strategy = self.strategy
        if execution.steps >= MAX_STEPS:
            yield Reason("step_bound", str(MAX_STEPS))
        if execution.outcome().kind is OutcomeKind.ABORTED:
            yield Reason("aborted", execution.outcome().detail)
        for call in execution.seeded:
            yield Reason("seeded", call)
        for what in execution.uncontrolled:
            yield Reason("uncontrolled", what)
        for loss in execution.losses:
            yield Reason("lost", loss.reason)
        for what in sorted(sight.opaque):
            yield Reason("opaque", what)
        if execution.clock_was_read:
            yield Reason("clock")
        if execution.killed:
            yield Reason("kills")
        for what in sorted(self.guide.beside):
            yield Reason(what)
        if strategy.cut:
            yield Reason("states")
        if strategy.nondeterminism is not None:
            yield Reason("nondeterministic", strategy.nondeterminism)
        if self._exact:
            touches = sight.touches[: len(strategy.steps)]
            if self._plan.granularity == "line":
                touches = _at_once(touches)
            for race in races(strategy.steps, touches):
                yield Reason("race", race.name)


def _at_once(touches: Sequence[tuple[Touch, ...]]) -> list[tuple[Touch, ...]]:
    """Of what steps touched, the parts that one of them both read and wrote: ``n += 1``. Others
    may come in between, even where every line is a step."""
    both: set[object] = set()
    for touched in touches:
        modes: dict[object, str] = {}
        for touch in touched:
            if touch.mode != modes.setdefault(touch.key, touch.mode):
                both.add(touch.key)
    return [tuple(touch for touch in touched if touch.key in both) for touched in touches]


class _Guided(Sight):
    """What is looked at, where a guide looks too."""

    def __init__(self, guide: Following, **what: object) -> None:
        super().__init__(**what)  # type: ignore[arg-type]  # as of Sight
        self._guide = guide

    def open(self, world: World) -> None:
        Sight.open(self, world)
        self._guide.open(world.execution)


def repeated(program: Program, plan: Plan, ground: Ground, way: Way, *, whole: bool) -> Trace:
    """The record of the execution of those choices and draws.

    Args:
        whole: it comes to its own end; else it is stopped after the last choice.
    """
    choices, draws = way
    limits = Limits(loose=True) if whole else Limits(max(1, len(choices)), loose=True)
    plan = replace(plan, limits=limits)
    log = Log()
    execution = carry(program, plan, Replay(choices, draws=draws), ground, log)
    return trace_of(program, plan, execution, log)
