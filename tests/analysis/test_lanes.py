"""Lanes: columns and rows of tiny runs, native and controlled."""

from __future__ import annotations

from pathlib import Path

from hand_made import QUEUE, Story

import pyqdemo
from pyqdemo.analysis.lanes import Lane, Lanes, Mark, Move, Part, Store, lanes
from pyqdemo.trace import Outcome, OutcomeKind, Trace, Wait
from pyqdemo.worlds.native.running import Bounds, Request, run

#: Main puts, a thread gets it: no choice matters.
HAND_OVER = """\
import queue, threading
box = queue.Queue()
def take():
    box.get()
box.put("x")
taker = threading.Thread(target=take)
taker.start()
taker.join()
"""
NONE, STEPS, GO, BLOCKED = Mark.NONE, Mark.STEPS, Mark.COULD_GO, Mark.BLOCKED
SLEEPING, ENDS, FAILS = Mark.SLEEPING, Mark.ENDS, Mark.FAILS


def columns(laid: Lanes) -> list[str]:
    return [one.task.id if isinstance(one, Lane) else str(one.part) for one in laid.columns]


def told(laid: Lanes) -> list[str]:
    return [row.told.en for row in laid.rows]


def written(folder: Path, text: str) -> Path:
    file = folder / "p.py"
    file.write_text(text, encoding="utf-8")
    return file


def native(file: Path) -> Trace:
    class Nobody:
        follows = False

        def printed(self, stream: str, text: str) -> None: ...
        def recorded(self, records: object) -> None: ...
        def tick(self, elapsed_ns: int) -> None: ...

    with run(Request(file), Bounds(for_s=30.0), Nobody()) as recording:
        return recording.trace()


def test_a_controlled_run_has_a_row_for_each_step_of_a_task(tmp_path: Path) -> None:
    """Main begins and puts (1, 2) in one row; what follows is decided by the join: main waits,
    the thread begins and gets in one row and ends in the same one, main joins, ends and exits."""
    laid = lanes(pyqdemo.run(written(tmp_path, HAND_OVER), seed=0))
    assert columns(laid) == ["0", "queue", "0.1"]
    assert told(laid) == [
        "begins, puts 'x'",
        "starts Thread-1",
        "begins, gets 'x', ends",
        "joins Thread-1, ends",
    ]
    assert [row.marks for row in laid.rows] == [
        (STEPS, NONE, NONE),
        (STEPS, NONE, GO),
        (BLOCKED, NONE, ENDS),
        (ENDS, NONE, NONE),
    ]
    assert [row.lying[1] for row in laid.rows] == [("'x'",), ("'x'",), (), ()]
    assert [row.moves for row in laid.rows] == [(Move("'x'", 0, 1),), (), (Move("'x'", 1, 2),), ()]
    assert laid.rows[0].source == 'box.put("x")'
    assert [row.last for row in laid.rows[:-1]] == [row.first - 1 for row in laid.rows[1:]]


def test_a_native_run_has_the_same_columns_moves_and_words(tmp_path: Path) -> None:
    """What is natively seen of the same program; nobody knows its steps."""
    file = written(tmp_path, HAND_OVER)
    controlled, seen = lanes(pyqdemo.run(file, seed=0)), lanes(native(file))
    assert columns(seen) == columns(controlled)
    moves = [move for row in seen.rows for move in row.moves]
    assert moves == [move for row in controlled.rows for move in row.moves]
    assert {row.first for row in seen.rows} == {None}
    words = ", ".join(told(seen))
    assert all(part in words for part in ("puts 'x'", "starts Thread-1", "gets 'x'", "joins"))


def test_an_item_of_a_process_queue_goes_through_buffer_feeder_and_pipe() -> None:
    """0.1 puts into the buffer (column 1), its feeder 0~1 (2) brings it into the pipe (3)
    in one row, and 0.2 gets it from there. The feeder could go from the put on."""
    from pyqdemo.trace import TaskKind

    story = Story("Maker", "Taker", kind="mp_queue", controlled=True)
    story.task("0~1", TaskKind.FEEDER, "QueueFeederThread", parent="0", daemon=True)
    step = iter(range(1, 20))
    story.done("0", "start", "0.1", step=next(step)).done("0", "start", "0.2", step=next(step))
    story.put("0.1", "7", step=next(step))
    story.done("0~1", "feed", QUEUE, item="0.1#1", step=next(step))
    story.done("0~1", "deliver", QUEUE, item="0.1#1", value="7", step=next(step))
    story.done("0.2", "get", QUEUE, item="0.1#1", value="7", step=next(step))
    laid = lanes(story.trace())
    assert columns(laid) == ["0", "0.1", "buffer", "0~1", "pipe", "0.2"]
    assert [row.lying[2] for row in laid.rows] == [(), (), ("7",), (), ()]
    assert [row.lying[4] for row in laid.rows] == [(), (), (), ("7",), ()]
    assert [row.moves for row in laid.rows[2:]] == [
        (Move("7", 1, 2),),
        (Move("7", 2, 4),),
        (Move("7", 4, 5),),
    ]
    assert [row.marks[3] for row in laid.rows] == [NONE, NONE, GO, STEPS, GO]
    assert (laid.rows[3].first, laid.rows[3].last) == (4, 5)
    assert isinstance(laid.columns[2], Store) and laid.columns[2].part is Part.BUFFER


def test_a_sleep_is_told_when_it_begins_and_when_it_ends() -> None:
    story = Story("A", controlled=True, queue=None)
    story.done("0", "start", "0.1", step=1).done("0.1", "begin", step=2)
    story.blocked("0.1", "sleep", timeout_s=2.0, step=2)
    story.done("0", "time", step=3).done("0.1", "sleep", step=4)
    laid = lanes(story.trace())
    assert told(laid) == ["starts T1", "begins, sleeps 2 s", "reads the clock", "wakes"]
    assert laid.rows[2].marks == (STEPS, SLEEPING)


def test_a_wait_that_never_ends_is_told_behind_the_step_in_which_it_began() -> None:
    """0.1 waits at the lock that main holds, and the run is a deadlock."""
    story = Story("A", controlled=True, queue=None).resource("0/lock/1", "lock", "gate")
    story.done("0", "start", "0.1", step=1).done("0", "acquire", "0/lock/1", step=2)
    story.done("0.1", "begin", step=3).blocked("0.1", "acquire", "0/lock/1", step=3)
    stuck = Outcome(OutcomeKind.DEADLOCK, waits=(Wait("0.1", "acquire", "0/lock/1", ("0",)),))
    laid = lanes(story.trace(stuck))
    assert told(laid)[-2:] == ["begins", "waits for gate, held by MainThread"]
    assert [row.blocked for row in laid.rows] == [False, False, False, True]
    bounded = lanes(story.trace(Outcome(OutcomeKind.STEP_BOUND)))
    assert told(bounded) == told(laid)[:-1]


def test_an_exception_is_told_once_and_marked() -> None:
    story = Story("A", controlled=True)
    story.done("0", "start", "0.1", step=1)
    story.done("0.1", "get", QUEUE, result="raised Empty", location="p.py:3", step=2)
    story.done("0.1", "write", "0/stream/stderr", value="Traceback", step=3)
    story.done("0.1", "end", result="raised Empty", step=4)
    laid = lanes(story.trace())
    assert told(laid) == ["starts T1", "get() raises Empty"]
    assert laid.rows[-1].marks[-1] is FAILS
    assert (laid.rows[-1].first, laid.rows[-1].last) == (2, 4)


def test_a_row_begins_where_it_was_asked_for() -> None:
    story = Story("A", controlled=True)
    story.done("0.1", "begin", step=1).done("0.1", "empty", QUEUE, result="True", step=2)
    assert told(lanes(story.trace())) == ["begins, empty() says True"]
    assert told(lanes(story.trace(), breaks={2})) == ["begins", "empty() says True"]


def test_every_word_is_told_in_both_languages(tmp_path: Path) -> None:
    laid = lanes(pyqdemo.run(written(tmp_path, HAND_OVER), seed=0))
    assert [row.told.zh for row in laid.rows] == [
        "开始，放入 'x'",
        "启动 Thread-1",
        "开始，取出 'x'，自己结束",
        "等到 Thread-1 结束，自己结束",
    ]
