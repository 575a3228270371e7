"""Finds the seeds for the flaws on the lessons' cards: which run shows what the card tells.

    python tools/find_flaws.py              # does every run on the cards show its flaw?
    python tools/find_flaws.py --search     # the first seed that does, for each of them

Another version of the models makes other runs of the same seeds, and another run may no longer
show what a card says of it. This tells which, and what to write in its place. A run counts if it
shows the flaw under every start method there is; of the first five that do, the one of the fewest
steps comes first.
"""

from __future__ import annotations

import multiprocessing
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pyqdemo.card import Card, Flaw
from pyqdemo.executing import Plan, execute
from pyqdemo.kernel.limits import Limits
from pyqdemo.lessons import catalogue
from pyqdemo.trace import Event, OutcomeKind, Phase, Trace

__all__ = ["SEEN", "methods_of", "plan_of", "shown"]

#: How many seeds are tried.
SEEDS = 3_000


@dataclass(frozen=True, slots=True)
class Told:
    """A trace, with what the conditions below ask of it."""

    trace: Trace

    @property
    def kind(self) -> OutcomeKind | None:
        return self.trace.outcome.kind if self.trace.outcome else None

    @property
    def lines(self) -> list[str]:
        return self.trace.printed().splitlines()

    def tasks(self, role: str) -> set[str]:
        return {task.id for task in self.trace.tasks if task.role == role}

    def by(self, role: str, *operations: str) -> list[Event]:
        """What the tasks of that role did, of those operations."""
        tasks = self.tasks(role)
        return [event for event in self.done(*operations) if event.task in tasks]

    def done(self, *operations: str) -> list[Event]:
        return [
            event
            for event in self.trace.events
            if event.phase is Phase.DONE and event.operation in operations
        ]

    def got(self, role: str) -> str:
        """The values that it got, as they are told, joined."""
        return "".join((event.value or "").strip("'") for event in self.by(role, "get", "recv"))


# ── writer-reader ────────────────────────────────────────────────────────────


def reader_cut_off(told: Told) -> bool:
    """It got and printed a and b; it was terminated outside get(), so nothing else is amiss."""
    return (
        told.got("read") == "ab"
        and [line for line in told.lines if line.startswith("get")]
        == ["get a from queue", "get b from queue"]
        and not told.done("kept")
    )


def prints_lost(told: Told) -> bool:
    """It got all four letters and printed all four lines, and none of them came out."""
    lost = [event.value or "" for event in told.by("read", "lost")]
    printed = "".join(f"get {letter} from queue\n" for letter in "abcd")
    unseen = lost == [printed] and "get" not in told.trace.printed()
    return told.got("read") == "abcd" and unseen and not told.done("kept")


def lock_left_held(told: Told) -> bool:
    """It got and printed all four letters, and was terminated while it waited for a fifth."""
    kept = [event.value for event in told.by("read", "kept")]
    return kept == ["read lock"] and sum(line.startswith("get") for line in told.lines) == 4


def put_is_not_sent(told: Told) -> bool:
    """All four put lines were printed before the first letter was in the pipe."""
    delivered = told.done("deliver")
    printed = [event for event in told.by("write", "write") if event.value == "put d to queue"]
    early = bool(delivered and printed) and printed[0].seq < delivered[0].seq
    return early and told.got("read") == "abcd" and not told.done("kept")


# ── pipe ─────────────────────────────────────────────────────────────────────


def recv_before_send(told: Told) -> bool:
    """Five of nine, as in the tutorial's own output."""
    place = {line: number for number, line in enumerate(told.lines)}
    first = [
        number
        for number in range(1, 10)
        if place[f"recv {number} from pipe"] < place[f"send {number} to pipe"]
    ]
    return len(first) == 5


# ── odd-even ─────────────────────────────────────────────────────────────────


def order_broken(told: Told) -> bool:
    """The odd one gets 3 before 1."""
    odd = [line.split()[1] for line in told.lines if "ODD" in line]
    return told.kind is OutcomeKind.COMPLETED and odd == ["3", "1"] and len(told.lines) == 9


def livelock(told: Told) -> bool:
    """Neither has used a number when the run is stopped; both took and put back all the while."""
    busy = [len(told.by(role, "put")) for role in ("Consumer_even", "Consumer_odd")]
    return _stopped_unused(told) and min(busy) >= 9


def survivor_circles(told: Told) -> bool:
    """The odd one asks empty() and leaves while the even one has the 1 in its hand."""
    even, odd = (told.by(f"Consumer_{kind}", *_LOOKS) for kind in ("even", "odd"))
    if not _stopped_unused(told) or [event.result for event in odd] != ["True"]:
        return False
    first = [event.seq for event in even if event.operation in ("get", "put")][:2]
    return len(first) == 2 and first[0] < odd[0].seq < first[1]


def numbers_left_behind(told: Told) -> bool:
    """Both leave without a number at their first look, and the program ends as if it were well."""
    looked = [event.result for event in told.done(*_LOOKS) if event.operation == "empty"]
    return (
        told.kind is OutcomeKind.COMPLETED
        and looked == ["True", "True"]
        and told.lines[-2:] == ["开始消费消息", "消息消费完成"]
    )


def check_then_get(told: Told) -> bool:
    """The odd one uses the only number; the even one has seen it too, and raises Empty."""
    failed = [event for event in told.by("Consumer_even", "get", "read_lock") if event.raised]
    return told.kind is OutcomeKind.EXCEPTION and len(failed) == 1 and _used(told) == 1


_LOOKS = ("empty", "get", "put")


def _used(told: Told) -> int:
    return sum(line.startswith("get") for line in told.lines)


def _stopped_unused(told: Told) -> bool:
    return told.kind is OutcomeKind.TIME_BOUND and _used(told) == 0


# ── chefs ────────────────────────────────────────────────────────────────────

_COOKED = re.compile(r"厨师 (Thread-\d) 做了 \d 饭 --- 还剩 (\d+) 饭没卖完")


def never_ends(told: Told) -> bool:
    """Twenty seconds on it is as busy as ever, and the queue has been full."""
    full = any(event.depth == 10 for event in told.done("put"))
    return told.kind is OutcomeKind.TIME_BOUND and full


def stale_qsize(told: Told) -> bool:
    """The first line printed is about the first dish put, and says that three are left."""
    put = told.done("put")[:1]
    lines = [event.value or "" for event in _written_by(told, put)][:1]
    cooked = _COOKED.fullmatch(lines[0]) if lines else None
    return lines == told.lines[:1] and cooked is not None and cooked[2] == "3"


def printed_order(told: Told) -> bool:
    """Whatever is printed first is eaten, and the line about its cooking is the last."""
    first = told.done("put")[:1]
    eaten = [event for event in told.done("get")[:1] if first and event.item == first[0].item]
    lines = [_written_by(told, did)[:1] for did in (eaten, first)]
    return all(lines) and [of[0].value for of in lines] == [told.lines[0], told.lines[-1]]


def _written_by(told: Told, put: Sequence[Event]) -> list[Event]:
    """What whoever put that has written afterwards, line ends aside."""
    return [
        event
        for event in told.done("write")
        if put and event.task == put[0].task and event.seq > put[0].seq and event.value != "\n"
    ]


# ── counter ──────────────────────────────────────────────────────────────────


def lost_update(told: Told) -> bool:
    """Each of two counted once, and one of the two is lost, which the program's assert tells."""
    counted = told.lines[:1] == ["expected 2, counted 1, lost 1"]
    return told.kind is OutcomeKind.EXCEPTION and counted


#: (lesson, flaw) → whether a run shows it as the card tells it.
SEEN: Mapping[tuple[str, str], Callable[[Told], bool]] = {
    ("chefs", "never_ends"): never_ends,
    ("chefs", "stale_qsize"): stale_qsize,
    ("chefs", "printed_order"): printed_order,
    ("writer-reader", "reader_cut_off"): reader_cut_off,
    ("writer-reader", "prints_lost"): prints_lost,
    ("writer-reader", "lock_left_held"): lock_left_held,
    ("writer-reader", "put_is_not_sent"): put_is_not_sent,
    ("pipe", "printed_order"): recv_before_send,
    ("odd-even", "order_broken"): order_broken,
    ("odd-even", "livelock"): livelock,
    ("odd-even", "survivor_circles"): survivor_circles,
    ("odd-even", "numbers_left_behind"): numbers_left_behind,
    ("odd-even", "check_then_get"): check_then_get,
    ("counter", "lost_update"): lost_update,
}


# ── runs ─────────────────────────────────────────────────────────────────────


def shown(card: Card) -> Iterator[tuple[Flaw, str]]:
    """The flaws of a lesson for which its card names a run, each with the options of that."""
    for flaw in card.flaws:
        if flaw.show is not None:
            yield flaw, flaw.show.options


def methods_of(card: Card) -> tuple[str | None, ...]:
    """The start methods that a run of the lesson may have."""
    return tuple(multiprocessing.get_all_start_methods()) if card.processes else (None,)


def plan_of(card: Card, options: str) -> Plan:
    """The run of the published program that these options ask for on a command line."""
    words = shlex.split(options)
    given = {name.removeprefix("--"): value for name, value in pairwise(words) if name[0] == "-"}
    values: dict[str, object] = {}
    for one in card.parameters_of(published=True):
        values[one.name] = int(given.pop(one.option.removeprefix("--"), one.default))
    for_s, stop_after = given.pop("for", None), given.pop("stop-after", None)
    limits = Limits(
        for_s=float(for_s) if for_s else None,
        stop_after=int(stop_after) if stop_after else None,
        loose=given.pop("sleeps", "strict") == "loose",
    )
    plan = Plan(
        program=card.published or card.program,
        parameters=values,
        lesson=card.name,
        variant="published",
        seed=int(given.pop("seed")),
        strategy=given.pop("strategy", "random"),
        start_method=given.pop("start-method", None),
        stdout=given.pop("stdout", "terminal"),
        granularity=given.pop("granularity", "operation"),
        limits=limits,
    )
    if given:
        raise ValueError(f"{options!r}: this tool does not know {', '.join(given)}")
    return plan


def holds(card: Card, flaw: str, plan: Plan) -> int:
    """In how many steps that run shows the flaw; 0 if it does not, under some start method."""
    steps = 0
    for method in (plan.start_method,) if plan.start_method else methods_of(card):
        trace = execute(replace(plan, start_method=method)).trace
        if not SEEN[card.name, flaw](Told(trace)):
            return 0
        steps = max(event.step or 0 for event in trace.events)
    return steps


def main(words: Sequence[str]) -> int:
    wrong = 0
    for card in catalogue():
        for flaw, options in shown(card):
            plan = plan_of(card, options)
            steps = holds(card, flaw.id, plan)
            print(f"{card.name} {flaw.id}: {options}: {f'{steps} steps' if steps else 'not seen'}")
            wrong += not steps
            if "--search" not in words:
                continue
            tried = ((holds(card, flaw.id, replace(plan, seed=n)), n) for n in range(SEEDS))
            found = sorted(
                one for one, _ in zip((t for t in tried if t[0]), range(5), strict=False)
            )
            print("    seeds", ", ".join(f"{n} ({steps} steps)" for steps, n in found) or "none")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
