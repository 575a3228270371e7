"""JoinableQueue and SimpleQueue of multiprocessing as plain data."""

from __future__ import annotations

from carrying import Code, Family, every, get, happened, losses, once, put

from pyqdemo.strategies.random import Random


def put_simple(id: str, payload: bytes) -> Code:
    whole = yield ("mp.simple_put", id, payload, repr(payload[:9]), 0)
    while not whole:
        whole = yield ("mp.simple_put", id, None)


def joining(id: str) -> Code:
    """The requests of one ``join``."""
    match (yield ("mp.join", id)):
        case "wait":
            yield ("mp.joined", id)
        case "stuck":
            yield ("mp.hang", id, "join")


def finishing(id: str) -> Code:
    """The requests of one ``task_done``."""
    if not (yield ("mp.task_done", id)):
        yield ("mp.hang", id, "task_done")


def test_a_join_waits_for_a_task_done_per_item() -> None:
    """The child has got and dealt with one item of two: the join is not over before the other."""

    def main(family: Family) -> Code:
        q = family.share("mp_joinable", 0)

        def child() -> Code:
            for _ in range(2):
                family.notes.append((yield from get(q)))
                yield from finishing(q)

        yield put(q, 1)
        yield put(q, 2)
        yield family.process(child)
        yield from joining(q)
        family.notes.append("joined")

    for seed in range(100):
        done = Family(main, Random(seed))
        assert (done.kind, done.notes) == ("completed", [b"1", b"2", "joined"]), seed


def test_one_task_done_too_many_is_refused() -> None:
    def main(family: Family) -> Code:
        q = family.share("mp_joinable", 0)
        try:
            yield ("mp.task_done", q)
        except ValueError as error:
            family.notes.append(str(error))
        yield from joining(q)

    done = once(main)
    assert (done.kind, done.notes) == ("completed", ["task_done() called too many times"])


def test_a_join_that_was_woken_goes_on_though_another_put_has_come() -> None:
    """As the library's, it does not look again. The child deals with the one item and puts
    another: a join that came before waits no longer, one that comes after waits for ever."""

    def main(family: Family) -> Code:
        q = family.share("mp_joinable", 0)

        def child() -> Code:
            yield from finishing(q)
            yield put(q, 2)
            yield ("mp.cancel_join", q)

        yield put(q, 1)
        yield family.process(child)
        yield from joining(q)

    ends = set()
    for done in (Family(main, Random(seed)) for seed in range(200)):
        told = happened(done, blocked=True)
        again = "0.1 put 0.1#1"
        entered = "0 enter" in told and told.index("0 enter") < told.index("0.1 task_done")
        late = (
            not entered and again in told[: told.index("0 enter")] if "0 enter" in told else False
        )
        ends.add((done.kind, entered, late))
    assert ends == {
        ("completed", True, False),  # woken by the task_done
        ("completed", False, False),  # it found everything dealt with
        ("deadlock", False, True),  # it came behind the second put
    }


def test_a_task_done_waits_for_ever_for_one_who_was_killed_in_a_join() -> None:
    """It is to see everybody awake whom it wakes, and holds the queue's condition meanwhile;
    so nobody can put any more either. What the dead one keeps is told when it dies."""

    def main(family: Family) -> Code:
        q = family.share("mp_joinable", 0)

        def child() -> Code:
            yield from joining(q)

        yield put(q, 1)
        yield family.process(child)
        while not family.execution.shared[q].joiners:  # type: ignore[attr-defined]
            yield ("mp.ask", q, "qsize")
        yield ("process.kill", "0.1")

        def another() -> Code:
            answer = yield put(q, 2)
            while answer is not False:
                answer = yield put(q, 2)
            yield ("mp.hang", q, "put")

        yield family.process(another)
        yield from finishing(q)

    done = Family(main, Random(0))
    rows = [(w.task, w.operation, w.holders) for w in done.execution.outcome().waits]
    assert done.kind == "deadlock"
    assert losses(done) == [("kept", None, "place among the waiters")]
    assert ("0", "task_done", ("0.1",)) in rows
    assert [row for row in rows if row[0] == "0.2"] in ([], [("0.2", "put", ("0",))])


def test_a_simple_queue_has_no_feeder() -> None:
    """Its put writes into the pipe itself: after it the queue is not empty."""

    def main(family: Family) -> Code:
        q = family.share("mp_simple")
        family.notes.append((yield ("mp.ask", q, "empty")))
        yield from put_simple(q, b"one")
        family.notes.append((yield ("mp.ask", q, "empty")))
        family.notes.append((yield from get(q)))

    done = once(main)
    assert (done.kind, done.notes) == ("completed", [True, False, b"one"])
    assert happened(done) == [
        "0 empty -> True",
        "0 put 0#1",
        "0 empty -> False",
        "0 read_lock",
        "0 get 0#1",
    ]


def test_a_put_into_a_simple_queue_waits_for_room() -> None:
    """70,000 bytes do not go in at once, and nobody reads: it is the program's own task that
    waits. With a reader it goes on in parts."""

    def alone(family: Family) -> Code:
        q = family.share("mp_simple")
        yield from put_simple(q, bytes(70_000))

    done = once(alone)
    assert (done.kind, happened(done)) == ("deadlock", ["0 put_part 0#1"])

    def together(family: Family) -> Code:
        q = family.share("mp_simple")

        def child() -> Code:
            family.notes.append(len((yield from get(q))))

        yield family.process(child)
        yield from put_simple(q, bytes(70_000))

    for each in every(together):
        assert (each.kind, each.notes) == ("completed", [70_000])


def test_a_simple_queue_that_a_process_has_closed_is_of_no_use_to_it_or_to_its_copies() -> None:
    """A child that was forked before has ends of its own, which are open; of one that is forked
    behind the close they are as closed as its parent's. Each tries the three requests."""

    def main(family: Family) -> Code:
        q = family.share("mp_simple")

        def tries() -> Code:
            for request in (
                ("mp.simple_put", q, b"one"),
                ("mp.read_lock", q),
                ("mp.ask", q, "empty"),
            ):
                try:
                    yield request
                except OSError as error:
                    family.notes.append(str(error))

        def before() -> Code:
            yield from put_simple(q, b"one")
            family.notes.append((yield from get(q)))

        yield family.process(before)
        yield ("mp.close", q)
        yield from tries()
        yield family.process(tries)

    for seed in range(20):
        done = Family(main, Random(seed))
        assert done.kind == "completed", seed
        assert sorted(done.notes, key=str) == [b"one", *["handle is closed"] * 6], seed
