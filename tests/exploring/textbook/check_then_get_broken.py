"""Two who look whether something is left before they take it, though one thing is left.

Wrong: between the look and the taking somebody else can take it, and ``get`` waits for ever.
"""

from queue import Queue
from threading import Thread


def take(left: Queue) -> None:
    if not left.empty():
        left.get()


left: Queue = Queue()
left.put("the last one")
threads = [Thread(target=take, args=(left,)) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
