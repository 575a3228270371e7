"""The words of a trace that name a kind: of a task, of an event's phase, of an outcome.

``trace`` has them too, with the records in which they stand. A process of the program needs
these alone: making the records' data classes would take a third of its start.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["OutcomeKind", "Phase", "TaskKind"]


class Phase(StrEnum):
    """``blocked`` is written before a task waits, ``done`` when the operation took effect."""

    BLOCKED = "blocked"
    DONE = "done"


class TaskKind(StrEnum):
    MAIN = "main"  # the main thread of the program's first process
    THREAD = "thread"
    PROCESS = "process"  # the main thread of a further process
    FEEDER = "feeder"  # the thread behind a multiprocessing.Queue


class OutcomeKind(StrEnum):
    """How one execution ended."""

    COMPLETED = "completed"
    DEADLOCK = "deadlock"
    LIVELOCK = "livelock"
    RUNS_FOR_EVER = "runs_for_ever"
    STUCK = "stuck"  # native: nothing moved while tasks waited for each other (inferred)
    EXCEPTION = "exception"
    STEP_BOUND = "step_bound"
    TIME_BOUND = "time_bound"
    INTERRUPTED = "interrupted"
    ABORTED = "aborted"
