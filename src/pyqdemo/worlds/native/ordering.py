"""The causal order of what several lanes hold.

Lanes are merged by their stamps. Where a stamp may mislead (a send is stamped when it
returns, and the receiver may be quicker), the item tells who comes first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from pyqdemo.worlds.native.lane import Noted, Operation, Stated

__all__ = ["Order"]

_GIVES = (Operation.PUT, Operation.SEND)
_TAKES = (Operation.GET, Operation.RECV, Operation.FEED)

_Entry = tuple[int, int, Noted | Stated, Iterator[Noted | Stated]]


class Order:
    """The records of some lanes, the earliest first, but none before what it took.

    A record that takes an item is held until the one that gave it has come, unless that
    is missing for good: its task was killed before it could write it.

    Args:
        lanes: the records of each lane, by its number.
        until: the stamp behind which a lane's records are left out, and with them those
            of others that took what was given there.
    """

    def __init__(self, lanes: dict[int, Iterator[Noted | Stated]], until: int | None) -> None:
        self._until = until
        self._heap: list[_Entry] = []
        self._held: dict[int, list[_Entry]] = {}  # by item
        self._given: dict[int, int] = {}  # by lane, the item it gave last
        self._open = set(lanes)  # lanes that have not come to their end
        for lane, records in lanes.items():
            self._advance(lane, records)

    def __iter__(self) -> Iterator[Noted | Stated]:
        while self._heap or self._held:
            if not self._heap:
                self._give_up()
                continue
            entry = heapq.heappop(self._heap)
            _, lane, each, rest = entry
            if isinstance(each, Noted) and each.item and not each.result:
                if self._comes_too_early(each):
                    self._held.setdefault(each.item, []).append(entry)
                    continue
                if each.operation in _GIVES and not each.blocked:
                    self._given[lane] = each.item
                    self._release(lane, each.item)
            yield each
            self._advance(lane, rest)

    def _comes_too_early(self, each: Noted) -> bool:
        giver = each.item >> 32
        waits = each.operation in _TAKES and giver in self._open
        return waits and self._given.get(giver, 0) < each.item

    def _advance(self, lane: int, rest: Iterator[Noted | Stated]) -> None:
        each = next(rest, None)
        if each is None:
            self._open.discard(lane)
            self._release(lane, (lane + 1) << 32)
        elif self._until is None or each.stamp <= self._until:
            heapq.heappush(self._heap, (each.stamp, lane, each, rest))

    def _release(self, giver: int, up_to: int) -> None:
        for item in [item for item in self._held if item >> 32 == giver and item <= up_to]:
            for entry in self._held.pop(item):
                heapq.heappush(self._heap, entry)

    def _give_up(self) -> None:
        """All lanes wait for what is cut off; or for each other, by a damaged record."""
        if self._until is None:
            first = min(self._held, key=lambda item: self._held[item][0][0])
            self._given[first >> 32] = first
            self._release(first >> 32, first)
        else:
            self._held.clear()
