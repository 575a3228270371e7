"""A report of which a test can claim something."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path

from pyqdemo.errors import UnusableFile, UsageError
from pyqdemo.languages import Text, language_from
from pyqdemo.report import Report, Verdict
from pyqdemo.testing.records import Case, keep
from pyqdemo.trace import OutcomeKind

__all__ = ["FAILURES", "LabReport"]

#: The ways in which a run of a test's program can fail.
FAILURES = ("exception", "deadlock", "livelock", "runs_for_ever", "output")

_RACES = Text(
    'lab.explore(.., granularity="line") covers what happens between these lines;'
    " assert_proved(despite_races=True) leaves it open.",
    '用 lab.explore(.., granularity="line")，这些行之间发生的事也会覆盖；'
    "用 assert_proved(despite_races=True)，就不管这些。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabReport(Report):
    """A report that belongs to a test.

    Attributes:
        case: the test.
        replayed: file of the recorded run that took the place of the exploration, if one did.
    """

    case: Case
    replayed: Path | None = None

    @staticmethod
    def of(report: Report, case: Case, replayed: Path | None = None) -> LabReport:
        """The same report, for that test."""
        facts = {each.name: getattr(report, each.name) for each in fields(report)}
        return LabReport(**facts, case=case, replayed=replayed)

    def assert_proved(self, *, despite_races: bool = False) -> None:
        """Returns if every schedule was covered, none fails, and no two tasks race for data.

        Args:
            despite_races: where a step is an operation, what happens between and inside lines
                that touch data unordered need not be covered.

        Raises:
            AssertionError: with the verdict, the run that fails, who waits for whom in it,
                and the command that repeats it; or with the lines that race.
        """
        __tracebackhide__ = True
        if self.verdict is not Verdict.PROVED:
            self._skip_if_it_ended_well()
            raise AssertionError(self._told())
        if self.races and not despite_races:
            raise AssertionError(f"{self._told()}\n\n{_RACES[language_from(os.environ)]}")

    def assert_failed(self, kind: str | None = None) -> None:
        """Returns if a run fails, in that way if one is named.

        Args:
            kind: ``exception``, ``deadlock``, ``livelock``, ``runs_for_ever``, ``output``.

        Raises:
            AssertionError: with the verdict, and the run that fails otherwise.
            UsageError: there is no such kind.
        """
        __tracebackhide__ = True
        if kind is not None and kind not in FAILURES:
            raise UsageError("failure_unknown", kind=repr(kind), known=", ".join(FAILURES))
        kinds = {ending.kind for ending in self.endings if ending.failed}
        if not kinds or (kind is not None and kind not in kinds):
            self._skip_if_it_ended_well()
            wanted = "a failure" if kind is None else f"a failure by {kind}"
            raise AssertionError(f"{wanted} was expected\n\n{self._told()}")

    def _told(self) -> str:
        """What a failed claim says, with the file in which the run that fails is kept."""
        from pyqdemo.testing.telling import told  # who claims nothing wrong loads no views

        try:
            file = self._kept()
        except (OSError, UnusableFile) as error:
            return told(self, self.case, None, not_kept=str(error))
        return told(self, self.case, file)

    def _kept(self) -> Path | None:
        """The file of the run that fails, written if it is not yet; None if there is none.

        Raises:
            OSError, UnusableFile: it cannot be written.
        """
        if self.counterexample is None or self.replayed is not None:
            return self.replayed
        file = self.case.record()
        keep(self.counterexample.trace, file)
        return file

    def _skip_if_it_ended_well(self) -> None:
        """Skips the test if the recorded run does not fail any more: neither claim is right."""
        __tracebackhide__ = True
        kinds = {ending.kind for ending in self.endings}
        if self.replayed is not None and kinds == {OutcomeKind.COMPLETED}:
            import pytest

            pytest.skip(
                f"the run in {self.replayed} ended well this time, which proves nothing of"
                " the others; without --pyqdemo-replay all are tried"
            )
