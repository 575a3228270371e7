"""What is inside a multiprocessing queue at each moment, and what is lost there."""

from __future__ import annotations

from hand_made import QUEUE, Story, fed

from pyqdemo.analysis.items import ItemTable
from pyqdemo.analysis.now import QueueNow, State
from pyqdemo.analysis.spans import Spans, tables
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.waits import tell_waits, waits
from pyqdemo.languages import Text
from pyqdemo.trace import TaskKind


def story(controlled: bool = True) -> Story:
    """A queue, a process that writes with its feeder, and two that read."""
    told = Story(controlled=controlled, kind="mp_queue")
    for n, role in enumerate(("write", "read", "read"), 1):
        told.task(f"0.{n}", TaskKind.PROCESS, f"Process-{n}", role=role, parent="0")
    feeder = "QueueFeederThread" if controlled else "feeder"
    return told.task("0.1~1", TaskKind.FEEDER, feeder, process="0.1", parent="0.1", daemon=True)


def queue_of(told: Story) -> QueueNow:
    return fed(RunState(), told.records).queues[QUEUE]


def places(told: Story) -> tuple[list[str], list[str], list[str]]:
    """Items in the buffer, in the feeder's hand, in the pipe."""
    queue = queue_of(told)
    return [*queue.buffered], [*queue.carried], [*queue.items]


A, B = "0.1#1", "0.1#2"


def test_an_item_goes_from_the_buffer_through_the_feeder_s_hand_into_the_pipe() -> None:
    told = story().put("0.1", "'a'").put("0.1", "'b'")
    assert places(told) == ([A, B], [], [])
    told.done("0.1~1", "feed", QUEUE, item=A)
    assert places(told) == ([B], [A], [])
    told.done("0.1~1", "deliver", QUEUE, item=A, value="'a'")
    assert places(told) == ([B], [], [A])
    told.get("0.2", A, "'a'")
    assert places(told) == ([B], [], [])


def test_natively_a_feed_is_all_that_is_seen_of_the_way_into_the_pipe() -> None:
    told = story(controlled=False).put("0.1", "'a'").done("0.1~1", "feed", QUEUE, item=A)
    assert places(told) == ([], [], [A])


def test_an_item_lost_with_its_process_is_in_no_queue_and_keeps_its_permit() -> None:
    told = story().put("0.1", "'a'").put("0.1", "'b'").done("0.1~1", "feed", QUEUE, item=A)
    told.done("0.1", "die", value="-9")
    told.done("0.1", "lost", QUEUE, item=A).done("0.1", "lost", QUEUE, item=B)
    queue = queue_of(told)
    assert (queue.contents, queue.depth, queue.lost, queue.permits) == ((), 0, 2, 2)


def test_an_item_that_cannot_be_pickled_is_lost_and_gives_its_permit_back() -> None:
    told = story().put("0.1", "f").done("0.1~1", "feed", QUEUE, item=A)
    told.done("0.1~1", "drop", QUEUE, item=A, result="raised PicklingError: f")
    queue = queue_of(told)
    assert (queue.contents, queue.lost, queue.permits) == ((), 1, 0)


def test_a_native_feed_that_raises_loses_its_item_as_a_drop_does() -> None:
    native = story(controlled=False).put("0.1", "f")
    native.done("0.1~1", "feed", QUEUE, item=A, result="raised PicklingError: f")
    told = story().put("0.1", "f").done("0.1~1", "feed", QUEUE, item=A)
    told.done("0.1~1", "drop", QUEUE, item=A, result="raised PicklingError: f")
    assert tables(native.trace()).items == tables(told.trace()).items
    assert [row.left for row in tables(native.trace()).items] == ["drop"]


def test_a_lost_item_lies_nowhere() -> None:
    told = story().put("0.1", "'a'").done("0.1", "die", value="-9")
    told.done("0.1", "lost", QUEUE, item=A)
    item = fed(ItemTable(), told.records).items[A]
    assert (item.lost, item.place, item.hand, item.buffered) == ("lost", None, None, False)
    assert [row.left for row in tables(told.trace()).items] == ["lost"]


def test_a_whole_way_natively_and_under_control_is_one_row() -> None:
    native = story(controlled=False).put("0.1", "'a'").get("0.2", A, "'a'")
    told = story().put("0.1", "'a'").done("0.1~1", "feed", QUEUE, item=A)
    told.done("0.1~1", "deliver", QUEUE, item=A).done("0.2", "read_lock", QUEUE)
    told.get("0.2", A, "'a'")
    assert tables(native.trace()).items == tables(told.trace()).items


def test_the_read_lock_is_the_reader_s_until_its_get_or_its_empty() -> None:
    told = story().done("0.2", "read_lock", QUEUE)
    assert queue_of(told).reader == "0.2"
    told.done("0.3", "read_lock", QUEUE, result="raised Empty")
    assert queue_of(told).reader == "0.2"
    told.done("0.2", "get", QUEUE, result="raised Empty")
    assert queue_of(told).reader is None


def test_a_get_that_is_broken_off_gives_the_read_lock_back() -> None:
    """By what a signal's handler raises."""
    told = story().done("0.2", "read_lock", QUEUE).blocked("0.2", "get", QUEUE)
    assert queue_of(told.done("0.2", "unlock", QUEUE)).reader is None


def test_the_write_lock_is_the_feeder_s_as_long_as_its_item_is_half_in_the_pipe() -> None:
    told = story().put("0.1", "'a'").done("0.1~1", "feed", QUEUE, item=A)
    told.done("0.1~1", "deliver_part", QUEUE, item=A)
    assert (queue_of(told).writer, [*queue_of(told).carried]) == ("0.1~1", [A])
    told.done("0.1~1", "deliver", QUEUE, item=A)
    assert (queue_of(told).writer, [*queue_of(told).items]) == (None, [A])


def test_a_reader_waits_for_the_read_lock_that_a_dead_one_keeps() -> None:
    told = story().done("0.2", "read_lock", QUEUE).blocked("0.2", "get", QUEUE)
    told.done("0", "terminate", "0.2").done("0.2", "die", value="-15")
    told.done("0.2", "kept", QUEUE, value="read lock").blocked("0.3", "read_lock", QUEUE)
    state = fed(RunState(), told.records)
    (row,) = waits(state)
    assert (row.task, row.holders) == ("0.3", ("0.2",))
    assert tell_waits(state, (row,)) == Text(
        "Process-3 waits for the read lock of the queue, which Process-2 took to the grave.",
        "Process-3 等队列的读锁，而 Process-2 至死没有放开它。",
    )


def test_a_reader_waits_for_the_read_lock_of_one_who_waits_for_an_item() -> None:
    told = story().done("0.2", "read_lock", QUEUE).blocked("0.2", "get", QUEUE)
    state = fed(RunState(), told.blocked("0.3", "read_lock", QUEUE).records)
    _, row = waits(state)
    assert tell_waits(state, (row,)) == Text(
        "Process-3 waits for the read lock of the queue, held by Process-2.",
        "Process-3 等队列的读锁，它被 Process-2 占用。",
    )


def reading() -> Story:
    """Process-3 waits for the read lock, then with it for an item; natively that is seen too,
    but for the moment in between."""
    told = story().begin("0.3").blocked("0.3", "read_lock", QUEUE).put("0.1", "'a'")
    told.done("0.3", "read_lock", QUEUE).blocked("0.3", "get", QUEUE)
    return told.get("0.3", A, "'a'")


def test_a_get_that_waits_twice_has_one_span() -> None:
    """1 begin, 2 blocked, 3 a put, 4 the read lock, 5 blocked, 6 got."""
    spans = [span for span in fed(Spans(), reading().records).result() if span.task == "0.3"]
    assert [(span.state, span.operation, span.from_seq, span.to_seq) for span in spans] == [
        (State.READY, None, 1, 2),
        (State.BLOCKED, "get", 2, 6),
        (State.READY, None, 6, None),
    ]


def test_it_has_the_same_spans_natively() -> None:
    native = story(controlled=False).begin("0.3")
    native.blocked("0.3", "get", QUEUE, value="read lock").put("0.1", "'a'")
    native.blocked("0.3", "get", QUEUE).get("0.3", A, "'a'")
    assert tables(native.trace()).spans == tables(reading().trace()).spans


def test_its_two_waits_have_two_reasons() -> None:
    state = RunState()
    reasons = []
    for record in reading().records:
        state.add(record)
        now = state.tasks.get("0.3")
        if now is not None and now.state is State.BLOCKED:
            reasons.append(state.reason(now.operation or "", now.resource, now.value).name)
    assert list(dict.fromkeys(reasons)) == ["READ_LOCK", "EMPTY"]


def test_a_process_that_waits_for_its_feeder_exits_natively_too() -> None:
    native = story(controlled=False).begin("0.1").end("0.1").blocked("0.1", "exit")
    native.done("0.1", "exit")
    told = story().begin("0.1").blocked("0.1", "join_thread", QUEUE, value="feeder")
    told.done("0.1", "join_thread", QUEUE, value="feeder").end("0.1").done("0.1", "exit")
    assert tables(native.trace()).spans == tables(told.trace()).spans
    assert tables(native.trace()).tasks == tables(told.trace()).tasks


def test_whoever_joins_a_process_whose_item_does_not_fit_is_told_to_drain_first() -> None:
    told = story().put("0.1", "big").blocked("0.1", "join_thread", QUEUE, value="feeder")
    told.done("0.1~1", "feed", QUEUE, item=A).done("0.1~1", "deliver_part", QUEUE, item=A)
    told.blocked("0.1~1", "deliver", QUEUE).blocked("0", "join", "0.1")
    state = fed(RunState(), told.records)
    row = next(row for row in waits(state) if row.task == "0")
    assert tell_waits(state, (row,)) == Text(
        "MainThread waits for Process-1 to end, whose feeder waits for room in the pipe behind"
        " the queue: drain it before you join.",
        "MainThread 等 Process-1 结束，而它的 feeder 线程在等队列背后的管道空出位置："
        "要先取完，再 join。",
    )


def test_a_process_that_waits_for_its_feeder_names_it_as_the_one_to_go_on() -> None:
    told = story().begin("0.1~1").blocked("0.1", "join_thread", QUEUE, value="feeder")
    (row,) = waits(fed(RunState(), told.records))
    assert row.holders == ("0.1~1",)


def test_a_feeder_waits_for_the_write_lock_that_another_keeps() -> None:
    told = story().task("0~1", TaskKind.FEEDER, "QueueFeederThread", daemon=True)
    told.done("0~1", "deliver_part", QUEUE, item="0#1")
    told.blocked("0.1~1", "deliver", QUEUE, value="write lock")
    state = fed(RunState(), told.records)
    (row,) = waits(state)
    assert (row.holders, state.reason("deliver", QUEUE, "write lock").name) == (
        ("0~1",),
        "WRITE_LOCK",
    )
