"""What the summary says of a run under control: what decides it, how long it was, how alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyqdemo.analysis.hidden import XRay
from pyqdemo.languages import Text
from pyqdemo.trace import Header, Processes
from pyqdemo.views import words
from pyqdemo.views.dress import Line, Tone
from pyqdemo.views.ending_words import BROKE_OFF, LOSSES, NOT_CONTROLLED

__all__ = [
    "Replayed",
    "UnderControl",
    "broke_off",
    "control_line",
    "control_rows",
    "never_ends",
    "not_controlled",
    "virtual_time",
]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a replayed run is like its record.

    Attributes:
        differs: what does, the first of ``event``, ``name`` (of a task or a resource) and
            ``end``; None where nothing does, so far as the record goes.
        whole: the record has an end.
        step: of the event that differs, 0 where it belongs to none.
        task: name of whoever took that step.
        location: where in the program, None if unknown.
    """

    differs: str | None = None
    whole: bool = True
    step: int = 0
    task: str = ""
    location: str | None = None


@dataclass(frozen=True, slots=True)
class UnderControl:
    """A run under control, besides what any run has.

    Attributes:
        steps: how many were taken.
        took_ns: real time it took.
        uncontrolled: what the program used that is not under control.
        replayed: None unless the run repeats a recorded one.
        xray: its hidden parts; None where nobody wants to see them.
        in_full: whether they are shown in full, not only what is instructive of them.
        start_methods: by which processes were started; empty for the header's.
    """

    header: Header
    steps: int
    took_ns: int
    uncontrolled: tuple[str, ...] = ()
    replayed: Replayed | None = None
    xray: XRay | None = None
    in_full: bool = False
    start_methods: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether it repeats a recorded run, and became another one."""
        return self.replayed is not None and self.replayed.differs is not None


_REPLAYED = Text("replayed", "重放")
_SEED = Text("seed {seed}", "种子 {seed}")
_LOOSE = Text("loose sleeps", "可拖延的睡眠")
_BY_BLOCK = Text("stdout is a pipe", "stdout 是管道")
_BY_LINE = Text("line by line", "逐行轮换")
_STRATEGIES = {
    "random": Text("", ""),
    "round-robin": Text("round-robin", "轮流"),
    "schedule": Text("by its schedule", "照给定的调度"),
}
_STEP = Text("{steps} step", "{steps} 步")
_STEPS = Text("{steps} steps", "{steps} 步")
_TIMES = Text("{virtual} of virtual time in {real}", "虚拟时间 {virtual}，实际用时 {real}")
_VIRTUAL = Text("{seconds} of virtual time", "{seconds}虚拟时间")

_PROCESSES = {
    Processes.SIMULATED: (
        Text("processes simulated", "进程是模拟的"),
        Text("all live in one real process", "其实都在同一个真实的进程里"),
    ),
    Processes.REAL: (
        Text("real processes", "进程是真实的"),
        Text("modelled queues, pipes and locks", "队列、管道和锁由模型代替"),
    ),
}
_STARTED = Text("{told}; started by {method}", "{told}，以 {method} 方式启动")

_UNCONTROLLED = Text("not controlled", "不受控制")
_MAY_DIFFER = Text(
    "{names}: the same seed may give another run",
    "{names}：用同一个种子再运行，结果可能不同",
)
_ALIKE = Text("as recorded", "与记录相同")
_UNLIKE = Text("not as recorded", "与记录不同")
_ALL_ALIKE = Text("every event, and how it ended", "每个事件和结局都一样")
_SO_FAR = Text("as far as the record goes: it breaks off", "记录不完整，记下的部分都一样")
_DIFFERS = {
    "event": Text("from step {step} on: {who}", "从第 {step} 步起：{who}"),
    "name": Text("its tasks or resources are called otherwise", "任务或资源的名称不一样"),
    "end": Text("it ended otherwise", "结局不一样"),
}

_WENT = Text("{task} went on", "轮到 {task}")
_WENT_AT = Text("{task} went on at {location}", "轮到 {task}，在 {location}")

_NEVER_ENDS = Text(
    "This program never ends. It is stopped after {seconds} of virtual time.",
    "这个程序不会自己结束。虚拟时间走到 {seconds}就停下。",
)
_NEVER_ENDS_UNBOUNDED = Text("This program never ends.", "这个程序不会自己结束。")


def never_ends(stop_after_s: float | None) -> Text:
    """The announcement before a program that never ends; None where no time will stop it."""
    if stop_after_s is None:
        return _NEVER_ENDS_UNBOUNDED
    seconds = words.whole_seconds(stop_after_s)
    return Text(
        _NEVER_ENDS.en.format(seconds=seconds.en), _NEVER_ENDS.zh.format(seconds=seconds.zh)
    )


def control_line(control: UnderControl, ran_ns: int, lang: str) -> Line:
    """``seed 7   41 steps   3.2 s of virtual time in 12 ms``."""
    header = control.header
    strategy = header.strategy or ""
    pieces = [
        _REPLAYED[lang] if control.replayed is not None else "",
        "" if header.seed is None else _SEED[lang].format(seed=header.seed),
        _STRATEGIES.get(strategy, Text(strategy, strategy))[lang],
        _LOOSE[lang] if header.sleeps == "loose" else "",
        _BY_BLOCK[lang] if header.stdout == "pipe" else "",
        _BY_LINE[lang] if header.granularity == "line" else "",
        (_STEP if control.steps == 1 else _STEPS)[lang].format(steps=f"{control.steps:,}"),
        _TIMES[lang].format(
            virtual=words.seconds(ran_ns)[lang], real=words.duration(control.took_ns)[lang]
        ),
    ]
    return Line().add("   ".join(piece for piece in pieces if piece))


def control_rows(control: UnderControl) -> Iterator[tuple[Text, Text, Tone]]:
    """Rows of the summary: label, what is told, and its tone."""
    header = control.header
    if header.processes in _PROCESSES:
        label, told = _PROCESSES[header.processes]
        methods = control.start_methods or tuple(filter(None, [header.start_method]))
        if methods:
            told = Text(
                _STARTED.en.format(told=told.en, method=", ".join(methods)),
                _STARTED.zh.format(told=told.zh, method="、".join(methods)),
            )
        yield label, told, Tone.INK
    if control.uncontrolled:
        used = [not_controlled(name) for name in control.uncontrolled]
        names = Text(", ".join(text.en for text in used), "、".join(text.zh for text in used))
        told = Text(_MAY_DIFFER.en.format(names=names.en), _MAY_DIFFER.zh.format(names=names.zh))
        yield _UNCONTROLLED, told, Tone.STRONG
    replayed = control.replayed
    if replayed is None:
        return
    if replayed.differs is None:
        yield _ALIKE, _ALL_ALIKE if replayed.whole else _SO_FAR, Tone.INK
    else:
        yield _UNLIKE, _difference(replayed, replayed.differs), Tone.FAILED


def _difference(replayed: Replayed, what: str) -> Text:
    went = _WENT if replayed.location is None else _WENT_AT
    who = went.format(task=replayed.task, location=replayed.location)
    told, step = _DIFFERS[what], f"{replayed.step:,}"
    return Text(told.en.format(step=step, who=who.en), told.zh.format(step=step, who=who.zh))


def virtual_time(ran_ns: int) -> Text:
    """A span of virtual time, as it stands in a sentence about the end."""
    seconds = words.seconds(ran_ns)
    return Text(_VIRTUAL.en.format(seconds=seconds.en), _VIRTUAL.zh.format(seconds=seconds.zh))


#: Sentences of other rooms in English, and their Chinese.
_NO_CLAIM = {
    **NOT_CONTROLLED,
    **{pattern: chinese for pattern, (chinese, _) in LOSSES.items()},
    **BROKE_OFF,
}


def broke_off(detail: str) -> Text:
    """Why a run broke off; a reason that is not known stays as it is."""
    return _translated(detail, BROKE_OFF)


def not_controlled(name: str) -> Text:
    """What keeps anything from being claimed of other runs: what one used that no schedule
    decides, why it broke off, or what could not be done. A function's name stays as it is."""
    return _translated(name, _NO_CLAIM)


def _translated(told: str, sentences: Mapping[str, str]) -> Text:
    """What another room says in English, and the Chinese of it where there is one."""
    for pattern, chinese in sentences.items():
        found = re.fullmatch(pattern, told)
        if found is not None:
            return Text(told, chinese.format(**found.groupdict()))
    return Text(told, told)
