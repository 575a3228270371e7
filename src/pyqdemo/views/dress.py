"""How a picture is dressed: glyphs and colours, by what the terminal can show.

Colour means a state and never stands alone; each state has a shape and a letter too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TextIO

from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from pyqdemo.views.cells import cell_len, fit

__all__ = ["ASCII", "UNICODE", "Dress", "Glyphs", "Line", "Tone", "dress_for", "speakable"]


class Tone(Enum):
    """What a piece of text means; the dress knows how that looks."""

    INK = "ink"
    STRONG = "strong"
    DIM = "dim"
    MOVES = "moves"
    MOVES_STRONG = "moves strong"
    BLOCKED = "blocked"
    BLOCKED_STRONG = "blocked strong"
    FAILED = "failed"
    WELL = "well"
    WELL_STRONG = "well strong"
    RULE = "rule"
    CHIP = "chip"


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The shapes. Every one is a single cell on every terminal (East Asian Width neutral).

    Attributes:
        levels: bars of growing height, from nothing; braille packs two of five levels into
            one cell, ASCII one of five.
    """

    running: str = "▸"
    could_go: str = "▹"
    blocked: str = "▮"
    sleeping: str = "◦"
    ended: str = "✓"
    failed: str = "✗"
    operation: str = "▪"
    asleep: str = "╌"
    rule: str = "╌"
    arrow: str = "▸"
    place: str = "▫"
    braille: bool = True


UNICODE = Glyphs()
ASCII = Glyphs(">", ".", "#", "z", "v", "X", "o", ".", "-", ">", "_", braille=False)


class Line:
    """One row of a picture: pieces of text, each with its tone."""

    __slots__ = ("cells", "pieces")

    def __init__(self) -> None:
        self.pieces: list[tuple[str, Tone]] = []
        self.cells = 0

    def add(self, text: str, tone: Tone = Tone.INK) -> Line:
        if text:
            self.pieces.append((text, tone))
            self.cells += cell_len(text)
        return self

    def to(self, column: int) -> Line:
        """Pads up to that column; a line that is already longer stays as it is."""
        if self.cells < column:
            self.add(" " * (column - self.cells))
        return self

    def fitted(self, cells: int) -> Line:
        """The same row in exactly that many cells."""
        if self.cells <= cells:
            return self.to(cells)
        cut = Line()
        for text, tone in self.pieces:
            room = cells - cut.cells
            if cell_len(text) > room:
                cut.add(fit(text, room), tone)
                break
            cut.add(text, tone)
        return cut.to(cells)

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)


# ink, secondary, moves, blocked, failed, rule, chip, well. Each keeps its hue where a terminal
# has 256 colours only: red stays red, green green.
_LIGHT = (*("#1B1E23", "#5A616B", "#0B5FA5", "#9A4300", "#AB0028", "#BEBAB0", "#DCE9F5"), "#1A7A1A")
_DARK = (*("#E8E6E1", "#9AA3B0", "#74B9FF", "#FFB15C", "#FF7773", "#4A525E", "#1B2B3B"), "#7BD88F")
_NONE: tuple[str | None, ...] = (None,) * 8
# On a ground that nobody knows: 4.4 to 1 at least on white and on black alike.
_UNKNOWN = (None, "#767676", "#0078D4", "#B85C00", "#E81123", "#767676", None, "#1A861A")
# A terminal of 16 colours has its owner's palette: its names are nearer than any match.
_NAMED = (None, "bright_black", "blue", "yellow", "red", "bright_black", None, "green")
_NAMED_ON_DARK = (
    *(None, "white", "bright_blue", "bright_yellow", "bright_red", "bright_black", None),
    "bright_green",
)


@dataclass(frozen=True, slots=True)
class Dress:
    """Glyphs, and for each tone what is written before and after it.

    Attributes:
        chips: whether items stand on a ground of their own; else between brackets.
    """

    glyphs: Glyphs = UNICODE
    chips: bool = False
    marks: Mapping[Tone, tuple[str, str]] = field(default_factory=dict)

    def paint(self, line: Line) -> str:
        """The line with its colours; blanks at its end are left out."""
        pieces = line.pieces
        while pieces and pieces[-1][1] is not Tone.CHIP and not pieces[-1][0].strip(" "):
            pieces = pieces[:-1]
        painted = []
        for text, tone in pieces:
            before, after = self.marks.get(tone, ("", ""))
            painted.append(f"{before}{text}{after}")
        return "".join(painted)


def dress_for(out: TextIO, environ: Mapping[str, str]) -> Dress:
    """The dress that a stream and its environment ask for.

    Colours need a terminal (or FORCE_COLOR) and no NO_COLOR; which ones they are, COLORFGBG
    tells by the terminal's background. Glyphs need an encoding that has them.
    """
    glyphs = UNICODE if speakable("".join(_samples()), out) else ASCII
    terminal = out.isatty() and environ.get("TERM") != "dumb"
    if not terminal and not environ.get("FORCE_COLOR"):
        return Dress(glyphs)
    console = Console(file=out, force_terminal=True, _environ=environ)
    system = _SYSTEMS.get(console.color_system or "")
    if system is None or environ.get("NO_COLOR"):
        system, colours = ColorSystem.STANDARD, _NONE
    else:
        colours = _colours(_background(environ), system)
    return Dress(glyphs, colours[6] is not None, _marks(colours, system))


def speakable(text: str, out: TextIO) -> bool:
    """Whether the stream's encoding has these characters."""
    try:
        text.encode(out.encoding or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


def _samples() -> tuple[str, ...]:
    texts = (getattr(UNICODE, name) for name in Glyphs.__slots__ if name != "braille")
    return (*texts, "\u28ff")


_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.STANDARD,
}


def _background(environ: Mapping[str, str]) -> str:
    """``dark`` or ``light`` by COLORFGBG (foreground;background), else ``unknown``."""
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    if not ground.isdecimal():
        return "unknown"
    return "dark" if int(ground) < 7 or int(ground) == 8 else "light"


def _colours(background: str, system: ColorSystem) -> tuple[str | None, ...]:
    if system is ColorSystem.STANDARD:
        return _NAMED_ON_DARK if background == "dark" else _NAMED
    return {"light": _LIGHT, "dark": _DARK}.get(background, _UNKNOWN)


def _marks(colours: tuple[str | None, ...], system: ColorSystem) -> dict[Tone, tuple[str, str]]:
    ink, dim, moves, blocked, failed, rule, chip, well = colours
    styles = {
        Tone.INK: Style(color=ink),
        Tone.STRONG: Style(color=ink, bold=True),
        # Without a colour of its own the lesser text is only less when it is not bold.
        Tone.DIM: Style(color=dim),
        Tone.MOVES: Style(color=moves),
        Tone.MOVES_STRONG: Style(color=moves, bold=True),
        Tone.BLOCKED: Style(color=blocked),
        Tone.BLOCKED_STRONG: Style(color=blocked, bold=True),
        Tone.FAILED: Style(color=failed, bold=True),
        Tone.WELL: Style(color=well),
        Tone.WELL_STRONG: Style(color=well, bold=True),
        Tone.RULE: Style(color=rule),
        Tone.CHIP: Style(color=ink, bgcolor=chip, bold=True),
    }
    marks = {}
    for tone, style in styles.items():
        before, _, after = style.render("\0", color_system=system).partition("\0")
        marks[tone] = (before, after)
    return marks
