"""What a failed claim says: the report, who waits for whom, what was raised, what to type."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pyqdemo.analysis.lanes import lanes
from pyqdemo.analysis.summary import Summing
from pyqdemo.languages import Text, language_from
from pyqdemo.report import Report, Verdict
from pyqdemo.testing.records import Case
from pyqdemo.trace import OutcomeKind, Record, Trace
from pyqdemo.views.cells import escaped
from pyqdemo.views.dress import UNICODE, Glyphs, Line, dress_for
from pyqdemo.views.lanes import lanes_lines
from pyqdemo.views.report import report_lines
from pyqdemo.views.under_control import UnderControl
from pyqdemo.views.verdict import verdict_lines

__all__ = ["told"]

NARROWEST, WIDEST = 60, 120
LONGEST = 300  # cells of a line that the program wrote
_STDERR = Text("It wrote to stderr:", "它写到 stderr 的内容：")
_AGAIN = Text("The same run once more:", "重放这一次运行：")
_NOT_KEPT = Text("The run could not be kept: {why}", "这次运行没能存下来：{why}")


def told(report: Report, case: Case, file: Path | None, *, not_kept: str = "") -> str:
    """All of it, without colours, as wide as the terminal.

    Args:
        file: that holds the run that fails; None if there is none.
        not_kept: why it could not be written.
    """
    lang = language_from(os.environ)
    glyphs = UNICODE if sys.__stdout__ is None else dress_for(sys.__stdout__, {}).glyphs
    width = max(NARROWEST, min(WIDEST, case.columns))
    found = report.counterexample
    if found is not None and report.verdict is not Verdict.FAILED:
        report = replace(report, counterexample=None)  # a repeated run, which breaks nothing
    lines = list(report_lines(report, lang, glyphs, width))
    if found is not None and report.counterexample is None:
        lines += [Line(), *lanes_lines(lanes(found.trace), lang, glyphs, width)]
    if found is not None:
        lines += _ending(found.trace, lang, glyphs)
    if not_kept:
        lines += [Line(), Line().add(_NOT_KEPT[lang].format(why=not_kept))]
    if file is not None:
        lines += [Line(), Line().add(_AGAIN[lang]), Line().add(f"  {case.replaying(file)}")]
    return "\n".join(line.text.rstrip() for line in lines)


def _ending(trace: Trace, lang: str, glyphs: Glyphs) -> Iterator[Line]:
    """Who waits for whom in the end, and the tracebacks, which have the lines of the program."""
    if trace.outcome is not None and trace.outcome.kind is OutcomeKind.DEADLOCK:
        yield Line()
        yield from _waits(trace, lang, glyphs)
    written = "".join(
        event.value or ""
        for event in trace.events
        if event.operation == "write" and (event.resource or "").endswith("/stream/stderr")
    )
    if written:
        yield Line()
        yield Line().add(_STDERR[lang])
        yield from (Line().add(f"  {escaped(line, LONGEST)}") for line in written.splitlines())


def _waits(trace: Trace, lang: str, glyphs: Glyphs) -> Iterator[Line]:
    assert trace.outcome is not None, "asked by the caller"
    summing = Summing()
    records: tuple[Record, ...] = (*trace.tasks, *trace.resources, *trace.events)
    for record in records:
        summing.add(record)
    summary = summing.result(trace.outcome)
    steps = trace.events[-1].step or 0
    control = UnderControl(trace.header, steps, took_ns=0)
    return verdict_lines(summary, summing.state, trace.outcome, False, control, lang, glyphs)
