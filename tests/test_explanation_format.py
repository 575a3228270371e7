"""``pyqdemo.explanation/1``: schema and encoder say the same."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pyqdemo.codec.explanations import EXPLANATION_FORMAT, encode_explanation
from pyqdemo.explaining import explain
from pyqdemo.schedule import from_text, schedule_of

SCHEMA = json.loads(
    files("pyqdemo").joinpath("explanation.schema.json").read_text(encoding="utf-8")
)
TWO = """\
from threading import Thread
for word in ("a", "b"):
    Thread(target=print, args=(word,)).start()
"""


@pytest.fixture
def encoded(tmp_path: Path):
    def explained(lines: str, text: str = TWO, **options) -> dict:
        file = tmp_path / "two.py"
        file.write_text(text, encoding="utf-8")
        explanation = explain(file, lines, **options)
        told = json.loads(encode_explanation(explanation))
        Draft202012Validator(SCHEMA).validate(told)
        run = explanation.found or explanation.best
        if run is not None:
            assert from_text(told["schedule"]) == schedule_of(run)
        return told

    return explained


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == SCHEMA["properties"]["format"]["const"] == EXPLANATION_FORMAT


def test_lines_that_were_found_have_their_schedule(encoded) -> None:
    told = encoded("b\na\n", time_s=30)
    assert (told["verdict"], told["whole"], told["matched"]) == ("found", True, 2)
    assert (told["program"], told["next"], told["reasons"]) == ("two.py", [], [])
    assert told["bounds"]["time_s"] == 30


def test_what_is_impossible_has_the_longest_beginning_and_what_can_come_there(encoded) -> None:
    told = encoded("a\nc\n")
    assert (told["verdict"], told["lines"], told["reasons"]) == ("impossible", ["a", "c"], [])
    assert (told["matched"], told["next"]) == (1, ["b"])


def test_what_is_not_found_says_why(encoded) -> None:
    told = encoded("c\n", "import random\nprint(random.random())\n")
    assert (told["verdict"], told["matched"], told["schedule"]) == ("not_found", 0, None)
    assert [reason["kind"] for reason in told["reasons"]] == ["seeded"]
