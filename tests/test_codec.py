"""Traces to files and back. What is said of files that are no good: test_bad_traces.py."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from sample_traces import DONE, HEADER, MAIN, event, events, stories, traces

from pyqdemo.codec import encode_record, ensure_writable, read_records, read_trace, write_trace
from pyqdemo.codec.limits import LINE_BYTES
from pyqdemo.errors import UnusableFile
from pyqdemo.trace import (
    Event,
    Header,
    Loss,
    Outcome,
    OutcomeKind,
    ProgramFile,
    Record,
    Resource,
    Trace,
    Wait,
)

FIXTURE = Path(__file__).parent / "fixtures" / "trace-1.jsonl"
# ---------------------------------------------------------------- round trips


def records_of(trace: Trace) -> list[Record]:
    return [*trace.tasks, *trace.resources, *trace.events]


@settings(max_examples=150, deadline=None)
@given(trace=traces())
def test_what_was_written_is_read_back_equal(
    trace: Trace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("trace") / "run.jsonl"
    write_trace(file, trace.header, records_of(trace), trace.outcome)
    assert read_trace(file) == trace


@settings(max_examples=150, deadline=None)
@given(record=events)
def test_an_event_s_line_is_what_the_json_module_would_write(record: Event) -> None:
    """The line is made by hand, for speed; Python's own encoder is the judge."""
    table: dict[str, object] = {
        name: getattr(record, name)
        for name in Event.__dataclass_fields__
        if getattr(record, name) is not None and (name != "cut" or record.cut)
    }
    assert json.loads(encode_record(record)) == json.loads(json.dumps({"event": table}))


def test_a_line_holds_no_newline_and_no_lone_surrogate() -> None:
    """Chinese stays readable; what no file can hold is escaped."""
    line = encode_record(event(1, operation="write", value="厨师\n\ud800"))
    assert "厨师\\n\\ud800" in line
    assert line.encode().count(b"\n") == 0


@pytest.mark.parametrize("bound", [float("inf"), float("-inf"), float("nan")])
def test_a_bound_that_is_no_number_in_json_is_left_out(bound: float) -> None:
    """q.get(timeout=float("inf")) raises OverflowError; its event must not spoil the file."""
    assert "timeout_s" not in encode_record(event(1, timeout_s=bound))


def test_the_fixture_is_read_and_written_to_the_letter(tmp_path: Path) -> None:
    """46 lines: the header, 5 tasks, 3 resources, 36 events, the outcome."""
    first, *records, last = read_records(FIXTURE)
    assert isinstance(first, Header) and isinstance(last, Outcome)
    kinds = [type(record).__name__ for record in records]
    counts = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    assert counts == {"Event": 36, "Resource": 3, "Task": 5}
    write_trace(tmp_path / "again.jsonl", first, records, last)  # type: ignore[arg-type]
    assert (tmp_path / "again.jsonl").read_bytes() == FIXTURE.read_bytes()


# ---------------------------------------------------------------- long texts


def test_a_value_too_long_for_a_line_is_cut_and_says_by_how_much(tmp_path: Path) -> None:
    """2,000,000 letters: a quarter of a MiB of line is allowed at least, 200,000 are kept."""
    long = event(1, operation="write", value="x" * 2_000_000, cut=5)
    write_trace(tmp_path / "run.jsonl", HEADER, [MAIN, long], DONE)
    (read,) = read_trace(tmp_path / "run.jsonl").events
    assert read.value == "x" * 200_000
    assert read.cut == 1_800_005


def test_a_value_that_fits_a_line_is_not_cut() -> None:
    """300,000 Chinese characters are 900,000 bytes: less than 1 MiB."""
    assert len(encode_record(event(1, value="饭" * 300_000))) > 300_000


@pytest.mark.parametrize(
    "record",
    [
        event(1, value="\ud800" * 400_000, result="\x00" * 400_000),
        replace(MAIN, name="n" * 2_000_000),
        Resource("0/queue/1", "queue", "饭" * 2_000_000),
        replace(HEADER, program=(ProgramFile("p.py", "sha256:0", "# \n" * 1_000_000),)),
        replace(HEADER, arguments=("x" * 100_000,) * 20),
        Outcome(OutcomeKind.STUCK, waits=(Wait("0", "get", "0/queue/1"),) * 30_000),
        Outcome(OutcomeKind.STUCK, losses=(Loss("the disk was full"),) * 30_000),
    ],
    ids=["event", "task", "resource", "program", "arguments", "waits", "losses"],
)
def test_no_line_is_ever_too_long_to_be_read(record: Header | Record | Outcome) -> None:
    assert len(encode_record(record).encode()) < LINE_BYTES


def test_waits_that_are_left_out_are_told_as_a_loss() -> None:
    outcome = Outcome(OutcomeKind.STUCK, waits=(Wait("0", "get"),) * 2_001)
    table = json.loads(encode_record(outcome))["outcome"]
    assert len(table["waits"]) == 2_000
    assert table["losses"][0]["reason"].startswith("1 rows ")


# ---------------------------------------------------------------- writing


class Broken(Exception):
    """Something that goes wrong half-way."""


def breaking(count: int) -> Iterator[Record]:
    yield from stories(count)
    raise Broken


def test_an_existing_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    """The writer breaks off after a thousand events; the old file is as it was, alone."""
    file = tmp_path / "run.jsonl"
    file.write_text("old")
    with pytest.raises(Broken):
        write_trace(file, HEADER, breaking(1000), DONE)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_existing_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.touch(0o640)
    file.chmod(0o640)
    write_trace(file, HEADER, stories(1), DONE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "link.jsonl"
    link.symlink_to(tmp_path / "real.jsonl")
    write_trace(link, HEADER, stories(1), DONE)
    assert link.is_symlink()
    assert len(read_trace(tmp_path / "real.jsonl").events) == 1


def test_what_is_no_regular_file_is_written_straight_on() -> None:
    """A FIFO by another name: the end of a pipe. 3 events make 6 lines."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as back:
        write_trace(f"/dev/fd/{writer}", HEADER, stories(3), DONE)
        os.close(writer)
        assert len(back.read().splitlines()) == 6


def test_an_open_file_is_written_and_stays_open() -> None:
    target = io.BytesIO()
    write_trace(target, HEADER, stories(3), DONE)
    assert len(target.getvalue().splitlines()) == 6


def test_a_file_is_a_readable_prefix_at_every_byte(tmp_path: Path) -> None:
    """Cut anywhere behind its first line, it gives the events whose lines are whole."""
    target = io.BytesIO()
    write_trace(target, HEADER, stories(3), DONE)
    whole = target.getvalue()
    file = tmp_path / "cut.jsonl"
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole)):
        file.write_bytes(whole[:end])
        trace = read_trace(file)
        lines = whole[:end].count(b"\n")
        at_a_line_s_end = whole[end : end + 1] == b"\n"
        assert len(trace.events) == max(0, min(3, lines - 2 + at_a_line_s_end))
        assert (trace.losses == ()) == (at_a_line_s_end or whole[:end].endswith(b"\n"))


def unwritable(tmp_path: Path) -> dict[str, Path]:
    plain = tmp_path / "plain"
    plain.touch()
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    return {
        "a folder": tmp_path,
        "no such folder": tmp_path / "missing" / "run.jsonl",
        "inside a file": plain / "run.jsonl",
        "a name too long": tmp_path / ("x" * 300),
        "a link to itself": circle,
    }


@pytest.mark.parametrize(
    "case", ["a folder", "no such folder", "inside a file", "a name too long", "a link to itself"]
)
def test_a_path_that_cannot_be_written_is_one_error_with_a_reason(
    case: str, tmp_path: Path
) -> None:
    file = unwritable(tmp_path)[case]
    for write in (
        lambda: ensure_writable(file),
        lambda: write_trace(file, HEADER, stories(1), DONE),
    ):
        with pytest.raises(UnusableFile) as caught:
            write()
        assert caught.value.happened == "cannot_write"
        assert caught.value.facts["file"] == str(file)
        assert caught.value.facts["reason"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_write_protected_file_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text("old")
    file.chmod(0o444)
    for write in (
        lambda: ensure_writable(file),
        lambda: write_trace(file, HEADER, stories(1), DONE),
    ):
        with pytest.raises(UnusableFile):
            write()
    assert file.read_text() == "old"


@pytest.mark.parametrize("old", [None, b"old"])
def test_asking_whether_a_path_can_be_written_changes_nothing(
    old: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "run.jsonl"
    if old is not None:
        file.write_bytes(old)
    before = list(tmp_path.iterdir())
    ensure_writable(file)
    assert list(tmp_path.iterdir()) == before
    assert old is None or file.read_bytes() == old


def test_a_reader_that_closed_its_pipe_is_told_as_such() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with pytest.raises(BrokenPipeError):
            write_trace(f"/dev/fd/{writer}", HEADER, stories(1), DONE)
    finally:
        os.close(writer)
