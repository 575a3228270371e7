"""The plan that repeats a recorded run, and the program that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pyqdemo.errors import UnusableFile
from pyqdemo.executing.plan import Plan, limits_of
from pyqdemo.kernel.execution import MODEL
from pyqdemo.lessons import lesson
from pyqdemo.loading import load, program_of
from pyqdemo.schedule import check, schedule_of
from pyqdemo.trace import Control, Header, OutcomeKind, Trace

__all__ = ["replayed"]


def replayed(
    trace: Trace,
    program: Path | Callable[..., object] | None = None,
    *,
    force: bool = False,
    folders: Sequence[Path] = (),
) -> Plan:
    """The plan that repeats a recorded run; see ``pyqdemo.replay``.

    Args:
        folders: where a program of the user's own is looked for; the current one first.
    """
    header = trace.header
    if header.control is not Control.CONTROLLED:
        raise UnusableFile("replay_native")
    schedule = schedule_of(trace)
    where = program if program is not None else _find(header, folders)
    if not force:
        _check_texts(header, where)
        check(schedule, header.program[0].digest, MODEL)
    ending = trace.outcome
    return Plan(
        program=where,
        parameters=dict(header.parameters) if header.lesson or header.parameters else None,
        arguments=header.arguments,
        lesson=header.lesson,
        variant=header.variant,
        seed=header.seed or 0,
        strategy=header.strategy or "random",
        limits=limits_of(schedule),
        choices=schedule.choices,
        until=ending if ending and ending.kind is OutcomeKind.INTERRUPTED else None,
    )


def _find(header: Header, folders: Sequence[Path]) -> Path:
    """Where the recorded program lies. Raises UnusableFile."""
    if header.lesson is not None:
        card = lesson(header.lesson)
        published = header.variant == "published" and card.published is not None
        return card.published if published and card.published else card.program
    name = header.program[0].name
    for folder in (Path(), *folders):
        if (folder / name).is_file():
            return folder / name
    raise UnusableFile("replay_program_missing", file=name)


def _check_texts(header: Header, program: Path | Callable[..., object]) -> None:
    """Raises UnusableFile for the first file whose text is not the recorded one's."""
    loaded = load(program) if isinstance(program, Path) else program_of(program)
    known = {file.name: file for file in loaded.files_named(header.program)}
    for recorded in header.program:
        found = known.get(recorded.name)
        if found is None or found.digest != recorded.digest:
            raise UnusableFile("replay_other_text", file=recorded.name)
