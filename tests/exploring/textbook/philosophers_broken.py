"""Philosophers sit in a circle with a fork between any two; to eat takes both.

Wrong: each takes the left fork first, so each can hold one and wait for the other.
"""

import sys
from threading import Lock, Thread

count = int(sys.argv[1])
forks = [Lock() for _ in range(count)]


def dine(seat: int) -> None:
    with forks[seat], forks[(seat + 1) % count]:
        pass


threads = [Thread(target=dine, args=(seat,)) for seat in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
