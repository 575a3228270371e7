"""Two take what there is until they are told that there is no more, each of them."""

from queue import Queue
from threading import Thread

belt: Queue = Queue()


def take() -> None:
    while belt.get() is not None:
        pass


for item in ("apple", None, None):
    belt.put(item)
threads = [Thread(target=take) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
