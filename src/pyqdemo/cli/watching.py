"""A native run, from the words of a command to its exit code."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TextIO

from pyqdemo.card import Card
from pyqdemo.cli.commands import Given
from pyqdemo.cli.concluding import Guard, conclude
from pyqdemo.cli.console import Console
from pyqdemo.cli.runs import ELSEWHERE_S, ON_A_TERMINAL_S, Look, for_of, stop_after_of
from pyqdemo.views.stage import Stage, open_stage
from pyqdemo.worlds.native.running import Bounds, Request, check_program, run

__all__ = ["bounds_of", "watch"]


def bounds_of(given: Given) -> Bounds:
    """The bounds asked for. Raises UsageError."""
    stop_after = stop_after_of(given)
    return Bounds(for_of(given), stop_after)


def watch(
    card: Card | None,
    request: Request,
    bounds: Bounds,
    look: Look,
    console: Console,
    *,
    endless: bool = False,
    may_hang: bool = False,
) -> int:
    """Runs a program, shows it, sums it up and keeps the record where that was asked for.

    Args:
        card: None for a program of the user's own.
        endless: the program never ends: that is said first, and without any bound it is
            stopped after a while.
        may_hang: the same of a program that ends in some runs.

    Returns:
        The exit code.

    Raises:
        UnusableFile, UsageError, RunError: it could not be run at all.
    """
    check_program(request.program)  # before a picture covers the screen
    out = console.err if look.json else console.out
    unsure = endless or may_hang
    if unsure and bounds.for_s is None and bounds.stop_after is None:
        bounds = replace(bounds, for_s=ON_A_TERMINAL_S if out.isatty() else ELSEWHERE_S)
    with ExitStack() as stack:
        stage = stack.enter_context(_stage(card, request, look, console, out))
        if unsure:
            stage.announce(bounds.for_s, surely=endless)
        guard = Guard(stage)
        keyboard = card is None and _is_ours_to_lend(look, console)
        request = replace(request, terminal=stage.terminal, keyboard=keyboard)
        recording = stack.enter_context(run(request, bounds, guard))
        return conclude(card, recording, look, console, stage, guard, endless=endless)


def _stage(card: Card | None, request: Request, look: Look, console: Console, out: TextIO) -> Stage:
    return open_stage(
        card,
        request,
        lang=look.lang,
        plain=look.plain,
        quiet=look.quiet,
        out=out,
        err=console.err,
        environ=console.environ,
        keys=console.keys,
    )


def _is_ours_to_lend(look: Look, console: Console) -> bool:
    """Whether the program may read what is typed: not while the picture reads its keys."""
    pictured = console.out.isatty() and not (look.plain or look.quiet or look.json)
    return not (pictured and console.keys.isatty())
