"""What a report's claim is about, and why it is not stronger, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pyqdemo.analysis.sentences import filled, joined, same
from pyqdemo.languages import Text
from pyqdemo.report import Ending, Race, Reason, Report

__all__ = ["count_of", "covered", "program_of", "race_told", "raced_at", "reason_told", "sentence"]

Named = Callable[[str], Text]

_WHYS = {
    "ends": Text("since every execution comes to its end", "因为每次执行都会结束"),
    "circles": Text("since executions go round in circles", "因为执行会兜圈子"),
    "preemptions": Text("since preemptions are bounded", "因为限定了抢占次数"),
    "strict": Text("since sleeps are strict", "因为睡眠是 strict"),
}
_STRATEGY = Text("Strategy {name}, {why}.", "策略 {name}，{why}。")
_STRATEGY_ASKED = Text("Strategy {name}.", "策略 {name}。")
_EXECUTION = Text("{count} execution", "{count} 次执行")
_EXECUTIONS = Text("{count} executions", "{count} 次执行")
_TRACES = Text("{count} distinct traces", "{count} 条不同的轨迹")
_TRACE = Text("{count} distinct trace", "{count} 条不同的轨迹")
_STATE = Text("{count} state", "{count} 个状态")
_STATES = Text("{count} states", "{count} 个状态")
_STEP = {
    "operation": Text("Step by operation.", "按操作一步一步走。"),
    "line": Text("Step by line.", "按行一步一步走。"),
}
_SLEEPS = {
    "loose": Text("Sleeps and timeouts may be late.", "睡眠和超时可以迟到。"),
    "strict": Text("Sleeps and timeouts end on time.", "睡眠和超时准时结束。"),
}
_SEED = Text("Its random draws follow seed {seed}.", "随机数由种子 {seed} 决定。")
_SEED_ALONE = Text(
    "Its random draws follow seed {seed}; with --explore-random other values are tried too.",
    "随机数由种子 {seed} 决定；加上 --explore-random，别的取值也会试到。",
)
_NO_DRAWS = Text("None of its random draws was a choice.", "没有哪个随机数的取值可以选。")
_DRAW = Text(
    "Values of its random draws were choices: 1 draw a run.",
    "随机数的取值也是选择：一次执行 1 个。",
)
_DRAWS = Text(
    "Values of its random draws were choices: up to {count} draws a run.",
    "随机数的取值也是选择：一次执行最多 {count} 个。",
)
_CLOCK = Text(
    "The clock that it reads moves only in sleeps and timeouts.",
    "它读的时钟只在睡眠和超时中走动。",
)
_PAGES = Text("A pipe is taken to hold {count} pages.", "假定一条管道能装 {count} 页。")
_SIMULATED = Text("Its processes are simulated.", "进程是模拟的。")
_BOUNDS = Text("Bounds: {bounds}.", "界限：{bounds}。")
_BOUND = {
    "max_executions": Text("{value} executions", "{value} 次执行"),
    "time_s": Text("{value} s", "{value} 秒"),
    "preemptions": Text("preemptions at most {value} a run", "每次执行最多抢占 {value} 次"),
    "max_steps": Text("{value} steps a run", "每次执行 {value} 步"),
    "for_s": Text("{value} s of virtual time a run", "每次执行 {value} 秒虚拟时间"),
    "stop_after": Text("{value} items a run", "每次执行取走 {value} 件"),
}
_TOOK = Text("{seconds} s.", "用时 {seconds} 秒。")
_SMALLER = Text("Smaller ones were covered before: {sizes}.", "更小的规模都先覆盖了：{sizes}。")
_REASONS: Mapping[str, Text] = {
    "max_executions": Text(
        "it was stopped after {detail} executions", "执行了 {detail} 次就停下了"
    ),
    "time": Text("it was stopped after {detail} s", "{detail} 秒后就停下了"),
    "after_failure": Text(
        "it went on for {detail} s behind the first failure", "出错之后又找了 {detail} 秒就停下了"
    ),
    "preemptions": Text(
        "runs that need preemptions beyond {detail} were left out", "抢占超过 {detail} 次的没有试"
    ),
    "step_bound": Text("a run was stopped at its step bound", "有的执行走满步数就停下了"),
    "time_bound": Text("a run was stopped at its time bound", "有的执行到时间就停下了"),
    "aborted": Text("a run broke off: {detail}", "有的执行中途断掉：{detail}"),
    "interrupted": Text("it was interrupted", "被中断了"),
    "no_task": Text(
        "the program has no second task: there was nothing to order",
        "程序没有第二个任务，没有先后可言",
    ),
    "no_decision": Text("there was never a choice of who goes on", "从来没有轮到谁的选择"),
    "none_finished": Text("no run came to its own end", "没有一次执行自己走到头"),
    "uncontrolled": Text(
        "it uses what no schedule decides: {detail}", "它用到了调度决定不了的：{detail}"
    ),
    "lost": Text("something could not be done or recorded: {detail}", "有事没做成：{detail}"),
    "opaque": Text("plain data could not be observed: {detail}", "有数据看不到读写：{detail}"),
    "nondeterministic": Text(
        "the same choices did not lead to the same run: {detail}",
        "同样的选择走出了不同的结果：{detail}",
    ),
    "kills": Text(
        "a process was ended from outside; an end inside a step was not tried",
        "有进程被从外面终止；在一步的中间终止没有试",
    ),
    "sampled": Text(
        "schedules were drawn ({detail}), not covered", "调度是抽取的（{detail}），没有全部覆盖"
    ),
    "capacity": Text("a pipe's capacity was assumed: {detail}", "管道的容量是假定的：{detail}"),
    "restarts": Text(
        "it had to begin again {detail} times, and gave up", "重来了 {detail} 次，只好放弃"
    ),
    "not_confirmed": Text(
        "a circle was not confirmed by repeating it: {detail}",
        "有个圈子重复走时没有得到证实：{detail}",
    ),
}
_OTHER = Text("{kind} {detail}", "{kind} {detail}")
_RACE = Text(
    "{name} is touched by two tasks with no order between them: {places}",
    "{name} 被两个任务读写，先后没有保证：{places}",
)
_LINE = Text("line {lines} touches {name}", "第 {lines} 行读写 {name}")
_LINES = Text("lines {lines} touch {name}", "第 {lines} 行读写 {name}")
_ELSEWHERE = Text("{lines} touch {name}", "{lines} 读写 {name}")
_UNORDERED = Text("{lines} unordered", "{lines}，先后没有保证")
_AND_OTHERS = Text("{lines} ({count} more below)", "{lines}（下面另有 {count} 处）")


_PUBLISHED = Text("{lesson} as published", "{lesson} 的原版")


def program_of(report: Report) -> Text:
    """``odd-even as published, count 1``."""
    name = same(report.lesson or report.program)
    if report.variant == "published" and report.lesson is not None:
        name = filled(_PUBLISHED, lesson=report.lesson)
    values = [same(_pair(key, value)) for key, value in report.parameters.items()]
    parts = [name, *values, *map(same, report.arguments)]
    return joined(parts, ", ", "，")


def covered(report: Report) -> list[Text]:
    """What the claim is about, a sentence each."""
    parts = [_counted(_EXECUTION, _EXECUTIONS, report.executions)]
    if report.traces is not None:
        parts.append(_counted(_TRACE, _TRACES, report.traces))
    if report.states is not None:
        parts.append(_counted(_STATE, _STATES, report.states))
    told = [sentence(program_of(report)), sentence(joined(parts, ", ", "，"))]
    told.append(_STEP[report.granularity])
    told.append(_SLEEPS[report.sleeps])
    told += _draws(report)
    if report.clock:
        told.append(_CLOCK)
    if report.processes == "simulated":
        told.append(_SIMULATED)
    if report.capacity is not None:
        told.append(filled(_PAGES, count=report.capacity))
    why = _WHYS.get(report.why)
    if why is None:
        told.append(filled(_STRATEGY_ASKED, name=report.strategy))
    else:
        told.append(filled(_STRATEGY, name=report.strategy, why=why))
    told += _bounds(report)
    told.append(filled(_TOOK, seconds=_seconds(report.seconds)))
    return told


def _draws(report: Report) -> Iterator[Text]:
    if report.draws is not None and (report.draws or report.seed is None):
        template = _NO_DRAWS if not report.draws else _DRAW if report.draws == 1 else _DRAWS
        yield filled(template, count=f"{report.draws:,}")
    if report.seed is not None:
        yield filled(_SEED_ALONE if report.draws is None else _SEED, seed=report.seed)


def _bounds(report: Report) -> Iterator[Text]:
    bounds = [
        filled(_BOUND[name], value=f"{value:,g}" if value < 1e6 else f"{int(value):,}")
        for name, value in report.bounds.items()
        if name in _BOUND
    ]
    if bounds:
        yield filled(_BOUNDS, bounds=joined(bounds, ", ", "，"))
    if report.smaller:
        sizes = [same(_size(size)) for size in report.smaller]
        yield filled(_SMALLER, sizes=joined(sizes, "; ", "；"))


def reason_told(reason: Reason, named: Named = same) -> Text:
    """Why the claim is not stronger.

    Args:
        named: what another room says in English, in both languages.
    """
    template = _REASONS.get(reason.kind, _OTHER)
    return filled(template, kind=reason.kind, detail=named(reason.detail))


def race_told(race: Race) -> Text:
    """Plain data that two tasks touch unordered."""
    places = [same(place) for place in dict.fromkeys(race.places)]
    return filled(_RACE, name=race.name, places=joined(places, ", ", "、"))


def raced_at(races: Sequence[Race], program: str) -> Text:
    """Which lines touch what unordered: ``lines 6 and 8 touch balance unordered``.

    Args:
        races: at least one.
        program: the file whose name goes without saying.
    """
    by_name: dict[str, dict[str, None]] = {}
    for race in races:
        by_name.setdefault(race.name, {}).update(dict.fromkeys(race.places))
    name, places = next(iter(by_name.items()))
    lines = [place.removeprefix(f"{program}:") for place in places]
    if all(line.isdigit() for line in lines):
        lines.sort(key=int)
        template = _LINE if len(lines) == 1 else _LINES
    else:
        template, lines = _ELSEWHERE, list(places)
    told = filled(template, lines=_listed(lines), name=name)
    told = filled(_UNORDERED, lines=told)
    if len(by_name) > 1:
        told = filled(_AND_OTHERS, lines=told, count=len(by_name) - 1)
    return told


def _listed(lines: Sequence[str]) -> Text:
    """``6, 7 and 8``."""
    *first, last = (same(line) for line in lines)
    if not first:
        return last
    return joined([joined(first, ", ", "、"), last], " and ", "、")


def count_of(report: Report, ending: Ending) -> Text:
    """How many executions, or states, ended so."""
    if report.states is not None:
        return _counted(_STATE, _STATES, ending.count)
    return _counted(_EXECUTION, _EXECUTIONS, ending.count)


def _counted(one: Text, many: Text, count: int) -> Text:
    return filled(one if count == 1 else many, count=f"{count:,}")


def sentence(told: Text) -> Text:
    """With a full stop, and in English a capital if it begins with a plain word."""
    en, zh = told.en.rstrip("."), told.zh.rstrip("。")
    return Text(f"{en}.", f"{zh}。")


def _pair(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else f"no {name}"
    return f"{name} {value}"


def _size(size: Mapping[str, object]) -> str:
    return ", ".join(_pair(name, value) for name, value in size.items())


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds < 1 else f"{seconds:,.1f}"
