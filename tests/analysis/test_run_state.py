"""The state of a run at one moment, from records made by hand. Times are in milliseconds."""

from __future__ import annotations

import pytest
from hand_made import COMPLETED, QUEUE, Story, fed

from pyqdemo.analysis.now import State
from pyqdemo.analysis.state import RunState
from pyqdemo.trace import Outcome, OutcomeKind, TaskKind

MS = 1_000_000


def state_of(story: Story, speed: float | None = None) -> RunState:
    return fed(RunState(speed), story.records)


def test_a_task_is_new_until_its_first_event() -> None:
    state = state_of(Story("Cook", "Eater").begin("0.1"))
    states = [now.state for now in state.tasks.values()]
    assert states == [State.NEW, State.READY, State.NEW]


@pytest.mark.parametrize("controlled", [False, True])
def test_a_wait_lasts_from_blocked_to_done(controlled: bool) -> None:
    """Blocked at 10, done at 14: 4 ms on either clock; a put that did not wait adds nothing."""
    story = Story("Cook", queue=1, controlled=controlled).begin("0.1").put("0.1", "1")
    story.blocked("0.1", "put", QUEUE, at_ms=10)
    assert state_of(story).tasks["0.1"].state is State.BLOCKED
    state = state_of(story.put("0.1", "2", at_ms=14))
    assert state.tasks["0.1"].state is State.READY
    assert state.tasks["0.1"].waited_ns == 4 * MS


def test_a_wait_under_way_counts_up_to_now() -> None:
    """Blocked at 10 and asked at 25."""
    state = state_of(Story("Eater").blocked("0.1", "get", QUEUE, at_ms=10))
    assert state.tasks["0.1"].waited_by(25 * MS) == 15 * MS


def test_a_sleep_is_no_wait_and_ends_when_the_program_said_divided_by_the_speed() -> None:
    """1 s at speed 4, begun at 100: over at 350."""
    story = Story("Cook").blocked("0.1", "sleep", timeout_s=1.0, value="1", at_ms=100)
    now = state_of(story, speed=4.0).tasks["0.1"]
    assert (now.state, now.until_ns) == (State.SLEEPING, 350 * MS)
    story.done("0.1", "sleep", at_ms=350)
    assert state_of(story, speed=4.0).tasks["0.1"].waited_ns == 0


def test_items_lie_in_a_queue_in_the_order_they_came() -> None:
    """Three are put; a LIFO queue gives the last one, and the others stay in order."""
    story = Story("Cook", "Eater", queue=5, kind="lifo")
    for value in "abc":
        story.put("0.1", value)
    story.get("0.2", "0.1#3", "c")
    queue = state_of(story).queues[QUEUE]
    assert queue.contents == (("0.1#1", "a"), ("0.1#2", "b"))
    assert (queue.put, queue.got, queue.depth, queue.deepest) == (3, 1, 2, 3)


def test_an_operation_that_raised_moves_nothing() -> None:
    story = Story("Cook", queue=1).put("0.1", "1")
    story.done("0.1", "put", QUEUE, value="2", result="raised Full")
    state = state_of(story)
    assert (state.queues[QUEUE].put, state.made) == (1, 1)


def test_a_get_told_before_its_put_leaves_nothing_behind() -> None:
    """As in a live record, which is only nearly in order."""
    story = Story("Cook", "Eater").get("0.2", "0.1#1", "a").put("0.1", "a")
    queue = state_of(story).queues[QUEUE]
    assert (queue.contents, queue.put, queue.got) == ((), 1, 1)


def test_items_without_an_id_are_counted() -> None:
    story = Story("Cook", "Eater").done("0.1", "put", QUEUE).done("0.1", "put", QUEUE)
    assert state_of(story.done("0.2", "get", QUEUE)).queues[QUEUE].depth == 1


def test_an_item_of_a_process_waits_in_its_buffer_until_it_is_fed() -> None:
    """Two are put, the feeder has moved the first."""
    story = Story("Cook", kind="mp_queue").task("0~1", TaskKind.FEEDER, "feeder")
    story.put("0.1", "a").put("0.1", "b").done("0~1", "feed", QUEUE, item="0.1#1")
    queue = state_of(story).queues[QUEUE]
    assert (list(queue.items), list(queue.buffered)) == (["0.1#1"], ["0.1#2"])


def test_the_depth_shown_never_exceeds_the_capacity() -> None:
    """A put of another process may be told before the get that made room for it."""
    story = Story("Cook", queue=1, kind="mp_queue").put("0.1", "a").put("0.1", "b")
    assert state_of(story).queues[QUEUE].depth == 1


def test_what_one_end_of_a_pipe_sent_lies_there_until_the_other_receives_it() -> None:
    story = Story("Cook", queue=None)
    story.resource("0/pipe_end/1", "pipe_end", "left")
    story.resource("0/pipe_end/2", "pipe_end", "right", of="0/pipe_end/1")
    story.done("0", "send", "0/pipe_end/1", item="0#1", value="1")
    story.done("0", "send", "0/pipe_end/1", item="0#2", value="2")
    story.done("0.1", "recv", "0/pipe_end/2", item="0#1", value="1")
    left, right = state_of(story).queues.values()
    assert (left.contents, left.put, left.got) == ((("0#2", "2"),), 2, 1)
    assert (right.contents, right.put, right.got) == ((), 0, 0)


def test_a_shutdown_at_once_throws_away_what_lies_in_the_queue() -> None:
    story = Story("Cook").put("0.1", "a").done("0", "shutdown", QUEUE, value="immediate")
    assert state_of(story).queues[QUEUE].contents == ()


LOCK = "0/lock/1"


def test_a_lock_is_held_from_acquire_to_release() -> None:
    story = Story("A", "B", queue=None).resource(LOCK, "lock", "lock")
    story.done("0.1", "acquire", LOCK).blocked("0.2", "acquire", LOCK)
    state = state_of(story)
    assert state.locks[LOCK].holders == {"0.1": 1}
    assert state.tasks["0.2"].holders == ("0.1",)
    assert state_of(story.done("0.1", "release", LOCK)).locks[LOCK].holders == {}


def test_an_acquire_that_got_nothing_holds_nothing() -> None:
    story = Story("A", queue=None).resource(LOCK, "lock", "lock")
    story.done("0.1", "acquire", LOCK, result="False")
    assert state_of(story).locks[LOCK].holders == {}


def test_a_reentrant_lock_is_held_until_it_was_released_as_often() -> None:
    story = Story("A", queue=None).resource("0/rlock/1", "rlock", "lock")
    story.done("0.1", "acquire", "0/rlock/1").done("0.1", "acquire", "0/rlock/1")
    state = state_of(story.done("0.1", "release", "0/rlock/1"))
    assert state.locks["0/rlock/1"].holders == {"0.1": 1}


def test_a_semaphore_released_by_three_loses_three_holds() -> None:
    """A has two, B has two; A releases three: its own two, and one of B's."""
    where = "0/semaphore/1"
    story = Story("A", "B", queue=None).resource(where, "semaphore", "s", capacity=4)
    for task in ("0.1", "0.1", "0.2", "0.2"):
        story.done(task, "acquire", where)
    state = state_of(story.done("0.1", "release", where, value="3"))
    assert state.locks[where].holders == {"0.2": 1}


def test_a_wait_on_a_condition_lets_go_of_its_lock_and_takes_it_again() -> None:
    """Held twice before, not while it waits, twice again behind it."""
    story = Story("A", queue=None).resource("0/rlock/1", "rlock", "lock")
    story.resource("0/condition/1", "condition", "c", of="0/rlock/1")
    story.done("0.1", "acquire", "0/condition/1").done("0.1", "acquire", "0/rlock/1")
    assert state_of(story).locks["0/rlock/1"].holders == {"0.1": 2}
    story.blocked("0.1", "wait", "0/condition/1")
    assert state_of(story).locks["0/rlock/1"].holders == {}
    story.done("0.1", "wait", "0/condition/1")
    assert state_of(story).locks["0/rlock/1"].holders == {"0.1": 2}


@pytest.mark.parametrize(
    ("result", "state", "failure"),
    [
        (None, State.ENDED, None),
        ("raised ValueError: no", State.FAILED, "raised ValueError: no"),
        ("raised SystemExit: 0", State.ENDED, None),
        ("raised SystemExit", State.ENDED, None),
        ("raised SystemExit: 3", State.FAILED, "exit code 3"),
    ],
)
def test_how_a_task_ended_is_what_its_end_says(
    result: str | None, state: State, failure: str | None
) -> None:
    now = state_of(Story("A").begin("0.1").done("0.1", "end", result=result)).tasks["0.1"]
    assert (now.state, now.failure) == (state, failure)


def test_a_process_that_waits_at_its_exit_is_blocked_and_then_ended() -> None:
    story = Story().begin("0").end("0").blocked("0", "exit")
    assert state_of(story).tasks["0"].state is State.BLOCKED
    assert state_of(story.done("0", "exit")).tasks["0"].state is State.ENDED


def test_the_exit_of_a_process_ends_its_daemons_and_feeders() -> None:
    story = Story().task("0.1", TaskKind.THREAD, "D", daemon=True)
    story.task("0~1", TaskKind.FEEDER, "feeder", daemon=True)
    story.task("0.2", TaskKind.PROCESS, "P")
    story.begin("0", "0.1", "0~1", "0.2").end("0").done("0", "exit")
    states = {id: now.state for id, now in state_of(story).tasks.items()}
    ended = dict.fromkeys(("0", "0.1", "0~1"), State.ENDED)
    assert states == {**ended, "0.2": State.READY}


def test_a_killed_process_has_failed_once_it_was_joined() -> None:
    """It cannot tell of its end itself. A join that reached its bound proves nothing."""
    story = Story().task("0.1", TaskKind.PROCESS, "P").begin("0.1").done("0", "terminate", "0.1")
    story.done("0", "join", "0.1", result="still running")
    assert state_of(story).tasks["0.1"].state is State.READY
    story.done("0", "join", "0.1", result="exit code -15")
    now = state_of(story).tasks["0.1"]
    assert (now.state, now.failure) == (State.FAILED, "terminate by 0")


def test_a_process_that_dies_by_itself_has_failed_with_its_exit_code() -> None:
    story = Story().task("0.1", TaskKind.PROCESS, "P").begin("0.1")
    now = state_of(story.done("0", "join", "0.1", result="exit code -9")).tasks["0.1"]
    assert (now.state, now.failure) == (State.FAILED, "exit code -9")


def test_a_killed_process_has_failed_when_the_run_is_over() -> None:
    story = Story().task("0.1", TaskKind.PROCESS, "P").begin("0.1").done("0", "kill", "0.1")
    state = state_of(story)
    state.finish(COMPLETED)
    assert state.tasks["0.1"].state is State.FAILED


def test_terminate_does_no_harm_to_a_process_that_has_ended() -> None:
    story = Story().task("0.1", TaskKind.PROCESS, "P").begin("0.1").end("0.1")
    story.done("0.1", "exit").done("0", "terminate", "0.1")
    state = state_of(story)
    state.finish(COMPLETED)
    assert state.tasks["0.1"].state is State.ENDED


def test_the_longest_wait_is_told_apart_from_the_longest_join() -> None:
    """main waits 1 to 60 for T1, T1 waits 2 to 9 for an item."""
    story = Story("Eater").blocked("0", "join", "0.1", at_ms=1)
    story.blocked("0.1", "get", QUEUE, at_ms=2).done("0.1", "get", QUEUE, at_ms=9)
    state = state_of(story.done("0", "join", "0.1", at_ms=60))
    assert state.longest is not None and state.longest_join is not None
    assert (state.longest.task, state.longest.waited_ns) == ("0.1", 7 * MS)
    assert (state.longest_join.task, state.longest_join.waited_ns) == ("0", 59 * MS)


def test_a_wait_that_the_end_of_the_run_breaks_off_counts() -> None:
    """Blocked at 2 in a run that was stopped at 30."""
    state = state_of(Story("Eater").blocked("0.1", "get", QUEUE, at_ms=2))
    state.finish(Outcome(OutcomeKind.STUCK, ended_ns=30 * MS))
    assert state.longest is not None
    assert state.longest.waited_ns == 28 * MS


def test_an_event_of_a_task_not_told_yet_makes_one() -> None:
    state = state_of(Story().done("0.7", "begin"))
    assert state.tasks["0.7"].state is State.READY
    assert state.name("0.7") == "0.7"
