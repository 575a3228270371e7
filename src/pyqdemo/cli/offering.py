"""Commands to offer after a run under control: the same run again, and another one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from pyqdemo.card import Card
from pyqdemo.cli.commands import Given
from pyqdemo.cli.controlling import MOST_STEPS
from pyqdemo.cli.recorded import command_of
from pyqdemo.cli.retyping import corrected, quoted_path, retyped
from pyqdemo.cli.runs import CONTROL, GRANULARITY, LONGEST_S, WORLD
from pyqdemo.cli.worlds import makes_processes, world_of
from pyqdemo.executing import Plan
from pyqdemo.executing.plan import HIGHEST_SEED
from pyqdemo.trace import Header

__all__ = ["Offers", "offers", "offers_of_replay"]


@dataclass(frozen=True, slots=True)
class Offers:
    """Commands, each without ``pyqdemo`` before it.

    Attributes:
        same: does this very run again.
        another: does a like one.
        by_seed: the program with the seed of this run.
        shorter: does this very run again in few words; None where only its choices can
            tell what it was.
        more_steps, more_time: the program with the seed of this run, and ten times the bound;
            None where it cannot be raised, or is not what one wants.
        real: the program with the seed of this run, and with real processes.
        native: the program, not under control.
        watched: the same with the keyboard left to it.
    """

    same: str
    another: str
    by_seed: str
    shorter: str | None
    more_steps: str | None
    more_time: str | None
    real: str
    native: str
    watched: str


def offers(
    given: Given, alike: Given, save: Path | None, plan: Plan, *, endless: bool = False
) -> Offers:
    """After a run that was typed as the program's own command.

    Args:
        alike: the same with options in the place of a typed schedule.
        save: where the record goes, None if nowhere.
        endless: the program never ends.
    """
    scheduled = plan.choices is not None
    by_seed = retyped(alike, seed=plan.seed)
    same = retyped(given) if scheduled else by_seed
    return _offers(
        alike,
        plan,
        same=_replay(save, plan, given) or same,
        shorter=None if scheduled else by_seed,
        endless=endless,
    )


def offers_of_replay(
    given: Given, save: Path | None, plan: Plan, card: Card | None, header: Header
) -> Offers:
    """After ``replay``, whose program may be a lesson's."""
    typed = retyped(given)
    same = _replay(save, plan, given) or typed
    lang = given.values.get("lang")
    alike = command_of(header, _program(plan), card, lang)
    if alike is None:  # no command calls a function
        real = retyped(given, world="real")
        return Offers(same, typed, typed, typed, None, None, real, typed, typed)
    alike = _in_its_world(alike, plan, card)
    endless = card is not None and plan.variant == "published" and card.endless
    return _offers(alike, plan, same=same, shorter=typed, endless=endless)


def _offers(alike: Given, plan: Plan, *, same: str, shorter: str | None, endless: bool) -> Offers:
    seed, without = plan.seed, [option.name for option in (*CONTROL, WORLD)]
    limits = plan.limits
    steps = min(limits.max_steps * 10, MOST_STEPS)
    time = None if limits.for_s is None or endless else min(limits.for_s * 10, LONGEST_S)
    return Offers(
        same=same,
        another=retyped(alike, without=_idle_strategy(alike), seed=_next_seed(seed)),
        by_seed=retyped(alike, seed=seed),
        shorter=shorter,
        more_steps=None
        if steps == limits.max_steps
        else retyped(alike, seed=seed, max_steps=steps),
        more_time=None
        if time in (None, limits.for_s)
        else retyped(alike, seed=seed, **{"for": f"{time:g}"}),
        real=retyped(alike, without=[GRANULARITY.name], seed=seed, world="real"),
        native=corrected(alike, without=without),
        watched=corrected(alike, without=without, flags=["plain"]),
    )


def _in_its_world(alike: Given, plan: Plan, card: Card | None) -> Given:
    """The command, with the world of the plan where its program would be run in the other."""
    processes = card.processes if card is not None else makes_processes(_program(plan))
    if world_of(alike, processes=processes) == plan.world:
        return alike
    return replace(alike, values={**alike.values, WORLD.name: plan.world})


def _replay(save: Path | None, plan: Plan, given: Given) -> str | None:
    """The command that repeats the saved run; None where nothing is saved for long."""
    if save is None or (save.exists() and not save.is_file()):
        return None
    words = ["replay", quoted_path(save)]
    if plan.lesson is None and not _would_be_found(_program(plan), save):
        words.append(quoted_path(_program(plan)))
    if given.has("lang"):
        words += ["--lang", given.lang]
    return " ".join(words)


def _would_be_found(program: Path, save: Path) -> bool:
    """Whether ``replay`` looks where the program lies: here first, then beside the record."""
    for folder in (Path(), save.parent):
        if (folder / program.name).is_file():
            return (folder / program.name).samefile(program)
    return False


def _program(plan: Plan) -> Path:
    assert isinstance(plan.program, Path), "a command names a file"
    return plan.program


def _next_seed(seed: int) -> int:
    return seed + 1 if seed < HIGHEST_SEED else 0


def _idle_strategy(alike: Given) -> Collection[str]:
    """A strategy that draws nothing would give the same run again."""
    return ["strategy"] if alike.values.get("strategy") == "round-robin" else []
