"""Two read a page again and again until it is finished; one wants to finish it.

Wrong: a reader may come in while another one is there, so that the page need never be free for
the writer.
"""

from threading import Lock, Thread

page = "draft"
free, guard = Lock(), Lock()
readers = 0


def read() -> None:
    global readers
    finished = False
    while not finished:
        with guard:
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
    with free:
        page = "finished"


threads = [Thread(target=role) for role in (read, read, write)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
