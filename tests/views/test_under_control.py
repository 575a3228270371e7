"""The summary of a run under control: to the letter in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from kitchen import chefs_card
from summaries import COMPLETED, LONGEST, PLAIN, lines_of

from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.summary import Summary
from pyqdemo.card import Card
from pyqdemo.languages import Text
from pyqdemo.trace import (
    Control,
    Event,
    Header,
    Loss,
    Outcome,
    OutcomeKind,
    Phase,
    Processes,
    Record,
    Resource,
    Task,
    TaskKind,
    Wait,
)
from pyqdemo.views.under_control import Replayed, UnderControl, never_ends

SUMMARY = replace(PLAIN, ran_ns=9_400_000_000)
HEADER = Header(
    program=(),
    control=Control.CONTROLLED,
    clock="virtual",
    seed=7,
    sleeps="strict",
    strategy="random",
    bounds={"max_steps": 1_000_000},
)
CONTROL = UnderControl(HEADER, steps=1412, took_ns=12_000_000)


def told(
    lang: str = "en",
    *,
    control: UnderControl = CONTROL,
    outcome: Outcome = COMPLETED,
    summary: Summary = SUMMARY,
    state: RunState | None = None,
    card: Card | None = None,
    endless: bool = False,
    saved: Path | None = None,
) -> list[str]:
    return lines_of(
        summary,
        outcome,
        lang,
        state=state,
        card=card,
        speed=1.0,
        endless=endless,
        control=control,
        saved=saved,
    )


def test_it_tells_seed_steps_and_both_times_and_no_pace() -> None:
    assert told(card=chefs_card()) == [
        "made 60   eaten 60   left 0",
        "seed 7   1,412 steps   9.4 s of virtual time in 12 ms",
        "longest wait  0.6 s  Thread-4, because the queue was empty",
    ]


@pytest.mark.parametrize(
    ("processes", "method", "lang", "row"),
    [
        (
            Processes.SIMULATED,
            "fork",
            "en",
            "processes simulated  all live in one real process; started by fork",
        ),
        (
            Processes.SIMULATED,
            "spawn",
            "zh",
            "进程是模拟的  其实都在同一个真实的进程里，以 spawn 方式启动",
        ),
        (
            Processes.REAL,
            "fork",
            "en",
            "real processes  modelled queues, pipes and locks; started by fork",
        ),
        (Processes.REAL, None, "zh", "进程是真实的  队列、管道和锁由模型代替"),
    ],
)
def test_it_tells_what_the_processes_were(
    processes: Processes, method: str | None, lang: str, row: str
) -> None:
    header = replace(HEADER, processes=processes, start_method=method)
    lines = told(lang, control=replace(CONTROL, header=header))
    assert lines[-1] == row


def test_it_says_nothing_of_processes_where_there_were_none() -> None:
    assert not any("process" in line for line in told())


def test_it_tells_the_same_in_chinese() -> None:
    assert told("zh", card=chefs_card()) == [
        "做了 60   吃了 60   剩下 0",
        "种子 7   1,412 步   虚拟时间 9.4 秒，实际用时 12 毫秒",
        "最长等待  0.6 秒  Thread-4，因为队列是空的",
    ]


@pytest.mark.parametrize(
    ("header", "en", "zh"),
    [
        ({"strategy": "pct 3"}, "seed 7   pct 3   1,412 steps", "种子 7   pct 3   1,412 步"),
        ({"strategy": "round-robin"}, "seed 7   round-robin   1,", "种子 7   轮流   1,412 步"),
        (
            {"strategy": "schedule", "sleeps": "loose"},
            "seed 7   by its schedule   loose sleeps   1,412 steps",
            "种子 7   照给定的调度   可拖延的睡眠   1,412 步",
        ),
        (
            {"stdout": "pipe"},
            "seed 7   stdout is a pipe   1,412 steps",
            "种子 7   stdout 是管道   1,412 步",
        ),
    ],
    ids=["pct", "round-robin", "a loose schedule", "a pipe"],
)
def test_it_tells_who_chose_and_how_sleeps_end_if_not_as_usual(
    header: dict[str, str], en: str, zh: str
) -> None:
    control = replace(CONTROL, header=replace(HEADER, **header))  # type: ignore[arg-type]
    assert told(control=control)[1].startswith(en)
    assert told("zh", control=control)[1].startswith(zh)


def test_one_step_is_no_steps() -> None:
    assert "   1 step   " in told(control=replace(CONTROL, steps=1))[1]


def test_what_is_not_controlled_is_one_row_that_says_what_follows() -> None:
    control = replace(CONTROL, uncontrolled=("os.urandom", "asyncio"))
    assert told(control=control)[-1] == (
        "not controlled  os.urandom, asyncio: the same seed may give another run"
    )
    assert told("zh", control=control)[-1] == (
        "不受控制  os.urandom、asyncio：用同一个种子再运行，结果可能不同"
    )


def test_what_is_not_controlled_and_has_no_name_of_its_own_is_told_in_chinese_too() -> None:
    used = ("a process's unexpected death", "put inside a library")
    assert told("zh", control=replace(CONTROL, uncontrolled=used))[-1] == (
        "不受控制  进程的意外死亡、库内部的 put：用同一个种子再运行，结果可能不同"
    )


REPLAYED = [
    (
        Replayed(),
        "as recorded   every event, and how it ended",
        "与记录相同  每个事件和结局都一样",
    ),
    (
        Replayed(whole=False),
        "as recorded   as far as the record goes: it breaks off",
        "与记录相同  记录不完整，记下的部分都一样",
    ),
    (
        Replayed("event", step=1200, task="Anna", location="locks.py:7"),
        "not as recorded  from step 1,200 on: Anna went on at locks.py:7",
        "与记录不同  从第 1,200 步起：轮到 Anna，在 locks.py:7",
    ),
    (
        Replayed("event", step=3, task="Anna"),
        "not as recorded  from step 3 on: Anna went on",
        "与记录不同  从第 3 步起：轮到 Anna",
    ),
    (Replayed("end"), "not as recorded  it ended otherwise", "与记录不同  结局不一样"),
    (
        Replayed("name"),
        "not as recorded  its tasks or resources are called otherwise",
        "与记录不同  任务或资源的名称不一样",
    ),
]


@pytest.mark.parametrize(
    ("replayed", "en", "zh"),
    REPLAYED,
    ids=["equal", "so far", "an event", "no place", "the end", "a name"],
)
def test_a_replayed_run_says_whether_it_is_the_recorded_one(
    replayed: Replayed, en: str, zh: str
) -> None:
    control = replace(CONTROL, replayed=replayed)
    english, chinese = told(control=control), told("zh", control=control)
    assert (english[1].split("   ")[0], english[-1]) == ("replayed", en)
    assert (chinese[1].split("   ")[0], chinese[-1]) == ("重放", zh)


def bounded(steps: int, **bounds: int) -> UnderControl:
    return replace(CONTROL, steps=steps, header=replace(HEADER, bounds=bounds))


@pytest.mark.parametrize(
    ("control", "en", "zh"),
    [
        (
            bounded(1000, max_steps=1000),
            "stopped  after 1,000 steps, 9.4 s of virtual time",
            "停下  走了 1,000 步，9.4 秒虚拟时间",
        ),
        (
            bounded(1000, max_steps=2000, stop_after=62),
            "stopped  after 62 items, 9.4 s of virtual time",
            "停下  取走 62 件，运行了 9.4 秒虚拟时间",
        ),
        (
            bounded(1000, max_steps=2000, stop_after=63),
            "stopped  where the schedule ends: 1,000 steps, 9.4 s of virtual time",
            "停下  调度走完了：1,000 步，9.4 秒虚拟时间",
        ),
    ],
    ids=["steps", "items", "the schedule's end"],
)
def test_a_step_bound_says_which_bound_it_was(control: UnderControl, en: str, zh: str) -> None:
    """62 items were taken, as the summary has it."""
    outcome = Outcome(OutcomeKind.STEP_BOUND)
    assert told(control=control, outcome=outcome)[:2] == [en, ""]
    assert told("zh", control=control, outcome=outcome)[:2] == [zh, ""]


def test_a_time_bound_is_one_of_virtual_time() -> None:
    outcome = Outcome(OutcomeKind.TIME_BOUND)
    assert told(outcome=outcome, endless=True)[0] == (
        "stopped  after 9.4 s of virtual time: it never ends"
    )
    assert told("zh", outcome=outcome, endless=True)[0] == (
        "停下  运行了 9.4 秒虚拟时间：它不会自己结束"
    )


def test_a_program_that_never_ends_is_announced_with_virtual_seconds() -> None:
    assert never_ends(20.0) == Text(
        "This program never ends. It is stopped after 20 s of virtual time.",
        "这个程序不会自己结束。虚拟时间走到 20 秒就停下。",
    )


def test_where_no_virtual_time_passed_in_a_wait_nobody_is_said_not_to_have_waited() -> None:
    summary = replace(SUMMARY, longest=replace(LONGEST, waited_ns=0))
    assert told(summary=summary)[-1] == "longest wait  none that took virtual time"
    assert told("zh", summary=summary)[-1] == "最长等待  没有一次花去虚拟时间"


def test_a_run_that_took_no_virtual_time_says_nothing_of_long_waits() -> None:
    summary = replace(SUMMARY, ran_ns=0, longest=replace(LONGEST, waited_ns=0))
    assert told(summary=summary)[1:] == ["seed 7   1,412 steps   0.0 s of virtual time in 12 ms"]


def deadlocked(since_ns: int) -> tuple[RunState, Outcome]:
    """Two threads, two locks in opposite order; the waits began at that virtual time."""
    state = RunState()
    records: list[Record] = [
        Resource("0/lock/1", "lock", "left"),
        Resource("0/lock/2", "lock", "right"),
        Task("0.1", TaskKind.THREAD, "Anna", "0"),
        Task("0.2", TaskKind.THREAD, "Otto", "0"),
        Event(1, "0.1", Phase.DONE, "acquire", "0/lock/1", virtual_ns=0),
        Event(2, "0.2", Phase.DONE, "acquire", "0/lock/2", virtual_ns=0),
        Event(3, "0.1", Phase.BLOCKED, "acquire", "0/lock/2", virtual_ns=since_ns),
        Event(4, "0.2", Phase.BLOCKED, "acquire", "0/lock/1", virtual_ns=since_ns),
    ]
    for record in records:
        state.add(record)
    rows = (
        Wait("0.1", "acquire", "0/lock/2", ("0.2",), since_ns, "locks.py:7"),
        Wait("0.2", "acquire", "0/lock/1", ("0.1",), since_ns, "locks.py:12"),
    )
    return state, Outcome(OutcomeKind.DEADLOCK, waits=rows, ended_ns=1_000_000_000)


def test_a_deadlock_is_no_stuck_run_and_shows_who_waits() -> None:
    state, outcome = deadlocked(0)
    summary = replace(SUMMARY, ran_ns=1_000_000_000)
    assert told(summary=summary, state=state, outcome=outcome)[:5] == [
        "✗ deadlock  Anna and Otto wait for each other",
        "",
        "  who   waited  at           waits for",
        "  Anna   1.0 s  locks.py:7   right, held by Otto",
        "  Otto   1.0 s  locks.py:12  left, held by Anna",
    ]
    assert told("zh", summary=summary, state=state, outcome=outcome)[0] == (
        "✗ 死锁  Anna、Otto 互相等待"
    )


def test_where_no_time_passed_while_they_waited_that_column_is_left_out() -> None:
    state, outcome = deadlocked(1_000_000_000)
    summary = replace(SUMMARY, ran_ns=1_000_000_000)
    assert told(summary=summary, state=state, outcome=outcome)[2:5] == [
        "  who   at           waits for",
        "  Anna  locks.py:7   right, held by Otto",
        "  Otto  locks.py:12  left, held by Anna",
    ]


def far_away(file: str) -> list[str]:
    """The table of a deadlock whose locks have long names, from a file of that name."""
    state, outcome = deadlocked(1_000_000_000)
    for n, name in ((1, "left hand of the clock"), (2, "right hand of the clock, which is small")):
        state.add(Resource(f"0/lock/{n}", "lock", name))
    rows = tuple(replace(row, location=f"{file}:7") for row in outcome.waits)
    summary = replace(SUMMARY, ran_ns=1_000_000_000)
    outcome = replace(outcome, waits=rows)
    lines = told(summary=summary, state=state, outcome=outcome)
    return lines[2 : lines.index("", 2)]


def test_what_is_waited_for_goes_on_below_where_it_began() -> None:
    """80 cells but for 36 in front of the column."""
    assert far_away("locks_of_the_old_town.py") == [
        "  who   at                          waits for",
        "  Anna  locks_of_the_old_town.py:7  right hand of the clock, which is small,",
        "                                    held by Otto",
        "  Otto  locks_of_the_old_town.py:7  left hand of the clock, held by Anna",
    ]


def test_where_no_room_is_left_beside_it_stands_below() -> None:
    file = "a_file_with_a_name_of_more_than_fifty_characters.py"
    assert far_away(file)[2:] == [
        f"  Anna  {file}:7",
        "      right hand of the clock, which is small, held by Otto",
        f"  Otto  {file}:7",
        "      left hand of the clock, held by Anna",
    ]


def test_a_loop_without_an_operation_is_told_in_both_languages() -> None:
    detail = "Thread-1 went on for 10 s without an operation (busy.py:3)"
    outcome = Outcome(OutcomeKind.ABORTED, detail)
    assert told(outcome=outcome)[0] == f"✗ failed  {detail}"
    assert told("zh", outcome=outcome)[0] == (
        "✗ 出错  Thread-1 连续 10 秒没有做任何操作（busy.py:3）：也许在空转，也许在等控制之外的东西"
    )


@pytest.mark.parametrize(
    ("detail", "zh"),
    [
        (
            "Process-1 went on for 15 s without an operation",
            "Process-1 连续 15 秒没有做任何操作：也许在空转，也许在等控制之外的东西",
        ),
        ("the process that starts processes has died", "负责启动其他进程的进程意外死亡"),
        (
            "the program's first process has died: exit code -9",
            "程序的第一个进程意外死亡，退出码 -9",
        ),
        (
            "Process-1 closed the channel by which it is controlled",
            "Process-1 关掉了用来控制它的通道",
        ),
        ("Process-1 did not begin within 30 s", "Process-1 过了 30 秒还没有开始运行"),
        ("Process-1 was stopped by a signal from outside", "Process-1 被外来的信号暂停了"),
    ],
)
def test_what_broke_a_run_with_processes_off_is_told_in_both_languages(
    detail: str, zh: str
) -> None:
    outcome = Outcome(OutcomeKind.ABORTED, detail)
    assert told(outcome=outcome)[0] == f"✗ failed  {detail}"
    assert told("zh", outcome=outcome)[0] == f"✗ 出错  {zh}"


REASONS = [
    (
        "Anna catches its own end again and again: its thread could not be ended",
        "did not end   Anna catches its own end again and again: its thread could not be",
        "没有正常结束  Anna 一再捕获要它结束的异常，它的线程停不下来",
    ),
    (
        "Anna cannot be reached: its thread could not be ended",
        "did not end   Anna cannot be reached: its thread could not be ended",
        "没有正常结束  Anna 一直没有回到 Python 代码里，它的线程停不下来",
    ),
    (
        "an object's __del__ goes on without end: its thread could not be ended",
        "did not end   an object's __del__ goes on without end: its thread could not be",
        "没有正常结束  有个对象的 __del__ 没完没了，它的线程停不下来",
    ),
    (
        "an object's __del__ at the end went on for too long and was broken off",
        "did not end   an object's __del__ at the end went on for too long and was broken",
        "没有正常结束  结束时有个对象的 __del__ 运行太久，被中途打断",
    ),
    ("the disk was full", "not recorded  the disk was full", "未能记录  磁盘满了"),
    ("the moon was full", "not recorded  the moon was full", "未能记录  the moon was full"),
]


@pytest.mark.parametrize(("reason", "en", "zh"), REASONS)
def test_what_could_not_be_done_is_told_in_both_languages(reason: str, en: str, zh: str) -> None:
    """A reason that nobody has put into Chinese stays as it is."""
    outcome = replace(COMPLETED, losses=(Loss(reason, "0.1"),))
    row = len(told(outcome=COMPLETED))
    assert told(outcome=outcome)[row] == en
    assert told("zh", outcome=outcome)[row:] == [zh]


def test_how_many_records_are_missing_stands_before_the_reason() -> None:
    outcome = replace(COMPLETED, losses=(Loss("the disk was full", "0.1", 1200),))
    assert told(outcome=outcome)[-1] == "not recorded  1,200 events: the disk was full"
    assert told("zh", outcome=outcome)[-1] == "未能记录  1,200 个事件：磁盘满了"


@pytest.mark.parametrize("waited_ns", [0, 999_999])
def test_a_wait_of_less_than_a_millisecond_of_virtual_time_is_none(waited_ns: int) -> None:
    summary = replace(SUMMARY, longest=replace(LONGEST, waited_ns=waited_ns))
    assert told(summary=summary)[-1] == "longest wait  none that took virtual time"
    assert told("zh", summary=summary)[-1] == "最长等待  没有一次花去虚拟时间"


def test_a_run_of_less_than_a_millisecond_of_virtual_time_has_no_such_row() -> None:
    summary = replace(SUMMARY, ran_ns=999_999)
    assert [line for line in told(summary=summary) if "wait" in line] == []


def reads_the_keyboard(what: str) -> tuple[RunState, Outcome]:
    """Main was ended by that exception."""
    state = RunState()
    state.add(Task("0", TaskKind.MAIN, "MainThread", "0"))
    state.add(Event(1, "0", Phase.DONE, "end", result=f"raised {what}", virtual_ns=0))
    return state, Outcome(OutcomeKind.EXCEPTION, what)


def test_that_there_is_no_keyboard_is_told_where_input_found_none() -> None:
    state, outcome = reads_the_keyboard("EOFError: EOF when reading a line")
    beginning = "EOFError: EOF when reading a line"
    assert told(state=state, outcome=outcome)[0] == (
        f"✗ exception  MainThread raised {beginning} (a run under control has no keyboard)"
    )
    assert told("zh", state=state, outcome=outcome)[0] == (
        f"✗ 异常  MainThread 抛出了 {beginning}（受控的运行没有键盘）"
    )
    state, outcome = reads_the_keyboard("EOFError: the pipe is closed")
    assert told(state=state, outcome=outcome)[0].endswith(" raised EOFError: the pipe is closed")


def test_where_the_record_lies_stands_in_the_columns_and_is_never_broken() -> None:
    file = Path("folder with blanks", "a" * 80, "run.jsonl")
    assert told(saved=file)[-1] == f"recorded in   {file}"
    assert told("zh", saved=file)[-1] == f"记录在    {file}"
