"""What ``explore`` and ``explain`` have in common: their plan, and the run that was found."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyqdemo.card import Card
from pyqdemo.cli import runs
from pyqdemo.cli.commands import Given
from pyqdemo.cli.console import Console
from pyqdemo.cli.controlling import seed_of
from pyqdemo.cli.parameters import values_of
from pyqdemo.cli.retyping import corrected, new_record, quoted_path
from pyqdemo.cli.words import text
from pyqdemo.errors import ScheduleError
from pyqdemo.languages import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyqdemo.executing import Plan
    from pyqdemo.trace import Trace
    from pyqdemo.views.dress import Glyphs, Line

__all__ = ["again", "hushed", "keep", "note_lines", "plan_of", "write_json", "write_lines"]

LONGEST_SCHEDULE = 400  # a longer one nobody copies: the run is to be kept instead
NARROWEST, WIDEST = 40, 120


def plan_of(word: str, card: Card | None, given: Given, **how: Any) -> Plan:
    """The program with its settings, as they were typed.

    Args:
        how: further settings of a ``Plan``.

    Raises:
        UsageError: a value is outside its range.
    """
    from pyqdemo.executing import Plan

    plan = Plan(
        program=Path(word),
        arguments=given.arguments.get("ARGS", ()),
        seed=seed_of(given),
        start_method=given.choice(runs.START_METHOD),
        stdout=given.choice(runs.STDOUT) or "terminal",
        **how,
    )
    if card is None:
        return plan
    published = given.has("as-published")
    return replace(
        plan,
        program=card.program_of(published),
        parameters=values_of(card, given, published),
        lesson=card.name,
        variant="published" if published else "repaired",
    )


@contextmanager
def hushed(console: Console) -> Iterator[None]:
    """While a program is executed again and again, what processes print that it starts outside of
    control goes nowhere: on our stdout it would stand in the midst of the answer."""
    try:
        ours = console.out.fileno()
    except (OSError, ValueError, AttributeError):
        yield  # nobody but us can write there
        return
    console.out.flush()
    kept, nowhere = os.dup(ours), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, ours)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, ours)
        os.close(kept)


def keep(trace: Trace, file: Path) -> None:
    """Writes the record of a run that is over. Raises UnusableFile."""
    from pyqdemo.codec.writing import write_trace
    from pyqdemo.trace import Record

    assert trace.outcome is not None, "the run is over"
    records = chain[Record](trace.tasks, trace.resources, trace.events)
    write_trace(file, trace.header, records, trace.outcome)


def again(trace: Trace, given: Given, card: Card | None, save: Path | None) -> tuple[Text, str]:
    """The run that was found once more: from its record if it was kept, else by its choices.

    Returns:
        What the command does, and the command without ``pyqdemo`` before it.
    """
    from pyqdemo.schedule import schedule_of, to_text

    lang = ["--lang", given.lang] if given.has("lang") else []
    if save is not None and save.is_file():
        words = ["replay", quoted_path(save)]
        program = Path(given.argument("PROGRAM"))
        if card is None and program.parent != Path() and not (save.parent / program.name).exists():
            words.append(quoted_path(program))
        return text("search.again"), " ".join([*words, *lang])
    try:
        schedule = to_text(schedule_of(trace))
    except ScheduleError:
        schedule = ""
    if not schedule or len(schedule) > LONGEST_SCHEDULE:
        piped = given.argument("TRANSCRIPT") == "-"
        told = text("search.keep_piped" if piped else "search.keep")
        return told, corrected(given, save=new_record())
    if card is None:
        words = ["run", quoted_path(given.argument("PROGRAM"))]
    else:
        words = [card.name, *(["--as-published"] if given.has("as-published") else [])]
    return text("search.again"), " ".join([*words, *lang, "--schedule", shlex.quote(schedule)])


def write_json(told: str, console: Console) -> None:
    """One JSON object as UTF-8, whatever the console's encoding is."""
    console.out.flush()
    buffer = getattr(console.out, "buffer", None)
    if buffer is None:
        console.write(f"{told}\n")
        return
    buffer.write(f"{told}\n".encode())
    buffer.flush()


def note_lines(told: Text, lang: str, width: int) -> Iterator[Line]:
    """A paragraph below an answer."""
    from pyqdemo.views.cells import broken_up
    from pyqdemo.views.dress import Line

    yield Line()
    for part in broken_up(told[lang], min(width, WIDEST) - 2):
        yield Line().add(f"  {part}")


def write_lines(
    drawn: Callable[[Glyphs, int], Iterable[Line]], console: Console, *, plain: bool
) -> None:
    """Shows what is drawn as it suits the console.

    Args:
        drawn: the lines, from the glyphs and the cells of the terminal.
        plain: without colours.
    """
    from pyqdemo.views.dress import Dress, dress_for
    from pyqdemo.views.foot import size_of
    from pyqdemo.views.lines import encodable

    dress = dress_for(console.out, console.environ)
    if plain:
        dress = Dress(dress.glyphs)
    width, _ = size_of(console.out, console.environ)
    lines = drawn(dress.glyphs, max(width, NARROWEST))
    told = "".join(f"{dress.paint(line)}\n" for line in lines)
    console.write(encodable(told, console.out.encoding))
