"""Whether a run kept what its lesson's card promises.

A promise is *broken* only where the record proves it, *kept* only where the record is
whole and the run came to its end; everything else is *not checkable*, and says why. A run
that was stopped from outside loses nothing by that: what is left might still be used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pyqdemo.analysis import promise_words as words_for
from pyqdemo.analysis.items import Item, ItemTable
from pyqdemo.analysis.now import State, TaskNow
from pyqdemo.analysis.state import RunState
from pyqdemo.card import Promise, Promises, Words
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome, OutcomeKind, Record, TaskKind

__all__ = ["PromiseCheck", "PromiseResult", "Standing", "check", "promise_name"]

promise_name = words_for.promise_name

_STOPPED = frozenset(
    {
        OutcomeKind.STEP_BOUND,
        OutcomeKind.TIME_BOUND,
        OutcomeKind.INTERRUPTED,
        OutcomeKind.ABORTED,
    }
)
_GOES_ON = frozenset({OutcomeKind.RUNS_FOR_EVER})


class Standing(StrEnum):
    """What may be said of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_CHECKABLE = "not_checkable"


@dataclass(frozen=True, slots=True)
class PromiseResult:
    """One promise after a run.

    Attributes:
        name: what is promised, in two or three words (``nothing lost``).
        told: for a broken promise what broke it, naming the item or the task; for one that
            cannot be checked why; None for a kept one. It begins with the name.
    """

    promise: Promise
    name: Text
    standing: Standing
    told: Text | None = None


class PromiseCheck:
    """Checks a card's promises while a run goes on or from its record.

    Args:
        promises, words: from the card.
    """

    def __init__(self, promises: Promises, words: Words) -> None:
        self.promises = promises
        self.words = words
        self.items = ItemTable(promises, forget=True)
        self._names: dict[str, str] = {}
        self._twice: Item | None = None
        self._overtaken: tuple[Item, str, int] | None = None
        self._last: dict[tuple[str, str], int] = {}  # maker, user → number of its last item

    def add(self, record: Record) -> None:
        """Takes in the next record."""
        item = self.items.add(record)
        if item is None:
            return
        if len(item.users) > 1 and self._twice is None:
            self._twice = item
        if item.counted:
            pair = (item.maker, item.users[-1])
            last = self._last.get(pair, 0)
            if item.number < last and self._overtaken is None:
                self._overtaken = (item, pair[1], last)
            self._last[pair] = max(last, item.number)

    @property
    def standing(self) -> tuple[object, ...]:
        """All that later records can make of what has been taken in; see ``ItemTable``."""
        order = sorted(self._last.items()) if "producer_order" in self.promises.keep else ()
        broken = self._twice is not None, self._overtaken is not None
        return self.items.standing, tuple(order), broken

    def results(self, state: RunState) -> tuple[PromiseResult, ...]:
        """What may be said of each promise the card makes, in the card's order.

        Args:
            state: fed with the same records, and finished with the outcome if there is one.
        """
        return tuple(self._result(promise, state) for promise in self.promises.keep)

    def _result(self, promise: Promise, state: RunState) -> PromiseResult:
        name = promise_name(promise, self.promises, self.words)
        match promise:
            case "nothing_lost":
                standing, told = self._nothing_lost(state)
            case "nothing_twice":
                standing, told = self._nothing_twice(state)
            case "producer_order":
                standing, told = self._producer_order(state)
            case _:
                standing, told = _clean_end(state)
        return PromiseResult(promise, name, standing, words_for.about(name, told) if told else None)

    def _nothing_lost(self, state: RunState) -> tuple[Standing, Text | None]:
        missing = self._missing(state)
        if missing is not None:
            return Standing.NOT_CHECKABLE, missing
        open_items = [item for item in self.items.items.values() if item.counted]
        if not open_items:
            return Standing.KEPT, None
        if _stopped(state) or (state.outcome and state.outcome.kind in _GOES_ON):
            return Standing.NOT_CHECKABLE, words_for.STOPPED
        return Standing.BROKEN, words_for.lost(open_items, state, self.words)

    def _nothing_twice(self, state: RunState) -> tuple[Standing, Text | None]:
        if self._twice is not None:
            return Standing.BROKEN, words_for.twice(self._twice, state, self.words)
        missing = self._missing(state)
        return (Standing.NOT_CHECKABLE, missing) if missing else (Standing.KEPT, None)

    def _producer_order(self, state: RunState) -> tuple[Standing, Text | None]:
        if self._overtaken is not None:
            return Standing.BROKEN, words_for.overtaken(*self._overtaken, state)
        missing = self._missing(state)
        return (Standing.NOT_CHECKABLE, missing) if missing else (Standing.KEPT, None)

    def _missing(self, state: RunState) -> Text | None:
        """Why the record says too little about the items, if it does."""
        if state.outcome is not None and state.outcome.losses:
            return words_for.RECORD_CUT
        return words_for.UNNAMED if self.items.unnamed else None


def check(
    promises: Promises, words: Words, records: Iterable[Record], outcome: Outcome | None
) -> tuple[PromiseResult, ...]:
    """Checks a card's promises against a whole run.

    Args:
        records: in order; memory is bounded by the items under way.
        outcome: None where the record breaks off.
    """
    checking, state = PromiseCheck(promises, words), RunState()
    for record in records:
        checking.add(record)
        state.add(record)
    if outcome is not None:
        state.finish(outcome)
    return checking.results(state)


def _stopped(state: RunState) -> bool:
    return state.outcome is None or state.outcome.kind in _STOPPED


def _clean_end(state: RunState) -> tuple[Standing, Text | None]:
    """By itself, with every task ended and none by an exception or from outside.

    A daemon or feeder need not have ended. What stopped the whole run from outside may
    leave its mark on tasks; of those only an exception of the program's own counts.
    """
    stopped = _stopped(state)
    failed = [now for now in state.tasks.values() if _failed(now, stopped)]
    if failed:
        return Standing.BROKEN, words_for.failed(failed[0], state)
    outcome = state.outcome
    if outcome is None or stopped:
        return Standing.NOT_CHECKABLE, words_for.STOPPED
    if outcome.kind is not OutcomeKind.COMPLETED:
        return Standing.BROKEN, words_for.ended_badly(outcome)
    if outcome.exit_code:
        return Standing.BROKEN, words_for.exited(outcome.exit_code)
    unended = [now for now in state.tasks.values() if _should_have_ended(now)]
    if unended and outcome.losses:
        return Standing.NOT_CHECKABLE, words_for.RECORD_CUT
    if unended:
        return Standing.BROKEN, words_for.never_ended(unended[0])
    return Standing.KEPT, None


def _failed(now: TaskNow, stopped: bool) -> bool:
    if now.over is not State.FAILED or now.failure is None:
        return False
    of_its_own = now.failure.startswith("raised ") and "KeyboardInterrupt" not in now.failure
    return of_its_own or not stopped


def _should_have_ended(now: TaskNow) -> bool:
    lasting = now.task.daemon or now.task.kind is TaskKind.FEEDER
    return not lasting and now.over is None and now.state is not State.NEW
