"""A lane gives back what was written, up to any point at which its writer was killed."""

from __future__ import annotations

import itertools
import os
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyqdemo.trace import Event
from pyqdemo.worlds.native import lane as lanes
from pyqdemo.worlds.native.lane import (
    HEAD_SIZE,
    NO_DEPTH,
    NO_TIMEOUT,
    OPERATIONS,
    Lane,
    LaneReader,
    Noted,
    Operation,
    Stated,
    lane_file,
    window_size,
)
from pyqdemo.worlds.native.merging import Follower, Merge
from pyqdemo.worlds.native.ordering import Order
from pyqdemo.worlds.native.recorder import Recorder

numbers = itertools.count(1)
U64, U32 = st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[Lane]:
    lane = Lane(str(tmp_path), 1, "0")
    yield lane
    lane.close()


def read(folder: Path, number: int = 1) -> list[Noted | Stated]:
    reader = LaneReader(lane_file(str(folder), number))
    try:
        return list(reader.read())
    finally:
        reader.close()


EVENTS = st.builds(
    Noted,
    lane=st.just(1),
    stamp=U64,
    operation=st.integers(0, len(OPERATIONS) - 1),
    blocked=st.booleans(),
    location=U32,
    resource=U64,
    item=U64,
    began=U64,
    depth=st.integers(NO_DEPTH, 2**31 - 1),
    timeout=st.sampled_from([NO_TIMEOUT, 0.0, 1e-9, 3.5, 1e300]),
    cut=U32,
    value=st.text(max_size=400).map(str.encode),
    result=st.binary(max_size=2000),
)


def write(lane: Lane, each: Noted) -> None:
    lane.event(
        each.operation,
        each.resource,
        each.stamp,
        each.location,
        each.item,
        each.began,
        each.depth,
        blocked=each.blocked,
        timeout=None if each.timeout == NO_TIMEOUT else each.timeout,
        value=each.value,
        result=each.result,
        cut=each.cut,
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(EVENTS, max_size=300))
def test_what_is_written_is_read_back_over_any_number_of_windows(
    tmp_path: Path, events: list[Noted]
) -> None:
    folder = tmp_path / str(next(numbers))
    folder.mkdir()
    lane = Lane(str(folder), 1, "0")
    for each in events:
        write(lane, each)
    lane.close()
    assert read(folder) == events


def test_a_whole_number_and_a_wait_are_read_back(lane: Lane, tmp_path: Path) -> None:
    lane.moved(Operation.PUT, 7, 3, 5, 100, 200, 4, -(2**63))
    lane.waits(Operation.GET, 7, 3, 400, 2.5)
    plain = {"lane": 1, "resource": 7, "cut": 0, "result": b""}
    assert read(tmp_path) == [
        Noted(
            operation=Operation.PUT,
            blocked=False,
            location=3,
            item=5,
            began=100,
            stamp=200,
            depth=4,
            timeout=NO_TIMEOUT,
            value=b"%d" % -(2**63),
            **plain,
        ),
        Noted(
            operation=Operation.GET,
            blocked=True,
            location=3,
            item=0,
            began=400,
            stamp=400,
            depth=NO_DEPTH,
            timeout=2.5,
            value=b"",
            **plain,
        ),
    ]


def test_a_reader_follows_a_writer(lane: Lane, tmp_path: Path) -> None:
    reader = LaneReader(lane_file(str(tmp_path), 1))
    seen = []
    for number in range(5_000):
        lane.moved(Operation.PUT, 1, 1, number, 1, number, 0, number)
        if number % 700 == 0:
            seen += [each.stamp for each in reader.read()]
    seen += [each.stamp for each in reader.read()]
    reader.close()
    assert seen == list(range(5_000))


def test_a_reader_that_reads_in_part_comes_to_the_end_all_the_same(
    lane: Lane, tmp_path: Path
) -> None:
    """Each part is at most a window: 64 KiB hold 1,260 records, so 5,000 need four parts."""
    for number in range(5_000):
        lane.moved(Operation.PUT, 1, 1, number, 1, number, 0, number)
    reader = LaneReader(lane_file(str(tmp_path), 1))
    parts = [[each.stamp for each in reader.read(in_part=True)] for _ in range(4)]
    behind = reader.behind
    reader.close()
    assert [*itertools.chain(*parts)] == list(range(5_000))
    assert len(parts[0]) == (window_size(0) - 16) // HEAD_SIZE
    assert not behind


def test_a_truncated_file_gives_a_prefix_whatever_its_length(tmp_path: Path) -> None:
    """A window that is not there whole gives nothing: of two windows, none, one or both."""
    lane = Lane(str(tmp_path), 1, "0")
    for number in range(1_500):
        lane.moved(Operation.PUT, 1, 1, number, 1, number, 0, number)
    lane.close()
    path = Path(lane_file(str(tmp_path), 1))
    whole = path.stat().st_size
    first = (window_size(0) - 16) // HEAD_SIZE
    copy = tmp_path / "copy"
    copy.mkdir()
    counts = set()
    for length in [*range(20), *range(0, whole, 1_009), window_size(0), whole]:
        shutil.copyfile(path, lane_file(str(copy), 1))
        os.truncate(lane_file(str(copy), 1), length)
        got = read(copy)
        assert [each.stamp for each in got] == list(range(len(got)))
        counts.add(len(got))
    assert counts == {0, first, 1_500}


def states(lane: Lane, append: Callable[[], None], path: Path) -> Iterator[bytes]:
    """The file at each byte of one append: first what follows the head, then the head."""
    before, place = path.read_bytes(), lane.place
    append()
    after = path.read_bytes()
    body = [*range(place + HEAD_SIZE, lane.place), *range(place, place + HEAD_SIZE)]
    state = bytearray(before)
    for position in body:
        yield bytes(state)
        state[position] = after[position]


def test_a_kill_at_any_byte_of_a_record_leaves_the_records_before_it(tmp_path: Path) -> None:
    """The last byte of the head is written last: until then the record is not there."""
    lane = Lane(str(tmp_path), 1, "0")
    path = Path(lane_file(str(tmp_path), 1))
    copy = tmp_path / "copy"
    copy.mkdir()
    appends: list[Callable[[], None]] = [
        lambda: lane.fact(1, {"task": {"id": "0"}}),
        lambda: lane.moved(Operation.PUT, 1, 1, 2, 1, 2, 0, -1),
        lambda: lane.event(Operation.WRITE, 1, 3, value="é中".encode(), result=b"r"),
        lambda: lane.waits(Operation.GET, 1, 1, 4, None),
    ]
    for count, append in enumerate(appends):
        for state in states(lane, append, path):
            Path(lane_file(str(copy), 1)).write_bytes(state)
            assert [each.stamp for each in read(copy)] == list(range(1, count + 1))
    lane.close()


def test_a_handler_that_records_while_a_window_is_opened_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handler comes when the file has grown and the new window is not in use yet."""
    lane = Lane(str(tmp_path), 1, "0")
    real = os.posix_fallocate
    coming = ["signal"]

    def grow(*args: int) -> None:
        real(*args)
        if coming:
            coming.pop()
            lane.event(Operation.SET, 1, 999_999)

    monkeypatch.setattr(os, "posix_fallocate", grow)
    for number in range(3_000):
        lane.moved(Operation.PUT, 1, 1, number, 1, number, 0, number)
    lane.close()
    stamps = [each.stamp for each in read(tmp_path)]
    assert stamps.count(999_999) == 1
    assert [stamp for stamp in stamps if stamp != 999_999] == list(range(3_000))


def test_a_muted_lane_takes_facts_and_no_events(lane: Lane, tmp_path: Path) -> None:
    """Later events refer to a place that was first met while a repr ran."""
    muted = lane.mute()
    lane.event(Operation.PUT, 1, 1)
    lane.moved(Operation.PUT, 1, 1, 2, 1, 2, 0, 5)
    lane.fact(3, {"place": 1, "at": "x.py:1"})
    lane.unmute(muted)
    lane.event(Operation.PUT, 1, 4)
    assert [each.stamp for each in read(tmp_path)] == [3, 4]


def test_a_full_disk_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first window holds 1,260 records and the start; each of the others is lost."""
    lane = Lane(str(tmp_path), 1, "0")

    def no_room(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    room = (window_size(0) - 16) // HEAD_SIZE
    for number in range(room + 100):
        lane.moved(Operation.PUT, 1, 1, number, 1, number, 0, number)
    lane.close()
    assert len(read(tmp_path)) == room
    assert LaneReader(lane_file(str(tmp_path), 1)).lost() == 100


def test_a_long_value_is_cut_to_what_fits_and_says_so(lane: Lane, tmp_path: Path) -> None:
    lane.event(Operation.WRITE, 1, 1, value=("中" * 10_000).encode())
    (event,) = read(tmp_path)
    assert event.value.decode() + "中" * event.cut == "中" * 10_000
    assert len(event.value) <= lanes.TEXT_BYTES


def test_a_window_grows_from_64_kib_to_1_mib() -> None:
    assert [window_size(number) >> 10 for number in range(8)] == [64, 64, 128, 256, 512] + [
        1024
    ] * 3


def noted(lane: int, stamp: int, operation: int, item: int = 0) -> Noted:
    return Noted(
        lane, stamp, operation, False, 0, 1, item, stamp, NO_DEPTH, NO_TIMEOUT, 0, b"", b""
    )


def ordered(lanes: dict[int, list[Noted]], until: int | None = None) -> list[tuple[int, int]]:
    """Lane and stamp of each record in the order they come out."""
    order = Order({number: iter(records) for number, records in lanes.items()}, until)
    return [(each.lane, each.stamp) for each in order]


ITEM = 1 << 32
SENT, TOOK = Operation.SEND, Operation.RECV


def test_lanes_are_merged_by_their_stamps() -> None:
    lanes = {1: [noted(1, 1, SENT), noted(1, 4, SENT)], 2: [noted(2, 2, SENT), noted(2, 3, SENT)]}
    assert ordered(lanes) == [(1, 1), (2, 2), (2, 3), (1, 4)]


def test_who_takes_is_held_until_the_item_was_given_and_others_are_not() -> None:
    """Lane 2 received at 5 what lane 1 sent at 9; lane 3 goes on meanwhile."""
    lanes = {
        1: [noted(1, 9, SENT, ITEM | 1)],
        2: [noted(2, 5, TOOK, ITEM | 1), noted(2, 6, SENT)],
        3: [noted(3, 7, SENT)],
    }
    assert ordered(lanes) == [(3, 7), (1, 9), (2, 5), (2, 6)]


def test_who_takes_from_a_killed_giver_is_held_to_the_givers_last_record_only() -> None:
    """Lane 1 was killed before it could write what it had sent; lane 3 is not waited for."""
    lanes = {
        1: [noted(1, 4, SENT, ITEM | 1)],
        2: [noted(2, 3, TOOK, ITEM | 2)],
        3: [noted(3, 8, SENT)],
    }
    assert ordered(lanes) == [(1, 4), (2, 3), (3, 8)]


def test_who_takes_what_was_given_behind_the_end_is_left_out_with_all_that_follows() -> None:
    """Stopped at 5: lane 1 sent at 6, so what lane 2 did from the receive on comes after."""
    lanes = {
        1: [noted(1, 1, SENT, ITEM | 1), noted(1, 6, SENT, ITEM | 2)],
        2: [noted(2, 2, TOOK, ITEM | 1), noted(2, 4, TOOK, ITEM | 2), noted(2, 5, SENT)],
    }
    assert ordered(lanes, until=5) == [(1, 1), (2, 2)]


@pytest.mark.parametrize("reader", ["merge", "follower"])
def test_many_events_are_read_in_bounded_memory(
    tmp_path: Path, how_many: Callable[..., int], reader: str
) -> None:
    """Two lanes of half each; the peak of what is allocated does not grow with them.

    A follower that is behind gives a window of each lane at a time: 20,000 records of
    1 MiB each way at most.
    """
    half = how_many(60_000, soak=1_000_000) // 2
    for number in (1, 2):
        lane = Lane(str(tmp_path), number, f"0.{number}")
        task = {"id": f"0.{number}", "kind": "thread", "name": "t", "process": "0"}
        lane.fact(1, {"task": task, "pid": 1, "lane": number})
        for stamp in range(half):
            lane.moved(Operation.PUT, 1, 1, number << 32 | stamp, 1, stamp * 2 + number, 0, stamp)
        lane.close()
    follower = Follower(str(tmp_path), tmp_path, 0)
    count, peak = 0, 0
    tracemalloc.start()
    try:
        if reader == "follower":
            records = follower.poll(True)
            count += sum(isinstance(record, Event) for record in records)
            while follower.behind:
                records = follower.poll(True)
                count += sum(isinstance(record, Event) for record in records)
        else:
            follower.poll(False)
            merge = Merge(str(tmp_path), follower.tables, 0, None)
            count = sum(isinstance(record, Event) for record in merge)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        follower.close()
    assert count == 2 * half
    assert peak < (2 if reader == "merge" else 60) * 2**20


def test_a_library_below_the_programs_folder_is_not_the_program(tmp_path: Path) -> None:
    """A program may lie in a home folder, with a whole Python and its packages below it."""
    above = str(Path(os.__file__).parent.parent.parent) + os.sep
    recorder = Recorder(str(tmp_path), above, 1.0, "0")
    assert recorder.owns(above + "mine.py")
    assert recorder.owns(above + "mine/too.py")
    assert not recorder.owns(os.__file__)
    assert not recorder.owns(above + "venv/site-packages/theirs.py")


def test_a_disarmed_lane_writes_neither_events_nor_facts(lane: Lane, tmp_path: Path) -> None:
    """A forked child may still hold its parent's lane, whose file is not its own."""
    lane.event(Operation.PUT, 1, 10)
    lane.disarm()
    lane.event(Operation.GET, 1, 20)
    lane.moved(Operation.GET, 1, 0, 5, 20, 20, 0, 7)
    lane.waits(Operation.GET, 1, 0, 20, None)
    lane.fact(20, {"place": 1, "at": "program.py:1"})
    assert [each.stamp for each in read(tmp_path)] == [10]
