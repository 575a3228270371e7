"""What ``Dpor`` covers, held beside sleep sets."""

from __future__ import annotations

from exhaustive import Explored, Program, explore

from pyqdemo.kernel.queues import QueueModel
from pyqdemo.kernel.stores import FifoStore
from pyqdemo.strategies import Dfs, Dpor

__all__ = ["covered", "kinds", "queue", "said"]


def covered(program: Program, *, pruned: int | None = 0) -> Explored:
    """What ``Dpor`` covers, which must be what sleep sets cover, each form once.

    Args:
        pruned: executions that are begun in vain; None for any number.
    """
    explored, slept = explore(program, Dpor()), explore(program, Dfs(sleep=True))
    assert explored.forms == slept.forms
    assert set(explored.forms.values()) == {1}
    if pruned is not None:
        assert explored.pruned == pruned
    return explored


def kinds(explored: Explored) -> dict[str, int]:
    """How many executions ended in which way."""
    found: dict[str, int] = {}
    for ending, count in explored.endings.items():
        assert isinstance(ending, tuple)
        found[ending[0]] = found.get(ending[0], 0) + count
    return found


def said(explored: Explored) -> set[tuple[str, ...]]:
    """What the tasks have told, one after another."""
    return {
        tuple(text for _, texts in ending[1] for text in texts)  # type: ignore[index]
        for ending in explored.endings
    }


def queue(maxsize: int) -> QueueModel:
    return QueueModel("queue", FifoStore(), maxsize, lambda value: (repr(value), 0))
