"""A reader is terminated inside get() and takes the queue's read lock to the grave.

Whoever waits for an item holds that lock while waiting. Afterwards the item is there, the
queue counts it, and nobody can get it out: with a timeout, get() raises Empty.
"""

import time
from multiprocessing import Process, Queue
from queue import Empty


def read(q):
    q.get()


def main():
    q = Queue()
    pr = Process(target=read, args=(q,))
    pr.start()
    time.sleep(1)
    pr.terminate()
    pr.join()
    q.put("a")
    try:
        print("get", q.get(timeout=2), "from queue")
    except Empty:
        print("Empty, with qsize", q.qsize())


if __name__ == "__main__":
    main()
