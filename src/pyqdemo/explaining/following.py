"""What leads to the wanted lines: at each point, whose turn it can be."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from pyqdemo.explaining.drawn import values_of
from pyqdemo.explaining.plain import moves, plain
from pyqdemo.explaining.wanted import START, Wanted
from pyqdemo.kernel.execution import Execution, Written
from pyqdemo.kernel.tasks import Task
from pyqdemo.point import Draw, Pending, Point
from pyqdemo.report import SearchKind
from pyqdemo.strategies.guided import Leading
from pyqdemo.trace import TaskKind

__all__ = ["Following"]

STDOUT = "0/stream/stdout"
_PRINTS = ("write", "buffer")
#: What Python prints to stderr by itself: transcripts are looked at without it.
_OF_PYTHON = ("Exception in thread ", "Exception ignored ", "Traceback (most recent", "Process ")
_FEEDER = TaskKind.FEEDER
# What a choice costs, where a line that is printed is worth ``WORTH``.
WORTH = 4.0
NOW = -0.001  # its text comes next
WAITS = 300.0  # others, while somebody can print what comes next, or touches nothing
STEP = 0.02  # the running task goes on; so that nobody does for ever
PREEMPTS = 3.0  # another task, while the running one could go on
STRANGE = 0.5  # each line before the one in which a task is named
FAR = 6  # lines
UNNAMED = 0.3  # a task that is named nowhere
NEAR = 0.1
OTHER = 0.2  # each value that is tried after another
NOT_SAID = 30.0  # a value that is not printed
READY = 1.5  # of a line's worth, if somebody is there to print it
LOST = 3.0  # a task whose text is in none of the lines that are left
MISSED = 1000.0  # and that is named in one of them


class Following:
    """Guides a search by what each execution prints.

    A task whose next text cannot come next is held back, not given up: its text may be wanted
    later, or comes when all that is wanted has been printed. A text that is only put into a
    process's buffer can be one of a later line.

    Args:
        wanted: the lines.
        worth: of a line that is printed, as against what choices cost: the less, the sooner is
            gone back to where less had been printed.
        to_the_end: the program has to be over when they are printed, or to be stuck for ever;
            else it may go on as it likes.

    Attributes:
        best: the furthest mark that was reached.
        next: lines that could have come next there, in the order in which they were met.
        way: choices and draws up to that mark, the shortest that was met.
        met: all lines were printed in some execution.
        beside: what was printed that shows in no lines or in others: ``cursor``, something that
            moves it; ``stderr``, anything but a traceback.
    """

    def __init__(self, wanted: Wanted, *, worth: float = WORTH, to_the_end: bool = False) -> None:
        self.wanted = wanted
        self._worth = worth
        self.to_the_end = to_the_end
        self.best = START
        self.next: dict[str, None] = {}
        self.way: tuple[tuple[str, ...], tuple[int, ...]] = ((), ())
        self.met = False
        self.beside: set[SearchKind] = set()
        self._said: dict[tuple[str, int], tuple[str, ...]] = {}
        self._named: dict[str, list[int]] = {}

    def open(self, execution: Execution) -> None:
        """An execution begins."""
        self._execution = execution
        self._read = 0
        self._mark = START
        self._is_fine = True
        self._hopes = 0.0
        self._was: dict[str, bool] = {}

    def standing(self) -> bytes:
        """What is part of every state: what was printed, and what waits to be."""
        held = [
            (main.id, "".join(texts))
            for main in self._execution.processes
            if (texts := main.state.unwritten.get(STDOUT))
        ]
        return repr((self._mark, held)).encode("utf-8", "surrogatepass")

    def look_at(self, written: Written) -> None:
        """Notes what a text does beside being lines; see ``beside``."""
        if written.stream == "stderr":
            if not written.text.startswith(_OF_PYTHON):
                self.beside.add("stderr")
        elif moves(written.text) or ("\t" in written.text and "\t" not in self.wanted.text):
            self.beside.add("cursor")

    # As a guide.

    def arrive(self) -> bool:
        output = self._execution.output
        while self._read < len(output) and self._is_fine:
            written = output[self._read]
            self._read += 1
            self.look_at(written)
            if written.stream == "stdout":
                mark = self.wanted.after(self._mark, written.text)
                self._is_fine = mark is not None
                self._mark = mark or self._mark
        if self._is_fine and self._mark.place > self.best.place:
            self._get_further()
        return self._is_fine

    def ended(self) -> bool:
        """Whether all was printed in an execution that is over."""
        if not self.arrive() or not self.wanted.would_be_whole(self._mark):
            return False
        if self._mark.place > self.best.place or not self.met:
            self._get_further()
        self.met = True
        return True

    def gain(self) -> float:
        return self._worth * self.wanted.gained(self._mark) + self._hopes

    def reached(self) -> bool:
        if not self.wanted.is_whole(self._mark):
            return False
        self.met = True
        return not self.to_the_end

    def leading(self, point: Point, look: tuple[Pending, ...]) -> list[Leading]:
        line = self.wanted.line(self._mark)
        self._hopes = 0.0
        for task in self._execution.tasks:
            if not task.alive and (named := self._lines_of(task.name)) and named[-1] >= line:
                self._hopes -= MISSED
        costs: dict[str, float] = {}
        sure: list[str] = []
        for pending in look:
            cost = self._cost(pending, line) if pending.enabled else None
            if cost is None:
                continue
            costs[pending.task] = cost
            if cost == NOW:
                sure.append(pending.task)
        waits = WAITS
        if not sure:
            waits = PREEMPTS
            going_on = point.running in costs and self._was.get(point.running, True)
            feeding = [task for task in costs if self._execution.task(task).kind is _FEEDER]
            sure = feeding or ([point.running] if going_on else list(costs))
            if going_on:
                costs[point.running] = STEP
        self._was = {each.task: each.operation not in _PRINTS for each in look}
        return [
            Leading(
                each.task,
                costs[each.task] + (0.0 if each.task in sure else waits),
                each.accesses,
            )
            for each in look
            if each.task in costs
        ]

    def options(self, draw: Draw) -> Iterable[Leading]:
        values = values_of(draw)
        said = self._numbers(self._execution.task(draw.task).name)
        ranks = {number: rank for rank, number in enumerate(said)}
        for option in range(draw.options):
            rank = None if values is None else ranks.get(values[option])
            if values is None:
                yield Leading(option, OTHER * option)
            else:
                yield Leading(option, NOT_SAID if rank is None else OTHER * rank)

    # Inside.

    def _cost(self, pending: Pending, line: int) -> float | None:
        """Of a step; None if it leads away."""
        if pending.operation not in _PRINTS or pending.resource != STDOUT:
            return self._of_a_name(pending.task, line)
        task = self._execution.task(pending.task)
        held = "".join(task.process.state.unwritten.get(STDOUT, ()))
        text = held + (pending.value or "")
        if moves(text):
            self.beside.add("cursor")
        wanted = self.wanted
        now = not wanted.is_whole(self._mark) and wanted.after(self._mark, text) is not None
        if now:
            return NOW
        if wanted.is_whole(self._mark) and not text.strip():
            return UNNAMED  # empty lines behind all count for nothing
        self._hopes += self._hope(task, pending.value or "", line)
        self._note_next(text)
        if pending.operation == "write":
            return None
        if not wanted.can_come_later(self._mark, text):
            return None
        return UNNAMED if len(self._execution.processes) > 1 else WAITS

    def _hope(self, task: Task, text: str, line: int) -> float:
        """What it is worth that a task waits to print a text that cannot come next."""
        mine = self._lines_of(task.name)
        place = bisect_left(mine, line)
        if place < len(mine):  # it has to print that one before any other
            return READY if plain(text).strip() in self.wanted.lines[mine[place]] else -MISSED
        return READY if self.wanted.has_later(self._mark, text) else -LOST

    def _of_a_name(self, task: str, line: int) -> float:
        """A task is likely to go on if it is named in the next line, or soon after it."""
        who = self._execution.task(task)
        if who.kind is _FEEDER:
            return 0.0  # it has nothing to wait for
        lines = self._lines_of(who.name)
        if not lines:
            return UNNAMED
        place = bisect_left(lines, line)
        distance = lines[place] - line if place < len(lines) else FAR
        return NEAR + STRANGE * min(distance, FAR)

    def _lines_of(self, name: str) -> list[int]:
        """Numbers of the lines in which a name stands."""
        known = self._named.get(name)
        if known is None:
            pattern = _standing(name)
            lines = enumerate(self.wanted.lines)
            known = [number for number, each in lines if pattern.search(each)]
            self._named[name] = known
        return known

    def _numbers(self, name: str) -> tuple[str, ...]:
        """Numbers and words of the next line with that name, then those of the other lines."""
        line = self.wanted.line(self._mark)
        known = self._said.get((name, line))
        if known is None:
            lines, mine = self.wanted.lines[line:], self._lines_of(name)
            place = bisect_left(mine, line)
            if place < len(mine):
                first, *others = _standing(name).split(self.wanted.lines[mine[place]])
                lines = (*others, first)
            words = (word for each in lines for word in re.findall(r"-?\d+|[^\W\d]+", each))
            known = self._said[name, line] = tuple(dict.fromkeys(words))
        return known

    def _get_further(self) -> None:
        self.best = self._mark
        self.next.clear()
        execution = self._execution
        self.way = (tuple(execution.choices), tuple(execution.draws))

    def _note_next(self, text: str) -> None:
        """What somebody wanted to print at the furthest mark."""
        wanted = self.wanted
        if wanted.line(self._mark) < wanted.line(self.best):
            return
        shown = plain(text).strip("\n").partition("\n")[0]
        self.next.setdefault(shown)


def _standing(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])")
