"""Graphs of states written down by hand, and small ones drawn at random."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from pyqdemo.analysis.state_graph import LEFT_OUT, UNKNOWN, Row, StateGraph

__all__ = ["drawn", "made"]


def made(
    nodes: Mapping[str, Mapping[str, str] | Sequence[str]],
    waiting: Mapping[str, Sequence[str]] | None = None,
) -> StateGraph:
    """A graph whose nodes are numbered as they are written down, endings behind them.

    Args:
        nodes: a state gives for each enabled task where its step leads; ``"1 write"`` is task
            1 whose operation is a write, ``"1 late"`` one that can go on only because a bound
            is over. A draw gives where each value leads. Whatever leads to ``?`` is unknown,
            to ``-`` left out; a name that is no node is an ending.
        waiting: tasks that are alive in a state and cannot go on.
    """
    steps = [list(step.values()) if isinstance(step, Mapping) else step for step in nodes.values()]
    endings = dict.fromkeys(each for step in steps for each in step if each not in "?-")
    names = list(dict.fromkeys([*nodes, *endings]))
    number = {name: place for place, name in enumerate(names)} | {"?": UNKNOWN, "-": LEFT_OUT}
    first, source, target = [0], [], []
    kinds: list[tuple[Row, ...] | int | str] = []
    for name in names:
        onward = nodes.get(name, ())
        if isinstance(onward, Mapping):
            kinds.append((*map(_row, onward), *map(_blocked, (waiting or {}).get(name, ()))))
            onward = list(onward.values())
        else:
            kinds.append(len(onward) or name)
        source += [number[name]] * len(onward)
        target += [number[each] for each in onward]
        first.append(len(target))
    return StateGraph(first, source, target, range(len(names)), kinds)


def drawn(draw: random.Random) -> StateGraph:
    """A few states and draws, of three tasks; nothing is printed."""
    count = draw.randint(2, 7)
    names = [str(node) for node in range(count)]
    nodes: dict[str, dict[str, str] | list[str]] = {}
    for name in names:
        onward = [draw.choice([*names, "good"]) for _ in range(draw.randint(1, 3))]
        if draw.random() < 0.2 and len(onward) > 1:
            nodes[name] = onward
        else:
            nodes[name] = dict(zip(draw.sample("123", len(onward)), onward, strict=True))
    return made(nodes)


def _row(told: str) -> Row:
    task, _, operation = told.partition(" ")
    return task, operation or "go", True, operation == "late"


def _blocked(task: str) -> Row:
    return task, "acquire", False, False
