"""What a report's claim is about, and why it is not stronger, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pyqdemo.analysis.sentences import counted, filled, joined, same
from pyqdemo.languages import Text
from pyqdemo.report import Ending, Race, Reason, Report

__all__ = [
    "count_of",
    "covered",
    "executions_told",
    "program_of",
    "race_told",
    "raced_at",
    "reason_told",
    "sentence",
]

Named = Callable[[str], Text]

_WHYS = {
    "ends": Text("since auto begins with it", "auto 总是先用它"),
    "circles": Text("since executions go round in circles", "因为有的运行会一直循环"),
    "kills": Text("since a process ends another one", "因为有进程终止另一个进程"),
    "preemptions": Text("since preemptions are bounded", "因为限定了抢占次数"),
    "strict": Text("since sleeps are strict", "因为睡眠准时结束"),
}
_STRATEGY = Text("Strategy {name}, {why}.", "策略 {name}，{why}。")
_STRATEGY_ASKED = Text("Strategy {name}.", "策略 {name}。")
_EXECUTIONS = (
    Text("{count} execution", "{count} 次运行"),
    Text("{count} executions", "{count} 次运行"),
)
_SCHEDULES = (
    Text("{count} inequivalent schedule", "{count} 个互不等价的调度"),
    Text("{count} inequivalent schedules", "{count} 个互不等价的调度"),
)
_STATES = Text("{count} state", "{count} 个状态"), Text("{count} states", "{count} 个状态")
_GRANULARITY = {
    "operation": Text("Granularity: operation.", "粒度：操作。"),
    "line": Text("Granularity: line.", "粒度：行。"),
}
_SLEEPS = {
    "loose": Text("Sleeps and timeouts may be late.", "睡眠和超时可能延迟。"),
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
    "随机数的取值也是选择：一次运行 1 个。",
)
_DRAWS = Text(
    "Values of its random draws were choices: up to {count} draws a run.",
    "随机数的取值也是选择：一次运行最多 {count} 个。",
)
_CLOCK = Text(
    "The clock that it reads moves only in sleeps and timeouts.",
    "它读的时钟只在睡眠和超时中走动。",
)
_PAGES = (
    Text("A pipe is taken to hold {count} page.", "假定一条管道能装 {count} 页。"),
    Text("A pipe is taken to hold {count} pages.", "假定一条管道能装 {count} 页。"),
)
_SIMULATED = Text("Its processes are simulated.", "进程是模拟的。")
_BOUNDS = Text("Bounds: {bounds}.", "上限：{bounds}。")
_TIME = Text("{count} s", "{count} 秒")
_VIRTUAL_TIME = Text("{count} s of virtual time a run", "每次运行 {count} 秒虚拟时间")
_PREEMPTIONS = Text("preemptions at most {count} a run", "每次运行最多抢占 {count} 次")
#: For one, and for many.
_BOUND = {
    "max_executions": _EXECUTIONS,
    "time_s": (_TIME, _TIME),
    "preemptions": (_PREEMPTIONS, _PREEMPTIONS),
    "max_steps": (
        Text("{count} step a run", "每次运行 {count} 步"),
        Text("{count} steps a run", "每次运行 {count} 步"),
    ),
    "for_s": (_VIRTUAL_TIME, _VIRTUAL_TIME),
    "stop_after": (
        Text("{count} item a run", "每次运行取走 {count} 件"),
        Text("{count} items a run", "每次运行取走 {count} 件"),
    ),
}
_TOOK = Text("{seconds} s.", "用时 {seconds} 秒。")
_SMALLER = Text("Smaller ones were covered before: {sizes}.", "更小的规模都先覆盖了：{sizes}。")
#: Of explorations and of explanations.
_REASONS: Mapping[str, Text] = {
    "max_executions": Text("it was stopped after {detail} executions", "运行 {detail} 次后停下"),
    "time": Text("it was stopped after {detail} s", "搜索 {detail} 秒后停下"),
    "after_failure": Text(
        "it went on for {detail} s after the first failure", "第一次出错后又搜索了 {detail} 秒"
    ),
    "preemptions": Text(
        "runs with more than {detail} preemptions were left out", "没有试抢占超过 {detail} 次的运行"
    ),
    "step_bound": Text("a run was stopped at its step bound", "有的运行达到步数上限而停下"),
    "time_bound": Text("a run was stopped at its time bound", "有的运行达到时间上限而停下"),
    "aborted": Text("a run broke off: {detail}", "有的运行中途中止：{detail}"),
    "interrupted": Text("it was interrupted", "搜索被中断"),
    "no_task": Text(
        "the program has no second task: there was nothing to order",
        "程序没有第二个任务，没有先后可言",
    ),
    "no_decision": Text(
        "there was never a choice of who goes on", "自始至终每步都只有一个任务可运行"
    ),
    "none_finished": Text("no run came to its own end", "没有一次运行自行结束"),
    "uncontrolled": Text(
        "it uses what no schedule decides: {detail}", "它用到了不由调度决定的：{detail}"
    ),
    "seeded": Text(
        "{detail} follows the seed: its other values were not tried",
        "{detail} 由种子决定，没有试别的值",
    ),
    "clock": Text("the program reads the time", "程序读取了时间"),
    "lost": Text(
        "something could not be done or recorded: {detail}", "有操作未能执行或未能记录：{detail}"
    ),
    "opaque": Text("plain data could not be observed: {detail}", "有普通数据未能观察：{detail}"),
    "cursor": Text(
        "what it prints moves the cursor, and what a screen shows then is another text",
        "它打印的内容会移动光标（或含制表符），屏幕上看到的就不是原来的文本",
    ),
    "stderr": Text(
        "it writes to stderr too, which was not looked at", "它还往 stderr 写，那一部分没有看"
    ),
    "no_further": Text(
        "it got no further for {detail} s, and gave up", "连续 {detail} 秒没有更进一步，就放弃了"
    ),
    "race": Text(
        "{detail} is touched by two tasks with no order between them",
        "{detail} 被两个任务读写，先后没有保证",
    ),
    "nondeterministic": Text(
        "the same choices did not lead to the same run: {detail}",
        "相同的选择得到了不同的运行：{detail}",
    ),
    "kills": Text(
        "a process was ended from outside; an end inside a step was not tried",
        "有进程从外部被终止，而没有试在一步之内终止它",
    ),
    "states": Text("there are too many states", "状态太多"),
    "sampled": Text(
        "schedules were drawn at random ({detail}), not covered",
        "调度是随机抽样的（{detail}），没有全部覆盖",
    ),
    "restarts": Text(
        "it had to begin again {detail} times, and gave up", "重新开始了 {detail} 次，最后放弃"
    ),
    "not_confirmed": Text(
        "a circle was not confirmed by repeating it: {detail}",
        "有一个循环重复运行时未得到证实：{detail}",
    ),
    "replayed": Text("only the run in {detail} was repeated", "只重放了 {detail} 里的那次运行"),
}
#: Where the number told is 1.
_ONCE: Mapping[str, Text] = {
    "max_executions": Text("it was stopped after {detail} execution", "运行 {detail} 次后停下"),
    "preemptions": Text(
        "runs with more than {detail} preemption were left out", "没有试抢占超过 {detail} 次的运行"
    ),
}
_HASH = Text(
    "what hash answers differs between processes: {place}", "hash 的结果因进程而异：{place}"
)
_CALL_OF_HASH = "call of hash, "
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
    parts = [executions_told(report.executions)]
    if report.traces is not None:
        parts.append(counted(*_SCHEDULES, report.traces))
    if report.states is not None:
        parts.append(counted(*_STATES, report.states))
    told = [sentence(program_of(report)), sentence(joined(parts, ", ", "，"))]
    told.append(_GRANULARITY[report.granularity])
    told.append(_SLEEPS[report.sleeps])
    told += _draws(report)
    if report.clock:
        told.append(_CLOCK)
    if report.processes == "simulated":
        told.append(_SIMULATED)
    if report.capacity is not None:
        told.append(counted(*_PAGES, report.capacity))
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
        _bound(*_BOUND[name], value) for name, value in report.bounds.items() if name in _BOUND
    ]
    if bounds:
        yield filled(_BOUNDS, bounds=joined(bounds, ", ", "，"))
    if report.smaller:
        sizes = [same(_size(size)) for size in report.smaller]
        yield filled(_SMALLER, sizes=joined(sizes, "; ", "；"))


def _bound(one: Text, many: Text, value: float) -> Text:
    told = f"{value:,g}" if value < 1e6 else f"{int(value):,}"
    return filled(one if value == 1 else many, count=told)


def reason_told(reason: Reason, named: Named = same) -> Text:
    """Why the claim is not stronger.

    Args:
        named: what another room says in English, in both languages.
    """
    if reason.kind == "opaque" and reason.detail.startswith(_CALL_OF_HASH):
        return filled(_HASH, place=reason.detail.removeprefix(_CALL_OF_HASH))
    template = _REASONS.get(reason.kind, _OTHER)
    if reason.detail == "1":
        template = _ONCE.get(reason.kind, template)
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
        return counted(*_STATES, ending.count)
    return executions_told(ending.count)


def executions_told(count: int) -> Text:
    """``1 execution``, ``2 executions``."""
    return counted(*_EXECUTIONS, count)


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
