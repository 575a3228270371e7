"""The simplest run that fails in a certain way."""

from __future__ import annotations

from pyqdemo.exploring.asked import Bounds
from pyqdemo.exploring.bench import Bench, Done
from pyqdemo.exploring.covering import Covered, Seen, cost_of, cover
from pyqdemo.strategies import Dfs

__all__ = ["simplest"]

MOST_PREEMPTIONS = 3  # what needs more is left as it was met
EACH = Bounds(max_executions=300, time_s=0.7, after_failure_s=1.0)


def simplest(bench: Bench, key: str, seen: Seen) -> Done:
    """The simplest run with the ending of that key that a short search finds.

    Fewest overrun sleeps first, then fewest preemptions, then the shortest. Executions in
    strict time are tried first, in which no sleep overruns, then in loose time; in each
    without a preemption, then with one, and so on, each for a moment. Where nothing simpler
    is found it is the run that was met.
    """
    best: Done | None = None
    least = seen.cost
    for loose in (False, True) if bench.plan.limits.loose else (False,):
        for preemptions in range(MOST_PREEMPTIONS + 1):
            overruns = 0 if not loose else least[0]
            if (overruns, preemptions) >= least[:2]:
                break
            found = _search(bench, key, preemptions, loose)
            if found is not None and cost_of(found) < least:
                best, least = found, cost_of(found)
                break
    return best if best is not None else seen.done


def _search(bench: Bench, key: str, preemptions: int, loose: bool) -> Done | None:
    found: list[Done] = []

    def until(done: Done) -> bool:
        if done.judged.key == key:
            found.append(done)
        return bool(found)

    cover(
        bench,
        Dfs(preemptions=preemptions, draws=bench.asked.draws),
        EACH,
        Covered(),
        lambda covered: False,
        until=until,
        limits=bench.plan.limits._replace(loose=loose),
    )
    return found[0] if found else None
