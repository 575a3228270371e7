"""The queues of multiprocessing as plain data: what kills, large items and ends do to them."""

from __future__ import annotations

import queue
from typing import Any

from carrying import (
    Code,
    Family,
    events,
    every,
    get,
    getting,
    happened,
    losses,
    once,
    put,
    trying,
)

from pyqdemo.strategies.random import Random
from pyqdemo.trace import Wait


def wait_of(family: Family, task: str) -> Wait:
    (found,) = [row for row in family.execution.outcome().waits if row.task == task]
    return found


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
    assert losses(done) == [("lost", "0.1#1", repr(b"\x01" * 9)), ("kept", None, "write lock")]
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
    assert done.execution.log is not None
    values = [
        getattr(record, "value", None)
        for record in done.execution.log.records
        if getattr(record, "operation", None) == "deliver"
        and getattr(record, "phase", None) == "blocked"
    ]
    assert values[:2] == [None, "write lock"]
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
