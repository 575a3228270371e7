"""Two read a page again and again until it is finished; one wants to finish it.

The writer stands in the door while it waits: readers leave, and none comes in.
"""

from threading import Lock, Thread

page = "draft"
door, free, guard = Lock(), Lock(), Lock()
readers = 0


def read() -> None:
    global readers
    finished = False
    while not finished:
        with door, guard:
            readers += 1
            if readers == 1:
                free.acquire()
        finished = page == "finished"
        with guard:
            readers -= 1
            if readers == 0:
                free.release()


def write() -> None:
    global page
    with door, free:
        page = "finished"


threads = [Thread(target=role) for role in (read, read, write)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
