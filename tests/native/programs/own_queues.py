"""Queues of the program's own, that keep their items elsewhere, and ways to import."""

import importlib
from collections import OrderedDict, deque
from queue import *  # noqa: F403

threading = importlib.import_module("threading")


class Once(Queue):  # noqa: F405
    """Keeps each item once, in a dict."""

    def _init(self, maxsize):
        self.queue = OrderedDict()

    def _qsize(self):
        return len(self.queue)

    def _put(self, item):
        self.queue[item] = None

    def _get(self):
        return self.queue.popitem(last=False)[0]


class Doubling(Queue):  # noqa: F405
    """Calls the class above from its own hooks."""

    def _put(self, item):
        super()._put(item * 2)


class Reversed(Queue):  # noqa: F405
    """Takes from the other end of the same deque."""

    def _get(self):
        return self.queue.pop()


class Closing(LifoQueue):  # noqa: F405
    """Wraps put and get."""

    def put(self, item, block=True, timeout=None):
        super().put((item,), block, timeout)

    def get(self, block=True, timeout=None):
        return super().get(block, timeout)[0]


for kind in (Once, Doubling, Reversed, Closing):
    own = kind(3)
    for number in (1, 2, 2):
        own.put(number)
    print(kind.__name__, own.qsize(), [own.get() for _ in range(own.qsize())], own.empty())

with threading.Lock():
    print(deque([1]), isinstance(Once(), Queue))  # noqa: F405
