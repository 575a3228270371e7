"""What the tests of fingerprints share: encodings of values, and every point of a program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pyqdemo.executing.carrying import carry, ground_of, program_for
from pyqdemo.executing.plan import Plan
from pyqdemo.kernel.limits import Limits
from pyqdemo.point import Point
from pyqdemo.worlds.threads import set_tables, stacks
from pyqdemo.worlds.threads.encoded_code import CODE, value_of
from pyqdemo.worlds.threads.encoded_run import Facts, label_of, way_of
from pyqdemo.worlds.threads.encoded_stacks import tell_generator
from pyqdemo.worlds.threads.encoded_values import VALUES
from pyqdemo.worlds.threads.encoding import Encoding
from pyqdemo.worlds.threads.sights import Sight

__all__ = ["Futures", "Seen", "TooBig", "digest", "everything", "futures", "one_run", "plan_of"]

MOST = 500  # executions: a program with more is too big for a test

#: They come first wherever they can, without a branch: that depends on the state alone.
ASIDE = frozenset({"start", "join", "end", "open", "close"})


class TooBig(Exception):
    """A program has too many executions."""


def digest(*values: Any) -> bytes:
    """The encoding of some values, as one state that holds nothing else."""
    assert stacks.can_see()
    assert set_tables.can_tell()
    ways = {**CODE, **VALUES, type(one for one in ()): tell_generator}
    encoding = Encoding({}, ways, way_of, value_of)
    encoding.facts = Facts(0, True, True, True, frozenset(), True)
    encoding.label = label_of
    encoding.put(b"values", encoding.refs(values))
    return encoding.close()


class Seen(NamedTuple):
    """A point of an execution.

    Attributes:
        state: its fingerprint.
        exact: it was told exactly.
        stands: how every task stood there.
        written: how many texts had been printed.
    """

    state: bytes
    exact: bool
    stands: tuple[tuple[str, str, bool], ...]
    written: int


class _Follow:
    """Makes the given choices, then takes the first who can go on; notes every point."""

    def __init__(self, places: list[int]) -> None:
        self.places = places
        self.widths: list[int] = []
        self.seen: list[Seen] = []
        self.execution: Any = None
        self.why: list[str | None] = []

    def begin(self) -> None:
        self.widths, self.seen = [], []

    def choose(self, point: Point) -> str:
        assert point.state is not None
        state = point.state()
        why = point.state.__self__.why  # type: ignore[attr-defined]  # it is a method
        self.why.append(why)
        stands = tuple((each.task, each.operation, each.enabled) for each in point.look())
        written = len(point.state.__self__._world.execution.output)  # type: ignore[attr-defined]
        self.seen.append(Seen(state, why is None, stands, written))
        for task, operation, enabled in stands:
            if enabled and operation in ASIDE:
                return task
        number = len(self.widths)
        self.widths.append(len(point.enabled))
        if number == len(self.places):
            self.places.append(0)
        return point.enabled[self.places[number]]


def one_run(plan: Plan, places: list[int]) -> tuple[_Follow, Any]:
    """One execution under a schedule, and its points."""
    strategy = _Follow(list(places))
    with ground_of(plan) as ground:
        execution = carry(
            program_for(plan), plan, strategy, ground, sight=Sight(clock=False, states=True)
        )
    return strategy, execution


def everything(plan: Plan) -> Iterator[tuple[list[Seen], list[str], Any]]:
    """Every execution there is: its points, its choices and itself."""
    program, places = program_for(plan), list[int]()
    with ground_of(plan) as ground:
        for _ in range(MOST):
            strategy = _Follow(places)
            sight = Sight(clock=False, states=True)
            execution = carry(program, plan, strategy, ground, sight=sight)
            yield strategy.seen, execution.choices, execution
            while places and places[-1] + 1 == strategy.widths[len(places) - 1]:
                places.pop()
            if not places:
                return
            places[-1] += 1
    raise TooBig


Futures = dict[bytes, set[tuple[Any, ...]]]


def futures(plan: Plan) -> tuple[dict[bytes, list[Futures]], int]:
    """What can follow from every point: for each fingerprint, for each way there, the set of all
    that can come.

    Returns:
        by fingerprint: for each prefix of choices that leads there, choices, texts and ending of
        all executions from there on, and how the tasks stood; and how many points were not
        told exactly.
    """
    ways: dict[bytes, dict[tuple[str, ...], set[Any]]] = {}
    inexact = 0
    for seen, choices, execution in everything(plan):
        texts = [(each.task, each.text) for each in execution.output]
        outcome = execution.outcome()
        for number, point in enumerate(seen):
            inexact += not point.exact
            prefix = tuple(choices[:number])
            ahead = (
                tuple(choices[number:]),
                tuple(texts[point.written :]),
                str(outcome.kind),
                point.stands,
            )
            ways.setdefault(point.state, {}).setdefault(prefix, set()).add(ahead)
    return {state: list(by_prefix.values()) for state, by_prefix in ways.items()}, inexact


def plan_of(path: Path, text: str, *, steps: int = 300, **more: Any) -> Plan:
    """The plan of a program, written to a file of its own; sleeps may overrun."""
    path.write_text(text, encoding="utf-8")
    return Plan(program=path, limits=Limits(max_steps=steps, loose=True), **more)
