"""One reading of a transcript, and the searches for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import monotonic

from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import Ground
from pyqdemo.explaining.searching import Search, repeated
from pyqdemo.explaining.transcript import Transcript
from pyqdemo.explaining.wanted import Wanted
from pyqdemo.loading import Program
from pyqdemo.report import Reason
from pyqdemo.trace import Trace
from pyqdemo.worlds.stop_signals import StopSignals

__all__ = ["Reading"]

FIRST = 60  # executions of each search in the first round; twice as many in each further one
EXACT_FROM = 4  # round from which the exact search takes part, if the others go on
EXACT = 8  # it makes so many times fewer executions, since each takes longer
#: How prints part, what a line is worth, and whether states are exact: of each search. The last
#: one covers what the others do.
KINDS = (
    ("whole", 4.0, False),
    ("parted", 4.0, False),
    ("whole", 1.0, False),
    ("parted", 1.0, False),
    ("parted", 4.0, True),
)
#: Where every line is a step: who goes first matters only to plain data, which none but exact
#: searches look at.
KINDS_OF_LINES = (("whole", 4.0, True), ("parted", 4.0, True))
LONGER = 20  # executions for the end of a run, once its lines are found


class Reading:
    """The searches for one reading of a transcript: each goes on for a while, again and again.

    Attributes:
        transcript: the reading.
        met: the search that has found a run; None while none has.
        more: something has not been tried.
        interrupted: somebody asked to stop.
        spent_s: real seconds that it has searched, and until it last got further, ``moved_s``.
    """

    def __init__(
        self,
        program: Program,
        plan: Plan,
        ground: Ground,
        transcript: Transcript,
        signals: StopSignals | None,
    ) -> None:
        self._program, self._plan, self._ground = program, plan, ground
        self._signals = signals
        self.transcript = transcript
        self._wanted = Wanted(transcript.lines, cut=transcript.cut)
        self._before = 0
        self._clock = False
        self.met: Search | None = None
        self.more = True
        self.spent_s = self.moved_s = 0.0
        self._furthest = 0
        self._make()
        self._going = self._turns()

    def _make(self) -> None:
        kinds = KINDS_OF_LINES if self._plan.granularity == "line" else KINDS
        self._plans = [replace(self._plan, prints=prints) for prints, _, _ in kinds]
        self._searches = [
            Search(
                self._program,
                plan,
                self._ground,
                self._wanted,
                exact=exact,
                worth=worth,
                clock=self._clock or exact,
                signals=self._signals,
            )
            for plan, (_, worth, exact) in zip(self._plans, kinds, strict=True)
        ]
        *self._others, self._exact = self._searches

    @property
    def executions(self) -> int:
        """That were begun."""
        return self._before + sum(search.executions for search in self._searches)

    @property
    def states(self) -> int:
        """That were told apart."""
        return sum(search.strategy.states for search in self._searches)

    @property
    def matched(self) -> int:
        """Lines, from the first, that some run prints."""
        return max(search.guide.wanted.line(search.guide.best) for search in self._searches)

    @property
    def interrupted(self) -> bool:
        return any(search.interrupted for search in self._searches)

    def once(self) -> None:
        """One execution more, if there is more."""
        began = monotonic()
        search = next(self._going, None)
        self.spent_s += monotonic() - began
        if search is None:
            self.more = False
            return
        if search.met is not None:
            self.met = search
        furthest = max(search.guide.best.place for search in self._searches)
        if furthest > self._furthest:
            self._furthest, self.moved_s = furthest, self.spent_s

    def _turns(self) -> Iterator[Search]:
        """Each search after each execution of its, until nothing more can follow."""
        turn = 1
        while True:
            early = turn < EXACT_FROM and any(search.more for search in self._others)
            for search in self._others if early else self._searches:
                share = EXACT if search is self._exact else 1
                for _ in range((FIRST << min(turn - 1, 20)) // share):
                    if not search.more:
                        break
                    search.once()
                    if search.read_clock and not self._clock:
                        break
                    yield search
                if search.read_clock and not self._clock:
                    break
            if not self._clock and any(search.read_clock for search in self._searches):
                self._before, self._clock = self.executions, True
                self._make()
                continue
            # What an exact search has tried without finding it, no other finds.
            if not self._exact.more or not any(search.more for search in self._searches):
                return
            turn += 1

    def found(self, until: float) -> tuple[Trace, bool]:
        """The run that was found, and whether it ends with the last line: that is better, where
        it may be the whole output.

        Args:
            until: when to look for a better one no longer, as ``monotonic`` tells it.
        """
        search = self.met
        assert search is not None, "it is found"
        if not self.transcript.stopped:
            search.guide.to_the_end = True
            for _ in range(LONGER):
                if search.whole is not None or not search.more or monotonic() >= until:
                    break
                search.once()
        plan = self._plans[self._searches.index(search)]
        whole = search.whole is not None
        way = search.whole or search.met
        assert way is not None, "it is found"
        return repeated(self._program, plan, self._ground, way, whole=whole), whole

    def missing(self) -> tuple[Reason, ...]:
        """Why it proves nothing that nothing was found; empty if it does."""
        return self._exact.missing()

    def best(self) -> tuple[Trace, Plan] | None:
        """A run that prints the longest beginning, and the plan it was made by; None if no line
        can be printed."""
        # Of equals the one whose prints are whole is the easier to read; the exact one is last.
        best = max(self._searches, key=lambda each: each.guide.best.place)
        plan = self._plans[self._searches.index(best)]
        if not self.matched or not best.guide.way[0]:
            return None
        return repeated(self._program, plan, self._ground, best.guide.way, whole=False), plan

    def next(self) -> tuple[str, ...]:
        """What can come behind the longest beginning, so far as it was met."""
        matched = self.matched
        return tuple(
            dict.fromkeys(
                line
                for search in (self._exact, *self._others)
                if search.guide.wanted.line(search.guide.best) == matched
                for line in search.guide.next
            )
        )
