"""The queues of multiprocessing as plain data: an item's way, and what ends do to it."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

from carrying import Code, Family, PlannedLast, events, every, get, happened

from pyqdemo.strategies.random import Random
from pyqdemo.trace import Wait


def once(main: Callable[[Family], Code], **given: Any) -> Family:
    """The execution in which, at each point, the first who can go on does."""
    return Family(main, PlannedLast([]), **given)


def put(
    id: str, handle: int, block: bool = True, timeout_s: float | None = None
) -> tuple[Any, ...]:
    return ("mp.put", id, handle, str(handle), 0, block, timeout_s)


def trying(request: tuple[Any, ...]) -> Code:
    """Gives the answer of a request, or the exception that it raises."""
    try:
        return (yield request)
    except Exception as error:
        return error


def getting(family: Family, *args: Any) -> Code:
    """Notes what a get gives, or the name of what it raises."""
    try:
        family.notes.append((yield from get(*args)))
    except Exception as error:
        family.notes.append(type(error).__name__)


def wait_of(family: Family, task: str) -> Wait:
    (found,) = [row for row in family.execution.outcome().waits if row.task == task]
    return found


def losses(family: Family) -> list[tuple[str, str | None, str | None]]:
    """What ended processes lost and kept: operation, item, value."""
    kinds = ("lost", "kept")
    return [(e.operation, e.item, e.value) for e in events(family) if e.operation in kinds]


def test_an_item_goes_from_put_to_get_in_five_steps() -> None:
    """One process puts and gets: the buffer, the feeder's hand, the pipe, the read lock, and
    out; depth counts permits, so it is 1 from the put to the get."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        yield put(q, 7)
        family.notes.append((yield from get(q)))

    done = once(main)
    assert [(e.task, e.operation, e.item, e.value, e.depth) for e in events(done)][:5] == [
        ("0", "put", "0#1", "7", 1),
        ("0", "read_lock", None, None, None),
        ("0~1", "feed", "0#1", None, None),
        ("0~1", "deliver", "0#1", "b'7'", None),
        ("0", "get", "0#1", "b'7'", 0),
    ]
    assert (done.kind, done.notes) == ("completed", [b"7"])


def test_a_put_item_may_not_be_in_the_pipe_yet() -> None:
    """``empty`` looks at the pipe: both answers, as the feeder has delivered before or not.
    ``qsize`` looks at the semaphore: always 1."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        yield put(q, 1)
        family.notes.append((yield ("mp.ask", q, "empty")))
        family.notes.append((yield ("mp.ask", q, "qsize")))

    assert {tuple(done.notes) for done in every(main)} == {(True, 1), (False, 1)}


def test_an_object_changed_after_its_put_arrives_either_way() -> None:
    """The feeder pickles what the object is when it takes it: before the change or after."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        yield put(q, 1)
        yield ("mp.leave", q, 1)
        family.notes.append("changed")
        family.notes[:] = [(yield from get(q))]

    def pickled(family: Family, handle: int) -> bytes:
        return repr(family.notes).encode()

    arrived = {done.notes[0] for done in every(main, pickled=pickled)}
    assert arrived == {b"[]", b"['changed']"}


def test_items_of_two_processes_arrive_in_either_order() -> None:
    """Each has a feeder of its own; either may be the first to deliver."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)

        def child() -> Code:
            yield put(q, 2)

        yield family.process(child)
        yield put(q, 1)
        for _ in range(2):
            family.notes.append((yield from get(q)))

    done = [Family(main, Random(seed)) for seed in range(60)]
    found = {(each.kind, *each.notes) for each in done}
    assert found == {("completed", b"1", b"2"), ("completed", b"2", b"1")}


def test_items_of_one_process_keep_their_order(how_many: Callable[..., int]) -> None:
    """Each item of a process comes behind those that it put before; in between may come the
    other's. Two items each: 4! / (2! 2!) = 6 orders, all of which are met."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        for first in (10, 20):

            def child(first: int = first) -> Code:
                yield put(q, first)
                yield put(q, first + 1)

            yield family.process(child)
        for _ in range(4):
            family.notes.append((yield from get(q)))

    found = {tuple(Family(main, Random(seed)).notes) for seed in range(how_many(200, soak=2_000))}
    assert found == merged((b"10", b"11"), (b"20", b"21"))


def merged(one: tuple[Any, ...], other: tuple[Any, ...]) -> set[tuple[Any, ...]]:
    if not one or not other:
        return {one + other}
    first = {(one[0], *rest) for rest in merged(one[1:], other)}
    return first | {(other[0], *rest) for rest in merged(one, other[1:])}


def test_a_full_queue_refuses_or_lets_wait() -> None:
    """maxsize 1: the second put raises Full at once, or when its second is over; the third
    waits until the item has been got."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 1)
        yield put(q, 1)
        for bound in ((False, None), (True, 1.0)):
            family.notes.append(repr((yield from trying(put(q, 2, *bound)))))
        family.notes.append((yield ("mp.ask", q, "full")))

        def child() -> Code:
            yield from getting(family, q)

        yield family.process(child)
        yield put(q, 3)

    done = once(main)
    assert done.notes == ["Full()", "Full()", True, b"1"]
    assert done.execution.now_ns == 1_000_000_000
    puts = [line for line in happened(done, blocked=True) if " put" in line]
    assert puts == [
        "0 put 0#1",
        "0 put -> raised Full",
        "0 put ...",
        "0 put -> raised Full",
        "0 put ...",
        "0 put 0#2",
    ]


def test_only_a_limit_of_a_semaphore_holds_where_there_is_none() -> None:
    def main(family: Family) -> Code:
        for maxsize in (0, -1):
            q = family.share("mp_queue", maxsize)
            family.notes.append(family.execution.shared[q].limit)  # type: ignore[attr-defined]
        yield ("mp.ask", q, "full")

    assert once(main).notes == [2**31 - 1] * 2


def test_a_get_is_empty_while_another_reader_waits_with_the_lock() -> None:
    """The child waits in ``get`` with the read lock; without blocking, or when its second is
    over, the parent finds the queue empty though an item is there: it is not its turn."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        gate = family.share("mp_queue", 0)

        def child() -> Code:
            yield ("mp.read_lock", q)
            yield put(gate, 0)
            yield from get(gate)  # for ever: the gate's item is the parent's

        yield family.process(child)
        yield from get(gate)
        yield put(q, 1)
        yield from getting(family, q, False)
        yield from getting(family, q, True, 1.0)
        family.notes.append((yield ("mp.ask", q, "qsize")))

    done = once(main)
    assert (done.notes, done.execution.now_ns) == (["Empty", "Empty", 1], 1_000_000_000)


def test_a_get_with_a_bound_gives_the_lock_back() -> None:
    """What is left of the bound is waited for the message; Empty gives the read lock back, so
    that the next get can take it."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        yield from getting(family, q, False)
        yield from getting(family, q, True, 2.0)
        yield put(q, 1)
        yield from getting(family, q, True, 2.0)

    done = once(main)
    assert (done.notes, done.execution.now_ns) == (["Empty", "Empty", b"1"], 2_000_000_000)


def test_a_bound_is_shared_by_the_lock_and_the_message() -> None:
    """The lock comes after 1 s of 3, when the other reader's bound is over; 2 s are left."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)

        def child() -> Code:
            yield from getting(family, q, True, 1.0)

        yield ("mp.ask", q, "qsize")
        yield family.process(child)
        while not family.execution.shared[q].pipe.reader:  # type: ignore[attr-defined]
            yield ("mp.ask", q, "qsize")
        yield from getting(family, q, True, 3.0)

    done = Family(main, Random(3))
    assert (done.notes, done.execution.now_ns) == (["Empty", "Empty"], 3_000_000_000)


def test_two_readers_get_each_item_once() -> None:
    """Two items, two readers: each gets one, or one of them both in their order."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        yield put(q, 1)
        yield put(q, 2)

        def child() -> Code:
            family.notes.append(("child", (yield from get(q))))

        yield family.process(child)
        family.notes.append(("main", (yield from get(q))))

    found = {tuple(done.notes) for seed in range(300) for done in [Family(main, Random(seed))]}
    assert {tuple(sorted(notes)) for notes in found} == {
        (("child", b"1"), ("main", b"2")),
        (("child", b"2"), ("main", b"1")),
    }


def kill(child: str) -> tuple[Any, ...]:
    return ("process.kill", child)


def test_a_reader_that_is_killed_keeps_the_read_lock() -> None:
    """It waits for a message with the read lock. Afterwards a get with a bound finds nothing
    though ``qsize`` says 1, and one without a bound waits for ever, for the dead."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)

        def child() -> Code:
            yield from get(q)

        yield family.process(child)
        while not family.execution.shared[q].pipe.reader:  # type: ignore[attr-defined]
            yield ("mp.ask", q, "qsize")
        yield kill("0.1")
        yield put(q, 1)
        yield from getting(family, q, True, 1.0)
        family.notes.append((yield ("mp.ask", q, "qsize")))
        yield from get(q)

    done = Family(main, Random(0))
    assert (done.kind, done.notes) == ("deadlock", ["Empty", 1])
    assert losses(done) == [("kept", None, "read lock")]
    row = wait_of(done, "0")
    assert (row.operation, row.resource, row.holders) == ("read_lock", "0/mp_queue/1", ("0.1",))


def test_a_writer_that_is_killed_loses_what_its_feeder_had_not_delivered() -> None:
    """Two items were put. Wherever the kill comes: those in the pipe can be got, the others
    are lost, in their order; every item is one or the other."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        gate = family.share("mp_queue", 0)

        def child() -> Code:
            yield put(q, 1)
            yield put(q, 2)
            yield from get(gate)  # so it stays

        yield family.process(child)
        while (yield ("mp.ask", q, "qsize")) < 2:
            pass
        yield kill("0.1")
        while True:
            try:
                family.notes.append((yield from get(q, True, 1.0)))
            except queue.Empty:
                break

    met = set()
    for seed in range(300):
        done = Family(main, Random(seed))
        lost = [item for kind, item, _ in losses(done) if kind == "lost"]
        gotten = [e.item for e in events(done) if e.operation == "get" and e.item]
        assert [*gotten, *lost] == ["0.1#1", "0.1#2"], seed
        met.add((len(gotten), len(lost)))
    assert met == {(0, 2), (1, 1), (2, 0)}


LARGE = 70_000  # more than a pipe holds


def large(family: Family, handle: int) -> bytes:
    return bytes([handle]) * LARGE


def test_a_large_message_goes_in_and_out_in_parts() -> None:
    """70,000 bytes and a header of its own: 4 bytes take a page, and the other 15 pages take
    61,440; the reader makes room for the rest. The item is got whole, in its last part."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        yield put(q, 1)
        family.notes.append((yield from get(q)))

    done = once(main, pickled=large)
    assert done.notes == [large(done, 1)]
    assert happened(done)[2:7] == [
        "0~1 feed 0#1",
        "0~1 deliver_part 0#1",
        "0 get_part 0#1",
        "0~1 deliver 0#1",
        "0 get 0#1",
    ]


def test_large_messages_of_two_writers_never_mix() -> None:
    """The write lock is held between the parts, so whichever begins ends first."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        for number in (1, 2):

            def child(number: int = number) -> Code:
                yield put(q, number)

            yield family.process(child)
        for _ in range(2):
            got = yield from get(q)
            family.notes.append((len(got), set(got)))

    found = set()
    for seed in range(100):
        done = Family(main, Random(seed), pickled=large)
        found.add(tuple(sorted((size, *kinds) for size, kinds in done.notes)))
    assert found == {((LARGE, 1), (LARGE, 2))}


def test_a_process_that_is_joined_before_its_item_is_got_never_ends() -> None:
    """Its exit waits for its feeder, which waits for room in the pipe, which the parent would
    make if it did not wait for that exit. With a message that fits, all goes well."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)

        def child() -> Code:
            yield put(q, 1)

        yield family.process(child)
        yield ("process.join", "0.1")
        yield from get(q)

    done = once(main, pickled=large)
    rows = [(w.task, w.operation, w.resource, w.holders) for w in done.execution.outcome().waits]
    assert (done.kind, rows) == (
        "deadlock",
        [
            ("0", "join", "0.1", ("0.1",)),
            ("0.1", "join_thread", "0/mp_queue/1", ("0.1~1",)),
            ("0.1~1", "deliver", "0/mp_queue/1", ()),
        ],
    )
    assert {done.kind for done in every(main)} == {"completed"}


def test_a_feeder_killed_while_it_waits_for_room_keeps_the_write_lock() -> None:
    """Its item is in the pipe in part. A reader waits for the rest for ever: nobody else can
    write, who has not got that lock."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)

        def child() -> Code:
            yield put(q, 1)

        yield family.process(child)
        while (yield ("mp.ask", q, "empty")):
            pass
        yield kill("0.1")
        yield put(q, 2)
        yield from get(q)

    done = Family(main, Random(1), pickled=large)
    assert losses(done) == [("lost", "0.1#1", f"{large(done, 1)!r}"), ("kept", None, "write lock")]
    assert done.kind == "deadlock"
    row = wait_of(done, "0")
    assert (row.operation, row.holders) == ("get", ("0.1~1",))


def test_a_feeder_that_finds_the_pipe_full_takes_the_write_lock_and_waits() -> None:
    """16 messages of 4,000 bytes have a page each. The 17th's feeder holds the write lock; the
    other process's then waits for that, and both go on when something is read."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        for number in range(17):
            yield put(q, number)
        while family.execution.shared[q].pipe.writer is None:  # type: ignore[attr-defined]
            yield ("mp.ask", q, "qsize")

        def child() -> Code:
            yield put(q, 17)

        yield family.process(child)
        while not any("0.1~1 deliver ..." in line for line in happened(family, blocked=True)):
            yield ("mp.ask", q, "qsize")
        for _ in range(18):
            family.notes.append((yield from get(q))[0])

    done = Family(main, Random(0), pickled=lambda family, handle: bytes([handle]) * 4_000)
    told = [line for line in happened(done, blocked=True) if "write_lock" in line or "..." in line]
    assert "0~1 write_lock 0#17" in told
    assert done.notes == list(range(18))


def test_what_cannot_be_pickled_is_dropped_and_its_permit_given_back() -> None:
    """maxsize 1: the second put waits for the permit of the first, which ``drop`` gives back."""

    def pickled(family: Family, handle: int) -> bytes:
        if handle == 1:
            raise TypeError("cannot pickle it")
        return b"fine"

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 1)
        yield put(q, 1)
        yield put(q, 2)
        family.notes.append((yield from get(q)))

    done = once(main, pickled=pickled)
    assert (done.kind, done.notes) == ("completed", [b"fine"])
    (drop,) = [event for event in events(done) if event.operation == "drop"]
    assert (drop.task, drop.item, drop.result) == (
        "0~1",
        "0#1",
        "raised TypeError: cannot pickle it",
    )


def test_a_feeder_that_fails_while_its_process_leaves_gives_up() -> None:
    """The library's feeder ends without a word then: what is still in its buffer is lost. So
    the second item is got if the process had not begun to leave, and else lost."""

    def pickled(family: Family, handle: int) -> bytes:
        if handle == 1:
            raise TypeError("cannot pickle it")
        return b"fine"

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)

        def child() -> Code:
            yield put(q, 1)
            yield put(q, 2)

        yield family.process(child)
        yield ("process.join", "0.1")
        yield from getting(family, q, True, 1.0)
        family.notes.append((yield ("mp.ask", q, "qsize")))

    found = set()
    for done in every(main, pickled=pickled):
        assert done.kind == "completed"
        found.add((*done.notes, *(item for kind, item, _ in losses(done) if kind == "lost")))
    assert found == {(b"fine", 0), ("Empty", 2, "0.1#2")}


def test_a_process_that_does_not_wait_for_its_feeder_loses_items() -> None:
    """After ``cancel_join_thread`` the exit may come before or after the delivery."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)

        def child() -> Code:
            yield put(q, 1)
            yield ("mp.cancel_join", q)

        yield family.process(child)
        yield ("process.join", "0.1")
        yield from getting(family, q, True, 1.0)

    found = {(*done.notes, *losses(done)) for done in every(main)}
    assert found == {(b"1",), ("Empty", ("lost", "0.1#1", "1"))}


def test_a_closed_queue_takes_and_gives_nothing_more() -> None:
    """And its thread can be joined, which before was refused; what was put is delivered."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        yield put(q, 1)
        family.notes.append((yield from trying(("mp.join_thread", q))))
        yield ("mp.close", q)
        for request in (put(q, 2), ("mp.read_lock", q)):
            family.notes.append((yield from trying(request)))
        family.notes.append((yield ("mp.ask", q, "qsize")))
        yield ("mp.join_thread", q)
        family.notes.append((yield from trying(("mp.ask", q, "empty"))))

    texts = "Queue <multiprocessing.queues.Queue object at 0/mp_queue/1>"
    for done in every(main):
        assert [note if note == 1 else repr(note) for note in done.notes] == [
            f"AssertionError('{texts} not closed')",
            f"ValueError('{texts} is closed')",
            f"ValueError('{texts} is closed')",
            1,
            "OSError('handle is closed')",
        ]
        assert "0~1 deliver 0#1" in happened(done)


def test_closing_is_a_process_s_own_affair() -> None:
    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)
        yield ("mp.close", q)

        def child() -> Code:
            yield put(q, 1)
            family.notes.append((yield from get(q)))

        yield family.process(child)

    done = once(main)
    assert (done.kind, done.notes) == ("completed", [b"1"])


def test_a_forgotten_queue_delivers_what_it_has() -> None:
    """As when a process's queue object dies: its feeder ends, after the last item."""

    def main(family: Family) -> Code:
        q = family.share("mp_queue", 0)

        def child() -> Code:
            yield put(q, 1)
            yield ("mp.forget", q)
            feeder = family.execution.task("0.1~1")
            while feeder.alive:
                yield ("mp.ask", q, "qsize")

        yield family.process(child)
        family.notes.append((yield from get(q)))

    done = Family(main, Random(0))
    assert (done.kind, done.notes) == ("completed", [b"1"])
    assert "0.1~1 feed -> closed" in happened(done)
