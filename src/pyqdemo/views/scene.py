"""What a picture is drawn from: one moment of a run, as plain data in finished words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = ["Flow", "Group", "Mark", "Scene", "ShownQueue", "ShownTask", "State"]


class State(Enum):
    """A task's state; the value is its letter, the same in every language."""

    NEW = " "  # made, not begun
    RUNNING = "R"
    COULD_GO = "G"  # controlled runs only
    BLOCKED = "B"
    SLEEPING = "S"
    ENDED = "E"
    FAILED = "X"


class Mark(Enum):
    """What one cell of a strip says of a task."""

    NONE = 0  # not alive
    RUNNING = 1
    OPERATION = 2
    BLOCKED = 3
    SLEEPING = 4


@dataclass(frozen=True, slots=True)
class ShownTask:
    """One task's row.

    Attributes:
        role: what its card calls such a task, or the name of its class or target; may be empty.
        words: its state in words.
        strip: one mark a bucket of time, the last one now; as long as the widest picture needs.
        waiting_ns: how long the present wait has lasted, 0 if it does not wait.
        waited_ns: in all, sleeps not counted.
    """

    name: str
    role: str
    state: State
    words: str
    strip: Sequence[Mark]
    waiting_ns: int
    waited_ns: int


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks of one kind for which there are no rows: how many are in which state."""

    label: str
    states: Sequence[tuple[State, int]]


@dataclass(frozen=True, slots=True)
class ShownQueue:
    """One queue or pipe.

    Attributes:
        capacity: 0 for no limit, None where it is not known.
        depths: how deep it was, two a bucket of time, the last one now; None before it existed.
        items: what lies in it, in order, the next to leave last; of a long one only the ends.
        hidden: how many items lie between the first half of ``items`` and the second.
        depth: how many lie in it, ``len(items) + hidden`` where all could be followed.
    """

    label: str
    capacity: int | None
    depth: int
    depths: Sequence[int | None]
    items: Sequence[str]
    hidden: int
    into: str
    out_of: str


@dataclass(frozen=True, slots=True)
class Flow:
    """How many items passed a point, and how fast.

    Attributes:
        counts: over time, two a cell of its chart, the last one now.
        rate: items a second, lately.
    """

    label: str
    total: int
    counts: Sequence[int]
    rate: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment.

    Attributes:
        about: who and how many: ``3 chefs, 2 eaters, 10 places``.
        bucket_ns: time of one mark in a strip.
        groups: the tasks that have no row of their own.
        held: whether the picture stands still while the run goes on.
        keys: whether space is listened to.
    """

    title: str
    about: str
    elapsed_ns: int
    bucket_ns: int
    tasks: Sequence[ShownTask]
    groups: Sequence[Group]
    queues: Sequence[ShownQueue]
    flows: Sequence[Flow]
    held: bool = False
    keys: bool = True
