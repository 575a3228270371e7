"""Widths in terminal cells: the one function that cuts and pads, and the one that escapes."""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size

__all__ = ["broken_up", "cell_len", "escaped", "fit", "shortened", "shown"]

#: Two full stops: a real ellipsis is two cells wide on some Chinese terminals.
CUT = ".."

_PIECES = re.compile(r"[^ 、，；。]*[ 、，；。]*")

_WIDE = r"\u3000-\u9fff\uff00-\uffef"
_OPENING, _CLOSING = "（《“‘", "，。；：！？、）》”’"
#: A Han character, or what stands between two; with the marks that may not leave it.
_SMALLEST = re.compile(
    rf"[{_OPENING}]*(?:[{_WIDE}]|[^{_WIDE}{_OPENING}{_CLOSING} ]+)?[{_CLOSING} ]*"
)

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e", "\0": "\\0"}


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """The text in exactly that many cells: cut with ``..`` if longer, padded if shorter.

    Args:
        text: without control characters (see ``shown``).
        cells: 0 or more.
        right: whether a shorter text stands at the right.
    """
    cells = max(0, cells)
    length = cell_len(text)
    if length > cells:
        mark = CUT if cells >= 6 else ""
        return set_cell_size(text, cells - len(mark)) + mark
    space = " " * (cells - length)
    return space + text if right else text + space


def shown(text: str, cells: int) -> str:
    """What a program made, safe and short enough to stand in our picture.

    Line breaks, escape sequences, marks that turn the direction of writing, lone
    surrogates and whatever else is not printable are written as escapes; the rest is cut
    to that many cells.
    """
    text = escaped(text, cells + 1)
    return fit(text, cells) if cell_len(text) > cells else text


def shortened(text: str, cells: int) -> str:
    """What a program made, safe, and cut in its middle: both its ends stay.

    So names stay apart that differ in a number at their end.
    """
    if len(text) > 2 * cells:  # nothing in between can be seen
        text = text[:cells] + text[len(text) - cells :]
    text = escaped(text, len(text))
    if cell_len(text) <= cells or cells < 6:
        return shown(text, cells)
    first = fit(text, cells + len(CUT) - cells // 2).rstrip()
    tail = text
    while tail and cell_len(tail) > cells - cell_len(first):
        tail = tail[1:]
    return first + tail


def escaped(text: str, characters: int) -> str:
    """The same escapes for a text that may take several rows; cut after so many characters."""
    # Nothing behind the first characters can be seen: a long value costs no more.
    if len(text) > characters:
        text = text[:characters] + CUT
    if text.isprintable() and "\ufe0f" not in text:
        return text
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    # The selector makes the character before it two cells wide on some terminals only.
    if character.isprintable() and character != "\ufe0f":
        return character
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def broken_up(text: str, room: int, *, dense: bool = False) -> list[str]:
    """A sentence in lines of at most ``room`` cells, broken at spaces and after 、，；。

    A Chinese clause that is wider than the room is broken between its characters. A word
    that is wider has a line of its own, and is not cut.

    Args:
        dense: whether every Chinese clause may be broken so, as in a narrow column.
    """
    lines: list[list[str]] = [[]]
    for piece in filter(None, _PIECES.findall(text)):
        apart = dense or cell_len(piece.rstrip()) > room
        for part in filter(None, _SMALLEST.findall(piece)) if apart else (piece,):
            if lines[-1] and cell_len("".join([*lines[-1], part]).rstrip()) > room:
                lines.append([])
            lines[-1].append(part)
    if len(lines) > 1 and _is_alone(lines[-1]) and len(lines[-2]) > 2:
        lines[-1].insert(0, lines[-2].pop())
    return ["".join(line).rstrip() for line in lines]


def _is_alone(line: list[str]) -> bool:
    """Whether it is one Han character, and at most marks after it: it wants company."""
    return len(line) == 1 and re.fullmatch(rf"[{_WIDE}]{{1,2}}", line[0]) is not None
