"""One waits for a call, one calls, and that it has called stays known."""

from threading import Condition, Thread

bell = Condition()
called = False


def answer() -> None:
    with bell:
        while not called:
            bell.wait()


def ring() -> None:
    global called
    with bell:
        called = True
        bell.notify()


threads = [Thread(target=answer), Thread(target=ring)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
