"""The live picture: one moment of a run drawn into rows of equal width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyqdemo.views import words
from pyqdemo.views.cells import cell_len, fit, shown
from pyqdemo.views.charts import bars
from pyqdemo.views.dress import Dress, Glyphs, Line, Tone
from pyqdemo.views.gauge import gauge
from pyqdemo.views.layout import GUTTER, INDENT, Columns, Rows, columns_for
from pyqdemo.views.scene import Flow, Group, Mark, Scene, ShownQueue, ShownTask, State

__all__ = ["compose"]

SPARK = 12  # cells of a throughput sparkline
WIDEST_WAIT = 6
SHORTEST_WAIT_NS = 1_000_000  # what is told

_QUIET = (State.NEW, State.SLEEPING, State.ENDED)


def compose(scene: Scene, rows: Rows, width: int, dress: Dress, lang: str) -> list[Line]:
    """The picture as ``rows.total`` lines of exactly ``width`` cells.

    Args:
        scene: tasks and groups together ``rows.tasks`` at most, queues ``rows.queues``.
        width: one less than the terminal's, so that no row ends in its last column.
    """
    columns = _columns(scene, width, lang)
    lines = [Line().add(dress.glyphs.rule * width, Tone.RULE), _header(scene, width, lang)]
    if rows.axis:
        lines.append(_axis(scene, columns, dress.glyphs, lang))
    lines += [_task(task, columns, dress.glyphs, lang) for task in scene.tasks]
    lines += [_group(group, columns, dress.glyphs, lang) for group in scene.groups]
    for number, queue in enumerate(scene.queues):
        lines += _depth(queue, columns, dress, rows.tall, lang)
        if number < rows.gauges:
            lines += [Line()] if rows.spaces == 2 or (rows.spaces and not rows.flow) else []
            lines.append(gauge(queue, width, INDENT, dress, lang))
    if rows.flow:
        lines += [Line()] if rows.spaces else []
        lines.append(_flows(scene, width, dress, lang))
    if rows.keys:
        lines.append(_keys(scene, width, lang))
    return [line.fitted(width) for line in lines]


def _columns(scene: Scene, width: int, lang: str) -> Columns:
    # One width for all moments, or the strip would grow and shrink while one looks.
    # Queues come rarely; most states speak of one.
    states = [words.WAITS_FOR[lang].format(name=queue.label) for queue in scene.queues]
    states.append(words.WIDEST_STATE[lang])
    needed = min(max(map(cell_len, states)), width // 3)
    duration = cell_len("  99.9 s") if width >= 100 else 0
    labels = [queue.label for queue in scene.queues]
    return columns_for(
        width,
        names=[shown(name, 40) for name in (*(task.name for task in scene.tasks), *labels)],
        roles=[task.role for task in scene.tasks],
        words=needed + duration,
        waited=max(WIDEST_WAIT, cell_len(words.WAITED[lang])),
    )


def _header(scene: Scene, width: int, lang: str) -> Line:
    elapsed = words.seconds(scene.elapsed_ns)[lang]
    room = width - cell_len(elapsed) - GUTTER
    line = Line().add(shown(scene.title, room), Tone.STRONG)
    left = room - line.cells - GUTTER
    if left > 8 and scene.about:
        line.add("  ").add(shown(scene.about, left), Tone.DIM)
    return line.to(width - cell_len(elapsed)).add(elapsed, Tone.STRONG)


def _axis(scene: Scene, columns: Columns, glyphs: Glyphs, lang: str) -> Line:
    line = Line().to(columns.at_strip)
    if columns.strip:
        span = words.LAST[lang].format(
            seconds=words.whole_seconds(round(scene.bucket_ns * columns.strip / 1e9, 1))[lang]
        )
        now = words.NOW[lang]
        between = columns.strip - cell_len(span) - cell_len(now) - 2
        if between >= 1:
            line.add(f"{span} ", Tone.DIM).add(glyphs.rule * between, Tone.RULE)
            line.add(f" {now}", Tone.DIM)
        else:
            line.add(fit(now, columns.strip, right=True), Tone.DIM)
    if columns.waited:
        waited = words.WAITED[lang]
        line.to(columns.width - cell_len(waited)).add(waited, Tone.DIM)
    return line


def _task(task: ShownTask, columns: Columns, glyphs: Glyphs, lang: str) -> Line:
    tone = _TONES[task.state]
    quiet = task.state in _QUIET
    line = Line().add(f"{_glyph(task.state, glyphs)} {task.state.value} ", tone)
    line.add(fit(shown(task.name, columns.name), columns.name), Tone.DIM if quiet else Tone.STRONG)
    line.add("  ")
    if columns.role:
        line.add(fit(shown(task.role, columns.role), columns.role), Tone.DIM).add("  ")
    if columns.strip:
        _strip(line, task.strip, columns.strip, glyphs)
        line.add("  ")
    room = columns.words
    lasted = f" {words.duration(task.waiting_ns)[lang]}" if task.waiting_ns else ""
    if cell_len(task.words) + cell_len(lasted) > room or columns.width < 100:
        lasted = ""
    line.add(fit(task.words + lasted, room), tone)
    if columns.waited:
        long_enough = task.waited_ns >= SHORTEST_WAIT_NS
        waited = words.duration(task.waited_ns)[lang] if long_enough else "-"
        tone = Tone.STRONG if long_enough else Tone.DIM
        line.to(columns.width - max(columns.waited, cell_len(waited)))
        line.add(fit(waited, max(columns.waited, cell_len(waited)), right=True), tone)
    return line


def _strip(line: Line, strip: Sequence[Mark], cells: int, glyphs: Glyphs) -> None:
    """The marks of the last buckets, neighbours of one kind as one piece."""
    marks = strip[-cells:]
    line.add(" " * (cells - len(marks)))
    shapes = _shapes(glyphs)
    at = 0
    while at < len(marks):
        end = at
        while end < len(marks) and marks[end] is marks[at]:
            end += 1
        shape, tone = shapes[marks[at]]
        line.add(shape * (end - at), tone)
        at = end


def _shapes(glyphs: Glyphs) -> dict[Mark, tuple[str, Tone]]:
    return {
        Mark.NONE: (" ", Tone.INK),
        Mark.RUNNING: (glyphs.running, Tone.MOVES),
        Mark.OPERATION: (glyphs.operation, Tone.MOVES),
        Mark.BLOCKED: (glyphs.blocked, Tone.BLOCKED),
        Mark.SLEEPING: (glyphs.asleep, Tone.RULE),
    }


_TONES = {
    State.NEW: Tone.DIM,
    State.COULD_GO: Tone.INK,
    State.RUNNING: Tone.MOVES_STRONG,
    State.BLOCKED: Tone.BLOCKED_STRONG,
    State.SLEEPING: Tone.DIM,
    State.ENDED: Tone.DIM,
    State.FAILED: Tone.FAILED,
}


def _glyph(state: State, glyphs: Glyphs) -> str:
    return {
        State.NEW: " ",
        State.COULD_GO: glyphs.could_go,
        State.RUNNING: glyphs.running,
        State.BLOCKED: glyphs.blocked,
        State.SLEEPING: glyphs.sleeping,
        State.ENDED: glyphs.ended,
        State.FAILED: glyphs.failed,
    }[state]


def _group(group: Group, columns: Columns, glyphs: Glyphs, lang: str) -> Line:
    """``+ 47 more chefs   # 12 blocked   z 30 sleeping``; states go by how loud they are."""
    line = Line().add("+   ", Tone.DIM).add(shown(group.label, columns.width // 2))
    line.to(columns.at_strip if columns.strip else INDENT + columns.name)
    named = {
        State.FAILED: words.FAILED,
        State.BLOCKED: words.BLOCKED_SHORT,
        State.RUNNING: words.RUNNING,
        State.COULD_GO: words.COULD_GO,
        State.SLEEPING: words.SLEEPING,
        State.ENDED: words.ENDED,
        State.NEW: words.NOT_STARTED,
    }
    wide = columns.width >= 72
    for state, name in named.items():
        number = dict(group.states).get(state, 0)
        if number:
            told = words.COUNTED[lang].format(count=f"{number:,}", state=name[lang])
            told = told if wide else f"{number:,}"
            line.add("  " if line.text.strip() else "")
            line.add(f"{_glyph(state, glyphs)} {told}", _TONES[state])
    return line


def _depth(
    queue: ShownQueue, columns: Columns, dress: Dress, tall: bool, lang: str
) -> Iterator[Line]:
    rows = 2 if tall else 1
    top = queue.capacity or max((d for d in queue.depths if d is not None), default=1)
    drawn = bars(queue.depths, max(1, top), columns.strip, rows, braille=dress.glyphs.braille)
    for number, chart in enumerate(drawn, 1):
        line = Line()
        if number == rows:
            line.to(INDENT).add(shown(queue.label, columns.name + columns.role), Tone.STRONG)
        line.to(columns.at_strip).add(chart, Tone.INK)
        line.to(columns.at_words)
        if number == rows:
            _fullness(line, queue, lang)
        yield line


def _fullness(line: Line, queue: ShownQueue, lang: str) -> None:
    if queue.capacity:
        told = words.OF[lang].format(depth=f"{queue.depth:,}", capacity=f"{queue.capacity:,}")
    else:
        told = words.HOLDS[lang].format(depth=f"{queue.depth:,}")
    line.add(told, Tone.STRONG)
    if queue.capacity and queue.depth >= queue.capacity:
        line.add("  ").add(words.FULL[lang], Tone.BLOCKED_STRONG)
    elif queue.depth == 0:
        line.add("  ").add(words.EMPTY[lang], Tone.DIM)


def _flows(scene: Scene, width: int, dress: Dress, lang: str) -> Line:
    line = Line().to(INDENT)
    # One scale for all, or the eye would compare what cannot be compared.
    top = max((max(flow.counts, default=0) for flow in scene.flows), default=0)
    share = (width - INDENT) // max(1, len(scene.flows))
    for number, flow in enumerate(scene.flows):
        line.to(INDENT + number * min(share, 40))
        _flow(line, flow, share, top, dress, lang)
    return line


def _flow(line: Line, flow: Flow, share: int, top: int, dress: Dress, lang: str) -> None:
    label, total = shown(flow.label, 12), f"{flow.total:,}"
    rate = words.per_second(flow.rate)[lang]
    line.add(f"{label} ", Tone.DIM).add(total, Tone.STRONG)
    used = cell_len(label) + 1 + len(total)
    if share >= used + 2 + SPARK + 1 + cell_len(rate) + 2:
        (chart,) = bars(flow.counts, max(1, top), SPARK, 1, braille=dress.glyphs.braille)
        line.add("  ").add(chart, Tone.MOVES).add(f" {rate}", Tone.DIM)
    elif share >= used + 2 + cell_len(rate):
        line.add(f"  {rate}", Tone.DIM)


def _keys(scene: Scene, width: int, lang: str) -> Line:
    told = f"{words.CTRL_C[lang]}  {words.END[lang]}"
    if scene.keys:
        hold = words.GO_ON if scene.held else words.HOLD
        told = f"{words.SPACE[lang]}  {hold[lang]}     {told}"
    line = Line()
    if scene.held:
        held = words.HELD[lang].format(seconds=words.seconds(scene.elapsed_ns)[lang])
        room = width - cell_len(told) - GUTTER
        line.add(fit(held, room) if cell_len(held) > room else held, Tone.STRONG)
    return line.to(width - cell_len(told)).add(told, Tone.DIM)
