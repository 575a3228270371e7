"""Chefs and eaters, as published.

Written anew, in Python 3, after a well known Chinese tutorial on producer and
consumer with threads and queue.Queue: same structure, names, numbers and printed
text, and the same flaws. chefs.py beside this file is the repaired program.

This one never ends: stop it with Ctrl-C.
"""

import random
import time
from queue import Queue
from threading import Thread

queue = Queue(10)


class Producer(Thread):
    def run(self):
        while True:
            elem = random.randrange(9)
            queue.put(elem)
            print(f"厨师 {self.name} 做了 {elem} 饭 --- 还剩 {queue.qsize()} 饭没卖完")
            time.sleep(random.random())


class Consumer(Thread):
    def run(self):
        while True:
            elem = queue.get()
            print(f"吃货{self.name} 吃了 {elem} 饭 --- 还有 {queue.qsize()} 饭可以吃")
            time.sleep(random.random())


def main(producers: int = 3, consumers: int = 2, capacity: int = 10) -> None:
    global queue
    if capacity != 10:
        queue = Queue(capacity)
    for _ in range(producers):
        Producer().start()
    for _ in range(consumers):
        Consumer().start()


if __name__ == "__main__":
    main()
