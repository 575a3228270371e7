"""Two want a value that is made when it is first asked for; that it is ready is said last."""

from threading import Lock, Thread

guard = Lock()
ready = False
value = None


def ask() -> None:
    global ready, value
    if not ready:
        with guard:
            if not ready:
                value = 7
                ready = True
    assert value == 7


threads = [Thread(target=ask) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
