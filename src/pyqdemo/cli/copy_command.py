"""``pyqdemo copy LESSON DIR``: a lesson's programs into a folder, to change and to run."""

from __future__ import annotations

from pathlib import Path

from pyqdemo.cli.commands import HELP, LANG, Argument, Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.finding import lesson_names, named_lesson
from pyqdemo.cli.mistakes import reason
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.words import say, text
from pyqdemo.errors import Exit, UnusableFile, UsageError

__all__ = ["COPY"]

NAME = "copy"


def _start(given: Given, console: Console) -> int:
    import shutil

    card = named_lesson(given, NAME)
    told = given.argument("DIR")
    base = f"{NAME} {card.name}"
    if not told:
        facts = {"argument": "DIR", "next": f"{base} my-{card.name}"}
        raise UsageError("argument_missing", command=NAME, **facts)
    folder = Path(told)
    programs = [card.program] if card.published is None else [card.program, card.published]
    targets = [(program, folder / program.name) for program in programs]
    for _, target in targets:
        # A link that leads nowhere is there too, and copying would write through it.
        if (target.exists() or target.is_symlink()) and not given.has("force"):
            following = corrected(given, flags=["force"])
            raise UnusableFile("copy_exists", file=str(target), next=following)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for program, target in targets:
            shutil.copyfile(program, target)
            console.write(say("copy.done", given.lang, file=target) + "\n")
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        if isinstance(error, FileExistsError):
            why = text("copy.no_folder")
        facts = {"file": told, "next": f"{base} my-{card.name}"}
        raise UnusableFile("copy_unwritable", reason=why, **facts) from None
    console.write(f"\n{say('help.try', given.lang, command=f'run {targets[0][1]}')}\n")
    return Exit.FINE


COPY = Command(
    name=NAME,
    panel="more",
    summary=text("copy.summary"),
    about=text("copy.about"),
    arguments=(Argument("LESSON", choices=lesson_names), Argument("DIR")),
    sections=(Section(text("panel.options"), (Option("--force", text("copy.force")), LANG, HELP)),),
    example="chefs my-chefs",
    start=_start,
)
