"""Every hidden part of a run in words: each item's way, each end's holders, each death."""

from __future__ import annotations

from collections.abc import Iterator

from pyqdemo.analysis.hidden import Holding, Stage, Way, XRay
from pyqdemo.analysis.labels import label
from pyqdemo.analysis.sentences import filled, joined, same
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.xray_words import GAINED, names_of, tell_death, who
from pyqdemo.languages import Text

__all__ = ["tell_in_full"]

MOST_WAYS = 500  # of one queue; who wants more has the record

_AND_MORE = Text("and {count} more", "另有 {count} 件")
_ITEMS = Text(
    "{name}: the way of each item (with the step)", "{name}：每件东西走过的路（括号里是第几步）"
)
_HOLDERS = Text("{name}: who held it (from step to step)", "{name}：在谁手里（从第几步到第几步）")
_HELD = Text("{name} ({how})  {start} to {end}", "{name}（{how}）  {start} 到 {end}")
_DEATHS = Text("processes that did not leave as they should", "没有正常退出的进程")
_STAGES = {
    "put": Text("put by {who}", "{who} 放入"),
    "put_part": Text("partly in the pipe", "一部分进了管道"),
    "feed": Text("out of the buffer", "离开缓冲区"),
    "deliver_part": Text("partly in the pipe", "一部分进了管道"),
    "deliver": Text("in the pipe", "进了管道"),
    "read_lock": Text("{who} has the read lock", "{who} 拿到读锁"),
    "get_part": Text("partly read", "读出一部分"),
    "get": Text("got by {who}", "{who} 取出"),
    "send": Text("sent by {who}", "{who} 发送"),
    "send_part": Text("partly sent by {who}", "{who} 发送了一部分"),
    "recv": Text("received by {who}", "{who} 收到"),
    "recv_part": Text("partly received by {who}", "{who} 收到一部分"),
    "drop": Text("could not be pickled", "无法序列化"),
    "lost": Text("lost with {who}", "随 {who} 丢失"),
}


def tell_in_full(xray: XRay) -> Iterator[tuple[int, Text]]:
    """A line each, with how deep it is indented."""
    state = xray.state
    for id in dict.fromkeys(way.resource for way in xray.ways):
        yield 0, filled(_ITEMS, name=_name(state, id))
        ways = [way for way in xray.ways if way.resource == id]
        for way in ways[:MOST_WAYS]:
            yield 1, _way(state, way)
        if len(ways) > MOST_WAYS:
            yield 1, filled(_AND_MORE, count=len(ways) - MOST_WAYS)
    for id in dict.fromkeys(held.end for held in xray.holdings):
        yield 0, filled(_HOLDERS, name=state.name(id))
        for held in xray.holdings:
            if held.end == id:
                yield 1, _held(state, held)
    if xray.deaths:
        yield 0, _DEATHS
        for death in xray.deaths:
            yield 1, tell_death(state, death)


def _name(state: RunState, id: str) -> Text:
    known = state.resources.get(id)
    pipe = known is not None and known.kind == "pipe_end"
    return same(state.name(id)) if pipe else label(state, id)


def _way(state: RunState, way: Way) -> Text:
    # A reader may have the read lock before there is anything to read.
    in_order = sorted(way.stages, key=lambda stage: stage.seq)
    stages = joined([_stage(state, stage) for stage in in_order], ", ", "，")
    return joined([names_of([way]), stages], "  ", "  ")


def _stage(state: RunState, stage: Stage) -> Text:
    told = filled(_STAGES[stage.operation], who=who(state, stage.task))
    if stage.step is None:
        return told
    return Text(f"{told.en} ({stage.step})", f"{told.zh}（{stage.step}）")


def _held(state: RunState, held: Holding) -> Text:
    return filled(
        _HELD,
        name=state.name(held.process),
        how=GAINED[held.gained],
        start=held.from_step or 0,
        end=Text("end", "结束") if held.to_seq is None else str(held.to_step),
    )
