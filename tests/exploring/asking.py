"""Explores programs that are files or texts, and says of a report what tests compare."""

from __future__ import annotations

import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

from pyqdemo.executing import Plan
from pyqdemo.exploring import Asked, Bounds, Covered, explored
from pyqdemo.kernel.limits import Limits
from pyqdemo.report import Report

__all__ = ["TEXTBOOK", "ended", "failing", "missing", "report_of"]

TEXTBOOK = Path(__file__).parent / "textbook"
MAX_STEPS = 5_000


def report_of(
    program: Path | str,
    strategy: str = "dpor",
    *,
    folder: Path | None = None,
    bounds: Bounds = Bounds(),  # noqa: B008  # it cannot change
    max_steps: int = MAX_STEPS,
    same_output: bool = False,
    draws: bool = False,
    told: list[int] | None = None,
    **plan: Any,
) -> Report:
    """The report on a file, or on a text that is written into a folder first.

    Args:
        told: takes how many executions there had been, before each one.
    """
    if isinstance(program, str):
        assert folder is not None, "a text has to be written somewhere"
        text, program = program, folder / "program.py"
        program.write_text(textwrap.dedent(text), encoding="utf-8")
    settings = Plan(program=program, limits=Limits(max_steps, loose=True), **plan)
    asked = Asked(settings, strategy, bounds, same_output=same_output, draws=draws)
    if told is None:
        return explored(asked)

    def note(covered: Covered) -> bool:
        told.append(covered.executions)
        return False

    return explored(asked, note)


def ended(report: Report) -> Counter[str]:
    """How many executions ended in each kind of way."""
    counts: Counter[str] = Counter()
    for ending in report.endings:
        counts[str(ending.kind)] += ending.count
    return counts


def failing(report: Report) -> set[str]:
    """The kinds of endings that must not be."""
    return {str(ending.kind) for ending in report.endings if ending.failed}


def missing(report: Report) -> set[str]:
    """The kinds of reasons why the claim is not stronger."""
    return {reason.kind for reason in report.reasons}
