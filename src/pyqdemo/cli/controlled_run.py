"""A run under control, from a plan to its exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pyqdemo.analysis.xray import xray
from pyqdemo.card import Card, Flaw
from pyqdemo.cli.concluding import Guard, conclude
from pyqdemo.cli.console import Console
from pyqdemo.cli.flaws import explained
from pyqdemo.cli.helping import cells
from pyqdemo.cli.last_resort import LastResort
from pyqdemo.cli.offering import Offers
from pyqdemo.cli.runs import Look
from pyqdemo.cli.words import say
from pyqdemo.errors import Exit, ReplayMismatch, RunError
from pyqdemo.executing import Controlled, Plan, execute
from pyqdemo.schedule import schedule_of, to_text
from pyqdemo.trace import Header, Outcome, OutcomeKind, Record, Trace
from pyqdemo.views.stage import Stage, open_stage
from pyqdemo.views.under_control import Replayed, UnderControl
from pyqdemo.worlds.processes.fork_server import ForkServer
from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["watch_controlled"]

WIDTH = 80


def watch_controlled(
    card: Card | None,
    plan: Plan,
    look: Look,
    console: Console,
    offers: Offers,
    *,
    endless: bool = False,
    show_schedule: bool = False,
    flaw: Flaw | None = None,
    compared: Callable[[Trace], Replayed] | None = None,
    server: ForkServer | None = None,
) -> int:
    """Carries a plan out, shows what was printed, sums it up and keeps the record.

    No picture moves, since no time passes in which to watch one.

    Args:
        card: None for a program of the user's own.
        endless: the program never ends, which is said first.
        show_schedule: prints the choices as a text.
        flaw: that the run shows; it is told in plain words.
        compared: of a replayed run: how its trace is like the recorded one.
        server: as of ``execute``.

    Returns:
        The exit code.

    Raises:
        PyqdemoError: it could not be run at all, or a choice could not be made.
    """
    with _stage(card, plan, look, console) as stage:
        if endless:
            stage.announce(plan.limits.for_s, virtual=True)
        guard = Guard(stage)
        try:
            with StopSignals() as signals, LastResort(console.err) as resort:
                done = execute(plan, _Alive(guard, resort), signals, server)
        except BaseException as error:
            stage.close_picture()  # what is said of it begins a line of its own
            if isinstance(error, ReplayMismatch):
                error.facts["next"] = offers.by_seed
            elif isinstance(error, RunError):
                error.facts["next"] = _instead(error.happened, offers)
            raise
        replayed = compared(done.trace) if compared is not None else None
        return conclude(
            card,
            _Kept(done.trace),
            look,
            console,
            stage,
            guard,
            endless=endless,
            control=_control(done, replayed, look),
            last=lambda code: _last(code, done.trace, offers, look.lang, show_schedule, flaw),
        )


def _instead(happened: str, offers: Offers) -> str:
    """The command with which a program can be run that could not be controlled like this."""
    match happened:
        case "refused_keyboard":
            return offers.watched
        case "fork_not_copied":
            return offers.real
        case _:
            return offers.native


@dataclass(frozen=True, slots=True)
class _Alive:
    """Looks on, and says at every tick that there is life in this process."""

    guard: Guard
    resort: LastResort

    def printed(self, stream: str, text: str) -> None:
        self.guard.printed(stream, text)

    def tick(self, elapsed_ns: int) -> None:
        self.resort.alive()
        self.guard.tick(elapsed_ns)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A trace in memory, as ``concluding`` reads a run."""

    trace: Trace

    @property
    def header(self) -> Header:
        return self.trace.header

    @property
    def outcome(self) -> Outcome:
        assert self.trace.outcome is not None, "the run is over"
        return self.trace.outcome

    def records(self) -> Iterator[Record]:
        trace = self.trace
        return chain(trace.tasks, trace.resources, trace.events)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the stage asks of a run; see ``views.stage.Asked``."""

    program: Path
    speed: float = 1.0


def _stage(card: Card | None, plan: Plan, look: Look, console: Console) -> Stage:
    assert isinstance(plan.program, Path), "a command names a file"
    return open_stage(
        card,
        _Shown(plan.program),
        lang=look.lang,
        plain=True,
        quiet=look.quiet,
        out=console.err if look.json else console.out,
        err=console.err,
        environ=console.environ,
        keys=None,
    )


def _control(done: Controlled, replayed: Replayed | None, look: Look) -> UnderControl:
    uncontrolled = () if done.trace.outcome is None else done.trace.outcome.uncontrolled
    trace = done.trace
    return UnderControl(
        trace.header,
        _steps(trace),
        done.took_ns,
        uncontrolled,
        replayed,
        xray=None if look.quiet else xray(trace),
        in_full=look.plain,
        start_methods=_start_methods(trace),
    )


def _start_methods(trace: Trace) -> tuple[str, ...]:
    """By which processes were started, in the order in which each first was."""
    starts = (event for event in trace.events if event.operation == "start" and event.value)
    return tuple(dict.fromkeys(event.value or "" for event in starts))


def _steps(trace: Trace) -> int:
    return max((event.step or 0 for event in trace.events), default=0)


def _last(
    code: int, trace: Trace, offers: Offers, lang: str, show_schedule: bool, flaw: Flaw | None
) -> str:
    """What stands below the summary; the command that may be typed next comes last."""
    lines = [""]
    if flaw is not None:
        lines += [*explained(flaw, lang), ""]
    if show_schedule:
        lines += [*_schedule(trace, offers, lang), ""]
    if code in (Exit.FAILED, Exit.STUCK, Exit.UNUSABLE):
        lines.append(say("run.replay", lang, command=offers.same))
    elif code == Exit.FINE:
        lines.append(say("help.try", lang, command=_next(trace, offers)))
    return "\n".join(lines).rstrip("\n") + "\n" if any(lines) else ""


def _next(trace: Trace, offers: Offers) -> str:
    """What one wants after a run that went well: more of it if it was stopped, else another."""
    outcome, bounds = trace.outcome, trace.header.bounds
    match outcome.kind if outcome is not None else None:
        case OutcomeKind.STEP_BOUND if _steps(trace) == bounds.get("max_steps"):
            return offers.more_steps or offers.another
        case OutcomeKind.TIME_BOUND:
            return offers.more_time or offers.another
    return offers.another


def _schedule(trace: Trace, offers: Offers, lang: str) -> Iterator[str]:
    told = say("run.schedule", lang, schedule=to_text(schedule_of(trace)))
    yield told
    if cells(told) > WIDTH and offers.shorter is not None:
        yield say("run.shorter", lang, command=offers.shorter)
