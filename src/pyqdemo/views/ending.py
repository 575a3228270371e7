"""The summary after a run: how it ended, what came of it, what was promised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyqdemo.analysis.promises import PromiseResult, Standing
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.summary import LongestWait, QueueCount, Summary
from pyqdemo.card import Card
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome
from pyqdemo.views import words
from pyqdemo.views.cells import broken_up, cell_len, escaped, shown
from pyqdemo.views.dress import Glyphs, Line, Tone
from pyqdemo.views.ending_words import (
    AND_MORE,
    BROKEN,
    COUNTS,
    EVENTS,
    FULLEST,
    ITEM,
    ITEMS,
    KEPT,
    LEFT,
    LONGEST,
    LOSSES,
    LOST,
    MISSING,
    NO_TIME_WAITED,
    NOBODY_WAITED,
    NOT_CHECKED,
    PAUSE,
    SAVED,
)
from pyqdemo.views.hidden_parts import hidden_lines
from pyqdemo.views.under_control import UnderControl, control_line, control_rows
from pyqdemo.views.verdict import LONGEST_TEXT, MOST_ROWS, SHORTEST_NS, WIDEST, verdict_lines

__all__ = ["summary_lines"]


def summary_lines(
    summary: Summary,
    state: RunState,
    outcome: Outcome,
    *,
    card: Card | None,
    speed: float,
    endless: bool,
    lang: str,
    glyphs: Glyphs,
    control: UnderControl | None = None,
    saved: Path | None = None,
) -> list[Line]:
    """The summary, a line each, without a blank line around it.

    Args:
        state: as it was at the end.
        speed: by which the program's sleeps were divided.
        endless: whether the program is known never to end by itself.
        control: what a run under control has besides; None for a native one.
        saved: file that has the record, None if none has.
    """
    lines = list(verdict_lines(summary, state, outcome, endless, control, lang, glyphs))
    if lines:
        lines.append(Line())
    lines += _counts(summary, card, None if control else speed, lang)
    rows = [*_figures(summary, control is not None, lang), *_promises(summary, lang)]
    if control is not None:
        lines.append(control_line(control, summary.ran_ns, lang))
        rows += [(name, told[lang], tone) for name, told, tone in control_rows(control)]
    rows += _losses(outcome, lang)
    if saved is not None:
        rows.append((SAVED, str(saved), Tone.INK))
    column = max((cell_len(name[lang]) for name, _, _ in rows), default=0)
    for name, told, tone in rows:
        line = Line().add(name[lang], Tone.DIM if tone is Tone.INK else tone)
        parts = broken_up(escaped(told, LONGEST_TEXT), WIDEST - column - 2)
        for part in parts if name is not SAVED else [escaped(told, len(told))]:
            lines.append(line.to(column + 2).add(part, tone))
            line = Line()
    if control is not None and control.xray is not None:
        lines += hidden_lines(control.xray, lang, in_full=control.in_full)
    return lines


def _counts(summary: Summary, card: Card | None, speed: float | None, lang: str) -> Iterator[Line]:
    """What was made, used and left, and how long it took (but for a run under control)."""
    took = "" if speed is None else f"   {words.seconds(summary.ran_ns)[lang]}"
    paced = card is not None and card.sleeps
    pace = None if speed is None else words.pace(speed, lesson=paced)
    if pace is not None:
        took += PAUSE[lang] + pace[lang]
    if card is not None and summary.made is not None:
        counted = [
            (card.words.made, summary.made),
            (card.words.used, summary.used or 0),
            (LEFT, summary.left or 0),
        ]
        yield _counted(Line(), counted, lang).add(took)
        return
    tasks = words.TASK if summary.tasks == 1 else words.TASKS
    head = Line().add(words.count(summary.tasks, tasks, tasks)[lang], Tone.STRONG)
    queues = summary.queues
    if len(queues) == 1:
        head.add("   ")
        _counted(head, _of(queues[0]), lang)
    yield head.add(took)
    if len(queues) > 1:
        yield from _queue_rows(summary, lang)


def _of(queue: QueueCount) -> list[tuple[Text, int]]:
    counts = list(zip(COUNTS, (queue.put, queue.got, queue.left), strict=True))
    return [*counts, (LOST, queue.lost)] if queue.lost else counts


def _queue_rows(summary: Summary, lang: str) -> Iterator[Line]:
    names = [shown(queue.name[lang], 24) for queue in summary.queues]
    column = max(map(cell_len, names)) + 2
    for name, queue in list(zip(names, summary.queues, strict=True))[:MOST_ROWS]:
        line = Line().add(name).to(column)
        yield _counted(line, _of(queue), lang)
    if len(names) > MOST_ROWS:
        yield Line().add(AND_MORE[lang].format(count=len(names) - MOST_ROWS), Tone.DIM)


def _counted(line: Line, counted: list[tuple[Text, int]], lang: str) -> Line:
    for number, (name, amount) in enumerate(counted):
        line.add("   " if number else "").add(f"{name[lang]} ", Tone.DIM)
        line.add(f"{amount:,}", Tone.STRONG)
    return line


def _figures(summary: Summary, virtual: bool, lang: str) -> Iterator[tuple[Text, str, Tone]]:
    if summary.ran_ns >= SHORTEST_NS or not virtual:
        yield LONGEST, _longest(summary.longest, virtual, lang), Tone.INK
    fullest = summary.fullest
    if fullest is None:
        return
    if fullest.capacity:
        depth = words.OF[lang].format(depth=f"{fullest.depth:,}", capacity=f"{fullest.capacity:,}")
    else:
        items = ITEM if fullest.depth == 1 else ITEMS
        depth = items[lang].format(count=f"{fullest.depth:,}")
    several = len(summary.queues) > 1
    yield FULLEST, f"{depth}  {fullest.name[lang]}" if several else depth, Tone.INK


def _longest(longest: LongestWait | None, virtual: bool, lang: str) -> str:
    if longest is None or longest.waited_ns < (SHORTEST_NS if virtual else 1):
        # Under control somebody may have waited while no time passed.
        return (NO_TIME_WAITED if longest is not None and virtual else NOBODY_WAITED)[lang]
    waited = words.duration(longest.waited_ns)[lang]
    told = Text(f", because {longest.because.en}", f"，因为{_seam(longest.because.zh)}")
    return f"{waited}  {longest.name}{told[lang]}"


def _seam(chinese: str) -> str:
    """A space after Han where a Latin name follows."""
    return f" {chinese}" if chinese[:1].isascii() else chinese


def _promises(summary: Summary, lang: str) -> Iterator[tuple[Text, str, Tone]]:
    by = {
        standing: [p for p in summary.promises if p.standing is standing] for standing in Standing
    }
    for broken in by[Standing.BROKEN]:
        yield BROKEN, (broken.told or broken.name)[lang], Tone.FAILED
    if by[Standing.KEPT]:
        names = [promise.name[lang] for promise in by[Standing.KEPT]]
        yield KEPT, ("、" if lang == "zh" else ", ").join(names), Tone.INK
    between = "、" if lang == "zh" else ", "
    for reason, names in _grouped(by[Standing.NOT_CHECKABLE], lang).items():
        yield NOT_CHECKED, between.join(names) + reason, Tone.INK


def _grouped(results: Sequence[PromiseResult], lang: str) -> dict[str, list[str]]:
    """Reason (from the colon on) → the promises that cannot be checked for it."""
    grouped: dict[str, list[str]] = {}
    for result in results:
        name = result.name[lang]
        reason = result.told[lang].removeprefix(name) if result.told else ""
        grouped.setdefault(reason, []).append(name)
    return grouped


def _losses(outcome: Outcome, lang: str) -> Iterator[tuple[Text, str, Tone]]:
    for loss in outcome.losses[:MOST_ROWS]:
        label, reason = _loss(loss.reason)
        number = "" if loss.events is None else EVENTS[lang].format(count=f"{loss.events:,}")
        between = "" if not number else "：" if lang == "zh" else ": "
        yield label, f"{number}{between}{reason[lang]}", Tone.STRONG


def _loss(reason: str) -> tuple[Text, Text]:
    """The label for a loss, and its reason; one that is not known stays as it is."""
    for pattern, (chinese, label) in LOSSES.items():
        found = re.fullmatch(pattern, reason)
        if found is not None:
            return label, Text(reason, chinese.format(**found.groupdict()))
    return MISSING, Text(reason, reason)
