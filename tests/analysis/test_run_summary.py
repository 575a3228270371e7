"""A run in a handful of figures. Times are in milliseconds."""

from __future__ import annotations

import pytest
from hand_made import COMPLETED, COOKS, FIXTURES, QUEUE, WORDS, Story, fed

from pyqdemo.analysis.promises import Standing
from pyqdemo.analysis.summary import Summary, Summing
from pyqdemo.codec import read_trace
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome, OutcomeKind

MS = 1_000_000


def summary_of(story: Story, outcome: Outcome | None = COMPLETED, *, card: bool = True) -> Summary:
    summing = Summing(COOKS, WORDS) if card else Summing()
    return fed(summing, story.records).result(outcome)


def dishes() -> Story:
    """Three made, two eaten, at most two at once in a queue of two."""
    story = Story("Cook", "Eater", queue=2).begin("0", "0.1", "0.2")
    story.blocked("0.2", "get", QUEUE, at_ms=10)
    story.put("0.1", "7", at_ms=22).get("0.2", "0.1#1", "7")
    story.put("0.1", "8", at_ms=30).put("0.1", "9", at_ms=31)
    return story.get("0.2", "0.1#2", "8")


def test_items_are_counted_as_the_card_has_it() -> None:
    summary = summary_of(dishes())
    assert (summary.made, summary.used, summary.left) == (3, 2, 1)
    assert summary.promises[0].standing is Standing.BROKEN


def test_without_a_card_there_are_counts_for_each_queue() -> None:
    summary = summary_of(dishes(), card=False)
    assert (summary.made, summary.used, summary.left, summary.promises) == (None, None, None, ())
    (queue,) = summary.queues
    assert (queue.resource, queue.put, queue.got, queue.left) == (QUEUE, 3, 2, 1)


def test_the_fullest_queue_is_told_with_its_capacity() -> None:
    fullest = summary_of(dishes()).fullest
    assert fullest is not None
    assert (fullest.depth, fullest.capacity) == (2, 2)


def test_a_queue_without_a_limit_has_no_capacity() -> None:
    fullest = summary_of(Story("Cook", queue=0).put("0.1", "7")).fullest
    assert fullest is not None
    assert (fullest.depth, fullest.capacity) == (1, None)


def test_a_full_queue_is_fuller_than_one_that_holds_more() -> None:
    """One of one against three of ten."""
    story = Story("Cook", queue=1).resource("0/queue/2", "queue", "big", capacity=10)
    for _ in range(3):
        story.put("0.1", "7", "0/queue/2")
    fullest = summary_of(story.put("0.1", "7")).fullest
    assert fullest is not None
    assert (fullest.resource, fullest.depth) == (QUEUE, 1)


def test_a_queue_that_nothing_was_put_into_is_not_the_fullest() -> None:
    assert summary_of(Story("Cook")).fullest is None


def test_the_longest_wait_says_who_waited_and_why() -> None:
    """Blocked at 10, its get done at 40."""
    story = Story("Cook", "Eater").blocked("0.2", "get", QUEUE, at_ms=10)
    story.done("0.2", "get", QUEUE, at_ms=40)
    longest = summary_of(story).longest
    assert longest is not None
    assert (longest.task, longest.name, longest.waited_ns) == ("0.2", "T2", 30 * MS)
    assert longest.because == Text("the queue was empty", "队列是空的")


@pytest.mark.parametrize(
    ("operation", "kind", "because"),
    [
        ("put", "queue", Text("the queue was full", "队列是满的")),
        ("join", "queue", Text("the queue had unfinished items", "队列还有没办完的")),
        ("wait", "event", Text("thing was not set", "thing 还没置位")),
        ("wait", "mp_condition", Text("nobody had notified thing", "thing 没有人通知")),
        ("wait", "barrier", Text("not all had come to thing", "thing 人还没到齐")),
        ("acquire", "semaphore", Text("thing was at zero", "thing 已到零")),
        ("acquire", "lock", Text("thing was taken", "thing 被占用")),
        ("take", "executor", Text("no job had come to thing", "没有任务提交给 thing")),
        ("result", "future", Text("thing was not done", "thing 还没出结果")),
        ("collect", "executor", Text("there were futures not done", "还有 future 没出结果")),
        (
            "shutdown",
            "executor",
            Text("the workers of thing had not ended", "thing 的线程还没结束"),
        ),
    ],
)
def test_why_a_task_waited_follows_from_what_it_waited_in(
    operation: str, kind: str, because: Text
) -> None:
    story = Story("Cook", queue=None).resource("0/x/1", kind, "thing")
    story.blocked("0.1", operation, "0/x/1").done("0.1", operation, "0/x/1")
    longest = summary_of(story).longest
    assert longest is not None
    assert longest.because == because


def test_a_wait_for_a_lock_names_who_held_it() -> None:
    story = Story("A", "B", queue=None).resource("0/lock/1", "lock", "lock-1")
    story.done("0.1", "acquire", "0/lock/1").blocked("0.2", "acquire", "0/lock/1")
    story.done("0.1", "release", "0/lock/1").done("0.2", "acquire", "0/lock/1")
    longest = summary_of(story).longest
    assert longest is not None
    assert longest.because == Text("lock 1 was held by T1", "锁 1 被 T1 占用")


@pytest.mark.parametrize("awaited", ["0.1", QUEUE])
def test_a_join_is_told_only_where_there_was_no_other_wait(awaited: str) -> None:
    """main's join, of a task or a queue, lasts as long as the run: always the longest."""
    story = Story("Eater").blocked("0", "join", awaited, at_ms=1)
    story.done("0", "join", awaited, at_ms=90)
    longest = summary_of(story).longest
    assert longest is not None
    assert (longest.task, longest.operation) == ("0", "join")
    story.blocked("0.1", "get", QUEUE, at_ms=5).done("0.1", "get", QUEUE, at_ms=6)
    longest = summary_of(story).longest
    assert longest is not None
    assert longest.task == "0.1"


@pytest.mark.parametrize("operation", ["result", "collect", "shutdown", "exit"])
def test_a_wait_for_others_to_end_does_not_count_beside_one_that_goes_on(operation: str) -> None:
    """main waits from 1 to the end at 90, the worker for a job from 89 on: that counts."""
    story = Story("Worker", queue=None).resource("0/executor/1", "executor", "pool")
    story.blocked("0", operation, None if operation == "exit" else "0/executor/1", at_ms=1)
    longest = summary_of(story, Outcome(OutcomeKind.DEADLOCK, ended_ns=90 * MS)).longest
    assert longest is not None
    assert (longest.task, longest.waited_ns) == ("0", 89 * MS)
    story.blocked("0.1", "take", "0/executor/1", at_ms=89)
    longest = summary_of(story, Outcome(OutcomeKind.DEADLOCK, ended_ns=90 * MS)).longest
    assert longest is not None
    assert (longest.task, longest.waited_ns) == ("0.1", 1 * MS)


def test_a_pool_and_its_futures_have_names_in_both_languages() -> None:
    story = Story("Worker", queue=None).resource("0/executor/1", "executor", "executor-1")
    story.blocked("0.1", "take", "0/executor/1").done("0.1", "take", "0/executor/1")
    longest = summary_of(story).longest
    assert longest is not None
    assert longest.because == Text("no job had come to pool 1", "没有任务提交给线程池 1")


def test_the_run_lasts_until_its_outcome() -> None:
    outcome = Outcome(OutcomeKind.COMPLETED, ended_ns=77 * MS)
    assert summary_of(dishes(), outcome).ran_ns == 77 * MS


def test_a_record_that_breaks_off_lasts_until_its_last_event() -> None:
    assert summary_of(Story("Cook").put("0.1", "7", at_ms=41), None).ran_ns == 41 * MS


def test_only_the_end_of_a_pipe_that_sent_is_counted() -> None:
    story = Story("Cook", queue=None).resource("0/pipe_end/1", "pipe_end", "pipe_end-1")
    story.resource("0/pipe_end/2", "pipe_end", "pipe_end-2", of="0/pipe_end/1")
    story.done("0.1", "send", "0/pipe_end/2", item="0.1#1", value="1")
    story.done("0", "recv", "0/pipe_end/1", item="0.1#1", value="1")
    (count,) = summary_of(story, card=False).queues
    assert (count.resource, count.put, count.got, count.left) == ("0/pipe_end/2", 1, 1, 0)
    assert count.name == Text("pipe", "管道")


def test_the_fixture_in_figures() -> None:
    """Three items through a queue of one; the longest wait is main's get of half a second."""
    trace = read_trace(FIXTURES / "trace-1.jsonl")
    summing = fed(Summing(), (*trace.tasks, *trace.resources, *trace.events))
    summary = summing.result(trace.outcome)
    assert (summary.tasks, summary.ran_ns) == (5, 530 * MS)
    assert summary.longest is not None and summary.fullest is not None
    assert (summary.longest.name, summary.longest.waited_ns) == ("MainThread", 500 * MS)
    assert (summary.fullest.depth, summary.fullest.capacity) == (1, 1)
    assert [(queue.put, queue.got, queue.left) for queue in summary.queues] == [(3, 3, 0)]
