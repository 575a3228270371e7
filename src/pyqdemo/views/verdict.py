"""How a run ended, and for one that is stuck who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator

from pyqdemo.analysis.now import State
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.summary import Summary
from pyqdemo.analysis.waits import find_cycle, tell_wait, waits
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome, OutcomeKind, Wait
from pyqdemo.views import words
from pyqdemo.views.cells import broken_up, cell_len, escaped, fit, shown
from pyqdemo.views.dress import Glyphs, Line, Tone
from pyqdemo.views.ending_words import (
    AFTER_STEPS,
    AND_MORE,
    ENDS,
    EXIT_CODE,
    HEADS,
    NEVER_ENDS,
    NO_KEYBOARD,
    RAISED,
    SCHEDULE_ENDS,
    WAIT_FOR_EACH_OTHER,
    WAITS_FOR_ITSELF,
)
from pyqdemo.views.under_control import UnderControl, broke_off, virtual_time

__all__ = ["LONGEST_TEXT", "MOST_ROWS", "SHORTEST_NS", "WIDEST", "verdict_lines"]

MOST_ROWS = 12
LONGEST_TEXT = 300
WIDEST = 80
NARROWEST = 24  # cells for what is waited for; with less it has lines of its own
SHORTEST_NS = 1_000_000  # less virtual time says nothing: nobody chose it
#: What input() raises where there is nothing to read.
_NO_INPUT = "EOFError: EOF when reading a line"
_STUCK = (OutcomeKind.STUCK, OutcomeKind.DEADLOCK)
_BOUNDS = (OutcomeKind.TIME_BOUND, OutcomeKind.STEP_BOUND)


def verdict_lines(
    summary: Summary,
    state: RunState,
    outcome: Outcome,
    endless: bool,
    control: UnderControl | None,
    lang: str,
    glyphs: Glyphs,
) -> Iterator[Line]:
    """How it ended, where it did not simply end; for a run that is stuck, who waits."""
    kind = outcome.kind
    if kind is OutcomeKind.COMPLETED:
        if outcome.exit_code:
            yield _verdict_line(EXIT_CODE.format(code=outcome.exit_code), lang, glyphs)
        return
    if kind is OutcomeKind.EXCEPTION:
        yield from _exceptions(state, outcome, control, lang, glyphs)
        return
    word, bad = ENDS[kind][0], ENDS[kind][2]
    told = _sentence(summary, outcome, control)
    if kind is OutcomeKind.TIME_BOUND and endless:
        told = Text(told.en + NEVER_ENDS.en, told.zh + NEVER_ENDS.zh)
    rows = outcome.waits or waits(state) if kind in _STUCK else ()
    circle = find_cycle(state, rows)
    if circle:
        told = _circle(state, circle)
    elif kind in _BOUNDS and (rows := find_cycle(state, outcome.waits)):
        # Another task was still busy, and might have opened the circle: it is told, not judged.
        held = _circle(state, rows)
        told = Text(f"{told.en}; {held.en}", f"{told.zh}；{held.zh}")
    yield _verdict_line(Text(f"{word.en}  {told.en}", f"{word.zh}  {told.zh}"), lang, glyphs, bad)
    if rows:
        yield Line()
        yield from _table(state, rows, summary.ran_ns, lang)


def _sentence(summary: Summary, outcome: Outcome, control: UnderControl | None) -> Text:
    """What stands after the word for how it ended."""
    sentence = ENDS[outcome.kind][1]
    lasted = virtual_time(summary.ran_ns) if control else words.seconds(summary.ran_ns)
    taken = sum(queue.got for queue in summary.queues)
    steps = control.steps if control else 0
    if outcome.kind is OutcomeKind.ABORTED and outcome.detail:
        return broke_off(outcome.detail)
    if outcome.kind is OutcomeKind.STEP_BOUND and control is not None:
        bounds = control.header.bounds
        if taken < bounds.get("stop_after", taken + 1):
            sentence = AFTER_STEPS if steps == bounds.get("max_steps") else SCHEDULE_ENDS
    facts = {"items": f"{taken:,}", "steps": f"{steps:,}"}
    return Text(
        sentence.en.format(seconds=lasted.en, **facts),
        sentence.zh.format(seconds=lasted.zh, **facts),
    )


def _verdict_line(told: Text, lang: str, glyphs: Glyphs, bad: bool = True) -> Line:
    """``X stuck  nobody moves``: the word is loud, the sentence is not."""
    word, _, sentence = told[lang].partition("  ")
    tone = Tone.FAILED if bad else Tone.STRONG
    line = Line().add(f"{glyphs.failed} " if bad else "", tone).add(word, tone)
    return line.add(f"  {escaped(sentence, LONGEST_TEXT)}" if sentence else "")


def _exceptions(
    state: RunState, outcome: Outcome, control: UnderControl | None, lang: str, glyphs: Glyphs
) -> Iterator[Line]:
    """Each task that was ended by an exception, on one line."""
    failed = [now for now in state.tasks.values() if now.over is State.FAILED and now.failure]
    raised = [now for now in failed if (now.failure or "").startswith("raised ")]
    for now in raised[:MOST_ROWS]:
        what = " ".join((now.failure or "").removeprefix("raised ").split())  # one line
        told = RAISED.format(task=now.task.name, what=what)
        if control is not None and what == _NO_INPUT:
            told = Text(told.en + NO_KEYBOARD.en, told.zh + NO_KEYBOARD.zh)
        yield _verdict_line(told, lang, glyphs)
    if len(raised) > MOST_ROWS:
        yield Line().add(AND_MORE[lang].format(count=len(raised) - MOST_ROWS), Tone.DIM)
    if not raised:
        word, _, _ = ENDS[OutcomeKind.ABORTED]
        yield _verdict_line(
            Text(f"{word.en}  {outcome.detail}", f"{word.zh}  {outcome.detail}"), lang, glyphs
        )


def _circle(state: RunState, circle: tuple[Wait, ...]) -> Text:
    names = [state.name(row.task) for row in circle]
    if len(names) == 1:
        return WAITS_FOR_ITSELF.format(name=names[0])
    listed = Text(" and ".join(names), "、".join(names))
    return Text(
        WAIT_FOR_EACH_OTHER.en.format(names=listed.en),
        WAIT_FOR_EACH_OTHER.zh.format(names=listed.zh),
    )


def _table(state: RunState, rows: tuple[Wait, ...], end_ns: int, lang: str) -> Iterator[Line]:
    """Who waits for what, since when (if time has passed), at which line; sentences last.

    A sentence goes on below where it began.
    """
    cells = [[head[lang] for head in HEADS]]
    for row in rows[:MOST_ROWS]:
        lasted = (
            "-" if row.since_ns is None else words.duration(max(0, end_ns - row.since_ns))[lang]
        )
        name = shown(state.name(row.task), 24)
        cells.append([name, lasted, row.location or "-", _awaited(state, row, lang)])
    waited = [end_ns - row.since_ns for row in rows if row.since_ns is not None]
    timed = any(ns >= SHORTEST_NS for ns in waited)
    columns = (0, 1, 2) if timed else (0, 2)
    widths = {column: max(cell_len(row[column]) for row in cells) for column in columns}
    start = 2 + sum(width + 2 for width in widths.values())
    beside = WIDEST - start >= NARROWEST
    for number, row_cells in enumerate(cells):
        tone = Tone.INK if number else Tone.DIM
        line = Line().add("  ")
        for column, width in widths.items():
            text = fit(row_cells[column], width, right=column == 1)
            line.add(text, Tone.STRONG if number and column == 0 else tone).add("  ")
        if not beside:
            yield line
            line, start = Line(), 6
        for part in broken_up(escaped(row_cells[3], LONGEST_TEXT), WIDEST - start, dense=True):
            yield line.to(start).add(part, Tone.BLOCKED if number else Tone.DIM)
            line = Line()
    if len(rows) > MOST_ROWS:
        yield Line().add("  " + AND_MORE[lang].format(count=len(rows) - MOST_ROWS), Tone.DIM)


def _awaited(state: RunState, row: Wait, lang: str) -> str:
    """The clause of ``analysis`` without its subject, which has a column of its own."""
    told = tell_wait(state, row)[lang]
    task = state.name(row.task)
    for beginning in (f"{task} waits for ", f"{task} 等 ", f"{task} 等"):
        if told.startswith(beginning):
            return told.removeprefix(beginning)
    return told
