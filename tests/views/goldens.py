"""The pictures and summaries as they should look; written anew by one command:

    python tests/views/goldens.py

Look at what changed before keeping it: goldens guard looks only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from explored import REPORTS, report_text
from kitchen import Kitchen, chefs_card, director_at, picture
from recorded_runs import RUNS, recorded

from pyqdemo.analysis.summary import Summing
from pyqdemo.analysis.xray import xray
from pyqdemo.trace import Outcome, OutcomeKind
from pyqdemo.views.dress import UNICODE
from pyqdemo.views.ending import summary_lines
from pyqdemo.views.under_control import UnderControl

FOLDER = Path(__file__).parent / "golden"
AT_NS = 2_600_000_000
TOOK_NS = 12_000_000


def _picture(columns: int, rows: int, lang: str, *, ascii_only: bool = False) -> str:
    director = director_at(Kitchen(), AT_NS, lang, card=chefs_card())
    lines = picture(director, columns, rows, lang, ascii_only=ascii_only)
    return "".join(line.text.rstrip() + "\n" for line in lines)


def _crowd(lang: str) -> str:
    kitchen = Kitchen(chefs=600, eaters=400, capacity=300, dishes=3, longest_sleep_s=2.0)
    director = director_at(kitchen, AT_NS, lang, card=chefs_card())
    return "".join(line.text.rstrip() + "\n" for line in picture(director, 100, 24, lang))


def _summary(lang: str) -> str:
    card, summing = chefs_card(), Summing(chefs_card().promises, chefs_card().words, 4.0)
    for record in Kitchen().records():
        summing.add(record)
    outcome = Outcome(OutcomeKind.COMPLETED, exit_code=0, ended_ns=summing.state.now_ns)
    summary = summing.result(outcome)
    lines = summary_lines(
        summary,
        summing.state,
        outcome,
        card=card,
        speed=4.0,
        endless=False,
        lang=lang,
        glyphs=UNICODE,
    )
    return "".join(line.text.rstrip() + "\n" for line in lines)


def _with_processes(name: str, lang: str, *, in_full: bool) -> str:
    trace, summing = recorded(name), Summing()
    assert trace.outcome is not None
    for record in (*trace.tasks, *trace.resources, *trace.events):
        summing.add(record)
    steps = max(event.step or 0 for event in trace.events)
    control = UnderControl(
        trace.header, steps, TOOK_NS, trace.outcome.uncontrolled, xray=xray(trace), in_full=in_full
    )
    lines = summary_lines(
        summing.result(trace.outcome),
        summing.state,
        trace.outcome,
        card=None,
        speed=1.0,
        endless=False,
        lang=lang,
        glyphs=UNICODE,
        control=control,
    )
    return "".join(line.text.rstrip() + "\n" for line in lines)


def goldens() -> dict[str, Callable[[], str]]:
    """File name to what makes its text."""
    made: dict[str, Callable[[], str]] = {}
    for lang in ("en", "zh"):
        for columns, rows in ((40, 12), (80, 24), (120, 32)):
            made[f"chefs-{columns}x{rows}-{lang}.txt"] = (
                lambda columns=columns, rows=rows, lang=lang: _picture(columns, rows, lang)
            )
        made[f"chefs-80x24-{lang}-ascii.txt"] = lambda lang=lang: _picture(
            80, 24, lang, ascii_only=True
        )
        made[f"crowd-100x24-{lang}.txt"] = lambda lang=lang: _crowd(lang)
        for name in RUNS:
            made[f"hidden-{name}-{lang}.txt"] = lambda name=name, lang=lang: _with_processes(
                name, lang, in_full=False
            )
            made[f"hidden-{name}-in-full-{lang}.txt"] = lambda name=name, lang=lang: (
                _with_processes(name, lang, in_full=True)
            )
        for name in REPORTS:
            made[f"report-{name}-100-{lang}.txt"] = lambda name=name, lang=lang: report_text(
                name, 100, lang
            )
            made[f"report-{name}-80-{lang}-ascii.txt"] = lambda name=name, lang=lang: report_text(
                name, 80, lang, ascii_only=True
            )
        made[f"summary-{lang}.txt"] = lambda lang=lang: _summary(lang)
    return made


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, make in goldens().items():
        (FOLDER / name).write_text(make(), encoding="utf-8")
