"""Sentences about a report: one thing is told as one, and words claim no more than is known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pyqdemo
from pyqdemo.analysis.circle_words import round_told, stuck_told
from pyqdemo.analysis.coverage_words import executions_told, reason_told
from pyqdemo.languages import Text
from pyqdemo.report import Reason

SOURCE = Path(pyqdemo.__file__).parent


def test_one_task_waits_and_several_wait() -> None:
    assert stuck_told(["a"]).en == "a waits for ever, while others go on"
    assert stuck_told(["a", "b"]) == Text(
        "a, b wait for ever, while others go on", "其他任务还在运行，a、b 却永远等待"
    )


def test_one_task_goes_round_and_several_go_round() -> None:
    assert round_told(["a"], writes=False).en.startswith("a goes round and round for ever")
    assert round_told(["a", "b"], writes=False).en.startswith("a, b go round and round for ever")
    assert round_told(["a"], writes=True).zh == "a 一直运行，永不停止，程序不会结束"


@pytest.mark.parametrize(
    ("count", "told"), [(1, "1 execution"), (2, "2 executions"), (1000, "1,000 executions")]
)
def test_executions_are_counted(count: int, told: str) -> None:
    assert executions_told(count).en == told


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (Reason("max_executions", "1"), "it was stopped after 1 execution"),
        (Reason("max_executions", "2"), "it was stopped after 2 executions"),
        (Reason("preemptions", "1"), "runs with more than 1 preemption were left out"),
        (
            Reason("opaque", "call of hash, p.py:3"),
            "what hash answers differs between processes: p.py:3",
        ),
        (
            Reason("opaque", "call of exec, p.py:3"),
            "plain data could not be observed: call of exec, p.py:3",
        ),
    ],
)
def test_a_reason_is_told(reason: Reason, told: str) -> None:
    assert reason_told(reason).en == told


def test_every_kind_of_reason_that_is_given_has_words() -> None:
    """Those that stand in the source as ``Reason("kind"``; endings by a bound are told likewise."""
    sources = [file.read_text(encoding="utf-8") for file in SOURCE.glob("*/*.py")]
    kinds = {kind for text in sources for kind in re.findall(r'\bReason\("(\w+)"', text)}
    kinds |= {"step_bound", "time_bound", "aborted"}
    assert len(kinds) > 20
    assert {kind for kind in kinds if reason_told(Reason(kind)).en == f"{kind} "} == set()
