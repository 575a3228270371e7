"""What a task did, in a few words: ``put 1``, ``empty() says True``, ``starts Thread-1``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyqdemo.analysis.labels import the_label
from pyqdemo.analysis.operation_words import (
    ASKS,
    AT,
    ATTRIBUTES,
    DONE,
    OF_KIND,
    SPELLINGS,
    WITH_RESULT,
)
from pyqdemo.analysis.sentences import filled, joined, same
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.xray_words import who
from pyqdemo.languages import Text
from pyqdemo.trace import Event, Phase

__all__ = ["tell_doing", "tell_printed"]

_ASKED = Text("{operation}() says {answer}", "{operation}() 答 {answer}")
_IS = Text("{operation} is {answer}", "{operation} 是 {answer}")
_RAISES = Text("{operation} raises {what}", "{operation} 抛出 {what}")
_CALL_RAISES = Text("its call raises {what}", "所做的调用抛出 {what}")
_FAILS = Text("ends: {what}", "出错：{what}")
_SLEEPS = Text("sleeps {seconds} s", "睡 {seconds} 秒")
_WAITS = Text("waits for {what}", "等 {what}")
_DRAWS = Text("draws {value}: {answer}", "抽取 {value}：{answer}")
_PRINTS = Text("prints {text}", "打印：{text}")
_NEWLINE = Text("prints a newline", "打印换行")
_BUFFERS = Text("buffers: {text}", "存入缓冲区：{text}")
_LINE = Text("line {number}: {source}", "第 {number} 行：{source}")
_OTHER = Text("{operation}, {name}", "{operation}，{name}")
_HELD = Text("waits for {name}, held by {holders}", "等 {name}，它被 {holders} 占用")
_EXITS = Text("exits with {code}", "退出，退出码 {code}")
_KILLED = Text("is ended by signal {number}", "被信号 {number} 终止")


def tell_doing(state: RunState, event: Event, source: str = "") -> Text:
    """One event in a few words, without who did it.

    Args:
        state: before or after it; only names and what is waited for are read.
        source: the program's line.
    """
    if event.phase is Phase.BLOCKED:
        return _begins_to_wait(state, event)
    operation, value = event.operation, same(event.value or "")
    if event.raised:
        return _raised(event, source)
    if operation in ASKS or operation in ATTRIBUTES:
        asked = _asked_of(state, event, source)
        asking = _ASKED if operation in ASKS else _IS
        return filled(asking, operation=asked, answer=event.result or "True")
    name = _name(state, event.resource)
    if operation == "exit" and event.value not in (None, "0"):
        return filled(_EXITS, code=value)
    if operation == "die" and (event.value or "").startswith("-"):
        return filled(_KILLED, number=(event.value or "")[1:])
    if operation == "line":
        number = (event.location or "").rpartition(":")[2]
        if source:
            return filled(_LINE, number=number, source=source.removesuffix(":"))
        value = same(number)
    template = _template(state, event, name)
    if template is None:
        parts = same(" ".join(filter(None, [operation.replace("_", " "), event.value])))
        return parts if event.resource is None else filled(_OTHER, operation=parts, name=name)
    answer = event.result or "None"
    return filled(template, name=name, value=value, answer=answer, pool=_pool(state, event))


def tell_printed(texts: Sequence[str], *, buffered: bool = False) -> Text:
    """What one ``print`` wrote in parts.

    Args:
        buffered: it waits in the process's buffer, and nobody sees it yet.
    """
    text = " ".join("".join(texts).split())
    if buffered:
        return filled(_BUFFERS, text=text or repr("".join(texts)))
    return filled(_PRINTS, text=text) if text else _NEWLINE


def _template(state: RunState, event: Event, name: Text) -> Text | None:
    """The words for what an event says has happened."""
    operation = event.operation
    if operation == "draw" and event.result is not None:
        return _DRAWS
    found = WITH_RESULT.get((operation, event.result or ""))
    if found is None:
        found = OF_KIND.get((operation, _sort_of(state, event)))
    if found is None and operation in AT and len(state.queues) > 1 and name.en != "?":
        found = AT[operation]
    return found or DONE.get(operation)


def _sort_of(state: RunState, event: Event) -> str:
    """The kind of its resource, as far as words depend on it."""
    resource = state.resources.get(event.resource or "")
    if event.operation == "wait" and event.resource is None:
        return "several"
    if event.operation == "shutdown" and event.value == "wait":
        return "workers"
    if event.resource in state.queues and event.operation == "join":
        return "queue"
    return resource.kind.removeprefix("mp_") if resource else ""


def _pool(state: RunState, event: Event) -> Text:
    """The pool to which a future belongs."""
    resource = state.resources.get(event.resource or "")
    return the_label(state, resource.of) if resource and resource.of else same("?")


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


def _raised(event: Event, source: str) -> Text:
    what = (event.result or "").removeprefix("raised ")
    if event.operation == "end":
        return filled(_FAILS, what=what)
    if event.operation == "finish" and event.location is None:
        return filled(_CALL_RAISES, what=what)
    return filled(_RAISES, operation=f"{_spelled(event, source)}()", what=what)


def _asked_of(state: RunState, event: Event, source: str) -> str:
    name = _spelled(event, source)
    if event.resource in state.queues:
        alone = len(state.queues) == 1
    else:
        alone = event.resource not in state.resources or state.is_only(event.resource)
    return name if alone else f"{state.name(event.resource)}.{name}"


def _spelled(event: Event, source: str) -> str:
    """The operation as the program calls it on that line, as far as that is plain."""
    ways = SPELLINGS.get(event.operation, ())
    found = [way for way in ways if re.search(rf"\b{way}\(", source)]
    return found[0] if len(found) == 1 else event.operation


def _name(state: RunState, id: str | None) -> Text:
    if id in state.tasks:
        told = who(state, id or "")
        return Text(told.en.partition(" (")[0], told.zh.partition(" (")[0])
    return the_label(state, id)
