"""Warnings about old names, told as the library tells them."""

from __future__ import annotations

import sys

__all__ = ["deprecated"]


def deprecated(told: str) -> None:
    """Warns whoever called the stand-in that calls this.

    The warning goes through the program's own ``warnings``: its filters decide, and it is
    written where the program writes.
    """
    caller = sys._getframe(2)
    caller.f_builtins["__import__"]("warnings").warn(told, DeprecationWarning, stacklevel=3)
