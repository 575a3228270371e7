"""The cards tell the truth: what is explored of a lesson is proved, what fails does fail."""

from __future__ import annotations

from typing import Any

import pytest

from pyqdemo.analysis.promises import Standing, check
from pyqdemo.card import Card
from pyqdemo.executing import Plan, execute, limits_of
from pyqdemo.exploring import Asked, Bounds, explored
from pyqdemo.kernel.limits import Limits
from pyqdemo.lessons import catalogue
from pyqdemo.report import Verdict
from pyqdemo.schedule import from_text
from pyqdemo.trace import OutcomeKind

CARDS = {card.name: card for card in catalogue()}
FAILING = [name for name, card in CARDS.items() if card.explored.fails]


def plan_of(card: Card, published: bool, **wishes: Any) -> Plan:
    program = card.published if published else card.program
    assert program is not None
    variant = "published" if published else "repaired"
    return Plan(program, lesson=card.name, variant=variant, **wishes)


@pytest.mark.parametrize("name", CARDS)
def test_the_repaired_program_is_proved_at_every_size_of_its_card(name: str) -> None:
    """Smallest first; the report is of the last one, the others are told as smaller."""
    card = CARDS[name]
    sizes = card.sizes_of(False)
    plan = plan_of(
        card,
        False,
        parameters=sizes[0],
        limits=Limits(10_000, loose=True),
        granularity=card.explored.granularity,
    )
    report = explored(Asked(plan, bounds=Bounds(time_s=100.0), card=card, sizes=sizes))
    assert (report.verdict, report.reasons) == (Verdict.PROVED, ())
    assert [*report.smaller, report.parameters] == list(sizes)


@pytest.mark.parametrize("name", FAILING)
def test_the_featured_schedule_of_the_published_program_fails(name: str) -> None:
    card = CARDS[name]
    schedule = from_text(card.explored.fails or "")
    plan = plan_of(
        card,
        True,
        parameters=dict(schedule.parameters),
        seed=schedule.seed or 0,
        strategy="schedule",
        choices=schedule.choices,
        limits=limits_of(schedule),
        granularity=schedule.granularity,
        start_method=schedule.start_method,
    )
    trace = execute(plan).trace
    outcome = trace.outcome
    assert outcome is not None
    records = (*trace.tasks, *trace.resources, *trace.events)
    promises = check(card.promises, card.words, records, outcome)
    broken = [one.promise for one in promises if one.standing is Standing.BROKEN]
    assert outcome.kind in (OutcomeKind.EXCEPTION, OutcomeKind.DEADLOCK) or broken


def test_of_every_published_program_the_card_says_what_exploring_shows() -> None:
    for card in CARDS.values():
        if card.published is not None:
            assert (card.explored.fails is None) == (card.explored.unseen is not None)


@pytest.mark.parametrize("name", [name for name, card in CARDS.items() if card.explored.unseen])
def test_exploring_shows_no_failure_where_the_card_says_so(name: str) -> None:
    card = CARDS[name]
    sizes = card.sizes_of(True)
    plan = plan_of(card, True, parameters=sizes[0], limits=Limits(10_000, loose=True))
    bounds = Bounds(time_s=card.explored.published_s or 60.0)
    report = explored(Asked(plan, bounds=bounds, card=card, sizes=sizes))
    expected = Verdict.NOT_EXHAUSTED if card.explored.published_s else Verdict.PROVED
    assert report.verdict is expected
