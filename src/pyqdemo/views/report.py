"""A report as people see it: verdict, one sentence, what was covered, the run, what to type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from pyqdemo.analysis import coverage_words, report_words
from pyqdemo.analysis.failures import failures
from pyqdemo.analysis.lanes import Lanes, Row, lanes
from pyqdemo.languages import Text
from pyqdemo.report import Counterexample, Ending, NoFork, Report, Verdict
from pyqdemo.views.cells import broken_up, cell_len, escaped, fit, shortened, shown
from pyqdemo.views.dress import Glyphs, Line, Tone
from pyqdemo.views.fork import End, fork_lines
from pyqdemo.views.lanes import lanes_lines, legend_lines
from pyqdemo.views.under_control import not_controlled

__all__ = ["report_lines"]

GUTTER = 11
NARROW, INDENT = 60, 2  # with fewer cells the verdict has a line of its own
LEAST_DETAIL = 24  # cells beside an ending's word; with less it stands below
WIDEST = 120  # sentences are no longer
MOST_ENDINGS, MOST_REASONS, MOST_RACES, MOST_FAILURES = 12, 6, 6, 4
LONGEST_DETAIL = 240
_SIMPLEST = Text("The simplest run that fails", "最简单的出错运行")
_BELOW = Text("below", "见下")
_WHY_NOT = Text("Not more, because", "不能断言更多，因为")
_WHAT_ELSE = Text("What else can happen was not all covered", "其他结局没有全部覆盖")
#: Says nothing more of a program that was found to fail.
_BESIDE_FAILURE = frozenset({"no_task", "no_decision", "none_finished"})
_AND_MORE = Text("and {count} more", "另有 {count} 项")
_NOT_INSIDE = Text(
    "What happens between and inside these lines is not covered. With --granularity line a step"
    " is a line, and what happens between them is.",
    "这些行之间和行内发生的事没有覆盖。加上 --granularity line，一步就是一行，"
    "行与行之间就都覆盖了。",
)
_ROUND = Text("steps {first} to {last} again and again", "第 {first} 到 {last} 步不断重复")
#: Endings that are none: states that the program can stay among for ever.
_CIRCLES = frozenset({"livelock", "runs_for_ever"})
_IN_CIRCLE = Text(" (1 state in the circle)", "（圈里有 1 个状态）")
_IN_CIRCLES = Text(" ({count} states in the circle)", "（圈里有 {count} 个状态）")
_NO_FORK: Mapping[NoFork, Text] = {
    "always": Text(
        "From every step of it the run could still have ended well.",
        "从其中任何一步换一个任务，都还能正常结束。",
    ),
    "never": Text("Whatever is chosen, no run ends well.", "无论怎么选，没有一次运行能正常结束。"),
    "drawn": Text(
        "No choice decided it: a random value took the last way out.",
        "决定结局的不是调度：抽到的一个随机数断了最后的退路。",
    ),
    "not_found": Text(
        "No way out was found, wherever one leaves this run.",
        "无论从哪一步起换一个任务，都没有找到正常结束的运行。",
    ),
}
_NOT_STARTED = Text(
    "It could not be repeated with real processes: {why}", "没能用真实进程重放：{why}"
)


def report_lines(
    report: Report,
    lang: str,
    glyphs: Glyphs,
    width: int,
    commands: Sequence[tuple[Text, str]] = (),
) -> Iterator[Line]:
    """All of it, top to bottom.

    Args:
        width: cells of the terminal; only commands and single words may be longer.
        commands: what may be typed next, without ``pyqdemo``, each with what it does.
    """
    word = report_words.verdict_word(report)[lang]
    gutter = GUTTER if width >= NARROW else INDENT
    yield from _head(report, word, gutter, lang, glyphs, width)
    yield Line()
    yield from _endings(report, gutter, lang, glyphs, width)
    yield from _limits(report, gutter, lang, width)
    if report.counterexample is not None:
        yield from _example(report, report.counterexample, lang, glyphs, width)
    if commands:
        yield Line()
        longest = max(cell_len(told[lang]) for told, _ in commands)
        for told, command in commands:
            line = Line().add(f"  {fit(told[lang], longest)}   ", Tone.DIM)
            if line.cells + cell_len(f"pyqdemo {command}") > width:  # easier to copy
                yield Line().add(f"  {told[lang]}", Tone.DIM)
                line = Line().add("  ")
            yield line.add(f"pyqdemo {command}", Tone.STRONG)


def _head(
    report: Report, word: str, gutter: int, lang: str, glyphs: Glyphs, width: int
) -> Iterator[Line]:
    """The verdict beside one sentence, then why, then what was covered."""
    glyph, tone = {
        Verdict.PROVED: (glyphs.ended, Tone.WELL_STRONG),
        Verdict.FAILED: (glyphs.failed, Tone.FAILED),
        Verdict.NOT_EXHAUSTED: (glyphs.could_go, Tone.BLOCKED_STRONG),
    }[report.verdict]
    if report.verdict is Verdict.PROVED and report.races:  # not of what a reader takes it for
        glyph, tone = glyphs.could_go, Tone.BLOCKED_STRONG
    room = min(width, WIDEST) - gutter
    line = Line().add(f"{glyph} {word}", tone)
    if line.cells + 2 > gutter:  # a longer word has lines of its own
        for number, part in enumerate(broken_up(word, min(width, WIDEST) - 2)):
            yield Line().add(f"{' ' if number else glyph} {part}", tone)
        line = Line()
    told = escaped(report_words.headline(report)[lang], 2 * LONGEST_DETAIL)
    for part in broken_up(told, room):
        yield line.to(gutter).add(part, Tone.STRONG)
        line = Line()
    found = report.counterexample
    for cause in _causes(found, lang) if found is not None else ():
        for part in broken_up(escaped(cause, LONGEST_DETAIL), room):
            yield Line().to(gutter).add(part)
    yield Line()
    apart = "" if lang == "zh" else " "
    covered = apart.join(one[lang] for one in coverage_words.covered(report))
    for part in broken_up(escaped(covered, 2000), room):
        yield Line().to(gutter).add(part, Tone.DIM)


def _causes(found: Counterexample, lang: str) -> Iterator[str]:
    """The lines at which tasks failed, then what else of the run explains it."""
    failed = failures(found.trace)
    names = {task.id: task.name for task in found.trace.tasks}
    for one in [one for one in failed if one.location][:MOST_FAILURES]:
        whose = f"{names.get(one.task, one.task)}: " if len(failed) > 1 else ""
        yield f"{whose}{one.location}  {one.source}".rstrip()
    if not any(one.by_operation and one.location for one in failed):
        # Else the operation that raised is the cause, and has just been shown.
        yield from (cause[lang] for cause in report_words.because(found))


def _endings(report: Report, gutter: int, lang: str, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """How executions ended: the failing ones first."""
    rows = sorted(report.endings, key=lambda ending: not ending.failed)[:MOST_ENDINGS]
    if not rows:
        return
    kinds = max(cell_len(report_words.kind_word(row.kind)[lang]) for row in rows)
    counts = max(cell_len(_count(report, row, lang)) for row in rows)
    shown_one = _shown_ending(report)
    for row in rows:
        tone = Tone.FAILED if row.failed else Tone.WELL if row.kind == "completed" else Tone.DIM
        glyph = glyphs.failed if row.failed else glyphs.ended if tone is Tone.WELL else " "
        line = Line().to(gutter).add(f"{glyph} ", tone)
        line.add(report_words.kind_word(row.kind)[lang], tone if row.failed else Tone.INK)
        start = gutter + 2 + kinds + 2
        if counts:
            count = fit(_count(report, row, lang), counts, right=True)
            line.to(start).add(count, Tone.DIM)
            start += counts + 2
        below = f"  {_BELOW[lang]}" if row is shown_one else ""
        yield from _detailed(line, _detail(report, row, lang), below, (start, gutter + 2), width)
    if len(report.endings) > MOST_ENDINGS:
        more = len(report.endings) - MOST_ENDINGS
        yield Line().to(gutter).add(_AND_MORE[lang].format(count=more), Tone.DIM)


def _detailed(
    line: Line, detail: str, below: str, starts: tuple[int, int], width: int
) -> Iterator[Line]:
    """What there is to tell of an ending, folded.

    Args:
        line: with the ending's word.
        starts: columns where it begins: beside the word, or below that for want of room.
    """
    start, lower = starts
    room = min(width, WIDEST) - start - cell_len(below)
    if room < LEAST_DETAIL and cell_len(detail) > room:
        yield line.add(below, Tone.DIM)
        line, below, start, room = Line(), "", lower, min(width, WIDEST) - lower
    *parts, last = broken_up(detail, room)
    for part in parts:
        yield line.to(start).add(shown(part, room))
        line = Line()
    if last:
        line.to(start).add(shown(last, room))
    yield line.add(below, Tone.DIM)


def _count(report: Report, ending: Ending, lang: str) -> str:
    """How many executions ended so; that many states are an end says nothing."""
    return coverage_words.count_of(report, ending)[lang] if report.states is None else ""


def _shown_ending(report: Report) -> Ending | None:
    found = report.counterexample
    return None if found is None else report.endings[found.ending]


def _detail(report: Report, ending: Ending, lang: str) -> str:
    """What broke; where outputs differ, this one from the first line that does."""
    if ending.detail.en:
        circle = ""
        if report.states is not None and ending.kind in _CIRCLES:
            told = (_IN_CIRCLE if ending.count == 1 else _IN_CIRCLES)[lang]
            circle = told.format(count=f"{ending.count:,}")
        return shortened(ending.detail[lang], LONGEST_DETAIL) + circle
    outputs = [one.output for one in report.endings if one.kind in ("output", "completed")]
    if len(outputs) < 2 or ending.output not in outputs:
        return ""
    lines = [output.splitlines() for output in outputs]
    alike = sum(1 for _ in takewhile(lambda row: len(set(row)) == 1, zip(*lines, strict=False)))
    left = ending.output.splitlines()[alike:]
    before = ["..", *left] if alike else left
    return escaped(" / ".join(before), LONGEST_DETAIL)


def _limits(report: Report, gutter: int, lang: str, width: int) -> Iterator[Line]:
    """Why the claim is not stronger, and which plain data two tasks touch unordered."""
    room = min(width, WIDEST) - gutter
    failed = report.verdict is Verdict.FAILED
    told = [
        coverage_words.reason_told(one, not_controlled)[lang]
        for one in report.reasons
        if not (failed and one.kind in _BESIDE_FAILURE)
    ]
    if told:
        yield Line()
        head = _WHAT_ELSE if failed else _WHY_NOT
        yield Line().to(gutter).add(head[lang], Tone.STRONG)
        yield from _listed(told, MOST_REASONS, gutter, room, lang)
    if report.races:
        yield Line()
        races = [coverage_words.race_told(race)[lang] for race in report.races]
        yield from _listed(races, MOST_RACES, gutter, room, lang)
        for part in broken_up(_NOT_INSIDE[lang], room):
            yield Line().to(gutter).add(part)


def _listed(told: Sequence[str], most: int, gutter: int, room: int, lang: str) -> Iterator[Line]:
    for one in told[:most]:
        for number, part in enumerate(broken_up(escaped(one, LONGEST_DETAIL), room - 2)):
            yield Line().to(gutter).add("  " if number else "- ", Tone.DIM).add(part)
    if len(told) > most:
        yield Line().to(gutter).add(_AND_MORE[lang].format(count=len(told) - most), Tone.DIM)


def _example(
    report: Report, found: Counterexample, lang: str, glyphs: Glyphs, width: int
) -> Iterator[Line]:
    """The run as lanes up to where it was lost, then the fork; else all of it."""
    fork = found.fork
    laid = lanes(found.trace, breaks={fork.step} if fork else ())
    yield Line()
    head = Line().add(_SIMPLEST[lang], Tone.STRONG)
    cost = report_words.cost_of(found)[lang]
    if head.cells + 2 + cell_len(cost) > width:
        yield head
        head = Line()
    for part in broken_up(cost, min(width, WIDEST) - head.cells - 2):
        yield head.add(f"  {part}", Tone.DIM)
        head = Line()
    yield Line()
    rows = laid.rows if fork is None else _before(laid, fork.step)
    cycle = found.cycle if fork is None else None
    yield from lanes_lines(laid, lang, glyphs, width, cycle=cycle, rows=rows)
    yield Line()
    yield from legend_lines(rows, lang, glyphs, width)
    yield Line()
    if found.not_started:
        why = _NOT_STARTED[lang].format(why=escaped(found.not_started, LONGEST_DETAIL))
        for part in broken_up(why, min(width, WIDEST) - 2):
            yield Line().add(f"  {part}", Tone.DIM)
    if fork is None:
        if found.no_fork is not None:
            for part in broken_up(_NO_FORK[found.no_fork][lang], min(width, WIDEST) - 2):
                yield Line().add(f"  {part}", Tone.DIM)
        return
    ending = report.endings[found.ending]
    end = End(_with_place(report_words.kind_word(ending.kind), found), Tone.FAILED, glyphs.failed)
    if found.cycle is not None:
        first, last = found.cycle
        again = "\u21ba" if glyphs.braille else glyphs.arrow
        end = End(_ROUND.format(first=first, last=last), Tone.FAILED, again)
    good = report_words.kind_word("completed")
    yield from fork_lines(fork, laid, end, good, lang, glyphs, width)


def _with_place(word: Text, found: Counterexample) -> Text:
    """The word for how a run ends, and at which line where that is an exception."""
    failed = failures(found.trace)
    if not failed or failed[-1].location is None:
        return word
    place = f"  {failed[-1].location}  {failed[-1].source}"
    return Text(f"{word.en}{place}", f"{word.zh}{place}")


def _before(laid: Lanes, step: int) -> tuple[Row, ...]:
    return tuple(row for row in laid.rows if (row.last or 0) < step)
