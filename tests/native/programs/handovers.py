"""Four threads in each of two processes hand locks about, and items over a bounded queue.

python handovers.py ROUNDS
"""

import multiprocessing as mp
import sys
import threading
from queue import Queue


def work(shared, own, queue, rounds):
    for number in range(rounds):
        with shared, own:
            queue.put(number)
        queue.get()


def host(shared, rounds):
    own, queue = threading.Lock(), Queue(3)
    threads = [threading.Thread(target=work, args=(shared, own, queue, rounds)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(rounds):
    shared = mp.Lock()
    processes = [mp.Process(target=host, args=(shared, rounds)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main(int(sys.argv[1]))
