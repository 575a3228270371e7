"""From printed lines to a schedule: how a program can have printed them, if it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from time import monotonic
from typing import Any, NamedTuple

from pyqdemo.errors import UsageError
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import Ground, carry, ground_of, program_for
from pyqdemo.executing.plan import check_plan, program_place
from pyqdemo.explaining.following import Following
from pyqdemo.explaining.plain import moves_in
from pyqdemo.explaining.reading import Reading
from pyqdemo.explaining.searching import MAX_STEPS
from pyqdemo.explaining.transcript import Transcript, readings_of
from pyqdemo.explaining.wanted import Wanted
from pyqdemo.explanation import Explanation
from pyqdemo.exploring.again import differs
from pyqdemo.kernel.limits import Limits
from pyqdemo.loading import Program
from pyqdemo.report import Reason
from pyqdemo.schedule import schedule_of
from pyqdemo.strategies import RoundRobin
from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["TIME_S", "Far", "Told", "explain", "explained"]

TIME_S = 60.0
LONGEST_S = 10**9
SHOWN = 40  # characters of what is no text, in a mistake
STANDING = 4  # a search is given up that has got no further for this part of the time,
AS_LONG = 4  # and for so many times as long as it took to get there
LOOK_STEPS = 2_000  # of a run that is looked at for what it prints beside lines
SELDOM = 3  # the text as it stands is searched for so many times less than what is read in it


class Far(NamedTuple):
    """How far a search is.

    Attributes:
        executions: that were begun.
        matched: lines, from the first, that some run prints.
        line: the one that comes next, which none has printed there; None if there is none.
    """

    executions: int
    matched: int
    line: str | None


Told = Callable[[Far], bool]
"""Told how far it is; answers whether to stop."""


def _go_on(far: Far) -> bool:
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
        UnusableFile: the program cannot be read or compiled, or imports what there is not.
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
    return explained(plan, readings_of(transcript), time_s)


def explained(
    plan: Plan,
    readings: Sequence[Transcript],
    time_s: float = TIME_S,
    told: Told = _go_on,
    signals: StopSignals | None = None,
) -> Explanation:
    """As ``explain``, for somebody who looks on.

    Args:
        readings: of the transcript, as ``readings_of`` gives them.
        told: told of the progress now and then; answers whether to stop.
        signals: looked at while an execution goes on; one that came ends the search.
    """
    check_plan(plan)
    _check_time(time_s)
    program = program_for(plan)
    with ground_of(plan) as ground:
        return _Explaining(program, plan, ground, readings, time_s, signals).explanation(told)


def _check_time(time_s: object) -> None:
    """Raises UsageError for what is no time to search."""
    if not (type(time_s) in (int, float) and 0 < time_s < LONGEST_S):  # type: ignore[operator]
        raise UsageError("explore_time", value=repr(time_s))


class _Explaining:
    """The readings of one transcript: each is searched for a while, again and again."""

    def __init__(
        self,
        program: Program,
        plan: Plan,
        ground: Ground,
        readings: Sequence[Transcript],
        time_s: float,
        signals: StopSignals | None,
    ) -> None:
        self._program, self._plan, self._ground = program, plan, ground
        self._signals = signals
        self._time_s = time_s
        self._began_s = monotonic()
        self._open_ended = [each for each in readings if each.open_ended]
        self._readings = [self._reading(each) for each in readings]

    def _reading(self, transcript: Transcript) -> Reading:
        return Reading(self._program, self._plan, self._ground, transcript, self._signals)

    def explanation(self, told: Told) -> Explanation:
        """Searches, and says what came of it."""
        until = self._began_s + self._time_s
        while (reading := self._next()) is not None:
            reading.once()
            if reading.met is not None:
                return self._found(reading, until)
            if monotonic() >= until:
                return self._not_found(Reason("time", f"{self._time_s:g}"))
            if reading.interrupted or told(self._far()):
                return self._not_found(Reason("interrupted"))
        standing = [each for each in self._readings if each.more]
        if not standing:
            return self._not_found(None)
        longest = max(each.spent_s - each.moved_s for each in standing)
        return self._not_found(Reason("no_further", f"{longest:.0f}"))

    def _next(self) -> Reading | None:
        """The reading that is searched for next; None if nothing more can come of any."""
        going = [each for each in self._readings if each.more and not self._stands(each)]
        if not going and self._open_ended:
            # The last line may break off: that is tried where it cannot be all of a line.
            further = [self._reading(replace(each, cut=True)) for each in self._open_ended]
            self._open_ended = []
            self._readings += further
            going = further
        return min(going, key=lambda each: each.spent_s * self._seldom(each), default=None)

    def _seldom(self, reading: Reading) -> int:
        as_it_stands = len(self._readings) > 1 and reading is self._readings[0]
        return SELDOM if as_it_stands else 1

    def _stands(self, reading: Reading) -> bool:
        """Whether it has got no further for long."""
        patience_s = self._time_s / STANDING / self._seldom(reading)
        return reading.spent_s > max(patience_s, AS_LONG * reading.moved_s)

    def _furthest(self) -> Reading:
        """The reading of which most can be printed; of equals one of what was read in the text,
        and whose lines are whole."""
        return max(
            reversed(self._readings), key=lambda each: (each.matched, not each.transcript.cut)
        )

    def _far(self) -> Far:
        reading = self._furthest()
        lines, matched = reading.transcript.lines, reading.matched
        executions = sum(each.executions for each in self._readings)
        return Far(executions, matched, lines[matched] if matched < len(lines) else None)

    def _found(self, reading: Reading, until: float) -> Explanation:
        trace, whole = reading.found(until)
        return self._explanation(
            reading.transcript,
            found=trace,
            whole=whole,
            impossible=False,
            matched=len(reading.transcript.lines),
            next=(),
            best=None,
            reasons=(),
        )

    def _not_found(self, stopped: Reason | None) -> Explanation:
        missing = dict.fromkeys(() if stopped is None else (stopped,))
        for each in self._readings:
            missing.update(dict.fromkeys(each.missing()))
        missing.update(dict.fromkeys(self._unseen()))
        reading = self._furthest()
        best = reading.best()
        if not missing and best is not None:
            trace, plan = best
            other = differs(self._program, plan, [schedule_of(trace)])
            if other is not None:
                missing[Reason("nondeterministic", other)] = None
        return self._explanation(
            reading.transcript,
            found=None,
            whole=False,
            impossible=not missing,
            matched=reading.matched,
            next=reading.next(),
            best=None if best is None else best[0],
            reasons=tuple(missing),
        )

    def _unseen(self) -> Iterator[Reason]:
        """What may be printed that shows in no lines, or in others, behind where all the searches
        have stopped: by the program's texts, and by a run that nobody holds back."""
        if moves_in(self._program.code):
            yield Reason("cursor")
        plan = replace(self._plan, limits=Limits(LOOK_STEPS, loose=True))
        execution = carry(self._program, plan, RoundRobin(), self._ground, signals=self._signals)
        guide = Following(Wanted(self._readings[-1].transcript.lines))
        guide.open(execution)
        for written in execution.output:
            guide.look_at(written)
        yield from map(Reason, sorted(guide.beside))

    def _explanation(self, transcript: Transcript, **told: Any) -> Explanation:
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
            lines=transcript.lines,
            stopped=transcript.stopped,
            cut=transcript.cut,
            left_out=transcript.left_out,
            tidied=transcript.tidied,
            executions=sum(each.executions for each in self._readings),
            states=sum(each.states for each in self._readings),
            seconds=monotonic() - self._began_s,
            **told,
        )
