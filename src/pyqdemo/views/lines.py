"""The program's own lines, made safe for a screen that also carries our picture.

Nothing is cut or wrapped. Colours (SGR) pass; whatever would move the cursor, clear the
screen, rename the window or ring the bell is left out. A carriage return or backspace
within a line writes over what stands there, as a terminal would have it.
"""

from __future__ import annotations

import re

from rich.cells import chop_cells

from pyqdemo.views.cells import cell_len

__all__ = ["ProgramLines", "encodable"]

RESET = "\x1b[0m"

# The order matters: sequences with an end of their own before the lone escape.
_CONTROLS = re.compile(
    r"\x1b\[[0-9;:]*m"  # SGR, the one that passes
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # any other CSI
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC, DCS, SOS, PM, APC up to their end
    r"|\x1b[ -/]*[0-~]?"  # two-character escapes
    r"|[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_SGR = re.compile(r"\x1b\[[0-9;:]*m")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?)?$")
_STEPS = re.compile(r"(\x1b\[[0-9;:]*m)")
_SURROGATES = re.compile(r"[\ud800-\udfff]")

PARTIAL_ROWS = 3


class ProgramLines:
    """Text as it arrives in, whole lines out; what has no newline yet is kept.

    One for each of the program's streams.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._colour = ""

    def add(self, text: str) -> str:
        """The lines that are whole now, each with its newline; empty if there is none."""
        if "\n" not in text:
            self._rest = _shortened(self._rest + text)
            return ""
        whole, _, rest = (self._rest + text).rpartition("\n")
        self._rest = _shortened(rest)
        return "".join(f"{self._line(line)}\n" for line in whole.split("\n"))

    def end(self) -> str:
        """What is left without a newline, given one; empty if nothing is left."""
        rest, self._rest = self._rest, ""
        return f"{self._line(rest)}\n" if rest else ""

    def rows(self, columns: int) -> list[str]:
        """What is left without a newline, for a screen that wide: its last rows."""
        if not self._rest:
            return []
        text = _SGR.sub("", _clean(_overwritten(_UNFINISHED.sub("", self._rest))))
        text = text.expandtabs(8)
        if cell_len(text) <= columns:
            return [text]
        return chop_cells(text, columns)[-PARTIAL_ROWS:]

    def _line(self, line: str) -> str:
        if line.isprintable():  # the usual case, and a hundred times cheaper
            return f"{self._colour}{line}{RESET}" if self._colour else line
        line = _clean(_overwritten(line))
        before, self._colour = self._colour, _colour_after(self._colour, line)
        # The line leaves no colour behind for our picture, and takes up the one before.
        return f"{before}{line}{RESET}" if before or self._colour else line


def encodable(text: str, encoding: str | None) -> str:
    """The text with ``?`` for what the encoding does not have; never raises."""
    text = _SURROGATES.sub("?", text)
    try:
        text.encode(encoding or "utf-8")
    except UnicodeError:
        return text.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8", "replace")
    except LookupError:
        return text.encode("ascii", "replace").decode("ascii")
    return text


def _clean(line: str) -> str:
    return _CONTROLS.sub(lambda found: found[0] if _SGR.fullmatch(found[0]) else "", line)


def _colour_after(before: str, line: str) -> str:
    """The SGR sequences still in force at the end of the line."""
    found = _SGR.findall(line)
    for place in range(len(found) - 1, -1, -1):
        if found[place] in ("\x1b[m", RESET):
            return "".join(found[place + 1 :])[-200:]
    return (before + "".join(found))[-200:] if found else before


def _shortened(rest: str) -> str:
    """A progress line rewritten a million times keeps only its last writings."""
    if len(rest) < 4096 or "\r" not in rest:
        return rest
    return rest[rest.rfind("\r", 0, len(rest) - 1) :]


def _overwritten(line: str) -> str:
    """The line after its carriage returns and backspaces.

    Characters count as one place each: exact for text of one width, near for others.
    """
    line = line.rstrip("\r")
    if "\r" not in line and "\b" not in line:
        return line
    places: list[str] = []
    at, colour = 0, ""
    for piece in _STEPS.split(line):
        if _SGR.fullmatch(piece):
            colour = (colour + piece)[-200:]
            continue
        for character in piece:
            if character == "\r":
                at = 0
            elif character == "\b":
                at = max(0, at - 1)
            else:
                places[at : at + 1] = [colour + character]
                colour, at = "", at + 1
    return "".join(places) + colour
