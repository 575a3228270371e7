"""A child, a grandchild and a thread that never end; each prints its process id."""

import multiprocessing as mp
import os
import threading
import time


def endless():
    os.write(1, b"%d\n" % os.getpid())  # whole lines, whoever else writes
    while True:
        time.sleep(0.01)


def parent():
    mp.Process(target=endless).start()
    endless()


if __name__ == "__main__":
    mp.Process(target=parent).start()
    threading.Thread(target=endless).start()
