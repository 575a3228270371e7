"""Names for what a program makes, read off the line that makes it."""

from __future__ import annotations

import linecache
import os
import re

__all__ = ["variable_at"]

_BINDING = re.compile(r"\s*([A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)*)\s*(?::[^=]+)?=(?!=)[^;]*$")


def variable_at(folder: str, location: str | None, is_end: bool, second: bool) -> str | None:
    """The variable that a line of the program binds to what it makes, if that is plain.

    Args:
        location: ``file.py:31`` in the folder.
        is_end: it is an end of a pipe: of two variables one, of one variable a part.
        second: it is the pipe's second end.
    """
    if location is None:
        return None
    name, _, number = location.rpartition(":")
    found = _BINDING.match(linecache.getline(os.path.join(folder, name), int(number)))
    if found is None:
        return None
    targets = [target.strip() for target in found.group(1).split(",")]
    if is_end:
        if len(targets) == 1:
            return f"{targets[0]}[{int(second)}]"
        return targets[second] if len(targets) == 2 else None
    return targets[0] if len(targets) == 1 else None
