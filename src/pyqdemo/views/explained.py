"""How a program can have printed certain lines, or how far it can: drawn for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyqdemo.analysis.lanes import lanes
from pyqdemo.languages import Text
from pyqdemo.report import Reason
from pyqdemo.trace import Trace
from pyqdemo.views.cells import broken_up, escaped, shown
from pyqdemo.views.dress import Glyphs, Line, Tone
from pyqdemo.views.lanes import lanes_lines, legend_lines

__all__ = ["Told", "explained_lines"]

MOST_NEXT, MOST_REASONS = 12, 6
WIDEST, LONGEST = 120, 240
_FOUND = Text("This is how it can happen", "可以这样发生")
_IMPOSSIBLE = Text("This cannot happen", "这不可能发生")
_NOT_FOUND = Text("Not found", "没有找到")
_WHOLE = Text(
    "A run was found that prints exactly these {lines} lines and nothing more.",
    "找到一次运行，恰好打印这 {lines} 行，再无其他。",
)
_BEGINNING = Text(
    "A run was found that begins with exactly these {lines} lines; it would go on from there.",
    "找到一次运行，开头恰好是这 {lines} 行；此后程序还会继续。",
)
_NONE = Text(
    "Every run was tried, and none prints these {lines} lines (with Python's usual buffers:"
    " python -u was not looked at).",
    "试遍了所有运行，没有一次会打印这 {lines} 行（按 Python 通常的缓冲方式；python -u 未考虑）。",
)
_GAVE_UP = Text(
    "No run was found that prints these {lines} lines, but not all were tried.",
    "没有找到会打印这 {lines} 行的运行，但也没有试遍。",
)
_FAR = Text(
    "The first {matched} of them can be printed. Line {line} is:",
    "前 {matched} 行可以打印出来。第 {line} 行是：",
)
_NOT_FIRST = Text("Not even the first line can come first:", "连第一行都不可能最先出现：")
_NOT_SEEN = Text(
    "Not even the first line was seen to come first:", "连第一行都没有见到它最先出现："
)
_NEXT = Text("What can come there:", "那里可以出现的是：")
_SEEN = Text("What was seen to come there:", "那里见到的是：")
_NOTHING = Text("nothing: the program is over, or stuck", "什么也没有：程序已结束，或卡住了")
_MORE = Text("… and {count} more", "……另有 {count} 种")
_TRIED = Text(
    "{executions} executions in {seconds} s; choices: who goes next, small random draws,"
    " how long sleeps take",
    "{seconds} 秒内执行 {executions} 次；可选的有：轮到谁、小范围的随机数、睡眠的长短",
)
_LEFT_OUT = Text(
    "{count} lines were left out: prompts, tracebacks, ^C",
    "略去了 {count} 行：提示符、回溯信息、^C",
)
_WHY = Text("Nothing is proved, because", "什么也没有证明，因为")
_REASONS: Mapping[str, Text] = {
    "time": Text("the {detail} seconds were over", "{detail} 秒用完了"),
    "interrupted": Text("it was interrupted", "被中断了"),
    "step_bound": Text("a run took {detail} steps or more", "有一次运行达到 {detail} 步"),
    "seeded": Text("{detail} was drawn by the seed only", "{detail} 只按种子取过值"),
    "uncontrolled": Text("{detail} is not under control", "{detail} 不受控制"),
    "opaque": Text("plain data was not observed: {detail}", "有普通数据没有观察到：{detail}"),
    "clock": Text("the program reads the time", "程序读取时间"),
    "kills": Text("a process is ended from outside", "有进程从外部被终止"),
    "race": Text("{detail} is touched without any order", "{detail} 被无序地访问"),
    "lost": Text("something was not recorded: {detail}", "有内容没有记录下来：{detail}"),
    "states": Text("there are too many states", "状态太多"),
    "aborted": Text("a run broke off: {detail}", "有一次运行中途停止：{detail}"),
    "nondeterministic": Text(
        "the same choices gave different runs: {detail}", "同样的选择得到不同的运行：{detail}"
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told of an explanation; see ``explaining.Explanation``.

    Attributes:
        run: how the lines, or the first of them, are printed.
        found: it is all of them.
    """

    run: Trace | None
    found: bool
    whole: bool
    impossible: bool
    lines: tuple[str, ...]
    matched: int
    next: tuple[str, ...]
    reasons: tuple[Reason, ...]
    left_out: int
    executions: int
    seconds: float


def explained_lines(
    told: Told, lang: str, glyphs: Glyphs, width: int, commands: Sequence[tuple[Text, str]]
) -> Iterator[Line]:
    """The answer, the run as lanes, and what may be typed next.

    Args:
        width: cells of the terminal.
        commands: without ``pyqdemo`` before them, each with what it does.
    """
    facts = {"lines": len(told.lines), "matched": told.matched, "line": told.matched + 1}
    if told.found:
        yield Line().add(_FOUND[lang], Tone.STRONG)
        yield from _sentence((_WHOLE if told.whole else _BEGINNING)[lang].format(**facts), width)
    else:
        tone = Tone.FAILED if told.impossible else Tone.STRONG
        yield Line().add((_IMPOSSIBLE if told.impossible else _NOT_FOUND)[lang], tone)
        yield from _sentence((_NONE if told.impossible else _GAVE_UP)[lang].format(**facts), width)
        yield from _how_far(told, lang, width)
        yield from _why_not(told, lang, width)
    tried = _TRIED[lang].format(executions=f"{told.executions:,}", seconds=f"{told.seconds:.1f}")
    yield from _sentence(tried, width, Tone.DIM)
    if told.left_out:
        yield from _sentence(_LEFT_OUT[lang].format(count=told.left_out), width, Tone.DIM)
    if told.run is not None:
        yield Line()
        laid = lanes(told.run)
        yield from lanes_lines(laid, lang, glyphs, width)
        yield Line()
        yield from legend_lines(laid.rows, lang, glyphs, width)
    if commands:
        yield Line()
    for what, command in commands:
        yield Line().add(f"  {what[lang]}  ", Tone.DIM).add(f"pyqdemo {command}")


def _how_far(told: Told, lang: str, width: int) -> Iterator[Line]:
    if told.matched < len(told.lines):
        head = _FAR if told.matched else (_NOT_FIRST if told.impossible else _NOT_SEEN)
        yield from _sentence(head[lang].format(matched=told.matched, line=told.matched + 1), width)
        yield Line().add(f"    {shown(told.lines[told.matched], width - 4)}", Tone.FAILED)
    yield from _sentence((_NEXT if told.impossible else _SEEN)[lang], width)
    for line in told.next[:MOST_NEXT]:
        yield Line().add(f"    {shown(line, width - 4)}")
    if not told.next:
        yield Line().add(f"    {_NOTHING[lang]}", Tone.DIM)
    if len(told.next) > MOST_NEXT:
        rest = _MORE[lang].format(count=len(told.next) - MOST_NEXT)
        yield Line().add(f"    {rest}", Tone.DIM)


def _why_not(told: Told, lang: str, width: int) -> Iterator[Line]:
    if told.reasons:
        yield from _sentence(_WHY[lang], width)
    for reason in told.reasons[:MOST_REASONS]:
        words = _REASONS.get(reason.kind, Text(f"{reason.kind} {{detail}}", "{detail}"))
        yield Line().add(
            f"    {words[lang].format(detail=escaped(reason.detail, LONGEST))}", Tone.DIM
        )


def _sentence(words: str, width: int, tone: Tone = Tone.INK) -> Iterator[Line]:
    for part in broken_up(words, min(width, WIDEST) - 2):
        yield Line().add(f"  {part}", tone)
