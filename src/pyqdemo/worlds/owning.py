"""Whose code a file is: the program's, ours, or a library's."""

from __future__ import annotations

import os

__all__ = ["ours", "owner_of"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LESSONS = os.path.join(_PACKAGE, "demos", "")  # where a wheel carries them
_PYTHON = os.path.dirname(os.__file__) + os.sep


def ours(path: str) -> bool:
    """Whether a file is of the machinery that carries the program."""
    return path.startswith(_PACKAGE) and not path.startswith(_LESSONS)


def owner_of(folder: str) -> tuple[str, tuple[str, ...]]:
    """What ``path.startswith`` needs to tell a program's own files from all others.

    Args:
        folder: the program's, absolute.

    Returns:
        the beginning that its own files have, and those that libraries below it have. A
        program may itself lie where libraries do, as an installed lesson does.
    """
    inside = folder.rstrip(os.sep) + os.sep
    others = [place for place in (_PYTHON, _PACKAGE) if not inside.startswith(place)]
    return inside, tuple(others)
