"""One hands out two jobs and waits until it has been told that they are done."""

from queue import Queue
from threading import Thread

jobs: Queue = Queue()


def work() -> None:
    for _ in range(2):
        jobs.get()
        jobs.task_done()


worker = Thread(target=work)
worker.start()
for number in range(2):
    jobs.put(number)
jobs.join()
worker.join()
