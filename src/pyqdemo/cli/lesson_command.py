"""A lesson's command, made of its card alone."""

from __future__ import annotations

import re

from pyqdemo.card import Card, Flaw, Parameter
from pyqdemo.cli.commands import Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.controlling import asked, check_company, steered
from pyqdemo.cli.flaws import FLAW, check_shows, flaw_option, flaw_section, shown_flaws, stood_for
from pyqdemo.cli.following import scheduled, settled
from pyqdemo.cli.parameters import value_of, values_of
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.runs import (
    SEED,
    START_METHOD,
    STDOUT,
    Look,
    look_of,
    picture,
    rest,
    speed_of,
)
from pyqdemo.cli.words import text
from pyqdemo.cli.worlds import check_world, server_for, world_of
from pyqdemo.errors import CardError, UsageError
from pyqdemo.languages import Text

__all__ = ["lesson_command", "watch_lesson"]

PUBLISHED = "--as-published"


def lesson_command(card: Card) -> Command:
    """The command of a lesson.

    Raises:
        CardError: a parameter has the name of an option that every lesson has.
    """
    own = tuple(map(_option, card.parameters))
    published = Option(PUBLISHED, _told_of_published(card))
    flaw = (flaw_option(card),) if shown_flaws(card) else ()
    first = (published, *flaw) if card.published else ()
    sections = [picture(*first, SEED)]
    if own:
        sections.insert(0, Section(card.words.parameters, own))
    unoffered = (
        *(() if card.published else (published,)),
        *(() if flaw else (FLAW,)),
        *(() if card.processes else (START_METHOD, STDOUT)),
    )
    told = (flaw_section(card),) if flaw else ()
    command = Command(
        name=card.name,
        panel="lessons",
        summary=card.summary,
        about=card.about,
        sections=tuple(sections),
        rest=(*rest(card.speed, processes=card.processes, sleeps=card.sleeps), *told),
        unoffered=unoffered,
        example=card.trial.options if card.trial else "",
        question=card.trial.question if card.trial else None,
        start=lambda given, console: _start(card, command, given, console),
    )
    _check_names(card, command)
    check_shows(card, command.options)
    return command


def watch_lesson(
    card: Card, look: Look, console: Console, given: Given, *, published: bool = False
) -> int:
    """Runs the lesson and shows it; the exit code says how it ended.

    Args:
        given: parameters, pace and bounds as typed; what was not typed has its default.
    """
    from pyqdemo.cli.watching import bounds_of, watch
    from pyqdemo.worlds.native.running import Request

    program = card.program_of(published)
    request = Request(
        program=program,
        parameters=values_of(card, given, published),
        lesson=card.name,
        variant="published" if published else "repaired",
        start_method=given.choice(START_METHOD),
        speed=speed_of(given, card.speed),
    )
    return watch(
        card,
        request,
        bounds_of(given),
        look,
        console,
        endless=published and card.endless,
        may_hang=published and card.may_hang,
    )


def _start(card: Card, command: Command, given: Given, console: Console) -> int:
    flaw = None
    if given.has(FLAW.name):
        given, flaw = stood_for(given, card, command.options, given.values[FLAW.name])
    published = given.has("as-published")
    if published and card.published is None:
        following = corrected(given, without=["as-published"])
        raise UsageError("one_version", lesson=card.name, next=following)
    _check_processes(card, given)
    if published:
        _check_published(card, given)
    control = asked(given)
    check_world(given, control)
    if control is not None:
        check_company(control, given)
        return _control_lesson(card, given, console, published, flaw)
    # Numbers first, then the file: a slip in the former must not depend on the latter.
    for parameter in card.parameters:
        value_of(parameter, given)
    return watch_lesson(card, look_of(given), console, given, published=published)


def _check_processes(card: Card, given: Given) -> None:
    """Raises UsageError where an option of processes was typed for a lesson without any."""
    for option in () if card.processes else (START_METHOD, STDOUT):
        if given.has(option.name):
            following = corrected(given, without=[START_METHOD.name, STDOUT.name])
            facts = {"lesson": card.name, "option": option.flag, "next": following}
            raise UsageError("no_processes", **facts)


def _check_published(card: Card, given: Given) -> None:
    """Raises UsageError where an option was typed that the published program does not take."""
    taken = card.parameters_of(published=True)
    others = [one.option for one in card.parameters if one not in taken]
    typed = [option for option in others if given.has(option[2:])]
    if typed:
        following = corrected(given, without=[option[2:] for option in typed])
        raise UsageError("published_takes_no", lesson=card.name, option=typed[0], next=following)


def _control_lesson(
    card: Card, given: Given, console: Console, published: bool, flaw: Flaw | None
) -> int:
    """Runs the lesson under control and shows it."""
    program = card.program_of(published)
    schedule = scheduled(given, program, card)
    alike = settled(given, schedule, card, published)
    values = values_of(card, alike, published)
    world = world_of(alike, processes=card.processes)
    with server_for(world) as server:
        from pyqdemo.cli.controlled_run import watch_controlled
        from pyqdemo.cli.offering import offers
        from pyqdemo.executing import Plan

        plan = Plan(
            program=program,
            parameters=values,
            lesson=card.name,
            variant="published" if published else "repaired",
            world=world,
        )
        endless = published and card.endless
        plan = steered(plan, given, schedule, endless)
        look = look_of(given)
        return watch_controlled(
            card,
            plan,
            look,
            console,
            offers(given, alike, look.save, plan, endless=endless),
            endless=endless,
            show_schedule=given.has("show-schedule"),
            flaw=flaw,
            server=server,
        )


def _told_of_published(card: Card) -> Text:
    if not card.tutorial:
        return text("option.published_ours")
    return text("option.published_endless" if card.endless else "option.published")


def _option(parameter: Parameter) -> Option:
    if parameter.kind == "flag":
        return Option(parameter.option, parameter.help)
    return Option(parameter.option, _with_range(parameter), "N", str(parameter.default))


def _with_range(parameter: Parameter) -> Text:
    """The help with the range after it, unless it says by itself what 0 means."""
    if re.search(r"\b0\b", parameter.help.en):
        return parameter.help
    facts = {"low": parameter.minimum, "high": parameter.maximum}
    return Text(
        text("help.range", help=parameter.help.en, **facts).en,
        text("help.range", help=parameter.help.zh, **facts).zh,
    )


def _check_names(card: Card, command: Command) -> None:
    flags = [option.flag for option in (*command.options, *command.unoffered)]
    for parameter in card.parameters:
        if flags.count(parameter.option) > 1:
            file = str(card.program.with_suffix(".toml"))
            raise CardError("reserved_parameter", file=file, option=parameter.option)
