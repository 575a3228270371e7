"""Which run under control a command line asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.card import Parameter
from pyqdemo.cli.commands import Given, Option
from pyqdemo.cli.retyping import retyped
from pyqdemo.cli.runs import (
    CONTROL,
    ON_A_TERMINAL_S,
    SLEEPS,
    STRATEGY,
    for_of,
    stop_after_of,
)
from pyqdemo.errors import ScheduleError, UsageError
from pyqdemo.languages import Text

if TYPE_CHECKING:
    from pyqdemo.executing import Plan
    from pyqdemo.kernel.limits import Limits
    from pyqdemo.schedule import Schedule

__all__ = ["asked", "check_company", "refuse", "scheduled", "steered", "with_parameters"]

GREATEST_SEED = 2**63 - 1
MOST_STEPS = 10**9
USUAL_STEPS = 1_000_000
NONE = Text("none", "没有指定")
#: Names of the options that say by themselves what a schedule's text says already.
_SETTLED = ("strategy", "depth")
_NATIVE_ONLY = ("speed", "start-method")


def asked(given: Given) -> Option | None:
    """The first option that puts the run under control; None for a native run."""
    return next((option for option in CONTROL if given.has(option.name)), None)


def check_company(control: Option, given: Given) -> None:
    """Returns if whatever was typed goes together. Raises UsageError."""
    for name in _NATIVE_ONLY:
        _no_clash(given, name, control.name)
    if given.has("quiet") and given.has("show-schedule"):
        following = f"{retyped(given)} --show-schedule"
        raise UsageError("options_clash", option="--quiet", other="--show-schedule", next=following)


def refuse(control: Option, given: Given) -> UsageError:
    """Why a lesson with processes cannot be run under control."""
    without = [option.name for option in CONTROL]
    return UsageError(
        "seed_processes",
        lesson=given.command,
        option=control.flag,
        next=retyped(given, without=without),
    )


def scheduled(given: Given) -> Schedule | None:
    """The schedule that was typed, None if none was.

    Raises:
        ScheduleError: it is malformed, or asks for what this version cannot do.
        UsageError: an option stands beside it that says something else than it does.
    """
    typed = given.values.get("schedule")
    if typed is None:
        return None
    from pyqdemo.schedule import from_text

    schedule = from_text(typed.strip())
    if schedule.granularity != "operation":
        raise ScheduleError("schedule_not_yet", setting=f"granularity={schedule.granularity}")
    if schedule.start_method is not None:
        raise ScheduleError("schedule_not_yet", setting=f"start-method={schedule.start_method}")
    for name in _SETTLED:
        _no_clash(given, name, "schedule")
    return schedule


def with_parameters(
    given: Given, schedule: Schedule | None, parameters: Sequence[Parameter]
) -> Given:
    """The lesson's options as typed, and those that the schedule's text gives.

    Raises:
        ScheduleError: the lesson takes no such parameter.
        UsageError: one was typed with another value.
    """
    if schedule is None:
        return given
    known = {parameter.name: parameter for parameter in parameters}
    flags, values = set(given.flags), dict(given.values)
    for name, value in schedule.parameters.items():
        parameter = known.get(name)
        if parameter is None or (parameter.kind == "flag") != isinstance(value, bool):
            raise ScheduleError(
                "schedule_no_parameter", lesson=given.command, name=name, value=value
            )
        option = parameter.option.removeprefix("--")
        if parameter.kind == "flag":
            if option in flags and not value:
                raise _otherwise(given, option, NONE)
            flags |= {option} if value else set()
        else:
            if option in values and _whole(values[option]) != value:
                raise _otherwise(given, option, value)
            values[option] = str(value)
    return replace(given, flags=frozenset(flags), values=values)


def steered(plan: Plan, given: Given, base: str, schedule: Schedule | None, endless: bool) -> Plan:
    """The plan with the seed, the strategy and the bounds that were asked for.

    Args:
        base: the command that a mistake offers to type.
        endless: the program never ends; without any bound it is stopped after a while.

    Raises:
        UsageError, ScheduleError: a value is outside its range, or two do not go together.
        UnusableFile: there is a schedule, and the program cannot be read.
    """
    seed = given.whole("seed", low=0, high=GREATEST_SEED, default=0, example=7, base=base)
    strategy = given.choice(STRATEGY, base=base) or "random"
    depth = given.whole("depth", low=1, high=100, default=3, base=base)
    if given.has("depth") and strategy != "pct":
        following = f"{base} --strategy pct --depth {depth}"
        raise UsageError("depth_of_pct", option="--depth", next=following)
    limits = _limits(given, base)
    if schedule is not None:
        return _following(replace(plan, seed=seed, limits=limits), given, schedule)
    unbounded = limits.for_s is None and limits.stop_after is None and not given.has("max-steps")
    if endless and unbounded:
        # Where the output goes must not decide what the run is.
        limits = replace(limits, for_s=ON_A_TERMINAL_S)
    return replace(plan, seed=seed, strategy=strategy, depth=depth, limits=limits)


def _limits(given: Given, base: str) -> Limits:
    from pyqdemo.kernel.limits import Limits

    return Limits(
        given.whole("max-steps", low=1, high=MOST_STEPS, default=USUAL_STEPS, base=base),
        for_of(given, base),
        stop_after_of(given, base),
        given.choice(SLEEPS, base=base) == "loose",
    )


def _following(plan: Plan, given: Given, schedule: Schedule) -> Plan:
    """The plan that makes the schedule's choices; its settings stand, and the typed ones agree."""
    from pyqdemo.executing import limits_of
    from pyqdemo.kernel.execution import MODEL
    from pyqdemo.schedule import check
    from pyqdemo.worlds.program import check_program

    typed, settled, seed = plan.limits, limits_of(schedule), schedule.seed or 0
    _agree(given, "seed", plan.seed, seed)
    _agree(given, "sleeps", "loose" if typed.loose else "strict", schedule.sleeps)
    _agree(given, "for", typed.for_s, settled.for_s)
    _agree(given, "stop-after", typed.stop_after, settled.stop_after)
    _agree(given, "max-steps", typed.max_steps, settled.max_steps)
    assert isinstance(plan.program, Path), "a command names a file"
    try:
        check(schedule, check_program(plan.program).digest, MODEL)
    except ScheduleError as mistake:
        mistake.facts["next"] = retyped(given, without=["schedule"], seed=seed)
        raise
    return replace(plan, seed=seed, strategy="schedule", limits=settled, choices=schedule.choices)


def _agree(given: Given, option: str, typed: object, settled: object) -> None:
    if given.has(option) and typed != settled:
        raise _otherwise(given, option, NONE if settled is None else settled)


def _otherwise(given: Given, option: str, settled: object) -> UsageError:
    """A schedule's text says one thing, an option beside it another."""
    return UsageError(
        "schedule_otherwise",
        option=f"--{option} {given.values.get(option, '')}".rstrip(),
        settled=settled,
        next=retyped(given, without=[option]),
    )


def _whole(typed: str) -> int | None:
    try:
        return int(typed)
    except ValueError:
        return None


def _no_clash(given: Given, name: str, other: str) -> None:
    """Raises UsageError where both were typed; offered is what is left without the first."""
    if given.has(name) and given.has(other):
        raise UsageError(
            "options_clash",
            option=f"--{name}",
            other=f"--{other}",
            next=retyped(given, without=[name]),
        )
