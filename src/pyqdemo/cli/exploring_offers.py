"""What may be typed after an exploration: the run that fails again, the other version, more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.card import Card
from pyqdemo.cli.commands import Given
from pyqdemo.cli.retyping import corrected, retyped
from pyqdemo.cli.searching import again
from pyqdemo.cli.words import text
from pyqdemo.languages import Text

if TYPE_CHECKING:
    from pyqdemo.exploring import Asked
    from pyqdemo.report import Report

__all__ = ["offered"]

LONGEST_TIME_S = 86_400


def offered(
    report: Report, asked: Asked, given: Given, card: Card | None, save: Path | None
) -> list[tuple[Text, str]]:
    """Commands without ``pyqdemo`` before them, each with what it does."""
    found = report.counterexample
    commands: list[tuple[Text, str]] = []
    if found is not None:
        commands.append(again(found.trace, given, card, save))
    kinds = {reason.kind for reason in report.reasons}
    shown = card is None or card.explored.unseen is None or not given.has("as-published")
    if "time" in kinds and found is None and shown:
        time_s = min((asked.bounds.time_s or 0) * 10, LONGEST_TIME_S)
        commands.append((text("explore.longer"), retyped(given, time=f"{time_s:g}")))
    if "max_executions" in kinds and found is None:
        most = (asked.bounds.max_executions or 1) * 10
        commands.append((text("explore.longer"), retyped(given, max_executions=most)))
    if report.races and report.granularity == "operation":
        commands.append((text("explore.lines"), retyped(given, granularity="line")))
    if card is not None and card.published is not None:
        flag = "as-published"
        bare = Given(given.command, given.lang, arguments=given.arguments)
        if "lang" in given.values:
            bare = replace(bare, values={"lang": given.values["lang"]})
        if given.has(flag):
            commands.append((text("explore.repaired"), corrected(bare)))
        else:
            told = "explore.published_one" if card.explored.fails is None else "explore.broken"
            commands.append((text(told), corrected(bare, flags=[flag])))
    return commands
