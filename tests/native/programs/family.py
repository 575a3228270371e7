"""A child, a grandchild and a thread that never end; each prints its process id."""

import multiprocessing as mp
import os
import threading
import time


def endless():
    print(os.getpid(), flush=True)
    while True:
        time.sleep(0.01)


def parent():
    mp.Process(target=endless).start()
    endless()


if __name__ == "__main__":
    mp.Process(target=parent).start()
    threading.Thread(target=endless).start()
