"""A kitchen that is worked out, not run: records of chefs and eaters for the views' tests.

The same seed gives the same records; no thread, no clock. What it yields has the shape of a
native run: ``blocked`` before a wait, ``done`` after it, times in nanoseconds.
"""

from __future__ import annotations

import heapq
import io
import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyqdemo.card import Card, read_card
from pyqdemo.trace import Event, Phase, Record, Resource, Task, TaskKind
from pyqdemo.views.director import Director
from pyqdemo.views.dress import ASCII, UNICODE, Dress, Line
from pyqdemo.views.picture import compose

DEMOS = Path(__file__).parents[2] / "demos"
TICK_NS = 20_000_000
QUEUE = "0/queue/1"


class Terminal(io.StringIO):
    """What a program writes to a terminal; its size stands in COLUMNS and LINES."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]


def chefs_card() -> Card:
    return read_card(DEMOS / "threading_queue" / "chefs.toml")


@dataclass
class Kitchen:
    """Three chefs, two eaters, ten places; each chef cooks so many dishes.

    An eater leaves when it gets a None; main puts one for each when the chefs have ended.
    """

    chefs: int = 3
    eaters: int = 2
    capacity: int = 10
    dishes: int = 20
    seed: int = 1
    longest_sleep_s: float = 0.25
    events: list[Record] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)  # when, what was printed

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.items: deque[tuple[str, str]] = deque()
        self.full: deque[tuple[str, str]] = deque()  # chefs that wait, with their dish
        self.hungry: deque[str] = deque()
        self.left = {f"0.{n}": self.dishes for n in range(1, self.chefs + 1)}
        self.made: dict[str, int] = {}
        self.agenda: list[tuple[int, int, str]] = []
        self._announce()
        while self.agenda:
            at, _, task = heapq.heappop(self.agenda)
            self._turn(task, at)
        self._note("0", "join", at + 200_000, resource=f"0.{self.chefs + self.eaters}")
        self._note("0", "end", at + 300_000)

    def _announce(self) -> None:
        self.events += [
            Task("0", TaskKind.MAIN, "MainThread", "0"),
            Resource(QUEUE, "queue", "queue-1", self.capacity),
        ]
        for n in range(1, self.chefs + self.eaters + 1):
            role = "Producer" if n <= self.chefs else "Consumer"
            self.events.append(Task(f"0.{n}", TaskKind.THREAD, f"Thread-{n}", "0", role, "0"))
            self._note(f"0.{n}", "begin", n * 1_000_000)
            self._later(f"0.{n}", n * 1_000_000)
        self._note("0", "join", 1_000_000, phase=Phase.BLOCKED, resource="0.1")

    def _later(self, task: str, at: int) -> None:
        heapq.heappush(self.agenda, (at, len(self.events), task))

    def _note(self, task: str, operation: str, at: int, **facts: object) -> None:
        facts.setdefault("phase", Phase.DONE)
        self.events.append(
            Event(len(self.events), task, operation=operation, real_ns=at, **facts)  # type: ignore[arg-type]
        )

    def _turn(self, task: str, at: int) -> None:
        if task in self.left:
            self._cook(task, at)
        elif self.items:
            self._eat(task, at)
        else:
            self._note(task, "get", at, phase=Phase.BLOCKED, resource=QUEUE)
            self.hungry.append(task)

    def _cook(self, task: str, at: int) -> None:
        if not self.left[task]:
            self._note(task, "end", at)
            del self.left[task]
            if not self.left:
                for _ in range(self.eaters):
                    self._put("0", "None", at)
            return
        self.left[task] -= 1
        dish = str(self.random.randrange(9))
        if len(self.items) >= self.capacity:
            self._note(task, "put", at, phase=Phase.BLOCKED, resource=QUEUE, value=dish)
            self.full.append((task, dish))
        else:
            self._put(task, dish, at)

    def _put(self, task: str, dish: str, at: int) -> None:
        self.made[task] = self.made.get(task, 0) + 1
        item = f"{task}#{self.made[task]}"
        self.items.append((item, dish))
        depth = len(self.items)
        self._note(task, "put", at, resource=QUEUE, item=item, value=dish, depth=depth)
        if task != "0":
            name = f"Thread-{task[2:]}"
            self.lines.append((at, f"厨师 {name} 做了 {dish} 饭 --- 还剩 {depth} 饭没卖完\n"))
            self._sleep(task, at)
        if self.hungry:
            self._later(self.hungry.popleft(), at + 100_000)

    def _eat(self, task: str, at: int) -> None:
        item, dish = self.items.popleft()
        depth = len(self.items)
        self._note(task, "get", at, resource=QUEUE, item=item, value=dish, depth=depth)
        if self.full:
            self._put(*self.full.popleft(), at + 50_000)
        if dish == "None":
            self._note(task, "end", at + 100_000)
            return
        name = f"Thread-{task[2:]}"
        self.lines.append((at, f"吃货{name} 吃了 {dish} 饭 --- 还有 {depth} 饭可以吃\n"))
        self._sleep(task, at)

    def _sleep(self, task: str, at: int) -> None:
        sleep = self.random.random() * self.longest_sleep_s
        self._note(task, "sleep", at + 1000, phase=Phase.BLOCKED, timeout_s=sleep)
        wake = at + 1000 + int(sleep * 1e9)
        self._later(task, wake)

    def records(self) -> list[Record]:
        """Tasks and resources first, then the events in the order of their times."""
        events = [record for record in self.events if isinstance(record, Event)]
        rest = [record for record in self.events if not isinstance(record, Event)]
        return [*rest, *sorted(events, key=lambda event: (event.at_ns, event.seq))]

    def ticks(self, until_ns: int) -> Iterator[tuple[int, list[Record], str]]:
        """What a stage is told at each tick: the time, the records, the text since the last."""
        records, lines = deque(self.records()), deque(sorted(self.lines))
        for at in range(TICK_NS, until_ns + 1, TICK_NS):
            batch: list[Record] = []
            while records and (not isinstance(records[0], Event) or records[0].at_ns <= at):
                batch.append(records.popleft())
            text = ""
            while lines and lines[0][0] <= at:
                text += lines.popleft()[1]
            yield at, batch, text


def director_at(kitchen: Kitchen, at_ns: int, lang: str, *, card: Card | None) -> Director:
    """A director that has followed the kitchen up to that moment."""
    title = card.title[lang] if card else "kitchen.py"
    director = Director(card, title, lang, 4.0)
    for at, batch, _ in kitchen.ticks(at_ns):
        director.recorded(batch)
        director.tick(at)
    return director


def picture(
    director: Director, columns: int, rows: int, lang: str, *, ascii_only: bool = False
) -> list[Line]:
    """The frame that a terminal of that size would show."""
    shares = director.rows(rows)
    scene = director.scene(shares, held=False, keys=True)
    dress = Dress(ASCII if ascii_only else UNICODE)
    return compose(scene, shares, columns - 1, dress, lang)


def environ(columns: int = 80, rows: int = 24, **more: str) -> Mapping[str, str]:
    return {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows), **more}
