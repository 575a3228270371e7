"""A report as one JSON object, ``pyqdemo.report/1``, described by report.schema.json.

Every field is always there, and ``null`` where it has nothing to tell. Texts are English, as in
a trace.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from pyqdemo.errors import ScheduleError
from pyqdemo.report import Counterexample, Ending, Report
from pyqdemo.schedule import Schedule, schedule_of, to_text
from pyqdemo.trace import Trace

__all__ = ["REPORT_FORMAT", "as_json", "encode_report", "schedule_text"]

REPORT_FORMAT = "pyqdemo.report/1"
_SURROGATE = re.compile("[\ud800-\udfff]")


def encode_report(report: Report) -> str:
    """The report as JSON in lines, without a newline at its end."""
    return as_json(_report(report))


def as_json(fields: Mapping[str, object]) -> str:
    """An object as JSON in lines, which UTF-8 can encode whatever was printed."""
    told = json.dumps(fields, ensure_ascii=False, indent=2, default=str, allow_nan=False)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", told)


def _report(report: Report) -> Mapping[str, object]:
    found = report.counterexample
    return {
        "format": REPORT_FORMAT,
        "verdict": report.verdict,
        "program": report.program,
        "lesson": report.lesson,
        "variant": report.variant,
        "parameters": dict(report.parameters),
        "arguments": list(report.arguments),
        "strategy": report.strategy,
        "why": report.why,
        "executions": report.executions,
        "pruned": report.pruned,
        "traces": report.traces,
        "states": report.states,
        "granularity": report.granularity,
        "sleeps": report.sleeps,
        "bounds": dict(report.bounds),
        "seconds": round(report.seconds, 3),
        "seed": report.seed,
        "draws": report.draws,
        "clock": report.clock,
        "start_method": report.start_method,
        "processes": report.processes,
        "capacity": report.capacity,
        "smaller": [dict(size) for size in report.smaller],
        "reasons": [{"kind": one.kind, "detail": one.detail} for one in report.reasons],
        "races": [
            {"name": one.name, "places": list(one.places), "tasks": list(one.tasks)}
            for one in report.races
        ],
        "outcomes": [_ending(ending) for ending in report.endings],
        "counterexample": None if found is None else _counterexample(found),
    }


def _ending(ending: Ending) -> Mapping[str, object]:
    return {
        "kind": ending.kind,
        "count": ending.count,
        "failed": ending.failed,
        "detail": ending.detail.en,
        "schedule": _text(ending.schedule),
        "output": ending.output,
    }


def _counterexample(found: Counterexample) -> Mapping[str, object]:
    fork = found.fork
    return {
        "outcome": found.ending,
        "schedule": schedule_text(found.trace),
        "steps": _steps(found.trace),
        "preemptions": found.preemptions,
        "overruns": found.overruns,
        "cycle": None if found.cycle is None else list(found.cycle),
        "confirmed": found.confirmed,
        "not_started": found.not_started or None,
        "no_fork": found.no_fork,
        "fork": None
        if fork is None
        else {
            "step": fork.step,
            "task": fork.failing.task,
            "other": fork.passing.task,
            "certain": fork.certain,
            "passing": schedule_text(fork.passing.trace),
        },
    }


def _steps(trace: Trace) -> int:
    return max((event.step or 0 for event in trace.events), default=0)


def schedule_text(trace: Trace) -> str | None:
    """The choices of a run under control, as ``--schedule`` takes them; None as of ``_text``."""
    return _text(schedule_of(trace))


def _text(schedule: Schedule) -> str | None:
    """None for one that no text can carry, as of a function with a list among its arguments."""
    try:
        return to_text(schedule)
    except ScheduleError:
        return None
