"""What a run under control tells of the parts nobody sees: buffers, feeders, pipes, locks."""

from __future__ import annotations

from collections.abc import Iterator

from pyqdemo.analysis.hidden import XRay
from pyqdemo.analysis.xray_in_full import tell_in_full
from pyqdemo.analysis.xray_words import tell_in_short
from pyqdemo.languages import Text
from pyqdemo.views.cells import broken_up, escaped
from pyqdemo.views.dress import Line, Tone

__all__ = ["hidden_lines"]

WIDEST = 80
MOST_ROWS = 8  # of what is instructive; in full there is no limit
LONGEST_TEXT = 300
#: An item's way goes on as long as it is handed on.
LONGEST_WAY = 2_000

_HEAD = Text("hidden parts", "看不见的部分")
_AND_MORE = Text("and {count} more", "另有 {count} 处")
_ALL = Text(
    "--plain tells each item's way, who held which end, and who was killed",
    "加上 --plain，就会说出每件东西走过的路、管道两端在谁手里、谁被终止",
)


def hidden_lines(xray: XRay, lang: str, *, in_full: bool = False) -> Iterator[Line]:
    """The section of a summary; nothing where there is nothing to tell.

    Args:
        in_full: also every item's way, every end's holders and every death.
    """
    if not xray:
        return
    told = tell_in_short(xray)
    shown = told if in_full else told[:MOST_ROWS]
    rest = list(tell_in_full(xray)) if in_full else []
    if not shown and not rest:
        return
    yield Line()
    yield Line().add(_HEAD[lang], Tone.STRONG)
    for text in shown:
        yield from _lines(escaped(text[lang], LONGEST_TEXT), 2)
    if len(told) > len(shown):
        yield Line().add("  ").add(_AND_MORE[lang].format(count=len(told) - len(shown)), Tone.DIM)
    if not in_full:
        yield from _lines(_ALL[lang], 2, Tone.DIM)
    for deep, text in rest:
        yield from _lines(escaped(text[lang], LONGEST_WAY), 2 + 2 * deep)


def _lines(text: str, indent: int, tone: Tone = Tone.INK) -> Iterator[Line]:
    """A sentence, what does not fit into a line two cells further in."""
    room = WIDEST - indent - 2
    for number, part in enumerate(broken_up(text, room)):
        yield Line().add(" " * (indent + (2 if number else 0))).add(part, tone)
