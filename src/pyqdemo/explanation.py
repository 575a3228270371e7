"""What was found out about a transcript, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyqdemo.report import Reason
from pyqdemo.trace import Trace

__all__ = ["Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a program can print certain lines, and how.

    Attributes:
        program: its file's name; ``lesson`` and ``variant`` where it is one.
        found: a run that prints them; None if none was found.
        whole: that run ends there, or is stuck there for ever; else it would go on.
        impossible: no run prints them: all that could have been tried was.
        lines: what was looked for.
        matched: how many of them, from the first, some run prints; all if one was found.
        next: lines that can come next after those, in the order in which they were met; all
            that can if ``impossible``.
        best: a run that prints the first ``matched`` lines; None if one prints all.
        reasons: why nothing is proved, if nothing was found; empty where ``impossible``.
        stopped: the transcript shows that somebody pressed Ctrl-C.
        cut: its last line was taken for the beginning of one.
        left_out: how many of its lines are not the program's own.
        tidied: what else was not taken as it stands: a ``fence`` around it, lines of an
            ``editor``, the ``indent`` of all lines, the ``spacing`` of an empty line between all.
        executions, states: that were tried, and told apart.
        seconds: of real time.
        seed: of draws that are not chosen.
        granularity: ``operation`` or ``line``: between which steps others could go.
        bounds: by name: ``time_s``, ``max_steps`` of each execution.
    """

    program: str
    found: Trace | None
    whole: bool
    impossible: bool
    lines: tuple[str, ...]
    matched: int
    next: tuple[str, ...]
    best: Trace | None
    reasons: tuple[Reason, ...]
    stopped: bool
    left_out: int
    executions: int
    states: int
    seconds: float
    seed: int = 0
    granularity: str = "operation"
    cut: bool = False
    tidied: tuple[str, ...] = ()
    bounds: Mapping[str, float | int] = field(default_factory=dict)
    lesson: str | None = None
    variant: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
