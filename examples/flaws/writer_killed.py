"""A writer is killed right after its last put(): some of what it put never arrives.

What its feeder thread had not yet written into the pipe dies with it. The count stays: qsize()
speaks of letters that are nowhere.
"""

import os
import signal
from multiprocessing import Process, Queue
from queue import Empty


def write(q):
    for i in ["a", "b", "c", "d"]:
        q.put(i)
    os.kill(os.getpid(), signal.SIGKILL)


def main():
    q = Queue()
    pw = Process(target=write, args=(q,))
    pw.start()
    pw.join()
    try:
        while True:
            print("get", q.get(timeout=1), "from queue")
    except Empty:
        print("Empty, with qsize", q.qsize())


if __name__ == "__main__":
    main()
