"""Queues and pipes at one moment of a run, kept up to date event by event.

A get may be told before the put of its item, as in a live record. What a program merely tried
(a put that raised Full) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from pyqdemo.analysis.now import QueueNow
from pyqdemo.trace import Event, Resource

__all__ = ["BUFFERED", "CHANNELS", "Channels"]

#: Kinds whose puts lie in their process's buffer first.
BUFFERED = frozenset({"mp_queue", "mp_joinable"})
CHANNELS = BUFFERED | {"queue", "lifo", "priority", "simple", "mp_simple", "pipe_end"}


class Channels:
    """All queues and pipes of a run.

    Attributes:
        queues: by id, in the order they were announced.
        made, moved: completed put and send, completed get and recv.
    """

    def __init__(self) -> None:
        self.queues: dict[str, QueueNow] = {}
        self.made = 0
        self.moved = 0
        self._lies_in: dict[str, QueueNow] = {}  # item → queue, while it lies there
        self._early: set[str] = set()  # items whose get was told before their put

    def announce(self, resource: Resource) -> None:
        """There is one more; of one that is known nothing changes."""
        self.queues.setdefault(resource.id, QueueNow(resource))

    def done(self, event: Event) -> None:
        """Takes in an operation that took effect, or raised."""
        effect = _EFFECTS.get(event.operation)
        if effect is not None:
            effect(self, event)

    def _put(self, event: Event) -> None:
        queue = self.queues.get(event.resource or "")
        if queue is not None and queue.writer == event.task:  # of a SimpleQueue, in parts
            queue.writer = None
        if event.raised:
            return
        self.made += 1
        if queue is None:
            return
        queue.put += 1
        item = event.item
        if item is None:
            queue.unnamed += 1
        elif item in self._early:
            self._early.discard(item)
            queue.got += 1
        else:
            where = queue.buffered if queue.resource.kind in BUFFERED else queue.items
            where[item] = event.value
            self._lies_in[item] = queue
        depth = event.depth if event.depth is not None else queue.depth
        if depth > queue.deepest:
            queue.deepest = depth

    def _get(self, event: Event) -> None:
        queue = self.queues.get(event.resource or "")
        if queue is not None and queue.reader == event.task:
            queue.reader = None
        if event.raised:
            return
        self.moved += 1
        item = event.item
        if item is None:
            if queue is not None:
                queue.got += 1
                queue.unnamed = max(0, queue.unnamed - 1)
            return
        found = self._lies_in.pop(item, None)
        if found is None:
            self._early.add(item)
            return
        found.got += 1
        _take(found, item)

    def _feed(self, event: Event) -> None:
        """Out of the buffer; natively, where the rest is not seen, into the pipe at once."""
        queue, item = self._lies_in.get(event.item or ""), event.item
        if event.raised:
            self._dropped(event)
            return
        if queue is None or item is None or item not in queue.buffered:
            return
        where = queue.items if event.virtual_ns is None else queue.carried
        where[item] = queue.buffered.pop(item)

    def _deliver(self, event: Event) -> None:
        self._write_unlocked(event)
        queue, item = self._lies_in.get(event.item or ""), event.item
        if queue is not None and item is not None and item not in queue.items:
            queue.items[item] = _take(queue, item)

    def _write_locked(self, event: Event) -> None:
        queue = self.queues.get(event.resource or "")
        if queue is not None:
            queue.writer = event.task

    def _write_unlocked(self, event: Event) -> None:
        queue = self.queues.get(event.resource or "")
        if queue is not None and queue.writer == event.task:
            queue.writer = None

    def _read_locked(self, event: Event) -> None:
        queue = self.queues.get(event.resource or "")
        if queue is not None and not event.raised:
            queue.reader = event.task

    def _unlocked(self, event: Event) -> None:
        """A get or put was broken off."""
        self._write_unlocked(event)
        queue = self.queues.get(event.resource or "")
        if queue is not None and queue.reader == event.task:
            queue.reader = None

    def _dropped(self, event: Event) -> None:
        queue = self._lies_in.pop(event.item or "", None)
        if queue is not None and event.item is not None:
            _take(queue, event.item)
            queue.lost += 1

    def _lost(self, event: Event) -> None:
        queue = self._lies_in.get(event.item or "")
        if queue is not None:
            queue.kept += queue.resource.kind in BUFFERED
            self._dropped(event)

    def _kept(self, event: Event) -> None:
        """The lock of an end of the pipe: the process had it, and nobody has it now."""
        queue = self.queues.get(event.resource or "")
        if queue is not None and event.value == "read lock":
            queue.reader = queue.reader or event.task
        elif queue is not None and event.value == "write lock":
            queue.writer = queue.writer or event.task

    def _shutdown(self, event: Event) -> None:
        """A queue closed for good; at once means that what lies in it is thrown away."""
        queue = self.queues.get(event.resource or "")
        if queue is not None and event.value == "immediate":
            for item in queue.items:
                self._lies_in.pop(item, None)
            queue.items.clear()
            queue.unnamed = 0


def _take(queue: QueueNow, item: str) -> str | None:
    """The item leaves the queue, wherever in it it lies; its value."""
    for where in (queue.items, queue.carried):
        if item in where:
            return where.pop(item)
    return queue.buffered.pop(item)


_EFFECTS: dict[str, Callable[[Channels, Event], None]] = {
    "put": Channels._put,
    "send": Channels._put,
    "get": Channels._get,
    "recv": Channels._get,
    "feed": Channels._feed,
    "deliver": Channels._deliver,
    "deliver_part": Channels._write_locked,
    "put_part": Channels._write_locked,
    "write_lock": Channels._write_locked,
    "read_lock": Channels._read_locked,
    "unlock": Channels._unlocked,
    "drop": Channels._dropped,
    "lost": Channels._lost,
    "kept": Channels._kept,
    "shutdown": Channels._shutdown,
}
