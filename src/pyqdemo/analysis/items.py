"""Items: each thing that went through a queue or pipe, from where it was made to its end.

An item id is minted at every put and send. An item that is taken and put again, because
its taker did not want it or passes it on, goes on under a new id and is still the same
item. Nobody sees that happen; it is inferred:

- what a task took and has not used is *in its hand*, until it takes the next one;
- the next put or send of that task goes on with the item in its hand, if there is one;
  except that a ``None`` (as a rule the sign to stop) goes on with a ``None`` only;
- when a take or a printed line *uses* an item, a lesson's card says. Without a card every
  take does, unless the same value is put again from the hand.

Seen under control only: an item that went with its process, or that could not be pickled, is
*lost*: it lies nowhere any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pyqdemo.analysis.numbers import Numbers
from pyqdemo.card import Promises
from pyqdemo.trace import Event, Phase, Record, Resource, Task, TaskKind

__all__ = ["Item", "ItemTable", "Move"]

_GIVES = ("put", "send")
_TAKES = ("get", "recv")
_INSIDE = ("feed", "deliver", "drop", "lost")


@dataclass(frozen=True, slots=True)
class Move:
    """An item changed hands: put, taken by a feeder, delivered into the pipe, or taken; or
    was lost.

    Attributes:
        item: the id it went under.
    """

    seq: int
    at_ns: int
    task: str
    operation: str
    resource: str | None
    item: str


@dataclass(slots=True)
class Item:
    """One item.

    Attributes:
        id: the first id it had.
        number: how many items its maker had put by then, this one included.
        operation: ``put`` or ``send``, which made it.
        counted: whether it was made by a task whose items the card's promises are about;
            True where there is no card.
        under: the id it goes under now, that of its last put.
        moves: from the put that made it; not kept by a table that forgets.
        users: the tasks that used it, as a rule none or one.
        hand: the task that has it now, used or not.
        place: the resource it lies in now; None in a hand, or if it is lost.
        buffered: put into a multiprocessing queue and not yet seen in the pipe behind it.
        lost: by what: ``lost`` (with a process) or ``drop`` (it could not be pickled).
        came: seq of the put or delivery by which it came to where it lies.
        process: whose buffer it lies in, or lay.
    """

    id: str
    value: str | None
    maker: str
    number: int
    operation: str
    counted: bool
    under: str
    moves: list[Move] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    hand: str | None = None
    place: str | None = None
    buffered: bool = False
    lost: str | None = None
    came: int = 0
    process: str = ""


class ItemTable:
    """Follows every item of a run.

    Args:
        promises: a card's; None for a program that has none.
        forget: keep no item that was used or is not counted, so that memory is bounded by
            the items under way. Needs promises.

    Attributes:
        items: by first id, in the order they were made.
        made, used: counted items made, and those of them that were used.
        unnamed: takes and puts that count but whose item is unknown. A take that is told
            before its put, as in a live record, is unknown until then.
    """

    def __init__(self, promises: Promises | None = None, *, forget: bool = False) -> None:
        self.items: dict[str, Item] = {}
        self.made = 0
        self.used = 0
        self._unnamed = 0
        self._early: dict[str, Event] = {}  # item → its take, whose put is not yet told
        self._made = promises.made if promises else None
        self._used = promises.used if promises else None
        self._plain = promises is None
        printed = self._used.printed if self._used else None
        self._printed = re.compile(printed) if printed else None
        self._forget = forget and promises is not None
        self._roles: dict[str, str | None] = {}
        self._processes: dict[str, str] = {}
        self._mp: set[str] = set()
        self._err: set[str] = set()  # streams that do not count as printing
        self._under: dict[str, Item] = {}  # the id it goes under now → item
        self._hands: dict[str, Item] = {}
        self._lines: dict[str, str] = {}  # task → what it printed since its last newline
        self._gone: dict[str, Numbers] = {}  # maker → numbers of used ids that are forgotten

    def add(self, record: Record) -> Item | None:
        """Takes in the next record.

        Returns:
            the item that this record used up, if it did; its last user is the taker.
        """
        if type(record) is Event:
            if record.phase is Phase.DONE:
                return self._event(record)
        elif type(record) is Task:
            main = "main" if record.kind is TaskKind.MAIN else None
            self._roles[record.id] = record.role or main
            self._processes[record.id] = record.process
        elif type(record) is Resource:
            if record.kind in ("mp_queue", "mp_joinable"):
                self._mp.add(record.id)
            elif record.kind == "stream" and record.name != "stdout":
                self._err.add(record.id)
        return None

    @property
    def unnamed(self) -> int:
        return self._unnamed + len(self._early)

    @property
    def standing(self) -> tuple[object, ...]:
        """Where every open item is, by who made it and in which order they came there.

        Two runs in which it is equal, and in which equal queues hold equal values, differ in
        no later answer of this table: the ids that items go under are not in it.
        """
        # Who puts into a buffer of his own and who delivers from his do not meet each other.
        held = sorted(
            self.items.values(),
            key=lambda one: (
                *(one.place or "", one.hand or "", one.buffered),
                *(one.process if one.buffered else "", one.came),
            ),
        )
        items = tuple(
            (
                *(one.place, one.hand, one.buffered and one.process, one.lost),
                *(one.maker, one.value),
                *(one.counted and one.number, tuple(one.users)),
                one.hand is not None and self._hands.get(one.hand) is one,
            )
            for one in held
        )
        lines = tuple(sorted((task, line) for task, line in self._lines.items() if line))
        return items, lines, self.unnamed

    def in_hand(self, task: str) -> Item | None:
        """What the task took last and has neither put again nor, with a card, used."""
        return self._hands.get(task)

    def _event(self, event: Event) -> Item | None:
        operation = event.operation
        if operation in _GIVES:
            return self._give(event)
        if operation in _TAKES:
            return self._take(event)
        if operation == "write":
            if self._printed is not None and event.resource not in self._err:
                return self._print(event)
        elif operation in _INSIDE and event.item in self._under:
            self._inside(self._under[event.item], event)
        return None

    def _inside(self, item: Item, event: Event) -> None:
        """On its way inside the queue; natively its ``feed`` is all that is seen of it."""
        if event.operation == "lost" or event.raised:  # where it could not be pickled
            item.place, item.buffered = None, False
            item.lost = "lost" if event.operation == "lost" else "drop"
        elif event.operation == "deliver" or event.virtual_ns is None:
            item.buffered = False
        self._move(item, event)

    def _give(self, event: Event) -> Item | None:
        if event.raised:
            return None
        counted = self._counts(event)
        if event.item is None:
            self._hands.pop(event.task, None)
            self._unnamed += counted
            return None
        item = self._hands.get(event.task)
        if item is not None and self._goes_on(item, event):
            del self._hands[event.task]
            if self._plain:
                item.users.pop()
                self.used -= 1
        else:
            number = _number(event.item)
            item = Item(
                event.item, event.value, event.task, number, event.operation, counted, event.item
            )
            self.items[event.item] = item
            self.made += counted
        if self._forget:
            self._under.pop(item.under, None)
        item.under = event.item
        self._under[event.item] = item
        item.hand, item.place = None, event.resource
        item.process = self._processes.get(event.task, "")
        item.buffered = event.resource in self._mp
        self._move(item, event)
        early = self._early.pop(event.item, None)
        return self._take(early) if early is not None else None

    def _take(self, event: Event) -> Item | None:
        if event.raised:
            return None
        uses = self._plain or self._may_use(event)
        if event.item is None:
            self._unnamed += uses
            return None
        item = self._under.get(event.item)
        if item is None:
            item = self._unknown(event)
            if item is None:
                return None
        self._drop(event.task)
        item.hand, item.place, item.buffered = event.task, None, False
        self._hands[event.task] = item
        self._move(item, event)
        return self._use(item, event.task) if uses and self._printed is None else None

    def _print(self, event: Event) -> Item | None:
        """A task's writes make lines; a line that matches uses what is in its hand."""
        *lines, rest = (self._lines.get(event.task, "") + (event.value or "")).split("\n")
        self._lines[event.task] = rest
        item = self._hands.get(event.task)
        if item is None or self._printed is None or not self._is_user(event.task):
            return None
        found = any(self._printed.search(line) for line in lines)
        return self._use(item, event.task) if found else None

    def _use(self, item: Item, task: str) -> Item:
        self.used += item.counted and not item.users
        item.users.append(task)
        if not self._plain:
            del self._hands[task]
        if self._forget:
            self._let_go(item)
            maker = item.under.rpartition("#")[0]
            self._gone.setdefault(maker, Numbers()).add(_number(item.under))
        return item

    def _drop(self, task: str) -> None:
        """The task takes another item: the one in its hand stays with it for good."""
        item = self._hands.pop(task, None)
        if item is not None and self._forget and not item.counted:
            self._let_go(item)

    def _let_go(self, item: Item) -> None:
        self.items.pop(item.id, None)
        self._under.pop(item.under, None)

    def _unknown(self, event: Event) -> Item | None:
        """An item taken whose put is unknown, or forgotten because it was used before."""
        assert event.item is not None
        maker, number = event.item.rpartition("#")[0], _number(event.item)
        if maker not in self._gone or number not in self._gone[maker]:
            self._early[event.item] = event
            return None
        return Item(event.item, event.value, maker, number, "put", False, event.item, users=["?"])

    def _goes_on(self, item: Item, event: Event) -> bool:
        if self._plain:
            return item.value == event.value
        return item.value == "None" or event.value != "None"

    def _counts(self, event: Event) -> bool:
        if self._made is None:
            return self._plain
        return event.operation == self._made.operation and (
            self._roles.get(event.task) in self._made.by
        )

    def _may_use(self, event: Event) -> bool:
        used = self._used
        return used is not None and event.operation == used.operation and self._is_user(event.task)

    def _is_user(self, task: str) -> bool:
        return self._used is not None and self._roles.get(task) in self._used.by

    def _move(self, item: Item, event: Event) -> None:
        if event.operation != "feed":  # it lies where it lay
            item.came = event.seq
        if self._forget:
            return
        under, at = event.item or item.id, event.at_ns
        where = event.resource
        item.moves.append(Move(event.seq, at, event.task, event.operation, where, under))


def _number(item: str) -> int:
    """The counter of an item's id; 0 where it has none."""
    counter = item.rpartition("#")[2]
    return int(counter) if counter.isdecimal() else 0
