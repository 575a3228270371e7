"""Every error that pyqdemo itself raises.

The tree::

    PyqdemoError            a mistake that can be put into one line
    ├── UsageError          an option or argument is wrong            exit 2
    │   ├── UnknownLesson   no lesson of that name                    exit 2
    │   └── ScheduleError   malformed, or of another program          exit 2
    ├── UnusableFile        a file cannot be read, written or run     exit 4
    │   ├── TraceError      damaged, foreign, too big, or too new     exit 4
    │   ├── CardError       a lesson's card does not hold together    exit 4
    │   └── ReplayMismatch  the run cannot take the recorded step     exit 4
    └── RunError            a run could not be started or watched     exit 4

A deadlock, an exception in a task or a broken promise is an *outcome* of the
program that was watched; it is recorded in the trace and never raised here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

__all__ = [
    "CardError",
    "Exit",
    "PyqdemoError",
    "ReplayMismatch",
    "RunError",
    "ScheduleError",
    "TraceError",
    "UnknownLesson",
    "UnusableFile",
    "UsageError",
]


class Exit(IntEnum):
    """The exit codes of the command, one meaning each."""

    FINE = 0  # ended well, or a bound that was asked for was reached
    FAILED = 1  # an exception, a broken promise, a failed check
    USAGE = 2
    STUCK = 3  # deadlock, livelock, stuck
    UNUSABLE = 4  # an unusable or foreign file, a replay that does not match
    NOT_EXHAUSTED = 5
    INTERRUPTED = 130
    TERMINATED = 143


class PyqdemoError(Exception):
    """A mistake that can be put into one line.

    Args:
        happened: key of a sentence in the catalogue of words, or a finished
            sentence in English.
        facts: what fills the placeholders of that sentence; the values seen
            and expected, and the next command to type.
    """

    exit_code = Exit.FAILED

    def __init__(self, happened: str, **facts: object) -> None:
        super().__init__(happened)
        self.happened = happened
        self.facts = facts

    def __str__(self) -> str:
        """The sentence in English; what to type next only where that is known."""
        from pyqdemo.sentences import SENTENCES

        sentence = SENTENCES.get(self.happened)
        if sentence is None:
            return self.happened if not self.facts else f"{self.happened} ({self._told()})"
        for told in (sentence.en, sentence.en.partition(" Try: ")[0].rstrip(".")):
            try:
                return told.format(**self.facts)
            except (KeyError, IndexError):
                continue
        return f"{self.happened} ({self._told()})"

    def _told(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.facts.items())


class UsageError(PyqdemoError):
    """An option or an argument is wrong."""

    exit_code = Exit.USAGE


class UnknownLesson(UsageError):
    """There is no lesson of that name."""


class ScheduleError(UsageError):
    """A schedule's text is malformed, or it belongs to another program or model version."""


class UnusableFile(PyqdemoError):
    """A file cannot be read, written or run."""

    exit_code = Exit.UNUSABLE


class TraceError(UnusableFile):
    """A trace is damaged, foreign, too big, or of a newer format."""


class CardError(UnusableFile):
    """A lesson's card does not hold together."""


class ReplayMismatch(UnusableFile):
    """A replayed run came to a step at which the task that must go next cannot.

    Args:
        step: number of the step, from 1.
        wanted: id of the task that the schedule chose there.
        enabled: ids of the tasks that can be chosen, with commas between them.
    """

    def __init__(self, happened: str, step: int, wanted: str, enabled: str) -> None:
        super().__init__(happened, step=step, wanted=wanted, enabled=enabled)

    def name(self, names: Mapping[str, str]) -> None:
        """Puts names before the ids: ``Thread-1 (0.1)``.

        Args:
            names: by id; an id without one stays as it is.
        """

        def named(id: str) -> str:
            return f"{names[id]} ({id})" if id in names else id

        ids = str(self.facts["enabled"]).split(", ")
        self.facts["enabled"] = ", ".join(map(named, ids))
        self.facts["wanted"] = named(str(self.facts["wanted"]))


class RunError(PyqdemoError):
    """A run could not be started or watched."""

    exit_code = Exit.UNUSABLE
