"""A finding in simulated processes, replayed with real ones."""

from __future__ import annotations

from dataclasses import replace

from pyqdemo.errors import PyqdemoError
from pyqdemo.executing import Plan, execute
from pyqdemo.schedule import Schedule
from pyqdemo.trace import OutcomeKind, Processes, Trace

__all__ = ["confirmed"]

#: What ends where the choices do, though the program could go on.
_CUT_SHORT = frozenset({OutcomeKind.INTERRUPTED, OutcomeKind.LIVELOCK, OutcomeKind.RUNS_FOR_EVER})


def confirmed(plan: Plan, schedule: Schedule, trace: Trace) -> bool | None:
    """Whether the same choices with real processes lead to the same events.

    Args:
        plan: that was explored.
        schedule, trace: of the finding.

    Returns:
        None where there is nothing to confirm: the program makes no processes.
    """
    if trace.header.processes is Processes.NONE:
        return None
    ending = trace.outcome
    again = replace(
        plan,
        world="real",
        choices=schedule.choices,
        draws=schedule.draws,
        limits=plan.limits._replace(loose=schedule.sleeps == "loose"),
        until=ending if ending is not None and ending.kind in _CUT_SHORT else None,
    )
    try:
        real = execute(again).trace
    except PyqdemoError:
        return False
    return real.events == trace.events
