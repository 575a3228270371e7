"""Command lines that a person may copy: what was typed, with a little changed."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from pathlib import Path

from pyqdemo.cli.commands import Given
from pyqdemo.cli.mistakes import one_line

__all__ = ["quoted_path", "retyped"]

#: How a run is shown and kept changes nothing about it.
_LOOK = frozenset({"plain", "quiet", "json", "save", "show-schedule"})
#: What decides the run comes last, where the eye falls.
_LAST = frozenset({"seed", "schedule"})


def retyped(given: Given, *, without: Collection[str] = (), **changed: object) -> str:
    """What was typed, to be typed again after ``pyqdemo``.

    Options that only say how a run is shown and kept are left out.

    Args:
        without: names of options to leave out.
        changed: option name (with ``_`` for a hyphen) → the value it shall have.
    """
    new = {name.replace("_", "-"): str(value) for name, value in changed.items()}
    words = list(_beginning(given))
    left_out = _LOOK.union(without)
    words += [f"--{name}" for name in sorted(given.flags - left_out)]
    for name, value in sorted({**given.values, **new}.items(), key=lambda pair: pair[0] in _LAST):
        if name not in left_out:
            words += [f"--{name}", shlex.quote(value)]
    arguments = given.arguments.get("ARGS", ())
    if arguments:
        words += ["--", *map(shlex.quote, arguments)]
    return one_line(" ".join(words))


def quoted_path(file: str | Path) -> str:
    """A file's name as one word of a command line that is no option."""
    told = str(file)
    return shlex.quote(f"./{told}" if told.startswith("-") else told)


def _beginning(given: Given) -> Iterator[str]:
    yield given.command
    for name, values in given.arguments.items():
        if name != "ARGS":
            yield from map(quoted_path, values)
