"""Who waits for whom, in rows and in sentences of both languages."""

from __future__ import annotations

import pytest
from hand_made import QUEUE, Story, fed

from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.waits import find_cycle, nobody_left, tell_cycle, tell_waits, waits
from pyqdemo.languages import Text
from pyqdemo.trace import TaskKind

A, B, C = "0/lock/1", "0/lock/2", "0/lock/3"


def locks(*roles: str) -> Story:
    story = Story(*roles, queue=None)
    for n, where in enumerate((A, B, C), 1):
        story.resource(where, "lock", f"lock-{n}")
    return story


def state_of(story: Story) -> RunState:
    return fed(RunState(), story.records)


def cycle_of(story: Story) -> list[str]:
    state = state_of(story)
    return [row.task for row in find_cycle(state, waits(state))]


def crossed() -> Story:
    """T1 holds lock-1 and wants lock-2, T2 the other way round."""
    story = locks("x", "x").begin("0.1", "0.2")
    story.done("0.1", "acquire", A).done("0.2", "acquire", B)
    return story.blocked("0.1", "acquire", B).blocked("0.2", "acquire", A)


def test_a_row_tells_task_operation_resource_holder_and_since_when() -> None:
    (row, _) = waits(state_of(crossed()))
    assert (row.task, row.operation, row.resource) == ("0.1", "acquire", B)
    assert (row.holders, row.since_ns) == (("0.2",), 5_000_000)


def test_only_blocked_tasks_wait() -> None:
    story = locks("x").begin("0.1").blocked("0.1", "sleep", timeout_s=9.0)
    assert waits(state_of(story)) == ()


def test_two_crossed_locks_are_a_circle() -> None:
    assert cycle_of(crossed()) == ["0.1", "0.2"]


def test_a_circle_in_words() -> None:
    state = state_of(crossed())
    assert tell_cycle(state, find_cycle(state, waits(state))) == Text(
        "They wait for each other: T1 waits for lock 2, held by T2; "
        "T2 waits for lock 1, held by T1.",
        "它们互相等待，绕成一圈：T1 等锁 2，它被 T2 占用；T2 等锁 1，它被 T1 占用。",
    )


def test_a_circle_of_three_with_a_join_is_found_behind_a_task_outside_it() -> None:
    """main waits for T3 to end; T3 wants lock-1 of T1, T1 joins T2, T2 wants lock-3 of T3."""
    story = locks("x", "x", "x").begin("0.1", "0.2", "0.3").blocked("0", "join", "0.3")
    story.done("0.1", "acquire", A).done("0.3", "acquire", C)
    story.blocked("0.3", "acquire", A).blocked("0.1", "join", "0.2")
    assert cycle_of(story.blocked("0.2", "acquire", C)) == ["0.3", "0.1", "0.2"]


def test_a_chain_that_ends_with_one_who_runs_is_no_circle() -> None:
    story = locks("x", "x").done("0.2", "acquire", B).blocked("0.1", "acquire", B)
    assert cycle_of(story) == []


def test_a_wait_with_a_bound_is_part_of_no_circle() -> None:
    """It comes back by itself."""
    story = locks("x", "x").done("0.1", "acquire", A).done("0.2", "acquire", B)
    story.blocked("0.1", "acquire", B, timeout_s=1.0).blocked("0.2", "acquire", A)
    assert cycle_of(story) == []


def test_a_task_that_wants_its_own_lock_again_waits_for_itself() -> None:
    story = locks("x").done("0.1", "acquire", A).blocked("0.1", "acquire", A)
    state = state_of(story)
    assert tell_cycle(state, find_cycle(state, waits(state))) == Text(
        "It waits for itself: T1 waits for lock 1, which it holds itself.",
        "它在等自己：T1 等锁 1，而它正由自己占用。",
    )


def test_a_semaphore_with_two_holders_closes_no_circle() -> None:
    """Either could let T3 go on."""
    where = "0/semaphore/1"
    story = locks("x", "x", "x").resource(where, "semaphore", "s", capacity=2)
    story.done("0.1", "acquire", where).done("0.2", "acquire", where).done("0.3", "acquire", A)
    story.blocked("0.3", "acquire", where).blocked("0.1", "acquire", A)
    assert cycle_of(story) == []


def test_a_semaphore_with_one_holder_closes_a_circle() -> None:
    where = "0/semaphore/1"
    story = locks("x", "x").resource(where, "semaphore", "s", capacity=1)
    story.done("0.1", "acquire", where).done("0.2", "acquire", A)
    story.blocked("0.2", "acquire", where).blocked("0.1", "acquire", A)
    assert cycle_of(story) == ["0.1", "0.2"]


def test_an_exit_waits_for_threads_and_children_but_for_no_daemon() -> None:
    """T1 runs, D is a daemon, P a child process of T1, F a feeder with nothing to feed."""
    story = Story("x").task("0.2", TaskKind.THREAD, "D", daemon=True)
    story.task("0.1.1", TaskKind.PROCESS, "P", parent="0.1")
    story.task("0~1", TaskKind.FEEDER, "F", daemon=True)
    story.begin("0.1", "0.2", "0.1.1", "0~1").end("0").blocked("0", "exit")
    (row,) = waits(state_of(story))
    assert row.holders == ("0.1", "0.1.1")


def leaving(*tasks: str) -> Text:
    """Main's wait at its exit for threads of those names."""
    story = Story(*tasks, queue=None).begin("0", *(f"0.{n}" for n in range(1, len(tasks) + 1)))
    state = state_of(story.end("0").blocked("0", "exit"))
    return tell_waits(state, waits(state))


def test_an_exit_names_the_threads_it_waits_for_unless_they_are_many() -> None:
    assert leaving("a") == Text(
        "MainThread waits for T1 to end before it exits.", "MainThread 等 T1 结束才能退出。"
    )
    assert leaving("a", "b", "c") == Text(
        "MainThread waits for T1, T2 and T3 to end before it exits.",
        "MainThread 等 T1、T2、T3 结束才能退出。",
    )
    assert leaving(*"abcde") == Text(
        "MainThread waits for the threads and processes it leaves behind to end.",
        "MainThread 等留下的线程和进程结束。",
    )


@pytest.mark.parametrize(
    ("operation", "resource", "value", "en", "zh"),
    [
        ("take", "0/executor/1", None, "a job to come to pool", " pool 里有作业"),
        ("result", "0/future/1", None, "the result of f", " f 的结果"),
        ("collect", None, "1 of 2", "the futures that are not done yet", "还没出结果的 future"),
        ("shutdown", "0/executor/1", "wait", "the workers of pool to end", " pool 的线程结束"),
        ("join", None, "threads", "T1 to end before it exits", " T1 结束才能退出"),
    ],
)
def test_what_a_pools_people_wait_for(
    operation: str, resource: str | None, value: str | None, en: str, zh: str
) -> None:
    story = Story("x", queue=None).resource("0/executor/1", "executor", "pool", capacity=2)
    story.resource("0/future/1", "future", "f", of="0/executor/1")
    state = state_of(story.begin("0", "0.1").blocked("0", operation, resource, value=value))
    told = tell_waits(state, waits(state))
    assert told == Text(f"MainThread waits for {en}.", f"MainThread 等{zh}。")


def test_nobody_is_left_to_put_when_all_others_ended_or_wait() -> None:
    """The eater of a kitchen that forgot to tell it: main waits for the eater."""
    story = Story("Cook", "Eater").begin("0", "0.1", "0.2").end("0.1")
    story.blocked("0", "join", "0.2").blocked("0.2", "get", QUEUE)
    assert tell_waits(state_of(story), waits(state_of(story))) == Text(
        "MainThread waits for T2 to end; T2 waits for something to come out of the queue, "
        "which is empty, and nobody is left to put.",
        "MainThread 等 T2 结束；T2 等队列里来东西（它是空的），而已经没有人会放入。",
    )


def test_nobody_is_left_to_take_from_a_full_queue() -> None:
    story = Story("Cook", queue=1).put("0.1", "7").blocked("0.1", "put", QUEUE).end("0")
    assert tell_waits(state_of(story), waits(state_of(story))) == Text(
        "T1 waits for a place in the queue, which is full, and nobody is left to take.",
        "T1 等队列空出位置（它满了），而已经没有人会取出。",
    )


@pytest.mark.parametrize("operation", ["begin", "put"])
def test_somebody_is_left_while_another_task_can_go_on(operation: str) -> None:
    story = Story("Cook", "Eater").done("0.1", operation).blocked("0.2", "get", QUEUE).end("0")
    state = state_of(story)
    assert not nobody_left(state, waits(state)[0])


def test_a_feeder_is_somebody_only_while_something_is_buffered() -> None:
    story = Story("Eater", kind="mp_queue").task("0~1", TaskKind.FEEDER, "F", daemon=True)
    story.done("0~1", "begin").put("0", "7").end("0").blocked("0.1", "get", QUEUE)
    state = state_of(story)
    assert not nobody_left(state, waits(state)[0])
    state = state_of(story.done("0~1", "feed", QUEUE, item="0#1"))
    assert nobody_left(state, waits(state)[0])


def test_a_read_lock_is_held_by_whoever_waits_for_the_item() -> None:
    story = Story("Eater", "Eater", kind="mp_queue").begin("0", "0.1", "0.2")
    story.blocked("0.1", "get", QUEUE).blocked("0.2", "get", QUEUE, value="read lock")
    state = state_of(story)
    assert waits(state)[1].holders == ("0.1",)
    assert tell_waits(state, waits(state)[1:]) == Text(
        "T2 waits for the read lock of the queue, held by T1.",
        "T2 等队列的读锁，它被 T1 占用。",
    )


def test_a_lock_whose_holder_has_ended_says_so() -> None:
    story = locks("x", "x").done("0.1", "acquire", A).end("0.1").blocked("0.2", "acquire", A)
    assert tell_waits(state_of(story), waits(state_of(story))) == Text(
        "T2 waits for lock 1, held by T1, who has ended.",
        "T2 等锁 1，它被 T1 占用，而后者已经结束。",
    )


def test_where_nobody_waits_there_is_nothing_to_tell() -> None:
    assert tell_waits(state_of(locks()), ()) == Text("", "")
