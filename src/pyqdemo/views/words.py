"""Our words in every view, English and Chinese side by side.

Chinese text stands last in a row, or in a column sized from both languages, so that
columns agree. No word here holds a character of ambiguous width.
"""

from __future__ import annotations

from pyqdemo.languages import Text

__all__ = [
    "count",
    "duration",
    "listed",
    "measure",
    "never_ends",
    "pace",
    "per_second",
    "places",
    "queues",
    "seconds",
    "times",
    "whole_seconds",
]

# States, as the picture says them.
RUNNING = Text("running", "运行")
SLEEPING = Text("sleeping", "睡眠")
ENDED = Text("ended", "结束")
FAILED = Text("failed", "出错")
KILLED = Text("killed", "被终止")
BLOCKED = Text("blocked: {reason}", "阻塞：{reason}")
BLOCKED_SHORT = Text("blocked", "阻塞")
COULD_GO = Text("could go", "可运行")
BUFFER_EMPTY = Text("buffer empty", "缓冲区为空")
NOT_STARTED = Text("not started", "未启动")

COUNTED = Text("{count} {state}", "{state} {count}")

# The picture.
LAST = Text("last {seconds}", "最近 {seconds}")
NOW = Text("now", "现在")
WAITED = Text("waited", "共等待")
QUEUE = Text("queue", "队列")
PIPE = Text("pipe", "管道")
OF = Text("{depth} of {capacity}", "{depth}/{capacity}")
HOLDS = Text("holds {depth}", "有 {depth} 件")
FULL = Text("full", "已满")
EMPTY = Text("empty", "空")
WIDEST_STATE = Text("blocked: buffer empty", "阻塞：缓冲区为空")
WAITS_FOR = Text("blocked: {name} empty", "阻塞：{name} 为空")
FREE = Text("{count} free", "空位 {count}")
MORE = Text("..{count} more..", "..另 {count} 件..")
PUT = Text("put", "放入")
GOT = Text("got", "取出")
SPACE = Text("space", "空格")
HOLD = Text("hold the picture", "暂停画面")
GO_ON = Text("go on", "继续")
HELD = Text("held at {seconds}; the program runs on", "画面停在 {seconds}，程序仍在运行")
CTRL_C = Text("ctrl-c", "Ctrl-C")
END = Text("end", "结束")
TASKS = Text("tasks", "任务")
TASK = Text("task", "任务")
FEEDER = Text("feeder", "feeder 线程")
FEEDERS = Text("feeders", "feeder 线程")
MAIN = Text("main", "主线程")
PROCESS = Text("process", "进程")
PROCESSES = Text("processes", "进程")
THREAD = Text("thread", "线程")
THREADS = Text("threads", "线程")
PLACE = Text("{count} place", "{count} 个位置")
PLACES = Text("{count} places", "{count} 个位置")
NO_LIMIT = Text("no limit", "不限位置")

# Before the run.
NEVER_ENDS = Text(
    "This program never ends. Ctrl-C stops it; left alone it is stopped after {seconds}.",
    "这个程序不会自己结束。按 Ctrl-C 停止；不管它，{seconds}后会替你停下。",
)
NEVER_ENDS_UNBOUNDED = Text(
    "This program never ends. Ctrl-C stops it.",
    "这个程序不会自己结束。按 Ctrl-C 停止。",
)

MAY_NOT_END = Text(
    "This program may never end. Ctrl-C stops it; left alone it is stopped after {seconds}.",
    "这个程序有时不会结束。按 Ctrl-C 停止；不管它，{seconds}后会替你停下。",
)
MAY_NOT_END_UNBOUNDED = Text(
    "This program may never end. Ctrl-C stops it.",
    "这个程序有时不会结束。按 Ctrl-C 停止。",
)

SECOND = Text("s", "秒")

_NUMBERS = Text("two three four five six seven eight nine ten", "两 三 四 五 六 七 八 九 十")
_PACE = Text("{times} times the tutorial's pace", "教程速度的{times}倍")
_TWICE = Text("twice the tutorial's pace", "教程速度的两倍")
_OWN_PACE = Text("the tutorial's own pace", "教程原来的速度")
_SLEEPS = Text("its sleeps divided by {times}", "睡眠时间缩短为 1/{times}")


def seconds(ns: int) -> Text:
    """A time in seconds, ``0.6 s``; whole seconds from a hundred on."""
    return _both(f"{ns / 1e9:.1f}" if ns < 99_950_000_000 else f"{ns / 1e9:,.0f}", SECOND)


def duration(ns: int) -> Text:
    """A time in the unit that suits it, from microseconds to seconds."""
    if 0 < ns < 1_000_000:
        return _both(f"{max(1, round(ns / 1e3))}", Text("us", "微秒"))
    if 0 < ns < 50_000_000:
        return _both(f"{ns / 1e6:.0f}", Text("ms", "毫秒"))
    return seconds(ns)


def never_ends(stop_after_s: float | None, surely: bool) -> Text:
    """The announcement before a program without a sure end; None where nothing will stop it."""
    if stop_after_s is None:
        return NEVER_ENDS_UNBOUNDED if surely else MAY_NOT_END_UNBOUNDED
    bound = whole_seconds(stop_after_s)
    said = NEVER_ENDS if surely else MAY_NOT_END
    return Text(said.en.format(seconds=bound.en), said.zh.format(seconds=bound.zh))


def whole_seconds(s: float) -> Text:
    """A bound in seconds as it was given: ``20 s``, ``0.5 s``."""
    return _both(f"{s:g}", SECOND)


def per_second(rate: float) -> Text:
    told = f"{rate:.1f}" if rate < 100 else f"{rate:,.0f}"
    return Text(f"{told}/s", f"{told}/秒")


def _both(number: str, unit: Text) -> Text:
    return Text(f"{number} {unit.en}", f"{number} {unit.zh}")


def times(factor: float) -> Text:
    """A factor in words where it is a small whole number (``four``, ``四``), else in digits."""
    if factor in range(2, 11):
        place = int(factor) - 2
        return Text(_NUMBERS.en.split()[place], _NUMBERS.zh.split()[place])
    return Text(f"{factor:g}", f" {factor:g} ")


def pace(speed: float, *, lesson: bool) -> Text | None:
    """How fast the program's sleeps ran; None where there is nothing to say."""
    if not lesson:
        return None if speed == 1 else _SLEEPS.format(times=f"{speed:g}")
    if speed == 1:
        return _OWN_PACE
    if speed == 2:
        return _TWICE
    told = times(speed)
    return Text(_PACE.en.format(times=told.en), _PACE.zh.format(times=told.zh))


def measure(noun: str) -> str:
    """The Chinese measure word of a noun: 位 for people, 个 for what runs."""
    if noun.isascii() or noun[0].isascii():
        return "个 "
    return "个" if noun.endswith(("进程", "线程", "任务", "队列")) else "位"


def count(number: int, one: Text, many: Text) -> Text:
    """So many of a kind: ``3 chefs``, ``1 chef``, ``3 位厨师``."""
    noun = one if number == 1 else many
    return Text(f"{number:,} {noun.en}", f"{number:,} {measure(noun.zh)}{noun.zh}")


def places(capacity: int) -> Text:
    if not capacity:
        return NO_LIMIT
    return (PLACE if capacity == 1 else PLACES).format(count=f"{capacity:,}")


def queues(number: int) -> Text:
    return Text(f"{number:,} queues", f"{number:,} 条队列")


def listed(texts: list[Text]) -> Text:
    """Several of equal standing, after each other."""
    return Text(", ".join(text.en for text in texts), "，".join(text.zh for text in texts))
