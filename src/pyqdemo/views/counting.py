"""How many items were made and used so far, and how fast."""

from __future__ import annotations

from pyqdemo.analysis.items import ItemTable
from pyqdemo.analysis.state import RunState
from pyqdemo.card import Card
from pyqdemo.trace import Event, Record
from pyqdemo.views import words
from pyqdemo.views.timelines import Series

__all__ = ["Counting"]

_TELLING = frozenset({"put", "send", "get", "recv", "write"})


class Counting:
    """Two counts over time: made and used as the card has it, else put and got."""

    def __init__(self, card: Card | None, state: RunState, lang: str, bucket_ns: int) -> None:
        self._state = state
        promises = card.promises if card and card.promises.made and card.promises.used else None
        self._items = ItemTable(promises, forget=True) if promises else None
        made, used = (card.words.made, card.words.used) if card else (words.PUT, words.GOT)
        self._labels = (made[lang], used[lang]) if promises else (words.PUT[lang], words.GOT[lang])
        self._told = (0, 0)
        # Coarser than a strip's: so few items a second are a rate only over some time.
        step = 4 * bucket_ns
        self._series = (Series(step, summed=True), Series(step, summed=True))

    @property
    def totals(self) -> tuple[int, int]:
        counted = self._items
        return (counted.made, counted.used) if counted else (self._state.made, self._state.moved)

    @property
    def flows(self) -> list[tuple[str, int, Series]]:
        """Label, total, counts over time; empty until anything was put."""
        if not any(self.totals):
            return []
        return list(zip(self._labels, self.totals, self._series, strict=True))

    def recorded(self, record: Record) -> None:
        if self._items and (type(record) is not Event or record.operation in _TELLING):
            self._items.add(record)

    def tick(self, elapsed_ns: int) -> None:
        totals = self.totals
        for series, total, told in zip(self._series, totals, self._told, strict=True):
            series.add(elapsed_ns, total - told)
        self._told = totals
