"""The sentences about promises, in the words of the lesson's card."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.analysis.items import Item
from pyqdemo.analysis.now import TaskNow
from pyqdemo.analysis.sentences import filled, same
from pyqdemo.analysis.state import RunState
from pyqdemo.card import Promise, Promises, Words
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome, OutcomeKind

__all__ = [
    "RECORD_CUT",
    "STOPPED",
    "UNNAMED",
    "about",
    "ended_badly",
    "exited",
    "failed",
    "lost",
    "never_ended",
    "overtaken",
    "promise_name",
    "twice",
]

STOPPED = Text("the run was stopped before its end", "还没运行完就停下了")
RECORD_CUT = Text("records are missing", "记录不完整")
UNNAMED = Text("it cannot be told which item some operations moved", "有的操作看不出移动的是哪一件")

_NAMES = {
    "nothing_lost": Text("nothing lost", "不丢"),
    "nothing_twice": Text("nothing twice", "不重"),
    "clean_end": Text("ended by itself", "自己结束"),
}
_ENDS = {
    OutcomeKind.DEADLOCK: Text("its tasks wait for each other", "任务互相等待，谁也走不下去"),
    OutcomeKind.STUCK: Text("its tasks wait and nothing moves", "任务都在等，再也没有动静"),
    OutcomeKind.LIVELOCK: Text(
        "everybody is busy and nothing moves on", "大家都在忙，事情却毫无进展"
    ),
    OutcomeKind.RUNS_FOR_EVER: Text("it runs for ever", "它永远不会结束"),
}


def promise_name(promise: Promise, promises: Promises, words: Words) -> Text:
    """What is promised, in two or three words; an order is named after who makes the items."""
    if promise != "producer_order":
        return _NAMES[promise]
    makers = promises.made.by if promises.made else ()
    if len(makers) != 1 or makers[0] not in words.roles:
        return Text("each producer's order", "每个生产者的次序不变")
    role = words.roles[makers[0]]
    measure = "个" if role.zh.endswith(("进程", "线程", "者", "端")) else "位"
    return filled(Text("each {role}'s order", "每" + measure + " {role} 的次序不变"), role=role)


def about(name: Text, told: Text) -> Text:
    """``nothing lost: 1 was made, never eaten``."""
    return Text(f"{name.en}: {told.en}", f"{name.zh}：{told.zh}")


def lost(items: Sequence[Item], state: RunState, words: Words) -> Text:
    """Made and never used; the first such item, and how many there are."""
    never = words.used.zh.removesuffix("了")
    template = Text(
        "{item} was {made}, never {used}"
        if len(items) == 1
        else "{item} and {more} more were {made}, never {used}",
        "{item} {done}，却没有人 {never}"
        if len(items) == 1
        else "{item} 等 {all} 件 {done}，却没有人 {never}",
    )
    return filled(
        template,
        item=_item(items[0], state),
        more=len(items) - 1,
        all=len(items),
        made=words.made,
        used=words.used,
        done=words.made.zh.removesuffix("了") + "了",
        never=never,
    )


def twice(item: Item, state: RunState, words: Words) -> Text:
    """Used more than once; by whom, as far as that is known."""
    n = len(item.users)
    users = [state.name(user) for user in item.users if user != "?"]
    return filled(
        Text("{item} was {used} {times}, by {by}", "{item} {done} {times}：{by_zh}"),
        item=_item(item, state),
        used=words.used,
        done=words.used.zh.removesuffix("了") + "了",
        times=Text("twice", "两次") if n == 2 else Text(f"{n} times", f"{n} 次"),
        by=" and ".join(users),
        by_zh="、".join(users),
    )


def overtaken(item: Item, user: str, later: int, state: RunState) -> Text:
    """Reached its user after an item its maker had made later."""
    return filled(
        Text("{item} reached {user} after item {later}", "{item} 比第 {later} 件更晚到 {user}"),
        item=_item(item, state),
        user=state.name(user),
        later=later,
    )


def failed(now: TaskNow, state: RunState) -> Text:
    """A task ended by an exception, a signal or an exit code."""
    what = now.failure or ""
    kind, _, rest = what.partition(" ")
    match kind:
        case "raised":
            told = Text("{task} raised {rest}", "{task} 抛出了 {rest}")
        case "exit" if rest.startswith("code -"):
            rest = rest.removeprefix("code -")
            told = Text("{task} was ended by signal {rest}", "{task} 被信号 {rest} 终止")
        case "exit":
            rest = rest.removeprefix("code ")
            told = Text("{task} left with exit code {rest}", "{task} 以退出码 {rest} 结束")
        case "terminate" | "kill":
            rest = state.name(rest.removeprefix("by "))
            told = Text("{task} was stopped by {rest}", "{task} 被 {rest} 终止")
        case _:
            told = Text("{task} failed", "{task} 没有正常结束")
    return filled(told, task=now.task.name, rest=rest)


def never_ended(now: TaskNow) -> Text:
    return filled(Text("{task} never ended", "{task} 一直没有结束"), task=now.task.name)


def ended_badly(outcome: Outcome) -> Text:
    """An outcome other than a completed run."""
    if outcome.kind in _ENDS:
        return _ENDS[outcome.kind]
    return same(outcome.detail) if outcome.detail else Text("it failed", "它出错了")


def exited(code: int) -> Text:
    return filled(Text("its exit code is {code}", "退出码是 {code}"), code=code)


def _item(item: Item, state: RunState) -> Text:
    """``1 (put by Thread-1, item 3)``."""
    verb = Text("sent", "发送") if item.operation == "send" else Text("put", "放入")
    return filled(
        Text("{value} ({verb} by {maker}, item {n})", "{value}（{maker} {verb} 的第 {n} 件）"),
        value=item.value or "?",
        verb=verb,
        maker=state.name(item.maker),
        n=item.number,
    )
