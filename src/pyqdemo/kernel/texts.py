"""Short texts of what the program did, for the record."""

from __future__ import annotations

import re

__all__ = ["Addresses", "raised", "told"]

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class Addresses:
    """Numbers for addresses in texts (``at 0x7f31``), in the order in which they appear.

    They are the one thing that differs between equal runs of most programs.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def tidy(self, text: str) -> str:
        """The text with numbers for its addresses: ``at #1``."""
        return _ADDRESS.sub(self._number, text) if " at 0x" in text else text

    def ahead(self, text: str) -> str:
        """What ``tidy`` would give now; no address gets its number by that."""
        if " at 0x" not in text:
            return text
        other = Addresses()
        other._numbers = dict(self._numbers)
        return other.tidy(text)

    def _number(self, found: re.Match[str]) -> str:
        return f" at #{self._numbers.setdefault(found.group(), len(self._numbers) + 1)}"


def raised(error: BaseException) -> str:
    """What an event's ``result`` says of an exception."""
    return f"raised {told(error)}"


def told(error: BaseException) -> str:
    """``ValueError: text``; the program's own ``__str__`` may itself fail."""
    try:
        text = str(error)
    except BaseException:  # even SystemExit: it is only being told
        text = "<exception str() failed>"  # as a traceback says it
    return type(error).__name__ + (f": {text}" if text else "")
