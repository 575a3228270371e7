"""What a task did, in a few words: ``put 1``, ``empty() says True``, ``starts Thread-1``."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.analysis.labels import label
from pyqdemo.analysis.sentences import filled, joined, same
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.xray_words import who
from pyqdemo.languages import Text
from pyqdemo.trace import Event, Phase

__all__ = ["tell_doing", "tell_printed"]

#: An operation that asks something: its answer is what matters.
_ASKS = frozenset(
    {"empty", "full", "qsize", "is_set", "locked", "poll", "is_alive", "value", "exitcode"}
    | {"n_waiting", "broken", "active_children"}
)
_DONE = {
    "begin": Text("begins", "开始"),
    "end": Text("ends", "自己结束"),
    "exit": Text("exits", "退出"),
    "die": Text("is dead", "死了"),
    "start": Text("starts {name}", "启动 {name}"),
    "terminate": Text("terminates {name}", "终止 {name}"),
    "kill": Text("kills {name}", "杀死 {name}"),
    "join": Text("joins {name}", "等到 {name} 结束"),
    "sleep": Text("wakes", "醒来"),
    "time": Text("reads the clock", "看时钟"),
    "put": Text("puts {value}", "放入 {value}"),
    "get": Text("gets {value}", "取出 {value}"),
    "send": Text("sends {value}", "发送 {value}"),
    "recv": Text("receives {value}", "收到 {value}"),
    "feed": Text("takes {value} out of the buffer", "从缓冲区拿走 {value}"),
    "deliver": Text("{value} into the pipe", "{value} 进管道"),
    "drop": Text("drops {value}", "丢掉 {value}"),
    "lost": Text("{value} is lost", "{value} 丢了"),
    "task_done": Text("task_done", "task_done"),
    "acquire": Text("takes {name}", "拿到 {name}"),
    "release": Text("gives {name} back", "放开 {name}"),
    "read_lock": Text("takes the read lock", "拿到读锁"),
    "wait": Text("has waited for {name}", "等到 {name}"),
    "notify": Text("notifies {name}", "通知 {name}"),
    "set": Text("sets {name}", "把 {name} 置位"),
    "clear": Text("clears {name}", "把 {name} 复位"),
    "shutdown": Text("shuts {name} down", "关闭 {name}"),
    "close": Text("closes {name}", "关闭 {name}"),
    "draw": Text("draws {value}", "抽到 {value}"),
    "line": Text("line {value}", "第 {value} 行"),
    "join_thread": Text("its feeder is done", "feeder 线程送完了"),
}
#: The queue or pipe is told too where there are several.
_AT = {
    "put": Text("puts {value} into {name}", "往 {name} 放入 {value}"),
    "get": Text("gets {value} from {name}", "从 {name} 取出 {value}"),
    "send": Text("sends {value} by {name}", "经 {name} 发送 {value}"),
    "recv": Text("receives {value} at {name}", "在 {name} 收到 {value}"),
}
_OF = Text("{name}.{operation}", "{name}.{operation}")
_ASKED = Text("{operation}() says {answer}", "{operation}() 答 {answer}")
_RAISES = Text("{operation} raises {what}", "{operation} 抛出 {what}")
_FAILS = Text("ends: {what}", "出错：{what}")
_NOT_GOT = Text("does not get {name}", "没拿到 {name}")
_NOT_ENDED = Text("waits for {name} no longer", "不再等 {name}")
_SLEEPS = Text("sleeps {seconds} s", "睡 {seconds} 秒")
_WAITS = Text("waits for {what}", "等 {what}")
_PRINTS = Text("prints {text}", "打印：{text}")
_HELD = Text("waits for {name}, held by {holders}", "等 {name}，它被 {holders} 占用")
_EXITS = Text("exits with {code}", "退出，退出码 {code}")
_KILLED = Text("is ended by signal {number}", "被信号 {number} 终止")


def tell_doing(state: RunState, event: Event) -> Text:
    """One event in a few words, without who did it.

    Args:
        state: before or after it; only names and what is waited for are read.
    """
    if event.phase is Phase.BLOCKED:
        return _begins_to_wait(state, event)
    operation, value = event.operation, same(event.value or "")
    if event.raised:
        return _raised(event)
    if operation in _ASKS:
        return filled(_ASKED, operation=_asked_of(state, event), answer=event.result or "True")
    name = _name(state, event.resource)
    if operation == "acquire" and event.result == "False":
        return filled(_NOT_GOT, name=name)
    if event.result in ("False", "still running") and operation in ("wait", "join"):
        return filled(_NOT_ENDED, name=name)
    if operation == "exit" and event.value not in (None, "0"):
        return filled(_EXITS, code=value)
    if operation == "die" and (event.value or "").startswith("-"):
        return filled(_KILLED, number=(event.value or "")[1:])
    if operation == "line":
        value = same((event.location or "").rpartition(":")[2])
    template = _DONE.get(operation)
    if operation in _AT and len(state.queues) > 1 and name.en != "?":
        template = _AT[operation]
    if template is None:
        if event.resource is None:
            return same(" ".join(filter(None, [operation, event.value])))
        return filled(_OF, name=name, operation=operation)
    return filled(template, name=name, value=value)


def tell_printed(texts: Sequence[str]) -> Text:
    """What one ``print`` wrote in parts."""
    return filled(_PRINTS, text=" ".join("".join(texts).split()))


def _begins_to_wait(state: RunState, event: Event) -> Text:
    if event.operation == "sleep":
        seconds = event.timeout_s
        return filled(_SLEEPS, seconds=event.value or "" if seconds is None else f"{seconds:g}")
    lock = state.lock_of(event.resource) if event.operation == "acquire" else None
    if lock is not None and lock.holders:
        held = [_name(state, holder) for holder in lock.holders]
        holders = joined(held, ", ", "、")
        return filled(_HELD, name=_name(state, event.resource), holders=holders)
    reason = state.reason(event.operation, event.resource, event.value)
    return filled(_WAITS, what=reason.awaited(_name(state, event.resource)))


def _raised(event: Event) -> Text:
    what = (event.result or "").removeprefix("raised ")
    if event.operation == "end":
        return filled(_FAILS, what=what)
    return filled(_RAISES, operation=f"{event.operation}()", what=what)


def _asked_of(state: RunState, event: Event) -> str:
    if event.resource in state.queues and len(state.queues) > 1:
        return f"{state.name(event.resource)}.{event.operation}"
    return event.operation


def _name(state: RunState, id: str | None) -> Text:
    if id in state.tasks:
        told = who(state, id or "")
        return Text(told.en.partition(" (")[0], told.zh.partition(" (")[0])
    return label(state, id)
