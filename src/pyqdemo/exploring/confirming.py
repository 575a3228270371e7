"""A finding in simulated processes, replayed with real ones."""

from __future__ import annotations

from dataclasses import replace

from pyqdemo.errors import PyqdemoError, ReplayMismatch
from pyqdemo.executing import Plan, execute
from pyqdemo.exploring.stopping import Later
from pyqdemo.schedule import Schedule
from pyqdemo.trace import OutcomeKind, Processes, Trace

__all__ = ["confirmed"]

#: What ends where the choices do, though the program could go on.
_CUT_SHORT = frozenset({OutcomeKind.INTERRUPTED, OutcomeKind.LIVELOCK, OutcomeKind.RUNS_FOR_EVER})


def confirmed(
    plan: Plan, schedule: Schedule, trace: Trace, signals: Later | None = None
) -> bool | str | None:
    """Whether the same choices with real processes lead to the same events.

    Args:
        plan: that was explored.
        schedule, trace: of the finding.

    Returns:
        A text, why it could not be carried out so. None where there is nothing to confirm: the
        program makes no processes.

    Raises:
        Stopped, KeyboardInterrupt: a signal came.
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
        real = execute(again, signals=signals).trace
    except ReplayMismatch:
        return False
    except PyqdemoError as error:
        return str(error)
    if signals is not None:
        signals.heed()
    return real.events == trace.events
