"""The section of a summary that tells what nobody sees; its words stand in the goldens."""

from __future__ import annotations

import pytest
from recorded_runs import RUNS, recorded

from pyqdemo.analysis.xray import xray
from pyqdemo.analysis.xray_words import tell_in_short
from pyqdemo.languages import LANGUAGES
from pyqdemo.trace import Header, OutcomeKind, Task, TaskKind, Trace
from pyqdemo.views.cells import cell_len
from pyqdemo.views.hidden_parts import MOST_ROWS, WIDEST, hidden_lines


def told(trace: Trace, lang: str = "en", *, in_full: bool = False) -> list[str]:
    return [line.text for line in hidden_lines(xray(trace), lang, in_full=in_full)]


def test_the_runs_are_what_they_show() -> None:
    ended = {name: trace.outcome.kind for name in RUNS if (trace := recorded(name)).outcome}
    assert ended == {
        "writer-reader": OutcomeKind.COMPLETED,
        "dead-sender": OutcomeKind.DEADLOCK,
        "join-first": OutcomeKind.DEADLOCK,
        "cut-off": OutcomeKind.COMPLETED,
    }


def test_a_run_without_processes_has_no_such_section() -> None:
    main = Task("0", TaskKind.MAIN, "MainThread", "0")
    trace = Trace(Header(()), (main,), (), (), None)
    assert told(trace, in_full=True) == []


@pytest.mark.parametrize(("lang", "head"), [("en", "hidden parts"), ("zh", "看不见的部分")])
def test_the_section_stands_below_a_blank_line(lang: str, head: str) -> None:
    assert told(recorded("cut-off"), lang)[:2] == ["", head]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_in_short_it_says_how_to_see_all(lang: str) -> None:
    assert "--plain" in told(recorded("cut-off"), lang)[-1]
    assert "--plain" not in "".join(told(recorded("cut-off"), lang, in_full=True))


def test_what_is_instructive_stands_first_in_full_too() -> None:
    short = told(recorded("dead-sender"))[:-1]
    assert told(recorded("dead-sender"), in_full=True)[: len(short)] == short


def test_of_more_than_it_has_room_for_it_says_how_many_there_are() -> None:
    """Each process that is killed leaves a sentence behind; only the first are told."""
    trace = recorded("cut-off")
    kept = next(event for event in trace.events if event.operation == "kept")
    many = Trace(
        trace.header, trace.tasks, trace.resources, (*trace.events, *[kept] * 20), trace.outcome
    )
    number = len(tell_in_short(xray(many)))
    assert number > MOST_ROWS
    assert f"  and {number - MOST_ROWS} more" in told(many)
    assert "more" not in "".join(told(many, in_full=True))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", RUNS)
def test_no_line_is_wider_than_the_summary(name: str, lang: str) -> None:
    assert max(map(cell_len, told(recorded(name), lang, in_full=True))) <= WIDEST
