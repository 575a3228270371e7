"""The format as published: schema, documentation, reader and data types say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from sample_traces import traces

from pyqdemo.codec import encode_record, read_records
from pyqdemo.errors import TraceError
from pyqdemo.trace import (
    FORMAT,
    Control,
    Event,
    Header,
    Loss,
    Outcome,
    OutcomeKind,
    Phase,
    Processes,
    ProgramFile,
    Resource,
    Task,
    TaskKind,
    Trace,
    Wait,
)
from pyqdemo.worlds.native.lane import OPERATIONS

HERE = Path(__file__).parent
FIXTURE = HERE / "fixtures" / "trace-1.jsonl"
DOCUMENT = (HERE.parent / "docs" / "trace-format.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads(
    files("pyqdemo").joinpath("trace.schema.json").read_text(encoding="utf-8")
)
SOUND = Draft202012Validator(SCHEMA)

TABLES: dict[str, type] = {
    "header": Header,
    "program_file": ProgramFile,
    "task": Task,
    "resource": Resource,
    "event": Event,
    "outcome": Outcome,
    "wait": Wait,
    "loss": Loss,
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_line_of_the_fixture_is_sound() -> None:
    for line in FIXTURE.read_bytes().splitlines():
        SOUND.validate(json.loads(line))


@settings(max_examples=100, deadline=None)
@given(trace=traces())
def test_every_line_that_is_written_is_sound(trace: Trace) -> None:
    for record in (trace.header, *trace.tasks, *trace.resources, *trace.events, trace.outcome):
        if record is not None:
            SOUND.validate(json.loads(encode_record(record)))


@pytest.mark.parametrize(
    ("times", "sound"),
    [
        ({"real_ns": 1}, True),
        ({"virtual_ns": 1}, True),
        ({}, False),
        ({"real_ns": 1, "virtual_ns": 1}, False),
    ],
    ids=str,
)
def test_an_event_has_exactly_one_time(times: dict[str, int], sound: bool) -> None:
    line = {"event": {"seq": 1, "task": "0", "phase": "done", "operation": "begin", **times}}
    assert SOUND.is_valid(line) is sound


@pytest.mark.parametrize("name", TABLES)
def test_the_schema_knows_the_fields_of_the_data_types(name: str) -> None:
    own = {field.name for field in fields(TABLES[name])}
    if name == "header":
        own.add("format")
    assert SCHEMA["$defs"][name]["properties"].keys() == own


@pytest.mark.parametrize(
    ("table", "field", "values"),
    [
        ("header", "control", Control),
        ("header", "processes", Processes),
        ("task", "kind", TaskKind),
        ("event", "phase", Phase),
        ("outcome", "kind", OutcomeKind),
    ],
)
def test_the_schema_knows_the_values_of_the_data_types(
    table: str, field: str, values: type[Phase]
) -> None:
    known = SCHEMA["$defs"][table]["properties"][field]["enum"]
    assert known == [str(value) for value in values]


def test_the_schema_is_of_this_version() -> None:
    assert SCHEMA["$defs"]["header"]["properties"]["format"]["const"] == FORMAT


# ---------------------------------------------------------------- reader and schema agree

HEAD = {
    "format": FORMAT,
    "program": [{"name": "p.py", "digest": "sha256:0", "text": ""}],
    "control": "native",
    "processes": "none",
    "clock": "monotonic",
    "parameters": {"n": 1},
    "arguments": ["x"],
    "prints": "parted",
    "draws": "chosen",
    "speed": 1.0,
    "seed": 1,
    "strategy": "pct 3",
    "bounds": {"for_s": 0.5, "max_steps": 1, "stop_after": 1},
}
MAIN = {"task": {"id": "0", "kind": "main", "name": "MainThread", "process": "0"}}
FULL = {
    "task": {"id": "0.1", "kind": "thread", "name": "T", "process": "0"}
    | {"role": "Cook", "parent": "0", "daemon": False, "pid": 1},
    "resource": {"id": "0/queue/1", "kind": "queue", "name": "q"}
    | {"capacity": 1, "of": "x", "location": "p.py:1"},
    "event": {"seq": 1, "task": "0", "phase": "done", "operation": "put", "real_ns": 1}
    | {"resource": "0", "item": "0#1", "value": "1", "result": "x", "location": "p.py:1"}
    | {"began_ns": 1, "depth": 1, "timeout_s": 1.0, "cut": 1, "option": 1, "step": 1},
    "outcome": {"kind": "stuck", "detail": "x", "exit_code": 0, "ended_ns": 1}
    | {"waits": [{"task": "0", "operation": "get"}], "losses": [{"reason": "x"}]},
}
# No text is among them: whether an id is known is between lines, and not the schema's matter.
STRANGE: tuple[object, ...] = (None, True, -1, 2**63, 0.5, [], {}, [1], [[]], [{}])


def changed(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The table with each field in turn taken out or of another value, and with one more."""
    yield table
    yield {**table, "colour": "red"}
    for name in table:
        yield {other: value for other, value in table.items() if other != name}
        for value in STRANGE:
            yield {**table, name: value}


def accepted(file: Path, *lines: object) -> bool:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    try:
        list(read_records(file))
    except TraceError:
        return False
    return True


@pytest.mark.parametrize("tag", FULL)
def test_the_reader_takes_exactly_the_lines_that_the_schema_allows(
    tag: str, tmp_path: Path
) -> None:
    """In a place where nothing else speaks against the line."""
    for table in changed(FULL[tag]):
        line = {tag: table}
        assert accepted(tmp_path / "a", HEAD, MAIN, line) is SOUND.is_valid(line), line


def test_the_reader_takes_exactly_the_headers_that_the_schema_allows(tmp_path: Path) -> None:
    for table in changed(HEAD):
        assert accepted(tmp_path / "a", table) is SOUND.is_valid(table), table


@pytest.mark.parametrize(
    ("bound", "fitting"),
    [("for_s", [2**63, 0.5, 1]), ("max_steps", [1]), ("stop_after", [1])],
    ids=["for_s", "max_steps", "stop_after"],
)
def test_a_bound_is_a_number_above_0_and_of_steps_and_items_a_whole_one(
    bound: str, fitting: list[object], tmp_path: Path
) -> None:
    values = (*STRANGE, 0, 1, -0.5, "1")
    tables = [{**HEAD, "bounds": {bound: value}} for value in values]
    sound = [table["bounds"] for table in tables if SOUND.is_valid(table)]
    taken = [table["bounds"] for table in tables if accepted(tmp_path / "a", table)]
    assert repr(sound) == repr(taken) == repr([{bound: value} for value in fitting])


def test_a_bound_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    table = {**HEAD, "bounds": {"colour": 1}}
    assert not SOUND.is_valid(table)
    assert not accepted(tmp_path / "a", table)


@pytest.mark.parametrize("line", [[], 7, None, {}, {"choice": {}}, {**MAIN, "event": {}}], ids=str)
def test_neither_reader_nor_schema_takes_what_is_no_line(line: object, tmp_path: Path) -> None:
    assert not SOUND.is_valid(line)
    assert not accepted(tmp_path / "a", HEAD, line)


# ---------------------------------------------------------------- the documentation


def first_column(heading: str) -> set[str]:
    """What stands in backticks in the first column of a section's tables."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| ([^|]*) \|", section, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([a-z_]+)`", cell)}


@pytest.mark.parametrize("heading", ["Header", "Task", "Resource", "Event", "Outcome"])
def test_every_field_is_documented_and_no_other(heading: str) -> None:
    assert first_column(heading) == SCHEMA["$defs"][heading.lower()]["properties"].keys()


@pytest.mark.parametrize(("name", "heading"), [("wait", "Outcome"), ("loss", "Outcome")])
def test_every_field_of_the_lists_in_an_outcome_is_documented(name: str, heading: str) -> None:
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", section))
    assert SCHEMA["$defs"][name]["properties"].keys() <= named


def test_every_operation_that_is_recorded_is_documented() -> None:
    """``create`` has a number in a native lane, but nobody records it."""
    assert set(OPERATIONS) - {"create"} <= first_column("Operations")


def test_every_kind_of_resource_that_is_documented_is_known_to_the_data_types() -> None:
    """The kinds in the row of `kind`; those with mp_ before them are told in words."""
    row = re.search(r"^\| `kind` \| always \| (`queue`.*) \|$", DOCUMENT, re.MULTILINE)
    assert row is not None and Resource.__doc__ is not None
    documented = set(re.findall(r"`([a-z_]+)`", row[1])) - {"mp_"}
    known = set(re.findall(r"``([a-z_]+)``", Resource.__doc__.split("name:")[0])) - {"mp_"}
    assert documented == known
