"""One hands out two jobs and waits until they are done.

Wrong: nobody says that a job is done.
"""

from queue import Queue
from threading import Thread

jobs: Queue = Queue()


def work() -> None:
    for _ in range(2):
        jobs.get()


worker = Thread(target=work)
worker.start()
for number in range(2):
    jobs.put(number)
jobs.join()
worker.join()
