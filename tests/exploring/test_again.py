"""The second process: what it says when it cannot answer, and that it ends when told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import program_for
from pyqdemo.exploring import again
from pyqdemo.exploring.again import differs
from pyqdemo.exploring.stopping import Later, Stopped
from pyqdemo.schedule import Schedule


class Signals:
    """Signals that come one by one, each time somebody looks."""

    def __init__(self, *looks: list[int]) -> None:
        self._looks = list(looks)

    @property
    def asked(self) -> list[int]:
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    file = tmp_path / "program.py"
    file.write_text("print('hello')")
    return Plan(file)


def asked(plan: Plan, signals: Later | None = None) -> str | None:
    return differs(program_for(plan), plan, [Schedule("", "", ("0",) * 2)], signals)


def test_the_same_in_both_processes_is_no_difference(plan: Plan) -> None:
    """Two steps: it begins, and writes."""
    assert asked(plan) is None


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("raise OSError('no room')", "the second process: OSError: no room"),
        ("import os; os._exit(3)", "the second process: exit code 3"),
        ("print('[]', end='')", "the second process: 0 answers about 1 schedules"),
        ("print('{')", "the second process: JSONDecodeError: "),
    ],
)
def test_a_second_process_without_an_answer_is_told_with_its_own_words(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, call: str, told: str
) -> None:
    monkeypatch.setattr(again, "CALL", call)
    assert (asked(plan) or "").startswith(told)


def test_a_parameter_that_cannot_be_sent_is_told(plan: Plan) -> None:
    plan.program.write_text("def main(what): print('hello')")  # type: ignore[union-attr]
    unsendable = Plan(plan.program, parameters={"what": {1}})
    told = "the second process: Object of type set is not JSON serializable"
    assert asked(unsendable) == told


@pytest.mark.parametrize(("come", "raised"), [([2], Stopped), ([2, 2], KeyboardInterrupt)])
def test_a_signal_ends_the_second_process(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, come: list[int], raised: type[BaseException]
) -> None:
    """It would sleep for an hour. Nothing has come at the beginning, nor before the schedule is
    repeated here."""
    monkeypatch.setattr(again, "CALL", "import time; time.sleep(3600)")
    with pytest.raises(raised):
        asked(plan, Later(Signals([], [], come)))
