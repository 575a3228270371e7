"""The hidden parts of a run in words: what is instructive of them, and all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyqdemo.analysis.exit_codes import exit_code
from pyqdemo.analysis.hidden import Death, Fate, Misled, NoEnd, Way, XRay
from pyqdemo.analysis.labels import the_label
from pyqdemo.analysis.processes import Gained, Gone
from pyqdemo.analysis.sentences import filled, joined, same
from pyqdemo.analysis.state import RunState
from pyqdemo.languages import Text
from pyqdemo.trace import OutcomeKind, TaskKind

__all__ = ["GAINED", "names_of", "tell_death", "tell_in_short", "who"]

MOST_ITEMS = 4  # of more than these the first ones are named
LONGEST_VALUE = 24
#: What a value that is cut ends with, by what it begins with.
_CLOSED_BY = {"'": "'", '"': '"', "[": "]", "(": ")", "{": "}"}

_ENDED = (
    OutcomeKind.COMPLETED,
    OutcomeKind.EXCEPTION,
    OutcomeKind.DEADLOCK,
    OutcomeKind.LIVELOCK,
    OutcomeKind.STUCK,
)
#: Where items were when their process ended, and what the last one of their stages was.
_LOST = {
    Fate.BUFFERED: Text(
        "{items} went with {process}: put into {queue}, but still in its buffer",
        "{items} 随 {process} 一起丢失：虽已放入 {queue}，却还在它自己的缓冲区里",
    ),
    Fate.CARRIED: Text(
        "{items} went with {process}: its feeder had not yet written it into the pipe",
        "{items} 随 {process} 一起丢失：它的 feeder 线程已经取走，还没写进管道",
    ),
    Fate.HALF: Text(
        "{items} went with {process}, which was in the middle of it",
        "{items} 随 {process} 一起丢失：正传到一半",
    ),
    Fate.PIPED: Text(
        "{items} lay in the pipe when {process} ended, and nobody else can read it",
        "{process} 结束时 {items} 还在管道里，而再没有别人能读这条管道",
    ),
}
_DROPPED = Text(
    "{items} never came into the pipe behind {queue}: the feeder could not pickle it ({why}),"
    " long after put() had returned",
    "{items} 根本没进 {queue} 背后的管道：feeder 线程无法序列化它（{why}），而 put() 早已返回",
)
_LEFT = {
    Fate.BUFFERED: Text(
        "{items} still lay in a process's buffer of {queue} at the end",
        "到结束时 {items} 还在 {queue} 的进程缓冲区里",
    ),
    Fate.CARRIED: Text(
        "{items} had not got into the pipe behind {queue} at the end",
        "到结束时 {items} 还没进 {queue} 背后的管道",
    ),
    Fate.HALF: Text(
        "{items} was only in part in the pipe behind {queue} at the end",
        "到结束时 {items} 只有一部分进了 {queue} 背后的管道",
    ),
    Fate.PIPED: Text(
        "{items} lay in the pipe of {queue} at the end, got by nobody",
        "到结束时 {items} 还在 {queue} 的管道里：没有人取",
    ),
}
_DIED = Text(
    "{process} died at step {step}: exit code {code}",
    "{process} 在第 {step} 步意外死亡：退出码 {code}",
)
_READ_LOCK = Text(
    "{process} took the read lock of {name} to the grave: nobody else gets anything out of it",
    "{process} 至死占着 {name} 的读锁：别人再也不能从里面取出东西",
)
_WRITE_LOCK = Text(
    "{process} took the write lock of {name} to the grave: nothing more gets into the pipe",
    "{process} 至死占着 {name} 的写锁：再也没有东西能进管道",
)
_LOCK = Text("{process} took {name} to the grave", "{process} 至死没有放开 {name}")
_PERMITS = Text(
    "{process} took {count} of {name}'s permits to the grave",
    "{process} 至死没有归还 {name} 的 {count} 个名额",
)
_PLACE = Text(
    "{process} took its place at {name} to the grave: the others count on it",
    "{process} 至死占着 {name} 那里的位置：别人还在指望它",
)
_NO_END = Text(
    "no end of file for {task} at {end}: {other} is still held by {holders}",
    "{task} 在 {end} 等不到 EOF（文件结束）：{other} 还在 {holders} 手里",
)
GAINED: dict[Gained, Text] = {
    "made": Text("who made it", "创建者"),
    "fork": Text("by fork", "fork 时继承"),
    "sent": Text("given at its start", "启动时得到"),
    "used": Text("given at its start", "启动时得到"),
    "adopted": Text("out of a message", "从消息里得到"),
}
_MISLED = Text(
    "empty() of {queue} said True at step {step} though {items} had been put:"
    " not yet in the pipe, where empty() looks",
    "第 {step} 步 {queue} 的 empty() 回答 True，其实 {items} 已经放入，"
    "只是还没进管道，而 empty() 只看管道",
)
_MISLED_OFTEN = Text("; {count} times in all", "；这样的回答共有 {count} 次")
_UNPRINTED = Text(
    "{process} had printed {lines} that nobody saw: lost with its output buffer",
    "{process} 打印的 {lines}谁也没看到：随它的输出缓冲区丢了",
)


def tell_in_short(xray: XRay) -> list[Text]:
    """What is instructive, a sentence each: who died though nobody in the program ended it,
    what was put and never came out, what the dead keep, what kept an end of file away, wrong
    answers of ``empty``, lost prints."""
    state = xray.state
    return [
        *_died(xray),
        *_items(xray),
        *(_kept(state, death, gone) for death in xray.deaths for gone in death.kept),
        *(_no_end(state, no_end) for no_end in xray.no_ends),
        *_misled(state, xray.misled),
        *(_unprinted(state, death) for death in xray.deaths if death.unprinted),
    ]


def who(state: RunState, task: str) -> Text:
    """A task's name; of a feeder, whose it is."""
    now = state.tasks.get(task)
    if now is None or now.task.kind is not TaskKind.FEEDER:
        return same(state.name(task))
    process = state.name(now.task.process)
    return Text(f"the feeder of {process}", f"{process} 的 feeder 线程")


def names_of(ways: Sequence[Way]) -> Text:
    """Items by their values, the first ones if they are many."""
    return _listed([_value(way.value, way.item) for way in ways])


def tell_death(state: RunState, death: Death) -> Text:
    """How a process ended that did not leave as it should."""
    facts = _facts(state, death)
    match death.how:
        case "terminate" | "kill":
            template = Text(
                "{process}: {by} called {how}() on it; it ended at step {step}, exit code {code}",
                "{process}：{by} 对它调用 {how}()，在第 {step} 步结束，退出码 {code}",
            )
            return filled(template, by=who(state, death.by or ""), how=death.how, **facts)
        case "exit":
            template = Text(
                "{process}: left at once by os._exit() at step {step}, exit code {code}",
                "{process}：在第 {step} 步用 os._exit() 当场退出，退出码 {code}",
            )
        case "die":
            template = Text(
                "{process}: died at step {step}, exit code {code}",
                "{process}：在第 {step} 步意外死亡，退出码 {code}",
            )
        case _:
            template = Text(
                "{process}: ended at step {step}, exit code {code}",
                "{process}：在第 {step} 步结束，退出码 {code}",
            )
    return filled(template, **facts)


def _died(xray: XRay) -> Iterator[Text]:
    """Every death by a process's own doing or from outside the program, in their order."""
    for death in sorted(xray.deaths, key=lambda death: death.seq):
        if death.how == "die":
            yield filled(_DIED, **_facts(xray.state, death))


def _facts(state: RunState, death: Death) -> dict[str, Text | str | int]:
    return {
        "process": state.name(death.process),
        "step": "?" if death.step is None else death.step,
        "code": exit_code(death.exit_code),
    }


def _items(xray: XRay) -> Iterator[Text]:
    """What was put and never came out; those of one queue with the same end in one sentence."""
    state = xray.state
    ended = state.outcome is not None and state.outcome.kind in _ENDED
    groups: dict[tuple[object, ...], list[Way]] = {}
    for way in xray.ways:
        with_whom = way.stages[-1].task if way.fate is Fate.LOST else ""
        groups.setdefault((way.resource, way.fate, way.was, with_whom, way.result), []).append(way)
    for ways in groups.values():
        way = ways[0]
        facts: dict[str, Text | str | int] = {
            "items": names_of(ways),
            "queue": the_label(state, way.resource),
        }
        if way.fate is Fate.LOST:
            yield filled(_LOST[way.was], process=state.name(way.stages[-1].task), **facts)
        elif way.fate is Fate.DROPPED:
            why = (way.result or "").removeprefix("raised ")
            yield filled(_DROPPED, why=why, **facts)
        elif way.fate in _LEFT and ended and _is_sure(way):
            yield filled(_LEFT[way.fate], **facts)


def _is_sure(way: Way) -> bool:
    """Natively a feeder is not seen to empty its buffer."""
    return way.fate is not Fate.BUFFERED or way.stages[0].step is not None


def _kept(state: RunState, death: Death, gone: Gone) -> Text:
    facts: dict[str, Text | str | int] = {
        "process": state.name(death.process),
        "name": the_label(state, gone.resource),
    }
    match gone.value:
        case "read lock":
            return filled(_READ_LOCK, **facts)
        case "write lock":
            return filled(_WRITE_LOCK, **facts)
        case "place among the waiters" | "place inside":
            return filled(_PLACE, **facts)
        case str() as count if count.isdecimal():
            return filled(_PERMITS, count=count, **facts)
        case _:
            return filled(_LOCK, **facts)


def _no_end(state: RunState, no_end: NoEnd) -> Text:
    mine = state.processes.of(no_end.task)
    holders = [_holder(state, id, gained, id == mine) for id, gained in no_end.holders]
    *first, last = holders
    told = joined([joined(first, ", ", "、"), last], " and ", "、") if first else last
    return filled(
        _NO_END,
        task=who(state, no_end.task),
        end=state.name(no_end.end),
        other=state.name(no_end.other),
        holders=told,
    )


def _holder(state: RunState, id: str, gained: Gained | None, itself: bool) -> Text:
    name = state.name(id)
    told = Text(f"{name} itself", f"{name} 自己") if itself else same(name)
    if gained is None:
        return told
    how = GAINED[gained]
    return Text(f"{told.en} ({how.en})", f"{told.zh}（{how.zh}）")


def _misled(state: RunState, misled: Sequence[Misled]) -> Iterator[Text]:
    """The first wrong answer of each queue's ``empty``, and how many there were.

    Natively it is not known whether the items were on their way still.
    """
    by_queue: dict[str, list[Misled]] = {}
    for one in misled:
        if one.step is not None:
            by_queue.setdefault(one.resource, []).append(one)
    for id, several in by_queue.items():
        first = several[0]
        items = _listed([_value(value, item) for item, value in first.items])
        label = the_label(state, id)
        told = filled(_MISLED, queue=label, step=first.step or 0, items=items)
        if len(several) > 1:
            told = joined([told, filled(_MISLED_OFTEN, count=len(several))], "", "")
        yield told


def _unprinted(state: RunState, death: Death) -> Text:
    number = max(1, death.unprinted.count("\n"))
    lines = Text("a line" if number == 1 else f"{number} lines", f"{number} 行")
    return filled(_UNPRINTED, process=state.name(death.process), lines=lines)


def _listed(values: Sequence[str]) -> Text:
    """Values one after the other; of many the first ones, and how many there are."""
    first = values[:MOST_ITEMS]
    if len(values) > MOST_ITEMS:
        more = len(values) - MOST_ITEMS
        return Text(
            f"{', '.join(first)} and {more} more", f"{'、'.join(first)} 等 {len(values)} 件"
        )
    *but_last, last = first
    if not but_last:
        return same(last)
    return Text(f"{', '.join(but_last)} and {last}", f"{'、'.join(but_last)} 和 {last}")


def _value(value: str | None, item: str) -> str:
    """A value, short; one that is cut keeps the quote or the bracket that closes it."""
    told = item if value is None else value
    if len(told) <= LONGEST_VALUE:
        return told
    ending = f"..{_CLOSED_BY.get(told.removeprefix('b')[:1], '')}"
    return told[: LONGEST_VALUE - len(ending)] + ending
