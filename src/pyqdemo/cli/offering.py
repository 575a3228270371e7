"""Commands to offer after a run under control: the same run again, and another one."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from pyqdemo.card import Card
from pyqdemo.cli.commands import Given
from pyqdemo.cli.controlling import GREATEST_SEED
from pyqdemo.cli.retyping import quoted_path, retyped
from pyqdemo.executing import Plan

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
    """

    same: str
    another: str
    by_seed: str
    shorter: str | None


def offers(given: Given, settled: Given, save: Path | None, plan: Plan) -> Offers:
    """After a run that was typed as the program's own command.

    Args:
        settled: with what a typed schedule says of the program's parameters.
        save: where the record goes, None if nowhere.
    """
    by_seed = retyped(settled, without=["schedule"], seed=plan.seed)
    another = retyped(
        settled, without=["schedule", *_idle_strategy(plan)], seed=_next_seed(plan.seed)
    )
    scheduled = plan.choices is not None
    same = retyped(given) if scheduled else by_seed
    return Offers(
        _replay(save, plan, given) or same, another, by_seed, None if scheduled else by_seed
    )


def offers_of_replay(given: Given, save: Path | None, plan: Plan, card: Card | None) -> Offers:
    """After ``replay``, whose program may be a lesson's."""
    words = ["run", quoted_path(_program(plan))] if card is None else [card.name]
    if card is not None and plan.variant == "published":
        words.append("--as-published")
    arguments = ["--", *map(shlex.quote, plan.arguments)] if plan.arguments else []

    def seeded(seed: int) -> str:
        return " ".join([*words, "--seed", str(seed), *arguments])

    typed = retyped(given)
    return Offers(
        _replay(save, plan, given) or typed, seeded(_next_seed(plan.seed)), seeded(plan.seed), typed
    )


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
    return seed + 1 if seed < GREATEST_SEED else 0


def _idle_strategy(plan: Plan) -> list[str]:
    """A strategy that draws nothing would give the same run again."""
    return ["strategy"] if plan.strategy == "round-robin" else []
