"""The hidden parts of a run with processes: every item's way, every handle, every death.

All of it follows from the records; see ``channels`` and ``processes`` for what is inferred.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from pyqdemo.analysis.hidden import (
    Death,
    Fate,
    Holding,
    Misled,
    NoEnd,
    Stage,
    Way,
    XRay,
    fate_after,
)
from pyqdemo.analysis.labels import is_inner
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.waits import waits
from pyqdemo.trace import (
    Event,
    Outcome,
    OutcomeKind,
    Phase,
    Record,
    Resource,
    TaskKind,
    Trace,
    Wait,
)

__all__ = ["xray"]

_STUCK = (OutcomeKind.DEADLOCK, OutcomeKind.STUCK)
_MOVES_HANDLES = frozenset({"start", "exit", "die", "join"})
_KINDS = frozenset({"mp_queue", "mp_joinable", "mp_simple", "pipe_end"})
_ON_THE_WAY = {"put", "put_part", "feed", "deliver_part", "deliver", "get_part", "get"}
_THROUGH_A_PIPE = {"send_part", "send", "recv_part", "recv"}
_STAGES = frozenset({*_ON_THE_WAY, *_THROUGH_A_PIPE, "drop", "lost"})


def xray(trace: Trace) -> XRay:
    """The hidden parts of a run."""
    looking = _Looking(RunState(trace.header.speed))
    records: Iterable[Record] = chain(trace.tasks, trace.resources, trace.events)
    for record in records if _has_any(trace) else ():
        looking.add(record)
    return looking.result(trace.outcome)


def _has_any(trace: Trace) -> bool:
    """Whether the run has hidden parts; a long one of threads alone is not read for nothing."""
    processes = any(task.kind is TaskKind.PROCESS for task in trace.tasks)
    return processes or any(resource.kind in _KINDS for resource in trace.resources)


class _Looking:
    """Reads a run, and notes what will be told."""

    def __init__(self, state: RunState) -> None:
        self.state = state
        self._ways: dict[str, list[Stage]] = {}
        self._facts: dict[str, Event] = {}  # item → the event that has its value and queue
        self._dropped: dict[str, str | None] = {}
        self._locked: dict[str, Stage] = {}  # who has a read lock → since when
        self._open: dict[tuple[str, str], Holding] = {}
        self._holdings: list[Holding] = []
        self._misled: list[Misled] = []
        self._seq = 0
        self._step: int | None = None

    def add(self, record: Record) -> None:
        self.state.add(record)
        if type(record) is Event:
            self._seq, self._step = record.seq, record.step
            if record.phase is Phase.DONE:
                self._event(record)
        elif type(record) is Resource and record.kind == "pipe_end":
            self._look_at_ends()

    def result(self, outcome: Outcome | None) -> XRay:
        stuck = outcome is not None and outcome.kind in _STUCK
        rows = (outcome.waits or waits(self.state)) if outcome and stuck else ()
        no_ends = tuple(found for row in rows if (found := self._no_end(row)) is not None)
        last = self._open.values()
        if outcome is not None:
            self.state.finish(outcome)
        return XRay(
            state=self.state,
            ways=tuple(self._way(item) for item in self._ways),
            holdings=tuple(
                sorted((*self._holdings, *last), key=lambda held: (held.end, held.from_seq))
            ),
            deaths=tuple(self._deaths()),
            misled=tuple(self._misled),
            no_ends=no_ends,
        )

    def _event(self, event: Event) -> None:
        stage = Stage(event.operation, event.seq, event.step, event.at_ns, event.task)
        if event.operation == "read_lock" and not event.raised:
            self._locked[event.task] = stage
        elif event.operation == "empty" and event.result == "True":
            self._asked(event)
        if event.item is not None and event.operation in _STAGES:
            self._stage(event.item, stage, event)
        if event.operation == "get":
            self._locked.pop(event.task, None)
        if event.operation in _MOVES_HANDLES or event.resource in self.state.processes.partner:
            self._look_at_ends()

    def _stage(self, item: str, stage: Stage, event: Event) -> None:
        resource = self.state.resources.get(event.resource or "")
        kind = resource.kind if resource is not None else ""
        if (
            kind not in _KINDS
            or is_inner(event.resource)
            or (event.raised and event.operation != "drop")
        ):
            return
        stages = self._ways.setdefault(item, [])
        self._facts.setdefault(item, event)
        if event.operation in ("get", "get_part"):
            locked = self._locked.pop(event.task, None)
            if locked is not None:
                stages.append(locked)
        elif event.operation == "drop":
            self._dropped[item] = event.result
        stages.append(stage)

    def _way(self, item: str) -> Way:
        stages, first = self._ways[item], self._facts[item]
        fate = fate_after(stage.operation for stage in stages)
        if fate is Fate.BUFFERED and first.resource not in self._buffering():
            fate = Fate.PIPED
        return Way(
            item, first.value, first.resource or "", tuple(stages), fate, self._dropped.get(item)
        )

    def _buffering(self) -> frozenset[str]:
        kinds = ("mp_queue", "mp_joinable")
        return frozenset(id for id, known in self.state.resources.items() if known.kind in kinds)

    def _asked(self, event: Event) -> None:
        queue = self.state.queues.get(event.resource or "")
        if queue is not None and (queue.carried or queue.buffered):
            items = (*queue.carried.items(), *queue.buffered.items())
            self._misled.append(
                Misled(event.seq, event.step, event.task, queue.resource.id, event.location, items)
            )

    def _look_at_ends(self) -> None:
        """Notes who has come to have an end, and who has it no more."""
        now = {
            (end, id): gained
            for id, process in self.state.processes.now.items()
            for end, (_, gained) in process.ends.items()
            if not is_inner(end)
        }
        for key in [key for key in self._open if key not in now]:
            held = self._open.pop(key)
            self._holdings.append(replace(held, to_seq=self._seq, to_step=self._step))
        for key, gained in now.items():
            if key not in self._open:
                seq, step = self._seq, self._step
                if gained == "used":  # it came with its start
                    process = self.state.processes.now[key[1]]
                    seq, step = process.started_seq or seq, process.started_step
                self._open[key] = Holding(*key, gained, seq, step)

    def _deaths(self) -> Iterable[Death]:
        for process in self.state.processes.now.values():
            lost = [gone for gone in process.lost if not is_inner(gone.resource)]
            kept = [gone for gone in process.kept if not is_inner(gone.resource)]
            if process.ended_seq is None or not (process.how or lost or kept):
                continue
            printed = [gone for gone in lost if "/stream/" in gone.resource]
            yield Death(
                process=process.task,
                seq=process.ended_seq,
                step=process.ended_step,
                exit_code=process.exit_code,
                how=process.how,
                by=process.ended_by,
                lost=tuple(gone for gone in lost if gone not in printed),
                kept=tuple(kept),
                unprinted="".join(gone.value or "" for gone in printed),
            )

    def _no_end(self, row: Wait) -> NoEnd | None:
        other = self.state.processes.partner.get(row.resource or "")
        if (
            other is None
            or is_inner(other)
            or row.operation not in ("recv", "poll")
            or row.timeout_s is not None
        ):
            return None
        holders = row.holders or self.state.processes.holders(other)
        if not holders:
            return None
        known = self.state.processes.now
        told = tuple(
            (id, known[id].ends[other][1] if id in known and other in known[id].ends else None)
            for id in holders
        )
        return NoEnd(row.task, row.resource or "", other, told)
