"""tools/picture.py: what a terminal really showed, drawn cell by cell."""

from __future__ import annotations

import os
import re
import sys

from picture import CELL, MARGIN, svg, watch


def test_a_command_is_drawn_as_its_terminal_showed_it() -> None:
    """厨 is two cells wide, so A stands at the third; what is red is red."""
    told = r"import sys; sys.stdout.write('\u53a8A \x1b[31mB\x1b[0m')"
    command = [sys.executable, "-c", told]
    screen = watch(command, 20, 3, None, "", {**os.environ, "PYTHONUTF8": "1"})
    assert screen.display[0].rstrip() == "厨A B"
    drawing = svg(screen, "dark", "a < b")
    places = [f"{MARGIN + cell * CELL:.1f}".removesuffix(".0") for cell in (0, 2, 4)]
    assert f'<text x="{places[0]} {places[1]}"' in drawing
    assert re.search(rf'<text x="{re.escape(places[2])}" [^>]*fill="#C4314B">B<', drawing)
    assert "a &lt; b" in drawing
