"""What tasks have for themselves, as far as executions have shown."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator

from pyqdemo.point import Access, Pending, Step
from pyqdemo.strategies.order import FOLLOWS

__all__ = ["Sharing"]

_LIFE = "life:"
_SETTLED = f"{FOLLOWS}{_LIFE}"
_NONE = -1
_NOBODY: frozenset[str] = frozenset()


class Sharing:
    """Of each task which parts others touch, in a way that matters, while they can come between.

    Whoever touched a part before a task was there cannot; nor can whoever has joined it, or was
    started by somebody who had. Who joins a task touches nothing of it: he could not have come
    before its end. For whoever has joined it the life of a task is another part, which nothing
    changes any more.

    That goes by what came before. Where the same state can be reached with different pasts it
    tells nothing: then all that anybody ever touches counts.

    Attributes:
        disproved: a part that was relied upon as a task's own turned out not to be.
    """

    def __init__(self) -> None:
        self.disproved = False
        self._touched: dict[str, dict[str, str]] = {}  # by each task: parts and modes
        self._around: dict[str, dict[str, dict[str, str]]] = {}  # of each task: by whom else
        self._shared: dict[tuple[str, str], set[str]] = {}  # of a task and a part, with whom
        self._relied: set[tuple[str, str]] = set()
        self._known: set[tuple[object, ...]] = set()
        self._pasts: dict[tuple[object, ...], int] = {}
        self._past_of = array("i")  # of each state its place in _pasts
        self._everybody: frozenset[str] | None = (
            None  # all there ever was; where order tells nothing
        )
        self.begin()

    def begin(self) -> None:
        """A new execution begins."""
        self._alive: frozenset[str] = _NOBODY
        self._born: frozenset[str] = _NOBODY
        self._after: dict[str, frozenset[str]] = {}  # of each task, whose ends came before

    def begin_again(self) -> None:
        """What was found out by relying on a task's own parts is given up; what is shared, kept."""
        self.disproved = False
        self._relied.clear()
        self._past_of = array("i")

    def reach(self, node: int) -> None:
        """A state is reached. Where it was reached with another past, order tells nothing."""
        ends = tuple((each, self._after.get(each, _NOBODY)) for each in sorted(self._alive))
        past = self._pasts.setdefault((self._born, ends), len(self._pasts))
        if node >= len(self._past_of):
            self._past_of.extend([_NONE] * (node + 1 - len(self._past_of)))
        if self._past_of[node] == _NONE:
            self._past_of[node] = past
        elif self._past_of[node] != past and self._everybody is None:
            self.disproved = True
            self._everybody = _NOBODY
            self._known.clear()

    def arrive(self, alive: frozenset[str], running: str) -> None:
        """A point is reached at which those are alive; who is new was started by ``running``."""
        if alive is self._alive or alive == self._alive:
            return
        for each in alive - self._born:
            self._after[each] = self._after.get(running, _NOBODY)
        self._alive = alive
        self._born |= alive

    def after(self, task: str) -> frozenset[str]:
        """Those whose ends came before what the task does now."""
        return self._after.get(task, _NOBODY)

    def add(self, step: Step) -> None:
        """A step has been taken at this point."""
        for part, mode in step.accesses:
            if mode == "r" and part.startswith(_SETTLED):
                ended = part[len(_SETTLED) :]
                before = self._after.get(step.task, _NOBODY)
                if ended not in before:
                    self._after[step.task] = before | {ended} | self._after.get(ended, _NOBODY)
        self.put(step, self._alive, self.after(step.task))

    def expect(self, look: tuple[Pending, ...]) -> None:
        """What tasks are about to do counts as done: who is blocked may never come to it."""
        for each in look:
            self.put(Step(each.task, each.accesses), self._alive, self.after(each.task))

    def put(self, step: Step, alive: frozenset[str], after: frozenset[str]) -> None:
        """A step that can be taken where those are alive.

        Args:
            after: those whose ends came before it.
        """
        born = self._born | alive
        if self._everybody is not None:
            self._meet(born | {step.task})
            born, after = self._everybody, _NOBODY
        key = (step.task, step.accesses, born, alive, after)
        if key in self._known:
            return
        self._known.add(key)
        for part, mode in _parts(step.accesses, after):
            if _add(self._touched.setdefault(step.task, {}), part, mode):
                for other in self._around.get(step.task, {}).get(part, {}):
                    self._compare(step.task, part, other)
            for other in born:
                if other == step.task or other in after:
                    continue
                around = self._around.setdefault(other, {}).setdefault(part, {})
                if _add(around, step.task, mode):
                    self._compare(other, part, step.task)

    def own(self, task: str, accesses: Iterable[Access]) -> bool:
        """Whether nobody who is not over shares with a task what it touches so, as far as is
        known."""
        over = self._born - self._alive if self._everybody is None else _NOBODY
        return all(
            self._shared.get((task, part), _NOBODY) <= over
            for part, _ in _parts(accesses, self.after(task))
        )

    def rely(self, task: str, accesses: Iterable[Access]) -> None:
        """What a task touches so is taken to be its own."""
        for part, _ in _parts(accesses, self.after(task)):
            self._relied.add((task, part))

    def _meet(self, tasks: frozenset[str]) -> None:
        """Of tasks that were not known, all that others have ever touched is around them."""
        assert self._everybody is not None, "asked by the caller"
        for each in tasks - self._everybody:
            self._everybody |= {each}
            for other, touched in self._touched.items():
                for part, mode in touched.items():
                    around = self._around.setdefault(each, {}).setdefault(part, {})
                    if other != each and _add(around, other, mode):
                        self._compare(each, part, other)

    def _compare(self, task: str, part: str, other: str) -> None:
        mine = self._touched.get(task, {}).get(part)
        its = self._around[task][part][other]
        shared = self._shared.setdefault((task, part), set())
        if mine is None or other in shared or mine == its != "w":
            return
        shared.add(other)
        self.disproved = self.disproved or (task, part) in self._relied


def _add(modes: dict[str, str], name: str, mode: str) -> bool:
    """Whether that is new."""
    before = modes.get(name)
    modes[name] = mode if before in (None, mode) else "w"
    return modes[name] != before


def _parts(accesses: Iterable[Access], after: Collection[str]) -> Iterator[tuple[str, str]]:
    """What counts of what is touched.

    Args:
        after: tasks whose ends came before that.
    """
    accesses = tuple(accesses)
    joined = [
        part[len(FOLLOWS) :] for part, mode in accesses if mode == "r" and part.startswith(FOLLOWS)
    ]
    for part, mode in accesses:
        if part.startswith(FOLLOWS) or part in joined:
            continue
        if part.startswith(_LIFE) and part[len(_LIFE) :] in after:
            part = f"over:{part}"
        yield part, mode
