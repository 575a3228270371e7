"""Carries programs out for a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from pyqdemo.errors import PyqdemoError
from pyqdemo.executing import Plan, Running, execute, replayed, run
from pyqdemo.executing.plan import program_place
from pyqdemo.testing.claims import LabReport
from pyqdemo.testing.records import Case, is_of
from pyqdemo.trace import Trace

if TYPE_CHECKING:
    from pyqdemo.exploring import Exploring

__all__ = ["Lab"]

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

    def run(self, program: Program, **options: Unpack[Running]) -> Trace:
        """One run under control; what ``pyqdemo.run`` returns.

        Args:
            program: a file, or a function at the top level of one. A deadlock or an exception
                in it raises nothing here: it is the trace's outcome.
            options: of ``pyqdemo.run``.

        Raises:
            PyqdemoError: as ``pyqdemo.run``.
            TypeError: there is no such option.
        """
        __tracebackhide__ = True
        _check("run", options, Running)
        try:
            plan = self._replayed(program, options)
            if plan is not None:
                return execute(plan).trace
            options.setdefault("seed", self._seed)
            return run(program, **options)
        except PyqdemoError as error:
            raise error.with_traceback(None) from None

    def explore(self, program: Program, **options: Unpack[Exploring]) -> LabReport:
        """Every interleaving; what ``pyqdemo.explore`` returns, to be claimed something of.

        Args:
            program: as of ``run``.
            options: of ``pyqdemo.explore``.

        Raises:
            PyqdemoError: as ``pyqdemo.explore``.
            TypeError: there is no such option.
        """
        __tracebackhide__ = True
        from pyqdemo.exploring import Exploring, explore
        from pyqdemo.testing.replaying import repeated

        _check("explore", options, Exploring)
        try:
            plan = self._replayed(program, options)
            if plan is not None and self._recorded is not None:
                file = self._recorded[1]
                return LabReport.of(repeated(plan, str(file)), self._case, file)
            options.setdefault("seed", self._seed)
            return LabReport.of(explore(program, **options), self._case)
        except PyqdemoError as error:
            raise error.with_traceback(None) from None

    def _replayed(self, program: Program, options: Mapping[str, Any]) -> Plan | None:
        """The plan of the recorded run, if that is one of this program."""
        place = program_place(program)
        if self._recorded is None:
            return None
        trace, file = self._recorded
        own = file.name == self._case.kept_as  # if its text is another by now, that is told
        if not is_of(trace.header, place, options, any_text=own):
            return None
        plan = replayed(trace, place)
        return replace(plan, parameters=options.get("parameters", plan.parameters))


def _check(method: str, options: Mapping[str, object], known: type) -> None:
    """Raises TypeError for an option of another name, whether or not it would be used."""
    for name in options.keys() - known.__annotations__.keys():
        raise TypeError(f"{method}() got an unexpected keyword argument {name!r}")
