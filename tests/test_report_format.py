"""``pyqdemo.report/1``: schema and encoder say the same."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from pyqdemo.analysis import coverage_words, report_words
from pyqdemo.codec.reports import REPORT_FORMAT, encode_report
from pyqdemo.executing import replayed, run
from pyqdemo.exploring import STRATEGIES, explore
from pyqdemo.languages import Text
from pyqdemo.report import (
    Counterexample,
    Ending,
    EndingKind,
    NoFork,
    Race,
    Reason,
    ReasonKind,
    Report,
    SearchKind,
    StrategyName,
    Verdict,
    Why,
)
from pyqdemo.schedule import Schedule, from_text
from pyqdemo.testing.replaying import repeated
from pyqdemo.views import report as report_views

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


def test_the_schema_has_exactly_the_words_that_a_report_can_have() -> None:
    """A strategy is one that can be asked for, or the repetition of a record."""
    facts, parts = SCHEMA["properties"], SCHEMA["$defs"]
    strategies = facts["strategy"]["enum"]
    assert strategies == list(get_args(StrategyName))
    assert ["auto", *strategies] == [*STRATEGIES, "replay"]
    assert facts["verdict"]["enum"] == list(Verdict)
    assert facts["why"]["enum"] == list(get_args(Why))
    assert facts["reasons"]["items"]["properties"]["kind"]["enum"] == list(get_args(ReasonKind))
    outcomes, further = get_args(EndingKind)
    assert parts["outcome"]["properties"]["kind"]["enum"] == [*outcomes, *get_args(further)]
    why_none = parts["counterexample"]["properties"]["no_fork"]["anyOf"][0]
    assert why_none["enum"] == list(get_args(NoFork))


def test_every_word_of_a_report_has_a_sentence_of_its_own() -> None:
    """A strategy that was asked for needs no reason."""
    assert set(get_args(ReasonKind)) <= set(coverage_words._REASONS)
    assert set(get_args(Why)) - {"asked"} == set(coverage_words._WHYS)
    assert set(get_args(NoFork)) == set(report_views._NO_FORK)
    outcomes, further = get_args(EndingKind)
    assert {*outcomes, *get_args(further)} - {"stuck"} == set(report_words._KINDS)


def test_every_word_of_an_explanation_has_a_sentence_of_its_own() -> None:
    assert set(get_args(SearchKind)) <= set(coverage_words._REASONS)


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


@pytest.mark.parametrize("no_fork", get_args(NoFork))
def test_a_run_without_a_fork_says_why(locks: Report, no_fork: NoFork) -> None:
    """And one that could not be repeated with real processes."""
    example = replace(found(locks), fork=None, no_fork=no_fork, not_started="no room")
    told = encoded(replace(locks, counterexample=example))["counterexample"]
    assert (told["fork"], told["no_fork"]) == (None, no_fork)
    assert (told["confirmed"], told["not_started"]) == (None, "no room")


def test_a_repeated_record_gives_a_report_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "locks.py"
    file.write_text(LOCKS)
    runs = (run(file, seed=seed) for seed in range(99))
    record = next(one for one in runs if one.outcome and one.outcome.kind == "deadlock")
    told = encoded(repeated(replayed(record, file), "kept.jsonl"))
    assert (told["strategy"], told["why"], told["executions"]) == ("replay", "asked", 1)
    assert told["verdict"] == "failed"
    assert told["reasons"] == [{"kind": "replayed", "detail": "kept.jsonl"}]
    assert [one["kind"] for one in told["outcomes"]] == ["deadlock"]
    assert told["counterexample"]["fork"] is not None


def found(report: Report) -> Counterexample:
    assert report.counterexample is not None
    return report.counterexample


def test_an_encoded_report_is_utf_8_whatever_was_printed(tmp_path: Path, locks: Report) -> None:
    (tmp_path / "r.json").write_bytes(encode_report(locks).encode("utf-8"))
