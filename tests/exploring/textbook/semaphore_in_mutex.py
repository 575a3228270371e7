"""One makes, one takes; who takes waits for the semaphore before it takes the lock."""

from threading import Lock, Semaphore, Thread

made: list[int] = []
guard, there = Lock(), Semaphore(0)


def make() -> None:
    with guard:
        made.append(1)
    there.release()


def take() -> None:
    there.acquire()
    with guard:
        made.pop()


threads = [Thread(target=make), Thread(target=take)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
