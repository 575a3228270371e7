"""The queues of multiprocessing as plain data: an item's way, its bounds, its readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carrying import Code, Family, events, every, get, getting, happened, once, put, trying

from pyqdemo.strategies.random import Random


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
        yield ("mp.leave", q, "1")
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
