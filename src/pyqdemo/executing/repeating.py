"""The plan that repeats a recorded run, and the program that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pyqdemo.errors import UnusableFile
from pyqdemo.executing.carrying import program_for
from pyqdemo.executing.plan import Plan, limits_of
from pyqdemo.kernel.execution import MODEL
from pyqdemo.lessons import lesson
from pyqdemo.schedule import check, schedule_of
from pyqdemo.trace import Control, Header, OutcomeKind, Processes, Trace

__all__ = ["replayed", "world_of"]


def replayed(
    trace: Trace,
    program: Path | Callable[..., object] | None = None,
    *,
    force: bool = False,
    folders: Sequence[Path] = (),
    world: str | None = None,
) -> Plan:
    """The plan that repeats a recorded run; see ``pyqdemo.replay``.

    Args:
        world: ``simulated`` or ``real``; by default that of the record.
        folders: where a program of the user's own is looked for; the current one first.
    """
    header = trace.header
    if header.control is not Control.CONTROLLED:
        raise UnusableFile("replay_native")
    schedule = schedule_of(trace)
    where = program if program is not None else _find(header, folders)
    ending = trace.outcome
    plan = Plan(
        program=where,
        function=header.function if isinstance(where, Path) else None,
        called=header.program[0].name if isinstance(where, Path) else None,
        parameters=dict(header.parameters) if _is_called(header) else None,
        arguments=header.arguments,
        lesson=header.lesson,
        variant=header.variant,
        seed=header.seed or 0,
        strategy=header.strategy or "random",
        limits=limits_of(schedule),
        choices=schedule.choices,
        until=ending if ending and ending.kind is OutcomeKind.INTERRUPTED else None,
        world=world or world_of(header),
        start_method=schedule.start_method,
        stdout=schedule.stdout,
        prints=schedule.prints,
        draws=schedule.draws,
        granularity=schedule.granularity,
    )
    if not force:
        _check_texts(header, plan)
        check(schedule, header.program[0].digest, MODEL)
    return plan


def world_of(header: Header) -> str:
    """Where the processes of a recorded run were; one without any has no need of real ones."""
    return "real" if header.processes is Processes.REAL else "simulated"


def _is_called(header: Header) -> bool:
    """Whether ``main`` or a function was called, in place of a script."""
    return bool(header.lesson or header.function or header.parameters)


def _find(header: Header, folders: Sequence[Path]) -> Path:
    """Where the recorded program lies. Raises UnusableFile."""
    if header.lesson is not None:
        card = lesson(header.lesson)
        return card.program_of(header.variant == "published")
    name = header.program[0].name
    if header.function is not None and "/" in name:  # its package is not recorded
        raise UnusableFile("replay_function", function=header.function, file=name)
    for folder in (Path(), *folders):
        if (folder / name).is_file():
            return folder / name
    raise UnusableFile("replay_program_missing", file=name)


def _check_texts(header: Header, plan: Plan) -> None:
    """Raises UnusableFile for the first file whose text is not the recorded one's."""
    loaded = program_for(plan)
    known = {file.name: file for file in loaded.files_named(header.program)}
    for recorded in header.program:
        found = known.get(recorded.name)
        if found is None or found.digest != recorded.digest:
            main = recorded is header.program[0] and isinstance(plan.program, Path)
            file = plan.program.name if main else recorded.name  # type: ignore[union-attr]
            raise UnusableFile("replay_other_text", file=file)
