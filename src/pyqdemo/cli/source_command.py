"""``pyqdemo source LESSON``: the program, or the published one beside the repaired."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.card import Card
from pyqdemo.cli.commands import HELP, LANG, Argument, Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.finding import lesson_names, named_lesson
from pyqdemo.cli.helping import cells
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.words import text
from pyqdemo.errors import Exit, UsageError

if TYPE_CHECKING:
    from pyqdemo.views.dress import Line

__all__ = ["SOURCE"]

NAME = "source"
#: Between the two programs: two marks, with a blank on either side.
GUTTER = 4


def _start(given: Given, console: Console) -> int:
    card = named_lesson(given, NAME)
    published, both = given.has("as-published"), given.has("diff")
    if published and both:
        following = corrected(given, without=["as-published"])
        facts = {"option": "--as-published", "other": "--diff", "next": following}
        raise UsageError("options_clash", **facts)
    if (published or both) and card.published is None:
        following = corrected(given, without=["as-published", "diff"])
        raise UsageError("one_version", lesson=card.name, next=following)
    if both:
        _show_both(card, console)
    else:
        _show(card.program_of(published), console)
    return Exit.FINE


def _show(program: Path, console: Console) -> None:
    code = program.read_text(encoding="utf-8")
    if not console.out.isatty():
        console.write(code)
        return
    from rich.console import Console as RichConsole
    from rich.style import Style
    from rich.syntax import ANSISyntaxTheme, Syntax

    # Few colours, and only those that can be read on a light and on a dark ground.
    theme = ANSISyntaxTheme(
        {
            ("Comment",): Style(color="#767676"),
            ("Keyword",): Style(bold=True),
            ("Literal", "String"): Style(color="#0078D4"),
            ("Literal", "String", "Doc"): Style(color="#767676"),
        }
    )
    highlighted = Syntax("", "python", theme=theme).highlight(code.rstrip("\n"))
    screen = RichConsole(file=console.out, _environ=console.environ)
    screen.print(highlighted, soft_wrap=True)


def _show_both(card: Card, console: Console) -> None:
    """Side by side on a terminal where both programs fit, else as one unified difference."""
    import shutil

    assert card.published is not None
    files = (card.published, card.program)
    left, right = (path.read_text(encoding="utf-8").splitlines() for path in files)
    names = (files[0].name, files[1].name)
    difference = difflib.unified_diff(left, right, names[0], names[1], lineterm="")
    if not console.out.isatty():
        console.write("".join(f"{line}\n" for line in difference))
        return
    from pyqdemo.views.dress import dress_for

    column = max(map(cells, left), default=0)
    whole = column + GUTTER + max(map(cells, right), default=0)
    # Nothing wide may begin in the last column, hence one cell less.
    if whole < shutil.get_terminal_size().columns:
        lines = _side_by_side(names, left, right, column)
    else:
        lines = _marked(difference)
    dress = dress_for(console.out, console.environ)
    console.write("".join(f"{dress.paint(line)}\n" for line in lines))


def _marked(difference: Iterable[str]) -> Iterator[Line]:
    """The lines of a unified difference: the marks stand out, the headings recede."""
    from pyqdemo.views.dress import Line, Tone

    marks = {"-": Tone.FAILED, "+": Tone.MOVES_STRONG}
    for number, line in enumerate(difference):
        if number < 2 or line.startswith("@@"):
            yield Line().add(line, Tone.DIM)
        else:
            yield Line().add(line[:1], marks.get(line[:1], Tone.INK)).add(line[1:])


def _side_by_side(
    names: tuple[str, str], left: list[str], right: list[str], column: int
) -> Iterator[Line]:
    """What both have is dim; a mark between the columns tells whose a line is."""
    from pyqdemo.views.dress import Line, Tone

    yield Line().add(names[0], Tone.STRONG).to(column + GUTTER).add(names[1], Tone.STRONG)
    yield Line()
    for kind, a, b, c, d in difflib.SequenceMatcher(None, left, right, False).get_opcodes():
        tone = Tone.DIM if kind == "equal" else Tone.INK
        for row in range(max(b - a, d - c)):
            here = left[a + row] if a + row < b else None
            there = right[c + row] if c + row < d else None
            line = Line().add(here or "", tone).to(column + 1)
            if kind != "equal":
                line.add("-" if here is not None else " ", Tone.FAILED)
                line.add("+" if there is not None else " ", Tone.MOVES_STRONG)
            yield line.to(column + GUTTER).add(there or "", tone)


SOURCE = Command(
    name=NAME,
    panel="more",
    summary=text("source.summary"),
    about=text("source.about"),
    arguments=(Argument("LESSON", choices=lesson_names),),
    sections=(
        Section(
            text("panel.options"),
            (
                Option("--as-published", text("source.published")),
                Option("--diff", text("source.diff")),
                LANG,
                HELP,
            ),
        ),
    ),
    example="chefs --diff",
    start=_start,
)
