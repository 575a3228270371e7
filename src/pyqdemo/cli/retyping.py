"""Command lines that a person may copy: what was typed, with a little changed."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pyqdemo.cli.mistakes import one_line

if TYPE_CHECKING:  # whose mistakes offer a command line themselves
    from pyqdemo.cli.commands import Given

__all__ = ["LONGEST_RETYPED", "corrected", "new_record", "quoted_path", "retyped"]

#: How a run is shown and kept changes nothing about it.
_LOOK = frozenset({"plain", "quiet", "json", "save", "show-schedule"})
#: What decides the run comes last, where the eye falls.
_LAST = frozenset({"seed", "schedule"})
#: A longer one is not repeated in a mistake: it would hide what was wrong.
LONGEST_RETYPED = 60


def retyped(given: Given, *, without: Collection[str] = (), **changed: object) -> str:
    """What was typed, to be typed again after ``pyqdemo``.

    Options that only say how a run is shown and kept are left out.

    Args:
        without: names of options to leave out.
        changed: option name (with ``_`` for a hyphen) → the value it shall have.
    """
    return _typed(given, _LOOK.union(without), (), changed)


def corrected(
    given: Given, *, without: Collection[str] = (), flags: Iterable[str] = (), **changed: object
) -> str:
    """What was typed, all of it but for the mistake in it, to be typed after ``pyqdemo``.

    A long schedule gives way to its seed.

    Args:
        without: names of options to leave out.
        flags: names of options without a value to add.
        changed: as of ``retyped``.
    """
    left_out, schedule = set(without), given.values.get("schedule", "")
    if len(schedule) > LONGEST_RETYPED and "schedule" not in left_out | changed.keys():
        left_out.add("schedule")
        if not given.has("seed"):
            found = re.search(r",seed=([0-9]{1,19})\b", schedule)
            changed.setdefault("seed", found[1] if found else "0")
    return _typed(given, left_out, flags, changed)


def quoted_path(file: str | Path) -> str:
    """A file's name, or ``-`` for what is piped in, as one word of a command line."""
    told = str(file)
    return shlex.quote(f"./{told}" if told.startswith("-") and told != "-" else told)


def new_record() -> str:
    """A name for a record in the current folder that nothing has there yet."""
    names = (f"run-{number}.jsonl" if number > 1 else "run.jsonl" for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


def _typed(
    given: Given, left_out: Collection[str], flags: Iterable[str], changed: dict[str, object]
) -> str:
    new = {name.replace("_", "-"): str(value) for name, value in changed.items()}
    words = list(_beginning(given))
    words += [f"--{name}" for name in sorted(given.flags.union(flags) - set(left_out))]
    values = {name: value for name, value in given.values.items() if name not in left_out} | new
    for name, value in sorted(values.items(), key=lambda pair: pair[0] in _LAST):
        words += [f"--{name}", shlex.quote(value)]
    arguments = given.arguments.get("ARGS", ())
    if arguments:
        words += ["--", *map(shlex.quote, arguments)]
    return one_line(" ".join(words))


def _beginning(given: Given) -> Iterator[str]:
    if given.command:
        yield given.command
    for name, values in given.arguments.items():
        if name != "ARGS":
            yield from map(quoted_path, values)
