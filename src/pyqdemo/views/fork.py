"""The moment of no return: this run and the nearest one that is fine, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyqdemo.analysis.lanes import Lane, Lanes, Mark, Row, lanes
from pyqdemo.analysis.sentences import filled
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.xray_words import who
from pyqdemo.languages import Text
from pyqdemo.report import Fork
from pyqdemo.trace import Trace
from pyqdemo.views import words
from pyqdemo.views.cells import broken_up, cell_len, escaped, fit, shown
from pyqdemo.views.dress import Glyphs, Line, Tone

__all__ = ["End", "fork_lines"]

BESIDE = 100  # cells from which on both runs stand beside each other
WIDEST = 120
FIRST_ROWS, LAST_ROWS = 8, 4
NAME = 12
_HEADS = {
    True: Text("moment of no return", "无可挽回的一步"),
    False: Text("last way out that was found", "找到的最后一条出路"),
}
_TOLD = Text(
    "At step {step} {failing} goes on; if {passing} had gone, it could still have ended well.",
    "第 {step} 步轮到 {failing}；如果轮到 {passing}，本来还可以正常结束。",
)
_THIS = Text(" (this run)", "（这一次）")
_GOOD = Text(" (nearest good run)", "（最接近的正常运行）")
_GOES = Text("{name} goes", "轮到 {name}")
_MORE = Text(".. {count} rows ..", ".. 省略 {count} 行 ..")


@dataclass(frozen=True, slots=True)
class End:
    """How a side ends, as its last line says it."""

    told: Text
    tone: Tone
    glyph: str


def fork_lines(
    fork: Fork, failing: Lanes, end: End, good: Text, lang: str, glyphs: Glyphs, width: int
) -> Iterator[Line]:
    """Head, one sentence, and both runs from there on.

    Args:
        failing: the failing run laid out with a row that begins at the fork.
        end: how that one ends.
        good: how the other one ends.
    """
    this, other = fork.failing, fork.passing
    bad_name, good_name = _name(this.trace, this.task), _name(other.trace, other.task)
    head = Line().add(f"{glyphs.failed} {_HEADS[fork.certain][lang]}", Tone.FAILED)
    told = filled(_TOLD, step=fork.step, failing=bad_name, passing=good_name)[lang]
    room = min(width, WIDEST) - head.cells - 2
    if cell_len(told) <= room:
        yield head.add(f"  {told}", Tone.STRONG)
    else:
        yield head
        for part in broken_up(told, min(width, WIDEST) - 2):
            yield Line().add(f"  {part}", Tone.STRONG)
    yield Line()
    passing = lanes(fork.passing.trace, breaks={fork.step})
    beside = width >= BESIDE
    room = (min(width, WIDEST) - 6) // 2 if beside else width - 4
    well = End(good, Tone.MOVES, glyphs.ended)
    sides = [
        list(_side(fork.step, this.trace, failing, end, bad_name, lang, room)),
        list(_side(fork.step, other.trace, passing, well, good_name, lang, room)),
    ]
    if not beside:
        for number, lines in enumerate(sides):
            if number:
                yield Line()
            for line in lines:
                yield _barred(line, number == 0)
        return
    for place in range(max(map(len, sides))):
        left = sides[0][place] if place < len(sides[0]) else Line()
        right = sides[1][place] if place < len(sides[1]) else Line()
        line = _barred(left if left.cells else Line(), place < len(sides[0])).to(room + 4)
        yield _added(line.add("| " if place < len(sides[1]) else "", Tone.RULE), right)


def _barred(line: Line, failing: bool) -> Line:
    bar = Line().add("  | ", Tone.FAILED if failing else Tone.RULE)
    return _added(bar, line)


def _added(line: Line, more: Line) -> Line:
    for text, tone in more.pieces:
        line.add(text, tone)
    return line


def _side(
    step: int, trace: Trace, laid: Lanes, end: End, name: Text, lang: str, room: int
) -> Iterator[Line]:
    bad = end.tone is Tone.FAILED
    tone = Tone.FAILED if bad else Tone.MOVES_STRONG
    head = Line().add(filled(_GOES, name=name)[lang], tone)
    yield head.add((_THIS if bad else _GOOD)[lang], Tone.DIM)
    rows = [row for row in laid.rows if (row.last or 0) >= step]
    names = _names(laid, trace, lang)
    steps = max((cell_len(_steps(row)) for row in rows), default=0)
    wide = min(NAME, max((cell_len(names.get(row.task, "")) for row in rows), default=0))
    cut = len(rows) - FIRST_ROWS - LAST_ROWS
    for number, row in enumerate(rows):
        if cut > 1 and FIRST_ROWS <= number < len(rows) - LAST_ROWS:
            if number == FIRST_ROWS:
                yield Line().add(_MORE[lang].format(count=cut), Tone.DIM)
            continue
        line = Line().add(fit(_steps(row), steps, right=True), Tone.STRONG)
        line.add("  ").add(fit(names.get(row.task, row.task), wide)).add("  ")
        told = shown(escaped(row.told[lang], 200), room - line.cells - 1)
        yield line.add(told, _tone(row, rows, tone))
    yield Line().add(f"{end.glyph} {shown(end.told[lang], room - 4)}", end.tone)


def _tone(row: Row, rows: Sequence[Row], first: Tone) -> Tone:
    if row is rows[0]:
        return first
    if Mark.FAILS in row.marks:
        return Tone.FAILED
    return Tone.BLOCKED if row.blocked else Tone.INK


def _steps(row: Row) -> str:
    if row.blocked or row.first is None:
        return ""
    return f"{row.first}" if row.first == row.last else f"{row.first}-{row.last}"


def _names(laid: Lanes, trace: Trace, lang: str) -> dict[str, str]:
    tasks = (column.task.id for column in laid.columns if isinstance(column, Lane))
    return {id: _name(trace, id)[lang].removeprefix("the ") for id in tasks}


def _name(trace: Trace, id: str) -> Text:
    """What a task is called; of a feeder just that, where there is one only."""
    if id == "0":
        return words.MAIN
    state = RunState()
    for task in trace.tasks:
        state.add(task)
    feeders = [task.id for task in trace.tasks if task.kind == "feeder"]
    if feeders == [id]:
        return Text("the feeder", "feeder 线程")
    told = who(state, id)
    return Text(told.en.partition(" (")[0], told.zh.partition(" (")[0])
