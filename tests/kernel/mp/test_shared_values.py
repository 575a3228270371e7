"""Value and Array as plain data: reads and writes that others come between, and locks."""

from __future__ import annotations

import struct
from collections import Counter

from several import Body, Code, done, drive, ended, every, process

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.mp.values import MemoryModel
from pyqdemo.kernel.tasks import Task
from pyqdemo.trace import OutcomeKind

ONE = [0, 1, 1]
VALUE, LOCK = "0/mp_value/1", "0/mp_rlock/1"


def number(data: bytes) -> int:
    (found,) = struct.unpack("i", data)
    return int(found)


def adding(lock: str | None, around: bool = False) -> Body:
    """``value += 1``: a read and a write, each under the lock, or both in a ``with``."""

    def body(execution: Execution, task: Task) -> Code:
        if around:
            yield ("mp.acquire", LOCK, True, None, True)
        data = yield ("mp.read", VALUE, lock, ONE)
        yield ("mp.write", VALUE, lock, ONE, struct.pack("i", number(data) + 1))
        if around:
            yield ("mp.release", LOCK)

    return body


def sums(body: Body) -> Counter[int]:
    """What two that add one each leave behind, and in how many schedules."""
    found: Counter[int] = Counter()

    def main(execution: Execution, task: Task) -> Code:
        execution.share(task, "mp_value", ("i", 4, "00000000"))
        execution.share(task, "mp_rlock", ())
        yield process(body)
        yield process(body)

    for run in every(main):
        assert run.failures == []
        memory = run.shared[VALUE]
        assert isinstance(memory, MemoryModel)
        found[number(bytes(memory.data))] += 1
    return found


def test_an_update_is_lost_where_the_other_comes_between_read_and_write() -> None:
    """Of the 6 orders of two reads and two writes 2 keep both together. That each access takes
    the lock, as ``Value.value`` does, changes nothing."""
    assert sums(adding(None)) == sums(adding(LOCK)) == {1: 4, 2: 2}


def test_no_update_is_lost_under_the_lock_around_both() -> None:
    """One schedule for each order of the two; the lock is taken again inside."""
    assert sums(adding(LOCK, around=True)) == {2: 2}


def test_an_access_waits_for_the_lock_and_says_for_whom() -> None:
    def holder(execution: Execution, task: Task) -> Code:
        yield ("mp.acquire", LOCK)

    def main(execution: Execution, task: Task) -> Code:
        execution.share(task, "mp_value", ("i", 4, "00000000"))
        execution.share(task, "mp_rlock", ())
        yield process(holder)
        yield ("process.join", "0.1")
        yield ("mp.read", VALUE, None, ONE)
        yield ("mp.read", VALUE, LOCK, ONE)

    run = drive(main)
    assert ended(run) == (OutcomeKind.DEADLOCK, [("0", "read", ("0.1",))])
    assert done(run)[-2:] == ["0 read -> 0", "0 read ..."]


def test_items_of_an_array_are_told_as_the_program_writes_them() -> None:
    array = "0/mp_array/1"

    def main(execution: Execution, task: Task) -> Code:
        execution.share(task, "mp_array", ("d", 8, struct.pack("4d", 1, 2, 3, 4).hex()))
        yield ("mp.write", array, None, [1, 2, 1], struct.pack("d", 0.5))
        yield ("mp.write", array, None, [2, 4, 1], struct.pack("2d", 7, 8))
        assert (yield ("mp.read", array, None, [3, -1, -2])) == struct.pack("2d", 8, 0.5)
        yield ("mp.read", array, None, [0, 4, 1])

    assert done(drive(main)) == [
        "0 write_value [1] = 0.5",
        "0 write_value [2:4] = [7.0, 8.0]",
        "0 read [3::-2] -> [8.0, 0.5]",
        "0 read [0:4] -> [1.0, 0.5, 7.0, 8.0]",
    ]


def test_characters_and_long_arrays_are_told_in_short() -> None:
    text = MemoryModel("mp_array", "c", 1, b"")
    assert text.shown(b"ab\0") == r"b'ab\x00'"
    assert text.shown(b"a" * 41) == f"b'{'a' * 40}'..."
    wide = MemoryModel("mp_array", "u", 4, b"")
    assert (
        wide.shown("吃".encode("utf-32-le" if struct.pack("=H", 1)[0] else "utf-32-be")) == "'吃'"
    )
    numbers = MemoryModel("mp_array", "b", 1, b"")
    assert numbers.shown(bytes(9)) == "[0, 0, 0, 0, 0, 0, 0, 0, ...]"
