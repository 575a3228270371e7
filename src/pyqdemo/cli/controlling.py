"""Which run under control a command line asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyqdemo.cli.commands import Given, Option
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.runs import (
    CONTROL,
    GRANULARITY,
    ON_A_TERMINAL_S,
    SLEEPS,
    START_METHOD,
    STDOUT,
    STRATEGY,
    for_of,
    stop_after_of,
)
from pyqdemo.errors import UsageError

if TYPE_CHECKING:
    from pyqdemo.executing import Plan
    from pyqdemo.kernel.limits import Limits
    from pyqdemo.schedule import Schedule

__all__ = ["asked", "check_company", "limits", "no_clash", "seed_of", "steered"]

MOST_STEPS = 10**9
USUAL_STEPS = 1_000_000


def asked(given: Given) -> Option | None:
    """The first option that puts the run under control; None for a native run."""
    return next((option for option in CONTROL if given.has(option.name)), None)


def check_company(control: Option, given: Given) -> None:
    """Returns if whatever was typed goes together. Raises UsageError."""
    no_clash(given, "speed", control.name)  # a virtual clock has no pace
    no_clash(given, "quiet", "show-schedule")


def no_clash(given: Given, name: str, other: str, *, without: tuple[str, ...] = ()) -> None:
    """Raises UsageError where both were typed; offered is what is left without the first.

    Args:
        without: names of options that are left out too.
    """
    if given.has(name) and given.has(other):
        raise UsageError(
            "options_clash",
            option=f"--{name}",
            other=f"--{other}",
            next=corrected(given, without=[name, *without]),
        )


def seed_of(given: Given) -> int:
    """The seed that was typed, 0 if none was. Raises UsageError."""
    from pyqdemo.executing.plan import HIGHEST_SEED

    return given.whole("seed", low=0, high=HIGHEST_SEED, default=0, example=7)


def limits(given: Given) -> Limits:
    """The bounds and the kind of sleeps that were typed. Raises UsageError."""
    from pyqdemo.kernel.limits import Limits

    return Limits(
        given.whole("max-steps", low=1, high=MOST_STEPS, default=USUAL_STEPS),
        for_of(given),
        stop_after_of(given),
        given.choice(SLEEPS) == "loose",
    )


def steered(plan: Plan, given: Given, schedule: Schedule | None, endless: bool) -> Plan:
    """The plan with the seed, the strategy, the bounds and what else was asked for.

    Args:
        schedule: that the typed options agree with; None if none was typed.
        endless: the program never ends; without any bound it is stopped after a while.

    Raises:
        UsageError: a value is outside its range, or two do not go together.
    """
    if schedule is not None:
        from pyqdemo.executing import limits_of

        return replace(
            plan,
            seed=schedule.seed or 0,
            strategy="schedule",
            limits=limits_of(schedule),
            choices=schedule.choices,
            start_method=schedule.start_method,
            stdout=schedule.stdout,
            granularity=schedule.granularity,
            prints=schedule.prints,
            draws=schedule.draws,
        )
    from pyqdemo.executing.plan import DEEPEST

    seed = seed_of(given)
    strategy = given.choice(STRATEGY) or "random"
    depth = given.whole("depth", low=1, high=DEEPEST, default=3)
    if given.has("depth") and strategy != "pct":
        following = corrected(given, strategy="pct")
        raise UsageError("depth_of_pct", option="--depth", next=following)
    bounds = limits(given)
    unbounded = bounds.for_s is None and bounds.stop_after is None and not given.has("max-steps")
    if endless and unbounded:
        # Where the output goes must not decide what the run is.
        bounds = bounds._replace(for_s=ON_A_TERMINAL_S)
    return replace(
        plan,
        seed=seed,
        strategy=strategy,
        depth=depth,
        limits=bounds,
        start_method=given.choice(START_METHOD),
        stdout=given.choice(STDOUT) or "terminal",
        granularity=given.choice(GRANULARITY) or "operation",
    )
