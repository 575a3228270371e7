"""Carries programs out for a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from pyqdemo.errors import PyqdemoError
from pyqdemo.executing import Plan, execute, replayed, run
from pyqdemo.executing.plan import program_place
from pyqdemo.testing.claims import LabReport
from pyqdemo.testing.records import Case, is_of
from pyqdemo.trace import Trace

__all__ = ["Lab"]

#: Real seconds after which an exploration says what it knows, where the test names no bound.
PATIENCE_S = 60.0

Program = str | PathLike[str] | Callable[..., object]


class Lab:
    """Runs and explores programs for one test.

    Args:
        case: the test.
        seed: of runs and explorations for which the test gives none.
        recorded: a run that takes the place of those of its program, and the file it is from.
    """

    def __init__(
        self, case: Case, *, seed: int = 0, recorded: tuple[Trace, Path] | None = None
    ) -> None:
        self._case = case
        self._seed = seed
        self._recorded = recorded

    def run(self, program: Program, **options: Any) -> Trace:
        """One run under control; what ``pyqdemo.run`` returns.

        Args:
            program: a file, or a function at the top level of one. A deadlock or an exception
                in it raises nothing here: it is the trace's outcome.
            options: of ``pyqdemo.run``.

        Raises:
            PyqdemoError: as ``pyqdemo.run``.
        """
        __tracebackhide__ = True
        try:
            plan = self._replayed(program, options)
            if plan is not None:
                return execute(plan).trace
            return run(program, **{"seed": self._seed, **options})
        except PyqdemoError as error:
            raise error.with_traceback(None) from None

    def explore(self, program: Program, **options: Any) -> LabReport:
        """Every interleaving; what ``pyqdemo.explore`` returns, to be claimed something of.

        Args:
            program: as of ``run``.
            options: of ``pyqdemo.explore``; without ``time_s`` it is stopped after a minute.

        Raises:
            PyqdemoError: as ``pyqdemo.explore``.
        """
        __tracebackhide__ = True
        from pyqdemo.exploring import explore
        from pyqdemo.testing.replaying import repeated

        try:
            plan = self._replayed(program, options)
            if plan is not None and self._recorded is not None:
                file = self._recorded[1]
                return LabReport.of(repeated(plan, str(file)), self._case, file)
            usual = {"seed": self._seed, "time_s": PATIENCE_S}
            return LabReport.of(explore(program, **{**usual, **options}), self._case)
        except PyqdemoError as error:
            raise error.with_traceback(None) from None

    def _replayed(self, program: Program, options: Mapping[str, Any]) -> Plan | None:
        """The plan of the recorded run, if that is one of this program."""
        place = program_place(program)
        if self._recorded is None or not is_of(self._recorded[0].header, place, options):
            return None
        plan = replayed(self._recorded[0], place)
        return replace(plan, parameters=options.get("parameters", plan.parameters))
