"""Chefs and eaters: threads on one bounded queue, repaired.

After a well known Chinese tutorial on producer and consumer with queue.Queue;
its own program, flaws and all, is chefs_as_published.py.

Watch:
- three chefs are faster than two eaters: the queue fills up, and then a chef
  waits inside put() until somebody has eaten;
- towards the end the queue runs empty, and an eater waits inside get();
- the number of dishes left is only a hint: others go on between the put (or get)
  and qsize(), and printed lines may change places;
- the end: all chefs go home, every dish is eaten, then each eater gets a None.
"""

import random
import time
from queue import Queue
from threading import Thread


class Producer(Thread):
    def __init__(self, queue, dishes):
        super().__init__()
        self.queue = queue
        self.dishes = dishes

    def run(self):
        for _ in range(self.dishes):
            elem = random.randrange(9)
            self.queue.put(elem)
            print(f"厨师 {self.name} 做了 {elem} 饭 --- 还剩 {self.queue.qsize()} 饭没卖完")
            time.sleep(random.random())


class Consumer(Thread):
    def __init__(self, queue):
        super().__init__()
        self.queue = queue

    def run(self):
        while True:
            elem = self.queue.get()
            if elem is None:
                break
            print(f"吃货{self.name} 吃了 {elem} 饭 --- 还有 {self.queue.qsize()} 饭可以吃")
            time.sleep(random.random())
            self.queue.task_done()


def main(producers: int = 3, consumers: int = 2, capacity: int = 10, dishes: int = 20) -> None:
    queue = Queue(capacity)
    chefs = [Producer(queue, dishes) for _ in range(producers)]
    eaters = [Consumer(queue) for _ in range(consumers)]
    for thread in chefs + eaters:
        thread.start()
    for chef in chefs:
        chef.join()
    queue.join()  # a task_done() for every dish: so no None is ever counted as a dish
    for _ in eaters:
        queue.put(None)  # one for each, as whoever takes one leaves
    for eater in eaters:
        eater.join()


if __name__ == "__main__":
    main()
