"""Random programs in which two or three tasks use plain data of every sort."""

from __future__ import annotations

import re
from random import Random

__all__ = ["program"]

_HEAD = """
import heapq, itertools, json
from collections import Counter, defaultdict, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from queue import Empty, PriorityQueue, Queue
from threading import Event, Lock, Semaphore, Thread, current_thread

first, second, gate, bell = Lock(), Lock(), Semaphore(1), Event()
small, wide = Queue(1), Queue()
wide.put(0)
plates = [1]
also = plates
total = spare = 0
menu = {0: 0}
tickets = itertools.count()
line = deque()
pair = [0, 0]
shelves = defaultdict(list)
loaded = json.loads('{"rows": [[]], "name": ""}')
votes = Counter()
calls = [int]
heap = []
marks = {1}
ranks = PriorityQueue()

class Shop:
    open = 0
    def __init__(self):
        self.cash = 0
        self.goods = []
        self.note = None
    def sell(self):
        self.cash += 2
        return self.cash
    @property
    def half(self):
        return self.cash / 2
    @classmethod
    def opened(cls):
        cls.open += 1
        return cls.open

@dataclass(order=True)
class Point:
    x: int
    y: int = 0
    path: list = field(default_factory=list)

class Till:
    def __enter__(self):
        shop.cash += 1
    def __exit__(self, *told):
        shop.cash += 1

class Stack(list):
    top = None
    def push(self, value):
        self.append(value)
        self.top = value

def counting():
    count = 0
    def up():
        nonlocal count
        count += 1
        return count
    def now():
        return count
    return up, now

def slow():
    wide.put(5)
    return 5

def taken(queue):
    try:
        return queue.get_nowait()
    except Empty:
        return "none"

def passing():
    yield shop.cash
    wide.put(9)
    yield shop.cash

@lru_cache
def cached(key):
    return total

@contextmanager
def counted():
    global total
    total += 1
    yield total

shop, point, till, stack = Shop(), Point(1, 2), Till(), Stack()
up, now = counting()
add = plates.append
add_one = partial(plates.append, 1)
"""

_CONTROLLED = (
    "small.put(N)",
    "out(taken(wide))",
    "wide.put(N)",
    "plates.append(wide.get())",
    "out(wide.empty())",
    "gate.acquire()",
    "gate.release()",
    "bell.set()",
    "bell.wait()",
    "out(first.acquire(False))",
    "ranks.put(N)",
)

_PLAIN = (
    "plates.append(N)",
    "out(plates.pop())",
    "out(len(plates))",
    "out(list(plates))",
    "out(plates[0])",
    "out(plates[-1])",
    "del plates[0]",
    "plates[0:1] = [N]",
    "out(N in plates)",
    "out(sum(plates))",
    "out(sorted(plates, reverse=True))",
    "out([each + 1 for each in plates])",
    "out(any(each > 1 for each in plates))",
    "out(plates == [1])",
    "for each in plates: out(each)",
    "for each in plates: wide.put(each)",
    "head, *tail = also; tail.append(N); out(head)",
    "out(f'{plates}')",
    "out('%s' % plates)",
    "print(*plates)",
    "also += [N]",
    "also = list(also)",
    "add(N)",
    "add_one()",
    "assert not plates",
    "raise ValueError(len(plates))",
    "total += 1",
    "total = N",
    "out(total)",
    "total += slow()",
    "spare, total = N, N + 1",
    "if total > 1: out('more')",
    "while (total := total + 1) < 3: out(total)",
    "with counted() as seen: out(seen)",
    "out(cached(1))",
    "shop.cash += 1",
    "out(shop.cash)",
    "shop.cash = shop.cash + total",
    "shop.cash += slow()",
    "shop.goods.append(N)",
    "out(shop.goods[-1] if shop.goods else 0)",
    "shop.goods += [wide.qsize()]",
    "Shop.open += 1",
    "out(shop.open)",
    "out(shop.opened())",
    "out(shop.sell())",
    "out(shop.half)",
    "shop.note = [N]",
    "shop.note.append(N)",
    "out(tuple(shop.note))",
    "with till: out(shop.cash)",
    "setattr(shop, 'cash', N)",
    "out(getattr(shop, 'cash'))",
    "out(list(passing()))",
    "menu[N % 2] = N",
    "out(menu.get(0))",
    "out(list(menu))",
    "out(list(menu.items()))",
    "menu.pop(1, None)",
    "menu[0] += slow()",
    "menu[0] = menu[0] + 1",
    "out(next(tickets))",
    "line.append(N)",
    "out(list(line))",
    "pair[0] = N",
    "pair[1] = N",
    "out(pair[1])",
    "out(pair[:])",
    "pair[0], pair[1] = pair[1], pair[0]",
    "shelves['a'].append(N)",
    "out(len(shelves))",
    "out(shelves['a'])",
    "loaded['rows'].append(N)",
    "loaded['rows'][0].append(N)",
    "out(str(loaded))",
    "out(json.dumps(loaded))",
    "votes['a'] += 1",
    "out(votes.most_common(1))",
    "calls[0] = lambda: N",
    "out(calls[0]())",
    "heapq.heappush(heap, N)",
    "out(heap[:1])",
    "marks.add(N); marks.discard(1)",
    "out(1 in marks)",
    "point.x = N",
    "out(point == Point(1, 2))",
    "out(f'{point}')",
    "out(point < Point(5))",
    "match point: \n        case Point(x=1): out('one')\n        case _: out('other')",
    "out(up())",
    "out(now())",
    "stack.push(N)",
    "out(stack.top)",
    "out(list(stack))",
    "current_thread().name = 'N'",
    "out(threads[0].name)",
)
_NAMES = ("plates", "total", "shop", "menu", "pair", "line", "loaded", "point", "stack", "now")
_GLOBAL = "    global total, also, spare\n"


def program(seed: int) -> str:
    """The text of a program: every task writes what it saw, and the main task what is left."""
    random = Random(seed)
    tasks = 2 if random.random() < 0.75 else 3
    pick = _Pick(random)
    text = _HEAD
    for number in range(tasks):
        text += f"def task{number}(out):\n{_GLOBAL}"
        for _ in range(random.randint(1, 2 if tasks == 3 else 3)):
            text += pick.lines()
    text += "seen = [[] for _ in range(3)]\n"
    names = ", ".join(f"task{number}" for number in range(tasks))
    text += f"threads = [Thread(target=f, args=(s.append,)) for f, s in zip([{names}], seen)]\n"
    text += "for thread in threads: thread.start()\n"
    if random.random() < 0.3:
        text += f"out = seen[2].append\n{pick.plain()}\n"
    text += "for thread in threads: thread.join()\n"
    text += "print(seen, plates, total, spare, menu, tickets, list(line), pair, dict(shelves))\n"
    text += "print(loaded, votes, heap, sorted(marks), point, shop.cash, shop.goods)\n"
    return text + "print(Shop.open, now(), stack, stack.top, [thread.name for thread in threads])\n"


class _Pick:
    """Draws lines; a program uses few of them, so that its tasks meet."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._number = 0
        self._controlled = random.sample(_CONTROLLED, 3)
        pool = list(_PLAIN)
        if random.random() < 0.6:
            name = random.choice(_NAMES)
            pool = [each for each in pool if name in each]
        self._plain = random.sample(pool, min(4, len(pool)))

    def plain(self) -> str:
        return self._some(self._plain)

    def _some(self, lines: list[str]) -> str:
        self._number += 1
        return re.sub(r"\bN\b", str(self._number), self._random.choice(lines))

    def lines(self) -> str:
        one, two, step = self.plain(), self.plain(), self._some(self._controlled)
        match self._random.randrange(8):
            case 0 | 1 if "\n" not in one:
                return f"    with first:\n        {one}\n"
            case 2 if "\n" not in one:
                return f"    with first:\n        {one}\n        {step}\n"
            case 3 if "\n" not in one:
                return (
                    f"    try:\n        {one}\n    except Exception as e:\n        out(repr(e))\n"
                )
            case 4 | 5:
                return f"    {step}\n    {one}\n"
            case 6:
                return f"    {one}\n    {step}\n    {two}\n"
        return f"    {one}\n"
