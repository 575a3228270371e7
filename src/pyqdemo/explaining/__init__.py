"""From printed lines to a schedule: how a program can have printed them, if it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from time import monotonic
from typing import Any

from pyqdemo.errors import UsageError
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import Ground, ground_of, program_for
from pyqdemo.executing.plan import check_plan, program_place
from pyqdemo.explaining.searching import MAX_STEPS, Search, repeated
from pyqdemo.explaining.transcript import Transcript, transcript_of
from pyqdemo.explaining.wanted import Wanted
from pyqdemo.explanation import Explanation
from pyqdemo.exploring.again import differs
from pyqdemo.loading import Program
from pyqdemo.report import Reason
from pyqdemo.schedule import schedule_of
from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["TIME_S", "Told", "explain", "explained"]

TIME_S = 60.0
LONGEST_S = 10**9
SHOWN = 40  # characters of what is no text, in a mistake
FIRST = 60  # executions of each search in the first round; twice as many in each further one
EXACT_FROM = 4  # round from which the exact search takes part, if the others go on
EXACT = 8  # it makes so many times fewer executions, since each takes longer
#: How prints part, what a line is worth, and whether states are exact: of each search. The last
#: one covers what the others do.
KINDS = (
    ("whole", 4.0, False),
    ("parted", 4.0, False),
    ("whole", 1.0, False),
    ("parted", 1.0, False),
    ("parted", 4.0, True),
)
#: Where every line is a step: who goes first matters only to plain data, which none but exact
#: searches look at.
KINDS_OF_LINES = (("whole", 4.0, True), ("parted", 4.0, True))
LONGER = 20  # executions for the end of a run, once its lines are found

Told = Callable[[int, int], bool]
"""Told of executions and lines matched so far; answers whether to stop."""


def _go_on(executions: int, matched: int) -> bool:
    return False


def explain(
    program: str | PathLike[str] | Callable[..., object],
    transcript: str,
    *,
    time_s: float = TIME_S,
    seed: int = 0,
    arguments: Sequence[str] = (),
    parameters: Mapping[str, object] | None = None,
    granularity: str = "operation",
    start_method: str | None = None,
    stdout: str = "terminal",
) -> Explanation:
    """Finds out how a program can print certain lines: all of what it prints, or a beginning.

    Schedule, random draws from small ranges, and how long sleeps take are chosen freely.

    Args:
        program: a file, or a function at the top level of one; see ``pyqdemo.run``.
        transcript: the lines, as they were copied from a terminal.
        time_s: real seconds after which the search is given up.
        seed: of draws from large ranges and of floats, which are not chosen.
        granularity: ``operation``: others may go at each operation. ``line``: at every line of
            the program's own files too; a lost update shows only there.
        arguments, parameters, start_method, stdout: as of ``pyqdemo.run``.

    Raises:
        UnusableFile: the program cannot be read or compiled.
        UsageError: an argument is outside its range or of a wrong type, or the transcript is
            empty, binary or too long.
        RunError: the program does what cannot be controlled.
    """
    if not isinstance(transcript, str):
        told = repr(transcript)[:SHOWN]
        raise UsageError("plan_type", name="transcript", value=told, expected="a text")
    _check_time(time_s)
    plan = Plan(
        program=program_place(program),
        parameters=parameters,
        arguments=tuple(arguments),
        seed=seed,
        granularity=granularity,
        start_method=start_method,
        stdout=stdout,
    )
    return explained(plan, transcript_of(transcript), time_s)


def explained(
    plan: Plan,
    transcript: Transcript,
    time_s: float = TIME_S,
    told: Told = _go_on,
    signals: StopSignals | None = None,
) -> Explanation:
    """As ``explain``, for somebody who looks on.

    Args:
        told: told of the progress now and then; answers whether to stop.
        signals: looked at while an execution goes on; one that came ends the search.
    """
    check_plan(plan)
    _check_time(time_s)
    program = program_for(plan)
    with ground_of(plan) as ground:
        return _Explaining(program, plan, ground, transcript, time_s, signals).explanation(told)


def _check_time(time_s: object) -> None:
    """Raises UsageError for what is no time to search."""
    if not (type(time_s) in (int, float) and 0 < time_s < LONGEST_S):  # type: ignore[operator]
        raise UsageError("explore_time", value=repr(time_s))


class _Explaining:
    """The searches of one explanation: each goes on for a while, again and again."""

    def __init__(
        self,
        program: Program,
        plan: Plan,
        ground: Ground,
        transcript: Transcript,
        time_s: float,
        signals: StopSignals | None,
    ) -> None:
        self._program, self._plan, self._ground = program, plan, ground
        self._transcript = transcript
        self._time_s = time_s
        self._signals = signals
        self._wanted = Wanted(transcript.lines, cut=transcript.cut)
        self._began_s = monotonic()
        self._before = 0
        self._clock = False
        self._make()

    def _make(self) -> None:
        kinds = KINDS_OF_LINES if self._plan.granularity == "line" else KINDS
        self._plans = [replace(self._plan, prints=prints) for prints, _, _ in kinds]
        self._searches = [
            Search(
                self._program,
                plan,
                self._ground,
                self._wanted,
                exact=exact,
                worth=worth,
                clock=self._clock or exact,
                signals=self._signals,
            )
            for plan, (_, worth, exact) in zip(self._plans, kinds, strict=True)
        ]
        *self._others, self._exact = self._searches

    @property
    def _executions(self) -> int:
        return self._before + sum(search.executions for search in self._searches)

    def explanation(self, told: Told) -> Explanation:
        """Searches, and says what came of it."""
        until = self._began_s + self._time_s
        for search in self._turns():
            if search.met is not None:
                return self._found(search, until)
            if monotonic() >= until:
                return self._not_found(Reason("time", f"{self._time_s:g}"))
            if search.interrupted or told(self._executions, self._matched()):
                return self._not_found(Reason("interrupted"))
        return self._not_found(None)

    def _turns(self) -> Iterator[Search]:
        """Each search after each execution of its, until nothing more can follow."""
        turn = 1
        while True:
            early = turn < EXACT_FROM and any(search.more for search in self._others)
            for search in self._others if early else self._searches:
                share = EXACT if search is self._exact else 1
                for _ in range((FIRST << min(turn - 1, 20)) // share):
                    if not search.more:
                        break
                    search.once()
                    if search.read_clock and not self._clock:
                        break
                    yield search
                if search.read_clock and not self._clock:
                    break
            if not self._clock and any(search.read_clock for search in self._searches):
                self._before, self._clock = self._executions, True
                self._make()
                continue
            # What an exact search has tried without finding it, no other finds.
            if not self._exact.more or not any(search.more for search in self._searches):
                return
            turn += 1

    def _found(self, search: Search, until: float) -> Explanation:
        """It is found. Where it may be the whole output, a run that ends there is better."""
        if not self._transcript.stopped:
            search.guide.to_the_end = True
            for _ in range(LONGER):
                if search.whole is not None or not search.more or monotonic() >= until:
                    break
                search.once()
        plan = self._plans[self._searches.index(search)]
        whole = search.whole is not None
        way = search.whole or search.met
        assert way is not None, "it is found"
        trace = repeated(self._program, plan, self._ground, way, whole=whole)
        return self._explanation(
            found=trace,
            whole=whole,
            impossible=False,
            matched=len(self._transcript.lines),
            next=(),
            best=None,
            reasons=(),
        )

    def _not_found(self, stopped: Reason | None) -> Explanation:
        exact = self._exact
        missing = exact.missing() if stopped is None else (stopped, *exact.missing())
        matched = self._matched()
        # Of equals the one whose prints are whole is the easier to read; the exact one is last.
        best = max(self._searches, key=lambda each: each.guide.best.place)
        plan = self._plans[self._searches.index(best)]
        trace = None
        if matched and best.guide.way[0]:
            trace = repeated(self._program, plan, self._ground, best.guide.way, whole=False)
        if not missing and trace is not None:
            other = differs(self._program, plan, [schedule_of(trace)])
            missing = () if other is None else (Reason("nondeterministic", other),)
        following = dict.fromkeys(
            line
            for search in (exact, *self._others)
            if search.guide.wanted.line(search.guide.best) == matched
            for line in search.guide.next
        )
        return self._explanation(
            found=None,
            whole=False,
            impossible=not missing,
            matched=matched,
            next=tuple(following),
            best=trace,
            reasons=missing,
        )

    def _matched(self) -> int:
        return max(search.guide.wanted.line(search.guide.best) for search in self._searches)

    def _explanation(self, **told: Any) -> Explanation:
        """One with what there is to say of any."""
        plan = self._plan
        return Explanation(
            program=self._program.file.name,
            lesson=plan.lesson,
            variant=plan.variant,
            parameters=dict(plan.parameters or {}),
            arguments=plan.arguments,
            seed=plan.seed,
            granularity=plan.granularity,
            bounds={"max_steps": MAX_STEPS, "time_s": self._time_s},
            lines=self._transcript.lines,
            stopped=self._transcript.stopped,
            left_out=self._transcript.left_out,
            executions=self._executions,
            states=sum(search.strategy.states for search in self._searches),
            seconds=monotonic() - self._began_s,
            **told,
        )
