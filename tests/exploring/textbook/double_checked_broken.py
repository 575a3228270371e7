"""Two want a value that is made when it is first asked for.

Wrong: that it is ready is said before it is there, and who sees that does not wait for the lock.
"""

from threading import Lock, Thread

guard = Lock()
ready = False
value = None


def ask() -> None:
    global ready, value
    if not ready:
        with guard:
            if not ready:
                ready = True
                value = 7
    assert value == 7


threads = [Thread(target=ask) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
