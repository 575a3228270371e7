"""Lanes drawn: tasks and stores beside each other, time down, the program's lines at the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyqdemo.analysis.lanes import Lane, Lanes, Mark, Part, Row, Store
from pyqdemo.languages import Text
from pyqdemo.trace import TaskKind
from pyqdemo.views import words
from pyqdemo.views.cells import broken_up, cell_len, escaped, fit, shown
from pyqdemo.views.dress import Glyphs, Line, Tone

__all__ = ["LEGEND", "head_lines", "lanes_lines", "legend_lines", "row_lines"]

BUFFER = Text("buffer", "缓冲区")
SAME = Text("the same again from step {step}, for ever", "又从第 {step} 步重复，永远如此")
LEFT_OUT = Text(".. {count} steps ..", ".. 省略 {count} 步 ..")
NOT_DRAWN = Text("{count} tasks are not drawn: no room", "另有 {count} 个任务画不下")
LEGEND = {
    Mark.STEPS: Text("takes a step", "走一步"),
    Mark.COULD_GO: Text("could go", "可运行"),
    Mark.BLOCKED: Text("blocked", "阻塞"),
    Mark.SLEEPING: Text("sleeping", "睡眠"),
    Mark.ENDS: Text("ends", "结束"),
    Mark.FAILS: Text("fails, is ended", "出错或被终止"),
}
STEP_CELLS = 7
GAP = 3
WIDEST_STORE, NARROWEST_STORE = 18, 4
LONGEST_VALUE = 10
TOLD = (18, 34)  # cells for what happens: at least, and at most unless there is room for more
SOURCE = 8  # cells of the program's line that are worth showing
FIRST_ROWS, LAST_ROWS = 8, 30
_TONES = {
    Mark.STEPS: Tone.MOVES,
    Mark.COULD_GO: Tone.RULE,
    Mark.BLOCKED: Tone.BLOCKED,
    Mark.SLEEPING: Tone.DIM,
    Mark.ENDS: Tone.MOVES,
    Mark.FAILS: Tone.FAILED,
}


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each column begins, how wide it is, and where what happens is told."""

    starts: tuple[int, ...]
    widths: tuple[int, ...]
    told: int
    told_cells: int
    left_out: int
    beside: bool  # whether there is room for the program's lines


def lanes_lines(
    laid: Lanes,
    lang: str,
    glyphs: Glyphs,
    width: int,
    *,
    cycle: tuple[int, int] | None = None,
    rows: Sequence[Row] | None = None,
) -> Iterator[Line]:
    """The whole picture: heads, rows, the bracket around a round that repeats.

    A long run is cut in the middle, which is said.

    Args:
        width: cells of the terminal; no line is longer.
        cycle: first and last step of a round.
        rows: those to draw, by default all.
    """
    rows = laid.rows if rows is None else rows
    places = _places(laid, rows, lang, width)
    for line in head_lines(laid, places, lang):
        yield line if line.cells <= width else line.fitted(width)
    yield from row_lines(laid, rows, places, lang, glyphs, width, cycle)
    if places.left_out:
        yield Line().add("  " + NOT_DRAWN[lang].format(count=places.left_out), Tone.DIM)


def legend_lines(rows: Sequence[Row], lang: str, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """What the marks in these rows mean."""
    used = {mark for row in rows for mark in row.marks}
    line = Line().add("  ")
    for mark, meaning in LEGEND.items():
        if mark not in used:
            continue
        told = f"{_glyph(mark, glyphs)} {meaning[lang]}"
        if line.cells + 3 + cell_len(told) > width:
            yield line
            line = Line()
        line.add("   " if line.cells > 2 else "" if line.cells else "  ")
        line.add(_glyph(mark, glyphs), _TONES[mark]).add(f" {meaning[lang]}", Tone.DIM)
    yield line


def head_lines(laid: Lanes, places: _Places, lang: str) -> Iterator[Line]:
    """Names, each on a line of its own above its column: none has to be short."""
    feeders = sum(_is_feeder(column) for column in laid.columns)
    for number, column in enumerate(laid.columns[: len(places.starts)]):
        line = Line()
        for before in places.starts[:number]:
            line.to(before).add("|", Tone.RULE)
        line.to(places.starts[number])
        if isinstance(column, Store):
            yield line.add(_store_name(column)[lang], Tone.DIM)
            continue
        name, role = _lane_name(column, lang, alone=feeders == 1)
        yield line.add(shown(name, 30), Tone.STRONG).add(f"  {role}" if role else "", Tone.DIM)


def row_lines(
    laid: Lanes,
    rows: Sequence[Row],
    places: _Places,
    lang: str,
    glyphs: Glyphs,
    width: int,
    cycle: tuple[int, int] | None,
) -> Iterator[Line]:
    """A line for each row."""
    cut = len(rows) - FIRST_ROWS - LAST_ROWS
    for number, row in enumerate(rows):
        if cut > 1 and FIRST_ROWS <= number < len(rows) - LAST_ROWS:
            if number == FIRST_ROWS:
                yield _left_out(rows[number], rows[number + cut - 1], cut, lang)
            continue
        yield _row_line(laid, row, places, lang, glyphs, width, _bracket(rows, row, cycle, glyphs))
    if cycle is not None:
        again = glyphs.arrow if not glyphs.braille else "\u21ba"
        told = SAME[lang].format(step=cycle[0])
        for part in broken_up(f"{again} {told}", width - STEP_CELLS + 2):
            yield Line().add(" " * (STEP_CELLS - 2)).add(part, Tone.FAILED)


def _left_out(first: Row, last: Row, rows: int, lang: str) -> Line:
    count = rows if first.first is None or last.last is None else last.last - first.first + 1
    told = LEFT_OUT[lang].format(count=f"{count:,}")
    return Line().add(" " * (STEP_CELLS + 1)).add(told, Tone.DIM)


def _places(laid: Lanes, rows: Sequence[Row], lang: str, width: int) -> _Places:
    """The lanes get what they want, up to half of the width; then stores, then gaps give way."""
    most = width // 2 - STEP_CELLS
    for store, gap in ((WIDEST_STORE, GAP), (8, GAP), (NARROWEST_STORE, GAP), (NARROWEST_STORE, 2)):
        widths = [_cells_of(column, n, rows, store) for n, column in enumerate(laid.columns)]
        if sum(widths) + gap * len(widths) - len(widths) <= most:
            break
    starts: list[int] = []
    at = STEP_CELLS + 2
    for cells in widths:
        if at + cells > STEP_CELLS + 2 + most and starts:
            break
        starts.append(at)
        at += cells + gap - 1
    source = max((cell_len(row.source) for row in rows), default=0) + 6
    room = width - at - 2
    least, widest = TOLD
    most = max(least, min(widest, room - min(source, room // 2)), room - source)
    beside = room - most >= SOURCE + 6
    longest = max((cell_len(_told(row, lang, beside)) for row in rows), default=0)
    told_cells = max(0, min(longest, most if beside else room))
    return _Places(
        tuple(starts),
        tuple(widths[: len(starts)]),
        at + 1,
        told_cells,
        len(widths) - len(starts),
        beside,
    )


def _cells_of(column: Lane | Store, place: int, rows: Sequence[Row], most: int) -> int:
    if isinstance(column, Lane):
        return 1
    longest = max((cell_len(_lying(row.lying[place])) for row in rows), default=1)
    return max(1, min(longest, most))


def _row_line(
    laid: Lanes, row: Row, places: _Places, lang: str, glyphs: Glyphs, width: int, bracket: str
) -> Line:
    bad = Mark.FAILS in row.marks
    steps = "" if row.blocked else _steps(row)
    line = Line().add(fit(steps, STEP_CELLS - 2, right=True), Tone.STRONG if steps else Tone.DIM)
    line.add(f" {bracket}" if bracket else "", Tone.FAILED).to(STEP_CELLS + 2)
    for text, tone in _drawn(row, places, glyphs):
        line.add(text, tone)
    tone = Tone.FAILED if bad else Tone.BLOCKED if row.blocked else Tone.INK
    told = shown(_told(row, lang, places.beside), places.told_cells)
    line.to(places.told).add(told, tone)
    number = (row.location or "").rpartition(":")[2] if row.source else ""
    room = width - places.told - places.told_cells - 7
    if number and places.beside:
        line.to(places.told + places.told_cells).add(fit(number, 5, right=True), Tone.DIM)
        line.add(f" {shown(row.source, room)}", Tone.DIM if row.blocked else Tone.INK)
    return line


def _drawn(row: Row, places: _Places, glyphs: Glyphs) -> Iterator[tuple[str, Tone]]:
    """The lanes of a row, cell by cell: marks, what lies in the stores, arrows between."""
    base = STEP_CELLS + 2
    cells: list[tuple[str, Tone]] = [(" ", Tone.INK)] * (places.told - base)
    for place, start in enumerate(places.starts):
        mark, lying = row.marks[place], row.lying[place]
        if lying:
            _write(cells, start - base, shown(_lying(lying), places.widths[place]), Tone.STRONG)
        elif mark is not Mark.NONE:
            _write(cells, start - base, _glyph(mark, glyphs), _TONES[mark])
    for move in row.moves:
        if max(move.start, move.end) < len(places.starts):
            _draw_arrow(cells, move.start, move.end, places, glyphs)
    return iter(cells)


def _draw_arrow(
    cells: list[tuple[str, Tone]], start: int, end: int, places: _Places, glyphs: Glyphs
) -> None:
    """A line over whatever is blank between both columns, with its head beside the second."""
    base = STEP_CELLS + 2

    def edges(place: int) -> tuple[int, int]:
        left = places.starts[place] - base
        return left, left + places.widths[place] - 1

    rightwards = start < end
    low = edges(start if rightwards else end)[1] + 1
    high = edges(end if rightwards else start)[0] - 1
    for at in range(low, high + 1):
        if cells[at][0] in (" ", "|"):
            cells[at] = (glyphs.rule, Tone.MOVES)
    head = glyphs.arrow if rightwards else ("\u25c2" if glyphs.braille else "<")
    cells[high if rightwards else low] = (head, Tone.MOVES)


def _write(cells: list[tuple[str, Tone]], at: int, text: str, tone: Tone) -> None:
    """Puts a text into the cells; a wide character leaves the one behind it empty."""
    for character in text:
        size = cell_len(character)
        if size == 0 and at > 0:
            cells[at - 1] = (cells[at - 1][0] + character, tone)
            continue
        cells[at] = (character, tone)
        for behind in range(at + 1, at + size):
            cells[behind] = ("", tone)
        at += size


def _bracket(rows: Sequence[Row], row: Row, cycle: tuple[int, int] | None, glyphs: Glyphs) -> str:
    if cycle is None or row.first is None or row.last is None:
        return ""
    inside = [one for one in rows if one.last is not None and one.last >= cycle[0]]
    if row not in inside or row.first > cycle[1]:
        return ""
    top, middle, foot = ("\u23a1", "\u23a2", "\u23a3") if glyphs.braille else ("+", "|", "+")
    if row is inside[0]:
        return top
    return foot if row.last >= cycle[1] else middle


def _glyph(mark: Mark, glyphs: Glyphs) -> str:
    match mark:
        case Mark.STEPS:
            return glyphs.operation
        case Mark.BLOCKED:
            return glyphs.blocked
        case Mark.SLEEPING:
            return "\u254e" if glyphs.braille else ":"
        case Mark.COULD_GO:
            return "|"
        case Mark.ENDS:
            return glyphs.ended
        case _:
            return glyphs.failed


def _steps(row: Row) -> str:
    if row.first is None:
        return f"{row.seq}"
    return f"{row.first}" if row.first == row.last else f"{row.first}-{row.last}"


def _told(row: Row, lang: str, beside: bool) -> str:
    """What happens; that it came to a line is seen where the line stands beside it."""
    told = row.in_short if beside and row.source else row.told
    return escaped(told[lang], 200)


def _lying(values: Sequence[str]) -> str:
    return " ".join(shown(value, LONGEST_VALUE) for value in values)


def _is_feeder(column: Lane | Store) -> bool:
    return isinstance(column, Lane) and column.task.kind is TaskKind.FEEDER


def _lane_name(column: Lane, lang: str, *, alone: bool) -> tuple[str, str]:
    task = column.task
    if task.kind is TaskKind.MAIN:
        return words.MAIN[lang], ""
    if task.kind is TaskKind.FEEDER:
        return words.FEEDER[lang], "" if alone else task.process
    name = task.name.partition(" (")[0]
    return name, task.role or ""


def _store_name(column: Store) -> Text:
    kind = {Part.BUFFER: BUFFER, Part.PIPE: words.PIPE, Part.QUEUE: words.QUEUE}[column.part]
    name = column.name
    if not name.en or name in (words.QUEUE, words.PIPE):
        return kind
    if column.part is Part.QUEUE:
        return name
    return Text(f"{kind.en} of {name.en}", f"{name.zh} 的{kind.zh}")
