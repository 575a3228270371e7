"""Files that are no sound trace: one error each, naming the line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from sample_traces import DONE, HEADER, MAIN, event, stories

from pyqdemo.codec import encode_record, read_records, read_trace, write_trace
from pyqdemo.codec.limits import FILE_BYTES, LINE_BYTES
from pyqdemo.errors import TraceError, UnusableFile
from pyqdemo.languages import Text
from pyqdemo.trace import Header, Outcome, Record, Resource

HEAD = encode_record(HEADER)
TASK = encode_record(MAIN)
FIRST = encode_record(event(1))
END = encode_record(DONE)


def refused(tmp_path: Path, *lines: str | bytes) -> TraceError:
    """The error of a file of these lines."""
    file = tmp_path / "bad.jsonl"
    raw = [line if isinstance(line, bytes) else line.encode() for line in lines]
    file.write_bytes(b"".join(line + b"\n" for line in raw))
    with pytest.raises(TraceError) as caught:
        list(read_records(file))
    assert caught.value.facts["file"] == str(file)
    return caught.value


def table(record: Header | Record | Outcome, **changes: object) -> str:
    """The record's line with some fields changed; None takes a field out."""
    whole = json.loads(encode_record(record))
    inner = whole if isinstance(record, Header) else next(iter(whole.values()))
    inner.update(changes)
    for name in [name for name, value in inner.items() if value is None]:
        del inner[name]
    return json.dumps(whole)


#: What is wrong → the third line of a file, what was expected there, what was seen.
THIRD_LINES: dict[str, tuple[str, str, str]] = {
    "no JSON": ("{'event': 1}", "a line of JSON in UTF-8", "Expecting property name"),
    "an empty line": ("", "a line of JSON in UTF-8", "Expecting value"),
    "two values": (FIRST + FIRST, "a line of JSON in UTF-8", "Extra data"),
    "cut in the middle": (FIRST[:40], "a line of JSON in UTF-8", "Unterminated"),
    "NaN": (table(event(1)).replace('"real_ns": 1', '"real_ns": NaN'), "a line of JSON", "NaN"),
    "Infinity": ('{"event": {"timeout_s": Infinity}}', "a line of JSON", "Infinity"),
    "minus Infinity": ('{"event": {"timeout_s": -Infinity}}', "a line of JSON", "-Infinity"),
    "an endless number": ('{"event": ' + "9" * 5000 + "}", "a line of JSON", "4300"),
    "a list": ("[]", "one of the tables", "[]"),
    "a bare number": ("7", "one of the tables", "7"),
    "an unknown table": ('{"choice": {}}', "one of the tables", "'choice'"),
    "two tables": ('{"task": {}, "event": {}}', "one of the tables", "{"),
    "a second header": (HEAD, "one of the tables", "{"),
    "a table that is none": ('{"event": 3}', "event: a table", "3"),
    "an unknown field": (table(event(1), colour="red"), "event: seq, task, phase", "'colour'"),
    "a missing field": (table(event(1), operation=None), "event.operation: a text", "nothing"),
    "a null": ('{"event": {"seq": null}}', "event.seq: a whole number", "None"),
    "an unknown phase": (table(event(1), phase="soon"), "event.phase: blocked, done", "'soon'"),
    "a phase that is no text": (table(event(1), phase=1), "event.phase: blocked, done", "1"),
    "a time below 0": (table(event(1), real_ns=-1), "event.real_ns: nanoseconds", "-1"),
    "a time too late": (table(event(1), real_ns=2**63), "event.real_ns: nanoseconds", "9223"),
    "a time in parts": (table(event(1), real_ns=0.5), "event.real_ns: nanoseconds", "0.5"),
    "a time that is a truth": (table(event(1), real_ns=True), "event.real_ns: nano", "True"),
    "a value that is no text": (table(event(1), value=7), "event.value: a text", "7"),
    "a depth below 0": (table(event(1), depth=-2), "event.depth: a whole number", "-2"),
    "a step before the first": (table(event(1), step=0), "event.step: a whole", "0"),
    "a step that is no number": (table(event(1), step="1"), "event.step: a whole", "'1'"),
    "a bound that is no number": (table(event(1), timeout_s="1"), "event.timeout_s", "'1'"),
    "no time": (table(event(1), real_ns=None), "event: real_ns and no virtual_ns", "neither"),
    "both times": (table(event(1), virtual_ns=1), "event: real_ns and no", "real_ns, virtual"),
    "the other clock": (
        table(event(1), real_ns=None, virtual_ns=1),
        "event: real_ns and no virtual_ns",
        "virtual_ns",
    ),
    "a number left out": (table(event(2)), "event.seq: 1", "2"),
    "a number below 1": (table(event(1), seq=0), "event.seq: a whole number, 1 or more", "0"),
    "an unknown task": (table(event(1), task="0.1"), "event.task: a task told of", "'0.1'"),
    "an unknown resource": (table(event(1), resource="0/x/1"), "event.resource", "'0/x/1'"),
    "a task told twice": (TASK, "task.id: one that is new", "'0'"),
    "an unknown kind of task": (table(MAIN, kind="actor"), "task.kind: main, thread", "'actor'"),
    "a capacity below 0": (
        table(Resource("0/queue/1", "queue", "q", capacity=1), capacity=-1),
        "resource.capacity: a whole number",
        "-1",
    ),
    "an unknown outcome": (table(DONE, kind="fine"), "outcome.kind: completed", "'fine'"),
    "a wait that is none": (table(DONE, waits=[7]), "wait: a table", "7"),
    "a holder that is no text": (
        table(DONE, waits=[{"task": "0", "operation": "get", "holders": [1]}]),
        "wait.holders: a list of texts",
        "[1]",
    ),
    "a loss without a reason": (table(DONE, losses=[{}]), "loss.reason: a text", "nothing"),
}


@pytest.mark.parametrize("case", THIRD_LINES)
def test_a_line_that_is_wrong_is_named_with_what_was_expected_and_seen(
    case: str, tmp_path: Path
) -> None:
    line, expected, seen = THIRD_LINES[case]
    error = refused(tmp_path, HEAD, TASK, line, END)
    assert (error.happened, error.facts["line"]) == ("trace_damaged", 3)
    told = error.facts["expected"]
    assert isinstance(told, Text) and expected in told.en
    shown = error.facts["seen"]
    assert seen in (shown.en if isinstance(shown, Text) else str(shown))


@pytest.mark.parametrize("opening", ["[", '{"event": '])
def test_tables_nested_without_end_are_one_error(opening: str, tmp_path: Path) -> None:
    """100,000 deep: more than Python's parser goes."""
    error = refused(tmp_path, HEAD, TASK, opening * 100_000, END)
    assert (error.happened, error.facts["line"]) == ("trace_damaged", 3)


def test_tables_nested_less_deep_are_one_error_too(tmp_path: Path) -> None:
    """500 deep: the parser goes there, and what shows it must come back."""
    error = refused(tmp_path, HEAD, TASK, '{"event": ' + "[" * 500 + "]" * 500 + "}", END)
    assert error.happened == "trace_damaged"


def test_parameters_nested_too_deep_are_refused(tmp_path: Path) -> None:
    deep: dict[str, object] = {}
    for _ in range(30):
        deep = {"a": deep}
    error = refused(tmp_path, table(HEADER, parameters=deep))
    assert (error.happened, error.facts["line"]) == ("trace_damaged", 1)


def test_nothing_may_follow_the_outcome(tmp_path: Path) -> None:
    error = refused(tmp_path, HEAD, TASK, END, FIRST)
    assert (error.happened, error.facts["line"]) == ("trace_damaged", 4)


def test_bytes_that_are_no_utf_8_are_named_by_their_line(tmp_path: Path) -> None:
    error = refused(tmp_path, HEAD, TASK, b'{"event": "\xff"}', END)
    assert (error.happened, error.facts["line"]) == ("trace_damaged", 3)


def test_a_line_of_more_than_a_mebibyte_is_refused_unread(tmp_path: Path) -> None:
    error = refused(tmp_path, HEAD, TASK, '{"event": "' + "x" * LINE_BYTES + '"}')
    assert (error.happened, error.facts["line"]) == ("trace_line_too_long", 3)
    assert error.facts["most"] == LINE_BYTES


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"import queue",
        b"\x7fELF\x02\x01\x01\x00",
        b"\x1f\x8b\x08\x00",
        b"\x00" * 4096,
        b"x" * (LINE_BYTES + 10),
        b"[1, 2]",
        b'{"name": "other"}',
        b'{"format": "other/1"}',
        b'{"format": "pyqdemo.trace/one"}',
        b'{"format": 1}',
        b'\xef\xbb\xbf{"format": "pyqdemo.trace/1"}',
    ],
    ids=lambda first: repr(first[:24]),
)
def test_a_file_that_is_no_trace_is_foreign(first: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path, first, TASK).happened == "trace_foreign"


def test_an_empty_file_is_foreign(tmp_path: Path) -> None:
    assert refused(tmp_path).happened == "trace_foreign"


@pytest.mark.parametrize("version", ["pyqdemo.trace/2", "pyqdemo.trace/10", "pyqdemo.trace/0"])
def test_a_trace_of_another_version_says_which(version: str, tmp_path: Path) -> None:
    error = refused(tmp_path, json.dumps({"format": version, "colour": "red"}))
    assert error.happened == "trace_newer"
    assert (error.facts["seen"], error.facts["expected"]) == (version, "pyqdemo.trace/1")


@pytest.mark.parametrize(
    "changes",
    [
        {"control": "manual"},
        {"program": None},
        {"program": [{"name": "p.py"}]},
        {"speed": 0},
        {"speed": -1.5},
        {"arguments": "x"},
        {"arguments": [1]},
        {"parameters": []},
        {"seed": 1.5},
        {"strategy": 3},
        {"bounds": 3},
        {"bounds": {"for_s": "1"}},
        {"bounds": {"for_s": 0}},
        {"bounds": {"max_steps": 0}},
        {"bounds": {"stop_after": 1.5}},
        {"bounds": {"colour": 1}},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_header_that_is_wrong_is_named_as_line_1(
    changes: dict[str, object], tmp_path: Path
) -> None:
    error = refused(tmp_path, table(HEADER, **changes), TASK)
    assert (error.happened, error.facts["line"]) == ("trace_damaged", 1)


def test_a_header_that_is_cut_is_damaged(tmp_path: Path) -> None:
    """There is nothing to read before it."""
    file = tmp_path / "cut.jsonl"
    file.write_text(HEAD[:-5])
    with pytest.raises(TraceError) as caught:
        read_trace(file)
    assert (caught.value.happened, caught.value.facts["line"]) == ("trace_damaged", 1)


def test_a_file_without_an_outcome_is_a_readable_prefix(tmp_path: Path) -> None:
    file = tmp_path / "prefix.jsonl"
    write_trace(file, HEADER, stories(2), None)
    trace = read_trace(file)
    assert (len(trace.events), trace.outcome, trace.losses) == (2, None, ())


def test_a_cut_last_line_is_told_as_a_loss(tmp_path: Path) -> None:
    file = tmp_path / "cut.jsonl"
    file.write_text("\n".join([HEAD, TASK, FIRST, END[:-3]]))
    trace = read_trace(file)
    assert (len(trace.events), trace.outcome) == (1, None)
    assert [loss.reason for loss in trace.losses] == [
        "the file breaks off inside line 4, which is left out"
    ]


def test_a_last_line_that_lacks_only_its_newline_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text("\n".join([HEAD, TASK, FIRST, END]))
    trace = read_trace(file)
    assert (trace.outcome, trace.losses) == (DONE, ())


def test_a_file_of_more_than_2_gib_is_read_only_when_asked(tmp_path: Path) -> None:
    """A hole in place of the bytes; asked for, it is read as far as its first wrong line."""
    file = tmp_path / "big.jsonl"
    write_trace(file, HEADER, stories(1), None)
    os.truncate(file, FILE_BYTES + 1)
    with pytest.raises(TraceError) as caught:
        list(read_records(file))
    assert caught.value.happened == "trace_too_big"
    assert (caught.value.facts["seen"], caught.value.facts["most"]) == (FILE_BYTES + 1, FILE_BYTES)
    with pytest.raises(TraceError) as caught:
        list(read_records(file, any_size=True))
    assert caught.value.happened == "trace_line_too_long"


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_opened_says_why(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableFile) as caught:
        read_trace(tmp_path / name)
    assert caught.value.happened == "cannot_read"
    assert caught.value.facts["reason"]


def test_a_file_is_data_and_runs_nothing(tmp_path: Path) -> None:
    """Text that would be code elsewhere comes back as text."""
    text = "__import__('os').abort()"
    file = tmp_path / "run.jsonl"
    write_trace(file, HEADER, [MAIN, event(1, operation=text, value=text)], DONE)
    assert read_trace(file).events[0].operation == text
