"""What a program is wanted to print, and whether a text can come next in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from pyqdemo.explaining.plain import plain, unfinished

__all__ = ["Mark", "Wanted"]


class Mark(NamedTuple):
    """How far a text has been printed.

    Attributes:
        place: characters of the wanted text that are there.
        blanks: that were printed after them. They count only if anything but the end of the
            line follows, since whoever copies lines from a screen loses them.
        unfinished: the beginning of a colour or the like, whose end has not been printed.
    """

    place: int
    blanks: str = ""
    unfinished: str = ""


START = Mark(0)


class Wanted:
    """The lines that are wanted.

    Blanks at the end of a line count for nothing, nor do empty lines before and after all, nor
    what no screen shows (see ``plain``).

    Args:
        lines: plain, without their ends, nor blanks there, the first and the last one not empty.
        cut: the last one may be the beginning of a longer line.

    Attributes:
        text: all of it, as it is printed.
    """

    def __init__(self, lines: tuple[str, ...], *, cut: bool = False) -> None:
        self.lines = lines
        self.text = "\n".join(lines) + ("" if cut else "\n")
        starts, place = [], 0
        for line in lines:
            starts.append(place)
            place += len(line) + 1
        self._starts = starts
        self._later: dict[tuple[str, int], bool] = {}

    def after(self, mark: Mark, text: str) -> Mark | None:
        """The mark after a text that is printed at a mark; None if it cannot come there.

        What is printed when all that is wanted is there can be anything.
        """
        wanted, (place, blanks, before) = self.text, mark
        as_it_is = not (blanks or before) and not text.endswith((" ", "\t"))
        if as_it_is and wanted.startswith(text, place):
            return Mark(place + len(text))
        text = before + text
        after = unfinished(text)
        for character in plain(text.removesuffix(after)):
            if place == len(wanted):
                break
            if character in " \t":
                blanks += character
            elif character == "\n":
                blanks = ""
                if wanted[place] == "\n":
                    place += 1
                elif place:
                    return None
            elif wanted.startswith(blanks + character, place):
                place, blanks = place + len(blanks) + 1, ""
            else:
                return None
        return Mark(place, blanks, after)

    def can_come_later(self, mark: Mark, text: str) -> bool:
        """Whether a text can begin a line after that mark, or comes after all of them."""
        line = bisect_left(self._starts, mark.place)
        found = self._later.get((text, line))
        if found is None:
            starts = self._starts[line:]
            found = any(self.after(Mark(start), text) is not None for start in starts)
            self._later[text, line] = found
        return found

    def has_later(self, mark: Mark, text: str) -> bool:
        """Whether a text, but for blanks around it, stands anywhere after that mark."""
        return self.text.find(plain(text).strip(), mark.place) >= 0

    def is_whole(self, mark: Mark) -> bool:
        """Whether all that is wanted has been printed."""
        return mark.place == len(self.text)

    def would_be_whole(self, mark: Mark) -> bool:
        """Whether it has, if the program is over and has not ended its last line."""
        return mark.place >= len(self.text.rstrip("\n"))

    def line(self, mark: Mark) -> int:
        """How many lines are printed whole at a mark."""
        whole = len(self.lines) if self.is_whole(mark) else 0
        return whole or bisect_right(self._starts, mark.place) - 1

    def gained(self, mark: Mark) -> float:
        """Lines that have been printed at a mark, and how much of the next."""
        line = self.line(mark)
        if line == len(self.lines):
            return float(line)
        within = (mark.place - self._starts[line]) / (len(self.lines[line]) + 1)
        return line + within
