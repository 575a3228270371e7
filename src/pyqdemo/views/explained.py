"""How a program can have printed certain lines, or how far it can: drawn for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyqdemo.analysis.coverage_words import executions_told, reason_told
from pyqdemo.analysis.lanes import lanes
from pyqdemo.analysis.sentences import counted, filled
from pyqdemo.explanation import Explanation
from pyqdemo.languages import Text
from pyqdemo.views.cells import broken_up, escaped, shown
from pyqdemo.views.dress import Glyphs, Line, Tone
from pyqdemo.views.lanes import lanes_lines, legend_lines
from pyqdemo.views.under_control import not_controlled

__all__ = ["explained_lines"]

MOST_NEXT, MOST_REASONS = 12, 6
WIDEST, LONGEST = 120, 240
_FOUND = Text("This is how it can happen", "可以这样发生")
_IMPOSSIBLE = Text("This cannot happen", "这不可能发生")
_NOT_FOUND = Text("Not found", "没有找到")
_LINES = Text("this line", "这一行"), Text("these {count} lines", "这 {count} 行")
_WHOLE = Text(
    "A run was found that prints exactly {lines} and nothing more.",
    "找到一次运行，恰好打印 {lines} ，再无其他。",
)
_BEGINNING = Text(
    "A run was found that begins with exactly {lines}; it would go on from there.",
    "找到一次运行，开头恰好是 {lines} ；此后程序还会继续。",
)
_NONE = Text(
    "Every run was tried, and none prints {lines} (with Python's usual buffers:"
    " python -u was not looked at).",
    "试遍了所有运行，没有一次打印 {lines} （按 Python 通常的缓冲方式；python -u 未考虑）。",
)
_GAVE_UP = Text(
    "No run was found that prints {lines}, but not all were tried.",
    "没有找到打印 {lines} 的运行，但也没有试遍。",
)
_FAR = (
    Text("The first of them can be printed. Line {line} is:", "第 1 行可以打印。第 {line} 行是："),
    Text(
        "The first {count} of them can be printed. Line {line} is:",
        "前 {count} 行可以打印。第 {line} 行是：",
    ),
)
_NOT_FIRST = Text("Not even the first line can come first:", "连第一行都不可能最先出现：")
_NOT_SEEN = Text("Not even the first line was seen to come first:", "从未见到第一行最先出现：")
_NEXT = Text("What can come there:", "此处可能出现的是：")
_SEEN = Text("What was seen to come there:", "此处见到的是：")
_NOTHING = Text("nothing: the program is over, or stuck", "什么也没有：程序已结束，或卡住了")
_MORE = Text("… and {count} more", "……另有 {count} 种")
_TRIED = Text(
    "{executions} in {seconds} s; choices: who goes next, small random draws, how long sleeps take",
    "用时 {seconds} 秒，共 {executions} ；可选的是：轮到谁、小范围随机数的取值、睡眠的长短",
)
_TRIED_LINES = Text(
    "{executions} in {seconds} s; choices: who goes next, at each line of the program too, small"
    " random draws, how long sleeps take",
    "用时 {seconds} 秒，共 {executions} ；可选的是：轮到谁（程序的每一行都可切换）、"
    "小范围随机数的取值、睡眠的长短",
)
_LEFT_OUT = (
    Text(
        "{count} line was left out: prompt, command, traceback or ^C",
        "略去了 {count} 行：提示符、命令、回溯信息或 ^C",
    ),
    Text(
        "{count} lines were left out: prompts, commands, tracebacks, ^C",
        "略去了 {count} 行：提示符、命令、回溯信息、^C",
    ),
)
_TIDIED = {
    "fence": Text("the fence around them was left out", "略去了首尾的代码围栏"),
    "editor": Text("an editor's own lines were left out", "略去了编辑器自己的行"),
    "indent": Text("the indent of all lines was left out", "略去了所有行共同的缩进"),
    "spacing": Text("the empty lines between all were left out", "略去了每两行之间的空行"),
}
_CUT = Text("the last line was taken for the beginning of one", "最后一行当作某一行的开头")
_WHY = Text("Nothing is proved, because", "什么也没有证明，因为")


def explained_lines(
    told: Explanation,
    lang: str,
    glyphs: Glyphs,
    width: int,
    commands: Sequence[tuple[Text, str]] = (),
) -> Iterator[Line]:
    """The answer, the run as lanes, and what may be typed next.

    Args:
        width: cells of the terminal.
        commands: without ``pyqdemo`` before them, each with what it does.
    """
    lines = counted(*_LINES, len(told.lines))
    if told.found is not None:
        yield Line().add(_FOUND[lang], Tone.STRONG)
        yield from _sentence(filled(_WHOLE if told.whole else _BEGINNING, lines=lines)[lang], width)
    else:
        head = _IMPOSSIBLE if told.impossible else _NOT_FOUND
        yield Line().add(head[lang], Tone.FAILED if told.impossible else Tone.STRONG)
        yield from _sentence(
            filled(_NONE if told.impossible else _GAVE_UP, lines=lines)[lang], width
        )
        yield from _how_far(told, lang, width)
        yield from _why_not(told, lang, width)
    executions = executions_told(told.executions)
    tried = _TRIED_LINES if told.granularity == "line" else _TRIED
    tried = filled(tried, executions=executions, seconds=f"{told.seconds:.1f}")
    yield from _sentence(tried[lang], width, Tone.DIM)
    if told.left_out:
        yield from _sentence(counted(*_LEFT_OUT, told.left_out)[lang], width, Tone.DIM)
    for name in told.tidied:
        yield from _sentence(_TIDIED[name][lang], width, Tone.DIM)
    if told.cut:
        yield from _sentence(_CUT[lang], width, Tone.DIM)
    run = told.found or told.best
    if run is not None:
        yield Line()
        laid = lanes(run)
        yield from lanes_lines(laid, lang, glyphs, width)
        yield Line()
        yield from legend_lines(laid.rows, lang, glyphs, width)
    if commands:
        yield Line()
    for what, command in commands:
        yield Line().add(f"  {what[lang]}  ", Tone.DIM).add(f"pyqdemo {command}")


def _how_far(told: Explanation, lang: str, width: int) -> Iterator[Line]:
    if told.matched < len(told.lines):
        one, many = _FAR
        head = _NOT_FIRST if told.impossible else _NOT_SEEN
        if told.matched:
            facts = {"count": told.matched, "line": told.matched + 1}
            head = filled(one if told.matched == 1 else many, **facts)
        yield from _sentence(head[lang], width)
        yield Line().add(f"    {shown(told.lines[told.matched], width - 4)}", Tone.FAILED)
    yield from _sentence((_NEXT if told.impossible else _SEEN)[lang], width)
    for line in told.next[:MOST_NEXT]:
        yield Line().add(f"    {shown(line, width - 4)}")
    if not told.next:
        yield Line().add(f"    {_NOTHING[lang]}", Tone.DIM)
    if len(told.next) > MOST_NEXT:
        rest = _MORE[lang].format(count=len(told.next) - MOST_NEXT)
        yield Line().add(f"    {rest}", Tone.DIM)


def _why_not(told: Explanation, lang: str, width: int) -> Iterator[Line]:
    if told.reasons:
        yield from _sentence(_WHY[lang], width)
    for reason in told.reasons[:MOST_REASONS]:
        words = reason_told(reason, not_controlled)[lang]
        yield Line().add(f"    {escaped(words, LONGEST)}", Tone.DIM)


def _sentence(words: str, width: int, tone: Tone = Tone.INK) -> Iterator[Line]:
    for part in broken_up(words, min(width, WIDEST) - 2):
        yield Line().add(f"  {part}", tone)
