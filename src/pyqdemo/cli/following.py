"""A schedule that was typed: whether it goes with the program and with what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.card import Card, Parameter
from pyqdemo.cli.commands import Given
from pyqdemo.cli.controlling import USUAL_STEPS, limits, no_clash, seed_of
from pyqdemo.cli.recorded import options_of
from pyqdemo.cli.retyping import LONGEST_RETYPED, corrected
from pyqdemo.cli.runs import GRANULARITY, START_METHOD, STDOUT
from pyqdemo.errors import ScheduleError, UsageError
from pyqdemo.languages import Text

if TYPE_CHECKING:
    from pyqdemo.schedule import Schedule

__all__ = ["scheduled", "settled"]

NONE = Text("none", "没有指定")
#: Names of the options that say by themselves what a schedule's text says already.
_SAID = ("strategy", "depth")


def scheduled(given: Given, program: Path, card: Card | None = None) -> Schedule | None:
    """The schedule that was typed, None if none was; it is of this program.

    Args:
        card: of a lesson, which may have the program that the schedule is of.

    Raises:
        ScheduleError: it is malformed, of another program or of other models.
        UnusableFile: the program cannot be read.
    """
    typed = given.values.get("schedule")
    if typed is None:
        return None
    from pyqdemo.schedule import from_text

    try:
        schedule = from_text(typed.strip())
    except ScheduleError as mistake:
        mistake.facts["next"] = _shown_anew(given)
        raise
    _check_program(schedule, given, program, card)
    return schedule


def settled(given: Given, schedule: Schedule | None, card: Card | None, published: bool) -> Given:
    """What was typed, with options in the schedule's place that ask for a run like its.

    Args:
        card: of a lesson; None for a program of the user's own, which has no parameters.

    Raises:
        ScheduleError: the program takes no such parameter.
        UsageError: an option says something else than the schedule.
    """
    if schedule is None:
        return given
    parameters = card.parameters_of(published) if card is not None else ()
    _check_parameters(given, schedule, parameters)
    _check_agreement(given, schedule, parameters)
    endless = card is not None and published and card.endless
    flags, values = options_of(schedule, parameters, endless=endless)
    values = {**values, **given.values, "seed": str(schedule.seed or 0)}
    del values["schedule"]
    arguments = {**given.arguments, "ARGS": schedule.arguments}
    return replace(given, flags=given.flags | flags, values=values, arguments=arguments)


def _check_agreement(given: Given, schedule: Schedule, parameters: Sequence[Parameter]) -> None:
    """Raises UsageError where something that was typed says something else than the schedule."""
    if given.arguments.get("ARGS", ()) not in ((), schedule.arguments):
        bare = replace(given, arguments={**given.arguments, "ARGS": ()})
        kept = given if len(given.values["schedule"]) > LONGEST_RETYPED else bare
        raise UsageError("schedule_arguments", next=corrected(kept))
    unlike = dict(_unlike(given, schedule, parameters))
    following = _without(given, unlike)
    for name in _SAID:
        no_clash(given, name, "schedule", without=tuple(unlike))
    for name, value in unlike.items():
        raise UsageError(
            "schedule_otherwise",
            option=f"--{name} {given.values.get(name, '')}".rstrip(),
            settled=value,
            next=following,
        )


def _name(parameter: Parameter) -> str:
    return parameter.option.removeprefix("--")


def _check_program(schedule: Schedule, given: Given, program: Path, card: Card | None) -> None:
    """Raises ScheduleError where the schedule is of another program, or of other models."""
    from pyqdemo.kernel.execution import MODEL
    from pyqdemo.schedule import check
    from pyqdemo.worlds.program import check_program

    try:
        check(schedule, check_program(program).digest, MODEL)
    except ScheduleError as mistake:
        mistake.facts["next"] = _with_seed(given, schedule)
        if mistake.happened != "schedule_program" or card is None:
            raise
        others = {card.program: "schedule_of_repaired"}
        if card.published is not None:
            others[card.published] = "schedule_of_published"
        for other, happened in others.items():
            if _is_of(schedule, check_program(other).digest):
                raise _of_version(happened, given, schedule, card) from None
        raise


def _is_of(schedule: Schedule, digest: str) -> bool:
    return digest.removeprefix("sha256:").startswith(schedule.program)


def _of_version(happened: str, given: Given, schedule: Schedule, card: Card) -> ScheduleError:
    """The schedule is of the lesson's other program."""
    flag = "as-published"
    published = happened == "schedule_of_published"
    taken = card.parameters_of(published)
    without = [_name(one) for one in card.parameters if one not in taken]
    flags = [flag] if published else []
    other = replace(given, flags=given.flags.union(flags) - (frozenset() if flags else {flag}))
    unlike = dict(_unlike(other, schedule, taken))
    following = _without(other, {**dict.fromkeys(without), **unlike})
    return ScheduleError(happened, lesson=card.name, option=f"--{flag}", next=following)


def _check_parameters(given: Given, schedule: Schedule, parameters: Sequence[Parameter]) -> None:
    """Raises ScheduleError for a setting that the program does not take."""
    known = {parameter.name: parameter for parameter in parameters}
    for name, value in schedule.parameters.items():
        parameter = known.get(name)
        if parameter is None or (parameter.kind == "flag") != isinstance(value, bool):
            raise ScheduleError(
                "schedule_no_parameter",
                program=given.argument("FILE") or given.command,
                name=name,
                value=str(value).lower(),
                next=_with_seed(given, schedule),
            )


def _unlike(
    given: Given, schedule: Schedule, parameters: Sequence[Parameter]
) -> Iterator[tuple[str, object]]:
    """Options that were typed and are not as the schedule has it, with what it has."""
    for name, (typed, told) in _pairs(given, schedule).items():
        if given.has(name) and typed != told:
            yield name, NONE if told is None else told
    for name in _SAID:
        if given.has(name):
            yield name, NONE
    for parameter in parameters:
        value, name = schedule.parameters.get(parameter.name), _name(parameter)
        if value is None or not given.has(name):
            continue
        if value is False or (value is not True and _whole(given.values[name]) != value):
            yield name, NONE if value is False else value


def _pairs(given: Given, schedule: Schedule) -> Mapping[str, tuple[object, object]]:
    """Option → what was typed (or the default), and what the schedule has. Raises UsageError."""
    typed, bounds = limits(given), schedule.bounds
    return {
        "seed": (seed_of(given), schedule.seed or 0),
        "start-method": (given.choice(START_METHOD), schedule.start_method),
        "stdout": (given.choice(STDOUT), schedule.stdout),
        "granularity": (given.choice(GRANULARITY), schedule.granularity),
        "sleeps": ("loose" if typed.loose else "strict", schedule.sleeps),
        "for": (typed.for_s, bounds.get("for_s")),
        "stop-after": (typed.stop_after, bounds.get("stop_after")),
        "max-steps": (typed.max_steps, bounds.get("max_steps", USUAL_STEPS)),
    }


def _without(given: Given, unlike: Mapping[str, object]) -> str:
    """The command without the options that are unlike the schedule, or without a long one."""
    if len(given.values["schedule"]) > LONGEST_RETYPED:
        return corrected(given, without=["schedule"], **_a_seed(given, "0"))
    return corrected(given, without=unlike)


def _with_seed(given: Given, schedule: Schedule) -> str:
    """The command without its schedule, with the seed of it unless one was typed."""
    return corrected(given, without=["schedule"], **_a_seed(given, str(schedule.seed or 0)))


def _shown_anew(given: Given) -> str:
    """The command that shows a schedule of the same program."""
    seed = _a_seed(given, "7")
    return corrected(given, without=["schedule", "quiet"], flags=["show-schedule"], **seed)


def _a_seed(given: Given, seed: str) -> dict[str, str]:
    return {} if given.has("seed") else {"seed": seed}


def _whole(typed: str) -> int | None:
    try:
        return int(typed)
    except ValueError:
        return None
