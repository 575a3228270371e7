"""The summary after a run: how it ended, what came of it, what was promised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyqdemo.analysis.now import State
from pyqdemo.analysis.promises import PromiseResult, Standing
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.summary import QueueCount, Summary
from pyqdemo.analysis.waits import find_cycle, tell_wait, waits
from pyqdemo.card import Card
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome, OutcomeKind, Wait
from pyqdemo.views import words
from pyqdemo.views.cells import broken_up, cell_len, escaped, fit, shown
from pyqdemo.views.dress import Glyphs, Line, Tone
from pyqdemo.views.ending_words import (
    AND_MORE,
    BROKEN,
    COUNTS,
    ENDS,
    EVENTS,
    EXIT_CODE,
    FULLEST,
    HEADS,
    ITEM,
    ITEMS,
    KEPT,
    LEFT,
    LONGEST,
    MISSING,
    NEVER_ENDS,
    NOBODY_WAITED,
    NOT_CHECKED,
    PAUSE,
    RAISED,
    WAIT_FOR_EACH_OTHER,
    WAITS_FOR_ITSELF,
)

__all__ = ["summary_lines"]

MOST_ROWS = 12
LONGEST_TEXT = 300
WIDEST = 80
_STUCK = (OutcomeKind.STUCK, OutcomeKind.DEADLOCK)


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
) -> list[Line]:
    """The summary, a line each, without a blank line around it.

    Args:
        state: as it was at the end.
        speed: by which the program's sleeps were divided.
        endless: whether the program is known never to end by itself.
    """
    lines = list(_verdict(summary, state, outcome, endless, lang, glyphs))
    if lines:
        lines.append(Line())
    lines += _counts(summary, card, speed, lang)
    rows = [*_figures(summary, lang), *_promises(summary, lang), *_losses(outcome, lang)]
    column = max((cell_len(text) for name, _, _ in rows for text in (name.en, name.zh)), default=0)
    for name, told, tone in rows:
        line = Line().add(name[lang], Tone.DIM if tone is Tone.INK else tone)
        for part in broken_up(escaped(told, LONGEST_TEXT), WIDEST - column - 2):
            lines.append(line.to(column + 2).add(part, tone))
            line = Line()
    return lines


def _verdict(
    summary: Summary, state: RunState, outcome: Outcome, endless: bool, lang: str, glyphs: Glyphs
) -> Iterator[Line]:
    """How it ended, where it did not simply end; for a run that is stuck, who waits."""
    kind = outcome.kind
    if kind is OutcomeKind.COMPLETED:
        if outcome.exit_code:
            yield _verdict_line(EXIT_CODE.format(code=outcome.exit_code), lang, glyphs)
        return
    if kind is OutcomeKind.EXCEPTION:
        yield from _exceptions(state, outcome, lang, glyphs)
        return
    word, sentence, bad = ENDS[kind]
    lasted = words.seconds(summary.ran_ns)
    taken = sum(queue.got for queue in summary.queues)
    told = Text(
        sentence.en.format(seconds=lasted.en, items=f"{taken:,}"),
        sentence.zh.format(seconds=lasted.zh, items=f"{taken:,}"),
    )
    if kind is OutcomeKind.TIME_BOUND and endless:
        told = Text(told.en + NEVER_ENDS.en, told.zh + NEVER_ENDS.zh)
    rows = outcome.waits or waits(state) if kind in _STUCK else ()
    circle = find_cycle(state, rows)
    if circle:
        told = _circle(state, circle)
    yield _verdict_line(Text(f"{word.en}  {told.en}", f"{word.zh}  {told.zh}"), lang, glyphs, bad)
    if rows:
        yield Line()
        yield from _table(state, rows, summary.ran_ns, lang)


def _verdict_line(told: Text, lang: str, glyphs: Glyphs, bad: bool = True) -> Line:
    """``X stuck  nobody moves``: the word is loud, the sentence is not."""
    word, _, sentence = told[lang].partition("  ")
    tone = Tone.FAILED if bad else Tone.STRONG
    line = Line().add(f"{glyphs.failed} " if bad else "", tone).add(word, tone)
    return line.add(f"  {escaped(sentence, LONGEST_TEXT)}" if sentence else "")


def _exceptions(state: RunState, outcome: Outcome, lang: str, glyphs: Glyphs) -> Iterator[Line]:
    """Each task that was ended by an exception, on one line."""
    failed = [now for now in state.tasks.values() if now.over is State.FAILED and now.failure]
    raised = [now for now in failed if (now.failure or "").startswith("raised ")]
    for now in raised[:MOST_ROWS]:
        what = (now.failure or "").removeprefix("raised ")
        yield _verdict_line(RAISED.format(task=now.task.name, what=what), lang, glyphs)
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
    """Who waits for what, since when, at which line; sentences stand last."""
    cells = [[head[lang] for head in HEADS]]
    for row in rows[:MOST_ROWS]:
        lasted = (
            "-" if row.since_ns is None else words.duration(max(0, end_ns - row.since_ns))[lang]
        )
        name = shown(state.name(row.task), 24)
        cells.append([name, lasted, row.location or "-", _awaited(state, row, lang)])
    widths = [max(cell_len(row[column]) for row in cells) for column in range(3)]
    for number, row_cells in enumerate(cells):
        tone = Tone.INK if number else Tone.DIM
        line = Line().add("  ")
        for column, width in enumerate(widths):
            text = fit(row_cells[column], width, right=column == 1)
            line.add(text, Tone.STRONG if number and column == 0 else tone).add("  ")
        yield line.add(escaped(row_cells[3], LONGEST_TEXT), Tone.BLOCKED if number else Tone.DIM)
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


def _counts(summary: Summary, card: Card | None, speed: float, lang: str) -> Iterator[Line]:
    """What was made, used and left, and how long it took."""
    pace = words.pace(speed, lesson=card is not None)
    took = words.seconds(summary.ran_ns)[lang]
    if pace is not None:
        took += PAUSE[lang] + pace[lang]
    if card is not None and summary.made is not None:
        counted = [
            (card.words.made, summary.made),
            (card.words.used, summary.used or 0),
            (LEFT, summary.left or 0),
        ]
        yield _counted(Line(), counted, lang).add("   ").add(took)
        return
    tasks = words.TASK if summary.tasks == 1 else words.TASKS
    head = Line().add(words.count(summary.tasks, tasks, tasks)[lang], Tone.STRONG)
    queues = summary.queues
    if len(queues) == 1:
        head.add("   ")
        _counted(head, list(zip(COUNTS, _of(queues[0]), strict=True)), lang)
    yield head.add("   ").add(took)
    if len(queues) > 1:
        yield from _queue_rows(summary, lang)


def _of(queue: QueueCount) -> tuple[int, int, int]:
    return queue.put, queue.got, queue.left


def _queue_rows(summary: Summary, lang: str) -> Iterator[Line]:
    names = [shown(queue.name[lang], 24) for queue in summary.queues]
    column = max(map(cell_len, names)) + 2
    for name, queue in list(zip(names, summary.queues, strict=True))[:MOST_ROWS]:
        line = Line().add(name).to(column)
        yield _counted(line, list(zip(COUNTS, _of(queue), strict=True)), lang)
    if len(names) > MOST_ROWS:
        yield Line().add(AND_MORE[lang].format(count=len(names) - MOST_ROWS), Tone.DIM)


def _counted(line: Line, counted: list[tuple[Text, int]], lang: str) -> Line:
    for number, (name, amount) in enumerate(counted):
        line.add("   " if number else "").add(f"{name[lang]} ", Tone.DIM)
        line.add(f"{amount:,}", Tone.STRONG)
    return line


def _figures(summary: Summary, lang: str) -> Iterator[tuple[Text, str, Tone]]:
    longest = summary.longest
    if longest is None or not longest.waited_ns:
        yield LONGEST, NOBODY_WAITED[lang], Tone.INK
    else:
        waited = words.duration(longest.waited_ns)[lang]
        told = Text(f", because {longest.because.en}", f"，因为{_seam(longest.because.zh)}")
        yield LONGEST, f"{waited}  {longest.name}{told[lang]}", Tone.INK
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
        number = "" if loss.events is None else f"{EVENTS[lang].format(count=loss.events)}: "
        yield MISSING, f"{number}{loss.reason}", Tone.STRONG
