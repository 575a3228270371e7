"""Counts through a queue of its own: in the root, in a child, or in a child's child.

python counting.py DEPTH; never ends; prints the id of the process that counts.
"""

import multiprocessing as mp
import os
import sys
import time
from queue import Queue


def count():
    print(os.getpid(), flush=True)
    queue, number = Queue(), 0
    while True:
        queue.put(number)
        queue.get()
        number += 1
        if number % 50 == 0:
            time.sleep(0.001)  # else the tests read a million records


def main(depth):
    if depth == 0:
        count()
    child = mp.Process(target=main, args=(depth - 1,))
    child.start()
    child.join()


if __name__ == "__main__":
    main(int(sys.argv[1]))
