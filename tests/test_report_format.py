"""``pyqdemo.report/1``: schema and encoder say the same."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pyqdemo.codec.reports import REPORT_FORMAT, encode_report
from pyqdemo.exploring import STRATEGIES, explore
from pyqdemo.languages import Text
from pyqdemo.report import Ending, Race, Reason, Report, Verdict
from pyqdemo.schedule import Schedule, from_text

SCHEMA = json.loads(files("pyqdemo").joinpath("report.schema.json").read_text(encoding="utf-8"))
LOCKS = """\
import threading
one, two = threading.Lock(), threading.Lock()
def hold(first, second):
    with first:
        with second:
            pass
threads = [threading.Thread(target=hold, args=pair) for pair in ((one, two), (two, one))]
for t in threads: t.start()
for t in threads: t.join()
"""


def encoded(report: Report) -> dict:
    told = json.loads(encode_report(report))
    Draft202012Validator(SCHEMA).validate(told)
    return told


@pytest.fixture(scope="module")
def locks(tmp_path_factory: pytest.TempPathFactory) -> Report:
    file = tmp_path_factory.mktemp("locks") / "locks.py"
    file.write_text(LOCKS)
    return explore(file, time_s=30.0)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == SCHEMA["properties"]["format"]["const"] == REPORT_FORMAT


def test_the_schema_knows_every_strategy_that_is_reported() -> None:
    assert ["auto", *SCHEMA["properties"]["strategy"]["enum"]] == list(STRATEGIES)


def test_a_failed_report_has_its_outcomes_and_the_counterexample(locks: Report) -> None:
    """Both threads take their first lock before either takes its second: a deadlock."""
    told = encoded(locks)
    kinds = {one["kind"]: one for one in told["outcomes"]}
    assert set(kinds) == {"completed", "deadlock"}
    assert (told["verdict"], kinds["deadlock"]["failed"]) == ("failed", True)
    found = told["counterexample"]
    assert told["outcomes"][found["outcome"]]["kind"] == "deadlock"
    assert found["schedule"] == kinds["deadlock"]["schedule"]
    assert found["steps"] == len(from_text(found["schedule"]).choices)
    assert found["fork"]["passing"] != found["schedule"]


def test_a_report_of_everything_keeps_to_the_schema() -> None:
    unwritable = Schedule("1", "abcdef", parameters={"rows": [1]})
    report = Report(
        "p.py",
        Verdict.NOT_EXHAUSTED,
        "states",
        "circles",
        executions=3,
        pruned=1,
        traces=None,
        states=9,
        granularity="line",
        seconds=1.23456,
        arguments=("a",),
        bounds={"max_steps": 10, "time_s": 0.5},
        seed=4,
        draws=2,
        clock=True,
        reasons=(Reason("time", "0.5"),),
        races=(Race("x", ("p.py:1", "p.py:2"), ("0.1", "0.2")),),
        capacity=16,
        smaller=({"n": 1},),
        endings=(Ending("promise", 2, Text("lost", "丢了"), True, unwritable, "\ud800饭"),),
    )
    told = encoded(report)
    assert (told["states"], told["traces"], told["seconds"]) == (9, None, 1.235)
    assert told["outcomes"] == [
        {
            "kind": "promise",
            "count": 2,
            "failed": True,
            "detail": "lost",
            "schedule": None,
            "output": "\ud800饭",
        }
    ]


def test_an_encoded_report_is_utf_8_whatever_was_printed(tmp_path: Path, locks: Report) -> None:
    (tmp_path / "r.json").write_bytes(encode_report(locks).encode("utf-8"))
