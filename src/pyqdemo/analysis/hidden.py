"""The hidden parts of a run as plain data: items' ways, handles of pipes, deaths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pyqdemo.analysis.processes import Gained, Gone
from pyqdemo.analysis.state import RunState

__all__ = ["Death", "Fate", "Holding", "Misled", "NoEnd", "Stage", "Way", "XRay", "fate_after"]


class Fate(StrEnum):
    """Where an item was at the end."""

    GOT = "got"
    BUFFERED = "buffered"  # in its process's buffer
    CARRIED = "carried"  # taken by the feeder, nothing of it in the pipe
    HALF = "half"  # a part of it in the pipe
    PIPED = "piped"  # in the pipe
    LOST = "lost"  # with a process
    DROPPED = "dropped"  # it could not be pickled


@dataclass(frozen=True, slots=True)
class Stage:
    """An item came to one stage of its way.

    Attributes:
        operation: ``put`` (into the buffer of its process, with a permit of the queue's
            semaphore; of a SimpleQueue into the pipe), ``feed`` (out of it), ``deliver``
            (into the pipe; ``deliver_part`` a part of it), ``read_lock`` (its reader has that
            now), ``get``, ``drop``, ``lost``; ``send`` and ``recv`` of a pipe.
        step: None natively.
    """

    operation: str
    seq: int
    step: int | None
    at_ns: int
    task: str


@dataclass(frozen=True, slots=True)
class Way:
    """An item's way.

    Attributes:
        resource: the queue, or the pipe's end it was sent from.
        result: of a dropped item, why.
    """

    item: str
    value: str | None
    resource: str
    stages: tuple[Stage, ...]
    fate: Fate
    result: str | None = None

    @property
    def was(self) -> Fate:
        """Where it was when it was lost; else its fate."""
        if self.fate is Fate.LOST:
            return fate_after(stage.operation for stage in self.stages[:-1])
        return self.fate


@dataclass(frozen=True, slots=True)
class Holding:
    """A process had an end of a pipe.

    Attributes:
        from_seq, from_step: event from which on, 0 for before the first, and its step.
        to_seq, to_step: event that ended it; None if it lasted.
    """

    end: str
    process: str
    gained: Gained
    from_seq: int
    from_step: int | None
    to_seq: int | None = None
    to_step: int | None = None


@dataclass(frozen=True, slots=True)
class Death:
    """A process did not leave as it should, or something went with it.

    Attributes:
        exit_code: below 0 the signal; None if unknown.
        how: ``terminate``, ``kill`` (by another task, ``by``), ``exit`` (``os._exit``),
            ``die`` (by itself); None if it left as it should.
        lost: items, in the order they were put.
        kept: locks and the like, which it took to its grave.
        unprinted: what it had printed and nobody saw.
    """

    process: str
    seq: int
    step: int | None
    exit_code: int | None
    how: str | None
    by: str | None
    lost: tuple[Gone, ...]
    kept: tuple[Gone, ...]
    unprinted: str


@dataclass(frozen=True, slots=True)
class Misled:
    """Somebody asked ``empty()`` and was told so while something had been put.

    Attributes:
        items: (id, value) of what was on its way to the pipe.
    """

    seq: int
    step: int | None
    task: str
    resource: str
    location: str | None
    items: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class NoEnd:
    """In a run that is stuck a task waits at a pipe, and no end of file can come.

    Attributes:
        end: at which it waited.
        other: the other end, by which something would have to come.
        holders: the processes that had the other end, and how they came by it if known.
    """

    task: str
    end: str
    other: str
    holders: tuple[tuple[str, Gained | None], ...]


@dataclass(frozen=True, slots=True)
class XRay:
    """The hidden parts of one run; each table in the order in which things happened.

    Attributes:
        state: as it was at the end; it has the names.
    """

    state: RunState
    ways: tuple[Way, ...]
    holdings: tuple[Holding, ...]
    deaths: tuple[Death, ...]
    misled: tuple[Misled, ...]
    no_ends: tuple[NoEnd, ...]

    def __bool__(self) -> bool:
        """Whether there were processes, or anything that processes send things through."""
        return bool(self.ways or self.holdings or len(self.state.processes.now) > 1)


_AFTER = {
    "get": Fate.GOT,
    "recv": Fate.GOT,
    "drop": Fate.DROPPED,
    "lost": Fate.LOST,
    "deliver": Fate.PIPED,
    "send": Fate.PIPED,
    "get_part": Fate.HALF,
    "recv_part": Fate.HALF,
    "deliver_part": Fate.HALF,
    "send_part": Fate.HALF,
    "put_part": Fate.HALF,
    "feed": Fate.CARRIED,
    "put": Fate.BUFFERED,
}


def fate_after(operations: Iterable[str]) -> Fate:
    """Where an item is that has come through those stages."""
    told = [_AFTER[operation] for operation in operations if operation in _AFTER]
    return told[-1] if told else Fate.BUFFERED
