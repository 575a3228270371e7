"""Small charts of one or two rows: braille bars, or ASCII where there is no braille."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["bars"]

# Dots of a braille cell from the bottom up, left and right column.
_LEFT = (0x00, 0x40, 0x44, 0x46, 0x47)
_RIGHT = (0x00, 0x80, 0xA0, 0xB0, 0xB8)
_ASCII = " _.-=#"
LEVELS = 4


def bars(
    values: Sequence[int | None], top: int, cells: int, rows: int, *, braille: bool
) -> list[str]:
    """Bars that share one scale, from the top row down; each row has exactly ``cells`` cells.

    Anything above nothing shows at least one dot, and only ``top`` fills a bar.

    Args:
        values: two a cell, the last one at the right end; None draws nothing.
        top: the value that fills a bar, at least 1.
        rows: 1 or 2.
    """
    known = values[-2 * cells :] if cells else ()
    wanted: list[int | None] = [*[None] * (2 * cells - len(known)), *known]
    if not braille:
        return _plain(wanted, top, cells, rows)
    heights = [_height(value, top, LEVELS * rows) for value in wanted]
    drawn = []
    for row in reversed(range(rows)):
        inside = [min(max(height - row * LEVELS, 0), LEVELS) for height in heights]
        pairs = zip(inside[::2], inside[1::2], strict=True)
        dots = [_LEFT[left] | _RIGHT[right] for left, right in pairs]
        drawn.append("".join(chr(0x2800 + dot) if dot else " " for dot in dots))
    return drawn


def _height(value: int | None, top: int, levels: int) -> int:
    if not value:
        return 0
    if value >= top:
        return levels
    return min(max(1, value * levels // top), levels - 1)


def _plain(values: list[int | None], top: int, cells: int, rows: int) -> list[str]:
    steps = len(_ASCII) - 1
    pairs = zip(values[::2], values[1::2], strict=True)
    heights = [max(_height(a, top, steps), _height(b, top, steps)) for a, b in pairs]
    drawn = [" " * cells] * (rows - 1)
    return [*drawn, "".join(_ASCII[height] for height in heights)]
