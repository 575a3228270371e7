"""From lanes to the trace's records: ids for numbers, followed while a run lasts, or merged.

``Follower`` reads while the lanes are written, in nearly the final order; ``Merge`` gives
the final one (see ``ordering``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyqdemo.kernel.texts import Addresses
from pyqdemo.trace import Event, Loss, Phase, Record, Resource, Task, TaskKind
from pyqdemo.worlds.naming import variable_at
from pyqdemo.worlds.native.lane import (
    NO_DEPTH,
    NO_TIMEOUT,
    OPERATIONS,
    LaneReader,
    Noted,
    Operation,
    Stated,
)
from pyqdemo.worlds.native.ordering import Order

__all__ = ["Follower", "Merge", "Tables"]

_VITAL = frozenset(
    (Operation.START, Operation.END, Operation.EXIT, Operation.ACQUIRE, Operation.RELEASE)
)


@dataclass(slots=True)
class Tables:
    """What the lanes' statements say: ids for numbers.

    Attributes:
        program: the folder of the program, whose lines name what they make.
        lanes: lane number to its task's id.
        pids: process's task id to its process id.
        ids: resource number to its id; a task's number to the task's id.
        places: (lane, place number) to ``file.py:31``.
        addresses: an address in a repr to a number, in the order of the record.
    """

    program: Path
    lanes: dict[int, str] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    places: dict[tuple[int, int], str] = field(default_factory=dict)
    addresses: Addresses = field(default_factory=Addresses)

    def learn(self, stated: Stated) -> None:
        """Takes in one statement; the same one twice does no harm."""
        fact = stated.fact
        if "task" in fact:
            task = fact["task"]
            if "resource" in fact:
                self.ids[fact["resource"]] = task["id"]
            if "lane" in fact:
                self.lanes[fact["lane"]] = task["id"]
                self.pids[task["process"]] = fact["pid"]
        elif "resource" in fact:
            self.ids[fact["resource"]] = fact["id"]
        elif "at" in fact:
            self.places[stated.lane, fact["place"]] = fact["at"]

    def record(self, stated: Stated) -> Task | Resource | None:
        """The task or resource that a statement announces."""
        fact = stated.fact
        if "task" in fact:
            return self._task(fact["task"])
        if "resource" in fact:
            return self._resource(fact, self.places.get((stated.lane, fact["place"])))
        return None

    def _resource(self, fact: dict[str, Any], location: str | None) -> Resource:
        of = self.ids.get(fact.get("of") or 0)
        second = fact["kind"] == "pipe_end" and of is not None
        name = variable_at(str(self.program), location, fact["kind"] == "pipe_end", second)
        return Resource(
            id=fact["id"],
            kind=fact["kind"],
            name=name or fact["name"],
            capacity=fact.get("capacity"),
            of=of,
            location=location,
        )

    def _task(self, task: dict[str, Any]) -> Task:
        return Task(
            id=task["id"],
            kind=TaskKind(task["kind"]),
            name=task["name"],
            process=task["process"],
            role=task.get("role"),
            parent=task.get("parent"),
            daemon=task.get("daemon", False),
            pid=self.pids.get(task["process"]),
        )

    def event(self, noted: Noted, seq: int, origin: int) -> Event:
        """The event with ids for numbers and times since ``origin``."""
        text = noted.operation in (Operation.WRITE,)
        return Event(
            seq=seq,
            task=self.lanes.get(noted.lane, f"?{noted.lane}"),
            phase=Phase.BLOCKED if noted.blocked else Phase.DONE,
            operation=OPERATIONS[noted.operation],
            resource=self.ids.get(noted.resource) if noted.resource else None,
            item=self._item(noted.item) if noted.item else None,
            value=self._text(noted.value, text) if noted.value or text else None,
            result=self._text(noted.result, False) if noted.result else None,
            location=self.places.get((noted.lane, noted.location)) if noted.location else None,
            real_ns=max(0, noted.stamp - origin),
            began_ns=max(0, noted.began - origin) if noted.began else None,
            depth=None if noted.depth == NO_DEPTH else noted.depth,
            timeout_s=None if noted.timeout == NO_TIMEOUT else noted.timeout,
            cut=noted.cut,
        )

    def _item(self, item: int) -> str:
        lane = item >> 32
        return f"{self.lanes.get(lane, f'?{lane}')}#{item & 0xFFFFFFFF}"

    def _text(self, raw: bytes, as_written: bool) -> str:
        try:
            text = raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            text = raw.decode("utf-8", "replace")
        return text if as_written else self.addresses.tidy(text)


def _lane_files(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.path for entry in entries if entry.name.endswith(".lane"))


class Follower:
    """Reads the lanes while they are written, in nearly the final order.

    Args:
        folder: where the lanes lie.
        program: the folder of the program.
        origin: ``perf_counter_ns`` at the run's beginning.
    """

    def __init__(self, folder: str, program: Path, origin: int) -> None:
        self.tables = Tables(program)
        self._folder = folder
        self._origin = origin
        self._readers: dict[str, LaneReader] = {}
        self._announced: set[str] = set()

    def poll(self, everything: bool) -> list[Record]:
        """What was recorded since the last call, sorted by stamp; ``seq`` is 0.

        Of a lane that is written faster than it is read only a part, with ``behind`` set.

        Args:
            everything: False gives tasks, resources, and of the events only those that
                tell who lives and who holds a lock; a fast program is not slowed by that.
        """
        for path in _lane_files(self._folder):
            if path not in self._readers:
                self._readers[path] = LaneReader(path)
        operations = None if everything else _VITAL
        new: list[Noted | Stated] = []
        for reader in self._readers.values():
            new.extend(reader.read(operations, in_part=True))
        new.sort(key=lambda each: each.stamp)
        for each in new:
            if isinstance(each, Stated):
                self.tables.learn(each)
        return [record for each in new if (record := self._record(each)) is not None]

    @property
    def behind(self) -> bool:
        """Whether the last poll left something unread."""
        return any(reader.behind for reader in self._readers.values())

    @property
    def seen(self) -> int:
        """Records so far, yielded or not."""
        return sum(reader.seen for reader in self._readers.values())

    @property
    def taken(self) -> int:
        """Items taken so far: completed get and recv."""
        return sum(reader.taken for reader in self._readers.values())

    def latest(self) -> list[Event]:
        """The last event of each task, in order."""
        last = [noted for reader in self._readers.values() if (noted := reader.last())]
        last.sort(key=lambda noted: noted.stamp)
        return [self.tables.event(noted, 0, self._origin) for noted in last]

    def _record(self, each: Noted | Stated) -> Record | None:
        if isinstance(each, Noted):
            return self.tables.event(each, 0, self._origin)
        record = self.tables.record(each)
        if record is None or record.id in self._announced:
            return None
        self._announced.add(record.id)
        return record

    def losses(self) -> tuple[Loss, ...]:
        """Records that found no room on the disk."""
        found = []
        for path, reader in self._readers.items():
            if lost := reader.lost():
                task = self.tables.lanes.get(LaneReader(path).number)
                found.append(Loss("the disk was full", task, lost))
        return tuple(found)

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()


class Merge:
    """All records of a finished run in their final order, in bounded memory.

    Memory grows with the number of tasks and resources, not with that of events.

    Args:
        folder: where the lanes lie.
        tables: as a ``Follower`` that has read everything has them.
        origin: ``perf_counter_ns`` at the run's beginning.
        until: the stamp behind which records are left out: the run was stopped there.
    """

    def __init__(self, folder: str, tables: Tables, origin: int, until: int | None) -> None:
        self._folder = folder
        self._tables = tables
        self._origin = origin
        self._until = until

    def __iter__(self) -> Iterator[Record]:
        announced: set[str] = set()
        self._tables.addresses = Addresses()
        seq = 0
        for each in self._ordered():
            if isinstance(each, Noted):
                seq += 1
                yield self._tables.event(each, seq, self._origin)
                continue
            record = self._tables.record(each)
            if record is not None and record.id not in announced:
                announced.add(record.id)
                yield record

    def _ordered(self) -> Iterator[Noted | Stated]:
        readers = [LaneReader(path) for path in _lane_files(self._folder)]
        lanes = {reader.number: reader.read() for reader in readers}
        return iter(Order(lanes, self._until, self._tables.ids))
