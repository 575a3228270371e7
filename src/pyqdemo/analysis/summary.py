"""What one run came to, in a handful of figures."""

from __future__ import annotations

from dataclasses import dataclass

from pyqdemo.analysis.labels import is_inner, label, the_label
from pyqdemo.analysis.now import Finished, QueueNow
from pyqdemo.analysis.promises import PromiseCheck, PromiseResult
from pyqdemo.analysis.reasons import Reason
from pyqdemo.analysis.sentences import filled
from pyqdemo.analysis.state import RunState
from pyqdemo.card import Promises, Words
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome, Record

__all__ = ["Fullest", "LongestWait", "QueueCount", "Summary", "Summing"]


@dataclass(frozen=True, slots=True)
class LongestWait:
    """The longest time a task was blocked in one operation.

    Attributes:
        name: the task's name.
        because: why, to stand after ``because`` and ``因为``.
    """

    task: str
    name: str
    operation: str
    resource: str | None
    waited_ns: int
    because: Text


@dataclass(frozen=True, slots=True)
class Fullest:
    """The fullest a queue has been.

    Attributes:
        capacity: None for no limit.
    """

    resource: str
    name: Text
    depth: int
    capacity: int | None


@dataclass(frozen=True, slots=True)
class QueueCount:
    """What went through one queue; through a pipe: what one of its ends sent.

    Attributes:
        left: items in it at the end.
        lost: items that went with a process, or could not be pickled.
    """

    resource: str
    name: Text
    kind: str
    put: int
    got: int
    left: int
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """One run in figures.

    Attributes:
        made, used, left: items, as the card counts them; None without a card that does.
        ran_ns: from the start to the end, on the run's own clock.
        tasks: how many there were, feeders included.
        longest: the longest wait but for those for others to end, which last as long as the
            others' work; where there was no other, the longest of those.
        fullest: None where nothing ever lay in a queue.
        queues: in the order they were made; a pipe's end only if it sent something.
        promises: empty without a card.
    """

    made: int | None
    used: int | None
    left: int | None
    ran_ns: int
    tasks: int
    longest: LongestWait | None
    fullest: Fullest | None
    queues: tuple[QueueCount, ...]
    promises: tuple[PromiseResult, ...]


class Summing:
    """Sums up a run from its records, in memory bounded by the items under way.

    Args:
        promises, words: from the card; None for a program of the user's own.
        speed: the header's.
    """

    def __init__(
        self,
        promises: Promises | None = None,
        words: Words | None = None,
        speed: float | None = None,
    ) -> None:
        self.state = RunState(speed)
        self.check = PromiseCheck(promises, words) if promises and words else None

    def add(self, record: Record) -> None:
        """Takes in the next record."""
        self.state.add(record)
        if self.check is not None:
            self.check.add(record)

    def result(self, outcome: Outcome | None) -> Summary:
        """The summary; call it once, after the last record.

        Args:
            outcome: None where the record breaks off.
        """
        state, check = self.state, self.check
        if outcome is not None:
            state.finish(outcome)
        counts = check is not None and check.promises.made is not None
        made, used = (check.items.made, check.items.used) if check and counts else (None, None)
        return Summary(
            made=made,
            used=used,
            left=None if made is None or used is None else made - used,
            ran_ns=state.now_ns,
            tasks=len(state.tasks),
            longest=_longest(state),
            fullest=_fullest(state),
            queues=tuple(_count(state, queue) for queue in state.queues.values() if _sends(queue)),
            promises=check.results(state) if check is not None else (),
        )


def _longest(state: RunState) -> LongestWait | None:
    wait = state.longest or state.longest_join
    if wait is None:
        return None
    return LongestWait(
        task=wait.task,
        name=state.name(wait.task),
        operation=wait.operation,
        resource=wait.resource,
        waited_ns=wait.waited_ns,
        because=_because(state, wait),
    )


def _because(state: RunState, wait: Finished) -> Text:
    reason = state.reason(wait.operation, wait.resource, wait.value)
    name = the_label(state, wait.resource)
    if reason is Reason.HELD and wait.holders:
        holders = " ".join(state.name(holder) for holder in wait.holders)
        template = Text("{name} was held by {holders}", "{name} 被 {holders} 占用")
        return filled(template, name=name, holders=holders)
    return reason.past(name)


def _fullest(state: RunState) -> Fullest | None:
    """A queue that was full comes first, then the one that held most; the first of equals."""
    known = (queue for queue in state.queues.values() if not is_inner(queue.resource.id))
    queues = [queue for queue in known if queue.deepest]
    if not queues:
        return None
    best = max(queues, key=lambda queue: (queue.deepest == queue.capacity, queue.deepest))
    name = label(state, best.resource.id)
    return Fullest(best.resource.id, name, best.deepest, best.capacity)


def _count(state: RunState, queue: QueueNow) -> QueueCount:
    resource = queue.resource
    return QueueCount(
        resource=resource.id,
        name=label(state, resource.id),
        kind=resource.kind,
        put=queue.put,
        got=queue.got,
        left=queue.depth,
        lost=queue.lost,
    )


def _sends(queue: QueueNow) -> bool:
    if is_inner(queue.resource.id):
        return False
    return queue.resource.kind != "pipe_end" or queue.put > 0
