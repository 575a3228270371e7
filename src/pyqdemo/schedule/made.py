"""A schedule as data, and the one that a trace followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyqdemo.errors import ScheduleError, TraceError
from pyqdemo.trace import Control, Header, Phase, Trace

__all__ = ["MAX_STEPS", "Schedule", "check", "schedule_of"]

MAX_STEPS = 1_000_000  # where a run stops if nobody says otherwise
DIGEST_DIGITS = 6  # of the program's digest: one program in sixteen million has the same


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that decides a controlled run but the program itself.

    Whether its processes are real or simulated is no part of it: the same choices give the
    same run in both worlds.

    Attributes:
        model: version of the models and of the step's grain: letters, digits, ``_``, ``-``.
        program: first hex digits, 6 to 64, of the sha256 of the program's main file.
        choices: id of the task that takes each step, from the first step on.
        seed: what the program's random draws follow; None where nobody gave one.
        sleeps: ``strict`` or ``loose``.
        granularity: ``operation`` or ``line``.
        start_method: of processes: ``fork``, ``spawn``, ``forkserver``, or None.
        stdout: what the program writes to: ``terminal`` (a process's buffer goes out at every
            line) or ``pipe`` (by the block).
        prints: ``whole`` or ``parted``: whether somebody can come between the parts of one.
        draws: which value each of the program's random draws from a small range gives, from 0,
            in the order in which they come; None where they follow the seed.
        parameters: keyword arguments of ``main``; a text carries whole numbers and flags only.
        arguments: ``sys.argv[1:]`` of a program of the user's own.
        bounds: ``for_s``, ``max_steps``, ``stop_after``, those that were given; without
            ``max_steps`` a run stops after ``MAX_STEPS``.
    """

    model: str
    program: str
    choices: tuple[str, ...] = ()
    seed: int | None = None
    sleeps: str = "strict"
    granularity: str = "operation"
    start_method: str | None = None
    stdout: str = "terminal"
    prints: str = "whole"
    draws: tuple[int, ...] | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    bounds: Mapping[str, float | int] = field(default_factory=dict)


def schedule_of(trace: Trace) -> Schedule:
    """The schedule that a controlled run followed, as far as its record goes.

    Raises:
        ScheduleError: ``schedule_native``: the operating system chose, so there are no
            choices.
        TraceError: ``trace_lacks`` (field) or ``trace_steps`` (seq, step, expected): it is
            no record that a controlled run leaves.
    """
    header = trace.header
    if header.control is Control.NATIVE:
        raise ScheduleError("schedule_native")
    if not header.model:
        raise TraceError("trace_lacks", field="model")
    return Schedule(
        model=header.model,
        program=_program(header),
        choices=_choices(trace),
        seed=header.seed,
        sleeps=header.sleeps or "strict",
        granularity=header.granularity or "operation",
        start_method=header.start_method,
        stdout=header.stdout or "terminal",
        prints=header.prints or "whole",
        draws=_draws(trace) if header.draws == "chosen" else None,
        parameters=header.parameters,
        arguments=header.arguments,
        bounds={
            name: bound
            for name, bound in header.bounds.items()
            if (name, bound) != ("max_steps", MAX_STEPS)
        },
    )


def check(schedule: Schedule, program_digest: str, model: str) -> None:
    """Returns if the schedule is of that program and of these models.

    Args:
        program_digest: of the program's main file, ``sha256:`` and hex as in a trace.
        model: version of the models that are to run it.

    Raises:
        ScheduleError: ``schedule_program`` or ``schedule_model``, each with what was
            expected (the schedule's) and seen.
    """
    digest = program_digest.removeprefix("sha256:")
    if not digest.startswith(schedule.program):
        seen = digest[: len(schedule.program)]
        raise ScheduleError("schedule_program", expected=schedule.program, seen=seen)
    if schedule.model != model:
        raise ScheduleError("schedule_model", expected=schedule.model, seen=model)


def _program(header: Header) -> str:
    digest = header.program[0].digest.removeprefix("sha256:") if header.program else ""
    if not re.match(rf"[0-9a-f]{{{DIGEST_DIGITS}}}", digest):
        raise TraceError("trace_lacks", field="program.digest")
    return digest[:DIGEST_DIGITS]


def _draws(trace: Trace) -> tuple[int, ...]:
    draws = [event.option for event in trace.events if event.operation == "draw"]
    options = tuple(option for option in draws if option is not None)
    if len(options) < len(draws):
        raise TraceError("trace_lacks", field="event.option")
    return options


def _choices(trace: Trace) -> tuple[str, ...]:
    """Who took each step: its first ``done`` event is by the task that was chosen."""
    choices: list[str] = []
    for event in trace.events:
        if event.phase is not Phase.DONE or event.step is None or event.step <= len(choices):
            continue
        if event.step != len(choices) + 1:
            expected = len(choices) + 1
            raise TraceError("trace_steps", seq=event.seq, step=event.step, expected=expected)
        choices.append(event.task)
    return tuple(choices)
