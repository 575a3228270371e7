"""One makes, one takes; a semaphore counts what is there, a lock guards the list.

Wrong: who takes waits for the semaphore while it holds the lock, without which nothing is made.
"""

from threading import Lock, Semaphore, Thread

made: list[int] = []
guard, there = Lock(), Semaphore(0)


def make() -> None:
    with guard:
        made.append(1)
    there.release()


def take() -> None:
    with guard:
        there.acquire()
        made.pop()


threads = [Thread(target=make), Thread(target=take)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
