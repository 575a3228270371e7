"""How one execution ended, as an exploration sees it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from pyqdemo.analysis.promises import PromiseCheck, Standing
from pyqdemo.analysis.sentences import same
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.waits import find_cycle, tell_cycle, tell_waits
from pyqdemo.card import Card
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.log import Log
from pyqdemo.languages import Text
from pyqdemo.report import EndingKind
from pyqdemo.trace import Outcome, OutcomeKind

__all__ = ["FAILING", "Judge", "Judged", "stdout_of"]

#: Endings that must not be, whatever a card promises.
FAILING = frozenset(
    {
        OutcomeKind.EXCEPTION,
        OutcomeKind.DEADLOCK,
        OutcomeKind.LIVELOCK,
        OutcomeKind.RUNS_FOR_EVER,
    }
)
_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Judged:
    """One ending.

    Attributes:
        key: equal for executions that end alike.
        detail: who waits for whom is told only where there is a record.
        failed: it must not be.
    """

    key: str
    kind: EndingKind
    detail: Text
    failed: bool


def stdout_of(execution: Execution) -> str:
    """What the program wrote to its stdout."""
    return "".join(each.text for each in execution.output if each.stream == "stdout")


class Judge:
    """Says of each execution how it ended.

    Args:
        card: of a lesson, whose promises count.
        same_output: what it printed is part of how it ended.
    """

    def __init__(self, card: Card | None, same_output: bool) -> None:
        self._card = card if card is not None and card.promises.keep else None
        self._same_output = same_output
        self._first_output: str | None = None

    @property
    def needs_log(self) -> bool:
        """Whether an execution can be judged only by its record."""
        return self._card is not None

    def begin(self, log: Log | None) -> None:
        """A new execution writes to that log, if it has one."""
        self._log = log
        self._taken = 0
        card = self._card
        self._promises = None if card is None else PromiseCheck(card.promises, card.words)

    def standing(self) -> bytes:
        """What of the run so far can still decide how it ends, and is in no state."""
        if self._promises is None:
            return b""
        self._take()
        return repr(self._promises.standing).encode("utf-8", "surrogatepass")

    def judge(self, execution: Execution) -> Judged:
        """How an execution ended that is over."""
        outcome = execution.outcome()
        kind = outcome.kind
        match kind:
            case OutcomeKind.COMPLETED:
                return self._completed(execution, outcome)
            case OutcomeKind.EXCEPTION:
                failures = sorted(f"{task.name}: {what}" for task, what in execution.failures)
                said = "; ".join(failures)
                return Judged(f"{kind}/{said}", kind, same(said), True)
            case OutcomeKind.DEADLOCK:
                rows = sorted((w.task, w.operation, w.resource or "") for w in outcome.waits)
                told = _NOTHING if self._log is None else self._waits(outcome)
                return Judged(f"{kind}/{rows}", kind, told, True)
        return Judged(f"{kind}/{outcome.detail}", kind, same(outcome.detail), kind in FAILING)

    def _completed(self, execution: Execution, outcome: Outcome) -> Judged:
        broken = self._broken(outcome)
        if broken is not None:
            return broken
        if self._same_output:
            output = stdout_of(execution)
            if self._first_output is None:
                self._first_output = output
            if output != self._first_output:
                return Judged(f"output/{output}", "output", _NOTHING, True)
        code = outcome.exit_code or 0
        told = Text(f"exit code {code}", f"退出码 {code}") if code else _NOTHING
        return Judged(f"completed/{code}", OutcomeKind.COMPLETED, told, False)

    def _broken(self, outcome: Outcome) -> Judged | None:
        """The first promise of the card that was broken."""
        if self._promises is None:
            return None
        self._take()
        for result in self._promises.results(self._state(outcome)):
            if result.standing is Standing.BROKEN:
                told = result.told or result.name
                return Judged(f"promise/{result.promise}", "promise", told, True)
        return None

    def _take(self) -> None:
        assert self._promises is not None, "asked by the callers"
        assert self._log is not None, "it was needed"
        records = self._log.records
        for record in islice(records, self._taken, None):
            self._promises.add(record)
        self._taken = len(records)

    def _waits(self, outcome: Outcome) -> Text:
        state = self._state(outcome)
        cycle = find_cycle(state, outcome.waits)
        return tell_cycle(state, cycle) if cycle else tell_waits(state, outcome.waits)

    def _state(self, outcome: Outcome) -> RunState:
        state = RunState()
        for record in [] if self._log is None else self._log.records:
            state.add(record)
        state.finish(outcome)
        return state
