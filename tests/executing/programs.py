"""Programs that these tests run under control."""

from __future__ import annotations

#: Two cooks and two eaters, random draws, sleeps, prints, and qsize() as its own operation.
BUSY = """
import random, sys, threading, time
from queue import Queue

counter = Queue(2)

class Cook(threading.Thread):
    def run(self):
        for _ in range(4):
            dish = random.randrange(9)
            counter.put(dish)
            print(self.name, "cooked", dish, "left", counter.qsize())
            time.sleep(random.random())

def eat(lock, eaten):
    for _ in range(4):
        dish = counter.get()
        with lock:
            eaten.append(dish)
        print(threading.current_thread().name, "ate", dish, file=sys.stderr)
        counter.task_done()

def main():
    lock, eaten = threading.Lock(), []
    threads = [Cook(), Cook()]
    threads += [threading.Thread(target=eat, args=(lock, eaten)) for _ in range(2)]
    for thread in threads:
        thread.start()
    counter.join()
    for thread in threads:
        thread.join()
    print(sorted(eaten), object())

if __name__ == "__main__":
    main()
"""

#: Two locks in opposite order.
CROSSING = """
import threading

fork, knife = threading.Lock(), threading.Lock()

def dine(first, second):
    with first:
        with second:
            print(threading.current_thread().name, "eats")

a = threading.Thread(target=dine, args=(fork, knife))
b = threading.Thread(target=dine, args=(knife, fork))
a.start()
b.start()
a.join()
b.join()
"""
