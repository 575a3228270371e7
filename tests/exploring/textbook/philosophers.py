"""Philosophers sit in a circle with a fork between any two; each takes the lower one first."""

import sys
from threading import Lock, Thread

count = int(sys.argv[1])
forks = [Lock() for _ in range(count)]


def dine(seat: int) -> None:
    lower, higher = sorted((seat, (seat + 1) % count))
    with forks[lower], forks[higher]:
        pass


threads = [Thread(target=dine, args=(seat,)) for seat in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
