"""What a failing test keeps, and the command that repeats it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from pyqdemo.codec import write_trace
from pyqdemo.errors import UnusableFile
from pyqdemo.trace import Header, Record, Trace

__all__ = ["Case", "is_of", "keep"]


@dataclass(frozen=True, slots=True)
class Case:
    """The test that is under way.

    Attributes:
        test: as pytest takes it on its command line, seen from ``home``.
        home: the folder in which pytest was called.
        record: makes the path to which a run is written; each failure of the test takes the
            place of the one before.
        columns: cells of the terminal that are left for what a failure says.
    """

    test: str
    home: Path
    record: Callable[[], Path]
    columns: int

    def replaying(self, file: Path) -> str:
        """The command that runs this test with a recorded run, to be typed in ``home``."""
        near = file.relative_to(self.home) if file.is_relative_to(self.home) else file
        return shlex.join(["pytest", self.test, "--pyqdemo-replay", str(near)])


def keep(trace: Trace, file: Path) -> None:
    """Writes a run to a file. Raises UnusableFile if that cannot be done."""
    header = trace.header
    records: tuple[Record, ...] = (*trace.tasks, *trace.resources, *trace.events)
    try:
        write_trace(file, header, records, trace.outcome)
    except (TypeError, ValueError):  # a parameter that JSON does not have
        names = ", ".join(header.parameters)
        raise UnusableFile(f"JSON cannot hold the values of its parameters: {names}") from None


def is_of(
    header: Header,
    program: str | PathLike[str] | Callable[..., object],
    options: Mapping[str, object],
) -> bool:
    """Whether a recorded run is one of that program.

    Args:
        options: of ``Lab.run`` or ``Lab.explore``; its arguments and parameters count.
    """
    if callable(program):
        code = getattr(program, "__code__", None)
        if code is None:
            return False
        file, function = Path(code.co_filename), str(getattr(program, "__name__", ""))
    else:
        file, function = Path(program), ""
    parameters = options.get("parameters") or {}
    assert isinstance(parameters, Mapping), "the plan has been checked"
    return (
        Path(header.program[0].name).name == file.name
        and (header.function or "") == function
        and dict(header.parameters) == dict(parameters)
        and list(header.arguments) == list(options.get("arguments") or ())  # type: ignore[call-overload]
    )
