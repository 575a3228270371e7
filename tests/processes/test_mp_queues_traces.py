"""What a run with queues of multiprocessing leaves in its trace, in both worlds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from pyqdemo.executing import run
from pyqdemo.trace import Event, OutcomeKind, Phase, Trace

HEAD = """
import multiprocessing as mp
import queue, signal, sys, time
"""

PROGRAMS = {
    "one item": """
        def write(q):
            q.put("x")

        def main():
            q = mp.Queue()
            writer = mp.Process(target=write, args=(q,))
            writer.start()
            print(q.get())
            writer.join()
        """,
    "changed after put": """
        def main():
            q = mp.Queue()
            box = []
            q.put(box)
            box.append("changed")
            print(q.get())
        """,
    "reader terminated": """
        def read(q):
            q.get()

        def main():
            q = mp.Queue()
            reader = mp.Process(target=read, args=(q,))
            reader.start()
            time.sleep(1)
            reader.terminate()
            reader.join()
            q.put("x")
            try:
                print(q.get(timeout=3))
            except queue.Empty:
                print("Empty", q.qsize(), reader.exitcode)
        """,
    "reader that leaves by a signal": """
        def stop(*_):
            sys.exit(3)

        def read(q):
            signal.signal(signal.SIGTERM, stop)
            q.get()

        def main():
            q = mp.Queue()
            reader = mp.Process(target=read, args=(q,))
            reader.start()
            time.sleep(1)
            reader.terminate()
            reader.join()
            q.put("x")
            print(q.get(timeout=3), reader.exitcode)
        """,
    "writer killed": """
        def write(q):
            q.put("x" * 100_000)
            q.put("y")
            time.sleep(9)

        def main():
            q = mp.Queue()
            writer = mp.Process(target=write, args=(q,))
            writer.start()
            time.sleep(1)
            writer.kill()
            writer.join()
            print(q.qsize(), q.empty())
        """,
    "joined before its item is got": """
        def write(q):
            q.put("x" * 70_000)

        def main():
            q = mp.Queue()
            writer = mp.Process(target=write, args=(q,))
            writer.start()
            writer.join()
            print(len(q.get()))
        """,
    "queues that die": """
        def hand_over():
            q = mp.Queue()
            q.put(1)
            return q.get()

        def main():
            for _ in range(3):
                hand_over()
            time.sleep(1)
            print("done")
        """,
}


def carried(folder: Path, name: str, seed: int, world: str = "simulated") -> Trace:
    text = HEAD + dedent(PROGRAMS[name]) + '\nif __name__ == "__main__":\n    main()\n'
    path = folder / f"{name.replace(' ', '_')}.py"
    path.write_text(text, encoding="utf-8")
    return run(path, seed=seed, start_method="spawn", world=world)


def on_queues(trace: Trace) -> list[Event]:
    """The done events on queues, in order."""
    done = [event for event in trace.events if event.phase is Phase.DONE]
    return [event for event in done if "/mp_queue/" in (event.resource or "")]


def left_behind(trace: Trace) -> list[tuple[str, str, str | None, str | None]]:
    """What ended processes lost and kept: task, operation, item, value."""
    kinds = ("lost", "kept")
    return [
        (event.task, event.operation, event.item, event.value)
        for event in trace.events
        if event.operation in kinds
    ]


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_worlds_record_the_same(
    tmp_path: Path, name: str, how_many: Callable[..., int]
) -> None:
    for seed in range(how_many(2, soak=50)):
        one = carried(tmp_path, name, seed)
        other = carried(tmp_path, name, seed, "real")
        assert one.events == other.events, seed
        assert one.printed() == other.printed()


def test_an_item_is_followed_from_put_to_get(tmp_path: Path) -> None:
    """The feeder of the writing process feeds and delivers it: no task of the program's own."""
    trace = carried(tmp_path, "one item", 0)
    way = [(e.operation, e.task, e.value) for e in on_queues(trace) if e.item == "0.1#1"]
    assert way == [
        ("put", "0.1", "'x'"),
        ("feed", "0.1~1", None),
        ("deliver", "0.1~1", "'x'"),
        ("get", "0", "'x'"),
    ]
    feeder = trace.task("0.1~1")
    assert (str(feeder.kind), feeder.name, feeder.process) == (
        "feeder",
        "QueueFeederThread",
        "0.1",
    )


def test_what_cannot_change_is_put_in_one_step(tmp_path: Path) -> None:
    """Only of what can does it matter whether the feeder comes before the next line."""
    for name, leaves in (("one item", 0), ("changed after put", 1)):
        trace = carried(tmp_path, name, 0)
        assert [e.operation for e in on_queues(trace)].count("leave") == leaves


def test_an_object_changed_after_its_put_arrives_either_way(tmp_path: Path) -> None:
    """The record tells both texts: what was put, and what the feeder found."""
    found = set()
    for seed in range(40):
        trace = carried(tmp_path, "changed after put", seed)
        told = {e.operation: e.value for e in on_queues(trace)}
        assert told["put"] == "[]"
        assert trace.printed() == f"{told['get']}\n"
        found.add(told["deliver"])
    assert found == {"[]", "['changed']"}


def test_a_reader_terminated_in_get_keeps_the_read_lock(tmp_path: Path) -> None:
    """As natively: Empty though an item is there, 3 seconds later."""
    trace = carried(tmp_path, "reader terminated", 0)
    assert trace.printed() == "Empty 1 -15\n"
    assert left_behind(trace) == [("0.1", "kept", None, "read lock")]


def test_a_reader_that_a_handler_takes_out_of_get_gives_the_read_lock_back(
    tmp_path: Path,
) -> None:
    trace = carried(tmp_path, "reader that leaves by a signal", 0)
    assert trace.printed() == "x 3\n"
    assert left_behind(trace) == []


def test_a_killed_writer_loses_what_was_not_delivered(tmp_path: Path) -> None:
    """100,000 bytes do not go into a pipe: its first item is there in part, its second in the
    buffer, and the write lock stays held. Both permits stay taken."""
    trace = carried(tmp_path, "writer killed", 0)
    assert trace.printed() == "2 False\n"
    assert [row[1:3] for row in left_behind(trace)] == [
        ("lost", "0.1#1"),
        ("kept", None),
        ("lost", "0.1#2"),
    ]


def test_a_process_that_is_joined_before_its_item_is_got_never_ends(tmp_path: Path) -> None:
    trace = carried(tmp_path, "joined before its item is got", 0)
    assert trace.outcome is not None
    assert trace.outcome.kind is OutcomeKind.DEADLOCK
    rows = [(row.task, row.operation, row.holders) for row in trace.outcome.waits]
    assert rows == [
        ("0", "join", ("0.1",)),
        ("0.1", "join_thread", ("0.1~1",)),
        ("0.1~1", "deliver", ()),
    ]


def test_the_feeder_of_a_queue_that_dies_ends(tmp_path: Path) -> None:
    """Before the program does: within the second that it then sleeps."""
    trace = carried(tmp_path, "queues that die", 0)
    ended = [e.task for e in trace.events if e.operation == "end" and e.virtual_ns == 0]
    assert sorted(ended) == ["0~1", "0~2", "0~3"]
