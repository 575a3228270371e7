"""What is found out of an exploration's endings by carrying some executions out once more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyqdemo.errors import ReplayMismatch
from pyqdemo.exploring.again import differs
from pyqdemo.exploring.bench import Bench, Repeated
from pyqdemo.exploring.circles import Circles
from pyqdemo.exploring.claiming import FINISHED
from pyqdemo.exploring.confirming import confirmed
from pyqdemo.exploring.covering import Covered, Covering, Seen, cost_of
from pyqdemo.exploring.forks import fork_of
from pyqdemo.exploring.racing import races_in, untold
from pyqdemo.exploring.simplest import simplest
from pyqdemo.exploring.stopping import Stopped
from pyqdemo.report import Counterexample, Fork, NoFork, Race, Reason
from pyqdemo.schedule import schedule_of
from pyqdemo.strategies import States
from pyqdemo.trace import Trace

__all__ = ["Found", "example_of", "find", "recheck"]

TOLD_WHOLE = 40  # endings that are repeated for the report
RECHECKED = 8  # schedules that a second process repeats before anything is proved


@dataclass(slots=True)
class Found:
    """What was found out, as far as it came.

    Attributes:
        states: that were told apart; None where they were not.
        example: the simplest run that fails.
    """

    states: int | None = None
    example: Counterexample | None = None
    races: tuple[Race, ...] = ()


def find(bench: Bench, strategy: Covering, covered: Covered) -> Found:
    """All of it. To ``covered`` are added circles, words for how it ended, and simpler runs.

    It is over with the first execution that cannot be repeated, and ``bench.differed`` says so;
    or with the first signal, which is a reason then.

    Raises:
        KeyboardInterrupt: at a second signal.
    """
    found = Found()
    try:
        _find(found, bench, strategy, covered)
    except ReplayMismatch as mismatch:
        bench.differed = str(mismatch)
    except Stopped:
        covered.reasons.append(Reason("interrupted"))
    return found


def recheck(bench: Bench, covered: Covered) -> tuple[Reason, ...]:
    """Why nothing is proved, though nothing is missing here: another process sees it otherwise."""
    schedules = [bench.schedule(seen.done) for seen in list(covered.seen.values())[:RECHECKED]]
    try:
        different = differs(bench.program, bench.plan, schedules, bench.later)
    except Stopped:
        return (Reason("interrupted"),)
    return () if different is None else (Reason("nondeterministic", different),)


def _find(found: Found, bench: Bench, strategy: Covering, covered: Covered) -> None:
    circles = None
    if isinstance(strategy, States):
        found.states = strategy.states
        circles = Circles(bench, strategy)
        circles.add_to(covered)
    key = _simplest_failing(covered)
    if key is not None:
        _find_example(found, bench, covered, key, circles)
    for seen in list(covered.seen.values())[:TOLD_WHOLE]:
        _tell_whole(bench, seen)
    _find_races(found, bench, strategy, covered)


def _find_races(found: Found, bench: Bench, strategy: Covering, covered: Covered) -> None:
    """With their lines, if the executions in which they show can be repeated."""
    bench.heed()
    if bench.plan.granularity == "line":  # what is between two lines is covered
        return
    racing = covered.racing
    if isinstance(strategy, States):
        racing = races_in(strategy, draws=bench.asked.draws)
    found.races = tuple(untold(bench, racing.found))
    found.races = racing.told(bench)


def _find_example(
    found: Found, bench: Bench, covered: Covered, key: str, circles: Circles | None
) -> None:
    """Of the ending with that key: the run, then where it was lost, then with real processes."""
    in_graph = circles if circles is not None and circles.knows(key) else None
    if in_graph is not None:
        trace, cycle = in_graph.trace(covered, key), in_graph.cycle(key)
    else:
        trace, cycle = _simplest(bench, covered, key), None
    if trace is None:
        return
    found.example = _example(covered, key, trace, cycle)
    if in_graph is not None:
        fork = in_graph.fork(covered, key, trace)
    else:
        fork = fork_of(bench, schedule_of(trace), trace)
    found.example = _forked(found.example, fork)
    found.example = _confirmed(bench, found.example)


def _simplest_failing(covered: Covered) -> str | None:
    """The key of the failing ending with the cheapest execution."""
    failing = {key: seen for key, seen in covered.seen.items() if seen.judged.failed}
    return min(failing, key=lambda key: failing[key].cost) if failing else None


def _simplest(bench: Bench, covered: Covered, key: str) -> Trace | None:
    """The simplest run with that ending, which takes the place of the one that was met.

    None if it cannot be repeated.
    """
    seen = covered.seen[key]
    done = simplest(bench, key, seen)
    seen.put(done, cost_of(done))
    repeated = bench.once_more(done)
    if bench.differed is not None or not bench.compare(done.judged, repeated.done.judged):
        return None
    seen.judged = repeated.done.judged  # which has words for it
    return repeated.trace


def example_of(bench: Bench, covered: Covered, key: str, repeated: Repeated) -> Counterexample:
    """A run that was repeated as the example of its ending, with a fork that is looked for."""
    example = _example(covered, key, repeated.trace, None)
    if not repeated.done.judged.failed:
        return example
    fork = fork_of(bench, repeated.schedule, repeated.trace)
    return _confirmed(bench, _forked(example, fork))


def _example(
    covered: Covered, key: str, trace: Trace, cycle: tuple[int, int] | None
) -> Counterexample:
    overruns, preemptions, _ = covered.seen[key].cost
    return Counterexample(list(covered.seen).index(key), trace, preemptions, overruns, cycle=cycle)


def _forked(example: Counterexample, fork: Fork | NoFork) -> Counterexample:
    if isinstance(fork, Fork):
        return replace(example, fork=fork)
    return replace(example, no_fork=fork)


def _confirmed(bench: Bench, example: Counterexample) -> Counterexample:
    trace = example.trace
    told = confirmed(bench.plan, schedule_of(trace), trace, bench.later)
    if isinstance(told, str):
        return replace(example, not_started=told)
    return replace(example, confirmed=told)


def _tell_whole(bench: Bench, seen: Seen) -> None:
    """Puts into words what only the record of an execution tells."""
    again = bench.once_more(seen.done).done.judged
    if again.key == seen.judged.key:
        seen.judged = again
    elif seen.judged.kind in FINISHED:
        bench.compare(seen.judged, again)
