"""What a report found, in sentences: the verdict, what happens, and why."""

from __future__ import annotations

from pyqdemo.analysis.coverage_words import raced_at, sentence
from pyqdemo.analysis.sentences import counted, filled, joined, same
from pyqdemo.analysis.xray import xray
from pyqdemo.analysis.xray_words import tell_in_short
from pyqdemo.languages import Text
from pyqdemo.report import Counterexample, Report, Verdict
from pyqdemo.trace import Event, OutcomeKind, Trace

__all__ = [
    "because",
    "cost_of",
    "headline",
    "kind_word",
    "verdict_word",
]

_VERDICTS = {
    Verdict.PROVED: Text("proved", "已证明"),
    Verdict.FAILED: Text("failed", "失败"),
    Verdict.NOT_EXHAUSTED: Text("not exhausted", "未穷尽"),
}
_ONLY = Text("{word} {limits}", "{word}（{limits}）")
_AT_OPERATIONS = Text("at operation granularity", "仅限操作粒度")
_FOR_SEED = Text("for seed {seed}", "仅限种子 {seed}")
_FOR_CLOCK = Text(
    "for a clock that moves only in sleeps and timeouts", "仅限只在睡眠和超时中走动的时钟"
)
_KINDS = {
    "completed": Text("completed", "正常结束"),
    "deadlock": Text("deadlock", "死锁"),
    "livelock": Text("livelock", "活锁"),
    "runs_for_ever": Text("runs for ever", "永远运行"),
    "exception": Text("exception", "异常"),
    "promise": Text("promise broken", "承诺未守住"),
    "output": Text("other output", "输出不同"),
    "step_bound": Text("stopped", "停下"),
    "time_bound": Text("stopped", "停下"),
    "interrupted": Text("interrupted", "中断"),
    "aborted": Text("broken off", "中止"),
}
_PROVED = Text("Every schedule was covered, and none fails.", "所有调度都已覆盖，没有一个出错。")
_RACES = Text(
    "Every order of operations was covered, and none fails. But {where}: what happens between and"
    " inside these lines is not covered.",
    "操作之间的各种先后都已覆盖，没有一个出错。但是{where}：这些行之间和行内发生的事没有覆盖。",
)
_OPEN = Text(
    "None was found to fail, but not every schedule was covered.",
    "没有发现出错的运行，但调度没有全部覆盖。",
)
_HEADS = {
    "exception": Text("An exception ends it: {detail}", "异常结束了程序：{detail}"),
    "promise": Text("A promise is broken: {detail}", "承诺没有守住：{detail}"),
    "output": Text(
        "What it prints depends on the schedule: {count} different outputs",
        "打印的内容随调度而变：共有 {count} 种输出",
    ),
}
_COSTS = {
    "preemptions": (
        Text("no preemption", "没有抢占"),
        Text("1 preemption", "1 次抢占"),
        Text("{count} preemptions", "{count} 次抢占"),
    ),
    "overruns": (
        Text("no sleep or timeout is late", "没有延迟的睡眠或超时"),
        Text("1 sleep or timeout is late", "1 处延迟的睡眠或超时"),
        Text("{count} sleeps or timeouts are late", "{count} 处延迟的睡眠或超时"),
    ),
}
_STEPS = Text("{count} step", "{count} 步"), Text("{count} steps", "{count} 步")
_CONFIRMED = {
    True: Text("repeated with real processes", "已用真实进程重放"),
    False: Text("not repeated with real processes", "未能用真实进程重放"),
}
_RAISED = Text(
    "{task} raises {what} in {operation}() at {location}",
    "{task} 在 {location} 的 {operation}() 抛出 {what}",
)
MOST_CAUSES = 1


def verdict_word(report: Report) -> Text:
    """The verdict; one that holds for a seed, a clock or between operations only says so."""
    word = _VERDICTS[report.verdict]
    if report.verdict is not Verdict.PROVED:
        return word
    limits = [_AT_OPERATIONS] if report.races else []
    if report.seed is not None:
        limits.append(filled(_FOR_SEED, seed=report.seed))
    if report.clock:
        limits.append(_FOR_CLOCK)
    return filled(_ONLY, word=word, limits=joined(limits, ", ", "；")) if limits else word


def kind_word(kind: str) -> Text:
    return _KINDS.get(kind, same(kind.replace("_", " ")))


def headline(report: Report) -> Text:
    """One sentence: what happens, or that nothing does."""
    found = report.counterexample
    if report.verdict is Verdict.PROVED and report.races:
        return filled(_RACES, where=raced_at(report.races, report.program))
    if report.verdict is Verdict.PROVED:
        return _PROVED
    failing = [ending for ending in report.endings if ending.failed]
    if not failing:
        return _OPEN
    ending = report.endings[found.ending] if found is not None else failing[0]
    others = sum(one.kind in ("output", "completed") for one in report.endings)
    template = _HEADS.get(ending.kind)
    told = ending.detail if ending.detail.en else kind_word(ending.kind)
    if template is not None:
        told = filled(template, detail=told, count=others)
    return sentence(told)


def because(found: Counterexample) -> list[Text]:
    """What of the hidden parts of the run explains it, a sentence each; often nothing."""
    hidden = xray(found.trace)
    raised = _raised_where(found.trace)
    if raised is not None:
        return [raised]
    told = tell_in_short(hidden) if hidden else []
    # A wrong answer of empty() is a cause; where things lay at the end is not.
    told.sort(key=lambda one: "empty()" not in one.en)
    return [sentence(one) for one in told[:MOST_CAUSES]]


def _raised_where(trace: Trace) -> Text | None:
    """Of a run that ends by an exception out of an operation, which one and at which line."""
    if trace.outcome is None or trace.outcome.kind is not OutcomeKind.EXCEPTION:
        return None
    last: dict[str, Event] = {}
    for event in trace.events:
        before = last.get(event.task)
        if event.operation == "end" and event.raised and before is not None:
            if before.result == event.result and before.location is not None:
                what = (event.result or "").removeprefix("raised ")
                names = {task.id: task.name for task in trace.tasks}
                facts = {"task": names[event.task], "what": what, "operation": before.operation}
                return sentence(filled(_RAISED, location=before.location, **facts))
        elif event.operation != "write":
            last[event.task] = event
    return None


def cost_of(found: Counterexample) -> Text:
    """How hard the run is to read: ``1 sleep or timeout is late, no preemption, 30 steps``."""
    steps = max((event.step or 0 for event in found.trace.events), default=0)
    parts = []
    for name, count in (("overruns", found.overruns), ("preemptions", found.preemptions)):
        parts.append(filled(_COSTS[name][min(count, 2)], count=count))
    parts.append(counted(*_STEPS, steps))
    if found.confirmed is not None:
        parts.append(_CONFIRMED[found.confirmed])
    return joined(parts, ", ", "，")
