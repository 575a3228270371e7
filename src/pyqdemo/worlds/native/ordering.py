"""The causal order of what several lanes hold.

Lanes are merged by their stamps. Where a stamp may mislead (a send is stamped when it
returns, and the receiver may be quicker), the item tells who comes first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping

from pyqdemo.worlds.native.lane import Noted, Operation, Stated

__all__ = ["Order"]

_GIVES = (Operation.PUT, Operation.SEND)
_TAKES = (Operation.GET, Operation.RECV, Operation.FEED)

_Entry = tuple[int, int, Noted | Stated, Iterator[Noted | Stated]]


class Order:
    """The records of some lanes, the earliest first, but none before what it took.

    A record that takes an item is held until the one that gave it has come, unless that
    is missing for good: its task was killed before it could write it.

    The same holds for a record about a resource or task that another lane tells of: it
    follows that. A lane that was held goes on behind what it was held for, whatever its
    own stamps say.

    Args:
        lanes: the records of each lane, by its number.
        until: the stamp behind which a lane's records are left out, and with them those
            of others that took what was given there.
        told: the numbers that some lane tells of, and the tasks they belong to.
    """

    def __init__(
        self,
        lanes: dict[int, Iterator[Noted | Stated]],
        until: int | None,
        told: Mapping[int, str] | None = None,
    ) -> None:
        self._until = until
        self._heap: list[_Entry] = []
        self._held: dict[int, list[_Entry]] = {}  # by item
        self._untold: dict[int | str, list[_Entry]] = {}  # by resource's number or task's id
        self._to_tell: set[int | str] = {*(told or {}), *(told or {}).values()}
        self._given: dict[int, int] = {}  # by lane, the item it gave last
        self._now = 0  # the stamp of the record that came last, as it counts here
        self._open = set(lanes)  # lanes that have not come to their end
        for lane, records in lanes.items():
            self._advance(lane, records, 0)

    def __iter__(self) -> Iterator[Noted | Stated]:
        while self._heap or self._held or self._untold:
            if not self._heap:
                self._give_up()
                continue
            entry = heapq.heappop(self._heap)
            self._now, lane, each, rest = entry
            missing = self._missing(each)
            if missing is not None:
                self._untold.setdefault(missing, []).append(entry)
                continue
            if isinstance(each, Stated):
                self._tell(each)
            elif each.item and not each.result:
                if self._comes_too_early(each):
                    self._held.setdefault(each.item, []).append(entry)
                    continue
                if each.operation in _GIVES and not each.blocked:
                    self._given[lane] = each.item
                    self._release(lane, each.item)
            yield each
            self._advance(lane, rest, self._now)

    def _missing(self, each: Noted | Stated) -> int | str | None:
        """What has to be told of before this record, and is not yet."""
        if not self._to_tell:
            return None
        if isinstance(each, Noted):
            return each.resource if each.resource in self._to_tell else None
        if "lane" not in each.fact:
            return None
        task: str = each.fact["task"]["id"]
        return task if task in self._to_tell else None

    def _tell(self, each: Stated) -> None:
        number = each.fact.get("resource")
        if number is None:
            return
        keys = (number, each.fact["task"]["id"]) if "task" in each.fact else (number,)
        for key in keys:
            self._to_tell.discard(key)
            self._push(self._untold.pop(key, []))

    def _comes_too_early(self, each: Noted) -> bool:
        giver = each.item >> 32
        waits = each.operation in _TAKES and giver in self._open
        return waits and self._given.get(giver, 0) < each.item

    def _advance(self, lane: int, rest: Iterator[Noted | Stated], floor: int) -> None:
        each = next(rest, None)
        if each is None:
            self._open.discard(lane)
            self._release(lane, (lane + 1) << 32)
        elif self._until is None or each.stamp <= self._until:
            heapq.heappush(self._heap, (max(each.stamp, floor), lane, each, rest))

    def _release(self, giver: int, up_to: int) -> None:
        for item in [item for item in self._held if item >> 32 == giver and item <= up_to]:
            self._push(self._held.pop(item))

    def _push(self, entries: list[_Entry]) -> None:
        for stamp, lane, each, rest in entries:
            heapq.heappush(self._heap, (max(stamp, self._now), lane, each, rest))

    def _give_up(self) -> None:
        """All lanes wait for what is cut off; or for each other, by a damaged record."""
        if self._until is not None:
            self._held.clear()
            self._untold.clear()
        elif self._untold:
            self._to_tell.clear()
            for key in list(self._untold):
                self._push(self._untold.pop(key))
        else:
            first = min(self._held, key=lambda item: self._held[item][0][0])
            self._given[first >> 32] = first
            self._release(first >> 32, first)
