"""One waits for a call, one calls.

Wrong: a call that comes before anybody waits is forgotten.
"""

from threading import Condition, Thread

bell = Condition()


def answer() -> None:
    with bell:
        bell.wait()


def ring() -> None:
    with bell:
        bell.notify()


threads = [Thread(target=answer), Thread(target=ring)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
