"""The summary: the words of the first minute to the letter, and every way to end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from kitchen import Kitchen, chefs_card
from summaries import COMPLETED, PLAIN, QUEUE, lines_of

from pyqdemo.analysis.promises import PromiseResult, Standing
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.summary import Fullest, QueueCount, Summary, Summing
from pyqdemo.card import Card
from pyqdemo.languages import LANGUAGES, Text
from pyqdemo.trace import (
    Event,
    Loss,
    Outcome,
    OutcomeKind,
    Phase,
    Record,
    Resource,
    Task,
    TaskKind,
    Wait,
)
from pyqdemo.views.words import never_ends, pace

NAMES = (
    Text("nothing lost", "不丢"),
    Text("nothing twice", "不重"),
    Text("each chef's order", "每位厨师的次序不变"),
    Text("ended by itself", "自己结束"),
)
KEPT = tuple(PromiseResult("", name, Standing.KEPT) for name in NAMES)
SUMMARY = replace(PLAIN, fullest=Fullest("0/queue/1", QUEUE, 6, 10), promises=KEPT)


def told(
    summary: Summary = SUMMARY,
    outcome: Outcome = COMPLETED,
    lang: str = "en",
    *,
    state: RunState | None = None,
    card: Card | None = None,
    speed: float = 4.0,
    endless: bool = False,
) -> list[str]:
    return lines_of(summary, outcome, lang, state=state, card=card, speed=speed, endless=endless)


def test_a_good_run_in_english() -> None:
    """To the letter as agreed for the first minute."""
    assert told(card=chefs_card()) == [
        "made 60   eaten 60   left 0   2.4 s, four times the tutorial's pace",
        "longest wait   0.6 s  Thread-4, because the queue was empty",
        "fullest queue  6 of 10",
        "promises kept  nothing lost, nothing twice, each chef's order, ended by itself",
    ]


def test_a_good_run_in_chinese() -> None:
    assert told(lang="zh", card=chefs_card()) == [
        "做了 60   吃了 60   剩下 0   2.4 秒，教程速度的四倍",
        "最长等待    0.6 秒  Thread-4，因为队列是空的",
        "队列最满时  6/10",
        "守住的承诺  不丢、不重、每位厨师的次序不变、自己结束",
    ]


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "promise broken  nothing lost: 1 (put by Thread-1, item 3) was made, never eaten"),
        ("zh", "承诺未守住  不丢：1（Thread-1 放入的第 3 件）做了，却没有人吃"),
    ],
)
def test_a_broken_promise_stands_before_the_kept_ones(lang: str, line: str) -> None:
    reason = Text(
        "nothing lost: 1 (put by Thread-1, item 3) was made, never eaten",
        "不丢：1（Thread-1 放入的第 3 件）做了，却没有人吃",
    )
    broken = PromiseResult("nothing_lost", NAMES[0], Standing.BROKEN, reason)
    lines = told(replace(SUMMARY, promises=(broken, *KEPT[1:])), lang=lang, card=chefs_card())
    assert lines[3] == line
    assert lines[4].startswith(("promises kept", "守住的承诺"))


def test_promises_that_cannot_be_checked_for_one_reason_share_a_row() -> None:
    unknown = tuple(
        PromiseResult("", name, Standing.NOT_CHECKABLE, Text(f"{name.en}: stopped", ""))
        for name in NAMES[:2]
    )
    lines = told(replace(SUMMARY, promises=unknown), card=chefs_card())
    assert lines[3:] == ["not checked    nothing lost, nothing twice: stopped"]


def test_a_program_without_a_card_tells_what_went_through_its_queue() -> None:
    summary = replace(SUMMARY, made=None, used=None, left=None, promises=())
    assert told(summary, speed=1.0)[0] == "6 tasks   put 62   got 62   left 0   2.4 s"
    assert (
        told(summary, lang="zh", speed=1.0)[0] == "6 个任务   放入 62   取出 62   剩下 0   2.4 秒"
    )


def test_several_queues_have_a_row_each() -> None:
    queues = (
        QueueCount("0/queue/1", Text("orders", "orders"), "queue", 3, 2, 1),
        QueueCount("0/queue/2", Text("bills", "bills"), "queue", 2, 2, 0),
    )
    summary = replace(SUMMARY, made=None, used=None, left=None, promises=(), queues=queues)
    assert told(summary, speed=1.0)[:3] == [
        "6 tasks   2.4 s",
        "orders  put 3   got 2   left 1",
        "bills   put 2   got 2   left 0",
    ]


def test_a_queue_without_a_limit_tells_how_many_lay_in_it() -> None:
    for depth, line in ((1, "fullest queue  1 item"), (7, "fullest queue  7 items")):
        fullest = Fullest("0/queue/1", QUEUE, depth, None)
        assert line in told(replace(SUMMARY, fullest=fullest), card=chefs_card())


def test_where_nobody_waited_that_is_said() -> None:
    lines = told(replace(SUMMARY, longest=None), card=chefs_card())
    assert lines[1] == "longest wait   nobody waited"


def test_an_exception_names_its_task_and_its_one_line() -> None:
    """What the exception says is the program's text: its lines become one."""
    state = RunState()
    state.add(Task("0.1", TaskKind.THREAD, "Thread-1", "0"))
    state.add(Event(1, "0.1", Phase.DONE, "end", result="raised ValueError: a\nb", real_ns=1))
    outcome = Outcome(OutcomeKind.EXCEPTION, exit_code=1)
    assert told(outcome=outcome, state=state)[:2] == [
        "✗ exception  Thread-1 raised ValueError: a b",
        "",
    ]
    assert told(outcome=outcome, state=state, lang="zh")[0] == (
        "✗ 异常  Thread-1 抛出了 ValueError: a b"
    )


def deadlock() -> tuple[RunState, tuple[Wait, ...]]:
    """Two threads, two locks, each holds what the other waits for; 1.5 s later."""
    state = RunState()
    records: list[Record] = [
        Resource("0/lock/1", "lock", "left"),
        Resource("0/lock/2", "lock", "right"),
        Task("0.1", TaskKind.THREAD, "Anna", "0"),
        Task("0.2", TaskKind.THREAD, "厨师", "0"),
        Event(1, "0.1", Phase.DONE, "acquire", "0/lock/1", real_ns=1),
        Event(2, "0.2", Phase.DONE, "acquire", "0/lock/2", real_ns=2),
        Event(3, "0.1", Phase.BLOCKED, "acquire", "0/lock/2", real_ns=500_000_000),
        Event(4, "0.2", Phase.BLOCKED, "acquire", "0/lock/1", real_ns=600_000_000),
    ]
    for record in records:
        state.add(record)
    rows = (
        Wait("0.1", "acquire", "0/lock/2", ("0.2",), 500_000_000, "locks.py:7"),
        Wait("0.2", "acquire", "0/lock/1", ("0.1",), 600_000_000, "locks.py:12"),
    )
    return state, rows


def test_a_stuck_run_shows_who_waits_for_what_in_aligned_columns() -> None:
    state, rows = deadlock()
    outcome = Outcome(OutcomeKind.STUCK, waits=rows, ended_ns=1_500_000_000)
    summary = replace(SUMMARY, ran_ns=1_500_000_000)
    assert told(summary, outcome, state=state)[:6] == [
        "✗ stuck  Anna and 厨师 wait for each other",
        "",
        "  who   waited  at           waits for",
        "  Anna   1.0 s  locks.py:7   right, held by 厨师",
        "  厨师   0.9 s  locks.py:12  left, held by Anna",
        "",
    ]


def test_a_stuck_run_in_chinese() -> None:
    state, rows = deadlock()
    outcome = Outcome(OutcomeKind.STUCK, waits=rows, ended_ns=1_500_000_000)
    summary = replace(SUMMARY, ran_ns=1_500_000_000)
    lines = told(summary, outcome, "zh", state=state)
    assert lines[0] == "✗ 卡住  Anna、厨师 互相等待"
    assert lines[2] == "  谁      等了  在哪一行     等什么"
    assert lines[3].startswith("  Anna  1.0 秒  locks.py:7   right")


@pytest.mark.parametrize(
    ("kind", "endless", "en", "zh"),
    [
        (
            OutcomeKind.TIME_BOUND,
            True,
            "stopped  after 2.4 s: it never ends",
            "停下  运行了 2.4 秒：它不会自己结束",
        ),
        (OutcomeKind.TIME_BOUND, False, "stopped  after 2.4 s", "停下  运行了 2.4 秒"),
        (
            OutcomeKind.STEP_BOUND,
            False,
            "stopped  after 62 items, 2.4 s",
            "停下  取走 62 件，运行了 2.4 秒",
        ),
        (OutcomeKind.INTERRUPTED, False, "interrupted  after 2.4 s", "中断  运行了 2.4 秒"),
    ],
)
def test_a_run_that_was_stopped_says_when(
    kind: OutcomeKind, endless: bool, en: str, zh: str
) -> None:
    for lang, line in (("en", en), ("zh", zh)):
        assert told(outcome=Outcome(kind), lang=lang, endless=endless)[:2] == [line, ""]


@pytest.mark.parametrize("kind", OutcomeKind)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_outcome_has_words(kind: OutcomeKind, lang: str) -> None:
    assert told(outcome=Outcome(kind, detail="why", exit_code=3), lang=lang)[0]


def test_missing_records_are_said_openly() -> None:
    outcome = replace(COMPLETED, losses=(Loss("the lane was full", "0.1", 12),))
    assert told(outcome=outcome, card=chefs_card())[-1] == (
        "not recorded   12 events: the lane was full"
    )


@pytest.mark.parametrize(
    ("speed", "en", "zh"),
    [
        (1, "the tutorial's own pace", "教程原来的速度"),
        (2, "twice the tutorial's pace", "教程速度的两倍"),
        (4.0, "four times the tutorial's pace", "教程速度的四倍"),
        (2.5, "2.5 times the tutorial's pace", "教程速度的 2.5 倍"),
        (0.5, "0.5 times the tutorial's pace", "教程速度的 0.5 倍"),
        (100, "100 times the tutorial's pace", "教程速度的 100 倍"),
    ],
)
def test_a_lesson_says_its_pace(speed: float, en: str, zh: str) -> None:
    assert pace(speed, lesson=True) == Text(en, zh)


def test_an_endless_program_is_announced_in_both_languages() -> None:
    assert never_ends(20.0, surely=True) == Text(
        "This program never ends. Ctrl-C stops it; left alone it is stopped after 20 s.",
        "这个程序不会自己结束。按 Ctrl-C 停止；不管它，20 秒后会替你停下。",
    )


def test_the_summary_of_a_whole_kitchen_adds_up() -> None:
    """3 chefs cook 20 dishes each; the two None of main are nobody's dishes."""
    card, kitchen = chefs_card(), Kitchen()
    summing = Summing(card.promises, card.words, 4.0)
    for record in kitchen.records():
        summing.add(record)
    summary = summing.result(COMPLETED)
    assert (summary.made, summary.used, summary.left) == (60, 60, 0)
    assert Path(card.program).is_file()
