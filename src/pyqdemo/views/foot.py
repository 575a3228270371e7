"""The foot of the terminal: a picture that stays, while the program's lines scroll above it.

Not Rich's ``Live``: that erases a picture before drawing it anew (it flickers where a
terminal shows half a frame), forgets how high the old one is when the window is resized,
and lets every printed line draw it again. Here a frame is one write, drawn over the last.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TextIO

from pyqdemo.views.lines import encodable

__all__ = ["Foot", "reflows", "size_of"]

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
# Terminals that know these show the frame at once; the others ignore them.
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
TO_LINE_END, TO_SCREEN_END = "\x1b[K", "\x1b[J"
RESET = "\x1b[0m"


def size_of(out: TextIO, environ: Mapping[str, str]) -> tuple[int, int]:
    """Columns and rows of the terminal behind a stream; else COLUMNS and LINES, else 80 x 24.

    The terminal comes first: an exported COLUMNS does not follow when a window is resized.
    """
    try:
        found = os.get_terminal_size(out.fileno())
        columns, rows = found.columns, found.lines
    except (OSError, ValueError):
        columns, rows = 0, 0
    return columns or _number(environ, "COLUMNS", 80), rows or _number(environ, "LINES", 24)


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and int(text[:6]) > 0 else default


class Foot:
    """Draws frames at the foot and lines above them; the cursor rests in the last row.

    Args:
        out: a terminal that can move its cursor.
        reflows: whether the terminal wraps its old rows anew when it gets narrower.
    """

    def __init__(self, out: TextIO, *, reflows: bool = True) -> None:
        self._out = out
        self._reflows = reflows
        self._drawn: list[int] = []  # cells of each row of the frame on the screen
        self._hidden = False

    def draw(self, lines: str, rows: Sequence[str], cells: Sequence[int], columns: int) -> None:
        """One frame.

        Args:
            lines: the program's whole lines since the last frame, each ended by a newline.
            rows: the frame's rows, painted; none may be wider than the terminal.
            cells: the width of each row without its paint.
            columns: the terminal's width now.
        """
        parts = [BEGIN, "" if self._hidden else HIDE, self._to_top(columns)]
        if lines:
            # Long lines are wrapped by the terminal, so the rows below must be clear first.
            parts += [TO_SCREEN_END, lines.replace("\n", "\r\n")]
        for number, row in enumerate(rows):
            parts += ["\r\n" if number else "", RESET, row, RESET, TO_LINE_END]
        parts += [TO_SCREEN_END, END]
        self._hidden = True
        self._drawn = list(cells)
        self._write("".join(parts))

    def clear(self, lines: str = "") -> None:
        """Takes the frame away, prints the last lines and shows the cursor again."""
        if not (self._drawn or self._hidden or lines):
            return
        parts = [self._to_top(None) + TO_SCREEN_END] if self._drawn else []
        parts += [lines.replace("\n", "\r\n"), SHOW if self._hidden else ""]
        self._drawn, self._hidden = [], False
        self._write("".join(parts))

    def _to_top(self, columns: int | None) -> str:
        """To the first cell of the frame on the screen, from its last row."""
        if not self._drawn:
            return "\r"
        height = len(self._drawn)
        if columns and self._reflows:
            height = sum(max(1, -(-cells // columns)) for cells in self._drawn)
        up = height - 1
        return f"\r\x1b[{up}A" if up else "\r"

    def _write(self, text: str) -> None:
        self._out.write(encodable(text, self._out.encoding))
        self._out.flush()


def reflows(environ: Mapping[str, str]) -> bool:
    """Whether a terminal wraps its old rows anew when it gets narrower; most do."""
    return environ.get("TERM") != "linux" and "XTERM_VERSION" not in environ
