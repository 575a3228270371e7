"""A run in figures that the tests of the summary begin with, and its lines as text."""

from __future__ import annotations

from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.summary import LongestWait, QueueCount, Summary
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome, OutcomeKind
from pyqdemo.views.dress import UNICODE
from pyqdemo.views.ending import summary_lines

__all__ = ["COMPLETED", "LONGEST", "PLAIN", "QUEUE", "lines_of"]

QUEUE = Text("queue", "队列")
LONGEST = LongestWait(
    task="0.4",
    name="Thread-4",
    operation="get",
    resource="0/queue/1",
    waited_ns=600_000_000,
    because=Text("the queue was empty", "队列是空的"),
)
#: Nothing fuller than another, nothing promised.
PLAIN = Summary(
    made=60,
    used=60,
    left=0,
    ran_ns=2_400_000_000,
    tasks=6,
    longest=LONGEST,
    fullest=None,
    queues=(QueueCount("0/queue/1", QUEUE, "queue", 62, 62, 0),),
    promises=(),
)
COMPLETED = Outcome(OutcomeKind.COMPLETED, exit_code=0)


def lines_of(
    summary: Summary, outcome: Outcome, lang: str, *, state: RunState | None, **wishes: object
) -> list[str]:
    """The summary's lines without blanks at their ends; ``wishes`` as ``summary_lines`` has."""
    lines = summary_lines(
        summary,
        state or RunState(),
        outcome,
        lang=lang,
        glyphs=UNICODE,
        **wishes,  # type: ignore[arg-type]
    )
    return [line.text.rstrip() for line in lines]
