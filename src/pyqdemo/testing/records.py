"""What a failing test keeps, and the command that repeats it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyqdemo.codec import write_trace
from pyqdemo.errors import UnusableFile
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import program_for
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
        kept_as: the name of that file.
    """

    test: str
    home: Path
    record: Callable[[], Path]
    columns: int
    kept_as: str = ""

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
    program: Path | Callable[..., object],
    options: Mapping[str, object],
    *,
    any_text: bool,
) -> bool:
    """Whether a recorded run is one of that program.

    Args:
        options: of ``Lab.run`` or ``Lab.explore``; its arguments and parameters count.
        any_text: it is, whatever stands in the program by now.

    Raises:
        UsageError, UnusableFile: the program cannot be loaded.
    """
    parameters, arguments = options.get("parameters") or {}, options.get("arguments") or ()
    assert isinstance(parameters, Mapping), "the plan has been checked"
    assert isinstance(arguments, Sequence), "the plan has been checked"
    loaded = program_for(Plan(program))
    recorded, file = header.program[0], loaded.files[0]
    return (
        Path(recorded.name).name == Path(file.name).name
        and (any_text or recorded.digest == file.digest)
        and (header.function or "") == (loaded.function or "")
        and dict(header.parameters) == dict(parameters)
        and list(header.arguments) == list(arguments)
    )
