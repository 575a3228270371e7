"""An explanation as one JSON object, ``pyqdemo.explanation/1``; see explanation.schema.json.

Every field is always there, and ``null`` where it has nothing to tell. Texts are English, as in
a trace.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyqdemo.codec.reports import as_json, schedule_text
from pyqdemo.explanation import Explanation

__all__ = ["EXPLANATION_FORMAT", "encode_explanation"]

EXPLANATION_FORMAT = "pyqdemo.explanation/1"


def encode_explanation(told: Explanation) -> str:
    """The explanation as JSON in lines, without a newline at its end."""
    return as_json(_explanation(told))


def _explanation(told: Explanation) -> Mapping[str, object]:
    run = told.found or told.best
    return {
        "format": EXPLANATION_FORMAT,
        "verdict": _verdict(told),
        "program": told.program,
        "lesson": told.lesson,
        "variant": told.variant,
        "parameters": dict(told.parameters),
        "arguments": list(told.arguments),
        "lines": list(told.lines),
        "left_out": told.left_out,
        "tidied": list(told.tidied),
        "stopped": told.stopped,
        "cut": told.cut,
        "matched": told.matched,
        "next": list(told.next),
        "whole": told.whole,
        "schedule": None if run is None else schedule_text(run),
        "executions": told.executions,
        "states": told.states,
        "granularity": told.granularity,
        "bounds": dict(told.bounds),
        "seconds": round(told.seconds, 3),
        "seed": told.seed,
        "reasons": [{"kind": one.kind, "detail": one.detail} for one in told.reasons],
    }


def _verdict(told: Explanation) -> str:
    if told.found is not None:
        return "found"
    return "impossible" if told.impossible else "not_found"
