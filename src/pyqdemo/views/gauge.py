"""A queue's items on their way, in at the left, out at the right."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.views.cells import cell_len, shown
from pyqdemo.views.dress import Dress, Line, Tone
from pyqdemo.views.scene import ShownQueue
from pyqdemo.views.words import FREE, MORE

__all__ = ["gauge"]

LONGEST_ITEM = 12
LONGEST_GROUP = 16
NARROWEST = 12  # cells for items beside the names of the ends


def gauge(queue: ShownQueue, width: int, indent: int, dress: Dress, lang: str) -> Line:
    """``chefs > [7] [8] > eaters`` in exactly ``width`` cells.

    Of a queue with a bound every place is drawn, taken or empty, where there is room; then
    the empty ones become a number, then the names at its ends go, then the items in the
    middle become a number.
    """
    arrow = dress.glyphs.arrow
    into, out_of = shown(queue.into, LONGEST_GROUP), shown(queue.out_of, LONGEST_GROUP)
    room = width - indent - 2 * (cell_len(arrow) + 1)
    named = room - sum(cell_len(name) + 1 for name in (into, out_of) if name)
    chain = _whole(queue, named, dress, lang)
    if chain is None:
        chain = _whole(queue, room, dress, lang)
        if chain is not None or named < NARROWEST:
            into = out_of = ""
    if chain is None:
        chain = _ends(queue, named if into or out_of else room, dress, lang)
    line = Line().to(indent)
    line.add(f"{into} " if into else "", Tone.DIM).add(f"{arrow} ", Tone.DIM)
    for number, (text, tone) in enumerate(chain):
        line.add(" " if number else "").add(text, tone)
    line.add(f" {arrow}", Tone.DIM).add(f" {out_of}" if out_of else "", Tone.DIM)
    return line.fitted(width)


def _whole(queue: ShownQueue, room: int, dress: Dress, lang: str) -> list[tuple[str, Tone]] | None:
    """Every item, and every empty place or their number; None where that is too long."""
    free = _free(queue)
    if not queue.items and not free:
        return [(dress.glyphs.rule * 3, Tone.RULE)]
    if queue.hidden or len(queue.items) > room:
        return None
    items = [_chip(item, dress) for item in queue.items]
    number = [_free_places(free, lang)] if free else []
    if free <= room:
        empty = (f" {dress.glyphs.place} ", Tone.RULE) if dress.chips else ("[ ]", Tone.DIM)
        narrow = (dress.glyphs.place, Tone.RULE)
        bare = [(shown(item, LONGEST_ITEM), Tone.STRONG) for item in queue.items]
        for chain in ([empty] * free + items, [narrow] * free + bare):
            if _cells(chain) <= room:
                return chain
    chain = number + items
    return chain if _cells(chain) <= room else None


def _ends(queue: ShownQueue, room: int, dress: Dress, lang: str) -> list[tuple[str, Tone]]:
    """The newest and the oldest items, and how many lie between."""
    items = [_chip(item, dress) for item in queue.items]
    free = _free(queue)
    number = [_free_places(free, lang)] if free else []
    half = len(items) // 2 if queue.hidden else (len(items) + 1) // 2
    newest, oldest = items[:half], items[half:]
    while newest or oldest:
        hidden = queue.depth - len(newest) - len(oldest)
        more = [(MORE[lang].format(count=f"{hidden:,}"), Tone.DIM)] if hidden > 0 else []
        chain = [*number, *newest, *more, *oldest]
        if _cells(chain) <= room:
            return chain
        if len(newest) >= len(oldest):
            newest = newest[:-1]
        else:
            oldest = oldest[1:]
    if queue.depth:
        return [(MORE[lang].format(count=f"{queue.depth:,}"), Tone.DIM)]
    return number


def _free(queue: ShownQueue) -> int:
    return max(0, queue.capacity - queue.depth) if queue.capacity else 0


def _free_places(free: int, lang: str) -> tuple[str, Tone]:
    return FREE[lang].format(count=f"{free:,}"), Tone.DIM


def _chip(item: str, dress: Dress) -> tuple[str, Tone]:
    text = shown(item, LONGEST_ITEM)
    return (f" {text} ", Tone.CHIP) if dress.chips else (f"[{text}]", Tone.STRONG)


def _cells(chain: Sequence[tuple[str, Tone]]) -> int:
    return sum(cell_len(text) for text, _ in chain) + max(0, len(chain) - 1)
